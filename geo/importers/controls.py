"""Control points: how far a file's coordinates, read as they would be, are from points that are known.

One point or more checks the reading; two or more also give a Helmert fit (shift, turn, scale), which is reported and
never applied. The fit is the least-squares solution of the two-dimensional conformal transformation
E = a x - b y + c, N = b x + a y + d in coordinates reduced to their centroid (Ghilani, Adjustment Computations,
section 18.2). When the points do not agree, the known mistakes are tried and the one that explains them is named.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pyproj import Transformer

from geo.crs import MEASURE, WGS84, Floats, label, suggest, transform
from geo.importers.options import ControlPoint

Verdict = Literal["agrees", "small", "wrong"]
# Our own bounds, not a norm's: a cadastral point is worth some centimetres, the smallest known mistake is 0.51 m off.
AGREES_M = 0.10
SMALL_M = 0.50
_NAMES = "+proj=tmerc +lat_0=0 +lon_0=105 +k=0.9999 +x_0=500000 +ellps=WGS84 {} +units=m +no_defs"
_PASTED = "+towgs84=-191.90441429,-39.30318279,-111.45032835,-0.00928836,0.01975479,-0.00427372,0.252906278"
_OLDER = "+towgs84=-192.873,-39.382,-111.202,-0.00205,-0.0005,0.00335,0.0188"
_OLDER_PASTED = "+towgs84=-192.873,-39.382,-111.202,0.00205,0.0005,-0.00335,0.0188"
# (what the coordinates would be, PROJ text): how a wrong conversion made numbers that look like EPSG:5897.
_MISTAKES: tuple[tuple[str, str, str], ...] = (
    (
        _NAMES.format(_PASTED),
        "được chuyển bằng chuỗi 7 tham số chép từ mạng (góc xoay ngược dấu, lệch 0,75 m)",
        "were converted with 7 parameters copied from a web page (rotation signs reversed, 0.75 m off)",
    ),
    (
        _NAMES.format(_OLDER),
        "được chuyển bằng bộ tham số cũ (EPSG phép 1, lệch 0,69 m)",
        "were converted with the older parameters (EPSG operation 1, 0.69 m off)",
    ),
    (
        _NAMES.format(_OLDER_PASTED),
        "được chuyển bằng bộ tham số cũ chép nguyên dấu (góc xoay ngược dấu, lệch 0,51 m)",
        "were converted with the older parameters as printed (rotation signs reversed, 0.51 m off)",
    ),
    (
        _NAMES.format(""),
        "được chuyển từ WGS 84 mà bỏ phép chuyển hệ quy chiếu (lệch 224 m)",
        "were converted from WGS 84 without the datum shift (224 m off)",
    ),
)


@dataclass(frozen=True, slots=True)
class Residual:
    """One control point: file minus known, in EPSG:5897 (m)."""

    name: str
    east_m: float
    north_m: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A Helmert fit: shift of the centroid (m), turn (seconds of arc, anticlockwise), scale (ppm), what remains (m).

    With two points it is exact, so `rms_m` says nothing; from four on it is worth something (`proven`).
    """

    east_m: float
    north_m: float
    turn_seconds: float
    scale_ppm: float
    rms_m: float
    proven: bool


@dataclass(frozen=True, slots=True)
class ControlReport:
    """Residuals of all points with mean and maximum (m), a judgement, and from two points on the fit."""

    residuals: tuple[Residual, ...]
    mean_m: float
    max_m: float
    verdict: Verdict
    vi: str
    en: str
    fit: Fit | None


