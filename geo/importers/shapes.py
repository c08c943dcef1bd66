"""Carries polygons from the child process to its parent as plain numbers, checked on arrival.

No pickle and no WKB: a child that a hostile file has taken over can send wrong numbers, never code, and numbers that
do not form closed rings are refused before GEOS sees them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.importers.limits import Limits

# What a feature's geometry is: 1 and 2 are polygons, all else is a fault of the row.
NULL, POLYGON, MULTIPOLYGON, EMPTY, OTHER, UNREADABLE, NOT_FINITE, UNCLOSED, TOO_FEW = range(9)
ARRAYS = {"kinds": "u1", "coordinates": "<f8", "rings": "<i8", "polygons": "<i8", "owners": "<i8"}

PIECE = 50_000

Objects = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]


class Damaged(ValueError):
    """The child's arrays contradict each other or the limits."""


@dataclass(frozen=True, slots=True)
class Packed:
    """Polygons as arrays: `coordinates` (n, 2); `rings` and `polygons` are offsets into coordinates and rings.

    `owners` has the feature of each polygon, `kinds` one code per feature. `types` names other geometry types by
    feature, `with_z` counts features whose heights were dropped.
    """

    kinds: npt.NDArray[np.uint8]
    coordinates: npt.NDArray[np.float64]
    rings: Ints
    polygons: Ints
    owners: Ints
    types: dict[int, str]
    with_z: int

    def write(self, folder: Path) -> None:
        """One raw little-endian file per array."""
        for name, dtype in ARRAYS.items():
            np.ascontiguousarray(getattr(self, name), dtype=dtype).tofile(folder / f"{name}.bin")


def pack(wkb: Objects) -> Packed:
    """Child's side: WKB of any geometry to arrays of the polygons among them, in two dimensions."""
    with np.errstate(invalid="ignore"):  # coordinates that are not numbers are looked for, not stumbled over
        packed = [_pack(wkb[piece]) for piece in pieces(len(wkb))]
    return _joined(packed) if len(packed) != 1 else packed[0]


def pieces(count: int) -> list[slice]:
    """Slices of at most `PIECE` of `count` things, at least one: only so many shapes are held twice at a time."""
    return [slice(start, min(start + PIECE, count)) for start in range(0, max(count, 1), PIECE)]


def unpack(folder: Path, rows: int, limits: Limits) -> tuple[npt.NDArray[np.uint8], Objects, Ints]:
    """Parent's side: (kind per feature, Polygon, MultiPolygon or None per feature, vertices of its longest ring).

    Raises Damaged when the arrays could not come from a sound child.
    """
    kinds: npt.NDArray[np.uint8] = _load(folder, "kinds", rows)
    flat = _load(folder, "coordinates", 2 * limits.vertices)
    rings = _load(folder, "rings", limits.vertices)
    polygons = _load(folder, "polygons", limits.vertices)
    owners = _load(folder, "owners", limits.vertices)
    _require(len(kinds) == rows and len(flat) % 2 == 0)
    points = flat.reshape(-1, 2)
    _require(bool(np.isfinite(points).all()))
    _check_offsets(rings, len(points), at_least=4)
    _check_offsets(polygons, len(rings) - 1, at_least=1)
    _require(len(owners) == len(polygons) - 1)
    _require(bool((points[rings[:-1]] == points[rings[1:] - 1]).all()) if len(rings) > 1 else True)
    counts = np.zeros(rows, dtype=np.int64)
    if len(owners):
        _require(int(owners[0]) >= 0 and int(owners[-1]) < rows and bool((np.diff(owners) >= 0).all()))
        counts = np.bincount(owners, minlength=rows).astype(np.int64)
    _require(bool(((counts > 0) == np.isin(kinds, (POLYGON, MULTIPOLYGON))).all()))
    _require(bool((counts[kinds == POLYGON] == 1).all()))
    shapes: Objects = np.full(rows, None, dtype=object)
    longest = np.zeros(rows, dtype=np.int64)
    if len(owners):
        parts = shapely.from_ragged_array(shapely.GeometryType.POLYGON, points, (rings, polygons))
        single = kinds[owners] == POLYGON
        shapes[owners[single]] = parts[single]
        if not single.all():
            several, index = np.unique(owners[~single], return_inverse=True)
            shapes[several] = shapely.multipolygons(parts[~single], indices=index)
        ring_owner = np.repeat(owners, np.diff(polygons))
        np.maximum.at(longest, ring_owner, np.diff(rings))
    return kinds, shapes, longest


