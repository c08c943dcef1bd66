"""What the child read, as a typed value that its parent has checked, converted and completed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.importers import shapes
from geo.importers.cells import unpack_columns
from geo.importers.filecrs import FileCrs
from geo.importers.formats import Format
from geo.importers.limits import Limits
from geo.importers.options import ReadingOptions
from geo.importers.textcodes import TextReading, convert
from geo.importers.values import Cell, shorten

Places = tuple[tuple[float, float, str], ...]
_UNTIED = ("labels", "outlines", "open_lines", "twice")


@dataclass(frozen=True, slots=True)
class Untied:
    """What a drawing holds beside its parcels (see `geo.importers.drawing.Untied`): first places are (x, y, what)."""

    counts: Mapping[str, int]
    places: Mapping[str, Places]


@dataclass(frozen=True, slots=True)
class VectorFile:
    """One layer of a file, as the child read it; nothing is judged yet.

    `columns`: field → one cell per feature, only for fields that the file or the options have (`headings`: field → its
    column there; `contested`: field → columns that all claim to be it). `all_columns` are all of the file, `sample`
    the first cells of each, when asked for. `kinds`, `shapes` and `ring_vertices` have one entry per feature: a code of
    `geo.importers.shapes`, the two-dimensional polygon or None, the vertices of its longest ring. `types` names other
    geometry types by feature index, `geometry_types` counts all. `readings`: how text was converted, per column.
    `codes`: what the file refers to and was not followed. `lines`: the line of a table that each row is.
    `untied`: for drawings. `axis_lines`: MultiLineStrings, read for alignments only. `sha256` is that of the upload.
    """

    filename: str
    sha256: str
    format: Format
    layer: str
    layers: tuple[str, ...]
    rows: int
    crs: FileCrs
    columns: Mapping[str, list[Cell]]
    headings: Mapping[str, str]
    contested: Mapping[str, list[str]]
    all_columns: tuple[str, ...]
    sample: Mapping[str, list[Cell]]
    kinds: npt.NDArray[np.uint8]
    shapes: npt.NDArray[np.object_]
    ring_vertices: npt.NDArray[np.int64]
    types: Mapping[int, str]
    geometry_types: Mapping[str, int]
    with_z: int
    with_m: bool
    notes: tuple[str, ...]
    codes: tuple[str, ...] = ()
    readings: tuple[TextReading, ...] = ()
    untied: Untied | None = None
    lines: tuple[int, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    axis_lines: npt.NDArray[np.object_] | None = None


def vector_file(
    answer: Mapping[str, Any],
    out: Path,
    filename: str,
    sha256: str,
    kind: Format,
    options: ReadingOptions,
    limits: Limits,
) -> VectorFile:
    """The child's answer as a value. Raises ValueError, KeyError or TypeError when a part is not as agreed."""
    rows = int(answer["rows"])
    if not 0 <= rows <= limits.rows:
        raise ValueError("more rows than allowed")
    headings = {str(f): str(name) for f, name in answer["headings"].items()}
    full = unpack_columns(answer["columns"], out, rows, limits)
    first = {
        str(name): _checked(cells, limits.sample_rows, str(name)) for name, cells in answer["sample"].items()
    }
    # By column of the file, so that a column is converted once and the same way wherever it is used.
    by_column = {**first, **{headings[f]: cells for f, cells in full.items()}}
    converted, readings = convert(by_column, forced=options.encoding)
    columns = {f: converted[headings[f]] for f in full}
    columns |= {f: [value] * rows for f, value in options.fixed.items()}
    kinds, geometries, ring_vertices = shapes.unpack(out, rows, limits)
    if options.swapped:
        geometries = _swapped(geometries)
    contested = {str(f): [shorten(str(n)) for n in names] for f, names in answer["contested"].items()}
    return VectorFile(
        filename=filename,
        sha256=sha256,
        format=kind,
        layer=shorten(str(answer["layer"]), 100),
        layers=tuple(shorten(str(name), 100) for name in answer["layers"])[: limits.layers],
        rows=rows,
        crs=_crs(answer["crs"]),
        columns=columns,
        headings={f: shorten(name) for f, name in headings.items() if f not in options.fixed},
        contested={f: names for f, names in contested.items() if f not in options.fixed},
        all_columns=tuple(shorten(str(name)) for name in answer["all_columns"]),
        sample={shorten(name): converted[name][: limits.sample_rows] for name in first},
        kinds=kinds,
        shapes=geometries,
        ring_vertices=ring_vertices,
        types={int(row): shorten(str(name)) for row, name in answer["types"].items()},
        geometry_types={shorten(str(name)): int(n) for name, n in answer["geometry_types"].items()},
        with_z=int(answer["with_z"]),
        with_m=bool(answer["with_m"]),
        notes=tuple(shorten(str(note), 200) for note in answer["notes"]),
        codes=tuple(shorten(str(code)) for code in answer["codes"]),
        readings=readings,
        untied=_untied(answer.get("drawing"), options),
        lines=tuple(int(line) for line in answer.get("lines", ())),
        fixed=dict(options.fixed),
    )


def _checked(cells: Any, most: int, name: str) -> list[Cell]:
    sound = isinstance(cells, list) and all(isinstance(c, str | int | float | None) for c in cells)
    if not sound or len(cells) > most:
        raise ValueError(f"column {name} is not as agreed")
    return list(cells)


def _swapped(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    there = np.flatnonzero([shape is not None for shape in geometries])
    result = geometries.copy()
    for piece in shapes.pieces(len(there)):
        result[there[piece]] = shapely.transform(geometries[there[piece]], lambda points: points[:, ::-1])
    return result


def _untied(said: Any, options: ReadingOptions) -> Untied | None:
    if said is None:
        return None
    places: dict[str, Places] = {}
    for kind in _UNTIED:
        listed = [(float(x), float(y), str(what)) for x, y, what in said["places"].get(kind, [])]
        texts, _ = convert({kind: [what for _, _, what in listed]}, forced=options.encoding)
        sign = [(y, x) if options.swapped else (x, y) for x, y, _ in listed]
        places[kind] = tuple(
            (x, y, shorten(str(what), 60)) for (x, y), what in zip(sign, texts[kind], strict=True)
        )
    return Untied({kind: int(said["counts"].get(kind, 0)) for kind in _UNTIED}, places)


def _crs(said: Mapping[str, Any]) -> FileCrs:
    if said["kind"] not in ("none", "epsg", "bound", "custom", "unreadable"):
        raise ValueError("unknown kind of CRS")
    off = said.get("off_m")
    return FileCrs(
        kind=said["kind"],
        srid=None if said["srid"] is None else int(said["srid"]),
        name=shorten(str(said["name"]), 80),
        numbers=shorten(str(said["numbers"]), 120),
        towgs84=shorten(str(said["towgs84"]), 160),
        explicit=bool(said["explicit"]),
        off_m=None if off is None else float(off),
    )
