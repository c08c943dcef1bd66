"""A city's worth of invented parcels as arrays: a jittered grid with shared corners and some vertices on the sides."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import LineString

from geo.takeoff import Geometries

EAST, NORTH, STEP = 570_000.0, 2_318_000.0, 18.0


def grid(parcels: int, seed: int = 7) -> Geometries:
    """`parcels` polygons in EPSG:5897 of about 320 m², five to nine vertices each, none overlapping."""
    chance = np.random.default_rng(seed)
    side = int(np.ceil(parcels**0.5))
    column, row = np.meshgrid(np.arange(side + 1), np.arange(side + 1))
    x = EAST + (column + chance.uniform(-0.28, 0.28, column.shape)) * STEP
    y = NORTH + (row + chance.uniform(-0.28, 0.28, row.shape)) * STEP
    corners = np.stack(
        [
            np.stack([x[:-1, :-1], y[:-1, :-1]], -1),
            np.stack([x[:-1, 1:], y[:-1, 1:]], -1),
            np.stack([x[1:, 1:], y[1:, 1:]], -1),
            np.stack([x[1:, :-1], y[1:, :-1]], -1),
        ],
        axis=2,
    ).reshape(-1, 4, 2)[:parcels]
    # A vertex in the middle of every side as well, a little off: land is rarely a square.
    middles = (corners + np.roll(corners, -1, axis=1)) / 2
    rings = np.stack([corners, middles], axis=2).reshape(-1, 8, 2)
    return np.asarray(shapely.polygons(rings), dtype=object)


def winding_corridors(count: int, across: float, seed: int = 11) -> Geometries:
    """`count` bands of 40 to 120 m that wind over a square of `across` metres, in EPSG:5897."""
    chance = np.random.default_rng(seed)
    along = np.linspace(0, 1, 40)
    found = []
    for _ in range(count):
        ends = chance.uniform(0, 1, 4)
        x = EAST + across * (
            ends[0] + (ends[2] - ends[0]) * along + 0.05 * np.sin(along * chance.uniform(3, 12))
        )
        y = NORTH + across * (
            ends[1] + (ends[3] - ends[1]) * along + 0.05 * np.sin(along * chance.uniform(3, 12))
        )
        found.append(LineString(np.column_stack([x, y])).buffer(chance.uniform(20, 60)))
    return np.array(found, dtype=object)
