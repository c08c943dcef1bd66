"""Reads the centre line of a project from a file: chosen features, in any CRS, as the parts of one alignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely import LineString

from geo.crs import to_wgs84
from geo.importers.faults import FaultList
from geo.importers.limits import DEFAULT, Limits
from geo.importers.options import ReadingOptions
from geo.importers.places import check_places
from geo.importers.reading import read_vector
from geo.importers.sourcecrs import settle_crs
from geo.importers.vectorfile import VectorFile
from projects.errors import Fault


@dataclass(frozen=True, slots=True)
class AlignmentFile:
    """Lines that were read and found right: `parts` in WGS 84 in the order that was asked for.

    `accuracy_m` is the worst that the file states, `source` what it says of the origin; None when it is silent.
    """

    filename: str
    sha256: str
    source_srid: int
    parts: tuple[LineString, ...]
    accuracy_m: float | None
    source: str | None
    warnings: tuple[Fault, ...]


def read_alignment_file(
    path: Path,
    *,
    of: str | None = None,
    parts: Sequence[str] = (),
    crs: int | None = None,
    layer: str | None = None,
    limits: Limits = DEFAULT,
) -> AlignmentFile:
    """The lines of `path` whose project column is `of` and whose part column is one of `parts` (all without either).

    Raises InvalidInput with every fault: no such feature, a geometry that is no line, CRS, a place outside Hanoi.
    """
    file = read_vector(path, purpose="alignments", options=ReadingOptions(layer=layer), limits=limits)
    faults = FaultList(file.filename, limits.faults_listed)
    warnings = FaultList(file.filename, limits.faults_listed)
    srid = settle_crs(file.crs, crs, faults, warnings)
    rows = _chosen(file, of, parts, faults)
    lines = np.full(file.rows, None, dtype=object) if file.axis_lines is None else file.axis_lines
    for i in rows:
        if lines[i] is None:
            faults.row(
                "geometry", i + 1, "Hình không phải là đường (LineString).", "The feature is not a line."
            )
    faults.raise_if_any()
    index = np.array(rows, dtype=np.intp)
    if srid is None:
        raise AssertionError("a CRS that is not settled is a fault")
    check_places(lines[index], index, srid, faults)
    faults.raise_if_any()
    shown = to_wgs84(lines[index], srid)
    accuracies = [float(v) for v in _cells(file, "accuracy_m", rows) if isinstance(v, int | float)]
    sources = dict.fromkeys(str(v) for v in _cells(file, "source", rows) if v)
    return AlignmentFile(
        filename=file.filename,
        sha256=file.sha256,
        source_srid=srid,
        parts=tuple(shapely.get_parts(shown).tolist()),
        accuracy_m=max(accuracies, default=None),
        source="; ".join(sources) or None,
        warnings=warnings.listed(),
    )


def _chosen(file: VectorFile, of: str | None, parts: Sequence[str], faults: FaultList) -> list[int]:
    """The features that were asked for, in the order of `parts`."""
    rows = list(range(file.rows))
    for field, wanted in (("project", of and [of]), ("part", list(parts))):
        if not wanted:
            continue
        cells = [str(cell) for cell in file.columns.get(field, [None] * file.rows)]
        for value in wanted:
            if value not in {cells[i] for i in rows}:
                faults.file(
                    "missing",
                    f"Không có hình nào có {field} = “{value}”.",
                    f"No feature has {field} = “{value}”.",
                )
        rows = [i for value in wanted for i in rows if cells[i] == value]
    if not rows and not faults:
        faults.file("file", "Lớp bản đồ không có hình nào.", "The map layer has no features.")
    return rows


def _cells(file: VectorFile, field: str, rows: Sequence[int]) -> list[object]:
    cells = file.columns.get(field)
    return [] if cells is None else [cells[i] for i in rows]
