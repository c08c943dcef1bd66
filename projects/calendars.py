"""Working calendars: which days are worked, and exact arithmetic on instants in O(1).

An instant is an integer day ordinal and means the morning of that day. A job of n > 0 days that starts at the
morning of a worked day ends at the morning after its n-th worked day.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate

from projects.errors import Fault, InvalidInput

ALL, VN6, DYKE, VN5 = "ALL", "VN6", "DYKE", "VN5"

_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class ClosedSeason:
    """A stretch of every year without work, both days included; it may run over the new year."""

    from_month: int
    from_day: int
    to_month: int
    to_day: int

    def covers(self, day: date) -> bool:
        """Whether `day` lies in the season."""
        begin, end = (self.from_month, self.from_day), (self.to_month, self.to_day)
        here = (day.month, day.day)
        return begin <= here <= end if begin <= end else here >= begin or here <= end


FLOOD_SEASON = ClosedSeason(
    5, 1, 11, 30
)  # no works in the dyke corridor, about May to November (fact sheet 0.6)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Worked days between the ordinals `first` and `last`, both included. Make one with `make_calendar`.

    All methods take and give instants; one outside [first, last + 1] is refused with `InvalidInput`.
    """

    name: str
    first: int
    last: int
    worked: tuple[int, ...] = field(repr=False)  # ordinals of the worked days, ascending
    _before: tuple[int, ...] = field(repr=False, compare=False)  # worked days before first + i

    def next_work(self, instant: int) -> int:
        """The first worked morning at or after `instant`."""
        return self._worked_at(self._rank(instant), instant)

    def add(self, instant: int, days: int) -> int:
        """The end of the `days`-th worked day from `instant` on; `instant` itself for 0. Negative: `subtract`."""
        if days < 0:
            return self.subtract(instant, -days)
        rank = self._rank(instant)
        return self._worked_at(rank + days - 1, instant) + 1 if days else instant

    def subtract(self, instant: int, days: int) -> int:
        """The morning of the `days`-th worked day counted back from `instant`; `instant` itself for 0."""
        if days < 0:
            return self.add(instant, -days)
        rank = self._rank(instant)
        return self._worked_at(rank - days, instant) if days else instant

    def count(self, begin: int, end: int) -> int:
        """Worked days in [begin, end); negative when `end` is the earlier one."""
        return self._rank(end) - self._rank(begin)

    def latest_for(self, limit: int, lag: int) -> int:
        """The largest instant t with add(t, lag) ≤ limit: the backward image of a lag.

        It is not `subtract(limit, lag)` for negative lags: several instants (a rest day and the worked morning
        behind it) share one forward image, and the backward pass needs the last of them.
        """
        if lag >= 0:
            return self.subtract(limit, lag)
        behind = self._rank(limit + 1) if limit <= self.last else len(self.worked)
        return self._worked_at(behind - 1 - lag, limit)

    def latest_start(self, limit: int, days: int) -> int:
        """The last worked morning from which `days` > 0 worked days end at or before `limit`."""
        return self._worked_at(self._rank(limit) - days, limit)

    def earliest_start(self, limit: int, days: int) -> int:
        """The first worked morning from which `days` > 0 worked days end at or after `limit`."""
        return self._worked_at(self._rank(limit - 1) - days + 1, limit)

    def last_work(self, instant: int) -> int:
        """The last worked morning at or before `instant`."""
        return self._worked_at(self._rank(instant + 1) - 1, instant)

    def _rank(self, instant: int) -> int:
        """Worked days before `instant`."""
        place = instant - self.first
        if place < 0 or place >= len(self._before):
            raise self._outside(instant)
        return self._before[place]

    def _worked_at(self, index: int, instant: int) -> int:
        # A negative index would wrap to the far end of the calendar.
        if index < 0 or index >= len(self.worked):
            raise self._outside(instant)
        return self.worked[index]

    def _outside(self, instant: int) -> InvalidInput:
        near = date.fromordinal(min(max(instant, 1), date.max.toordinal())).isoformat()
        begin, end = date.fromordinal(self.first).isoformat(), date.fromordinal(self.last).isoformat()
        return InvalidInput(
            [
                Fault(
                    self.name,
                    f"Phép tính từ ngày {near} vượt ra ngoài lịch {self.name} ({begin} – {end}).",
                    f"A calculation from {near} runs out of calendar {self.name} ({begin} – {end}).",
                )
            ]
        )


