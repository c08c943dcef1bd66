"""Reads CSV and XLSX in the limited child process without GDAL: a table with WKT is a map, one without is a list.

A workbook's cells are counted in its packed XML before the reader allocates them: a cell named XFD1048576 alone makes
it ask for 17 thousand million.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.importers.columns import FIELDS, choose_columns, fold, match_columns
from geo.importers.formulas import empty_formulas
from geo.importers.layers import pack_shapes
from geo.importers.limits import Limits
from geo.importers.precheck import Refused
from geo.importers.values import Cell

_WKT_NAMES = frozenset({"wkt", "geom", "geometry", "thegeom", "hinh", "wktgeom", "shape"})
_X_NAMES = frozenset({"x", "toadox", "east", "easting", "lon", "lng", "longitude", "kinhdo"})
_Y_NAMES = frozenset({"y", "toadoy", "north", "northing", "lat", "latitude", "vido"})
_WKT = re.compile(
    r"\s*(?:SRID=(\d{1,6});)?\s*((?:MULTI)?(?:POLYGON|POINT|LINESTRING)\b.*)", re.IGNORECASE | re.DOTALL
)
_HEADING_ROWS = 30
_CELL_REF = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_PIECE = 1024 * 1024
_WKT_BYTES = 16 * 1024 * 1024  # one cell


def read_table(path: Path, request: dict[str, Any], limits: Limits, out: Path) -> dict[str, Any]:
    """The answer for a table; a request of purpose "list" or "cases" needs no shapes. Raises Refused."""
    as_list = request["purpose"] in ("list", "cases")
    fields = FIELDS["parcels" if request["purpose"] == "list" else request["purpose"]]
    if request["format"] == "csv":
        layer, layers, rows = "csv", ["csv"], _csv_rows(path, limits)
    else:
        layer, layers, rows = _sheet_rows(path, request["layer"], limits)
    at = _heading_at(rows, fields, request["columns"])
    heading = _names(rows[at]) if rows else []
    lines = [i + 1 for i in range(at + 1, len(rows)) if any(cell not in (None, "") for cell in rows[i])]
    body = [rows[line - 1] for line in lines]
    if len(body) > limits.rows:
        raise Refused("rows", rows=len(body), limit=limits.rows)
    by_name = {
        name: [row[i] if i < len(row) else None for row in body] for i, name in enumerate(heading) if name
    }
    shape_column = None if as_list else _shape_column(by_name, request["purpose"])
    present = [name for name in by_name if name != shape_column]
    chosen, contested, absent = choose_columns(present, fields, request["columns"])
    if absent:
        raise Refused("no_such_column", absent=absent, columns=present)
    wkb, srids = _shapes(by_name[shape_column]) if shape_column else (np.full(len(body), None, object), set())
    answer = pack_shapes(wkb, limits, out)
    cut = limits.text_length + 1

    def cells(name: str) -> list[Cell]:
        return [c[:cut] if isinstance(c, str) else c for c in by_name[name]]

    return answer | {
        "layer": layer,
        "layers": layers,
        "columns": {field: cells(name) for field, name in chosen.items()},
        "headings": chosen,
        "contested": contested,
        "all_columns": present,
        "sample": {n: cells(n)[: limits.sample_rows] for n in present} if request["sample"] else {},
        "crs": _crs(srids),
        "with_m": False,
        "notes": [],
        "codes": empty_formulas(path, layer) if request["purpose"] == "cases" and layers != ["csv"] else [],
        "lines": lines,
    }


def _csv_rows(path: Path, limits: Limits) -> list[list[Cell]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")  # one character per byte; the parent finds out what they mean
    if "\x00" in text:
        raise Refused("damaged")
    csv.field_size_limit(_WKT_BYTES)
    first = text[: text.find("\n")]
    delimiter = max(",;\t|", key=first.count)
    rows: list[list[Cell]] = []
    cells = 0
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            cells += len(line)
            if cells > limits.cells or len(rows) > limits.rows + _HEADING_ROWS:
                raise Refused("cells", cells=cells, limit=limits.cells)
            rows.append([cell if cell != "" else None for cell in line])
    except csv.Error as error:
        raise Refused("damaged") from error
    width = len(rows[0]) if rows else 0
    for number, row in enumerate(rows, start=1):
        if row and len(row) != width:
            raise Refused("table_ragged", row=number, found=len(row), expected=width)
    return rows


def _sheet_rows(path: Path, wanted: str | None, limits: Limits) -> tuple[str, list[str], list[list[Cell]]]:
    from datetime import date, datetime, time, timedelta

    import python_calamine

    _check_workbook(path, limits)
    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
            sheets = list(book.sheet_names)
            if len(sheets) > limits.layers:
                raise Refused("layers", limit=limits.layers)
            if wanted is not None and wanted not in sheets:
                raise Refused("no_such_layer", wanted=wanted, layers=sheets)
            name = wanted or sheets[0]
            read = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, IndexError, OSError) as error:
        raise Refused("damaged") from error

    def plain(cell: Any) -> Cell:
        if isinstance(cell, datetime):
            return cell.date().isoformat()
        if isinstance(cell, date):
            return cell.isoformat()
        if isinstance(cell, time | timedelta):
            return str(cell)
        return None if cell == "" else cell

    return name, sheets, [[plain(cell) for cell in row] for row in read]


def _check_workbook(path: Path, limits: Limits) -> None:
    """Counts rows and the rectangle that each sheet's cell names span, from the packed XML, piece by piece."""
    try:
        with zipfile.ZipFile(path) as archive:
            total = 0
            for info in archive.infolist():
                if not re.fullmatch(
                    r"xl/(worksheets/[^/]+|sharedStrings)\.xml", info.filename, re.IGNORECASE
                ):
                    continue
                rows, width, height, previous = 0, 0, 0, b""
                with archive.open(info) as member:
                    while piece := member.read(_PIECE):
                        total += len(piece)
                        if total > limits.sheet_bytes:
                            raise Refused("cells", cells=f"> {limits.cells}", limit=limits.cells)
                        if re.search(rb"<!(DOCTYPE|ENTITY)", previous + piece, re.IGNORECASE):
                            raise Refused("damaged")
                        for column, row in _CELL_REF.findall(previous + piece):
                            width, height = max(width, _column(column)), max(height, int(row))
                        rows += len(_ROW.findall(piece))
                        if width * max(height, 1) > limits.cells or rows > limits.rows + _HEADING_ROWS:
                            raise Refused("cells", cells=max(width * height, rows), limit=limits.cells)
                        previous = piece[-200:]
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise Refused("damaged") from error


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _heading_at(rows: list[list[Cell]], fields: Any, said: dict[str, str]) -> int:
    """The row that names most of the wanted columns; lists have titles above it."""
    known = set(said.values())

    def score(row: Sequence[Cell]) -> int:
        names = _names(row)
        chosen, contested = match_columns(names, fields)
        named = sum(fold(name) in _WKT_NAMES for name in names)
        return len(chosen) + len(contested) + named + sum(name in known for name in names)

    scores = [score(row) for row in rows[:_HEADING_ROWS]]
    if not scores or max(scores) == 0:
        raise Refused("table_header")
    return scores.index(max(scores))


