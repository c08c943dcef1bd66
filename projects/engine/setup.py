"""A network as the arrays of the passes, numbered topologically; levels of effort stay outside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt

from projects.engine import dated
from projects.engine.checks import HIGH_FINISH, HIGH_START, LOW_FINISH, LOW_START, faults_of
from projects.engine.columns import Columns, columns_of
from projects.engine.csr import numbering, rows
from projects.engine.model import (
    Activity,
    Constraint,
    LagCalendar,
    Net,
    Options,
    Progress,
    Rule,
)
from projects.engine.shifts import DAY, WHOLE_DAY, Clock, WorkCalendar, WorkTime, clock, instant, work_time
from projects.errors import InvalidInput

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
        return dict(zip(self.codes, range(len(self.codes)), strict=True))


def prepare(net: Net, options: Options) -> Prepared:
    """Check and compile. Raises `InvalidInput` with every fault of the network."""
    columns = columns_of(net)
    faults = faults_of(net, options, columns)
    if faults:
        raise InvalidInput(faults)
    now = instant(options.data_date, evening=True)
    solid = ~columns.effort
    waits = solid.copy()  # for its predecessors
    if options.progress is Progress.OVERRIDE:  # what has begun goes on, whatever its predecessors do
        waits &= np.array([a.actual_start is None for a in net.activities], np.bool_)
    place = np.cumsum(solid, dtype=np.int32) - np.int32(1)
    link = np.flatnonzero(solid[columns.pred] & waits[columns.succ])
    pred, succ = place[columns.pred[link]], place[columns.succ[link]]
    n = int(solid.sum())
    number = numbering(n, pred, succ)
    order = np.flatnonzero(solid)[number.order]
    activities = tuple(map(net.activities.__getitem__, order.tolist()))
    pred, succ = number.place[pred], number.place[succ]
    into = rows(n, succ)
    pred, succ, link = pred[into.edge], succ[into.edge], link[into.edge]
    out = rows(n, pred)
    times = (*net.calendars, work_time(ELAPSED))
    names = {time.name: c for c, time in enumerate(net.calendars)}
    calendar = np.fromiter(map(names.__getitem__, columns.calendars), np.int32, len(columns.codes))[order]
    edges = dated.Edges(
        into=into.ptr,
        pred=pred,
        succ=succ,
        type=columns.type[link],
        lag=np.array(columns.lags, np.int64)[link],
        calendar=_lag_calendars(columns, names, options, link, calendar[pred], calendar[succ]),
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
        late_wanted=np.fromiter((a.constraints != () and _late(a) for a in activities), np.int8, n),
        now=now,
    )


def redated(p: Prepared, options: Options) -> Prepared:
    """The same network on a later data date: `options` may differ in nothing else."""
    now = instant(options.data_date, evening=True)
    ticking = p.clock._replace(bad=np.array([0, -1], np.int64))
    nodes = _nodes(p.activities, p.nodes.calendar, p.times, ticking, now)
    return replace(p, options=options, now=now, clock=ticking, nodes=nodes)


def _late(a: Activity) -> bool:
    return any(c.rule is Rule.ALAP for c in a.constraints)


def _lag_calendars(
    columns: Columns, names: dict[str, int], options: Options, link: npt.NDArray[np.int64],
    of_pred: npt.NDArray[np.int32], of_succ: npt.NDArray[np.int32],
) -> npt.NDArray[np.int32]:  # fmt: skip
    """The calendar that each lag is counted in: its own, else the one that the options choose."""
    usual = {
        LagCalendar.PREDECESSOR: of_pred,
        LagCalendar.SUCCESSOR: of_succ,
        LagCalendar.ELAPSED: np.full(link.size, len(names), np.int32),
    }[options.lag_calendar]
    if set(columns.lag_calendars) <= {None}:
        return usual
    own = np.array([-1 if c is None else names[c] for c in columns.lag_calendars], np.int32)[link]
    return np.where(own >= 0, own, usual)


def _nodes(
    activities: tuple[Activity, ...],
    calendar: npt.NDArray[np.int32],
    times: tuple[WorkTime, ...],
    ticking: Clock,
    now: int,
) -> dated.Nodes:
    n = len(activities)
    nodes = dated.Nodes(
        calendar=calendar,
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
        if a.actual_start is not None or a.actual_finish is not None:
            _facts(nodes, i, a, times[calendar[i]], ticking, now)
        if a.constraints and nodes.state[i] != dated.DONE:
            waiting, empty = bool(nodes.state[i] == dated.WAITING), bool(nodes.left[i] == 0)
            for constraint in a.constraints:
                _constrain(nodes, i, constraint, ticking, waiting, empty)
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


def _constrain(nodes: dated.Nodes, i: int, c: Constraint, ticking: Clock, waiting: bool, empty: bool) -> None:
    """A constraint as bounds; a day bounds a start by its morning, a finish and work-less nodes by its evening."""
    if c.at is None:
        return
    rule = c.rule
    start = finish = instant(c.at, evening=True)
    if not empty:
        start = instant(c.at, evening=False)
    if waiting and rule in LOW_START:
        nodes.base[i] = max(nodes.base[i], start)
    if waiting and rule in HIGH_START:
        by = start
        if not empty and not isinstance(c.at, datetime):
            by = _first_work(ticking, nodes.calendar[i : i + 1], start)
        nodes.start_by[i] = min(nodes.start_by[i], by)
    if rule in LOW_FINISH:
        nodes.floor[i] = max(nodes.floor[i], finish)
    if rule in HIGH_FINISH:
        nodes.finish_by[i] = min(nodes.finish_by[i], finish)
    if waiting and rule is Rule.MANDATORY_START:
        nodes.pin[i], nodes.pin_at[i] = dated.PIN_START, start
    if rule is Rule.MANDATORY_FINISH:
        nodes.pin[i], nodes.pin_at[i] = dated.PIN_FINISH, finish


def _first_work(ticking: Clock, calendar: npt.NDArray[np.int32], morning: int) -> int:
    """The first minute worked on the day of `morning`; `morning` on a day of rest."""
    minute = np.ones(1, np.int64)
    first = int(dated.shifted(ticking, calendar, np.array([morning], np.int64), minute)[0]) - 1
    return first if first < morning + DAY else morning