def _joined(packed: list[Packed]) -> Packed:
    """The pieces as one: offsets and feature numbers go on where the piece before ended."""
    rows = np.cumsum([0, *(len(p.kinds) for p in packed)])
    points = np.cumsum([0, *(len(p.coordinates) for p in packed)])
    rings = np.cumsum([0, *(len(p.rings) - 1 for p in packed)])
    start = np.zeros(1, dtype=np.int64)
    return Packed(
        kinds=np.concatenate([p.kinds for p in packed]),
        coordinates=np.concatenate([p.coordinates for p in packed]),
        rings=np.concatenate([start, *(p.rings[1:] + n for p, n in zip(packed, points, strict=False))]),
        polygons=np.concatenate([start, *(p.polygons[1:] + n for p, n in zip(packed, rings, strict=False))]),
        owners=np.concatenate([p.owners + n for p, n in zip(packed, rows, strict=False)]),
        types={i + int(n): t for p, n in zip(packed, rows, strict=False) for i, t in p.types.items()},
        with_z=sum(p.with_z for p in packed),
    )


def _pack(wkb: Objects) -> Packed:
    shapes: Objects = shapely.from_wkb(wkb, on_invalid="ignore")
    silent = np.array([blob is None for blob in wkb], dtype=bool)
    kinds = np.where(silent, NULL, UNREADABLE).astype(np.uint8)
    types: dict[int, str] = {}
    type_ids = shapely.get_type_id(shapes)
    there = type_ids >= 0
    kinds[there] = OTHER
    kinds[type_ids == shapely.GeometryType.POLYGON] = POLYGON
    kinds[type_ids == shapely.GeometryType.MULTIPOLYGON] = MULTIPOLYGON
    for i in np.flatnonzero(kinds == OTHER):
        types[int(i)] = shapes[i].geom_type
    for i in np.flatnonzero(kinds == UNREADABLE):
        kinds[i] = _why_unreadable(wkb[i])
    kinds[there & shapely.is_empty(shapes)] = EMPTY
    with_z = _with_heights(shapes)
    shapes = shapely.force_2d(shapes)
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    broken = np.unique(owner[~np.isfinite(coordinates).all(axis=1)])
    kinds[broken] = np.where(np.isin(kinds[broken], (POLYGON, MULTIPOLYGON)), NOT_FINITE, kinds[broken])
    parts, owners = shapely.get_parts(shapes, return_index=True)
    kinds[owners[shapely.is_empty(parts)]] = EMPTY  # a part without any point
    keep = np.isin(kinds[owners], (POLYGON, MULTIPOLYGON))
    parts, owners = parts[keep], owners[keep].astype(np.int64)
    if len(parts) == 0:
        none = np.zeros(1, dtype=np.int64)
        return Packed(kinds, np.empty((0, 2)), none, none, owners, types, with_z)
    _, points, (rings, polygons) = shapely.to_ragged_array(parts, include_z=False)
    return Packed(kinds, points, rings.astype(np.int64), polygons.astype(np.int64), owners, types, with_z)


def _with_heights(shapes: Objects) -> int:
    """How many have heights that say something: a KML writes 0 everywhere."""
    tall = np.flatnonzero(shapely.has_z(shapes))
    points, owner = shapely.get_coordinates(shapes[tall], include_z=True, return_index=True)
    return len(np.unique(owner[points[:, 2] != 0.0]))


def _why_unreadable(blob: Any) -> int:
    mended = shapely.from_wkb(blob, on_invalid="fix")
    if mended is not None and not np.isfinite(shapely.get_coordinates(mended)).all():
        return NOT_FINITE
    try:
        shapely.from_wkb(blob, on_invalid="raise")
    except shapely.errors.GEOSException as error:
        if "closed" in str(error):
            return UNCLOSED
        if "number of points" in str(error):
            return TOO_FEW
    return UNREADABLE


def _load(folder: Path, name: str, most: int) -> Any:
    path, dtype = folder / f"{name}.bin", np.dtype(ARRAYS[name])
    # lstat: a link laid by a hostile child must not lead the parent to another file.
    size = path.lstat().st_size
    _require(not path.is_symlink() and path.is_file() and size % dtype.itemsize == 0)
    _require(size // dtype.itemsize <= most + 1)
    return np.fromfile(path, dtype=dtype)


def _check_offsets(offsets: Ints, end: int, *, at_least: int) -> None:
    _require(len(offsets) >= 1 and int(offsets[0]) == 0 and int(offsets[-1]) == end)
    _require(bool((np.diff(offsets) >= at_least).all()))


def _require(sound: bool) -> None:
    if not sound:
        raise Damaged("the arrays of the child process do not fit together")
