"""A strip of land as a straight ribbon: (along, across) in metres ↔ the plane of EPSG:5897.

The ribbon of an alignment bends at mitred lines, so that both of its sides stay parallel to the axis; the ribbon of an
area is the rectangle around it. Inside a ribbon the map is one to one, so whatever does not
overlap on the ribbon does not overlap on the ground.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Polygon

from geo.chainage import Axis, axis_in_measure

Floats = npt.NDArray[np.float64]
Shape = TypeVar("Shape", LineString, Polygon)

# A route typed with two bends too near to each other for the strip's width is smoothed this far, in metres.
SMOOTHING_M = (0.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0)


@dataclass(frozen=True, slots=True)
class Strip:
    """A ribbon of `length_m` × `width_m`: cross lines at `along`, from the `right` to the `left` side."""

    along: Floats
    right: Floats
    left: Floats
    width_m: float

    @property
    def length_m(self) -> float:
        """Length of the ribbon in measured metres."""
        return float(self.along[-1])

    @property
    def bends(self) -> Floats:
        """Where the ribbon bends, between its ends."""
        return self.along[1:-1]

    def place(self, along: Floats, across: Floats) -> Floats:
        """Points (n, 2) in EPSG:5897; `across` runs from 0 on the right side to `width_m` on the left."""
        i = np.clip(np.searchsorted(self.along, along, side="right") - 1, 0, len(self.along) - 2)
        t = ((along - self.along[i]) / (self.along[i + 1] - self.along[i]))[:, None]
        v = (across / self.width_m)[:, None]
        here = self.right[i] * (1 - v) + self.left[i] * v
        there = self.right[i + 1] * (1 - v) + self.left[i + 1] * v
        placed: Floats = here * (1 - t) + there * t
        return placed


def along_axis(axis: Axis, from_m: float, to_m: float, width_m: float) -> Strip:
    """The ribbon of an alignment between two chainages, `width_m` measured metres across."""
    for tolerance in SMOOTHING_M:
        line = shapely.simplify(axis.line, tolerance) if tolerance else axis.line
        strip = _ribbon(axis_in_measure(_to_millimetre(line)), axis, from_m, to_m, width_m)
        if strip is not None:
            return strip
    raise ValueError(f"the route bends too sharply for a strip of {width_m} m")


def around_area(area: Polygon) -> Strip:
    """The ribbon that just holds an area (EPSG:5897): its smallest rectangle, along the longer side."""
    corners = np.round(shapely.get_coordinates(shapely.minimum_rotated_rectangle(area))[:4], 3)
    sides = np.hypot(*np.diff(corners, axis=0).T)
    if sides[0] < sides[1]:
        corners, sides = np.roll(corners, -1, axis=0), sides[1::-1]
    if not shapely.is_ccw(shapely.linearrings(corners)):
        corners = corners[[1, 0, 3, 2]]
    start_right, end_right, end_left, start_left = corners
    along = np.array([0.0, float(sides[0])])
    return Strip(along, np.array([start_right, end_right]), np.array([start_left, end_left]), float(sides[1]))


def _ribbon(line_axis: Axis, axis: Axis, from_m: float, to_m: float, width_m: float) -> Strip | None:
    """The ribbon along a (smoothed) line, None when its cross lines would meet inside it."""
    points = shapely.get_coordinates(line_axis.line)
    steps = np.diff(points, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    normals = np.column_stack([-steps[:, 1], steps[:, 0]]) / lengths[:, None]
    before = np.vstack([normals[-1] if axis.is_ring else normals[0], normals])
    after = np.vstack([normals, normals[0] if axis.is_ring else normals[-1]])
    mitres = (before + after) / (1.0 + (before * after).sum(axis=1))[:, None]
    at = np.concatenate([[0.0], np.cumsum(lengths)])
    start, end = ((m - axis.start_m) / axis.length_m * at[-1] for m in (from_m, to_m))
    start, end = max(start, 0.0), min(end, float(at[-1]))
    inner = at[(at > start + 0.001) & (at < end - 0.001)]
    stations = np.concatenate([[start], inner, [end]])
    centre = np.column_stack([np.interp(stations, at, points[:, k]) for k in (0, 1)])
    # Between two bends the side is the straight line between the two mitred corners.
    reach = {side: points + mitres * (side * width_m / 2) for side in (-1, 1)}
    right, left = (
        np.column_stack([np.interp(stations, at, reach[side][:, k]) for k in (0, 1)]) for side in (-1, 1)
    )
    forward = np.diff(centre, axis=0)
    for side in (right, left):
        if not ((np.diff(side, axis=0) * forward).sum(axis=1) > 0.05 * (forward**2).sum(axis=1)).all():
            return None
    return Strip(stations - stations[0], right, left, width_m)


def _to_millimetre(shape: Shape) -> Shape:
    # The last digits of a transformed coordinate differ between PROJ versions; what follows must not.
    return shapely.transform(shape, lambda points: np.round(points, 3))
