"""Points of outlines whose foot on an axis may be the farthest back or ahead, to a few centimetres.

Walking along an edge its foot on the axis moves evenly as long as it stays on one leg; at a bend it rests or leaps. An
extreme is therefore a corner, or lies where the foot leaps: such edges are halved until the leap is caught.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]

# A long edge may come nearest to a bend between its ends: edges are looked at every few metres.
EDGE_STEP_M = 5.0
CATCH_M = 0.04  # an edge shorter than this is not halved any more
EVEN_M = 0.01  # how far the foot may be from where an even walk would have brought it


def outline_feet(line: LineString, polygons: npt.NDArray[np.object_]) -> tuple[Floats, Floats, Index]:
    """(points, their measures along `line`, the polygon of each): all that may be extreme, axis crossings included."""
    rings, ring_owner = shapely.get_parts(
        shapely.segmentize(shapely.boundary(polygons), EDGE_STEP_M), return_index=True
    )
    points, ring = shapely.get_coordinates(rings, return_index=True)
    feet = _feet(line, points)
    owner = ring_owner[ring]
    shapely.prepare(line)
    (touched,) = np.nonzero(shapely.intersects(line, polygons))
    crossings, crossing = shapely.get_coordinates(
        shapely.intersection(line, polygons[touched]), return_index=True
    )
    starts = np.flatnonzero(ring[1:] == ring[:-1])
    caught, caught_feet, caught_owner = _leaps(line, points, feet, starts, owner)
    return (
        np.vstack([points, crossings, caught]),
        np.concatenate([feet, _feet(line, crossings), caught_feet]),
        np.concatenate([owner, touched[crossing], caught_owner]),
    )


def vertex_measures(points: Floats) -> Floats:
    """Measure of every vertex of a line, 0 at the first."""
    steps = np.diff(points, axis=0)
    return np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])


def _feet(line: LineString, points: Floats) -> Floats:
    feet: Any = shapely.line_locate_point(line, shapely.points(points))
    return np.asarray(feet, dtype=np.float64)


def _leaps(
    line: LineString, points: Floats, feet: Floats, starts: Index, owner: Index
) -> tuple[Floats, Floats, Index]:
    """Points on the edges that begin at `starts`, on both sides of every place where the foot leaps or rests."""
    vertices = shapely.get_coordinates(line)
    at = vertex_measures(vertices)
    a, b = points[starts], points[starts + 1]
    foot_a, foot_b, whose = feet[starts], feet[starts + 1], owner[starts]
    found: list[tuple[Floats, Floats, Index]] = [(np.empty((0, 2)), np.empty(0), np.empty(0, dtype=np.intp))]
    while True:
        uneven = _uneven(vertices, at, a, b, foot_a, foot_b)
        if not uneven.any():
            break
        a, b, foot_a, foot_b, whose = a[uneven], b[uneven], foot_a[uneven], foot_b[uneven], whose[uneven]
        middle = (a + b) / 2
        foot = _feet(line, middle)
        found.append((middle, foot, whose))
        a, b = np.vstack([a, middle]), np.vstack([middle, b])
        foot_a, foot_b = np.concatenate([foot_a, foot]), np.concatenate([foot, foot_b])
        whose = np.concatenate([whose, whose])
    return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))  # type: ignore[return-value]


def _uneven(
    vertices: Floats, at: Floats, a: Floats, b: Floats, foot_a: Floats, foot_b: Floats
) -> npt.NDArray[np.bool_]:
    """Which edges the foot does not walk evenly: it moves more or less than both ends would have it, or turns back."""
    edge = b - a
    length = np.hypot(edge[:, 0], edge[:, 1])
    way = edge / np.where(length > 0, length, 1.0)[:, None]
    pace_a, pace_b = (_pace(vertices, at, foot, way) for foot in (foot_a, foot_b))
    moved = foot_b - foot_a
    slack = EVEN_M + 1e-6 * length
    astray = (moved < np.minimum(pace_a, pace_b) * length - slack) | (
        moved > np.maximum(pace_a, pace_b) * length + slack
    )
    turns = (pace_a * pace_b < 0) & (np.minimum(np.abs(pace_a), np.abs(pace_b)) * length > EVEN_M)
    uneven: npt.NDArray[np.bool_] = (length > CATCH_M) & (astray | turns)
    return uneven


def _pace(vertices: Floats, at: Floats, foot: Floats, way: Floats) -> Floats:
    """How far the foot moves per metre of an edge in the direction `way`; 0 where it rests on a bend or an end."""
    leg = np.clip(np.searchsorted(at, foot, side="right") - 1, 0, len(at) - 2)
    along = vertices[leg + 1] - vertices[leg]
    size = np.hypot(along[:, 0], along[:, 1])
    pace: Floats = (along * way).sum(axis=1) / np.where(size > 0, size, 1.0)
    rests = np.minimum(np.abs(foot - at[leg]), np.abs(foot - at[leg + 1])) < 1e-6
    return np.where(rests, 0.0, pace)
