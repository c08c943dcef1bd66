"""The week of a report: an ISO week as it stands in an address, its days, and the day that the figures stand on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from projects.errors import Fault, InvalidInput

_WEEK = re.compile(r"(\d{4})-(?:W|w)?(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week, Monday to Sunday."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its Monday."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.first + timedelta(days=6)

    @property
    def before(self) -> date:
        """The last day of the week before: what an increase in the week is measured from."""
        return self.first - timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    def later(self, weeks: int) -> Week:
        """The week so many weeks on."""
        return week_of(self.first + timedelta(weeks=weeks))


def week_of(day: date) -> Week:
    """The ISO week that a day lies in."""
    year, number, _ = day.isocalendar()
    return Week(year, number)


def read_week(written: str) -> Week:
    """`2026-11` (also `2026-W11`) as a week. Raises InvalidInput."""
    found = _WEEK.fullmatch(written.strip())
    try:
        if found is None:
            raise ValueError
        week = Week(int(found[1]), int(found[2]))
        _ = week.last
    except (ValueError, OverflowError):
        vi = "Tuần phải có dạng năm-số tuần (ISO), ví dụ 2026-11."
        raise InvalidInput([Fault("tuan", vi, "Expected an ISO week such as 2026-11.")]) from None
    return week


def standing_day(week: Week | None, asked: date | None, data_date: date) -> tuple[Week, date]:
    """The week and the day that the figures stand on.

    A day that was asked for wins; else the Sunday of the week, or the data date when that lies in the week. Raises
    InvalidInput for a day outside the week that was asked for with it.
    """
    if week is None:
        day = asked or data_date
        return week_of(day), day
    if asked is not None:
        if not week.first <= asked <= week.last:
            vi = f"Ngày {asked:%d/%m/%Y} không nằm trong tuần {week} ({week.first:%d/%m} – {week.last:%d/%m/%Y})."
            raise InvalidInput([Fault("tuan", vi, f"{asked} does not lie in week {week}.")])
        return week, asked
    return week, data_date if week.first <= data_date <= week.last else week.last
