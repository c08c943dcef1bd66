"""Cells of foreign tables: text, numbers, dates, names, column headings."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.importers.columns import PARCEL_FIELDS, WARD_FIELDS, fold, match_columns
from geo.importers.values import BadCell, Cell, clean_text, name_key, parse_date, parse_number, shorten

CELLS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=60))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        (12, "12"),
        (12.0, "12"),
        (12.5, "12.5"),
        (" 7a ", "7a"),
        ("<b>", "<b>"),
    ],
)
def test_a_cell_becomes_plain_text(cell: str | float | None, text: str | None) -> None:
    assert clean_text(cell, 20) == text


def test_names_are_kept_in_composed_form() -> None:
    assert clean_text(unicodedata.normalize("NFD", "Hồng Hà"), 20) == unicodedata.normalize("NFC", "Hồng Hà")


@pytest.mark.parametrize(
    "hidden", ["a\x00b", "a\tb", "a\x1b[2J", "a\x85", "abc\u202edef", "a\u200bb", "a\ufeffb", "a\u2028b"]
)
def test_characters_that_a_reader_cannot_see_are_refused(hidden: str) -> None:
    with pytest.raises(BadCell, match=r"U\+"):
        clean_text(hidden, 20)


def test_text_has_a_longest_length() -> None:
    assert clean_text("x" * 20, 20) == "x" * 20
    with pytest.raises(BadCell, match="longer"):
        clean_text("x" * 21, 20)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (None, None),
        ("", None),
        (float("nan"), None),
        (7, 7.0),
        ("120", 120.0),
        ("120.5", 120.5),
        ("120,5", 120.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234.567", 1_234_567.0),
        ("12,3456", 12.3456),
    ],
)
def test_areas_are_read_in_both_ways_of_writing(cell: str | float | None, number: float | None) -> None:
    assert parse_number(cell) == number


@pytest.mark.parametrize(
    "cell", ["1.234", "1,234", "abc", "12 m2", "1e5", "-3", "١٢", "1.2.3", float("inf"), True]
)
def test_a_number_with_two_meanings_or_none_is_refused(cell: str | float) -> None:
    with pytest.raises(BadCell):
        parse_number(cell)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (None, None),
        ("", None),
        ("2026-03-31", date(2026, 3, 31)),
        ("2026/3/1", date(2026, 3, 1)),
        ("2026-03-31T10:00:00", date(2026, 3, 31)),
        ("31/03/2026", date(2026, 3, 31)),
        ("1-3-2026", date(2026, 3, 1)),
    ],
)
def test_days_are_read_in_both_ways_of_writing(cell: str | None, day: date | None) -> None:
    assert parse_date(cell) == day


@pytest.mark.parametrize(
    "cell", ["31/02/2026", "2026-13-01", "03/31/2026", "tháng 3", "31/3/26", 20260331, "0001-01-01"]
)
def test_a_day_that_does_not_exist_or_cannot_be_read_is_refused(cell: str | int) -> None:
    with pytest.raises(BadCell):
        parse_date(cell)


def outcome(read: Callable[[Cell], object], cell: Cell) -> object:
    try:
        return read(cell)
    except BadCell as bad:
        return bad


@given(CELLS)
def test_no_cell_breaks_a_reader(cell: Cell) -> None:
    for read in (lambda c: clean_text(c, 20), parse_number, parse_date):
        answer = outcome(read, cell)
        assert not isinstance(answer, BadCell) or (answer.vi and answer.en)


@given(st.floats(min_value=0, max_value=1e7), st.integers(min_value=0, max_value=2))
def test_a_number_written_for_vietnamese_readers_comes_back_as_itself(number: float, digits: int) -> None:
    written = f"{number:,.{digits}f}".translate(str.maketrans(",.", ".,"))
    answer = outcome(parse_number, written)
    if isinstance(answer, BadCell):  # "1.234" and its like: refused, never another number
        assert written.count(".") == 1
        assert "," not in written
    else:
        assert answer == pytest.approx(float(f"{number:.{digits}f}"))


def test_ward_names_are_equal_in_both_tone_styles() -> None:
    assert (
        name_key("Phường Yên Hòa")
        == name_key("yên  hoà")
        == name_key(unicodedata.normalize("NFD", "Yên Hoà"))
    )
    assert name_key("Xã Thúy Lĩnh") == name_key("Thuý Lĩnh")
    assert name_key("Hoà Lạc") != name_key("Hoa Lạc")
    assert name_key("Tây Hồ") != name_key("Tây Hố")


def test_column_names_are_compared_without_case_marks_and_separators() -> None:
    assert fold("Số tờ") == fold("SO_TO") == fold("soTo") == "soto"
    assert fold("Loại đất") == "loaidat"
    chosen, contested = match_columns(["Tờ", "THUA", "loại đất", "Mã phường"], PARCEL_FIELDS)
    assert chosen == {"sheet": "Tờ", "number": "THUA", "land_use": "loại đất", "ward_code": "Mã phường"}
    assert contested == {}


def test_every_name_of_the_contract_is_understood() -> None:
    names = """
        to so_to sheet thua so_thua number loai_dat land_use dien_tich area ban_do map_series phuong ward ho_so case
        buoc step ngay_buoc step_on hen promised_on vuong_mac obstacle doi_tuong holder_kind phien_ban version
    """
    for name in names.split():
        assert match_columns([name], PARCEL_FIELDS)[0], name


def test_column_names_that_a_shapefile_cuts_are_understood() -> None:
    for field in (*PARCEL_FIELDS, *WARD_FIELDS):
        table = PARCEL_FIELDS if field in PARCEL_FIELDS else WARD_FIELDS
        assert match_columns([field[:10]], table)[0] == {field: field[:10]}


def test_no_name_means_two_fields() -> None:
    for table in (PARCEL_FIELDS, WARD_FIELDS):
        for field, aliases in table.items():
            for name in (field, *aliases, *(alias[:10] for alias in aliases)):
                assert list(match_columns([name], table)[0]) == [field], name


def test_two_columns_for_one_field_are_a_contradiction_unless_one_has_the_fields_own_name() -> None:
    assert match_columns(["to", "so_to"], PARCEL_FIELDS) == ({}, {"sheet": ["to", "so_to"]})
    assert match_columns(["ward", "ward_code"], PARCEL_FIELDS) == ({"ward_code": "ward_code"}, {})


def test_foreign_text_in_a_message_is_short_and_on_one_line() -> None:
    assert shorten("a\nb\x1b" + "x" * 100, 10) == "a\ufffdb\ufffdxxxxx…"