def _names(row: Sequence[Cell]) -> list[str]:
    """Headings as text; a repeated one gets its number, so that none hides another."""
    seen: dict[str, int] = {}
    names = []
    for cell in row:
        name = "" if cell is None else str(cell).strip()
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 or not name else f"{name} ({seen[name]})")
    return names


def _shape_column(by_name: dict[str, list[Cell]], purpose: str) -> str | None:
    named = [name for name in by_name if fold(name) in _WKT_NAMES]
    for name in [*named, *by_name]:
        first = next((c for c in by_name[name] if c is not None), None)
        if isinstance(first, str) and _WKT.match(first[:200]):
            return name
    axes = [name for name in by_name if fold(name) in _X_NAMES | _Y_NAMES]
    if {fold(n) for n in axes} & _X_NAMES and {fold(n) for n in axes} & _Y_NAMES:
        raise Refused("csv_points", columns=axes)
    raise Refused("no_shapes")


def _shapes(cells: list[Cell]) -> tuple[Any, set[int]]:
    """(WKB per row, the SRIDs that EWKT states); what is no WKT stays empty bytes, which is a fault of its row."""
    srids: set[int] = set()
    wkb = np.full(len(cells), None, dtype=object)
    for i, cell in enumerate(cells):
        if cell is None:
            continue
        found = _WKT.match(str(cell))
        shape = shapely.from_wkt(found.group(2), on_invalid="ignore") if found else None
        if found and found.group(1):
            srids.add(int(found.group(1)))
        wkb[i] = b"" if shape is None else shapely.to_wkb(shape)
    return wkb, srids


def _crs(srids: set[int]) -> dict[str, Any]:
    from geo.importers.filecrs import FileCrs, identify

    if len(srids) > 1:
        return FileCrs("unreadable").as_dict()  # rows in several systems
    return (identify(f"EPSG:{srids.pop()}") if srids else FileCrs("none")).as_dict()
