"""Cleans the attribute rows of a parcel file and notes everything that is missing, unknown or contradictory."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.importers.columns import PARCEL_FIELDS, fold
from geo.importers.faults import FaultList
from geo.importers.limits import Limits
from geo.importers.values import BadCell, Cell, clean_text, parse_date, parse_number, shorten
from geo.importers.vectorfile import VectorFile
from projects.clearance import LAND_CODES, OBSTACLES, STEPS

Numbers = npt.NDArray[np.int64]

REQUIRED = ("sheet", "number", "ward_code", "land_use")
# What a case says once, however many parcels it has.
_OF_CASE = ("ward_code", "step", "step_on", "promised_on", "obstacle", "holder_kind")
_HOLDERS: Mapping[str, str] = {
    "household": "household",
    "ho": "household",
    "hogiadinh": "household",
    "canhan": "household",
    "hogiadinhcanhan": "household",
    "organisation": "organisation",
    "organization": "organisation",
    "tochuc": "organisation",
    "coquan": "organisation",
}
# What sheets and parcel numbers look like: 12, 12a, DC-7, 12/3; anything else is worth a look.
_USUAL = re.compile(r"[^\W_]{1,8}(?:[./-][^\W_]{1,8}){0,2}$")
# A case code is part of an address, so it keeps to letters, digits and three marks.
_CASE_CODE = re.compile(r"[^\W_][\w.\-]{0,63}$")
_WARD_DIGITS = 5
_REMEMBERED = 50_000
_NOTHING = 0

NAMES: Mapping[str, tuple[str, str]] = {
    "map_series": ("bản đồ", "map series"),
    "sheet": ("số tờ", "sheet"),
    "number": ("số thửa", "parcel number"),
    "map_version": ("phiên bản", "version"),
    "ward_code": ("mã phường, xã", "ward code"),
    "land_use": ("loại đất", "land use"),
    "area_stated_m2": ("diện tích", "area"),
    "case": ("mã hồ sơ", "case code"),
    "step": ("bước", "step"),
    "step_on": ("ngày của bước", "date of the step"),
    "promised_on": ("ngày hẹn", "promised date"),
    "obstacle": ("vướng mắc", "obstacle"),
    "holder_kind": ("đối tượng", "holder kind"),
}


def clean_rows(
    file: VectorFile, ward_codes: frozenset[str], faults: FaultList, limits: Limits
) -> dict[str, list[Any]]:
    """Field → clean value per row (None where nothing is said or where a fault was noted).

    Wards are five digits, codes upper case, dates datetime.date, areas m². Map series and version have their defaults.
    """
    rows = _cleaned(file, REQUIRED, faults, limits)
    _check_codes(rows, ward_codes, faults)
    rows["map_series"] = [s or w for s, w in zip(rows["map_series"], rows["ward_code"], strict=True)]
    rows["map_version"] = [version or "1" for version in rows["map_version"]]
    _check_duplicates(rows, faults)
    _check_cases(rows, faults)
    return rows


def clean_list(
    file: VectorFile, ward_codes: frozenset[str], faults: FaultList, limits: Limits
) -> dict[str, list[Any]]:
    """The same for a list of attributes: only sheet and number must be there, nothing has a default."""
    rows = _cleaned(file, ("sheet", "number"), faults, limits)
    _check_codes(rows, ward_codes, faults)
    return rows


def _cleaned(
    file: VectorFile, required: tuple[str, ...], faults: FaultList, limits: Limits
) -> dict[str, list[Any]]:
    _check_headings(file, required, faults)
    rows = {field: _column(file, field, faults, limits) for field in PARCEL_FIELDS}
    rows["ward_code"] = [_ward(code) for code in rows["ward_code"]]
    for field in ("land_use", "step", "obstacle"):
        rows[field] = [None if code is None else code.upper() for code in rows[field]]
    rows["land_use"] = [None if code is None else re.sub(r"\s*\+\s*", "+", code) for code in rows["land_use"]]
    _check_required(file, required, rows, faults)
    _check_identity(rows, faults)
    return rows


def _check_headings(file: VectorFile, required: tuple[str, ...], faults: FaultList) -> None:
    for field, columns in file.contested.items():
        vi, en = NAMES[field]
        listed = ", ".join(f"“{column}”" for column in columns)
        faults.file(
            "file",
            f"Nhiều cột cùng là {vi}: {listed}; hãy bỏ hoặc đổi tên bớt.",
            f"Several columns are the {en}: {listed}; remove or rename the others.",
        )
    for field in required:
        if field not in file.headings and field not in file.contested and field not in file.fixed:
            vi, en = NAMES[field]
            accepted = ", ".join((field, *PARCEL_FIELDS[field][:3]))
            faults.file(
                "missing",
                f"Thiếu cột {vi} (tên nhận: {accepted}); hãy chỉ cột nào, hoặc cho một giá trị chung.",
                f"The column {en} is missing (accepted names: {accepted}); say which column it is, or give one value"
                " for all.",
            )


def _column(file: VectorFile, field: str, faults: FaultList, limits: Limits) -> list[Any]:
    cells = file.columns.get(field)
    if not cells:
        return [None] * file.rows
    if field in ("step_on", "promised_on"):
        return _each(cells, field, parse_date, faults)
    if field == "area_stated_m2":
        return _each(cells, field, _area, faults)
    if field == "holder_kind":
        return _each(cells, field, lambda cell: _holder(clean_text(cell, limits.text_length)), faults)
    return _each(cells, field, lambda cell: clean_text(cell, limits.text_length), faults)


def _each(cells: Sequence[Cell], field: str, read: Callable[[Cell], object], faults: FaultList) -> list[Any]:
    vi, en = NAMES[field]
    values: list[Any] = []
    # Most cells of a column repeat; equal values are then one object. 1, 1.0 and True are equal and different cells.
    known: dict[tuple[type, Cell], object] = {}
    for row, cell in enumerate(cells, start=1):
        key = (type(cell), cell)
        try:
            if key not in known:
                if len(known) >= _REMEMBERED:
                    known.clear()
                known[key] = read(cell)
            values.append(known[key])
        except BadCell as bad:
            values.append(None)
            kind = "area" if field == "area_stated_m2" else "value"
            faults.row(kind, row, f"{_capital(vi)}: {bad.vi}.", f"The {en} {bad.en}.")
    return values


def _check_required(
    file: VectorFile, required: tuple[str, ...], rows: Mapping[str, list[Any]], faults: FaultList
) -> None:
    for field in required:
        if field not in file.headings:
            continue  # told once, for the whole file
        cells = file.columns.get(field) or []
        for i, value in enumerate(rows[field]):
            # A cell that could not be read has its own fault already.
            if value is None and (cells[i] is None or not str(cells[i]).strip()):
                vi, en = NAMES[field]
                faults.row("missing", i + 1, f"Thiếu {vi}.", f"The {en} is missing.")


def _check_identity(rows: Mapping[str, list[Any]], faults: FaultList) -> None:
    """What names a parcel is shown and exported everywhere; no spreadsheet may take it for a formula."""
    for field in ("map_series", "sheet", "number", "map_version"):
        for row, value in enumerate(rows[field], start=1):
            if value is not None and value[0] in "=+-@":
                vi, en = NAMES[field]
                faults.row(
                    "value",
                    row,
                    f"{_capital(vi)} “{shorten(value)}” bắt đầu bằng ký tự công thức.",
                    f"The {en} “{shorten(value)}” begins like a formula.",
                )


def note_unusual(rows: Mapping[str, list[Any]], warnings: FaultList) -> None:
    """Sheets and numbers that are not like others: garbage in a cell has no other mark."""
    for field in ("sheet", "number"):
        for row, value in enumerate(rows[field], start=1):
            if value is not None and not _USUAL.match(value):
                vi, en = NAMES[field]
                shown = shorten(value)
                warnings.row(
                    "value", row, f"{_capital(vi)} “{shown}” khác thường.", f"The {en} “{shown}” is unusual."
                )


def _check_codes(rows: Mapping[str, list[Any]], ward_codes: frozenset[str], faults: FaultList) -> None:
    for i, (ward, use, step, obstacle, case) in enumerate(
        zip(*(rows[f] for f in ("ward_code", "land_use", "step", "obstacle", "case")), strict=True)
    ):
        row = i + 1
        if ward is not None and ward not in ward_codes:
            shown = shorten(ward)
            faults.row(
                "ward", row, f"Không có phường, xã mã “{shown}”.", f"There is no ward with code “{shown}”."
            )
        if use is not None and (bad := [part for part in use.split("+") if part not in LAND_CODES]):
            shown = ", ".join(f"“{shorten(part)}”" for part in bad)
            faults.row(
                "land_use", row, f"Không có mã loại đất {shown}.", f"There is no land-use code {shown}."
            )
        if step is not None and step not in STEPS:
            faults.row(
                "step", row, f"Không có bước “{shorten(step)}”.", f"There is no step “{shorten(step)}”."
            )
        if obstacle is not None and obstacle not in OBSTACLES:
            shown = shorten(obstacle)
            faults.row(
                "value", row, f"Không có mã vướng mắc “{shown}”.", f"There is no obstacle code “{shown}”."
            )
        if case is not None and not _CASE_CODE.match(case):
            shown = shorten(case)
            faults.row(
                "case",
                row,
                f"Mã hồ sơ “{shown}” chỉ được có chữ, số và dấu . - _ (tối đa 64).",
                f"The case code “{shown}” may only have letters, digits and . - _ (at most 64).",
            )


def _check_duplicates(rows: Mapping[str, list[Any]], faults: FaultList) -> None:
    fields = ("map_series", "sheet", "number", "map_version")
    key = np.zeros(len(rows["sheet"]), dtype=np.int64)
    there = np.ones(len(key), dtype=bool)
    for field in fields:
        codes = _numbered(rows[field])
        there &= codes != _NOTHING
        _, key = np.unique(key * (codes.max(initial=0) + 2) + codes, return_inverse=True)
    first = _first_rows(key)
    for i in np.flatnonzero(there & (first != np.arange(len(key)))).tolist():
        row, before = i + 1, int(first[i]) + 1
        series, sheet, number, version = (shorten(rows[field][i]) for field in fields)
        faults.row(
            "duplicate",
            row,
            f"Tờ {sheet} thửa {number} (bản đồ {series}, phiên bản {version}) đã có ở dòng {before};"
            f" dòng {before} và {row} trùng nhau.",
            f"Sheet {sheet} parcel {number} (map series {series}, version {version}) is already in row {before};"
            f" rows {before} and {row} are the same parcel.",
        )


def _check_cases(rows: Mapping[str, list[Any]], faults: FaultList) -> None:
    """All parcels of a case must say the same of it; the first row that names the case is held against the others."""
    cases = _numbered(rows["case"])
    first = _first_rows(cases)
    codes = {field: _numbered(rows[field]) for field in _OF_CASE}
    other = np.zeros(len(cases), dtype=bool)
    for values in codes.values():
        other |= values != values[first]
    for i in np.flatnonzero(other & (cases != _NOTHING)).tolist():
        j = int(first[i])
        differing = [field for field, values in codes.items() if values[i] != values[j]]
        vi = ", ".join(NAMES[field][0] for field in differing)
        en = ", ".join(NAMES[field][1] for field in differing)
        shown = shorten(rows["case"][i])
        faults.row(
            "case",
            i + 1,
            f"Hồ sơ “{shown}” ở đây khác với dòng {j + 1} về: {vi}.",
            f"Case “{shown}” differs here from row {j + 1} in: {en}.",
        )


def _numbered(values: Sequence[Any]) -> Numbers:
    """A number per distinct value, counted from 1; `_NOTHING` for None."""
    seen: dict[Any, int] = {None: _NOTHING}
    return np.fromiter((seen.setdefault(value, len(seen)) for value in values), np.int64, len(values))


def _first_rows(numbers: Numbers) -> Numbers:
    """For each entry the first place of its number."""
    _, first, which = np.unique(numbers, return_index=True, return_inverse=True)
    return np.asarray(first[which], dtype=np.int64)


def _ward(code: str | None) -> str | None:
    """National codes have five digits; tables lose the leading zeros."""
    return code.zfill(_WARD_DIGITS) if code is not None and code.isascii() and code.isdigit() else code


def _area(cell: Cell) -> float | None:
    area = parse_number(cell)
    if area is not None and area <= 0:
        raise BadCell(f"{area:g} m² không phải là số dương", f"of {area:g} m² is not a positive number")
    return area


def _holder(text: str | None) -> str | None:
    if text is None:
        return None
    kind = _HOLDERS.get(fold(text))
    if kind is None:
        shown = shorten(text)
        raise BadCell(
            f"“{shown}” không phải household (hộ) hay organisation (tổ chức)",
            f"“{shown}” is neither household (hộ) nor organisation (tổ chức)",
        )
    return kind


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