def make_calendar(
    name: str,
    *,
    rest_weekdays: Collection[int],
    holidays: Collection[date],
    closed_seasons: Sequence[ClosedSeason] = (),
    worked: Collection[date] = (),
    first: date,
    last: date,
) -> Calendar:
    """The calendar of all days in [first, last] less rest weekdays (Monday = 0), holidays and closed seasons.

    `worked`: days that are worked although they are days of rest or holidays (compensation); a closed season stays.

    Raises `InvalidInput` with every fault: a reversed range, a weekday or season that does not exist, no
    working day left.
    """
    faults = _range_faults(name, rest_weekdays, closed_seasons, first, last)
    if faults:
        raise InvalidInput(faults)
    rest, off, made_up = frozenset(rest_weekdays), frozenset(holidays), frozenset(worked)
    begin, end = first.toordinal(), last.toordinal()
    days = (date.fromordinal(ordinal) for ordinal in range(begin, end + 1))
    works = [
        (day in made_up or (day.weekday() not in rest and day not in off))
        and not any(s.covers(day) for s in closed_seasons)
        for day in days
    ]
    all_worked = tuple(begin + i for i, flag in enumerate(works) if flag)
    if not all_worked:
        raise InvalidInput(
            [Fault(name, f"Lịch {name} không có ngày làm việc nào.", f"Calendar {name} has no working day.")]
        )
    before = tuple(accumulate(works, initial=0))
    return Calendar(name, begin, end, all_worked, before)


def standard_calendars(
    holidays: Collection[date], *, worked: Collection[date] = (), first: date, last: date
) -> dict[str, Calendar]:
    """The calendars in use, by name: ALL (every day: land, legal clocks), VN6 (Monday to Saturday less public
    holidays), DYKE (VN6 less the flood season), VN5 (Monday to Friday; offices). `worked`: days of compensation."""
    return {
        ALL: make_calendar(ALL, rest_weekdays=(), holidays=(), first=first, last=last),
        VN6: make_calendar(VN6, rest_weekdays=(6,), holidays=holidays, worked=worked, first=first, last=last),
        DYKE: make_calendar(
            DYKE,
            rest_weekdays=(6,),
            holidays=holidays,
            closed_seasons=(FLOOD_SEASON,),
            worked=worked,
            first=first,
            last=last,
        ),
        VN5: make_calendar(
            VN5, rest_weekdays=(5, 6), holidays=holidays, worked=worked, first=first, last=last
        ),
    }


def _range_faults(
    name: str,
    rest_weekdays: Collection[int],
    seasons: Sequence[ClosedSeason],
    first: date,
    last: date,
) -> list[Fault]:
    faults = []
    if first > last:
        faults.append(
            Fault(
                name,
                f"Lịch {name}: ngày đầu {first.isoformat()} sau ngày cuối {last.isoformat()}.",
                f"Calendar {name}: first day {first.isoformat()} is after last day {last.isoformat()}.",
            )
        )
    for weekday in sorted(set(rest_weekdays) - set(range(7))):
        faults.append(
            Fault(
                name,
                f"Lịch {name}: không có thứ {weekday} (0 = thứ Hai … 6 = Chủ nhật).",
                f"Calendar {name}: there is no weekday {weekday} (0 = Monday … 6 = Sunday).",
            )
        )
    for season in seasons:
        for month, day in ((season.from_month, season.from_day), (season.to_month, season.to_day)):
            if not 1 <= month <= 12 or not 1 <= day <= _MONTH_DAYS[month - 1]:
                faults.append(
                    Fault(
                        name,
                        f"Lịch {name}: không có ngày {day} tháng {month}.",
                        f"Calendar {name}: there is no day {day} of month {month}.",
                    )
                )
    return faults


__all__ = [
    "ALL",
    "DYKE",
    "FLOOD_SEASON",
    "VN5",
    "VN6",
    "Calendar",
    "ClosedSeason",
    "make_calendar",
    "standard_calendars",
]
