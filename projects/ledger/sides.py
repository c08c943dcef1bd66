"""Two states of a project as arrays that are numbered alike, so that a network can be mixed of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from projects.engine.bridge import net_of
from projects.engine.csr import numbering, rows
from projects.engine.dated import DONE, FREE, NONE, OPEN, RUNNING, Edges, Ints, Long, Nodes
from projects.engine.mixed import ABSENT, LANDED
from projects.engine.model import Options
from projects.engine.setup import Prepared, prepare
from projects.engine.shifts import DAY, EPOCH, Clock, clock
from projects.land import FrontLand, lands, without_cases
from projects.ledger.states import State
from projects.model import NodeKind

_EPOCH = EPOCH.toordinal()
# A front that opens with a run of its land opens on a day of its own, which no single case has: it stands among the
# cases under this and its code.
RUN = "run:"
# (work left, calendar, state and facts, links): what decides how a node passes on what it waits for.
Way = tuple[object, ...]


@dataclass(frozen=True)
class Side:
    """One state. `takes`: nodes that open with their land, not by a recorded fact; `land`: by node the handover of each
    case of the pair, NONE where it is not waited for; `other`: the calendar of each link's lag when its predecessor is
    as on the other side."""

    nodes: Nodes
    edges: Edges
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
    clock: Clock
    a: Side
    b: Side


def pair(before: State, after: State) -> Pair | None:
    """Both states numbered alike; None when the links of both together form a cycle.

    Raises what `projects.engine.setup.prepare` raises for a network with faults.
    """
    first, second = _prepared(before), _prepared(after)
    same = [id(time) for time in first.net.calendars] == [id(time) for time in second.net.calendars]
    if first.codes == second.codes:
        order: Sequence[str] = first.codes
    else:
        order = _common_order(first, second)
        if not order:
            return None
    index = {code: i for i, code in enumerate(order)}
    times = first.times if same else (*first.times, *second.times)
    runs = {RUN + front for front in (*before.rules, *after.rules)}
    cases = tuple(sorted({*before.forecasts, *after.forecasts, *runs}))
    a = _side(first, before, index, cases, 0)
    b = _side(second, after, index, cases, 0 if same else len(first.times))
    ticking = clock(times, unit=first.clock.unit)
    return Pair(tuple(order), cases, index, ticking, _crossed(a, b), _crossed(b, a))


def _crossed(side: Side, other: Side) -> Side:
    """A lag counts in the working time of its predecessor, wherever that is taken from."""
    there = other.nodes.calendar[side.edges.pred]
    present = other.nodes.state[side.edges.pred] != ABSENT
    return replace(side, other=np.where(present, there, side.edges.calendar).astype(np.int32))


@lru_cache(maxsize=8)
def _prepared(state: State) -> Prepared:
    net = net_of(without_cases(state.network), state.calendars)
    return prepare(net, Options(data_date=state.day, whole_days=True))


def _common_order(first: Prepared, second: Prepared) -> list[str]:
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
    return [codes[i] for i in number.order] if number.numbered == len(codes) else []


def _side(p: Prepared, state: State, index: Mapping[str, int], cases: Sequence[str], calendars: int) -> Side:
    """The arrays of `p` in the common numbering, with the land taken out of them."""
    n = len(index)
    to = np.array([index[code] for code in p.codes], np.int64)
    nodes = _no_nodes(n)
    for name, part in p.nodes._asdict().items():
        getattr(nodes, name)[to] = part
    nodes.calendar[to] += calendars
    pred, succ = to[p.edges.pred].astype(np.int32), to[p.edges.succ].astype(np.int32)
    into, out = rows(n, succ), rows(n, pred)
    edges = Edges(
        into=into.ptr, pred=pred[into.edge], succ=succ[into.edge], type=p.edges.type[into.edge],
        lag=p.edges.lag[into.edge], calendar=p.edges.calendar[into.edge] + np.int32(calendars),
        out=out.ptr, edge=out.edge,
    )  # fmt: skip
    takes = np.zeros(n, np.bool_)
    told = {a.code for a in state.network.activities if a.actual_start or a.actual_finish}
    place = {code: j for j, code in enumerate(cases)}
    # The evening of each case's handover; `instant`, but once for each of thousands.
    evenings = {c: _evening(f.on) for c, f in state.forecasts.items()}
    land: dict[int, Long] = {}
    for ground in grounds(state):
        i = index[ground.possession]
        takes[i] = bool(ground.cases) and ground.possession not in told
        if takes[i] and ground.handed_over:
            nodes.state[i], nodes.base[i] = LANDED, NONE
        land[i] = np.full(len(cases), NONE, np.int64)
        if ground.rule is not None:
            land[i][place[RUN + ground.front]] = _evening(ground.opens) if ground.cases else NONE
            continue
        codes = [case.code for case in ground.cases]
        land[i][[place[code] for code in codes]] = [evenings[code] for code in codes]
    return Side(nodes, edges, edges.calendar, takes, land)


# Each state is asked for twice: as the end of a day and as the beginning of the next.
@lru_cache(maxsize=8)
def grounds(state: State) -> tuple[FrontLand, ...]:
    """The land of each front with a possession, as if no opening of one were recorded."""
    network = without_cases(state.network)
    bare = tuple(
        replace(a, actual_start=None, actual_finish=None) if a.kind is NodeKind.POSSESSION else a
        for a in network.activities
    )
    cases = list(state.cases.values())
    return lands(
        replace(network, activities=bare), state.fronts, cases, state.forecasts, state.day, state.rules
    )


def _evening(day: date) -> int:
    return (day.toordinal() - _EPOCH + 1) * DAY


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
