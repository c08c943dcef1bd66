"""A network as the arrays of the passes, numbered topologically; levels of effort stay outside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt

from projects.engine import dated
from projects.engine.checks import faults_of
from projects.engine.csr import numbering, rows
from projects.engine.model import (
    Activity,
    Constraint,
    Kind,
    LagCalendar,
    LinkType,
    Net,
    Options,
    Progress,
    Rule,
)
from projects.engine.shifts import DAY, WHOLE_DAY, Clock, WorkCalendar, WorkTime, clock, instant, work_time
from projects.errors import InvalidInput

TYPES = {LinkType.FS: dated.FS, LinkType.SS: dated.SS, LinkType.FF: dated.FF, LinkType.SF: dated.SF}
ELAPSED = WorkCalendar("elapsed", (WHOLE_DAY,) * 7)


@dataclass(frozen=True)
class Prepared:
    """The network numbered for the passes: node i is the activity `codes[i]`, link j of the arrays is
    `net.links[link[j]]`. `now`: the first instant after the data date. `clock.bad` belongs to this value."""

    net: Net
    options: Options
    codes: tuple[str, ...]
    activities: tuple[Activity, ...]
    times: tuple[WorkTime, ...]
    clock: Clock
    nodes: dated.Nodes
    edges: dated.Edges
    link: npt.NDArray[np.int64]
    late_wanted: npt.NDArray[np.int8]
    now: int

    @cached_property
    def index(self) -> dict[str, int]:
        """Place of every code."""
        return {code: i for i, code in enumerate(self.codes)}


def prepare(net: Net, options: Options) -> Prepared:
    """Check and compile. Raises `InvalidInput` with every fault of the network."""
    faults = faults_of(net, options)
    if faults:
        raise InvalidInput(faults)
    now = instant(options.data_date, evening=True)
    solid = [a for a in net.activities if a.kind is not Kind.EFFORT]
    place = {a.code: i for i, a in enumerate(solid)}
    # Progress override: what has begun goes on, whatever its predecessors do.
    free = {a.code for a in solid if options.progress is Progress.OVERRIDE and a.actual_start is not None}
    link = np.array(
        [j for j, k in enumerate(net.links) if k.pred in place and k.succ in place and k.succ not in free],
        np.int64,
    )
    ends = [(place[net.links[j].pred], place[net.links[j].succ]) for j in link]
    pred, succ = (np.ascontiguousarray(end) for end in np.array(ends, np.int32).reshape(-1, 2).T)
    number = numbering(len(solid), pred, succ)
    activities = tuple(solid[i] for i in number.order)
    pred, succ = number.place[pred], number.place[succ]
    into = rows(len(solid), succ)
    pred, succ, link = pred[into.edge], succ[into.edge], link[into.edge]
    out = rows(len(solid), pred)
    times = (*net.calendars, work_time(ELAPSED))
    calendar = {time.name: c for c, time in enumerate(net.calendars)}
    links = [net.links[j] for j in link]
    lag_calendars = [
        _lag_calendar(k.lag_calendar, calendar, len(times) - 1, activities[p], activities[s], options)
        for k, p, s in zip(links, pred, succ, strict=True)
    ]
    edges = dated.Edges(
        into=into.ptr,
        pred=pred,
        succ=succ,
        type=np.array([TYPES[k.type] for k in links], np.int8),
        lag=np.array([k.lag for k in links], np.int64),
        calendar=np.array(lag_calendars, np.int32),
        out=out.ptr,
        edge=out.edge,
    )
    ticking = clock(times, unit=DAY if options.whole_days else 1)
    return Prepared(
        net=net,
        options=options,
        codes=tuple(a.code for a in activities),
        activities=activities,
        times=times,
        clock=ticking,
        nodes=_nodes(activities, calendar, times, ticking, now),
        edges=edges,
        link=link,
        late_wanted=np.array([any(c.rule is Rule.ALAP for c in a.constraints) for a in activities], np.int8),
        now=now,
    )


def redated(p: Prepared, options: Options) -> Prepared:
    """The same network on a later data date: `options` may differ in nothing else."""
    now = instant(options.data_date, evening=True)
    calendar = {time.name: c for c, time in enumerate(p.net.calendars)}
    ticking = p.clock._replace(bad=np.array([0, -1], np.int64))
    nodes = _nodes(p.activities, calendar, p.times, ticking, now)
    return replace(p, options=options, now=now, clock=ticking, nodes=nodes)


def _lag_calendar(
    own: str | None, calendar: dict[str, int], elapsed: int, pred: Activity, succ: Activity, options: Options
) -> int:
    if own is not None:
        return calendar[own]
    if options.lag_calendar is LagCalendar.ELAPSED:
        return elapsed
    return calendar[(pred if options.lag_calendar is LagCalendar.PREDECESSOR else succ).calendar]


def _nodes(
    activities: tuple[Activity, ...],
    calendar: dict[str, int],
    times: tuple[WorkTime, ...],
    ticking: Clock,
    now: int,
) -> dated.Nodes:
    n = len(activities)
    nodes = dated.Nodes(
        calendar=np.array([calendar[a.calendar] for a in activities], np.int32),
        state=np.zeros(n, np.int8),
        left=np.array([a.duration if a.remaining is None else a.remaining for a in activities], np.int64),
        base=np.full(n, now, np.int64),
        floor=np.full(n, dated.NONE, np.int64),
        pin=np.zeros(n, np.int8),
        pin_at=np.zeros(n, np.int64),
        start_by=np.full(n, dated.OPEN, np.int64),
        finish_by=np.full(n, dated.OPEN, np.int64),
        begun=np.zeros(n, np.int64),
        ended=np.zeros(n, np.int64),
    )
    for i, a in enumerate(activities):
        _facts(nodes, i, a, times[nodes.calendar[i]], ticking, now)
        if nodes.state[i] != dated.DONE:
            for constraint in a.constraints:
                _constrain(nodes, i, constraint, ticking)
    return nodes


def _facts(nodes: dated.Nodes, i: int, a: Activity, time: WorkTime, ticking: Clock, now: int) -> None:
    """State, work left and actual instants. A milestone that has begun has happened."""
    calendar = nodes.calendar[i : i + 1]
    ended = a.actual_finish
    if a.duration == 0 and ended is None:
        ended = a.actual_start
    if ended is not None:
        end = instant(ended, evening=True)
        begun = end
        if a.duration and a.actual_start is not None:
            begun = instant(a.actual_start, evening=False)
        elif a.duration:
            whole = np.array([-a.duration], np.int64)
            begun = int(dated.shifted(ticking, calendar, np.array([end], np.int64), whole)[0])
        nodes.state[i], nodes.left[i], nodes.begun[i], nodes.ended[i] = dated.DONE, 0, begun, end
    elif a.actual_start is not None:
        begun = instant(a.actual_start, evening=False)
        nodes.state[i], nodes.begun[i] = dated.RUNNING, begun
        if a.remaining is None:
            span = np.array([begun], np.int64), np.array([now], np.int64)
            spent = int(dated.counted(ticking, calendar, *span)[0])
            # Unreported progress counts as planned; unfinished work has at least a day to go.
            nodes.left[i] = max(a.duration - spent, time.day_minutes)


def _constrain(nodes: dated.Nodes, i: int, c: Constraint, ticking: Clock) -> None:
    """A constraint as bounds; a day bounds a start by its morning, a finish and work-less nodes by its evening."""
    if c.at is None:
        return
    waiting = nodes.state[i] == dated.WAITING
    start = instant(c.at, evening=bool(nodes.left[i] == 0))
    finish = instant(c.at, evening=True)
    if c.rule in (Rule.SNET, Rule.MUST_START) and waiting:
        nodes.base[i] = max(nodes.base[i], start)
    if c.rule in (Rule.SNLT, Rule.MUST_START) and waiting:
        by = start if isinstance(c.at, datetime) else _first_work(ticking, nodes.calendar[i : i + 1], start)
        nodes.start_by[i] = min(nodes.start_by[i], start if nodes.left[i] == 0 else by)
    if c.rule in (Rule.FNET, Rule.MUST_FINISH):
        nodes.floor[i] = max(nodes.floor[i], finish)
    if c.rule in (Rule.FNLT, Rule.MUST_FINISH, Rule.DEADLINE):
        nodes.finish_by[i] = min(nodes.finish_by[i], finish)
    if c.rule is Rule.MANDATORY_START and waiting:
        nodes.pin[i], nodes.pin_at[i] = dated.PIN_START, start
    if c.rule is Rule.MANDATORY_FINISH:
        nodes.pin[i], nodes.pin_at[i] = dated.PIN_FINISH, finish


def _first_work(ticking: Clock, calendar: npt.NDArray[np.int32], morning: int) -> int:
    """The first minute worked on the day of `morning`; `morning` on a day of rest."""
    minute = np.ones(1, np.int64)
    first = int(dated.shifted(ticking, calendar, np.array([morning], np.int64), minute)[0]) - 1
    return first if first < morning + DAY else morning
