"""Numbers of the portfolio page: lights, and blocked stretches against counting metre by metre."""

from __future__ import annotations

import math
import random

import pytest

from projects.errors import InvalidInput
from projects.portfolio import blocked_runs, light, urgency


@pytest.mark.parametrize(
    ("slip", "colour"),
    [(None, "none"), (-40, "ok"), (0, "ok"), (1, "risk"), (30, "risk"), (31, "late"), (400, "late")],
)
def test_light_follows_the_days_of_slip_and_no_plan_is_never_fine(slip: int | None, colour: str) -> None:
    assert light(slip) == colour


def test_most_late_comes_first_and_what_cannot_be_assessed_last() -> None:
    slips = [None, 0, 85, 18, None, -40]
    assert sorted(slips, key=urgency) == [85, 18, 0, -40, None, None]


def metres_of(intervals: list[tuple[int, int]], low: int, high: int, ring: bool) -> set[int]:
    """Blocked metres, one by one; metre m is [m, m + 1]."""
    size = high - low
    covered = {m for begin, end in intervals for m in range(begin, end)}
    if ring:
        covered |= {m - size for m in covered if m >= high}
    return {m for m in covered if low <= m < high}


def stretches(metres: set[int]) -> list[tuple[int, int]]:
    starts = sorted(m for m in metres if m - 1 not in metres)
    ends = sorted(m + 1 for m in metres if m + 1 not in metres)
    return list(zip(starts, ends, strict=True))


@pytest.mark.parametrize("ring", [False, True])
def test_blocked_runs_equal_marking_metre_by_metre(ring: bool) -> None:
    rng = random.Random(11)
    for _ in range(300):
        low, high = 100, 160
        intervals = []
        for _ in range(rng.randint(0, 7)):
            begin = rng.randint(100, 158) if ring else rng.randint(90, 170)
            intervals.append((begin, begin + rng.randint(0, 15)))
        blocked = metres_of(intervals, low, high, ring)
        runs = blocked_runs(intervals, within=(low, high), ring=ring)
        assert sum(b - a for a, b in runs) == len(blocked)
        if ring:
            assert {low + (m - low) % 60 for a, b in runs for m in range(int(a), int(b))} == blocked
        else:
            assert list(runs) == stretches(blocked)


def test_runs_that_touch_are_one_and_points_block_nothing() -> None:
    assert blocked_runs([(20, 30), (0, 10), (10, 20), (50, 50)]) == ((0, 30),)
    assert blocked_runs([]) == ()


def test_run_over_the_seam_of_a_ring_is_one_run() -> None:
    lake = (0.0, 11_500.0)
    runs = blocked_runs([(11_400, 11_700), (3_000, 3_100)], within=lake, ring=True)
    assert runs == ((3_000.0, 3_100.0), (11_400.0, 11_700.0))


def test_every_impossible_interval_is_listed() -> None:
    with pytest.raises(InvalidInput) as refused:
        blocked_runs([(0, 1), (5, 4), (math.nan, 3), (0, math.inf)])
    assert [fault.where for fault in refused.value.faults] == ["interval 2", "interval 3", "interval 4"]
