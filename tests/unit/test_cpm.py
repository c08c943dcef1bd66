"""The critical-path method against a slow second opinion on random networks, and its rules one by one."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from projects.cpm import Row, driving_chain, schedule
from projects.errors import CyclicDependency, InvalidInput, NotFound
from projects.model import Activity, Link, LinkType, Network
from projects.network import as_of, build_graph
from tests.unit.cpm_oracle import (
    CALENDARS,
    WORK_DAYS,
    Placed,
    longest_path,
    random_network,
    relax,
    worked_between,
)

FRIDAY = date(2026, 3, 13)
# Around the rest day, Tết, the start of the flood season, and a data date that is itself not worked.
DATA_DATES = [FRIDAY, date(2026, 3, 14), date(2026, 2, 10), date(2026, 4, 24), date(2026, 2, 17)]
SEEDS = range(360)


def network_of(seed: int) -> tuple[Network, date]:
    rng = random.Random(seed)
    day = rng.choice(DATA_DATES)
    return random_network(rng, day), day


def rows_of(network: Network, data_date: date) -> dict[str, Row]:
    graph = build_graph(network, CALENDARS)
    return schedule(graph, CALENDARS, data_date=data_date, finish=network.finish).rows


def waits(activity: Activity) -> bool:
    return activity.actual_start is None and activity.actual_finish is None


def leads(network: Network) -> set[str]:
    """Activities whose unfinished work can still reach the finish through unfinished work."""
    by_code = {a.code: a for a in network.activities}
    found, grown = {network.finish}, True
    while grown:
        grown = False
        for link in network.links:
            pred = by_code[link.pred]
            over = pred.actual_finish is not None or (pred.duration == 0 and pred.actual_start is not None)
            begun = pred.actual_start is not None and link.type in (LinkType.SS, LinkType.SF)
            if link.succ in found and link.pred not in found and not over and not begun:
                found.add(link.pred)
                grown = True
    return found


def largest(low: int, high: int, holds: object) -> int:
    """The last instant of [low, high] for which the monotone `holds` is true; it is true at `low`."""
    assert callable(holds)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def shown(activity: Activity, at: Placed) -> tuple[date, date]:
    """Start and finish day as people read them."""
    empty = (activity.remaining if activity.remaining is not None else activity.duration) == 0
    begin = at.start - 1 if empty and at.start == at.finish else at.start
    return date.fromordinal(begin), date.fromordinal(at.finish - 1)


def test_early_dates_equal_a_day_by_day_simulation() -> None:
    for seed in SEEDS:
        network, day = network_of(seed)
        rows, slow = rows_of(network, day), relax(network, day)
        for a in network.activities:
            if waits(a) or a.duration > 0:
                assert (rows[a.code].early_start, rows[a.code].early_finish) == shown(a, slow[a.code]), (seed, a)


def test_late_dates_are_the_largest_delay_that_keeps_the_finish() -> None:
    for seed in SEEDS:
        network, day = network_of(seed)
        rows, slow = rows_of(network, day), relax(network, day)
        end = slow[network.finish].finish
        for a in network.activities:
            if not waits(a) or a.code not in leads(network):
                continue
            at = slow[a.code]

            def keeps(instant: int, code: str = a.code, network: Network = network, day: date = day) -> bool:
                return relax(network, day, {code: instant})[network.finish].finish == end  # noqa: B023

            last = largest(at.resume, end, keeps)
            late = relax(network, day, {a.code: last})[a.code]
            if late.resume > last:  # the limit lies on rest days: the last worked morning before it
                last = max(t for t in range(at.resume, last + 1) if t in WORK_DAYS[a.calendar])
                late = relax(network, day, {a.code: last})[a.code]
            assert (rows[a.code].late_start, rows[a.code].late_finish) == shown(a, late), (seed, a)
            slack = worked_between(WORK_DAYS[a.calendar], at.resume, late.resume)
            assert rows[a.code].total_float == slack, (seed, a)
            assert rows[a.code].critical == (slack <= 0), (seed, a)


def test_free_float_is_the_largest_delay_that_moves_nothing_else() -> None:
    for seed in SEEDS[::2]:
        network, day = network_of(seed)
        rows, slow = rows_of(network, day), relax(network, day)
        horizon = max(placed.finish for placed in slow.values())
        for a in network.activities:
            if not waits(a) or not any(k.pred == a.code for k in network.links):
                continue
            at = slow[a.code]
            others = {code: placed for code, placed in slow.items() if code != a.code}

            def alone(instant: int, code: str = a.code) -> bool:
                moved = relax(network, day, {code: instant})  # noqa: B023
                return all(moved[other] == placed for other, placed in others.items())  # noqa: B023

            last = largest(at.resume, horizon, alone)
            if a.duration and last not in WORK_DAYS[a.calendar]:
                last = max(t for t in range(at.resume, last + 1) if t in WORK_DAYS[a.calendar])
            free = worked_between(WORK_DAYS[a.calendar], at.resume, last)
            assert rows[a.code].free_float == min(free, rows[a.code].total_float), (seed, a)
