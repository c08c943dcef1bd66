"""Links for another program's file: each program has one rule for the time in which lags are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from projects.engine import dated
from projects.engine.model import Kind, LagCalendar, Link
from projects.engine.schedule import Result
from projects.engine.shifts import DAY, instant
from projects.interchange.imported import LinkKey
from projects.interchange.noting import Notes
from projects.interchange.plan import Amount, PlanLink, PlanProject

CLOCK = "TWENTY_FOUR_HOUR"


def lag_rule(result: Result, form: str) -> str:
    """Primavera's option that suits most of the lags; Microsoft Project has the successor's calendar only."""
    if form == "mspdi":
        return "SUCCESSOR"
    calendar = {a.code: a.calendar for a in result.prepared.net.activities}
    often: Counter[str] = Counter({"PREDECESSOR": 0, "SUCCESSOR": 0, CLOCK: 0})
    for link in result.prepared.net.links:
        if link.lag:
            own = _lag_calendar(link, calendar, result)
            for rule, name in (("PREDECESSOR", calendar[link.pred]), ("SUCCESSOR", calendar[link.succ])):
                often[rule] += own == name
            often[CLOCK] += _elapses(own, result)
    preferred = {LagCalendar.SUCCESSOR: "SUCCESSOR", LagCalendar.ELAPSED: CLOCK}
    first = preferred.get(result.options.lag_calendar, "PREDECESSOR")
    return max([first, *(r for r in often if r != first)], key=lambda rule: often[rule])


def plan_links(
    result: Result, uids: Mapping[str, int], form: str, rule: str, percents: Mapping[LinkKey, float],
    project: PlanProject, notes: Notes,
) -> Iterator[PlanLink]:  # fmt: skip
    """Every link with its lag as the format holds it; one that it cannot hold keeps today's date and is named."""
    net = result.prepared.net
    activities = {a.code: a for a in net.activities}
    calendar = {a.code: a.calendar for a in net.activities}
    for link in net.links:
        pred, succ = activities[link.pred], activities[link.succ]
        if form == "mspdi" and Kind.EFFORT in (pred.kind, succ.kind):
            continue
        lag = Amount(link.lag / 60, "HOURS")
        share = percents.get((link.pred, link.succ, link.type))
        own = _lag_calendar(link, calendar, result)
        if link.lag and share is not None and round(pred.duration * share / 100) == link.lag:
            lag = Amount(share, "PERCENT") if form == "mspdi" else lag
            if form != "mspdi":
                notes.add("out_percent", link.succ)
        elif link.lag and form == "mspdi" and _elapses(own, result):
            lag = Amount(link.lag / 60, "ELAPSED_HOURS")
        elif link.lag and not _suits(own, rule, pred.calendar, succ.calendar, result):
            target = pred.calendar if rule == "PREDECESSOR" else succ.calendar
            lag = Amount(_same_today(result, link, own, None if rule == CLOCK else target) / 60, "HOURS")
            notes.add("out_lag", link.succ)
        yield PlanLink(uids[link.pred], uids[link.succ], link.type.value, lag)


def _lag_calendar(link: Link, calendar: Mapping[str, str], result: Result) -> str | None:
    """The calendar that a lag is counted in; None for the clock."""
    if link.lag_calendar is not None:
        return link.lag_calendar
    rule = result.options.lag_calendar
    if rule is LagCalendar.ELAPSED:
        return None
    return calendar[link.pred if rule is LagCalendar.PREDECESSOR else link.succ]


def _elapses(name: str | None, result: Result) -> bool:
    if name is None:
        return True
    time = next(t for t in result.prepared.net.calendars if t.name == name)
    return time.begin.size == 2 and time.day_minutes == DAY  # one stretch from 1970 to 2100 and the sentinel


def _suits(own: str | None, rule: str, pred: str, succ: str, result: Result) -> bool:
    if rule == CLOCK:
        return _elapses(own, result)
    return own == (pred if rule == "PREDECESSOR" else succ)


def _same_today(result: Result, link: Link, own: str | None, target: str | None) -> int:
    """Minutes of the target's calendar that reach from the same instant to the same instant as the lag does."""
    p = result.prepared
    places = {time.name: c for c, time in enumerate(p.times)}
    clock = len(p.times) - 1
    row = result.rows[link.pred]
    since = instant(row.start_at if link.type.value[0] == "S" else row.finish_at, evening=False)

    def one(value: int) -> npt.NDArray[np.int64]:
        return np.array([value], np.int64)

    lag_place = np.array([clock if own is None else places[own]], np.int32)
    until = int(dated.shifted(p.clock, lag_place, one(since), one(link.lag))[0])
    found = int(
        dated.counted(
            p.clock, np.array([clock if target is None else places[target]], np.int32), one(since), one(until)
        )[0]
    )
    p.clock.bad[:] = 0, -1
    return found
