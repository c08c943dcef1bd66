"""One change in a large network: heads and tails kept up to date, only what moves is looked at.

A head is the early start; a tail is the longest time from a node's start to the end of everything. Tails do not move
with the finish, so a change stays local. Late start = finish − tail, total float = finish − tail − head.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from projects.engine.jit import compiled
from projects.engine.plain import Sorted

Ints = npt.NDArray[np.int32]
Small = npt.NDArray[np.int8]


class State(NamedTuple):
    """Heads, tails and durations by the numbers of `net`; `net` itself is shared and never written.

    `into`, `pred`, `link`: links by successor, `link` the place of each in the groups by predecessor. `tree`: a
    tournament of head + duration over the nodes, whose root is the finish. `mark`: scratch.
    """

    net: Sorted
    place: Ints
    into: Ints
    pred: Ints
    link: Ints
    duration: Ints
    head: Ints
    tail: Ints
    tree: Ints
    mark: Small

    @property
    def finish(self) -> int:
        """When everything is over."""
        return int(self.tree[1])


class Outcome(NamedTuple):
    """The finish after a change and how many nodes were looked at."""

    finish: int
    seen: int


def start(net: Sorted) -> State:
    """Heads and tails of a sorted network, computed in full."""
    n = net.duration.size
    into, pred, link = _reverse(net.ptr, net.succ)
    place = np.empty(n, np.int32)
    place[net.order] = np.arange(n, dtype=np.int32)
    head, tail, tree = _full(net.ptr, net.succ, net.type, net.lag, net.duration)
    return State(net, place, into, pred, link, net.duration.copy(), head, tail, tree, np.zeros(n, np.int8))


def full(state: State) -> tuple[Ints, Ints, int]:
    """Heads, tails and finish of the state's present durations, from nothing."""
    net = state.net
    head, tail, tree = _full(net.ptr, net.succ, net.type, net.lag, state.duration)
    return head, tail, int(tree[1])


def branch(state: State) -> State:
    """A copy to change: the live state stays as it is."""
    return state._replace(
        duration=state.duration.copy(),
        head=state.head.copy(),
        tail=state.tail.copy(),
        tree=state.tree.copy(),
        mark=np.zeros_like(state.mark),
    )


def change(state: State, node: int, duration: int) -> Outcome:
    """Give `node` (numbered as in the input) another duration, in place; use `branch` to keep the state."""
    if duration < 0:
        raise ValueError("negative duration")
    s, net = state, state.net
    seen = _change(
        state.place[node], duration, net.ptr, net.succ, net.type, net.lag,
        s.into, s.pred, s.link, s.duration, s.head, s.tail, s.tree, s.mark,
    )  # fmt: skip
    return Outcome(s.finish, int(seen))


def scenario(state: State, durations: Mapping[int, int]) -> State:
    """A copy in which the given nodes last as long as said."""
    copy = branch(state)
    for node, duration in durations.items():
        change(copy, node, duration)
    return copy


@compiled
def _reverse(ptr: Ints, succ: Ints) -> tuple[Ints, Ints, Ints]:
    n = ptr.size - 1
    into = np.zeros(n + 1, np.int32)
    for j in range(succ.size):
        into[succ[j] + 1] += 1
    for i in range(n):
        into[i + 1] += into[i]
    at = into[:-1].copy()
    pred, link = np.empty(succ.size, np.int32), np.empty(succ.size, np.int32)
    for x in range(n):
        for j in range(ptr[x], ptr[x + 1]):
            k = at[succ[j]]
            at[succ[j]] = k + 1
            pred[k], link[k] = x, j
    return into, pred, link


@compiled
def _full(ptr: Ints, succ: Ints, kind: Small, lag: Ints, d: Ints) -> tuple[Ints, Ints, Ints]:
    n = d.size
    half = 1
    while half < n:
        half *= 2
    head, tail, tree = np.zeros(n, np.int32), np.empty(n, np.int32), np.zeros(2 * half, np.int32)
    for x in range(n):
        tree[half + x] = head[x] + d[x]
        for j in range(ptr[x], ptr[x + 1]):
            y, t = succ[j], kind[j]
            c = head[x] + lag[j]
            if t == 0 or t == 2:
                c += d[x]
            if t >= 2:
                c -= d[y]
            if c > head[y]:
                head[y] = c
    for i in range(half - 1, 0, -1):
        tree[i] = max(tree[2 * i], tree[2 * i + 1])
    for x in range(n - 1, -1, -1):
        f = d[x]
        for j in range(ptr[x], ptr[x + 1]):
            y, t = succ[j], kind[j]
            c = tail[y] + lag[j]
            if t == 0 or t == 2:
                c += d[x]
            if t >= 2:
                c -= d[y]
            f = max(f, c)
        tail[x] = f
    return head, tail, tree


@compiled
def _rise(tree: Ints, x: int, value: int) -> None:
    """Write a leaf of the tournament and replay it up to the root."""
    i = tree.size // 2 + x
    tree[i] = value
    i //= 2
    while i >= 1:
        best = max(tree[2 * i], tree[2 * i + 1])
        if tree[i] == best:
            break
        tree[i] = best
        i //= 2


@compiled
def _change(
    x0: int, duration: int, ptr: Ints, succ: Ints, kind: Small, lag: Ints,
    into: Ints, pred: Ints, link: Ints, d: Ints, head: Ints, tail: Ints, tree: Ints, mark: Small,
) -> int:  # fmt: skip
    d[x0] = duration
    seen = 0
    last = x0
    mark[x0] = 1
    for j in range(ptr[x0], ptr[x0 + 1]):
        mark[succ[j]] = 1
        last = max(last, succ[j])
    x = x0
    while x <= last:
        if mark[x] != 0:
            mark[x] = 0
            seen += 1
            s = 0
            for k in range(into[x], into[x + 1]):
                p, j = pred[k], link[k]
                t = kind[j]
                c = head[p] + lag[j]
                if t == 0 or t == 2:
                    c += d[p]
                if t >= 2:
                    c -= d[x]
                s = max(s, c)
            if s != head[x]:
                head[x] = s
                for j in range(ptr[x], ptr[x + 1]):
                    mark[succ[j]] = 1
                    last = max(last, succ[j])
                _rise(tree, x, s + d[x])
            elif x == x0:
                _rise(tree, x, s + d[x])
        x += 1
    first = x0
    mark[x0] = 1
    for k in range(into[x0], into[x0 + 1]):
        mark[pred[k]] = 1
        first = min(first, pred[k])
    x = x0
    while x >= first:
        if mark[x] != 0:
            mark[x] = 0
            seen += 1
            f = d[x]
            for j in range(ptr[x], ptr[x + 1]):
                y, t = succ[j], kind[j]
                c = tail[y] + lag[j]
                if t == 0 or t == 2:
                    c += d[x]
                if t >= 2:
                    c -= d[y]
                f = max(f, c)
            if f != tail[x]:
                tail[x] = f
                for k in range(into[x], into[x + 1]):
                    mark[pred[k]] = 1
                    first = min(first, pred[k])
        x -= 1
    return seen
