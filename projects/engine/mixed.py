"""Early times of a network that is taken node by node from two, for what changed from one state to another.

The helpers of `dated` become a part of the kernel here: who changes them there must also touch this file, or numba's
cache on disk keeps the old ones (see `jit`).
"""

from __future__ import annotations

import numpy as np

from projects.engine.dated import (
    DONE,
    FF,
    FREE,
    NONE,
    RUNNING,
    Edges,
    Ints,
    Long,
    Nodes,
    Small,
    _add,
    _early,
    _pinned,
)
from projects.engine.jit import compiled, inlined, lent
from projects.engine.shifts import Clock

# States besides those of `dated`: not in this network; a possession whose land is complete, held by no logic.
ABSENT, LANDED = 3, 4
A, B, LATER, SOONER, NOWHERE = 0, 1, 2, 3, 4


@inlined
def _bound(k: Clock, e: Edges, other: Ints, j: int, since: int, side: int, picked: int) -> int:
    """Where link j of a side puts its end: its lag counts in the working time of its predecessor as that is picked."""
    if picked == LATER:
        return max(_add(k, e.calendar[j], since, e.lag[j]), _add(k, other[j], since, e.lag[j]))
    if picked == SOONER:
        return min(_add(k, e.calendar[j], since, e.lag[j]), _add(k, other[j], since, e.lag[j]))
    if picked <= B and picked != side:
        return _add(k, other[j], since, e.lag[j])
    return _add(k, e.calendar[j], since, e.lag[j])


@inlined
def _grown(
    k: Clock, n: Nodes, e: Edges, other: Ints, side: int, pick: Small, base: Long, start: Long, finish: Long,
    i: int, alone: bool,
) -> tuple[int, int]:  # fmt: skip
    """Early start and finish of node i, NONE where nothing bounds it; `alone`: by its predecessors only."""
    state, c, left = n.state[i], n.calendar[i], n.left[i]
    if state == ABSENT or (alone and (state == DONE or n.pin[i] != FREE)):
        return NONE, NONE
    if state == DONE:
        return int(n.begun[i]), int(n.ended[i])
    if n.pin[i] != FREE:
        at = _pinned(k, n, left, i)
    else:
        begin, end = base[i], NONE
        if not alone:
            end = n.floor[i]
        if state != LANDED:
            for j in range(e.into[i], e.into[i + 1]):
                since = finish[e.pred[j]]
                if e.type[j] & 1:
                    since = start[e.pred[j]]
                if since > NONE:
                    bound = _bound(k, e, other, j, since, side, pick[e.pred[j]])
                    if e.type[j] < FF:
                        begin = max(begin, bound)
                    else:
                        end = max(end, bound)
        at = NONE
        if begin > NONE or end > NONE:
            at = _early(k, c, left, begin, end)
    ended = NONE if at == NONE else _add(k, c, at, left)
    if state == RUNNING:
        at = NONE if alone else n.begun[i]
    return int(at), int(ended)


@inlined
def _mixed(
    ka: Clock, a: Nodes, into_a: Edges, other_a: Ints, base_a: Long,
    kb: Clock, b: Nodes, into_b: Edges, other_b: Ints, base_b: Long,
    pick: Small, alone: bool, start: Long, finish: Long, i: int,
) -> None:  # fmt: skip
    """The times of node i, those of all before it are known."""
    s, f = NONE, NONE
    if pick[i] != NOWHERE and pick[i] != B:
        s, f = _grown(ka, a, into_a, other_a, A, pick, base_a, start, finish, i, alone)
    if pick[i] == B:
        s, f = _grown(kb, b, into_b, other_b, B, pick, base_b, start, finish, i, alone)
    elif pick[i] == LATER or pick[i] == SOONER:
        other, later = _grown(kb, b, into_b, other_b, B, pick, base_b, start, finish, i, alone)
        if pick[i] == LATER:
            s, f = max(s, other), max(f, later)
        else:
            s, f = min(s, other), min(f, later)
    start[i], finish[i] = max(start[i], s), max(finish[i], f)


@lent
def mixed(
    ka: Clock, a: Nodes, into_a: Edges, other_a: Ints, base_a: Long,
    kb: Clock, b: Nodes, into_b: Edges, other_b: Ints, base_b: Long,
    pick: Small, alone: bool, start: Long, finish: Long,
) -> None:  # fmt: skip
    """Early starts and finishes of a network that takes each node, with the links into it, from `a` (`pick` A) or `b`
    (B), from whichever is LATER or SOONER, or from NOWHERE. Both are numbered alike and have the same calendars.

    `start` and `finish` hold on entry what each node is not before in any case, NONE for nothing; times are NONE where
    nothing reaches. `alone`: only what these seeds move; the bases count there too. `other_a`, `other_b`: in which
    calendar the lag of a link counts when its predecessor is picked from the other network.
    """
    for i in range(pick.size):
        _mixed(
            ka, a, into_a, other_a, base_a, kb, b, into_b, other_b, base_b, pick, alone, start, finish, i
        )  # fmt: skip


@inlined
def _spread(e: Edges, i: int, dirty: Small) -> None:
    for j in range(e.out[i], e.out[i + 1]):
        dirty[e.succ[e.edge[j]]] = 1


@compiled
def tails(
    ka: Clock, a: Nodes, into_a: Edges, other_a: Ints, kb: Clock, b: Nodes, into_b: Edges, other_b: Ints, pick: Small,
    target: int, node: Long, base: Long, begin: Long, end: Long, found: Long,
) -> None:  # fmt: skip
    """Where each seed alone would put the finish of `target`, into `found`: a seed is a node with its base, its start
    and its finish, NONE for what it has not."""
    n = pick.size
    bases = np.full(n, NONE, np.int64)
    start, finish = np.full(n, NONE, np.int64), np.full(n, NONE, np.int64)
    dirty = np.zeros(n, np.int8)
    for s in range(node.size):
        # Nothing before the seed is moved, and behind it only what something leads to that is.
        first = node[s]
        dirty[first] = 1
        bases[first], start[first], finish[first] = base[s], begin[s], end[s]
        for i in range(first, target + 1):
            if dirty[i] != 0:
                _mixed(
                    ka, a, into_a, other_a, bases, kb, b, into_b, other_b, bases, pick, True, start, finish, i
                )  # fmt: skip
                if start[i] > NONE or finish[i] > NONE:
                    _spread(into_a, i, dirty)
                    _spread(into_b, i, dirty)
        found[s] = finish[target]
        bases[first] = NONE
        start[first:] = NONE
        finish[first:] = NONE
        dirty[:] = 0
