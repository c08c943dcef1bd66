"""Workable length: gaps, runs and shares of an axis, against marking every metre of it."""

from __future__ import annotations

import numpy as np
import pytest

from projects.workable import (
    BLOCKED,
    FREE,
    LANE_M,
    UNKNOWN,
    Cover,
    Interval,
    Line,
    Workable,
    on_gaps,
    states_of,
    workable,
)


def cover(*lots: tuple[float, float, bool]) -> Cover:
    rows = np.array([(a, b) for a, b, _ in lots], dtype=float).reshape(-1, 2)
    return Cover(rows[:, 0], rows[:, 1], np.array([held for *_, held in lots], dtype=bool))


def figures(line: Line, land: Cover, required: list[Interval] | None = None, run: float = 500.0) -> Workable:
    wanted = [(line.start_m, line.end_m)] if required is None else required
    return workable(states_of(line, land), wanted, min_run_m=run)


def marked(line: Line, land: Cover, required: list[Interval]) -> tuple[np.ndarray, np.ndarray]:
    """(state, required) of every metre of the line, one by one: the oracle."""
    start, length = int(line.start_m), int(line.end_m - line.start_m)
    held, known, needed = (np.zeros(length, dtype=bool) for _ in range(3))

    def mark(into: np.ndarray, a: float, b: float) -> None:
        for metre in range(int(a) - start, int(b) - start):
            if line.is_ring:
                into[metre % length] = True
            elif 0 <= metre < length:
                into[metre] = True

    for a, b, still in zip(land.from_m, land.to_m, land.held, strict=True):
        mark(known, a, b)
        if still:
            mark(held, a, b)
    for a, b in required:
        mark(needed, a, b)
    state = np.where(held, BLOCKED, np.where(known, FREE, UNKNOWN))
    for run in runs_of(state == UNKNOWN, ring=line.is_ring):
        if len(run) <= LANE_M:
            state[run] = FREE
    return state, needed


def runs_of(marks: np.ndarray, *, ring: bool, breaks: tuple[int, ...] = ()) -> list[list[int]]:
    """The maximal stretches of marked metres, as lists of metres; on a ring they may pass the seam."""
    found: list[list[int]] = []
    for metre in range(len(marks)):
        if not marks[metre]:
            continue
        if found and found[-1][-1] == metre - 1 and metre not in breaks:
            found[-1].append(metre)
        else:
            found.append([metre])
    if ring and len(found) > 1 and found[0][0] == 0 and found[-1][-1] == len(marks) - 1:
        found = [*found[1:-1], found[-1] + found[0]]
    return found


def as_intervals(line: Line, runs: list[list[int]]) -> list[Interval]:
    return sorted((line.start_m + run[0], line.start_m + run[0] + len(run)) for run in runs)


