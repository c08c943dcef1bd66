"""Counting days of a legal clock: calendar days, working days, months.

The land texts do not say how days are counted. By the Civil Code 2015 Arts 147–148 (not verified here: level U) the
first day is not counted and an end on a rest day moves to the next working day. Each is one switch, `Counting`:
ends of `max` clocks move, `min`, `dur` and `valid` ends never do.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from projects.calendars import Calendar
from projects.law.rules import Rule


@dataclass(frozen=True, slots=True)
class Counting:
    """How days are counted: whether the first day is left out, and of which natures an end on a rest day moves."""

    exclude_first: bool = True
    moved: frozenset[str] = frozenset({"max"})


CIVIL_CODE = Counting()


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or the month's last day (29 Feb + 12 → 28 Feb)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_working(day: date, days: int, *, office: Calendar) -> date:
    """The `days`-th working day after `day`, which is not counted itself; `day` for 0."""
    if days == 0:
        return day
    return date.fromordinal(office.add(day.toordinal() + 1, days) - 1)


def is_worked(day: date, *, office: Calendar) -> bool:
    """Whether the offices work on that day."""
    return office.count(day.toordinal(), day.toordinal() + 1) == 1


def next_worked(day: date, *, office: Calendar) -> date:
    """The first working day at or after `day`."""
    return date.fromordinal(office.next_work(day.toordinal()))


def end_day(
    rule: Rule, start: date, *, office: Calendar, case: str = "", counting: Counting = CIVIL_CODE
) -> date:
    """The day on which the rule's time from `start` is reached.

    For `max` the last lawful day; for `min` and `dur` the first day on which the next act, or the end, is lawful (one
    day later where the law says "more than"); for `valid` the last valid day. `case`: see `Rule.days`.
    """
    amount = rule.days(case)
    begin = start if counting.exclude_first else start - timedelta(days=1)
    if rule.unit == "wd":
        day = add_working(begin, amount + rule.more_than, office=office)
    else:
        day = add_months(begin, amount) if rule.unit == "mon" else begin + timedelta(days=amount)
        day += timedelta(days=rule.more_than)
    return next_worked(day, office=office) if rule.nature in counting.moved else day
