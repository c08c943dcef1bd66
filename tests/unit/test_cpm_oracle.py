"""The critical-path method against a slow second opinion on random networks, and its rules one by one."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from projects.model import Activity, Link, LinkType, Network
from projects.network import build_graph
from tests.unit.cpm_oracle import (
    CALENDARS,
    WORK_DAYS,
    Placed,
    longest_path,
    place,
    random_network,
    relax,
    worked_between,
)
from tests.unit.day_cpm import Row, schedule

FRIDAY = date(2026, 3, 13)
# Around the rest day, Tết, the start of the flood season, and a data date that is itself not worked.
DATA_DATES = [FRIDAY, date(2026, 3, 14), date(2026, 2, 10), date(2026, 4, 24), date(2026, 2, 17)]
SEEDS = range(360)
BEYOND = 250  # days; a negative lag lets an activity end after the finish, over a closed season if need be


def network_of(seed: int) -> tuple[Network, date]:
    rng = random.Random(seed)
    day = rng.choice(DATA_DATES)
    return random_network(rng, day), day


def rows_of(network: Network, data_date: date) -> dict[str, Row]:
    graph = build_graph(network, CALENDARS)
    return schedule(graph, CALENDARS, data_date=data_date, finish=network.finish).rows


def over(activity: Activity) -> bool:
    return activity.actual_finish is not None or (
        activity.duration == 0 and activity.actual_start is not None
    )


def left(activity: Activity) -> int:
    return activity.duration if activity.remaining is None else activity.remaining


def leads(network: Network) -> set[str]:
    """Activities whose unfinished work can still reach the finish through unfinished work."""
    by_code = {a.code: a for a in network.activities}
    found, grown = set() if over(by_code[network.finish]) else {network.finish}, True
    while grown:
        grown = False
        for link in network.links:
            pred = by_code[link.pred]
            begun = pred.actual_start is not None and link.type in (LinkType.SS, LinkType.SF)
            if link.succ in found and link.pred not in found and not over(pred) and not begun:
                found.add(link.pred)
                grown = True
    return found


def keeps(network: Network, day: date, code: str, kept: set[str], end: int) -> Callable[[int], bool]:
    def holds(instant: int) -> bool:
        moved = relax(network, day, {code: instant})
        return max(moved[other].finish for other in kept) <= end

    return holds


def moves_nothing_else(
    network: Network, day: date, code: str, slow: dict[str, Placed]
) -> Callable[[int], bool]:
    def holds(instant: int) -> bool:
        moved = relax(network, day, {code: instant})
        return all(moved[other] == placed for other, placed in slow.items() if other != code)

    return holds


def largest(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The last instant of [low, high] for which the monotone `holds` is true; it is true at `low`."""
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def shown(activity: Activity, at: Placed) -> tuple[date, date]:
    """Start and finish day as people read them."""
    begin = at.start - 1 if left(activity) == 0 and at.start == at.finish else at.start
    return date.fromordinal(begin), date.fromordinal(at.finish - 1)


def test_early_dates_equal_a_day_by_day_simulation() -> None:
    for seed in SEEDS:
        network, day = network_of(seed)
        rows, slow = rows_of(network, day), relax(network, day)
        for a in network.activities:
            if not over(a):
                assert (rows[a.code].early_start, rows[a.code].early_finish) == shown(a, slow[a.code]), (
                    seed,
                    a,
                )


def test_late_dates_are_the_largest_delay_that_keeps_the_finish() -> None:
    for seed in SEEDS:
        network, day = network_of(seed)
        rows, slow = rows_of(network, day), relax(network, day)
        horizon = max(placed.finish for placed in slow.values())
        for a in network.activities:
            if over(a):
                continue
            # What does not lead to the finish may run until the last early finish of the network.
            leading = a.code in leads(network)
            keep, end = ({network.finish}, slow[network.finish].finish) if leading else (set(slow), horizon)
            at, work = slow[a.code], WORK_DAYS[a.calendar]
            last = largest(at.resume, end + BEYOND, keeps(network, day, a.code, keep, end))
            late = relax(network, day, {a.code: last})[a.code]
            if late.resume > last:  # the limit lies on rest days: the last worked morning before it
                last = max(t for t in range(at.resume, last + 1) if t in work)
                late = relax(network, day, {a.code: last})[a.code]
            assert (rows[a.code].late_start, rows[a.code].late_finish) == shown(a, late), (seed, a)
            slack = worked_between(work, at.resume, late.resume)
            assert rows[a.code].total_float == slack, (seed, a)
            assert rows[a.code].critical == (leading and slack <= 0), (seed, a)


def test_free_float_is_the_largest_delay_that_moves_nothing_else() -> None:
    for seed in SEEDS[::2]:
        network, day = network_of(seed)
        rows, slow = rows_of(network, day), relax(network, day)
        horizon = max(placed.finish for placed in slow.values())
        for a in network.activities:
            if over(a) or not any(k.pred == a.code for k in network.links):
                continue
            at = slow[a.code]
            last = largest(at.resume, horizon + BEYOND, moves_nothing_else(network, day, a.code, slow))
            if left(a) and last not in WORK_DAYS[a.calendar]:
                last = max(t for t in range(at.resume, last + 1) if t in WORK_DAYS[a.calendar])
            free = worked_between(WORK_DAYS[a.calendar], at.resume, last)
            assert rows[a.code].free_float == min(free, rows[a.code].total_float), (seed, a)


def test_each_driver_alone_sets_the_dates_and_without_the_drivers_they_come_earlier() -> None:
    for seed in SEEDS:
        network, day = network_of(seed)
        rows, slow = rows_of(network, day), relax(network, day)
        for a in network.activities:
            if over(a):
                assert rows[a.code].drivers == ()
                continue
            links = [k for k in network.links if k.succ == a.code]
            drivers = rows[a.code].drivers
            if not drivers:
                assert resume_with(network, day, a, [], slow) == slow[a.code].resume, (seed, a)
                continue
            for driver in drivers:
                alone = [k for k in links if k.pred == driver]
                assert resume_with(network, day, a, alone, slow) == slow[a.code].resume, (seed, a, driver)
            rest = [k for k in links if k.pred not in drivers]
            assert resume_with(network, day, a, rest, slow) < slow[a.code].resume, (seed, a)


def resume_with(
    network: Network, day: date, activity: Activity, links: list[Link], slow: dict[str, Placed]
) -> int:
    """Where an activity would resume with these incoming links only, all others staying where they are."""
    earliest = day.toordinal() + 1
    if activity.actual_start is None and activity.not_before is not None:
        earliest = max(earliest, activity.not_before.toordinal() + (left(activity) == 0))
    mine = {code: replace(placed) for code, placed in slow.items()}
    place(activity, left(activity), earliest, links, {a.code: a for a in network.activities}, mine)
    return mine[activity.code].resume


def test_finish_of_a_plain_network_is_its_dearest_path() -> None:
    for seed in range(200):
        rng = random.Random(seed)
        codes = [f"A{n}" for n in range(8)]
        activities = tuple(Activity(code, code, code, rng.randint(0, 9), "ALL") for code in codes)
        pairs = {tuple(sorted(rng.sample(range(8), 2))) for _ in range(14)}
        links = tuple(Link(codes[one], codes[other], lag=rng.randint(0, 4)) for one, other in sorted(pairs))
        network = Network("R", activities, links, codes[-1])
        finish = rows_of(network, FRIDAY)[codes[-1]].early_finish
        assert finish == date.fromordinal(longest_path(network, FRIDAY) - 1), seed
