"""A slow second opinion on the critical-path method: walks day by day over plain sets, relaxes until nothing moves.

It shares no formula with `tests.unit.day_passes`: no prefix counts, no topological order, no backward pass. Late
dates are what they mean: the largest delay of one activity that leaves the finish where it is.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from projects.calendars import Calendar, ClosedSeason, make_calendar
from projects.model import Activity, Link, LinkType, Network

FIRST, LAST = date(2024, 1, 1), date(2031, 12, 31)
TET = [date(2026, 2, day) for day in range(14, 23)] + [date(2027, 2, day) for day in range(4, 13)]
OPTIONS: dict[str, tuple[frozenset[int], list[date], tuple[ClosedSeason, ...]]] = {
    "ALL": (frozenset(), [], ()),
    "VN6": (frozenset({6}), TET, ()),
    "DYKE": (frozenset({6}), TET, (ClosedSeason(5, 1, 11, 30),)),
}
CALENDARS: dict[str, Calendar] = {
    name: make_calendar(name, rest_weekdays=rest, holidays=off, closed_seasons=closed, first=FIRST, last=LAST)
    for name, (rest, off, closed) in OPTIONS.items()
}


def _works(name: str, day: date) -> bool:
    rest, off, closed = OPTIONS[name]
    flooded = bool(closed) and 5 <= day.month <= 11
    return day.weekday() not in rest and day not in off and not flooded


WORK_DAYS: dict[str, set[int]] = {
    name: {day.toordinal() for day in (FIRST + timedelta(n) for n in range(2922)) if _works(name, day)}
    for name in OPTIONS
}


def shifted(work: set[int], instant: int, days: int) -> int:
    """The instant after `days` worked days from `instant`, or the morning of that many worked days before it."""
    while days > 0:
        days -= instant in work
        instant += 1
    while days < 0:
        instant -= 1
        days += instant in work
    return instant


def worked_between(work: set[int], begin: int, end: int) -> int:
    """Worked days in [begin, end), counted one by one."""
    return sum(day in work for day in range(begin, end)) - sum(day in work for day in range(end, begin))


@dataclass
class Placed:
    """Where an activity lies: start, resume of the remaining work and finish, as instants."""

    start: int
    resume: int
    finish: int


def relax(network: Network, data_date: date, push: dict[str, int] | None = None) -> dict[str, Placed]:
    """Early times by relaxation. `push` holds single activities back to an instant (a what-if)."""
    now = data_date.toordinal() + 1
    placed, floor, todo = {}, {}, {}
    for a in network.activities:
        begun, ended = a.actual_start, a.actual_finish
        if a.duration == 0 and (begun or ended):
            end = (ended or begun or data_date).toordinal() + 1
            placed[a.code] = Placed(end, end, end)
            continue
        if begun and ended:
            placed[a.code] = Placed(begun.toordinal(), ended.toordinal() + 1, ended.toordinal() + 1)
            continue
        todo[a.code] = a.duration if a.remaining is None else a.remaining
        earliest = now
        if begun is None and a.not_before is not None:
            earliest = max(now, a.not_before.toordinal() + (1 if todo[a.code] == 0 else 0))
        floor[a.code] = max(earliest, (push or {}).get(a.code, 0))
        placed[a.code] = Placed(floor[a.code], floor[a.code], floor[a.code])
        if begun:
            placed[a.code].start = begun.toordinal()
    by_code = {a.code: a for a in network.activities}
    moved = True
    while moved:
        moved = False
        for code, left in todo.items():
            before = replace(placed[code])
            links = [k for k in network.links if k.succ == code]
            place(by_code[code], left, floor[code], links, by_code, placed)
            moved = moved or placed[code] != before
    return placed


def place(
    activity: Activity,
    left: int,
    earliest: int,
    links: list[Link],
    by_code: dict[str, Activity],
    placed: dict[str, Placed],
) -> None:
    """Try morning after morning until the calendar and every link are content."""
    starts, ends = [earliest], [0]
    for link in links:
        one = placed[link.pred]
        begin = one.start if link.type in (LinkType.SS, LinkType.SF) else one.finish
        bound = shifted(WORK_DAYS[by_code[link.pred].calendar], begin, link.lag)
        (starts if link.type in (LinkType.FS, LinkType.SS) else ends).append(bound)
    work = WORK_DAYS[activity.calendar]
    at = max(starts)
    while (left and at not in work) or shifted(work, at, left) < max(ends):
        at += 1
    mine = placed[activity.code]
    mine.resume, mine.finish = at, shifted(work, at, left)
    if activity.actual_start is None:
        mine.start = at


def longest_path(network: Network, data_date: date) -> int:
    """Finish instant of a network with FS links on the ALL calendar only: the dearest of all its paths."""
    duration = {a.code: a.duration for a in network.activities}
    base = data_date.toordinal() + 1

    def paths(code: str) -> Iterable[int]:
        yield duration[code]
        for link in network.links:
            if link.succ == code:
                yield from (cost + link.lag + duration[code] for cost in paths(link.pred))

    return base + max(paths(network.finish))


def random_network(rng: random.Random, data_date: date, size: int = 7) -> Network:
    """A random acyclic network with all link types, lags of both signs, three calendars, progress and limits."""
    codes = [f"A{n}" for n in range(size)]
    calendars = rng.choice([["ALL"], ["VN6", "ALL"], ["ALL", "VN6", "DYKE"]])
    activities = [
        Activity(code, code, code, rng.choice([0, 1, 2, 3, 5, 8]), rng.choice(calendars)) for code in codes
    ]
    activities = [_with_progress(rng, a, data_date) for a in activities[:-1]] + [activities[-1]]
    links: dict[tuple[str, str, LinkType], Link] = {}
    for _ in range(rng.randint(size - 1, 2 * size)):
        one, other = sorted(rng.sample(range(size), 2))
        kind = rng.choice(list(LinkType))
        links[codes[one], codes[other], kind] = Link(codes[one], codes[other], kind, rng.randint(-4, 5))
    order = list(links.values())
    rng.shuffle(activities)
    rng.shuffle(order)
    return Network("R", tuple(activities), tuple(order), rng.choice(codes[-3:]))


def _with_progress(rng: random.Random, activity: Activity, data_date: date) -> Activity:
    ago = data_date - timedelta(rng.randint(0, 12))
    chance = rng.random()
    if chance < 0.1:
        return replace(activity, actual_start=ago, actual_finish=ago + (data_date - ago) // 2)
    if chance < 0.2 and activity.duration:
        return replace(activity, actual_start=ago, remaining=rng.randint(0, 4))
    if chance < 0.35:
        return replace(activity, not_before=data_date + timedelta(rng.randint(-5, 20)))
    if chance < 0.4 and activity.duration:
        return replace(activity, remaining=rng.randint(0, 4))  # not begun, but estimated anew
    return activity
