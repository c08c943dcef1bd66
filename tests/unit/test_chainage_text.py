"""Chainage as people write it."""

from __future__ import annotations

import math
import random

import pytest

from projects.chainage import format_chainage, parse_chainage
from projects.errors import InvalidInput


@pytest.mark.parametrize(
    ("metres", "text"),
    [
        (0, "Km0+000"),
        (848, "Km0+848"),
        (12345, "Km12+345"),
        (12345.4, "Km12+345"),
        (999.6, "Km1+000"),
        (0.5, "Km0+001"),
        (2.5, "Km0+003"),
        (112800.04, "Km112+800"),
    ],
)
def test_chainage_is_rounded_to_the_metre_and_carries_into_the_kilometre(metres: float, text: str) -> None:
    assert format_chainage(metres) == text


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("Km12+345", 12345.0),
        ("km12+345", 12345.0),
        ("  KM 12 + 345 ", 12345.0),
        ("Km12+345,5", 12345.5),
        ("Km12+345.25", 12345.25),
        ("Km0+5", 5.0),
        ("Km0+005", 5.0),
        ("Km14", 14000.0),
        ("Km38+999,9", 38999.9),
    ],
)
def test_chainage_is_read_with_spaces_any_case_and_either_decimal_sign(text: str, metres: float) -> None:
    assert parse_chainage(text) == pytest.approx(metres)


@pytest.mark.parametrize(
    "text",
    ["", "12+345", "Km", "Km12+", "Km-1+200", "Km1+-200", "-Km1+200", "Km1+1000", "Km1+1200", "Km1+20x", "Km1+2+3",
     "Km1.5", "Km1+999,99,9", "Km1\n+2x", "Km+345"],
)  # fmt: skip
def test_malformed_negative_and_overlong_chainages_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_chainage(text)


@pytest.mark.parametrize("metres", [-0.1, -1000, math.nan, math.inf])
def test_only_positive_metres_have_a_chainage(metres: float) -> None:
    with pytest.raises(InvalidInput):
        format_chainage(metres)


def test_what_is_written_is_read_back() -> None:
    rng = random.Random(5)
    for _ in range(500):
        metres = rng.randrange(0, 200_000)
        assert parse_chainage(format_chainage(metres)) == metres
