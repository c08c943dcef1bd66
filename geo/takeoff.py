"""How much of each parcel a corridor takes: arrays in, arrays out; everything in EPSG:5897, areas in m².

Corridors are long and have thousands of vertices, so that cutting parcels with them is slow; each is split into small
pieces first (measured: 6 to 8 times faster over a million parcels). A parcel that lies inside a piece is not cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, Polygon, STRtree

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]

PIECE_VERTICES = 32
DEEPEST = 24  # halvings; a piece that still has more vertices than that is a knot of its own
OVERLAP_M2 = 0.01  # parcels that share less with a corridor only touch it


@dataclass(frozen=True, slots=True)
class TakeOff:
    """One entry per pair of a corridor and a parcel that share more than `OVERLAP_M2`: their places in the arrays and
    the shared area, in order of corridor and parcel.
    """

    corridor: Whole
    parcel: Whole
    taken_m2: Floats


def take_off(
    parcels: Geometries, corridors: Sequence[Polygon | MultiPolygon], *, tree: STRtree | None = None
) -> TakeOff:
    """The area that each corridor takes of each parcel. `tree`: an index of `parcels` that is there already."""
    pieces = [split(corridor) for corridor in corridors]
    owner = np.repeat(np.arange(len(corridors)), [len(p) for p in pieces])
    flat = np.array([piece for some in pieces for piece in some], dtype=object)
    if not len(flat) or not len(parcels):
        return TakeOff(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))
    shapely.prepare(flat)
    piece, parcel = (tree or STRtree(parcels)).query(flat, predicate="intersects")
    inside = shapely.contains_properly(flat[piece], parcels[parcel])
    shared = np.empty(len(piece))
    shared[inside] = shapely.area(parcels[parcel[inside]])
    shared[~inside] = shapely.area(shapely.intersection(parcels[parcel[~inside]], flat[piece[~inside]]))
    pairs, which = np.unique(owner[piece].astype(np.int64) * len(parcels) + parcel, return_inverse=True)
    taken = np.bincount(which, shared, minlength=len(pairs)).astype(np.float64)
    kept = taken > OVERLAP_M2
    return TakeOff(pairs[kept] // len(parcels), pairs[kept] % len(parcels), taken[kept])


def largest_rest(parcels: Geometries, corridor: Polygon | MultiPolygon) -> Floats:
    """The area of the largest part that stays of each parcel, one by one; 0 where nothing stays.

    For the few that are cut: a rest in two halves may be too small to use although their sum is not.
    """
    pieces = split(corridor)
    near = STRtree(pieces)
    rests = np.zeros(len(parcels))
    for i, parcel in enumerate(parcels):
        touching = [pieces[k] for k in near.query(parcel)]
        rest = shapely.difference(parcel, shapely.union_all(touching)) if touching else parcel
        parts = shapely.get_parts(rest)
        rests[i] = shapely.area(parts).max() if len(parts) else 0.0
    return rests


def split(corridor: Polygon | MultiPolygon) -> list[Polygon]:
    """Polygons of at most `PIECE_VERTICES` vertices that together are the corridor and share only edges."""
    done: list[Polygon] = []
    waiting = [(part, 0) for part in _polygons(corridor)]
    while waiting:
        shape, depth = waiting.pop()
        if shapely.get_num_coordinates(shape) <= PIECE_VERTICES or depth == DEEPEST:
            done.append(shape)
            continue
        west, south, east, north = shape.bounds
        if east - west > north - south:
            middle = (west + east) / 2
            halves = ((west, south, middle, north), (middle, south, east, north))
        else:
            middle = (south + north) / 2
            halves = ((west, south, east, middle), (west, middle, east, north))
        for half in halves:
            cut = shapely.intersection(shape, shapely.box(*half))
            waiting.extend((part, depth + 1) for part in _polygons(cut))
    return done


def _polygons(shape: shapely.Geometry) -> list[Polygon]:
    """The areas of a shape; lines and points, where a cut only touched, have none."""
    return [part for part in shapely.get_parts(shape) if isinstance(part, Polygon) and not part.is_empty]
