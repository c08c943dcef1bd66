"""The last judgement before rows enter the database, whichever reader brought them: in bulk, nothing believed.

"It parsed" is not "it is right": missing identity, repeated numbers, unknown wards, shapes that are no valid polygon,
land outside Hanoi, areas of nothing. Reading has said most of it before with better words; here nothing gets past.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.crs import HANOI_EAST, HANOI_NORTH, MEASURE, WGS84, Floats, Mask, in_hanoi, to_measure, transform
from geo.importers.faults import FaultList
from geo.importers.limits import DEFAULT, Limits

IDENTITY = ("map_series", "sheet", "number", "map_version")
NEEDED = (*IDENTITY, "ward_code", "land_use")
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
Shapes = npt.NDArray[np.object_]
_SMALL_DEGREES = 0.01  # about 1 km
_STEP = 0.01  # degrees of the grid of scales


@dataclass(frozen=True, slots=True)
class Judged:
    """What the gate measured of the rows: areas in m² (EPSG:5897)."""

    area_m2: Floats


def judge_attributes(frame: pd.DataFrame, ward_codes: Collection[str], faults: FaultList) -> None:
    """Notes rows without identity, ward or land use, identities that stand twice, and wards that do not exist."""
    for name in NEEDED:
        for i in np.flatnonzero(_blank(frame[name])).tolist():
            faults.row("missing", i + 1, f"Thiếu {name}.", f"{name} is missing.")
    known = frame["ward_code"].isin(list(ward_codes)).to_numpy()
    for i in np.flatnonzero(~known).tolist():
        code = frame["ward_code"].iloc[i]
        faults.row("ward", i + 1, f"Không có phường, xã mã {code}.", f"There is no ward with code {code}.")
    twice = frame.duplicated(list(IDENTITY)).to_numpy()
    for i in np.flatnonzero(twice).tolist():
        sheet, number = frame["sheet"].iloc[i], frame["number"].iloc[i]
        faults.row(
            "duplicate",
            i + 1,
            f"Tờ {sheet} thửa {number} có hai lần trong tệp.",
            f"Sheet {sheet} parcel {number} stands twice in the file.",
        )


def judge_shapes(
    shapes: Shapes, srid: int, faults: FaultList, *, first_row: int = 1, limits: Limits = DEFAULT
) -> Judged:
    """Notes shapes that are no valid two-dimensional polygon in the box of Hanoi; measures the others.

    Rows count from `first_row`. `shapes` are in EPSG:`srid`.
    """
    kinds = shapely.get_type_id(shapes)
    valid = shapely.is_valid(shapes) & np.isin(kinds, _POLYGONS) & ~shapely.is_empty(shapes)
    for i in np.flatnonzero(~valid).tolist():
        why = "hình trống" if shapes[i] is None else shapely.is_valid_reason(shapes[i])
        faults.row(
            "geometry", first_row + i, f"Không phải vùng hợp lệ ({why}).", f"No valid polygon ({why})."
        )
    area = np.zeros(len(shapes))
    good = np.flatnonzero(valid)
    area[good], inside = _measured(shapes[good], srid)
    for i in good[~inside].tolist():
        faults.row("place", first_row + i, "Nằm ngoài Hà Nội.", "It lies outside Hanoi.")
    for i in good[(area[good] <= 0) | (area[good] > limits.area_m2)].tolist():
        faults.row(
            "area",
            first_row + i,
            f"Diện tích {area[i]:.1f} m² vô lý.",
            f"An area of {area[i]:.1f} m² makes no sense.",
        )
    return Judged(area)


def _measured(shapes: Shapes, srid: int) -> tuple[Floats, Mask]:
    """Areas in m² of EPSG:5897 and which shapes lie in Hanoi with every vertex.

    Exact for what is in EPSG:5897 or unusual. A parcel of one ring in degrees is measured by the shoelace formula times
    the local m² of a square degree (`_square_degrees`): the relative error is of the order (size / radius of the
    Earth)², 10⁻⁸ for a kilometre; a test holds it to the transformed polygon.
    """
    if len(shapes) == 0:
        return np.zeros(0), np.zeros(0, dtype=bool)
    if srid != WGS84:
        return _exactly(shapes, srid)
    bounds = shapely.bounds(shapes)
    inside = np.ones(len(shapes), dtype=bool)
    size = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    plain = (size < _SMALL_DEGREES) & _well_inside(bounds)
    area = shapely.area(shapes)
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    area[plain] *= _square_degrees(middle[plain])
    rest = np.flatnonzero(~plain)
    if len(rest):
        area[rest], inside[rest] = _exactly(shapes[rest], srid)
    return area, inside


def _exactly(shapes: Shapes, srid: int) -> tuple[Floats, Mask]:
    with np.errstate(invalid="ignore"):  # far outside the CRS coordinates become infinite
        moved: Shapes = to_measure(shapes, srid)
        west, south, east, north = shapely.bounds(moved).T
        return shapely.area(moved), in_hanoi(west, south) & in_hanoi(east, north)


def _well_inside(bounds: Floats) -> Mask:
    west, south, east, north = _inner_box()
    inside: Mask = (
        (bounds[:, 0] > west) & (bounds[:, 1] > south) & (bounds[:, 2] < east) & (bounds[:, 3] < north)
    )
    return inside


@cache
def _inner_box() -> tuple[float, float, float, float]:
    """Degrees that surely lie in the box of Hanoi: nothing in it needs to be transformed to know that."""
    east = np.array([HANOI_EAST[0], HANOI_EAST[1], HANOI_EAST[0], HANOI_EAST[1]])
    north = np.array([HANOI_NORTH[0], HANOI_NORTH[0], HANOI_NORTH[1], HANOI_NORTH[1]])
    lon, lat = transform(east, north, MEASURE, WGS84)
    margin = 0.01
    return (
        float(max(lon[0], lon[2])) + margin,
        float(max(lat[0], lat[1])) + margin,
        float(min(lon[1], lon[3])) - margin,
        float(min(lat[2], lat[3])) - margin,
    )


def _square_degrees(places: Floats) -> Floats:
    """m² of EPSG:5897 in one square degree at places (longitude, latitude), from a grid of EPSG's pair."""
    west, south, step, grid = _grid()
    x, y = (places[:, 0] - west) / step, (places[:, 1] - south) / step
    i, j = x.astype(np.int64), y.astype(np.int64)
    u, v = x - i, y - j
    below = grid[j, i] * (1 - u) + grid[j, i + 1] * u
    above = grid[j + 1, i] * (1 - u) + grid[j + 1, i + 1] * u
    result: Floats = below * (1 - v) + above * v
    return result


@cache
def _grid() -> tuple[float, float, float, Floats]:
    west, south, east, north = _inner_box()
    lon, lat = np.meshgrid(
        np.arange(west, east + 2 * _STEP, _STEP), np.arange(south, north + 2 * _STEP, _STEP)
    )
    d = 1e-4  # half the width of the differences, degrees
    ex, nx = _difference(lon, lat, d, 0.0)
    ey, ny = _difference(lon, lat, 0.0, d)
    return west, south, _STEP, np.abs(ex * ny - ey * nx)


def _difference(lon: Floats, lat: Floats, dx: float, dy: float) -> tuple[Floats, Floats]:
    east1, north1 = transform(lon + dx, lat + dy, WGS84, MEASURE)
    east0, north0 = transform(lon - dx, lat - dy, WGS84, MEASURE)
    width = 2 * (dx + dy)
    return (east1 - east0) / width, (north1 - north0) / width


def _blank(column: pd.Series) -> Mask:
    return (column.isna() | (column == "")).to_numpy(dtype=bool)
