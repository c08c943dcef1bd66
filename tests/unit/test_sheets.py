"""A sheet holds what it was given, typed, and no cell of it computes or leads anywhere (bar X4)."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from maps.sheets import Heading, Sheet, Starred, workbook

LEADS = (
    "=1+1", "=cmd|'/C calc'!A0", "=HYPERLINK(\"http://a.b\",\"x\")", "+1+1", "+cmd", "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1,1)", "@x", "\t=1+1", "\r=1+1", "\n=1+1", "\x00=1+1", "\ufeff=1+1", " =1+1", "\u00a0=1+1", "'=1+1", "\"=1+1",
    "＝1+1", "＋1+1", "－1+1", "＠SUM(1,1)", "{=1+1}", "|=1", "%=1", ";=1+1", ",=1+1", "http://evil.example/x",
    "mailto:a@b.example", "internal:Sheet1!A1", "external:c:\\x.xlsx", "file:///etc/passwd", "ftp://x.example", "-5",
    "=",
)  # fmt: skip


def sheet(*rows: tuple[object, ...], headings: tuple[Heading, ...] | None = None) -> Sheet:
    return Sheet(
        name="A", title=LEADS[0], headings=headings or (Heading(LEADS[3], group=LEADS[8]), Heading("n", "area")),
        rows=rows, made_on=date(2026, 3, 13), lines=list(LEADS), notes=list(LEADS), footer="=&A",  # type: ignore[arg-type]
    )  # fmt: skip


def parts(made: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return "\n".join(
            archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels"))
        )


def dangerous(made: bytes) -> list[str]:
    """What of a workbook would compute, or lead somewhere."""
    return re.findall(r"<(?:\w+:)?(?:f|hyperlink|externalLink|ddeLink)[ />]", parts(made)) + re.findall(
        r'TargetMode="External"', parts(made)
    )


def test_no_text_becomes_a_formula_or_a_link_and_each_comes_back_as_it_was() -> None:
    made = workbook(sheet(*((text, -1.5) for text in LEADS)))
    assert dangerous(made) == []
    rows = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python()
    body = rows[1 + len(LEADS) + 2 :][: len(LEADS)]
    assert [row[0] for row in body] == list(LEADS)
    assert {row[1] for row in body} == {-1.5}


def test_texts_keep_the_mark_that_keeps_them_text_when_they_are_edited() -> None:
    assert 'quotePrefix="1"' in parts(workbook(sheet(("=1+1", 1))))


def test_the_proof_sees_formulas_and_links_when_they_are_written() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for at, lead in enumerate(LEADS):
            page.write(at, 0, lead)
    assert len(dangerous(out.getvalue())) >= 5


def test_numbers_days_and_nothing_stay_what_they_are() -> None:
    kinds = (
        Heading("a", "int"),
        Heading("b", "area"),
        Heading("c", "money"),
        Heading("d", "date"),
        Heading("e"),
    )
    made = workbook(sheet((-7, -0.25, Decimal("12.345"), date(2026, 3, 31), None), headings=kinds))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python()
    row = rows[1 + len(LEADS) + 1]
    assert row == [-7.0, -0.25, 12.345, date(2026, 3, 31), ""]


def test_a_sum_that_lacks_a_part_is_still_a_number() -> None:
    made = workbook(sheet(("x", Starred(1234.5))))
    assert "#,##0.0&quot;*&quot;" in parts(made)
    assert "<v>1234.5</v>" in parts(made)


def test_the_heading_is_grouped_repeated_frozen_and_the_paper_lies() -> None:
    headings = (
        Heading("a", number="1"),
        Heading("b", group="g", number="2"),
        Heading("c", group="g", number="3"),
    )
    told = parts(
        workbook(Sheet("A", "t", headings, [("1", "2", "3")], date(2026, 3, 13), frozen=1, paper="A3"))
    )
    assert '<mergeCell ref="B2:C2"/>' in told
    assert '<mergeCell ref="A2:A3"/>' in told
    assert 'xSplit="1" ySplit="4"' in told
    assert "Print_Titles" in told
    assert 'paperSize="8"' in told
    assert 'orientation="landscape"' in told


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert workbook(sheet(("a", 1))) == workbook(sheet(("a", 1)))


@pytest.mark.parametrize("length", [31_999, 32_000, 40_000])
def test_a_text_too_long_for_a_cell_is_cut_and_not_lost(length: int) -> None:
    made = workbook(sheet(("x" * length, 1)))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python()
    found = rows[1 + len(LEADS) + 2][0]
    assert len(str(found)) == min(length, 32_001)
