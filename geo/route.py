"""An alignment as it is measured: one or more parts, a ring, and the equations of its stakes.

Between two parts that do not touch the chainage runs on over the straight gap (a bridge that another project builds);
a published length stretches all of it. Each part is an `Axis` of its own with the measure that it begins at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, MultiLineString, Point

from geo.chainage import Axis, axis_in_measure, point_at, substring
from geo.crs import to_measure
from projects.errors import Fault, InvalidInput
from projects.stationing import Stationing, round_measures, stationing
from projects.workable import Line

# Parts whose ends are no further apart than this touch (coordinates carry 1 mm; surveyed joints a few cm).
JOINT_M = 1.0


@dataclass(frozen=True, slots=True)
class Route:
    """The parts of an alignment in order and its stationing; measures run from `start_m` to `end_m`."""

    parts: tuple[Axis, ...]
    stations: Stationing

    @property
    def start_m(self) -> float:
        """Measure of the first point."""
        return self.parts[0].start_m

    @property
    def end_m(self) -> float:
        """Measure of the last point; on a ring the same place as the first."""
        return self.parts[-1].end_m

    @property
    def is_ring(self) -> bool:
        """Whether the end is the start."""
        return self.parts[0].is_ring

    @property
    def measured_m(self) -> float:
        """Length in EPSG:5897 with the gaps between parts, before any stretching."""
        return (self.end_m - self.start_m) / self.parts[0].scale

    @property
    def line(self) -> Line:
        """What the sums of `projects.workable` need of it."""
        breaks = [m for a, b in self.gaps for m in (a, b)]
        return Line(self.start_m, self.end_m, self.is_ring, tuple(breaks))

    @property
    def gaps(self) -> tuple[tuple[float, float], ...]:
        """The measures between parts that do not touch."""
        met = JOINT_M * self.parts[0].scale
        return tuple((a.end_m, b.start_m) for a, b in pairwise(self.parts) if b.start_m - a.end_m > met)


def make_route(
    line: LineString | MultiLineString,
    *,
    start_m: float = 0.0,
    published_length_m: float | None = None,
    is_ring: bool = False,
    equations: Sequence[Sequence[float]] = (),
) -> Route:
    """The route of a WGS 84 line. Raises InvalidInput for no length, a ring of several parts, or wrong equations."""
    measured: LineString | MultiLineString = to_measure(line)
    return route_in_measure(
        measured,
        start_m=start_m,
        published_length_m=published_length_m,
        is_ring=is_ring,
        equations=equations,
    )


def route_in_measure(
    line: LineString | MultiLineString,
    *,
    start_m: float = 0.0,
    published_length_m: float | None = None,
    is_ring: bool = False,
    equations: Sequence[Sequence[float]] = (),
) -> Route:
    """`make_route` for a line that is in EPSG:5897 already."""
    pieces = [p for p in shapely.get_parts(line).tolist() if not p.is_empty]
    if is_ring and len(pieces) > 1:
        fault = Fault(
            "alignment",
            "Tuyến khép kín phải là một nét liền.",
            "A ring must be one continuous line.",
        )
        raise InvalidInput([fault])
    if len(pieces) < 2:
        only = pieces[0] if pieces else LineString()
        axis = axis_in_measure(only, start_m=start_m, published_length_m=published_length_m, is_ring=is_ring)
        parts: tuple[Axis, ...] = (axis,)
    else:
        jumps = [Point(a.coords[-1]).distance(Point(b.coords[0])) for a, b in pairwise(pieces)]
        total = sum(piece.length for piece in pieces) + sum(jumps)
        scale = 1.0 if published_length_m is None else published_length_m / total
        at, made = start_m, []
        for piece, jump in zip(pieces, [*jumps, 0.0], strict=True):
            made.append(axis_in_measure(piece, start_m=at, published_length_m=float(piece.length) * scale))
            at += (float(piece.length) + jump) * scale
        parts = tuple(made)
    stations = stationing(equations, start_m=parts[0].start_m, end_m=parts[-1].end_m)
    return Route(parts, stations)


def route_piece(route: Route, from_m: float, to_m: float) -> LineString | MultiLineString:
    """The line between two measures in WGS 84, without what lies between parts; empty without length."""
    found = [substring(part, from_m, to_m) for part in route.parts]
    there = [piece for piece in found if not piece.is_empty]
    return there[0] if len(there) == 1 else MultiLineString(there)


def route_point(route: Route, at_m: float) -> Point:
    """The WGS 84 point at a measure; between parts the nearer end."""
    if route.is_ring:
        return point_at(route.parts[0], at_m)
    away = [max(part.start_m - at_m, at_m - part.end_m, 0.0) for part in route.parts]
    return point_at(route.parts[int(np.argmin(away))], at_m)


def round_stations(route: Route, every_m: float) -> Iterator[float]:
    """The measures at which the stakes read whole multiples of `every_m`, in order; a ring's end is its start.

    Between parts that do not touch there is no stake.
    """
    first: float | None = None
    for measure in round_measures(route.stations, every_m):
        first = measure if first is None else first
        closes = route.is_ring and measure > route.end_m - 1e-6 and first <= route.start_m + 1e-6
        if not closes and not any(a < measure < b for a, b in route.gaps):
            yield measure
