"""A list of cases that somebody filled in and sent back: its rows as values, each with what is wrong in it.

Nothing is judged against the database here. Text is taken as it stands; a formula counts as the result that was saved
with it, and one without a saved result is a fault of its row, because its cell only looks empty.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from geo.importers.faults import refuse
from geo.importers.formulas import MOST, row_of
from geo.importers.limits import DEFAULT, Limits
from geo.importers.options import ReadingOptions
from geo.importers.reading import read_vector
from geo.importers.values import BadCell, Cell, parse_date, shorten
from projects.errors import Fault

LIMITS = replace(
    DEFAULT, file_bytes=20 * 1024 * 1024, rows=20_000, cells=1_000_000, text_length=600, seconds=60.0, cpu_seconds=45,
    sheet_bytes=60 * 1024 * 1024, text_bytes=20 * 1024 * 1024, output_bytes=40 * 1024 * 1024,
)  # fmt: skip
NEEDED = ("case", "version", "step", "promised_on", "obstacle", "note")
NAMES = {
    "case": ("Mã hồ sơ", "Case"), "version": ("Phiên bản", "Version"), "step": ("Bước", "Step"),
    "effective_on": ("Ngày hiệu lực", "Effective date"), "promised_on": ("Mốc hẹn", "Promised date"),
    "obstacle": ("Vướng mắc", "Obstacle"), "note": ("Ghi chú", "Note"), "document": ("Số văn bản", "Document number"),
    "signer": ("Người ký", "Signer"),
    "reason": ("Lý do", "Reason"),
}  # fmt: skip
_ERROR = re.compile(r"#(REF|VALUE|NAME|DIV/0|N/A|NUM|NULL|SPILL|CALC)[!?]?")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: its line in the file, and what it says. None: an empty cell. `version` 0 where it is no number."""

    line: int
    code: str
    version: int
    step: str | None = None
    effective_on: date | None = None
    promised_on: date | None = None
    obstacle: str | None = None
    note: str | None = None
    document: str | None = None
    signer: str | None = None
    reason: str | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseSheet:
    """A sheet that was read: SHA-256 of the file, and its rows in order."""

    filename: str
    sha256: str
    rows: tuple[SheetRow, ...]


def read_case_sheet(path: Path, *, filename: str, limits: Limits = LIMITS) -> CaseSheet:
    """Reads a sheet in the limited child process. Raises InvalidInput when it cannot be read or lacks a column."""
    options = ReadingOptions(encoding="utf-8")
    file = read_vector(path, purpose="cases", options=options, limits=limits, filename=filename)
    absent = [NAMES[name] for name in NEEDED if name not in file.columns]
    if file.contested or absent:
        named = [NAMES[name] for name in file.contested] or absent
        vi, en = (", ".join(f"“{names[at]}”" for names in named) for at in (0, 1))
        said = ("thiếu cột", "lacks the columns") if absent else ("có hai cột", "has twice the columns")
        raise refuse(
            file.filename,
            f"Bảng {said[0]} {vi}. Hãy tải danh sách hồ sơ, sửa rồi gửi lại; bảng xem lại quá khứ không ghi được.",
            f"The sheet {said[1]} {en}. Download the list of cases, change it, send it; the past cannot be written.",
        )
    if len(file.codes) >= MOST:
        raise refuse(
            file.filename,
            f"Bảng có hơn {MOST} ô công thức chưa có kết quả: mở bằng Excel, lưu lại rồi gửi.",
            f"Over {MOST} formulas have no saved result: open the sheet in Excel, save it, send it again.",
        )
    unsaved: dict[int, list[str]] = defaultdict(list)
    for cell in file.codes:
        unsaved[row_of(cell)].append(cell)
    rows = [
        _row(line, {name: cells[at] for name, cells in file.columns.items()}, unsaved.get(line, []), limits)
        for at, line in enumerate(file.lines)
    ]
    return CaseSheet(file.filename, file.sha256, tuple(rows))


def _row(line: int, cells: Mapping[str, Cell], unsaved: list[str], limits: Limits) -> SheetRow:
    faults = [
        Fault(
            cell,
            f"Ô {cell} là công thức chưa có kết quả: ghi giá trị vào ô.",
            f"Cell {cell} is a formula without a saved result: enter the value.",
        )
        for cell in unsaved
    ]
    texts = {name: _text(name, cells.get(name), faults, limits) for name in NAMES}
    days = {name: _day(name, cells.get(name), faults) for name in ("effective_on", "promised_on")}
    version = texts["version"] or ""
    if not (version.isdecimal() and 0 < len(version) < 10 and int(version) > 0):
        faults.append(
            _fault("version", "phải là số của bảng đã tải", "must be the number of the downloaded sheet")
        )
        version = "0"
    if not texts["case"]:
        faults.append(_fault("case", "để trống", "is empty"))
    return SheetRow(
        line,
        texts["case"] or "",
        int(version),
        step=texts["step"],
        obstacle=texts["obstacle"],
        note=texts["note"],
        document=texts["document"],
        signer=texts["signer"],
        reason=texts["reason"],
        faults=tuple(faults),
        **days,
    )


def _text(name: str, cell: Cell, faults: list[Fault], limits: Limits) -> str | None:
    if cell is None or isinstance(cell, bool):
        return None if cell is None else str(cell)
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).replace("\r\n", "\n").replace("\r", "\n").strip()
    if _ERROR.fullmatch(text):
        faults.append(_fault(name, f"là lỗi của bảng tính ({text})", f"is an error of the sheet ({text})"))
    if len(text) > limits.text_length:
        faults.append(_fault(name, "dài quá", "is too long"))
    return text or None


def _day(name: str, cell: Cell, faults: list[Fault]) -> date | None:
    try:
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            raise BadCell(f"“{cell}” là số, không phải ngày", f"“{cell}” is a number, not a date")
        return parse_date(cell)
    except BadCell as bad:
        faults.append(_fault(name, bad.vi, bad.en))
        return None


def _fault(name: str, vi: str, en: str) -> Fault:
    return Fault(name, shorten(f"{NAMES[name][0]}: {vi}.", 200), shorten(f"{NAMES[name][1]}: {en}.", 200))