def check_controls(
    points: Sequence[ControlPoint], srid: int, *, swapped: bool = False
) -> ControlReport | None:
    """The report of points whose file coordinates are read in EPSG:`srid`; None without points."""
    if not points:
        return None
    x = np.array([p.y if swapped else p.x for p in points], dtype=np.float64)
    y = np.array([p.x if swapped else p.y for p in points], dtype=np.float64)
    east = np.array([p.east for p in points], dtype=np.float64)
    north = np.array([p.north for p in points], dtype=np.float64)
    found_east, found_north = transform(x, y, srid, MEASURE)
    de, dn = found_east - east, found_north - north
    distance = np.hypot(de, dn)
    most = float(distance.max())
    verdict: Verdict = "agrees" if most <= AGREES_M else "small" if most <= SMALL_M else "wrong"
    vi, en = _judgement(verdict, most, srid, (x, y), (east, north))
    residuals = tuple(
        Residual(p.name, float(a), float(b), float(d))
        for p, a, b, d in zip(points, de, dn, distance, strict=True)
    )
    fit = None
    if len(points) > 1 and np.isfinite(distance).all():
        fit = fit_helmert(found_east, found_north, east, north)
    return ControlReport(residuals, float(distance.mean()), most, verdict, vi, en, fit)


def fit_helmert(x: Floats, y: Floats, east: Floats, north: Floats) -> Fit | None:
    """The conformal transformation (x, y) → (east, north), all in metres; None when the points are one point."""
    mx, my, me, mn = x.mean(), y.mean(), east.mean(), north.mean()
    u, v, p, q = x - mx, y - my, east - me, north - mn
    size = float((u * u + v * v).sum())
    if size < 1e-6:
        return None
    a = float((u * p + v * q).sum()) / size
    b = float((u * q - v * p).sum()) / size
    left = np.hypot(a * u - b * v - p, b * u + a * v - q)
    return Fit(
        east_m=float(me - mx),
        north_m=float(mn - my),
        turn_seconds=math.degrees(math.atan2(b, a)) * 3600,
        scale_ppm=(math.hypot(a, b) - 1) * 1e6,
        rms_m=float(np.sqrt((left**2).mean())),
        proven=len(x) >= 4,
    )


def _judgement(
    verdict: Verdict, most: float, srid: int, file: tuple[Floats, Floats], known: tuple[Floats, Floats]
) -> tuple[str, str]:
    shown = f"{most:.2f}" if np.isfinite(most) else "∞"
    if verdict == "agrees":
        return (
            f"Các điểm khống chế khớp (lệch lớn nhất {shown.replace('.', ',')} m).",
            f"The control points agree (at most {shown} m off).",
        )
    vi = f"Điểm khống chế lệch tới {shown.replace('.', ',')} m khi đọc theo {label(srid)}."
    en = f"The control points are up to {shown} m off when read in {label(srid)}."
    cause = _cause(srid, file, known)
    if cause is not None:
        return f"{vi} {cause[0]}", f"{en} {cause[1]}"
    if verdict == "small":
        return (
            f"{vi} Xem từng điểm: sai số đo hoặc nhập nhầm một điểm.",
            f"{en} Look at each point: an error of survey, or one point typed wrongly.",
        )
    return (
        f"{vi} Không lỗi quen thuộc nào giải thích được; kiểm tra lại hệ toạ độ và các điểm.",
        f"{en} No known mistake explains it; check the coordinate system and the points.",
    )


def _cause(srid: int, file: tuple[Floats, Floats], known: tuple[Floats, Floats]) -> tuple[str, str] | None:
    """The known mistake under which all points agree."""
    for proj, vi, en in _MISTAKES:
        back = _wgs84_from(proj)
        lon, lat = back.transform(*file)
        east, north = transform(np.asarray(lon), np.asarray(lat), WGS84, MEASURE)
        if srid == MEASURE and _agree(east, north, known):
            return (
                f"Toạ độ trong tệp có vẻ {vi}.",
                f"The coordinates of the file seem to be such that they {en}.",
            )

    def inside(east: Floats, north: Floats) -> np.ndarray:
        return np.hypot(east - known[0], north - known[1]) <= SMALL_M

    readings = suggest(*file, declared=srid, inside=inside)
    if readings and all(reading is not None and reading == readings[0] for reading in readings):
        best = readings[0]
        assert best is not None
        return f"Sẽ khớp nếu đọc theo {best.vi}.", f"They would agree if read in {best.en}."
    return None


def _agree(east: Floats, north: Floats, known: tuple[Floats, Floats]) -> bool:
    return bool((np.hypot(east - known[0], north - known[1]) <= AGREES_M).all())


def _wgs84_from(proj: str) -> Transformer:
    return Transformer.from_crs(proj, WGS84, always_xy=True)
