"""The same passes in numpy alone, level by level: the fallback of `projects.engine.plain` without a compiler."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from projects.engine.plain import Answer, Plain, cyclic

Ints = npt.NDArray[np.int32]
Long = npt.NDArray[np.int64]


def compute(net: Plain) -> Answer:
    """As `plain.compute`, with numpy only. Raises `InvalidInput` for a cycle."""
    n, d = net.duration.size, net.duration
    weight = net.lag + np.where((net.type & 1) == 0, d[net.pred], 0) - np.where(net.type >= 2, d[net.succ], 0)
    level = _levels(n, net.pred, net.succ)
    early = np.zeros(n, np.int32)
    for group in _batches(level[net.succ]):
        np.maximum.at(early, net.succ[group], early[net.pred[group]] + weight[group])
    finish = int((early + d).max(initial=0))
    late = (finish - d).astype(np.int32)
    for group in _batches(-level[net.pred]):
        np.minimum.at(late, net.pred[group], late[net.succ[group]] - weight[group])
    total = late - early
    critical = np.flatnonzero(total == 0).astype(np.int32)
    both = (total[net.pred] == 0) & (total[net.succ] == 0)
    return Answer(finish, early, late, total, critical, np.flatnonzero(both).astype(np.int32))


def _levels(n: int, pred: Ints, succ: Ints) -> Ints:
    """The longest number of links from any beginning to each node."""
    grouped = np.argsort(pred, kind="stable")
    other = succ[grouped]
    ptr = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(pred, minlength=n), out=ptr[1:])
    waits = np.bincount(succ, minlength=n)
    level, front, deep, seen = np.zeros(n, np.int32), np.flatnonzero(waits == 0), 0, 0
    while front.size:
        level[front] = deep
        seen += front.size
        begin, count = ptr[front], ptr[front + 1] - ptr[front]
        place = np.repeat(begin - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
        reached = other[place]
        np.subtract.at(waits, reached, 1)
        front = np.unique(reached[waits[reached] == 0])
        deep += 1
    if seen < n:
        raise cyclic()
    return level


def _batches(key: Ints) -> list[Long]:
    """The places of equal keys, smallest key first."""
    order = np.argsort(key, kind="stable")
    cuts = np.flatnonzero(np.diff(key[order])) + 1
    return [part for part in np.split(order, cuts) if part.size]
