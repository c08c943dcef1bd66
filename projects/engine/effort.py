"""Levels of effort: they span the work that they are tied to and never drive or bound it.

The start is the earliest of the start bounds: SS and FS links from predecessors. The finish is the latest of the
finish bounds: FF and SF links from predecessors, and the starts (FS) or finishes (FF) of successors. SS and SF
links to successors bound the start in the same way. Source: the common rule of scheduling tools for hammocks.
"""

from __future__ import annotations

import numpy as np

from projects.engine import dated
from projects.engine.model import Activity, Kind, LagCalendar, Link
from projects.engine.rows import Row, late_by
from projects.engine.setup import Prepared
from projects.engine.shifts import day_of, instant, moment_of


def effort_rows(p: Prepared, early: dated.Times, late: dated.Times) -> dict[str, Row]:
    """A row for each level of effort, by code; its float is what is between its early and late finish."""
    rows = {}
    for a in p.net.activities:
        if a.kind is not Kind.EFFORT:
            continue
        time = next(c for c in p.net.calendars if c.name == a.calendar)
        ends = [_span(p, a, times) for times in (early, late)]
        (es, ef), (ls, lf) = ends
        calendar = np.array([p.times.index(time)], np.int32)
        total = int(dated.counted(p.clock, calendar, np.array([ef], np.int64), np.array([lf], np.int64))[0])
        rows[a.code] = Row(
            code=a.code,
            kind=a.kind,
            early_start=day_of(es, evening=es == ef),
            early_finish=day_of(ef, evening=True),
            late_start=day_of(ls, evening=ls == lf),
            late_finish=day_of(lf, evening=True),
            start_at=moment_of(es),
            finish_at=moment_of(ef),
            total_float=0 if a.actual_finish else total,
            free_float=0 if a.actual_finish else max(total, 0),
            day_minutes=time.day_minutes,
            critical=False,
            driving=False,
            drivers=(),
            done=a.actual_finish is not None,
            late_by=late_by(a, ef),
        )
    return rows


def _span(p: Prepared, a: Activity, times: dated.Times) -> tuple[int, int]:
    starts: list[int] = []
    ends: list[int] = []
    for link in p.net.links:
        kind = link.type.value
        if link.succ == a.code:
            i = p.index[link.pred]
            at = times.start[i] if kind[0] == "S" else times.finish[i]
            (starts if kind[1] == "S" else ends).append(_moved(p, link, int(at), link.lag))
        elif link.pred == a.code:
            i = p.index[link.succ]
            at = times.start[i] if kind[1] == "S" else times.finish[i]
            (starts if kind[0] == "S" else ends).append(_moved(p, link, int(at), -link.lag))
    start, end = min(starts), max(ends)
    if a.actual_start is not None:
        start = instant(a.actual_start, evening=False)
    if a.actual_finish is not None:
        end = instant(a.actual_finish, evening=True)
    return start, max(start, end)


def _moved(p: Prepared, link: Link, at: int, lag: int) -> int:
    if not lag:
        return at
    names = [c.name for c in p.net.calendars]
    own = link.lag_calendar
    if own is None:
        way = p.options.lag_calendar
        if way is LagCalendar.ELAPSED:
            return at + lag
        end = link.pred if way is LagCalendar.PREDECESSOR else link.succ
        own = next(a.calendar for a in p.net.activities if a.code == end)
    calendar = np.array([names.index(own)], np.int32)
    return int(dated.shifted(p.clock, calendar, np.array([at], np.int64), np.array([lag], np.int64))[0])
