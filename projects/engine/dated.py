"""The passes on calendars: kernels over instants (whole minutes). Nodes are numbered topologically.

A node has a start, a resume (where its remaining work begins) and a finish; a node without work has all three in
one. Links: FS 0, SS 1, FF 2, SF 3. Formulas: the precedence diagramming method, a bound being the lag counted from
the predecessor's start or finish in the lag's calendar; `_latest_for` is its exact inverse.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from projects.engine.jit import compiled, inlined, lent
from projects.engine.shifts import Clock

Long = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]
Small = npt.NDArray[np.int8]

WAITING, RUNNING, DONE = 0, 1, 2
FREE, PIN_START, PIN_FINISH = 0, 1, 2
FS, SS, FF, SF = 0, 1, 2, 3
NONE = -(1 << 40)  # no lower bound
OPEN = 1 << 40  # no upper bound
DAY = 1440


class Nodes(NamedTuple):
    """What does not depend on a pass. `base`: earliest instant of the work; `floor`: earliest finish or NONE;
    `pin`: a mandatory start or finish at `pin_at`; `start_by`, `finish_by`: latest start and finish or OPEN."""

    calendar: Ints
    state: Small
    left: Long
    base: Long
    floor: Long
    pin: Small
    pin_at: Long
    start_by: Long
    finish_by: Long
    begun: Long
    ended: Long


class Edges(NamedTuple):
    """Links grouped by successor, those of i at into[i]:into[i + 1]; `out` and `edge` group them by predecessor."""

    into: Ints
    pred: Ints
    succ: Ints
    type: Small
    lag: Long
    calendar: Ints
    out: Ints
    edge: Ints


class Times(NamedTuple):
    """Start, resume and finish of every node, early or late."""

    start: Long
    resume: Long
    finish: Long


@inlined
def _rank(k: Clock, c: int, t: int) -> int:
    """Minutes worked before t."""
    day = t // DAY
    if day < 0:
        k.bad[0] = 1
        return 0
    if day > 47847:
        k.bad[0] = 1
        return int(k.total[c])
    s = k.stretch_from[c] + k.day_at[k.day_from[c] + day]
    while k.end[s] <= t:
        s += 1
    inside = t - k.begin[s]
    return int(k.before[s] + (inside if inside > 0 else 0))


@inlined
def _worked_at(k: Clock, c: int, w: int) -> int:
    """The instant at which working minute w begins."""
    if w < 0 or w >= k.total[c]:
        k.bad[0] = 1
        return 0 if w < 0 else 47847 * DAY
    s = k.stretch_from[c] + k.rank_at[k.rank_from[c] + w // DAY]
    while k.before[s + 1] <= w:
        s += 1
    return int(k.begin[s] + (w - k.before[s]))


@inlined
def _add(k: Clock, c: int, t: int, lag: int) -> int:
    if lag == 0:
        return t
    if lag > 0:
        return _worked_at(k, c, _rank(k, c, t) + lag - 1) + 1
    return _worked_at(k, c, _rank(k, c, t) + lag)


@inlined
def _latest_for(k: Clock, c: int, limit: int, lag: int) -> int:
    """The last t with _add(t, lag) ≤ limit."""
    if lag == 0:
        return limit
    if lag > 0:
        return _worked_at(k, c, _rank(k, c, limit) - lag)
    return _worked_at(k, c, _rank(k, c, limit + k.unit) - k.unit - lag)


@inlined
def _early(k: Clock, c: int, left: int, begin: int, end: int) -> int:
    """The first resume at or after `begin` from which `left` minutes end at or after `end`; NONE is no such bound.

    In minutes, an end that lies in rest time is met by the work that ends before the rest; in whole days it is not.
    """
    if left == 0:
        return max(begin, end)
    r = 0
    if begin > NONE:
        r = _rank(k, c, begin)
    if end > NONE:
        r = max(r, _rank(k, c, end) - left if k.unit == 1 else _rank(k, c, end - k.unit) - left + k.unit)
    return _worked_at(k, c, r)


@inlined
def _late(k: Clock, c: int, left: int, begin: int, end: int) -> int:
    """The last resume at or before `begin` from which `left` minutes end at or before `end`; one may be OPEN."""
    if left == 0:
        return min(begin, end)
    r = k.total[c]
    if begin < OPEN:
        r = min(r, _rank(k, c, begin + k.unit) - k.unit)
    if end < OPEN:
        r = min(r, _rank(k, c, end) - left)
    return _worked_at(k, c, r)


@inlined
def _pinned(k: Clock, n: Nodes, left: int, i: int) -> int:
    """Where a mandatory date puts the work, whatever the logic says."""
    c, at = n.calendar[i], n.pin_at[i]
    if left == 0:
        return int(at)
    if n.pin[i] == PIN_START:
        return _worked_at(k, c, _rank(k, c, at))
    return _worked_at(k, c, _rank(k, c, at) - left)


@inlined
def _place(k: Clock, n: Nodes, e: Edges, t: Times, base: Long, left: Long, i: int) -> None:
    """Early times of node i from those of its predecessors."""
    if n.pin[i] != FREE:
        at = _pinned(k, n, left[i], i)
    else:
        begin, end = base[i], n.floor[i]
        for j in range(e.into[i], e.into[i + 1]):
            p, kind = e.pred[j], e.type[j]
            since = t.finish[p]
            if kind & 1:
                since = t.start[p]
            bound = _add(k, e.calendar[j], since, e.lag[j])
            if kind < FF:
                begin = max(begin, bound)
            else:
                end = max(end, bound)
        at = _early(k, n.calendar[i], left[i], begin, end)
    t.resume[i] = at
    t.finish[i] = _add(k, n.calendar[i], at, left[i])
    if n.state[i] == WAITING:
        t.start[i] = at
    if k.bad[0] != 0 and k.bad[1] < 0:
        k.bad[1] = i


@lent
def forward(k: Clock, n: Nodes, e: Edges, base: Long, left: Long, t: Times, first: int) -> None:
    """Early times into `t`, from node `first` on; before it `t` must hold them already."""
    for i in range(first, n.state.size):
        if n.state[i] == DONE:
            t.start[i] = n.begun[i]
            t.resume[i] = n.ended[i]
            t.finish[i] = n.ended[i]
        else:
            if n.state[i] == RUNNING:
                t.start[i] = n.begun[i]
            _place(k, n, e, t, base, left, i)


@compiled
def repair(k: Clock, n: Nodes, e: Edges, base: Long, left: Long, t: Times, touched: Ints) -> int:
    """Early times after `base` or `left` changed at the nodes `touched` only; gives how many nodes were looked at."""
    dirty = np.zeros(n.state.size, np.uint8)
    low, high, seen = n.state.size, -1, 0
    for j in range(touched.size):
        dirty[touched[j]] = 1
        low, high = min(low, touched[j]), max(high, touched[j])
    i = low
    while i <= high:
        if dirty[i] != 0 and n.state[i] != DONE:
            seen += 1
            a, b = t.start[i], t.finish[i]
            _place(k, n, e, t, base, left, i)
            if t.start[i] != a or t.finish[i] != b:
                for j in range(e.out[i], e.out[i + 1]):
                    s = e.succ[e.edge[j]]
                    dirty[s] = 1
                    high = max(high, s)
        i += 1
    return seen


@inlined
def _bounds(
    k: Clock, n: Nodes, e: Edges, t: Times, lead: Small, i: int, begin: int, end: int
) -> tuple[int, int]:
    """Latest start and finish that the successors' times `t` leave to node i; `lead` says whose count (0: all)."""
    for j in range(e.out[i], e.out[i + 1]):
        x = e.edge[j]
        s, kind = e.succ[x], e.type[x]
        if n.state[s] == DONE or (kind & 1 and n.state[i] == RUNNING) or (lead[i] and not lead[s]):
            continue
        limit = t.resume[s]
        if kind >= FF:
            limit = t.finish[s]
            if k.unit == 1 and n.left[s] > 0:  # what `_early` lets pass: rest time behind the end is no work
                limit = _worked_at(k, n.calendar[s], _rank(k, n.calendar[s], limit))
        bound = _latest_for(k, e.calendar[x], limit, e.lag[x])
        if kind & 1:
            begin = min(begin, bound)
        else:
            end = min(end, bound)
    return begin, end