@pytest.mark.parametrize("ring", [False, True])
def test_gaps_runs_and_shares_equal_marking_metre_by_metre(ring: bool) -> None:
    rng = np.random.default_rng(11)
    for _ in range(300):
        start, length = int(rng.integers(0, 3000)), int(rng.integers(300, 3000))
        breaks = () if ring else tuple(float(start + b) for b in rng.integers(1, length, rng.integers(0, 3)))
        line = Line(float(start), float(start + length), ring, breaks)
        count = int(rng.integers(0, 25))
        begins = rng.integers(start - 200, start + length, count)
        ends = begins + rng.integers(0, max(2, length // 4), count)
        land = Cover(begins.astype(float), ends.astype(float), rng.random(count) < 0.4)
        ends_of = np.sort(rng.integers(start, start + length + 1, (int(rng.integers(1, 4)), 2)), axis=1)
        required = [(float(a), float(b)) for a, b in ends_of]
        asked = float(rng.integers(1, 600))
        found = figures(line, land, required, asked)
        state, needed = marked(line, land, required)
        assert found.required_m == needed.sum()
        assert found.free_m == (needed & (state == FREE)).sum()
        assert found.blocked_m == (needed & (state == BLOCKED)).sum()
        assert found.unknown_m == (needed & (state == UNKNOWN)).sum()
        at = tuple(int(b) - start for b in breaks)
        runs = runs_of(needed & (state == FREE), ring=ring, breaks=at)
        assert sorted(found.gaps) == as_intervals(line, runs_of(needed & (state == BLOCKED), ring=ring))
        assert sorted(found.runs) == as_intervals(line, runs)
        assert found.longest_m == max((len(run) for run in runs), default=0)
        assert found.in_runs_m == sum(len(run) for run in runs if len(run) >= asked)


def test_every_gap_names_the_held_parcels_on_it_and_no_other() -> None:
    rng = np.random.default_rng(12)
    for ring in (False, True):
        for _ in range(150):
            line = Line(1000.0, 3000.0, ring)
            count = int(rng.integers(1, 30))
            begins = rng.integers(1000, 3000, count)
            land = Cover(
                begins.astype(float),
                (begins + rng.integers(0, 300, count)).astype(float),
                rng.random(count) < 0.5,
            )
            found = figures(line, land, [(1200.0, 1900.0), (2100.0, 2950.0)] if not ring else None)
            gap, row = on_gaps(line, land, found.gaps)
            turns = (-2000, 0, 2000) if ring else (0,)
            expected = {
                (g, r)
                for g, (a, b) in enumerate(found.gaps)
                for r in range(count)
                for turn in turns
                if land.held[r] and min(b, land.to_m[r] + turn) > max(a, land.from_m[r] + turn)
            }
            assert set(zip(gap.tolist(), row.tolist(), strict=True)) == expected
            assert len(gap) == len(expected)


def test_nothing_changes_when_parcels_are_split() -> None:
    rng = np.random.default_rng(13)
    for ring in (False, True):
        line = Line(0.0, 11_500.0, ring)
        begins = rng.uniform(0, 11_500, 60)
        ends = begins + rng.uniform(0, 120, 60)
        held = rng.random(60) < 0.3
        cuts = begins + (ends - begins) * rng.uniform(0, 1, 60)
        whole = Cover(begins, ends, held)
        halves = Cover(
            np.concatenate([begins, cuts]), np.concatenate([cuts, ends]), np.concatenate([held, held])
        )
        assert figures(line, whole) == figures(line, halves)


def test_a_gap_through_the_seam_of_a_ring_is_one_gap() -> None:
    lake = Line(0.0, 11_500.0, True)
    found = figures(lake, cover((0, 11_500, False), (11_400, 11_700, True), (3000, 3100, True)))
    assert found.gaps == ((3000.0, 3100.0), (11_400.0, 11_700.0))
    assert found.runs == ((200.0, 3000.0), (3100.0, 11_400.0))
    assert found.longest == (3100.0, 11_400.0)


def test_a_run_through_the_seam_of_a_ring_is_one_run() -> None:
    found = figures(Line(0.0, 1000.0, True), cover((0, 1000, False), (300, 600, True)), run=700.0)
    assert found.runs == ((600.0, 1300.0),)
    assert found.share == 0.7
    assert figures(Line(0.0, 1000.0), cover((0, 1000, False), (300, 600, True)), run=700.0).share == 0.0


def test_a_line_without_land_data_is_unknown_and_not_free() -> None:
    found = figures(Line(0.0, 2000.0), cover())
    assert (found.free_m, found.unknown_m, found.runs, found.longest, found.share) == (
        0.0,
        2000.0,
        (),
        None,
        0.0,
    )


def test_a_line_whose_land_is_all_released_is_one_run() -> None:
    found = figures(Line(0.0, 2000.0), cover((0, 1200, False), (1200, 2000, False)))
    assert (found.gaps, found.runs, found.share, found.longest_m) == ((), ((0.0, 2000.0),), 1.0, 2000.0)


def test_a_lane_between_parcels_is_free_and_a_long_hole_is_unknown() -> None:
    lane = figures(Line(0.0, 1000.0), cover((0, 400, False), (400 + LANE_M, 1000, False)))
    assert (lane.unknown_m, lane.longest_m) == (0.0, 1000.0)
    hole = figures(Line(0.0, 1000.0), cover((0, 400, False), (401 + LANE_M, 1000, False)))
    assert hole.unknown == ((400.0, 401 + LANE_M),)


def test_a_millimetre_between_two_held_parcels_is_no_run() -> None:
    found = figures(Line(0.0, 100.0), cover((0, 100, False), (10, 20, True), (20.001, 30, True)))
    assert found.gaps == ((10.0, 30.0),)


def test_nothing_required_has_no_share() -> None:
    assert figures(Line(0.0, 100.0), cover((0, 100, False)), []).share is None


def test_parts_that_do_not_touch_end_a_run() -> None:
    found = figures(Line(0.0, 1000.0, breaks=(400.0,)), cover((0, 1000, False)))
    assert found.runs == ((0.0, 400.0), (400.0, 1000.0))
