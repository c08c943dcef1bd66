"""The band of handovers against plain counting, and what must hold of any band."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from projects.dashboard import month_ends
from projects.engine.spread import Empirical, Fixed, Spread, Triangular
from projects.risking.handovers import Band, band

DAY = date(2026, 3, 13)
ENDS = month_ends(DAY, date(2026, 12, 1))


def of(
    waits: list[Spread], *, groups: list[int] | None = None, correlation: float = 0.5, seed: int = 7
) -> tuple[Band, ...]:
    return band(
        waits, groups or [0] * len(waits), ENDS, data_date=DAY, done=4, correlation=correlation, iterations=1_000,
        seed=seed,
    )  # fmt: skip


def some(count: int) -> list[Spread]:
    chance = np.random.default_rng(3)
    return [Triangular(5, 5 + float(m), 40 + 3 * float(m)) for m in chance.integers(1, 120, count)]


def test_where_nothing_is_uncertain_the_band_is_the_count() -> None:
    days = [1, 18, 19, 48, 49, 200]
    found = of([Fixed(day) for day in days])
    for point in found:
        count = 4 + sum(DAY + timedelta(day) <= point.day for day in days)
        assert (point.low, point.middle, point.high) == (count, count, count)
    assert len({point.middle for point in found}) > 3


@pytest.mark.parametrize("count", [1, 3, 60])
def test_a_band_rises_keeps_its_order_and_ends_at_all_cases(count: int) -> None:
    found = of(some(count))
    for before, after in pairwise(found):
        assert (before.low, before.middle, before.high) <= (after.low, after.middle, after.high)
        assert before.low <= after.low
        assert before.high <= after.high
    assert all(4 <= p.low <= p.middle <= p.high <= 4 + count for p in found)
    assert found == of(some(count))


def test_the_middle_agrees_with_draws_of_another_generator() -> None:
    waits = some(80)
    found = of(waits, groups=list(range(80)))
    chance = np.random.default_rng(11)
    drawn = np.array([chance.triangular(w.low, w.mode, w.high, 4_000) for w in waits])  # type: ignore[union-attr]
    for point in found:
        counts = 4 + (np.rint(drawn) <= (point.day - DAY).days).sum(axis=0)
        low, middle, high = np.percentile(counts, (10, 50, 90))
        assert abs(point.low - low) <= 2
        assert abs(point.middle - middle) <= 2
        assert abs(point.high - high) <= 2


def test_cases_that_go_together_make_a_wider_band_than_cases_apart() -> None:
    waits: list[Spread] = [Empirical(tuple(float(v) for v in range(10, 210, 2)))] * 60
    apart, together = of(waits, correlation=0.0), of(waits, correlation=0.8)
    width = [sum(p.high - p.low for p in found) for found in (apart, together)]
    assert width[1] > 2 * width[0]


def test_without_open_cases_the_band_is_what_is_handed_over() -> None:
    assert {(p.low, p.high) for p in of([])} == {(4, 4)}


def test_the_ends_of_months_begin_after_the_day_and_go_on_as_far_as_asked() -> None:
    assert month_ends(date(2026, 1, 31), date(2026, 3, 2)) == (date(2026, 2, 28), date(2026, 3, 31))
    assert month_ends(DAY, date(2026, 3, 1), more=2) == (
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 31),
    )
