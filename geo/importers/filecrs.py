"""What coordinate system a file says it is in, in its own words; runs in the limited child process.

PROJ's own guess is not enough: it identifies a definition by name, and accepts a "VN-2000 / TM-3 zone 482" whose
scale factor is 0.9996 (699 m off) or that carries pasted towgs84 parameters (0.75 m off). So the numbers are compared.
"""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from geo.crs import TM3_ZONES, UTM_ZONES, WGS84

Kind = Literal["none", "epsg", "bound", "custom", "unreadable"]

_MAX_DEFINITION = 20_000  # characters
_CODE = re.compile(r"^EPSG:(\d{1,7})$", re.IGNORECASE)
_VN2000_DATUM = re.compile(r"vietnam2000|vn2000")
_AT = (105.8342, 21.0278)
_SAME_AS_WGS84 = {"OGC:CRS84", "OGC:CRS84H", "EPSG:4979"}
_NUMBER = r"-?\d[\d.]*(?:e-?\d+)?"
_TOWGS84 = re.compile(rf"towgs84[^\d\-]{{0,3}}({_NUMBER}(?:\s*,\s*{_NUMBER}){{2,6}})", re.IGNORECASE)

# Method, latitude and longitude of origin, scale, false easting and northing, semi-axis, inverse flattening.
Numbers = tuple[str, float, float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class FileCrs:
    """The statement of a file about its CRS.

    `kind`: "none" nothing said · "epsg" exactly EPSG:`srid` · "bound" carries own towgs84 parameters · "custom" a
    definition that is no EPSG code · "unreadable". For "bound" and "custom", `srid` is the EPSG code that has the same
    projection numbers, if any: the coordinates are then its, once a person says so. `explicit` is False when only the
    format implies the CRS (GeoJSON).
    """

    kind: Kind
    srid: int | None = None
    name: str = ""
    numbers: str = ""  # the projection in words: "lon 105, k 0.9996, E0 500000, N0 0"
    towgs84: str = ""
    explicit: bool = True
    off_m: float | None = (
        None  # how far in Hanoi the stated towgs84 parameters, or none, are from the EPSG pair
    )

    def as_dict(self) -> dict[str, Any]:
        """For the child's answer."""
        return asdict(self)


def identify(definition: str | None) -> FileCrs:
    """Judges 'EPSG:5897', a WKT of any flavour, or nothing."""
    text = (definition or "").strip()
    if not text:
        return FileCrs("none")
    if text.upper() in _SAME_AS_WGS84:
        return FileCrs("epsg", WGS84, "WGS 84")
    if len(text) > _MAX_DEFINITION:
        return FileCrs("unreadable")
    try:
        # Never from_user_input: PROJ would take "+init=file:…" for a definition and open the file.
        code = _CODE.match(text)
        crs = CRS.from_epsg(int(code.group(1))) if code else CRS.from_wkt(text)
        return _judge(crs, text)
    except CRSError:
        return FileCrs("unreadable")


def _judge(crs: CRS, text: str) -> FileCrs:
    bound = crs.is_bound or "towgs84" in text.lower()
    inner = crs
    while inner.is_bound and inner.source_crs is not None:
        inner = inner.source_crs
    if inner.is_compound:
        inner = inner.sub_crs_list[0]
    if inner.is_engineering or not (inner.is_projected or inner.is_geographic):
        return FileCrs("none" if inner.is_engineering else "unreadable", name=inner.name[:80])
    inner = inner.to_2d()
    srid = _same_numbers(inner)
    numbers = describe(inner)
    if bound:
        given = _TOWGS84.search(text)
        values = given.group(1) if given else ""
        return FileCrs("bound", srid, inner.name[:80], numbers, values, off_m=_off(srid, values))
    # PROJ is asked for candidates, also unlikely ones (a .prj turns the axes), and the numbers decide.
    exact = inner.to_epsg(min_confidence=20)
    if exact is not None and _agrees(inner, CRS.from_epsg(exact)):
        return FileCrs("epsg", exact, inner.name[:80], numbers)
    if srid is not None and _agrees(inner, CRS.from_epsg(srid)):
        return FileCrs("epsg", srid, inner.name[:80], numbers)
    # The right numbers on another datum: read as it stands, no datum shift would take place.
    bare = _off(srid, "0,0,0") if _datum(inner) not in ("vn2000",) else None
    return FileCrs("custom", srid, inner.name[:80], numbers, off_m=bare)


def contradicts(stated: FileCrs, definition: str | None) -> FileCrs | None:
    """What `definition` says when it is another projection than the code `stated` beside it; None if they agree.

    Only numbers count here: old writers put towgs84 parameters of their own beside a right EPSG code.
    """
    written = identify(definition)
    if (
        stated.kind != "epsg"
        or not stated.numbers
        or not written.numbers
        or written.numbers == stated.numbers
    ):
        return None
    return FileCrs("custom", written.srid, written.name, written.numbers)


def describe(crs: CRS) -> str:
    """The projection's numbers in words, for a message; empty for other methods than transverse Mercator."""
    own = _numbers(crs)
    if own is None:
        return ""
    return f"lon {own[2]:.10g}, k {own[3]:.10g}, E0 {own[4]:.10g}, N0 {own[5]:.10g}"


def _agrees(crs: CRS, meant: CRS) -> bool:
    """Whether a definition is the same CRS, axis order apart: datum by name, projection by its numbers."""
    if _datum(crs) != _datum(meant):
        return False
    own, other = _numbers(crs), _numbers(meant)
    if own is None or other is None:
        return own is None and other is None and crs.equals(meant, ignore_axis_order=True)
    return _close(own, other)


def _same_numbers(crs: CRS) -> int | None:
    own = _numbers(crs)
    if own is None:
        return None
    for srid in (*TM3_ZONES, *UTM_ZONES):
        meant = _zone_numbers(srid)
        if meant is not None and _close(own, meant):
            return srid
    return None


def _off(srid: int | None, towgs84: str) -> float | None:
    """Metres, at 21.0278 N 105.8342 E, between a zone read with these towgs84 values and by its EPSG pair."""
    values = [value.strip() for value in towgs84.split(",")] if towgs84 else []
    if (srid not in TM3_ZONES and srid != 3405) or len(values) not in (3, 7):
        return None
    try:
        numbers = _zone_numbers(srid)
        if numbers is None:
            return None
        _, lat, lon, scale, east, north, *_ = numbers
        shift = ",".join(repr(float(value)) for value in values)
        own = CRS.from_proj4(
            f"+proj=tmerc +lat_0={lat} +lon_0={lon} +k={scale} +x_0={east} +y_0={north} +ellps=WGS84"
            f" +towgs84={shift} +units=m +no_defs"
        )
        x, y = Transformer.from_crs(WGS84, own, always_xy=True).transform(*_AT)
        right_x, right_y = Transformer.from_crs(WGS84, srid, always_xy=True, allow_ballpark=False).transform(
            *_AT
        )
    except (CRSError, ProjError, ValueError):
        return None
    off = math.hypot(x - right_x, y - right_y)
    return off if math.isfinite(off) else None


@cache
def _zone_numbers(srid: int) -> Numbers | None:
    return _numbers(CRS.from_epsg(srid))


def _numbers(crs: CRS) -> Numbers | None:
    """Projection and ellipsoid as numbers in metres and degrees; None unless it is a transverse Mercator."""
    operation, ellipsoid = crs.coordinate_operation, crs.ellipsoid
    if operation is None or ellipsoid is None or operation.method_name != "Transverse Mercator":
        return None
    if any(axis.unit_conversion_factor != 1 for axis in crs.axis_info):
        return None
    # Codes of the EPSG dataset: 8801 latitude, 8802 longitude, 8805 scale, 8806 easting, 8807 northing.
    values: dict[str, float] = {}
    for parameter in operation.params:
        in_metres = parameter.unit_conversion_factor if parameter.code in ("8806", "8807") else 1.0
        values[parameter.code] = float(parameter.value) * in_metres
    if not {"8801", "8802", "8805", "8806", "8807"} <= set(values):
        return None
    axes = (ellipsoid.semi_major_metre, ellipsoid.inverse_flattening)
    lat, lon, scale, east, north = (values[code] for code in ("8801", "8802", "8805", "8806", "8807"))
    return (operation.method_name, lat, lon, scale, east, north, *axes)


def _close(a: Numbers, b: Numbers) -> bool:
    tolerances = (1e-9, 1e-9, 1e-9, 1e-4, 1e-4, 1e-3, 1e-6)
    return a[0] == b[0] and all(abs(x - y) <= t for x, y, t in zip(a[1:], b[1:], tolerances, strict=True))


def _datum(crs: CRS) -> str:
    """The datum's name, letters and digits only; every spelling of VN-2000 is one."""
    base = crs.geodetic_crs or crs
    datum = base.datum.name if base.datum else ""
    names = re.sub(r"[^a-z0-9]", "", f"{base.name} {datum}".lower())
    if _VN2000_DATUM.search(names):
        return "vn2000"
    return re.sub(r"[^a-z0-9]", "", datum.lower().removesuffix(" ensemble"))
