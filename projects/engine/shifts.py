"""Calendars with shifts: working time as intervals of whole minutes from 1970 to 2100.

An instant is the number of minutes since 1 January 1970, 00:00, local time; midnight belongs to both days. A day
calendar of `projects.calendars` becomes one of these with any shifts; with whole days (0–24 h) all arithmetic of
instants agrees with it, 1,440 minutes to the day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from projects.calendars import Calendar, ClosedSeason
from projects.errors import Fault

Moment = date | datetime  # a date is a whole day: its morning for a start, its evening for a finish
Shifts = tuple[tuple[int, int], ...]  # minutes of the day, [from, to); a night shift is written as two
Ints = npt.NDArray[np.int32]

EPOCH, LAST_DAY = date(1970, 1, 1), date(2100, 12, 31)
DAY = 1440
DAYS = (LAST_DAY - EPOCH).days + 1
LAST = DAYS * DAY  # the last instant
WHOLE_DAY: Shifts = ((0, DAY),)
OFFICE: Shifts = ((450, 690), (780, 1020))  # 7:30–11:30, 13:00–17:00


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Shifts of each weekday (Monday first); `exceptions` replace a single day's, () is a day of rest.

    No work in a closed season or a blackout (both days included), whatever the exceptions say.
    """

    name: str
    week: tuple[Shifts, ...]
    exceptions: tuple[tuple[date, Shifts], ...] = ()
    seasons: tuple[ClosedSeason, ...] = ()
    blackouts: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class WorkTime:
    """A compiled calendar, equal to itself alone: `begin`, `end` of every stretch of work, `before` the minutes worked
    until then.

    The last entry of the three is a sentinel. `day_at[d]` is the first stretch that ends after the morning of
    day d, `rank_at[w // DAY]` the stretch that holds working minute w. `day_minutes` is the usual day's work.
    """

    name: str
    begin: Ints
    end: Ints
    before: Ints
    day_at: Ints
    rank_at: Ints
    day_minutes: int

    @property
    def total(self) -> int:
        """Working minutes from 1970 to 2100."""
        return int(self.before[-1])


class Clock(NamedTuple):
    """Several calendars in one set of arrays, for the kernels; calendar c has its offsets at index c.

    `bad` is [1 if an operation ran out of a calendar, the first node for which it did]; `unit` is 1, or DAY where all
    times are whole days.
    """

    begin: Ints
    end: Ints
    before: Ints
    day_at: Ints
    rank_at: Ints
    stretch_from: npt.NDArray[np.int64]
    day_from: npt.NDArray[np.int64]
    rank_from: npt.NDArray[np.int64]
    total: npt.NDArray[np.int64]
    bad: npt.NDArray[np.int64]
    unit: int


@lru_cache(maxsize=64)
def work_time(calendar: WorkCalendar) -> WorkTime:
    """Compile a calendar that has no `calendar_faults`; kept for the next time."""
    every_day = [calendar.week[(EPOCH.weekday() + d) % 7] for d in range(DAYS)]
    for day, shifts in calendar.exceptions:
        every_day[(day - EPOCH).days] = shifts
    for begin, end in calendar.blackouts:
        for d in range(max((begin - EPOCH).days, 0), min((end - EPOCH).days + 1, DAYS)):
            every_day[d] = ()
    if calendar.seasons:
        for d in range(DAYS):
            if every_day[d] and any(s.covers(EPOCH + timedelta(d)) for s in calendar.seasons):
                every_day[d] = ()
    return _compile(calendar.name, every_day)


@lru_cache(maxsize=64)
def from_days(calendar: Calendar, shifts: Shifts = WHOLE_DAY) -> WorkTime:
    """A day calendar with the same shifts on every worked day; nothing is worked outside its range."""
    every_day: list[Shifts] = [()] * DAYS
    first = EPOCH.toordinal()
    for ordinal in calendar.worked:
        if 0 <= ordinal - first < DAYS:
            every_day[ordinal - first] = shifts
    return _compile(calendar.name, every_day)


def clock(times: Sequence[WorkTime], *, unit: int = 1) -> Clock:
    """The calendars side by side; index c of the kernels is the place in `times`.

    The arrays of the same calendars are shared (they hold every day from 1970 to 2100), `bad` never is.
    """
    return _side_by_side(tuple(times), unit)._replace(bad=np.array([0, -1], np.int64))


@lru_cache(maxsize=64)
def _side_by_side(times: tuple[WorkTime, ...], unit: int) -> Clock:
    def offsets(sizes: list[int]) -> npt.NDArray[np.int64]:
        return np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)

    stretches = offsets([t.begin.size for t in times])
    return Clock(
        begin=np.concatenate([t.begin for t in times]),
        end=np.concatenate([t.end for t in times]),
        before=np.concatenate([t.before for t in times]),
        day_at=np.concatenate([t.day_at for t in times]),
        rank_at=np.concatenate([t.rank_at for t in times]),
        stretch_from=stretches,
        day_from=offsets([t.day_at.size for t in times]),
        rank_from=offsets([t.rank_at.size for t in times]),
        total=np.array([t.total for t in times], np.int64),
        bad=np.array([0, -1], np.int64),
        unit=unit,
    )


