"""The table of examples of how numbers, dates and days read in both languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from api import formatting as fmt

EXAMPLES: list[tuple[Callable[..., str], tuple[Any, ...], str, str]] = [
    (fmt.number, (20200,), "20.200", "20,200"),
    (fmt.number, (Decimal("62.54"),), "62,54", "62.54"),
    (fmt.number, (Decimal("7.50"),), "7,5", "7.5"),
    (fmt.number, (Decimal("100"),), "100", "100"),
    (fmt.number, (1234567.5,), "1.234.567,5", "1,234,567.5"),
    (fmt.number, (-5,), "−5", "−5"),
    (fmt.number, (None,), "–", "–"),
    (fmt.number, (0,), "0", "0"),
    (fmt.signed, (42,), "+42", "+42"),
    (fmt.signed, (-5,), "−5", "−5"),
    (fmt.signed, (0,), "0", "0"),
    (fmt.days, (7,), "7 ngày", "7 days"),
    (fmt.days, (1,), "1 ngày", "1 day"),
    (fmt.slip, (42,), "+42 ngày", "+42 days"),
    (fmt.slip, (-5,), "−5 ngày", "−5 days"),
    (fmt.slip, (0,), "0 ngày", "0 days"),
    (fmt.slip, (1,), "+1 ngày", "+1 day"),
    (fmt.slip, (-1,), "−1 ngày", "−1 day"),
    (fmt.slip, (1234,), "+1.234 ngày", "+1,234 days"),
    (fmt.slip, (None,), "–", "–"),
    (fmt.counted, (732, "thửa", "parcel", "parcels"), "732 thửa", "732 parcels"),
    (fmt.counted, (1, "thửa", "parcel", "parcels"), "1 thửa", "1 parcel"),
    (fmt.counted, (0, "thửa", "parcel", "parcels"), "0 thửa", "0 parcels"),
    (fmt.deadline, (7,), "còn 7 ngày", "7 days left"),
    (fmt.deadline, (-2,), "quá hạn 2 ngày", "2 days overdue"),
    (fmt.deadline, (-1,), "quá hạn 1 ngày", "1 day overdue"),
    (fmt.deadline, (0,), "hôm nay", "today"),
    (fmt.deadline, (None,), "–", "–"),
    (fmt.date_text, (date(2026, 3, 13),), "13/03/2026", "13/03/2026"),
    (fmt.date_text, (None,), "–", "–"),
    (fmt.moment, (datetime(2026, 3, 13, 10, 0, tzinfo=UTC),), "17:00 13/03/2026", "17:00 13/03/2026"),
    (fmt.moment, (datetime(2026, 3, 13, 23, 30, tzinfo=UTC),), "06:30 14/03/2026", "06:30 14/03/2026"),
    (fmt.money, (3945,), "3.945 tỷ đồng", "VND 3,945 billion"),
    (fmt.money, (Decimal("152639.76"),), "152.639,76 tỷ đồng", "VND 152,639.76 billion"),
    (fmt.money, (None,), "–", "–"),
    (fmt.area, (418.9,), "419 m²", "419 m²"),
    (fmt.area, (6400,), "6.400 m²", "6,400 m²"),
    (fmt.area, (293000.0,), "29,30 ha", "29.30 ha"),
    (fmt.area, (298512.4,), "29,85 ha", "29.85 ha"),
    (fmt.area, (10000,), "1,00 ha", "1.00 ha"),
    (fmt.area_ha, (Decimal("62.54"),), "62,54 ha", "62.54 ha"),
    (fmt.area_ha, (Decimal("575.6"),), "575,6 ha", "575.6 ha"),
    (fmt.area_ha, (None,), "–", "–"),
    (fmt.parcel_area, (418.94,), "418,9 m²", "418.9 m²"),
    (fmt.parcel_area, (1200,), "1.200,0 m²", "1,200.0 m²"),
    (fmt.length, (850,), "850 m", "850 m"),
    (fmt.length, (999.7,), "1,00 km", "1.00 km"),
    (fmt.length, (5150,), "5,15 km", "5.15 km"),
    (fmt.length, (58120.0,), "58,12 km", "58.12 km"),
    (fmt.length, (0,), "0 m", "0 m"),
    (fmt.kilometres, (1224,), "1,22", "1.22"),
    (fmt.kilometres, (1225,), "1,23", "1.23"),
    (fmt.chainage, (12345,), "Km12+345", "Km12+345"),
    (fmt.chainage, (0,), "Km0+000", "Km0+000"),
    (fmt.chainage, (999.6,), "Km1+000", "Km1+000"),
    (fmt.chainage, (-20.0,), "−Km0+020", "−Km0+020"),
    (fmt.run, (848, 1043), "Km0+848 – Km1+043", "Km0+848 – Km1+043"),
    (fmt.run, (848, 848.2), "Km0+848", "Km0+848"),
    (fmt.run, (None, 5), "–", "–"),
    (
        fmt.share,
        (Decimal("29.85"), Decimal("62.54"), "ha"),
        "29,85 / 62,54 ha (47,7%)",
        "29.85 / 62.54 ha (47.7%)",
    ),
    (fmt.share, (439, 712, "dự án"), "439 / 712 dự án (61,7%)", "439 / 712 dự án (61.7%)"),
    (fmt.share, (0, 0, "thửa"), "0 / 0 thửa", "0 / 0 thửa"),
    (fmt.share, (None, 10, "ha"), "–", "–"),
]


@pytest.mark.parametrize(("function", "arguments", "vi", "en"), EXAMPLES)
def test_value_reads_as_the_wording_table_says(
    function: Callable[..., str], arguments: tuple[Any, ...], vi: str, en: str
) -> None:
    assert (function(*arguments, "vi"), function(*arguments, "en")) == (vi, en)


@pytest.mark.parametrize(("decimals", "vi"), [(0, "99%"), (1, "99,0%"), (2, "98,97%")])
def test_percentage_is_rounded_half_up_to_the_places_asked(decimals: int, vi: str) -> None:
    assert fmt.percent(Decimal("98.9677"), "vi", decimals) == vi


def test_halves_round_up_although_the_binary_float_lies_below() -> None:
    assert fmt.number(2.675, "vi", 2) == "2,68"


def test_a_value_that_rounds_to_zero_has_no_minus_sign() -> None:
    assert fmt.number(-0.001, "vi", 2) == "0,00"
