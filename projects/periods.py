"""Weeks, months and quarters: which one a day lies in, the one before, and those that have ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Kind = Literal["week", "month", "quarter"]
KINDS: dict[Kind, tuple[str, str]] = {
    "week": ("tuần", "week"),
    "month": ("tháng", "month"),
    "quarter": ("quý", "quarter"),
}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From its first to its last day, both included; a week runs from Monday to Sunday."""

    first: date
    last: date
    kind: Kind

    @property
    def label(self) -> tuple[str, str]:
        """What it is called, in both languages."""
        if self.kind == "week":
            year, week, _ = self.first.isocalendar()
            return f"Tuần {week}/{year}", f"Week {week}/{year}"
        if self.kind == "month":
            return f"Tháng {self.first.month}/{self.first.year}", f"{self.first:%m/%Y}"
        quarter = (self.first.month + 2) // 3
        return f"Quý {quarter}/{self.first.year}", f"Q{quarter}/{self.first.year}"


def period_of(kind: Kind, day: date) -> Period:
    """The period of this kind that the day lies in."""
    if kind == "week":
        first = day - timedelta(days=day.weekday())
        return Period(first, first + timedelta(days=6), kind)
    span = 1 if kind == "month" else 3
    month = (day.month - 1) // span * span + 1
    ahead = month + span
    after = date(day.year + (ahead > 12), ahead - 12 * (ahead > 12), 1)
    return Period(date(day.year, month, 1), after - timedelta(days=1), kind)


def before(period: Period) -> Period:
    """The period of the same kind that ends the day before this one begins."""
    return period_of(period.kind, period.first - timedelta(days=1))


def latest(kind: Kind, day: date, count: int) -> tuple[Period, ...]:
    """The `count` last periods of a kind, the one of the day last."""
    found = [period_of(kind, day)]
    while len(found) < count:
        found.append(before(found[-1]))
    return tuple(reversed(found))


def ended(kind: Kind, day: date, *, after: date | None) -> tuple[Period, ...]:
    """The periods that had ended before `day` began and whose last day lies after `after`, oldest first.

    Without `after` the last one alone.
    """
    period = before(period_of(kind, day))
    found: list[Period] = []
    while after is None or period.last > after:
        found.append(period)
        if after is None:
            break
        period = before(period)
    return tuple(reversed(found))