def calendar_faults(calendar: WorkCalendar) -> Iterator[Fault]:
    """Every fault of a calendar, one without any working time included."""
    name = calendar.name
    if len(calendar.week) != 7:
        yield Fault(name, f"Tuần có {len(calendar.week)} ngày.", f"The week has {len(calendar.week)} days.")
    sets = [(f"weekday {i}", s) for i, s in enumerate(calendar.week)]
    sets += [(day.isoformat(), s) for day, s in calendar.exceptions]
    broken = False
    for where, shifts in sets:
        ends = [minute for shift in shifts for minute in shift]
        if (
            ends != sorted(ends)
            or any(a >= b for a, b in shifts)
            or (ends and not 0 <= ends[0] < ends[-1] <= DAY)
        ):
            broken = True
            yield Fault(
                f"{name}, {where}",
                f"Ca làm việc không hợp lệ: {list(shifts)} (phút trong ngày, tăng dần, không chồng nhau).",
                f"Invalid shifts: {list(shifts)} (minutes of the day, ascending, apart).",
            )
    days = [day for day, _ in calendar.exceptions] + [d for pair in calendar.blackouts for d in pair]
    for day in days:
        if not EPOCH <= day <= LAST_DAY:
            broken = True
            yield Fault(
                name,
                f"Ngày {day} nằm ngoài 1970–2100.",
                f"{day} is outside 1970–2100.",
            )
    for begin, end in calendar.blackouts:
        if begin > end:
            yield Fault(
                name, f"Đợt nghỉ {begin} – {end} đảo ngược.", f"Blackout {begin} – {end} is reversed."
            )
    if not broken and len(calendar.week) == 7 and work_time(calendar).total == 0:
        yield Fault(name, f"Lịch {name} không có giờ làm việc nào.", f"Calendar {name} has no working time.")


def instant(moment: Moment, *, evening: bool) -> int:
    """Minutes since 1970; a plain date is its morning, or its evening (the next midnight)."""
    if isinstance(moment, datetime):
        return (moment.date() - EPOCH).days * DAY + moment.hour * 60 + moment.minute
    return ((moment - EPOCH).days + evening) * DAY


def day_of(at: int, *, evening: bool) -> date:
    """The day of an instant; of a finish (`evening`) the day that it closes."""
    return EPOCH + timedelta((at - evening) // DAY)


def moment_of(at: int) -> datetime:
    """The instant as a local date and time."""
    return datetime(EPOCH.year, EPOCH.month, EPOCH.day) + timedelta(minutes=at)


def days_of(at: npt.NDArray[np.int64], evening: npt.NDArray[np.bool_] | int) -> list[date]:
    """`day_of` for many."""
    days: list[date] = ((at - evening) // DAY).astype("datetime64[D]").tolist()
    return days


def moments_of(at: npt.NDArray[np.int64]) -> list[datetime]:
    """`moment_of` for many."""
    moments: list[datetime] = at.astype("datetime64[m]").tolist()
    return moments


def _compile(name: str, every_day: Sequence[Shifts]) -> WorkTime:
    begin: list[int] = []
    end: list[int] = []
    for d, shifts in enumerate(every_day):
        for start, stop in shifts:
            if end and end[-1] == d * DAY + start:
                end[-1] = d * DAY + stop  # midnight does not interrupt work
            else:
                begin.append(d * DAY + start)
                end.append(d * DAY + stop)
    usual = Counter(sum(b - a for a, b in shifts) for shifts in every_day if shifts)
    minutes = usual.most_common(1)[0][0] if usual else DAY
    return stretched(name, np.array(begin, np.int32), np.array(end, np.int32), minutes)


def stretched(name: str, begin: Ints, end: Ints, day_minutes: int) -> WorkTime:
    """A calendar from its stretches of work: minutes, ascending and apart."""
    starts, ends = np.append(begin, 2 * LAST).astype(np.int32), np.append(end, 2 * LAST + 1).astype(np.int32)
    before = np.concatenate([[0], np.cumsum(ends[:-1] - starts[:-1])]).astype(np.int32)
    mornings = np.arange(DAYS + 1, dtype=np.int64) * DAY
    marks = np.arange(int(before[-1]) // DAY + 2, dtype=np.int64) * DAY
    return WorkTime(
        name=name,
        begin=starts,
        end=ends,
        before=before,
        day_at=np.searchsorted(ends, mornings, side="right").astype(np.int32),
        rank_at=np.maximum(np.searchsorted(before, marks, side="right") - 1, 0).astype(np.int32),
        day_minutes=day_minutes,
    )
