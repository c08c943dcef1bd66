"""Edge arrays → topological numbering and compressed rows; no graph library on this path."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from projects.engine.jit import compiled

Ints = npt.NDArray[np.int32]


class Numbering(NamedTuple):
    """`order[new]` = old node, `place[old]` = new node, `numbered` = how many have a place (fewer: a cycle)."""

    order: Ints
    place: Ints
    numbered: int


class Rows(NamedTuple):
    """Edges grouped by one end: those of node i are `edge[ptr[i]:ptr[i + 1]]`, each the index of an edge."""

    ptr: Ints
    edge: Ints


def numbering(n: int, pred: Ints, succ: Ints) -> Numbering:
    """A topological numbering of n nodes; nodes on or behind a cycle get none (`place` −1)."""
    order, place, numbered = _number(n, pred, succ)
    return Numbering(order, place, int(numbered))


def rows(n: int, end: Ints) -> Rows:
    """The edges grouped by `end`, in their own order within a node."""
    ptr, edge = _group(n, end)
    return Rows(ptr, edge)


@compiled
def _group(n: int, end: Ints) -> tuple[Ints, Ints]:
    ptr = np.zeros(n + 1, np.int32)
    for k in range(end.size):
        ptr[end[k] + 1] += 1
    for i in range(n):
        ptr[i + 1] += ptr[i]
    at = ptr[:-1].copy()
    edge = np.empty(end.size, np.int32)
    for k in range(end.size):
        edge[at[end[k]]] = k
        at[end[k]] += 1
    return ptr, edge


@compiled
def _number(n: int, pred: Ints, succ: Ints) -> tuple[Ints, Ints, int]:
    ptr, edge = _group(n, pred)
    waits = np.zeros(n, np.int32)
    for k in range(succ.size):
        waits[succ[k]] += 1
    order = np.empty(n, np.int32)
    place = np.full(n, -1, np.int32)
    tail = 0
    for i in range(n):
        if waits[i] == 0:
            order[tail] = i
            tail += 1
    head = 0
    while head < tail:
        node = order[head]
        place[node] = head
        head += 1
        for j in range(ptr[node], ptr[node + 1]):
            other = succ[edge[j]]
            waits[other] -= 1
            if waits[other] == 0:
                order[tail] = other
                tail += 1
    return order, place, tail
