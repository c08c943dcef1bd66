"""Legal days found by walking one day at a time: an oracle that uses nothing of `projects`."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

ONE = timedelta(days=1)


@cache
def _off() -> frozenset[date]:
    return frozenset(holidays.country_holidays("VN", years=range(2015, 2061)))


def is_rest(day: date) -> bool:
    """Saturday, Sunday or public holiday."""
    return day.isoweekday() in (6, 7) or day in _off()


def walk(start: date, amount: int, unit: str) -> date:
    """The day on which the `amount`-th day, working day or month after `start` is reached; `start` is not counted."""
    day = start
    if unit == "mon":
        for _ in range(amount):
            day = _next_month(day, start.day)
        return day
    counted = 0
    while counted < amount:
        day += ONE
        if unit == "cal" or not is_rest(day):
            counted += 1
    return day


def _next_month(day: date, wanted: int) -> date:
    """Walks through the next month to the day `wanted`, or to its last day when it is shorter."""
    step = day
    while step.month == day.month:
        step += ONE
    month = step.month
    while step.day != wanted and (step + ONE).month == month:
        step += ONE
    return step


def deadline(start: date, amount: int, unit: str = "cal") -> date:
    """The last lawful day: an end on a rest day moves to the next working day."""
    day = walk(start, amount, unit)
    while is_rest(day):
        day += ONE
    return day


def colour(day: date, start: date, today: date) -> str:
    """Red after the day, amber in the last fifth of the window, else green; in whole numbers."""
    left, window = 0, 0
    step = today
    while step < day:
        left, step = left + 1, step + ONE
    step = start
    while step < day:
        window, step = window + 1, step + ONE
    if today > day:
        return "late"
    return "risk" if 5 * left <= window else "ok"


def banned(day: date, breaks: list[tuple[date, date]]) -> bool:
    """Whether recovery may not be enforced: rest day, or within 15 days of a Tết break, walked from the day."""
    if is_rest(day):
        return True
    for first, last in breaks:
        near = day
        for _ in range(16):
            if first <= near <= last:
                return True
            near += ONE
        near = day
        for _ in range(16):
            if first <= near <= last:
                return True
            near -= ONE
    return False