@lent
def backward(k: Clock, n: Nodes, e: Edges, early: Times, lead: Small, last: Long, late: Times) -> None:
    """Late times into `late`. `lead`: nodes whose lateness counts; `last`: latest finish of a node by itself."""
    for i in range(n.state.size - 1, -1, -1):
        if n.state[i] == DONE or n.pin[i] != FREE:
            late.start[i], late.resume[i], late.finish[i] = early.start[i], early.resume[i], early.finish[i]
            continue
        begin, end = _bounds(k, n, e, late, lead, i, n.start_by[i], min(n.finish_by[i], last[i]))
        at = _late(k, n.calendar[i], n.left[i], begin, end)
        late.resume[i] = at
        late.finish[i] = _add(k, n.calendar[i], at, n.left[i])
        late.start[i] = at if n.state[i] == WAITING else early.start[i]
        if k.bad[0] != 0 and k.bad[1] < 0:
            k.bad[1] = i


@compiled
def postpone(k: Clock, n: Nodes, e: Edges, t: Times, wanted: Small, horizon: int) -> None:
    """Move the waiting nodes `wanted` as late as their successors' early times and their own limits allow."""
    every = np.zeros(n.state.size, np.int8)
    for i in range(n.state.size - 1, -1, -1):
        if wanted[i] == 0 or n.state[i] != WAITING or n.pin[i] != FREE:
            continue
        begin, end = _bounds(k, n, e, t, every, i, n.start_by[i], min(n.finish_by[i], horizon))
        at = _late(k, n.calendar[i], n.left[i], begin, end)
        if at > t.resume[i]:
            t.start[i] = at
            t.resume[i] = at
            t.finish[i] = _add(k, n.calendar[i], at, n.left[i])


