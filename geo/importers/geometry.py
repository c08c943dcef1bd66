"""Judges the shapes of a file: every one a valid polygon of sensible size."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import shapely

from geo.crs import Floats, Mask
from geo.importers import shapes
from geo.importers.faults import FaultList
from geo.importers.limits import Limits
from geo.importers.vectorfile import VectorFile

Objects = npt.NDArray[np.object_]

_KINDS: Mapping[int, tuple[str, str]] = {
    shapes.NULL: ("không có hình", "has no geometry"),
    shapes.EMPTY: ("hình rỗng hoặc có phần rỗng", "has an empty geometry, or an empty part"),
    shapes.UNREADABLE: ("hình không đọc được", "has an unreadable geometry"),
    shapes.NOT_FINITE: (
        "có toạ độ không phải là số (NaN hoặc vô cực)",
        "has coordinates that are not finite numbers",
    ),
    shapes.UNCLOSED: ("vòng ranh giới không khép kín", "has a ring that is not closed"),
    shapes.TOO_FEW: ("vòng ranh giới có ít hơn 4 đỉnh", "has a ring of fewer than 4 vertices"),
}
# What GEOS calls an invalid polygon.
_REASONS: Mapping[str, tuple[str, str]] = {
    "Self-intersection": ("ranh giới tự cắt", "the boundary crosses itself"),
    "Ring Self-intersection": ("vòng ranh giới tự chạm", "a ring touches itself"),
    "Hole lies outside shell": ("lỗ nằm ngoài vòng bao", "a hole lies outside the shell"),
    "Holes are nested": ("lỗ nằm trong lỗ", "a hole lies in another hole"),
    "Interior is disconnected": ("lỗ cắt thửa thành nhiều phần", "holes cut the interior apart"),
    "Nested shells": ("các phần chồng lên nhau", "one part lies in another"),
    "Duplicate Rings": ("có vòng ranh giới lặp lại", "a ring is repeated"),
    "Too few points in geometry component": (
        "có phần ít hơn 4 đỉnh khác nhau",
        "a part has too few distinct points",
    ),
}


def check_shapes(file: VectorFile, faults: FaultList, limits: Limits) -> Mask:
    """Notes every row whose geometry is not one valid polygon; returns which rows are sound."""
    sound: Mask = np.isin(file.kinds, (shapes.POLYGON, shapes.MULTIPOLYGON))
    for i in np.flatnonzero(~sound):
        if file.kinds[i] == shapes.OTHER:
            kind = file.types.get(int(i), "?")
            vi, en = f"hình là {kind}, không phải vùng (Polygon)", f"has a {kind}, not a polygon"
        else:
            vi, en = _KINDS.get(int(file.kinds[i]), _KINDS[shapes.UNREADABLE])
        faults.row("geometry", int(i) + 1, _capital(vi) + ".", f"The feature {en}.")
    for i in np.flatnonzero(file.ring_vertices > limits.ring_vertices):
        sound[i] = False
        faults.row(
            "geometry",
            int(i) + 1,
            f"Vòng ranh giới có {file.ring_vertices[i]} đỉnh (giới hạn {limits.ring_vertices}).",
            f"A ring has {file.ring_vertices[i]} vertices (limit {limits.ring_vertices}).",
        )
    candidates = np.flatnonzero(sound)
    for i in candidates[~shapely.is_valid(file.shapes[candidates])]:
        sound[i] = False
        vi, en = _reason(shapely.is_valid_reason(file.shapes[i]))
        faults.row("geometry", int(i) + 1, _capital(vi) + ".", _capital(en) + ".")
    return sound


def check_areas(measured: Objects, rows: npt.NDArray[np.intp], faults: FaultList, limits: Limits) -> Floats:
    """Areas in m² of polygons in EPSG:5897, faults for none and for absurd ones; `rows` are their indices."""
    with np.errstate(invalid="ignore"):  # infinite coordinates have no area
        areas: Floats = shapely.area(measured)
    for i, area in zip(rows, areas, strict=True):
        if not np.isfinite(area):
            continue  # far outside the CRS: told as a wrong place
        if area <= 0:
            faults.row("area", int(i) + 1, "Diện tích bằng 0.", "The area is zero.")
        elif area > limits.area_m2:
            hectares, most = f"{area / 10_000:.0f} ha", f"{limits.area_m2 / 10_000:.0f} ha"
            faults.row(
                "area",
                int(i) + 1,
                f"Diện tích {hectares} quá lớn cho một thửa (giới hạn {most}).",
                f"An area of {hectares} is too large for a parcel (limit {most}).",
            )
    return areas


def _reason(text: str) -> tuple[str, str]:
    """GEOS's reason, e.g. 'Self-intersection[586500 2326250]', as a sentence with its place."""
    found = re.match(r"^(.*?)\s*\[\s*(\S+)\s+(\S+?)[\s\]]", text)
    name = found.group(1) if found else text
    vi, en = _REASONS.get(name, ("hình không hợp lệ", "the geometry is invalid"))
    if not found:
        return vi, en
    at = point_text(float(found.group(2)), float(found.group(3)))
    return f"{vi} tại ({at})", f"{en} at ({at})"


def point_text(x: float, y: float) -> str:
    """A coordinate pair for a message: what can be degrees with six decimals, else metres with two."""
    digits = 6 if abs(x) <= 360 and abs(y) <= 360 else 2
    return f"{x:.{digits}f}, {y:.{digits}f}"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
