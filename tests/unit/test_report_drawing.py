"""Reports on paper: shares that add up, bytes that do not change, text that stays text."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from api.reports.document import document_of
from api.reports.files import content_in, drawn, form_of
from maps.reports.charts import waterfall
from maps.reports.form import Column, Row, Table
from maps.reports.pdf import page
from projects.errors import InvalidInput
from projects.reporting.canonical import canonical, digest
from projects.reporting.rounding import apportioned

EVIL = '<script>alert(1)</script> =HYPERLINK("http://x") \u202e'


def content(**more: object) -> dict[str, object]:
    """The least that a report of one project has."""
    entry = {
        "name_vi": f"Cầu {EVIL}", "planned_finish": "2027-06-30", "forecast_finish": "2027-12-30", "slip_days": 183,
        "drivers": [], "drivers_hidden": 3, "driving_days": 4, "releases": [], "chain": [], "waits": {}, "wards": [],
        "blocked_m": 100.0, "axis_m": 500.0, "parcels": 10,
        "parcels_cleared": 4, "area_m2": 20000.0, "area_cleared_m2": 5000.0, "light": "late",
    }  # fmt: skip
    made = {
        "format": 1, "kind": "delay", "software": "0", "project": "X", "data_date": "2026-03-13", "since": "2026-02-13",
        "known_event": 7, "options": OPTIONS, "demo": True, "entries": [entry], "slip": slip(), "band": [], "plan": [],
        "next": [], "milestones": [], "longest_free_m": 200.0,
        "next_count": 0, "ages": [], "promises": {"due": 0, "broken": 0, "kept": 0, "listed": []},
    }  # fmt: skip
    return made | more


OPTIONS = {
    "data_date": "2026-03-13", "progress": "retained_logic", "lag_calendar": "elapsed", "critical_float_minutes": 480,
    "whole_days": False,
}  # fmt: skip


def test_every_page_says_how_the_dates_were_reckoned() -> None:
    footer = document_of(content()).footer
    words = "giữ logic khi việc đã khởi công, độ trễ theo giờ trôi qua, găng khi dự trữ ≤ 480 phút, theo phút"
    assert f"cách tính: {words}" in footer
    assert "số liệu đến 13/03/2026" in footer
    assert "ghi theo từng dự án" in document_of(content(options=None)).footer  # projects that differ


def slip() -> dict[str, object]:
    cause = {"lost": "0", "gained": "0", "ward": "00097", "obstacle": "DON_GIA", "front": "T5", "name_vi": ""}
    causes = [
        cause | {"key": f"case:X-{n}", "kind": "case", "days": days, "body": "ward:00097"}
        for n, days in enumerate(("28/3", "28/3", "7/3"))
    ]
    return {
        "milestone": "OPEN", "name_vi": "Thông xe", "before": "2027-12-09", "after": "2027-12-30", "days": 21,
        "causes": causes, "wards": [{"key": "00097", "name_vi": EVIL, "days": "21"}],
        "daily": [{"day": "2026-03-01", "before": "2027-12-09", "after": "2027-12-30", "causes": [[], []]}],
    }  # fmt: skip


@given(st.lists(st.fractions(-50, 50, max_denominator=12), max_size=12), st.integers(-300, 300))
def test_rounded_shares_add_up_to_their_exact_sum(shares: list[Fraction], total: int) -> None:
    shares = [*shares, Fraction(total) - sum(shares, Fraction(0))]
    rounded = apportioned(shares)
    assert sum(rounded) == total
    assert all(abs(Fraction(r) - s) < Fraction(1, 10) for r, s in zip(rounded, shares, strict=True))


def test_plain_rounding_would_not_add_up() -> None:
    thirds = [Fraction(1, 3)] * 3
    assert sum(round(Decimal(1) / 3, 1) for _ in thirds) != 1
    assert sum(apportioned(thirds)) == 1


@pytest.mark.parametrize("form", ["pdf", "xlsx", "json"])
@pytest.mark.parametrize("kind", ["bao-cao", "tom-tat", "tap"])
def test_the_same_content_gives_the_same_bytes_and_lies_in_them(form: str, kind: str) -> None:
    data = drawn(content(), kind, form)
    assert data == drawn(json.loads(canonical(content())), kind, form)
    assert form_of(data) == form
    inside = content_in(data)
    inside.pop("sha256", None)
    assert inside == content() | {"document": kind}
    assert data != drawn(content(known_event=8), kind, form)


def test_what_is_printed_is_text_and_the_hash_of_the_content_stands_on_it() -> None:
    document = document_of(content())
    html = page(document)
    assert "<script>alert" not in html
    assert "\u202e" not in html
    assert "[U+202E]" in html
    assert document.code == digest(content() | {"document": "bao-cao"})
    with pikepdf.open(io.BytesIO(drawn(content(), "bao-cao", "pdf"))) as pdf:
        assert document.code in str(pdf.docinfo["/Keywords"])
    book = CalamineWorkbook.from_filelike(io.BytesIO(drawn(content(), "bao-cao", "xlsx")))
    assert document.code in str(book.get_sheet_by_name("Kiểm").to_python())


def test_the_waterfall_begins_where_the_row_above_ended() -> None:
    rows = [Row(("a", 5)), Row(("b", Decimal("-2.5"))), Row(("sum", Decimal("2.5")), total=True)]
    bars = waterfall(Table((Column("x"), Column("Ngày", "days")), rows, waterfall=1))
    assert len(bars) == 3
    assert "#A3182B" in bars[0]
    assert "#1F8093" in bars[1]
    assert "rect" not in bars[2]


def test_a_report_without_movement_says_so() -> None:
    still = slip() | {"before": "2027-12-30", "days": 0, "causes": [], "wards": [], "daily": []}
    html = page(document_of(content(slip=still)))
    assert "không dịch trong kỳ" in html


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"%PDF-1.7 no", b"PK\x03\x04", b'{"document":"x","kind":"delay"}']
)
def test_another_file_is_no_report(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        content_in(data)


def test_one_changed_letter_in_a_report_is_found() -> None:
    data = drawn(content(), "bao-cao", "json")
    changed = data.replace(b'"slip_days":183', b'"slip_days":138')
    inside = content_in(changed)
    stated = inside.pop("sha256")
    assert stated != digest(inside)
    assert date.fromisoformat(str(inside["data_date"]))
