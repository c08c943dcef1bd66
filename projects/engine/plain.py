"""The critical path on plain integer time: kernels from edge arrays to floats and the critical part of the network.

One calendar, no progress: instants are whole numbers from 0. Each link is a bound on starts, ES(v) ≥ ES(u) + w, with
w = lag + (FS, FF: duration of u) − (FF, SF: duration of v); the late dates are the same bounds read backwards. Links
are FS 0, SS 1, FF 2, SF 3. `projects.engine.levels` is the fallback without a compiler.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from projects.engine.jit import compiled
from projects.errors import Fault, InvalidInput

Ints = npt.NDArray[np.int32]
Small = npt.NDArray[np.int8]


class Plain(NamedTuple):
    """A network as arrays: link k runs from node `pred[k]` to `succ[k]`; `duration` is by node."""

    duration: Ints
    pred: Ints
    succ: Ints
    type: Small
    lag: Ints


class Answer(NamedTuple):
    """Early and late starts and total floats by node; `critical` nodes and `critical_links` by number."""

    finish: int
    early: Ints
    late: Ints
    total: Ints
    critical: Ints
    critical_links: Ints


class Sorted(NamedTuple):
    """A network numbered topologically (`order[new]` = old node), links grouped by predecessor: what is kept per
    revision. Link j of the groups is link `edge[j]` of the input; node x has those in ptr[x]:ptr[x + 1]."""

    order: Ints
    duration: Ints
    ptr: Ints
    succ: Ints
    type: Small
    lag: Ints
    weight: Ints
    edge: Ints


def compute(net: Plain) -> Answer:
    """Everything from edge arrays. Raises `InvalidInput` for a cycle."""
    numbered, finish, early, late, total, critical, links = _whole(*net)
    if numbered < net.duration.size:
        raise cyclic()
    return Answer(int(finish), early, late, total, critical, links)


def sort(net: Plain) -> Sorted:
    """Number and group once per revision. Raises `InvalidInput` for a cycle."""
    ptr, succ, weight, edge = _grouped(*net)
    order, numbered = _ordered(net.duration.size, ptr, succ)
    if numbered < net.duration.size:
        raise cyclic()
    place = np.empty(order.size, np.int32)
    place[order] = np.arange(order.size, dtype=np.int32)
    moved = Plain(net.duration[order], place[net.pred], place[net.succ], net.type, net.lag)
    ptr, succ, weight, edge = _grouped(*moved)
    return Sorted(order, moved.duration, ptr, succ, net.type[edge], net.lag[edge], weight, edge)


def pass_sorted(s: Sorted) -> tuple[int, Ints, Ints]:
    """Finish, early and late starts of the kept structure, by its own numbers."""
    finish, early, late = _passes(s.ptr, s.succ, s.weight, s.duration)
    return int(finish), early, late


def finish_with(s: Sorted, duration: Ints) -> int:
    """When everything is over with other durations, by the numbers of the input: a forward pass alone."""
    return int(_finish(s.ptr, s.succ, s.type, s.lag, s.order, duration.astype(np.int32)))


def cyclic() -> InvalidInput:
    """The refusal of a cycle where no codes are known; `projects.engine.checks` names the members."""
    return InvalidInput([Fault("links", "Quan hệ tạo thành vòng lặp.", "The links form a cycle.")])


@compiled
def _grouped(duration: Ints, pred: Ints, succ: Ints, kind: Small, lag: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Links by predecessor with their weights."""
    n, m = duration.size, pred.size
    ptr = np.zeros(n + 1, np.int32)
    for k in range(m):
        ptr[pred[k] + 1] += 1
    for i in range(n):
        ptr[i + 1] += ptr[i]
    at = ptr[:-1].copy()
    other, weight, edge = np.empty(m, np.int32), np.empty(m, np.int32), np.empty(m, np.int32)
    for k in range(m):
        u, v, t = pred[k], succ[k], kind[k]
        j = at[u]
        at[u] = j + 1
        w = lag[k]
        if t == 0 or t == 2:
            w += duration[u]
        if t >= 2:
            w -= duration[v]
        other[j], weight[j], edge[j] = v, w, k
    return ptr, other, weight, edge


@compiled
def _ordered(n: int, ptr: Ints, succ: Ints) -> tuple[Ints, int]:
    waits = np.zeros(n, np.int32)
    for j in range(succ.size):
        waits[succ[j]] += 1
    order = np.empty(n, np.int32)
    tail = 0
    for i in range(n):
        if waits[i] == 0:
            order[tail] = i
            tail += 1
    head = 0
    while head < tail:
        x = order[head]
        head += 1
        for j in range(ptr[x], ptr[x + 1]):
            y = succ[j]
            waits[y] -= 1
            if waits[y] == 0:
                order[tail] = y
                tail += 1
    return order, tail


@compiled
def _passes(ptr: Ints, succ: Ints, weight: Ints, duration: Ints) -> tuple[int, Ints, Ints]:
    n = duration.size
    early, late = np.zeros(n, np.int32), np.empty(n, np.int32)
    finish = 0
    for x in range(n):
        s = early[x]
        finish = max(finish, s + duration[x])
        for j in range(ptr[x], ptr[x + 1]):
            c = s + weight[j]
            if c > early[succ[j]]:
                early[succ[j]] = c
    for x in range(n - 1, -1, -1):
        f = finish - duration[x]
        for j in range(ptr[x], ptr[x + 1]):
            f = min(f, late[succ[j]] - weight[j])
        late[x] = f
    return finish, early, late


@compiled
def _finish(ptr: Ints, succ: Ints, kind: Small, lag: Ints, order: Ints, duration: Ints) -> int:
    n = duration.size
    early = np.zeros(n, np.int32)
    finish = 0
    for x in range(n):
        s, d = early[x], duration[order[x]]
        finish = max(finish, s + d)
        for j in range(ptr[x], ptr[x + 1]):
            y, t = succ[j], kind[j]
            c = s + lag[j]
            if t == 0 or t == 2:
                c += d
            if t >= 2:
                c -= duration[order[y]]
            early[y] = max(early[y], c)
    return finish


@compiled
def _whole(
    duration: Ints, pred: Ints, succ: Ints, kind: Small, lag: Ints
) -> tuple[int, int, Ints, Ints, Ints, Ints, Ints]:
    n = duration.size
    ptr, other, weight, edge = _grouped(duration, pred, succ, kind, lag)
    order, numbered = _ordered(n, ptr, other)
    early, late, total = np.zeros(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    finish, found = 0, 0
    critical = np.empty(n, np.int32)
    if numbered == n:
        for h in range(n):
            x = order[h]
            s = early[x]
            finish = max(finish, s + duration[x])
            for j in range(ptr[x], ptr[x + 1]):
                c = s + weight[j]
                if c > early[other[j]]:
                    early[other[j]] = c
        for h in range(n - 1, -1, -1):
            x = order[h]
            f = finish - duration[x]
            for j in range(ptr[x], ptr[x + 1]):
                f = min(f, late[other[j]] - weight[j])
            late[x] = f
        for x in range(n):
            total[x] = late[x] - early[x]
            if total[x] == 0:
                critical[found] = x
                found += 1
    links = np.empty(pred.size, np.int32)
    kept = 0
    for i in range(found):
        x = critical[i]
        for j in range(ptr[x], ptr[x + 1]):
            if total[other[j]] == 0:
                links[kept] = edge[j]
                kept += 1
    return numbered, finish, early, late, total, critical[:found].copy(), np.sort(links[:kept])
