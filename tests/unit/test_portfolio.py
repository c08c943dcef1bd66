"""Numbers of the portfolio page: lights, blocked stretches against counting metre by metre, roll-up."""

from __future__ import annotations

import math
import random

import pytest

from projects.errors import InvalidInput
from projects.portfolio import (
    ProjectNumbers,
    blocked_length,
    blocked_runs,
    light,
    longest_free_run,
    rollup,
)


@pytest.mark.parametrize(
    ("slip", "colour"),
    [(None, "none"), (-40, "ok"), (0, "ok"), (1, "risk"), (30, "risk"), (31, "late"), (400, "late")],
)
def test_light_follows_the_days_of_slip_and_no_plan_is_never_fine(slip: int | None, colour: str) -> None:
    assert light(slip) == colour


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
        assert blocked_length(runs) == len(blocked)
        free = set(range(low, high)) - blocked
        gap = longest_free_run((low, high), runs, ring=ring)
        if ring:
            assert {low + (m - low) % 60 for a, b in runs for m in range(int(a), int(b))} == blocked
            doubled = free | {m + 60 for m in free}
            longest = min(max((b - a for a, b in stretches(doubled)), default=0), 60)
        else:
            assert list(runs) == stretches(blocked)
            longest = max((b - a for a, b in stretches(free)), default=0)
        first, last = gap or (low, low)
        assert last - first == longest
        assert {low + (m - low) % 60 for m in range(int(first), int(last))} <= free


def test_runs_that_touch_are_one_and_points_block_nothing() -> None:
    assert blocked_runs([(20, 30), (0, 10), (10, 20), (50, 50)]) == ((0, 30),)
    assert blocked_runs([]) == ()


def test_run_over_the_seam_of_a_ring_is_one_run() -> None:
    lake = (0.0, 11_500.0)
    runs = blocked_runs([(11_400, 11_700), (3_000, 3_100)], within=lake, ring=True)
    assert runs == ((3_000.0, 3_100.0), (11_400.0, 11_700.0))
    assert longest_free_run(lake, runs, ring=True) == (3_100, 11_400)
    assert longest_free_run(lake, ((3_000, 3_100),), ring=True) == (3_100, 14_500)


def test_free_axis_is_one_run_and_a_blocked_one_has_none() -> None:
    assert longest_free_run((0, 500), ()) == (0, 500)
    assert longest_free_run((0, 500), ((0, 500),)) is None
    assert longest_free_run((0, 500), ((0, 500),), ring=True) is None
    assert longest_free_run((0, 500), ((0, 100), (150, 200), (250, 500))) == (100, 150)


def test_every_impossible_interval_is_listed() -> None:
    with pytest.raises(InvalidInput) as refused:
        blocked_runs([(0, 1), (5, 4), (math.nan, 3), (0, math.inf)])
    assert [fault.where for fault in refused.value.faults] == ["interval 2", "interval 3", "interval 4"]


def test_rollup_orders_late_first_and_unassessable_last_and_counts_known_metres_only() -> None:
    rows = [
        ProjectNumbers("QL1A", None, None, None, 0, 0, 0),
        ProjectNumbers("VD1", 0, 0.0, 2_200.0, 10, 0, 0),
        ProjectNumbers("TULIEN", 85, 1_200.5, 5_150.0, 732, 500, 14),
        ProjectNumbers("VD4", 18, 3_900.0, 58_200.0, 90, 20, 2),
        ProjectNumbers("MESO", 18, None, None, 5, 0, 0),
    ]
    total = rollup(rows)
    assert total.order == ("TULIEN", "MESO", "VD4", "VD1", "QL1A")
    assert total.lights == {"late": 1, "risk": 2, "ok": 1, "none": 1}
    assert (total.blocked_m, total.axis_m) == (5_100.5, 65_550.0)
    assert (total.cases, total.cases_open, total.cases_driving) == (837, 520, 16)
    assert rollup([]).lights == {"late": 0, "risk": 0, "ok": 0, "none": 0}
