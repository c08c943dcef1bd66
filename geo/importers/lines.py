"""Carries lines from the child process to its parent as plain numbers, as `geo.importers.shapes` does polygons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.importers.limits import Limits
from geo.importers.shapes import Damaged

# Points, offsets of each part into them, and the feature of each part.
ARRAYS = {"line_points": "<f8", "line_parts": "<i8", "line_owners": "<i8"}
_KINDS = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)

Objects = npt.NDArray[np.object_]


def pack_lines(wkb: Objects, folder: Path) -> int:
    """Child's side: writes the lines among WKB geometries, in two dimensions; gives the number of points."""
    shapes: Objects = shapely.from_wkb(wkb, on_invalid="ignore")
    shapes[~np.isin(shapely.get_type_id(shapes), _KINDS)] = None
    parts, owners = shapely.get_parts(shapely.force_2d(shapes), return_index=True)
    parts, owners = parts[~shapely.is_empty(parts)], owners[~shapely.is_empty(parts)]
    points, owner = shapely.get_coordinates(parts, return_index=True)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(parts)))])
    for name, values in zip(ARRAYS, (points, offsets, owners), strict=True):
        np.ascontiguousarray(values, dtype=ARRAYS[name]).tofile(folder / f"{name}.bin")
    return len(points)


def unpack_lines(folder: Path, rows: int, limits: Limits) -> Objects:
    """Parent's side: a MultiLineString per feature, None where it is no line.

    Raises Damaged when the arrays could not come from a sound child.
    """
    points = _load(folder, "line_points", 2 * limits.vertices)
    offsets = _load(folder, "line_parts", limits.vertices)
    owners = _load(folder, "line_owners", limits.vertices)
    sound = (
        len(points) % 2 == 0
        and bool(np.isfinite(points).all())
        and len(offsets) == len(owners) + 1
        and int(offsets[0]) == 0
        and int(offsets[-1]) == len(points) // 2
        and bool((np.diff(offsets) >= 2).all())
        and (not len(owners) or (int(owners[0]) >= 0 and int(owners[-1]) < rows))
        and bool((np.diff(owners) >= 0).all())
    )
    if not sound:
        raise Damaged("the lines of the child process do not fit together")
    found: Objects = np.full(rows, None, dtype=object)
    if len(owners):
        parts = shapely.linestrings(
            points.reshape(-1, 2), indices=np.repeat(np.arange(len(owners)), np.diff(offsets))
        )
        several, index = np.unique(owners, return_inverse=True)
        found[several] = shapely.multilinestrings(parts, indices=index)
    return found


def _load(folder: Path, name: str, most: int) -> Any:
    path, dtype = folder / f"{name}.bin", np.dtype(ARRAYS[name])
    # lstat: a link laid by a hostile child must not lead the parent to another file.
    size = path.lstat().st_size
    if path.is_symlink() or not path.is_file() or size % dtype.itemsize or size // dtype.itemsize > most + 1:
        raise Damaged("the lines of the child process are not as agreed")
    return np.fromfile(path, dtype=dtype)
