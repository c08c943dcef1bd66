"""Lý trình: where land lies along an alignment, in metres of chainage, measured in VN-2000 (EPSG:5897).

An `Axis` is an alignment made ready for measuring. When a length is published, the measured route is stretched
linearly onto it, so that chainages read as in the project's papers although the typed route is schematic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.crs import to_measure, to_wgs84
from geo.extremes import outline_feet, vertex_measures
from projects.errors import Fault, InvalidInput

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]

# Land that touches the axis within this distance lies beside it, not across it (coordinates carry 1 mm).
TOUCH_M = 0.05
# How far along the axis one looks to tell its direction at a point.
DIRECTION_STEP_M = 0.5


@dataclass(frozen=True, slots=True)
class Axis:
    """An alignment in EPSG:5897. Chainage runs from `start_m` over `length_m`, the published length if there
    is one; a ring is closed and its chainage `end_m` is the same place as `start_m`.
    """

    line: LineString
    start_m: float
    length_m: float
    is_ring: bool

    @property
    def end_m(self) -> float:
        """Chainage of the last point."""
        return self.start_m + self.length_m

    @property
    def scale(self) -> float:
        """Metres of chainage per measured metre."""
        return self.length_m / float(self.line.length)


@dataclass(frozen=True, slots=True)
class Stretches:
    """What each polygon covers of an axis, one entry per polygon.

    `from_m` ≤ `to_m` in metres of chainage; on a ring an interval through the seam is left unwrapped: it starts
    before the seam and `to_m` > `Axis.end_m`. `side` is 'L' or 'R' looking up-chainage, 'B' when the axis crosses
    the polygon. `offset_m` is the shortest measured distance to the axis, 0 when they touch.
    """

    from_m: Floats
    to_m: Floats
    side: npt.NDArray[np.str_]
    offset_m: Floats


def make_axis(
    line: LineString, *, start_m: float = 0.0, published_length_m: float | None = None, is_ring: bool = False
) -> Axis:
    """The axis of a WGS 84 line; a ring that is not closed is closed. Raises InvalidInput for no length."""
    return axis_in_measure(
        _one(to_measure(_array(line))),
        start_m=start_m,
        published_length_m=published_length_m,
        is_ring=is_ring,
    )


def axis_in_measure(
    line: LineString, *, start_m: float = 0.0, published_length_m: float | None = None, is_ring: bool = False
) -> Axis:
    """`make_axis` for a line that is in EPSG:5897 already."""
    points = shapely.get_coordinates(line)
    if is_ring and len(points) > 2 and (points[0] != points[-1]).any():
        line = LineString([*points, points[0]])
    length = float(line.length) if published_length_m is None else published_length_m
    if line.is_empty or not line.length > 0 or not length > 0:
        fault = Fault("alignment", "Tim tuyến không có chiều dài.", "The alignment has no length.")
        raise InvalidInput([fault])
    return Axis(line, start_m, length, is_ring)


def locate(axis: Axis, polygons: Geometries) -> Stretches:
    """The stretch of `axis` that each WGS 84 polygon covers."""
    return locate_in_measure(axis, to_measure(np.asarray(polygons, dtype=object)))


def locate_in_measure(axis: Axis, polygons: Geometries) -> Stretches:
    """`locate` for polygons that are in EPSG:5897 already; all are looked at in one pass."""
    polygons = np.asarray(polygons, dtype=object)
    count = len(polygons)
    if not count:
        nothing = np.empty(0)
        return Stretches(nothing, nothing, np.empty(0, dtype="<U1"), nothing)
    corners, measures, owner = outline_feet(axis.line, polygons)
    low, high = _extremes(measures, owner, count)
    if axis.is_ring:
        # No parcel is half as long as its ring: what looks so passes the seam, and goes on behind it.
        length = axis.line.length
        through = high - low > length / 2
        turned = np.where(through[owner] & (measures < length / 2), measures + length, measures)
        low, high = _extremes(turned, owner, count)
    right_most, left_most = _extremes(_signed_offsets(axis, corners, measures), owner, count)
    offset = shapely.distance(axis.line, polygons)
    crosses = (offset == 0.0) & (left_most > TOUCH_M) & (right_most < -TOUCH_M)
    return Stretches(
        from_m=axis.start_m + low * axis.scale,
        to_m=axis.start_m + high * axis.scale,
        side=np.where(crosses, "B", np.where(left_most > -right_most, "L", "R")),
        offset_m=offset,
    )


def substring(axis: Axis, from_m: float, to_m: float) -> LineString:
    """The piece of the axis between two chainages as WGS 84 line; on a ring it may pass the seam.

    Chainages outside the axis are cut back to its ends; an interval without length gives an empty line.
    """
    length = float(axis.line.length)
    start, end = (float((m - axis.start_m) / axis.scale) for m in (from_m, to_m))
    if axis.is_ring and end - start < length:
        start, end = start % length, start % length + max(end - start, 0.0)
        if end > length:
            doubled = LineString([*axis.line.coords, *list(axis.line.coords)[1:]])
            return _line_to_wgs84(_piece(doubled, start, end))
    return _line_to_wgs84(_piece(axis.line, max(start, 0.0), min(end, length)))


def point_at(axis: Axis, at_m: float) -> Point:
    """The WGS 84 point at a chainage; beyond the ends the nearest end, on a ring round and round."""
    return _one(to_wgs84(_array(_point_in_measure(axis, at_m))))


def corridor(
    axis: Axis, half_width_m: float, from_m: float | None = None, to_m: float | None = None
) -> Polygon:
    """The strip of `half_width_m` on both sides of the axis (or of a piece of it) as WGS 84 polygon."""
    if from_m is None and to_m is None:
        line = axis.line
    else:
        piece = substring(
            axis, axis.start_m if from_m is None else from_m, axis.end_m if to_m is None else to_m
        )
        line = _one(to_measure(_array(piece)))
    strip = shapely.buffer(line, half_width_m, cap_style="flat", join_style="mitre", mitre_limit=2.0)
    return _one(to_wgs84(_array(strip)))


def _extremes(values: Floats, owner: npt.NDArray[np.intp], count: int) -> tuple[Floats, Floats]:
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, owner, values)
    np.maximum.at(high, owner, values)
    return low, high


def _signed_offsets(axis: Axis, points: Floats, measures: Floats) -> Floats:
    """How far each point is beside the axis, positive on the left of its direction; at a bend the mean direction."""
    line, length = axis.line, axis.line.length
    ahead, behind = measures + DIRECTION_STEP_M, measures - DIRECTION_STEP_M
    ahead = ahead % length if axis.is_ring else np.minimum(ahead, length)
    behind = behind % length if axis.is_ring else np.maximum(behind, 0.0)
    along = _points_on(line, ahead) - _points_on(line, behind)
    away = points - _points_on(line, measures)
    cross: Floats = along[:, 0] * away[:, 1] - along[:, 1] * away[:, 0]
    return cross / np.hypot(along[:, 0], along[:, 1])


def _points_on(line: LineString, measures: Floats) -> Floats:
    points = shapely.get_coordinates(line)
    at = vertex_measures(points)
    return np.column_stack([np.interp(measures, at, points[:, 0]), np.interp(measures, at, points[:, 1])])


def _point_in_measure(axis: Axis, at_m: float) -> Point:
    along = (at_m - axis.start_m) / axis.scale
    if axis.is_ring:
        along %= axis.line.length
    return axis.line.interpolate(min(max(along, 0.0), axis.line.length))


def _piece(line: LineString, start: float, end: float) -> LineString:
    if not end > start:
        return LineString()
    length = line.length
    points = shapely.get_coordinates(line)
    at = vertex_measures(points)
    inner = points[(at > start) & (at < end)]
    ends = _points_on(line, np.array([start, min(end, length)]))
    return LineString([ends[0], *inner, ends[1]])


def _line_to_wgs84(line: LineString) -> LineString:
    return line if line.is_empty else _one(to_wgs84(_array(line)))


def _array(geometry: BaseGeometry) -> Geometries:
    wrapped = np.empty(1, dtype=object)
    wrapped[0] = geometry
    return wrapped


def _one(geometries: Geometries) -> Any:
    return geometries[0]
