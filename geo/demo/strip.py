"""A strip of land as a straight ribbon: (along, across) in metres ↔ the plane of EPSG:5897.

The ribbon of an alignment bends at mitred lines, so that both of its sides stay parallel to the axis; the ribbon of an
area follows the area's outline from one end to the other. Inside a ribbon the map is one to one, so whatever does not
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

# Ends of an area that are narrower than this share of its widest place are left out.
NARROW = 0.15
SLICE_M = 25.0
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


def across_area(area: Polygon) -> Strip:
    """The ribbon of an area (EPSG:5897) along its longest direction; lengths are such that areas stay true."""
    area = _to_millimetre(area)
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(area))
    sides = np.diff(corners[:3], axis=0)
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    direction = sides[int(lengths[1] > lengths[0])] / lengths.max()
    across = np.array([-direction[1], direction[0]])
    points = shapely.get_coordinates(area)
    t, n = points @ direction, points @ across
    cuts = np.unique(np.concatenate([t, np.linspace(t.min(), t.max(), int(np.ptp(t) / SLICE_M) + 2)]))
    cuts = cuts[np.concatenate([[True], np.diff(cuts) > 1e-3])]
    spans = [_span(area, direction, across, cut, (float(n.min()), float(n.max()))) for cut in cuts]
    widths = np.array([high - low for low, high in spans])
    keep = _around_widest(widths)
    cuts, widths, spans = cuts[keep], widths[keep], spans[keep]
    right = np.array([direction * cut + across * low for cut, (low, _) in zip(cuts, spans, strict=True)])
    left = np.array([direction * cut + across * high for cut, (_, high) in zip(cuts, spans, strict=True)])
    pieces = np.diff(cuts) * (widths[1:] + widths[:-1]) / 2
    mean_width = float(pieces.sum() / (cuts[-1] - cuts[0]))
    return Strip(np.concatenate([[0.0], np.cumsum(pieces) / mean_width]), right, left, mean_width)


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


def _span(
    area: Polygon, direction: Floats, across: Floats, cut: float, reach: tuple[float, float]
) -> tuple[float, float]:
    """The longest stretch of the cross line at `cut` that lies inside the area."""
    low, high = reach
    line = LineString([direction * cut + across * (low - 1.0), direction * cut + across * (high + 1.0)])
    pieces = shapely.get_parts(shapely.intersection(line, area))
    best = (0.0, 0.0)
    for piece in pieces:
        ends = np.sort(shapely.get_coordinates(piece) @ across)
        if len(ends) and ends[-1] - ends[0] > best[1] - best[0]:
            best = (float(ends[0]), float(ends[-1]))
    return best


def _around_widest(widths: Floats) -> slice:
    """The run of wide enough slices around the widest one."""
    wide = widths >= NARROW * widths.max()
    first = last = int(np.argmax(widths))
    while first > 0 and wide[first - 1]:
        first -= 1
    while last < len(widths) - 1 and wide[last + 1]:
        last += 1
    return slice(first, last + 1)


def _to_millimetre(shape: Shape) -> Shape:
    # The last digits of a transformed coordinate differ between PROJ versions; what follows must not.
    return shapely.transform(shape, lambda points: np.round(points, 3))
