"""What the flood season and Tết cost: the completion reckoned anew without the one or the other, in calendar days.

Land keeps its forecast, works their links and progress; only rest that is still to come is opened, so the past stays.
The two effects do not add up: a rest that is opened may let the works run into another one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from projects.calendars import FLOOD_SEASON, Calendar
from projects.engine.shifts import DAY, DAYS, EPOCH, Shifts, WorkTime, stretched
from projects.reckoning import Reckoning, reckon
from projects.scenarios.stand import Stand

FLOOD, TET = "flood", "tet"
LONG_REST = 30  # days in one piece without work, more than any holiday: a closed season
# Tết is the only public holiday of these weeks; lunar new year falls on 21 January to 20 February.
TET_FROM, TET_TO = (1, 10), (3, 10)
SUNDAY = 6
SAMPLE = 730  # days before and after the data date that tell what a calendar usually works


@dataclass(frozen=True, slots=True)
class Effect:
    """`days` that the completion comes earlier, on `finish`, without the season; `calendars` rest in it."""

    season: str
    days: int
    finish: date
    calendars: tuple[str, ...]


def season_effects(stand: Stand, holidays: Collection[date]) -> tuple[Effect, ...]:
    """The effect of the flood season, then of Tết; `holidays` are the public ones, Tết among them."""
    works, now = stand.reckoning.works, stand.delay.forecast_finish
    used = {a.calendar for a in works.net.activities} | {k.lag_calendar for k in works.net.links}
    off = frozenset(holidays)
    tet = [day for day in off if TET_FROM <= (day.month, day.day) <= TET_TO and day > stand.data_date]
    effects = []
    for season in (FLOOD, TET):
        opened = {}
        for time in works.net.calendars:
            days = closed_days(time, stand.data_date) - off if season == FLOOD else frozenset(tet)
            other = reopened(time, days, stand.data_date) if time.name in used else time
            if other is not time:
                opened[time.name] = other
        finish = _finish(_without(stand, opened)) if opened else now
        effects.append(Effect(season, (now - finish).days, finish, tuple(sorted(opened))))
    return tuple(effects)


def days_off(calendar: Calendar) -> frozenset[date]:
    """The days that a calendar of six days a week (VN6) rests besides Sundays: the public holidays."""
    worked = frozenset(calendar.worked)
    every = range(calendar.first, calendar.last + 1)
    rests = (date.fromordinal(day) for day in every if day not in worked)
    return frozenset(day for day in rests if day.weekday() != SUNDAY)


def closed_days(time: WorkTime, data_date: date) -> frozenset[date]:
    """The days after `data_date` on which the calendar is closed for the flood season: those of May to November in a
    rest of at least `LONG_REST` days that work follows."""
    today = (data_date - EPOCH).days
    return frozenset(
        day
        for begin, end in _long_rests(_worked(time))
        for place in range(max(begin, today + 1), end)
        if FLOOD_SEASON.covers(day := EPOCH + timedelta(place))
    )


def reopened(time: WorkTime, days: Collection[date], data_date: date) -> WorkTime:
    """The calendar with the usual shifts of the weekday on those of `days` that have no work; itself if none has."""
    worked = _worked(time)
    usual = _usual(time, worked, (data_date - EPOCH).days)
    places = ((day - EPOCH).days for day in days)
    new = [
        (place * DAY + a, place * DAY + b)
        for place in places
        if not worked[place]
        for a, b in usual[(EPOCH.weekday() + place) % 7]
    ]
    if not new:
        return time
    added = np.array(new, np.int32)
    begin = np.concatenate([time.begin[:-1], added[:, 0]])
    end = np.concatenate([time.end[:-1], added[:, 1]])
    order = np.argsort(begin, kind="stable")
    begin, end = begin[order], end[order]
    first = np.concatenate([[True], begin[1:] != end[:-1]])  # midnight does not interrupt work
    last = np.concatenate([first[1:], [True]])
    return stretched(time.name, begin[first], end[last], time.day_minutes)


def _without(stand: Stand, opened: Mapping[str, WorkTime]) -> Reckoning:
    live = stand.reckoning
    net = live.works.net
    times = tuple(opened.get(time.name, time) for time in net.calendars)
    works = replace(live.works, net=replace(net, calendars=times), earlier=None)
    return reckon(works, stand.fronts, live.cases, live.predicted, stand.rules)


def _finish(copy: Reckoning) -> date:
    row = copy.row(copy.prepared.codes[copy.finish])
    assert row is not None
    return row.early_finish


def _worked(time: WorkTime) -> npt.NDArray[np.bool_]:
    """By day from the epoch on: whether there is any work."""
    evenings = np.arange(1, DAYS + 1, dtype=np.int64) * DAY
    found: npt.NDArray[np.bool_] = time.begin[time.day_at[:DAYS]] < evenings
    return found


def _long_rests(worked: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """[from, to) of each long rest between two days of work."""
    places = np.flatnonzero(worked)
    for i in np.flatnonzero(np.diff(places) > LONG_REST).tolist():
        yield int(places[i]) + 1, int(places[i + 1])


def _usual(time: WorkTime, worked: npt.NDArray[np.bool_], today: int) -> list[Shifts]:
    """The shifts of each weekday: those of most of its days about the data date that lie in no long rest."""
    begin, end = max(today - SAMPLE, 0), min(today + SAMPLE, DAYS)
    resting = np.zeros(DAYS, np.bool_)
    for rest in _long_rests(worked):
        resting[slice(*rest)] = True
    found: list[Counter[Shifts]] = [Counter() for _ in range(7)]
    for place in range(begin, end):
        if not resting[place]:
            found[(EPOCH.weekday() + place) % 7][_shifts(time, place)] += 1
    return [seen.most_common(1)[0][0] if seen else () for seen in found]


def _shifts(time: WorkTime, place: int) -> Shifts:
    morning, i, found = place * DAY, int(time.day_at[place]), []
    while (a := int(time.begin[i]) - morning) < DAY:
        found.append((max(a, 0), min(int(time.end[i]) - morning, DAY)))
        i += 1
    return tuple(found)
