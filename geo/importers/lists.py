"""A list of attributes (XLSX or CSV without shapes) and its join to parcels that exist: series + sheet + number.

Nothing is guessed: a row that fits several parcels, a parcel with several rows, and what has no counterpart are listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.importers.faults import FaultList
from geo.importers.limits import DEFAULT, Limits
from geo.importers.options import AS_GUESSED, ReadingOptions
from geo.importers.reading import read_vector
from geo.importers.rows import clean_list
from geo.importers.values import Cell
from projects.errors import Fault

Key = tuple[str, str, str]  # map series, sheet, number


@dataclass(frozen=True, slots=True)
class AttributeList:
    """A list that was read: field → clean cell per row (None where it is silent); `line` of the file per row.

    `headings`: field → its column; `unused`: columns that fill no field; `sample`: the first cells of every column.
    """

    filename: str
    sha256: str
    rows: Mapping[str, list[Any]]
    lines: tuple[int, ...]
    headings: Mapping[str, str]
    unused: tuple[str, ...]
    sample: Mapping[str, list[Cell]]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """`matched`: (row index, parcel index) one to one. Row indices without parcel, with several parcels (`ambiguous`),
    and rows of a parcel that another row has too (`duplicates`); indices of parcels without row.
    """

    matched: tuple[tuple[int, int], ...]
    rows_without_parcel: tuple[int, ...]
    parcels_without_row: tuple[int, ...]
    ambiguous: tuple[int, ...]
    duplicates: tuple[tuple[int, ...], ...]


def read_list(
    path: Path,
    *,
    options: ReadingOptions = AS_GUESSED,
    ward_codes: frozenset[str],
    limits: Limits = DEFAULT,
    filename: str | None = None,
) -> AttributeList:
    """The rows of a list; faults of rows are returned, not raised. Raises InvalidInput when it cannot be read."""
    file = read_vector(path, purpose="list", options=options, limits=limits, sample=True, filename=filename)
    faults = FaultList(file.filename, limits.faults_listed)
    rows = clean_list(file, ward_codes, faults, limits)
    used = set(file.headings.values())
    return AttributeList(
        filename=file.filename,
        sha256=file.sha256,
        rows=rows,
        lines=file.lines,
        headings=file.headings,
        unused=tuple(name for name in file.all_columns if name not in used),
        sample=file.sample,
        faults=faults.listed(),
    )


def join(
    series: Sequence[str | None],
    sheets: Sequence[str | None],
    numbers: Sequence[str | None],
    parcels: Sequence[Key],
) -> Join:
    """Rows (first three, aligned) to parcels. A row that names no series fits a parcel of any series with its numbers.

    Leading zeros count for nothing: sheet 05 is sheet 5. Rows without sheet or number are in none of the lists.
    """
    exact: dict[Key, list[int]] = defaultdict(list)
    loose: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, (map_series, sheet, number) in enumerate(parcels):
        exact[(map_series, _plain(sheet), _plain(number))].append(i)
        loose[(_plain(sheet), _plain(number))].append(i)
    without: list[int] = []
    ambiguous: list[int] = []
    claims: dict[int, list[int]] = defaultdict(list)
    for row, (named, sheet_, number_) in enumerate(zip(series, sheets, numbers, strict=True)):
        if sheet_ is None or number_ is None:
            continue
        at = (_plain(sheet_), _plain(number_))
        fits = loose.get(at, []) if named is None else exact.get((named, *at), [])
        if not fits:
            without.append(row)
        elif len(fits) > 1:
            ambiguous.append(row)
        else:
            claims[fits[0]].append(row)
    claimed = set(claims)
    return Join(
        matched=tuple(sorted((rows[0], parcel) for parcel, rows in claims.items() if len(rows) == 1)),
        rows_without_parcel=tuple(without),
        parcels_without_row=tuple(i for i in range(len(parcels)) if i not in claimed),
        ambiguous=tuple(ambiguous),
        duplicates=tuple(tuple(rows) for rows in claims.values() if len(rows) > 1),
    )


def _plain(text: str) -> str:
    return text.lstrip("0") or "0"