@compiled
def floats(k: Clock, n: Nodes, e: Edges, early: Times, late: Times, total: Long, free: Long) -> None:
    """Total and free float of unfinished nodes in working minutes of their own calendars."""
    every = np.zeros(n.state.size, np.int8)
    for i in range(n.state.size):
        total[i] = free[i] = 0
        if n.state[i] == DONE:
            continue
        c = n.calendar[i]
        here = _rank(k, c, early.resume[i])
        total[i] = _rank(k, c, late.resume[i]) - here
        begin, end = _bounds(k, n, e, early, every, i, OPEN, OPEN)
        free[i] = total[i]
        if begin < OPEN or end < OPEN:
            free[i] = min(free[i], _rank(k, c, _late(k, c, n.left[i], begin, end)) - here)
        free[i] = max(free[i], 0)


@lent
def driving(k: Clock, n: Nodes, e: Edges, t: Times, held: Small, slack: Long, own: Small) -> None:
    """Per link (grouped by successor) how many minutes earlier it alone would let its successor begin.

    It drives where that is 0 and the successor is not where its `own` earliest date puts it. −1: the successor is
    finished, mandatory, or `held` late on purpose.
    """
    for i in range(n.state.size):
        c, left, at = n.calendar[i], n.left[i], t.resume[i]
        own[i] = 1
        if n.state[i] == DONE or n.pin[i] != FREE or held[i] != 0:
            slack[e.into[i] : e.into[i + 1]] = -1
            continue
        if _early(k, c, left, n.base[i], n.floor[i]) != at:
            own[i] = 0
        for j in range(e.into[i], e.into[i + 1]):
            p, kind = e.pred[j], e.type[j]
            bound = _add(k, e.calendar[j], t.start[p] if kind & 1 else t.finish[p], e.lag[j])
            if kind < FF:
                slack[j] = at - _early(k, c, left, bound, NONE)
            else:
                slack[j] = at - _early(k, c, left, NONE, bound)


