"""Turns lots on the ribbon into polygons on the ground that look surveyed and never overlap.

Every corner that lies on a neighbour's edge becomes a corner of the neighbour too; then each distinct corner moves
once, by a smooth drift that makes walls run askew and by a few centimetres of its own. Neighbours share moved corners,
so their common edge stays common.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from geo.demo.chance import Noise, Stream
from geo.demo.layout import MM, Lot
from geo.demo.strip import Strip

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Index = npt.NDArray[np.intp]

KNOT = 10 * MM  # long edges get a corner at each multiple of this, so that they follow the drift
# Drift in two waves: their length (m), how far they push (m), and at most which share of the ribbon's width.
DRIFTS = ((60.0, 3.0, 0.03), (150.0, 8.0, 0.045))
SHEAR, SHEAR_WAVE_M = 0.5, 260.0
WOBBLE_M = 0.25


def outlines(lots: Sequence[Lot], strip: Strip, stream: Stream) -> npt.NDArray[np.object_]:
    """One valid polygon per lot in EPSG:5897, coordinates to the millimetre; no two of them overlap."""
    rects = np.array([lot.rect for lot in lots], dtype=np.int64)
    corners, owner = _all_corners(rects)
    following = _next_in_ring(owner)
    spots, which = np.unique(corners, axis=0, return_inverse=True)
    which = which.reshape(-1)
    shifts = _drift(spots / MM, strip, stream) + _wobble(spots, corners, which, following, strip, stream)
    strength = 1.0
    while True:
        moved = spots / MM + shifts * strength
        points, belongs = _with_bends(moved, which, following, owner, strip)
        rings = shapely.linearrings(np.round(strip.place(points[:, 0], points[:, 1]), 3), indices=belongs)
        polygons = shapely.polygons(rings)
        if strength == 0.0 or (shapely.is_valid(polygons).all() and shapely.is_ccw(rings).all()):
            return np.asarray(polygons, dtype=object)
        strength = strength / 2 if strength > 0.2 else 0.0


def _all_corners(rects: Whole) -> tuple[Whole, Index]:
    """The corners of each lot in order, counter-clockwise, with every corner of others on its edges."""
    along_of = _by_line(rects[:, [2, 3]], rects[:, [0, 1]])
    across_of = _by_line(rects[:, [0, 1]], rects[:, [2, 3]])
    points: list[tuple[int, int]] = []
    sizes: list[int] = []
    for a, b, c, d in rects.tolist():
        bottom, top = (_between(along_of[line], a, b) for line in (c, d))
        right, left = (_between(across_of[line], c, d) for line in (b, a))
        before = len(points)
        points += [(a, c), *((x, c) for x in bottom), (b, c), *((b, y) for y in right)]
        points += [(b, d), *((x, d) for x in reversed(top)), (a, d), *((a, y) for y in reversed(left))]
        sizes.append(len(points) - before)
    return np.array(points, dtype=np.int64), np.repeat(np.arange(len(rects)), sizes)


def _by_line(lines: Whole, places: Whole) -> dict[int, list[int]]:
    """For each line of the drawing (a constant along or across), the sorted places of all corners on it."""
    found: dict[int, set[int]] = {}
    for pair, ends in zip(lines.tolist(), places.tolist(), strict=True):
        for line in pair:
            found.setdefault(line, set()).update(ends)
    return {line: sorted(corners) for line, corners in found.items()}


def _between(corners: list[int], start: int, end: int) -> list[int]:
    """All corners and knots strictly between two places, ascending."""
    inner = corners[bisect_right(corners, start) : bisect_left(corners, end)]
    return sorted({*inner, *range((start // KNOT + 1) * KNOT, end, KNOT)})


def _next_in_ring(owner: Index) -> Index:
    """For each corner the place of the following one of the same lot, the first after the last."""
    size = np.bincount(owner)
    starts = np.concatenate([[0], np.cumsum(size)[:-1]])
    following = np.arange(len(owner)) + 1
    following[starts + size - 1] = starts
    return following


def _with_bends(
    moved: Floats, which: Index, following: Index, owner: Index, strip: Strip
) -> tuple[Floats, Index]:
    """The outlines with a corner wherever an edge crosses a bend of the ribbon, and the lot of each corner.

    A crossing is computed from the two ends in a fixed order, so that both neighbours get the same one.
    """
    first, second = np.minimum(which, which[following]), np.maximum(which, which[following])
    one, other = moved[first], moved[second]
    places: list[Index] = [np.arange(len(which))]
    shares: list[Floats] = [np.zeros(len(which))]
    points: list[Floats] = [moved[which]]
    for bend in strip.bends:
        (crossing,) = np.nonzero((one[:, 0] - bend) * (other[:, 0] - bend) < 0)
        share = (bend - one[crossing, 0]) / (other[crossing, 0] - one[crossing, 0])
        across = one[crossing, 1] * (1 - share) + other[crossing, 1] * share
        places.append(crossing)
        shares.append(np.where(which[crossing] == first[crossing], share, 1 - share))
        points.append(np.column_stack([np.full(len(crossing), bend), across]))
    place = np.concatenate(places)
    order = np.lexsort((np.concatenate(shares), place))
    return np.concatenate(points)[order], owner[place[order]]


def _drift(spots: Floats, strip: Strip, stream: Stream) -> Floats:
    """The smooth part (m): cross walls lean, rows bend; nothing moves across the border of the ribbon.

    The slopes are chosen so that the drift never folds: together they stay below one.
    """
    along, across = spots[:, 0], spots[:, 1]
    length, width = strip.length_m, strip.width_m
    wave = max(SHEAR_WAVE_M, 1.6 * width)
    shear = min(SHEAR, 0.25 * wave / width)
    reaches = [min(push, share * width) for _, push, share in DRIFTS]
    furthest = shear * width / 2 + sum(reaches)
    fade_m = min(length / 3, max(20.0, 4 * furthest))
    fade = np.clip(np.minimum(along, length - along) / fade_m, 0.0, 1.0) * min(1.0, fade_m / (4 * furthest))
    forward = Noise(stream, length, 0.0, wave).at(along, np.zeros_like(along)) * shear * (across - width / 2)
    inward = np.zeros_like(along)
    for (drift_wave, _, _), reach in zip(DRIFTS, reaches, strict=True):
        forward = forward + Noise(stream, length, width, drift_wave).at(along, across) * reach
        inward = inward + Noise(stream, length, width, drift_wave).at(along, across) * reach
    v = across / width
    return np.column_stack([forward * fade, inward * fade * 4 * v * (1 - v)])


def _wobble(
    spots: Whole, corners: Whole, which: Index, following: Index, strip: Strip, stream: Stream
) -> Floats:
    """The part of each corner's own (m): a small share of its shortest edge, nothing on the border."""
    edge = np.abs(corners[following] - corners).sum(axis=1) / MM
    shortest = np.full(len(spots), np.inf)
    np.minimum.at(shortest, which, edge)
    np.minimum.at(shortest, which[following], edge)
    reach = np.minimum(WOBBLE_M, 0.12 * shortest)[:, None]
    moves = (stream.uniforms(len(spots), 2) * 2 - 1) * reach
    ends = np.array([round(strip.length_m * MM), round(strip.width_m * MM)])
    moves[(spots == 0) | (spots == ends)] = 0.0
    return moves
