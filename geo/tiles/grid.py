"""The web-map tile grid: tile numbers to boxes of WGS 84. Plain numbers, nothing of a database."""

from __future__ import annotations

import math
from dataclasses import dataclass

EXTENT = 4096  # units of a tile's side
BUFFER = 64  # units beyond its edges that a parcel is drawn into, so that outlines of neighbours meet
LEAST_ZOOM, MOST_ZOOM = 6, 20

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile of the grid: zoom, column from the west, row from the north."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Whether the grid has such a tile."""
        return self.z >= 0 and 0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z

    def box(self, buffer: float = 0.0) -> Box:
        """Its edges in degrees; `buffer` widens it by that share of its side on every side."""
        return (
            _lon(self.x - buffer, self.z),
            _lat(self.y + 1 + buffer, self.z),
            _lon(self.x + 1 + buffer, self.z),
            _lat(self.y - buffer, self.z),
        )


def tile_at(z: int, lon: float, lat: float) -> Tile:
    """The tile of zoom `z` that holds a place (degrees, WGS 84)."""
    n = 1 << z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return Tile(z, min(n - 1, int((lon + 180) / 360 * n)), min(n - 1, int(y * n)))


def _lon(x: float, z: int) -> float:
    return x / (1 << z) * 360 - 180


def _lat(y: float, z: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / (1 << z)))))
