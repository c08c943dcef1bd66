"""The dashboard's numbers against plain counting."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from projects.dashboard import AGES, ages, curve, pace

DAY = date(2026, 3, 13)


def invented(seed: int) -> tuple[list[date], list[date]]:
    chance = random.Random(seed)
    done = [DAY - timedelta(days=chance.randrange(500)) for _ in range(chance.randrange(40))]
    to_come = [DAY + timedelta(days=1 + chance.randrange(500)) for _ in range(chance.randrange(40))]
    return done, to_come


@pytest.mark.parametrize("seed", range(60))
def test_the_curve_counts_every_case_once_and_ends_at_all_of_them(seed: int) -> None:
    done, to_come = invented(seed)
    months = curve(done, to_come, day=DAY, assigned=date(2026, 6, 30))
    if not done and not to_come:
        assert months == ()
        return
    assert sum(m.done + m.to_come for m in months) == len(done) + len(to_come)
    assert (months[-1].done_so_far, months[-1].all_so_far) == (len(done), len(done) + len(to_come))
    for month in months:
        assert month.done_so_far == sum(on <= month.last for on in done)
        assert month.all_so_far == sum(on <= month.last for on in (*done, *to_come))
    planned = [m.planned for m in months if m.planned is not None]
    assert planned == sorted(planned)
    assert len(planned) == len(months)


@pytest.mark.parametrize("seed", range(20))
def test_every_open_case_has_one_age(seed: int) -> None:
    since = [DAY - timedelta(days=random.Random(seed * 100 + n).randrange(-3, 700)) for n in range(50)]
    counts = ages(since, day=DAY)
    assert sum(counts) == len(since)
    for (low, high), count in zip(AGES, counts, strict=True):
        days = [max((DAY - began).days, 0) for began in since]
        assert count == sum(low <= d and (high is None or d <= high) for d in days)


def test_the_pace_is_that_of_four_weeks_against_what_the_day_needs() -> None:
    done = [DAY - timedelta(days=n) for n in (0, 5, 27, 28, 200)]
    found = pace(done, 30, day=DAY, assigned=DAY + timedelta(days=70))
    assert (found.real, found.needed, found.weeks, found.enough) == (0.75, 3.0, 10.0, False)
    assert pace(done, 0, day=DAY, assigned=DAY).enough is True
    assert pace(done, 5, day=DAY, assigned=DAY - timedelta(days=1)).needed == float("inf")
    assert pace(done, 5, day=DAY, assigned=None).enough is None
