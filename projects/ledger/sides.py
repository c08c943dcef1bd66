"""Two states of a project as arrays that are numbered alike, so that a network can be mixed of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from projects.engine.csr import numbering, rows
from projects.engine.dated import DONE, FREE, NONE, OPEN, RUNNING, Edges, Ints, Long, Nodes
from projects.engine.mixed import ABSENT, LANDED
from projects.engine.model import LagCalendar
from projects.engine.setup import Prepared
from projects.engine.shifts import DAY, EPOCH, Clock, WorkTime, clock
from projects.ledger.ground import ground_of, runs
from projects.ledger.states import COMPLETION, State

_EPOCH = EPOCH.toordinal()
_NOBODY = np.empty(0, np.int64)
# A front that opens with a run of its land opens on a day of its own, which no single case has: it stands among the
# cases under this and its code.
RUN = "run:"
# (work left, calendar, state and facts, links): what decides how a node passes on what it waits for.
Way = tuple[object, ...]


@dataclass(frozen=True)
class Side:
    """One state. `clock`: the common calendars, in the unit of its plan; `takes`: nodes that open with their land, not
    by a recorded fact; `land`: by node the handover of each case of the pair, NONE where it is not waited for;
    `follows`: the links whose lag counts in the working time of the predecessor, `other` the calendar that it counts in
    when the predecessor is as on the other side."""

    clock: Clock
    nodes: Nodes
    edges: Edges
    follows: npt.NDArray[np.bool_]
    other: Ints
    takes: npt.NDArray[np.bool_]
    land: Mapping[int, Long]

    def way(self, i: int) -> Way:
        """How node i passes on what it waits for, its earliest date apart."""
        n, state = self.nodes, int(self.nodes.state[i])
        if state == ABSENT:
            return (state,)
        if state == DONE:
            return state, int(n.calendar[i]), int(n.begun[i]), int(n.ended[i])
        own = (state, int(n.left[i]), int(n.calendar[i]), int(n.floor[i]), bool(self.takes[i]))
        if n.pin[i] != FREE:
            return *own, int(n.pin[i]), int(n.pin_at[i])
        begun = int(n.begun[i]) if state == RUNNING else 0
        return *own, begun, () if state == LANDED else tuple(sorted(self.links(i)))

    def links(self, i: int) -> list[tuple[int, int, int]]:
        """The links into node i: predecessor, type, lag."""
        e = self.edges
        at = slice(int(e.into[i]), int(e.into[i + 1]))
        parts = (part[at].tolist() for part in (e.pred, e.type, e.lag))
        return list(zip(*parts, strict=True))


@dataclass(frozen=True)
class Pair:
    """The state before and the one after; node i is the activity `codes[i]` in both, case j is `cases[j]`: a case, or
    a front with a run (`RUN`)."""

    codes: tuple[str, ...]
    cases: tuple[str, ...]
    index: Mapping[str, int]
    a: Side
    b: Side


def pair(before: State, after: State) -> Pair | None:
    """Both states numbered alike; None when the links of both together form a cycle.

    Raises what `projects.engine.setup.prepare` raises for a network with faults.
    """
    first, second = before.works.prepared, after.works.prepared
    order = first.codes if first.codes == second.codes else _common_order(first, second)
    if order is None:
        return None
    times, place = _common_times(first.times, second.times)
    ticking = first.clock if times == first.times else clock(times)
    ticking = ticking._replace(bad=np.array([0, -1], np.int64))
    by_run = {RUN + front for front in (*before.rules, *after.rules)}
    cases, others = ground_of(before).cases, ground_of(after).cases
    if cases != others or by_run:
        cases = tuple(sorted({*cases, *others, *by_run}))
    a = _side(before, order, cases, tuple(range(len(first.times))))
    b = _side(after, order, cases, place)
    a = replace(a, clock=ticking._replace(unit=first.clock.unit), other=_crossed(a, b))
    b = replace(b, clock=ticking._replace(unit=second.clock.unit), other=_crossed(b, a))
    return Pair(order, cases, {code: i for i, code in enumerate(order)}, a, b)


def _crossed(side: Side, other: Side) -> Ints:
    """A lag may count in the working time of its predecessor, wherever that is taken from."""
    there = other.nodes.calendar[side.edges.pred]
    present = side.follows & (other.nodes.state[side.edges.pred] != ABSENT)
    return np.where(present, there, side.edges.calendar).astype(np.int32)


def _common_order(first: Prepared, second: Prepared) -> tuple[str, ...] | None:
    codes = sorted({*first.codes, *second.codes})
    place = {code: i for i, code in enumerate(codes)}
    ends = {
        (place[p.codes[a]], place[p.codes[b]])
        for p in (first, second)
        for a, b in zip(p.edges.pred.tolist(), p.edges.succ.tolist(), strict=True)
    }
    both = np.array(sorted(ends), np.int32).reshape(-1, 2)
    pred, succ = np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])
    number = numbering(len(codes), pred, succ)
    return tuple(codes[i] for i in number.order) if number.numbered == len(codes) else None


def _common_times(
    first: Sequence[WorkTime], second: Sequence[WorkTime]
) -> tuple[tuple[WorkTime, ...], tuple[int, ...]]:
    """The calendars of both, those that work alike once, and the place of each of the second."""
    times, place = list(first), []
    for time in second:
        known = (i for i, other in enumerate(times) if other is time or _works_alike(other, time))
        at = next(known, len(times))
        if at == len(times):
            times.append(time)
        place.append(at)
    return tuple(times), tuple(place)


def _works_alike(one: WorkTime, other: WorkTime) -> bool:
    return one.name == other.name and (
        np.array_equal(one.begin, other.begin) and np.array_equal(one.end, other.end)
    )


# A state is asked for twice, mostly in the same numbering: as the end of a day and as the beginning of the next.
@lru_cache(maxsize=4)
def _side(state: State, order: tuple[str, ...], cases: tuple[str, ...], calendars: tuple[int, ...]) -> Side:
    """The arrays of a state in the common numbering of nodes and calendars, with the land taken out of them."""
    p, index, times = (
        state.works.prepared,
        {code: i for i, code in enumerate(order)},
        np.array(calendars, np.int32),
    )
    n = len(index)
    to = np.array([index[code] for code in p.codes], np.int64)
    nodes = _no_nodes(n)
    for name, part in p.nodes._asdict().items():
        getattr(nodes, name)[to] = part
    nodes.calendar[to] = times[p.nodes.calendar]
    if COMPLETION in index:
        nodes.base[index[COMPLETION]] = NONE  # it is where its predecessors are, past ones too
    pred, succ = to[p.edges.pred].astype(np.int32), to[p.edges.succ].astype(np.int32)
    into = rows(n, succ)
    pred, succ = pred[into.edge], succ[into.edge]
    out = rows(n, pred)
    edges = Edges(
        into=into.ptr, pred=pred, succ=succ, type=p.edges.type[into.edge], lag=p.edges.lag[into.edge],
        calendar=times[p.edges.calendar[into.edge]], out=out.ptr, edge=out.edge,
    )  # fmt: skip
    by_predecessor = p.options.lag_calendar is LagCalendar.PREDECESSOR
    follows = [by_predecessor and p.net.links[p.link[j]].lag_calendar is None for j in into.edge]
    takes = np.zeros(n, np.bool_)
    told = {a.code for a in state.works.net.activities if a.actual_start or a.actual_finish}
    ground, opened = ground_of(state), runs(state)
    places = _places(ground.cases, cases)
    land: dict[int, Long] = {}
    for possession in state.works.possessions:
        front, code = str(possession.front), possession.code
        i, mine, run = index[code], ground.of_front.get(front, _NOBODY), opened.get(front)
        takes[i] = bool(mine.size) and code not in told
        if takes[i] and (not ground.waiting[mine].any() if run is None else run.handed_over):
            nodes.state[i], nodes.base[i] = LANDED, NONE
        land[i] = np.full(len(cases), NONE, np.int64)
        if run is None:
            land[i][places[mine]] = (ground.on[mine] - _EPOCH + 1) * DAY
        elif mine.size:
            land[i][cases.index(RUN + front)] = (run.opens.toordinal() - _EPOCH + 1) * DAY
    return Side(p.clock, nodes, edges, np.array(follows, np.bool_), edges.calendar, takes, land)


def _places(some: tuple[str, ...], cases: tuple[str, ...]) -> Long:
    if some == cases:
        return np.arange(len(cases))
    place = {code: j for j, code in enumerate(cases)}
    return np.fromiter((place[code] for code in some), np.int64, len(some))


def _no_nodes(n: int) -> Nodes:
    """Nodes that a side does not have."""
    small, long = np.zeros(n, np.int8), np.zeros(n, np.int64)
    return Nodes(
        calendar=np.zeros(n, np.int32),
        state=np.full(n, ABSENT, np.int8),
        left=long,
        base=np.full(n, NONE, np.int64),
        floor=np.full(n, NONE, np.int64),
        pin=small,
        pin_at=long.copy(),
        start_by=np.full(n, OPEN, np.int64),
        finish_by=np.full(n, OPEN, np.int64),
        begun=long.copy(),
        ended=long.copy(),
    )