@lent
def leading(n: Nodes, e: Edges, lead: Small) -> None:
    """Spread `lead` from its nodes back over all unfinished work that can still move them."""
    for i in range(n.state.size - 1, -1, -1):
        if n.state[i] == DONE:
            lead[i] = 0
            continue
        for j in range(e.out[i], e.out[i + 1]):
            x = e.edge[j]
            if lead[e.succ[x]] and not (e.type[x] & 1 and n.state[i] == RUNNING):
                lead[i] = 1
                break


@lent
def chained(e: Edges, slack: Long, own: Small, chain: Small) -> None:
    """Spread `chain` from its nodes back over the links that drive."""
    for i in range(chain.size - 1, -1, -1):
        if chain[i] and not own[i]:
            for j in range(e.into[i], e.into[i + 1]):
                if slack[j] == 0:
                    chain[e.pred[j]] = 1


@compiled
def repeated(
    k: Clock, n: Nodes, e: Edges, late_wanted: Small, drawn: Small, plain: Nodes, now: int, work: Ints, wait: Ints,
    used: int, ends: Ints, asked_at: Ints, asked: Ints, finish: Long, reached: Long, t: Times, chains: Small,
) -> None:  # fmt: skip
    """A forward pass for each column of the draws; row j of `chains` marks the chain that drives its finish.

    `drawn` of a node: 1, `work` is what is left in units of the clock; 2, `wait` is days from `now` to its earliest
    instant. `n.left` and `n.base` are written over, `plain` holds what they were. The last finish of `ends` is the
    finish, that of the set asked[asked_at[g]:asked_at[g + 1]] is reached[g]. Mark 2: its own date puts it there.
    """
    for j in range(used):
        for i in range(drawn.size):
            if drawn[i] & 1:
                n.left[i] = work[i, j] * k.unit
            if drawn[i] & 2:
                n.base[i] = max(plain.base[i], now + wait[i, j] * DAY)
        forward(k, n, e, n.base, n.left, t, 0)
        if late_wanted.any():
            postpone(k, n, e, t, late_wanted, t.finish.max())
        finish[j] = t.finish[ends].max()
        for g in range(asked_at.size - 1):
            reached[g, j] = t.finish[asked[asked_at[g] : asked_at[g + 1]]].max()
        chain = chains[j]
        chain[:] = 0
        for i in ends:
            if t.finish[i] == finish[j] and n.state[i] != DONE:
                chain[i] = 1
        for i in range(chain.size - 1, -1, -1):
            if chain[i] == 0 or n.pin[i] != FREE or late_wanted[i]:
                continue
            c, left, at = n.calendar[i], n.left[i], t.resume[i]
            if _early(k, c, left, n.base[i], n.floor[i]) == at:
                chain[i] = 2
                if drawn[i] < 2:
                    continue
            for x in range(e.into[i], e.into[i + 1]):
                p, kind = e.pred[x], e.type[x]
                if chain[p] != 0 or n.state[p] == DONE:
                    continue
                bound = _add(k, e.calendar[x], t.start[p] if kind & 1 else t.finish[p], e.lag[x])
                if _early(k, c, left, bound if kind < FF else NONE, NONE if kind < FF else bound) == at:
                    chain[p] = 1


@compiled
def counted(k: Clock, c: Ints, begin: Long, end: Long) -> Long:
    """Working minutes in [begin, end) of calendar c, each; negative when the end comes first."""
    result = np.empty(begin.size, np.int64)
    for i in range(begin.size):
        result[i] = _rank(k, c[i], end[i]) - _rank(k, c[i], begin[i])
    return result


@compiled
def shifted(k: Clock, c: Ints, at: Long, lag: Long) -> Long:
    """Each instant moved by `lag` working minutes of calendar c."""
    result = np.empty(at.size, np.int64)
    for i in range(at.size):
        result[i] = _add(k, c[i], at[i], lag[i])
    return result
