"""The coordinate systems we store and measure in, and the only functions that convert between them.

Geometry is stored in WGS 84 (EPSG:4326) and measured in VN-2000 / TM-3 105°00′ (EPSG:5897). A transformation is
always made from the *pair of EPSG codes*: a "+towgs84" string copied from a web page has its rotations in the other
sign convention and is 0.75 m off, a missing datum shift 224 m, a wrong scale factor 699 m (measured; the tests repeat
it). Axis order is east/longitude first everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Inside = Callable[[Floats, Floats], Mask]
Geometry = TypeVar("Geometry")  # one shapely geometry, or a numpy array of them

WGS84 = 4326
MEASURE = 5897
VN2000 = 4756

# Hanoi in EPSG:5897, metres: the city with a margin of some kilometres.
HANOI_EAST = (525_000.0, 610_000.0)
HANOI_NORTH = (2_270_000.0, 2_370_000.0)

# Global origin of the cadastral DGN design file, metres (Thông tư 25/2014/TT-BTNMT): lost when a header is rewritten.
DGN_ORIGIN = (500_000.0, 1_000_000.0)

# TM-3 zones of VN-2000 (k 0.9999, false easting 500 km) with their central meridian in degrees, nearest to Hanoi first.
TM3_ZONES: Mapping[int, float] = MappingProxyType(
    {
        5897: 105.0,
        9209: 105.5,
        9208: 104.75,
        9210: 105.75,
        9211: 106.0,
        9207: 104.5,
        9212: 106.25,
        9206: 104.0,
        9213: 106.5,
        9214: 107.0,
        9205: 103.0,
        9215: 107.25,
        9216: 107.5,
        5899: 107.75,
        5898: 108.0,
        9217: 108.25,
        9218: 108.5,
        5896: 102.0,
    }
)
# UTM (k 0.9996): small-scale sheets and GPS exports, never the cadastral map of Hanoi.
UTM_ZONES: Mapping[int, float] = MappingProxyType({3405: 105.0, 32648: 105.0, 3406: 111.0, 32649: 111.0})
GEOGRAPHIC = (WGS84, VN2000)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a pair of numbers: as which CRS, with the two columns exchanged, in millimetres.

    `origin`: +1 or -1 when the global origin of a cadastral DGN has to be added or taken away first.
    """

    srid: int
    swapped: bool = False
    millimetres: bool = False
    origin: int = 0

    def measured(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """The points in EPSG:5897 under this reading; infinite where it makes no sense."""
        if self.swapped:
            x, y = y, x
        if self.millimetres:
            x, y = x / 1000, y / 1000
        if self.origin:
            x, y = x + self.origin * DGN_ORIGIN[0], y + self.origin * DGN_ORIGIN[1]
        return transform(x, y, self.srid, MEASURE)

    @property
    def vi(self) -> str:
        """In Vietnamese words."""
        origin = _origin(self, "cộng thêm", "trừ đi")
        return (
            label(self.srid)
            + _note(self, ", hai trục X/Y đổi chỗ cho nhau", ", đơn vị mi-li-mét")
            + (f", {origin} gốc toạ độ chung của DGN (500000, 1000000)" if origin else "")
        )

    @property
    def en(self) -> str:
        """In English words."""
        origin = _origin(self, "added", "taken away")
        return (
            label(self.srid)
            + _note(self, ", the two axes exchanged", ", in millimetres")
            + (f", with the global origin of DGN files (500000, 1000000) {origin}" if origin else "")
        )


def label(srid: int) -> str:
    """A name for people: 'EPSG:5897 (VN-2000 / TM-3 105°00′)'."""
    if srid in TM3_ZONES:
        degrees, minutes = divmod(round(TM3_ZONES[srid] * 60), 60)
        return f"EPSG:{srid} (VN-2000 / TM-3 {degrees}°{minutes:02d}′)"
    try:
        return f"EPSG:{srid} ({CRS.from_epsg(srid).name})"
    except CRSError:
        return f"EPSG:{srid}"


def is_usable(srid: int) -> bool:
    """Whether `srid` is an EPSG code of a projected or geographic CRS that PROJ can bring to EPSG:5897."""
    try:
        crs = CRS.from_epsg(srid)
        if not (crs.is_projected or crs.is_geographic):
            return False
        _transformer(srid, MEASURE)
    except (CRSError, ProjError):
        return False
    return True


def transform(x: Floats, y: Floats, source: int, target: int) -> tuple[Floats, Floats]:
    """Points from one EPSG code to another, east/longitude first; infinite where no transformation exists."""
    if source == target:
        return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    east, north = _transformer(source, target).transform(x, y)
    return np.asarray(east, dtype=np.float64), np.asarray(north, dtype=np.float64)


def to_wgs84(geometry: Geometry, srid: int = MEASURE) -> Geometry:
    """A shapely geometry, or an array of them, from EPSG:`srid` to WGS 84 (longitude, latitude)."""
    return _reproject(geometry, srid, WGS84)


def to_measure(geometry: Geometry, srid: int = WGS84) -> Geometry:
    """A shapely geometry, or an array of them, from EPSG:`srid` to EPSG:5897, where metres and m² are measured."""
    return _reproject(geometry, srid, MEASURE)


def in_hanoi(east: Floats, north: Floats) -> Mask:
    """Which points of EPSG:5897 lie in the box of Hanoi."""
    inside: Mask = (
        (east >= HANOI_EAST[0])
        & (east <= HANOI_EAST[1])
        & (north >= HANOI_NORTH[0])
        & (north <= HANOI_NORTH[1])
    )
    return inside


def check_hanoi(x: Floats, y: Floats, srid: int) -> Mask:
    """Which points of EPSG:`srid` lie in the box of Hanoi."""
    return in_hanoi(*transform(x, y, srid, MEASURE))


def suggest(x: Floats, y: Floats, *, declared: int | None, inside: Inside = in_hanoi) -> list[Reading | None]:
    """For each point the reading, other than EPSG:`declared`, that would put it in its place; None if there is none.

    `inside` judges points of EPSG:5897, one per row (the box of Hanoi, or the neighbourhood of each row's ward). The
    reading that explains most points is preferred for all of them; ties go to the simpler reading and to Hanoi's own
    zone, so among UTM and TM-3, which differ by 0.7 km only, TM-3 is named.
    """
    candidates = list(_candidates(declared))
    hits = np.array([inside(*reading.measured(x, y)) for reading in candidates]).reshape(
        len(candidates), len(x)
    )
    order = sorted(range(len(candidates)), key=lambda i: -int(hits[i].sum()))
    found: list[Reading | None] = [None] * len(x)
    for i in reversed(order):
        for j in np.flatnonzero(hits[i]):
            found[j] = candidates[i]
    return found


def _candidates(declared: int | None) -> Iterator[Reading]:
    systems = [*TM3_ZONES, *GEOGRAPHIC, *UTM_ZONES]
    own = [declared] if declared is not None and declared not in systems else []
    for millimetres in (False, True):
        for swapped in (False, True):
            for srid in [*own, *systems]:
                if millimetres and srid in GEOGRAPHIC:
                    continue
                reading = Reading(srid, swapped, millimetres)
                if declared is None or reading != Reading(declared):
                    yield reading

    for origin in (1, -1):
        yield Reading(MEASURE, origin=origin)


def rank(x: Floats, y: Floats, *, inside: Inside = in_hanoi) -> list[tuple[Reading, int]]:
    """All readings that put some of the points in their place with how many they are, the best first.

    Ties keep the order of `suggest`: the simpler reading and Hanoi's own zone first.
    """
    counted = [(reading, int(inside(*reading.measured(x, y)).sum())) for reading in _candidates(None)]
    return sorted([pair for pair in counted if pair[1]], key=lambda pair: -pair[1])


def _origin(reading: Reading, added: str, taken: str) -> str:
    return {1: added, -1: taken}.get(reading.origin, "")


def _note(reading: Reading, swapped: str, millimetres: str) -> str:
    return (swapped if reading.swapped else "") + (millimetres if reading.millimetres else "")


def _reproject(geometry: Geometry, source: int, target: int) -> Geometry:
    if source == target:
        return geometry
    change: Any = shapely.transform  # its stubs know `interleaved` for one geometry only
    result: Geometry = change(geometry, _transformer(source, target).transform, interleaved=False)
    return result


@cache
def _transformer(source: int, target: int) -> Transformer:
    """By EPSG pair only. Without ballpark operations: no result is better than one that skips the datum shift.

    Shared between threads: pyproj keeps the PROJ object of each thread apart.
    """
    return Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)
