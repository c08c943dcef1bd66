"""A compiled calendar as a week with exceptions, between two days: other programs know no seasons."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

from projects.engine.shifts import DAY, EPOCH, Shifts, WorkTime
from projects.interchange.plan import PlanCalendar


def plan_calendar(time: WorkTime, number: int, first: date, last: date) -> PlanCalendar:
    """Its usual week, and every day from `first` to `last` that is not like it."""
    days = (last - first).days + 1
    shifts: list[list[tuple[int, int]]] = [[] for _ in range(days)]
    base = (first - EPOCH).days
    for begin, end in zip(time.begin[:-1].tolist(), time.end[:-1].tolist(), strict=True):
        day = begin // DAY
        while day * DAY < end:
            if 0 <= day - base < days:
                shifts[day - base].append((max(begin - day * DAY, 0), min(end - day * DAY, DAY)))
            day += 1
        if begin // DAY > base + days:
            break
    seen: dict[int, Counter[Shifts]] = defaultdict(Counter)
    for offset, found in enumerate(shifts):
        seen[(first + timedelta(offset)).weekday()][tuple(found)] += 1
    week = tuple(seen[d].most_common(1)[0][0] if seen[d] else () for d in range(7))
    exceptions = tuple(
        ((first + timedelta(offset)).isoformat(), tuple(found))
        for offset, found in enumerate(shifts)
        if tuple(found) != week[(first + timedelta(offset)).weekday()]
    )
    return PlanCalendar(number, time.name, week, exceptions)


def shifts_on(time: WorkTime, day: date) -> Shifts:
    """What is worked on one day, in minutes of that day."""
    morning = (day - EPOCH).days * DAY
    found = []
    at = int(time.day_at[(day - EPOCH).days])
    while at < time.begin.size - 1 and time.begin[at] < morning + DAY:
        found.append((max(int(time.begin[at]) - morning, 0), min(int(time.end[at]) - morning, DAY)))
        at += 1
    return tuple(found)
