"""A compiled calendar as a calendar in words: the shifts of the usual week, and every day that is otherwise.

So that a network whose calendars came compiled (from a file, from a day calendar) can be kept and written.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from projects.engine.shifts import DAY, DAYS, EPOCH, Shifts, WorkCalendar, WorkTime


def recalled(time: WorkTime) -> WorkCalendar:
    """A calendar that compiles to `time` again: the most frequent shifts by weekday, all other days as exceptions."""
    shifts: list[list[tuple[int, int]]] = [[] for _ in range(DAYS)]
    for begin, end in zip(time.begin[:-1].tolist(), time.end[:-1].tolist(), strict=True):
        for day in range(begin // DAY, -(-end // DAY)):
            low, high = max(begin - day * DAY, 0), min(end - day * DAY, DAY)
            shifts[day].append((low, high))
    days: list[Shifts] = [tuple(each) for each in shifts]
    week = []
    for weekday in range(7):
        first = (weekday - EPOCH.weekday()) % 7
        week.append(Counter(days[first::7]).most_common(1)[0][0])
    exceptions = tuple(
        (EPOCH + timedelta(d), of) for d, of in enumerate(days) if of != week[(EPOCH.weekday() + d) % 7]
    )
    return WorkCalendar(time.name, tuple(week), exceptions)
