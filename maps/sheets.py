"""Draws a table as an XLSX workbook: typed cells, grouped headings, and no cell that could compute or lead anywhere.

Every text is written as text, whatever it begins with: strings become neither formulas nor links, and carry the mark
that keeps them text when somebody edits the cell. The same sheet gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Kind = Literal["text", "int", "area", "money", "date"]
Paper = Literal["A3", "A4"]


@dataclass(frozen=True, slots=True)
class Starred:
    """A number or day that is shown with “*” and stays a number or day."""

    value: int | float | Decimal | date


Value = str | int | float | Decimal | date | Starred | None
LONGEST = 32_000  # letters in a cell; Excel takes 32,767
_PAPERS = {"A3": 8, "A4": 9}
_NUMBERS: dict[Kind, str] = {
    "int": "#,##0", "area": "#,##0.0", "money": "#,##0.000", "date": "dd/mm/yyyy", "text": "@",
}  # fmt: skip
_HEAD = "#E7EDF3"
_TOTAL = "#F4F6F8"
_FIELD = "#FDF8E4"  # cells that are there to be filled in
_LINE = "#8A94A0"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: its words, the group above it, its number on a form, width in letters, and what its cells hold.

    `choices`: what may be entered there (short codes); `entry`: the cells are there to be filled in.
    """

    text: str
    kind: Kind = "text"
    group: str = ""
    number: str = ""
    width: float = 12
    choices: tuple[str, ...] = ()
    entry: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with what it is. `lines` stand above it, `notes` below; `made_on` is the day of the file.

    `frozen`: columns that stay in sight; `strong`: rows that are totals; `footer`: at the foot of every printed page.
    """

    name: str
    title: str
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Value]]
    made_on: date
    lines: Sequence[str] = ()
    notes: Sequence[str] = ()
    frozen: int = 1
    strong: frozenset[int] = frozenset()
    paper: Paper = "A4"
    footer: str = ""
    filters: bool = True
    hidden: bool = False


def workbook(sheet: Sheet) -> bytes:
    """The sheet as the bytes of an XLSX file."""
    return workbook_of([sheet])


def workbook_of(sheets: Sequence[Sheet]) -> bytes:
    """Several sheets, with names that differ, as one XLSX file; its properties are those of the first."""
    out = io.BytesIO()
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "nan_inf_to_errors": False, "remove_timezone": True,
    }  # fmt: skip
    first = sheets[0]
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": first.title, "created": datetime.combine(first.made_on, time())})
        styles = _Styles(book)
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            _draw(page, styles, sheet)
            if sheet.hidden:
                page.hide()
    return out.getvalue()


class _Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self.made: dict[tuple[Any, ...], Format] = {}

    def cell(
        self,
        kind: Kind,
        *,
        strong: bool = False,
        entry: bool = False,
        text: bool = False,
        starred: bool = False,
    ) -> Format:
        """The format of a cell; `text`: it holds letters whatever its column holds."""
        said: dict[str, Any] = {"border": 1, "border_color": _LINE, "valign": "top", "bold": strong}
        said["num_format"] = "@" if text else _NUMBERS[kind] + ('"*"' if starred else "")
        if text:
            said |= {
                "quote_prefix": True,
                "text_wrap": kind == "text",
                "align": "left" if kind == "text" else "right",
            }
        if strong or entry:
            said["bg_color"] = _TOTAL if strong else _FIELD
        return self._format(said)

    def head(self, *, small: bool = False) -> Format:
        """The format of a heading; `small` for the row of column numbers."""
        said = {
            "border": 1, "border_color": _LINE, "bold": not small, "align": "center", "valign": "vcenter",
            "text_wrap": True, "bg_color": _HEAD, "font_size": 8 if small else 10,
        }  # fmt: skip
        return self._format(said)

    def line(self, *, title: bool = False) -> Format:
        """The format of a line above or below the table."""
        return self._format({"bold": title, "font_size": 14 if title else 10})

    def _format(self, said: dict[str, Any]) -> Format:
        key = tuple(sorted(said.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format({"font_name": "Arial", **said})
        return self.made[key]


def _draw(page: Worksheet, styles: _Styles, sheet: Sheet) -> None:
    _write(page, 0, 0, sheet.title, styles.line(title=True))
    for at, line in enumerate(sheet.lines, start=1):
        _write(page, at, 0, line, styles.line())
    top = 1 + len(sheet.lines)
    first = _headings(page, styles, sheet, top)
    for at, row in enumerate(sheet.rows):
        for column, (heading, value) in enumerate(zip(sheet.headings, row, strict=True)):
            strong = at in sheet.strong
            starred = isinstance(value, Starred)
            plain = value.value if isinstance(value, Starred) else value
            style = styles.cell(
                heading.kind, strong=strong, entry=heading.entry, text=isinstance(value, str), starred=starred
            )
            _write(page, first + at, column, plain, style)
    last = max(first + len(sheet.rows) - 1, first)
    for at, line in enumerate(sheet.notes, start=last + 2):
        _write(page, at, 0, line, styles.line())
    for column, heading in enumerate(sheet.headings):
        page.set_column(column, column, heading.width)
        if heading.choices and sheet.rows:
            page.data_validation(
                first, column, last, column,
                {"validate": "list", "source": list(heading.choices), "error_type": "warning"},
            )  # fmt: skip
    page.freeze_panes(first, sheet.frozen)
    if sheet.filters and sheet.rows:
        page.autofilter(first - 1, 0, last, len(sheet.headings) - 1)
    page.set_landscape()
    page.set_paper(_PAPERS[sheet.paper])
    page.fit_to_pages(1, 0)
    page.repeat_rows(top, first - 1)
    page.set_margins(left=0.5, right=0.4, top=0.5, bottom=0.6)
    page.set_footer(f"&L&8{sheet.footer.replace('&', '&&')}&R&8&P/&N")
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def _headings(page: Worksheet, styles: _Styles, sheet: Sheet, top: int) -> int:
    """Writes the heading from row `top` on, groups merged; gives the first row below it."""
    grouped = any(heading.group for heading in sheet.headings)
    numbered = any(heading.number for heading in sheet.headings)
    words = top + 1 if grouped else top
    if grouped:
        _groups(page, styles, sheet, top)
    for column, heading in enumerate(sheet.headings):
        if heading.group or not grouped:
            _write(page, words, column, heading.text, styles.head())
        if numbered:
            _write(page, words + 1, column, heading.number, styles.head(small=True))
    page.set_row(words, 48 if grouped else 30)
    return words + (2 if numbered else 1)


def _groups(page: Worksheet, styles: _Styles, sheet: Sheet, top: int) -> None:
    column = 0
    while column < len(sheet.headings):
        group = sheet.headings[column].group
        end = column
        while group and end + 1 < len(sheet.headings) and sheet.headings[end + 1].group == group:
            end += 1
        said = group or sheet.headings[column].text
        below = top if group else top + 1  # a heading without a group takes both rows
        if (end, below) != (column, top):
            page.merge_range(top, column, below, end, "", styles.head())
        _write(page, top, column, said, styles.head())
        column = end + 1


def _write(page: Worksheet, row: int, column: int, value: Value, style: Format) -> None:
    if value is None or value == "":
        page.write_blank(row, column, None, style)
    elif isinstance(value, str):
        page.write_string(row, column, value if len(value) <= LONGEST else value[:LONGEST] + "…", style)
    elif isinstance(value, date):
        page.write_datetime(row, column, datetime.combine(value, time()), style)
    else:
        page.write_number(row, column, float(value) if isinstance(value, Decimal) else value, style)
