"""A report as an XLSX workbook: a sheet for each part that has a table, and one that says what it is and its hash."""

from __future__ import annotations

from maps.reports.form import Column, Document, Kind, Section, Value
from maps.sheets import Heading, Sheet, workbook_of
from maps.sheets import Kind as CellKind

_KINDS: dict[Kind, CellKind] = {
    "text": "text", "int": "int", "days": "area", "date": "date", "money": "money", "metres": "area", "share": "area",
}  # fmt: skip
_UNITS: dict[Kind, str] = {"days": ", ngày", "money": ", tỷ đồng", "metres": ", m"}
STAMP, INSIDE = "Kiểm", "noi-dung"
CHUNK = 30_000  # letters of the content in a cell; Excel takes 32,767


def make_book(document: Document, content: bytes) -> bytes:
    """The report as the bytes of an XLSX file; the same document gives the same bytes.

    `content` (canonical JSON) lies on a hidden sheet, in pieces one below the other.
    """
    sheets = [_part(document, at, part) for at, part in enumerate(document.sections, 1) if part.table]
    return workbook_of([*sheets, _stamp(document), _inside(document, content.decode())])


def _part(document: Document, number: int, part: Section) -> Sheet:
    table = part.table
    assert table is not None
    headings = [_heading(column) for column in table.columns]
    return Sheet(
        name=f"{number}. {part.title}"[:31].translate(str.maketrans("", "", "[]:*?/\\'")),
        title=part.title,
        headings=headings,
        rows=[[_cell(value, at, row.second) for at, value in enumerate(row.values)] for row in table.rows],
        made_on=document.made_for,
        lines=(f"{document.title} · {document.subtitle}", document.period, *document.marks),
        notes=(part.hint,) if part.hint else (),
        strong=frozenset(at for at, row in enumerate(table.rows) if row.total),
        footer=document.footer,
        filters=False,
    )


def _heading(column: Column) -> Heading:
    wide = 34.0 if column.kind == "text" else 14.0
    return Heading(column.text + _UNITS.get(column.kind, ""), _KINDS[column.kind], width=wide)


def _cell(value: Value, column: int, second: str) -> Value:
    return f"{value} – {second}" if column == 0 and second and isinstance(value, str) else value


def _stamp(document: Document) -> Sheet:
    rows = [
        ("Nội dung (SHA-256)", document.code),
        ("Báo cáo", f"{document.title} · {document.subtitle}"),
        ("Kỳ", document.period),
        ("Kết luận", f"{document.lead} {document.lead_rest}"),
    ]
    return Sheet(
        name=STAMP, title="Mã kiểm của báo cáo", headings=[Heading("Mục", width=24), Heading("Giá trị", width=90)],
        rows=rows, made_on=document.made_for, filters=False,
        notes=("Kiểm lại: duonggang report verify TỆP",),
    )  # fmt: skip


def _inside(document: Document, content: str) -> Sheet:
    pieces = [(content[at : at + CHUNK],) for at in range(0, len(content), CHUNK)]
    return Sheet(
        name=INSIDE, title="Nội dung", headings=[Heading("JSON")], rows=pieces, made_on=document.made_for,
        filters=False, hidden=True,
    )  # fmt: skip
