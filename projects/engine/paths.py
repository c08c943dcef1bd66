"""Why a date is what it is: the chain of drivers, paths in order of their float, and what each piece of work costs."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from projects.engine import dated
from projects.engine.schedule import Result, refuse_overrun, towards
from projects.errors import NotFound


@dataclass(frozen=True, slots=True)
class FloatPath:
    """A path towards a chosen activity, first cause first; 1 is the longest. `slack`: elapsed minutes that it could
    slip before it drives."""

    number: int
    slack: int
    codes: tuple[str, ...]


def driving_chain(result: Result, code: str) -> tuple[str, ...]:
    """The drivers from the first cause down to `code`; of several the smallest code. Raises `NotFound`."""
    if code not in result.rows:
        raise NotFound("activity", code)
    chain = [code]
    while result.rows[chain[-1]].drivers:
        chain.append(min(link.pred for link in result.rows[chain[-1]].drivers))
    return tuple(reversed(chain))


def float_paths(result: Result, finish: str, *, limit: int = 10) -> tuple[FloatPath, ...]:
    """The `limit` paths to `finish` with the least slack; no activity is in two of them.

    Each path runs back over driving links until nothing drives or an earlier path has the driver; the next one
    leaves where least slack is lost up to `finish`. Raises `NotFound`.
    """
    p = result.prepared
    if finish not in p.index:
        raise NotFound("activity", finish)
    assigned: set[int] = set()
    queue: list[tuple[int, str, int]] = [(0, finish, p.index[finish])]
    paths: list[FloatPath] = []
    while queue and len(paths) < limit:
        slack, _, node = heapq.heappop(queue)
        if node in assigned:
            continue
        codes: list[str] = []
        at: int | None = node
        while at is not None:
            assigned.add(at)
            codes.append(p.codes[at])
            at = _follow(result, at, slack, assigned, queue)
        paths.append(FloatPath(len(paths) + 1, slack, tuple(reversed(codes))))
    return tuple(paths)


def _follow(
    result: Result, node: int, slack: int, assigned: set[int], queue: list[tuple[int, str, int]]
) -> int | None:
    """Queue the predecessors of a node and give the one that drives it, if it is free."""
    p = result.prepared
    drivers = []
    for j in range(p.edges.into[node], p.edges.into[node + 1]):
        before, lost = int(p.edges.pred[j]), int(result.slack[j])
        if lost < 0 or before in assigned or p.nodes.state[before] == dated.DONE:
            continue
        if lost == 0 and not result.own[node]:
            drivers.append((p.codes[before], before))
        heapq.heappush(queue, (slack + lost, p.codes[before], before))
    return min(drivers)[1] if drivers else None


def drag(result: Result, finish: str) -> dict[str, int]:
    """What each piece of work on the longest path to `finish` adds to it: how much earlier `finish` would be if that
    work took no time, in working minutes of its calendar. Negative if doing it faster makes things later.

    Definition: S. A. Devaux, critical-path drag. Raises `NotFound`.
    """
    p = result.prepared
    chain = towards(result, finish).chain
    target = p.index[finish]
    found: dict[str, int] = {}
    now = np.zeros(1, np.int64) + result.early.finish[target]
    calendar = p.nodes.calendar[target : target + 1]
    for i in np.flatnonzero(chain):
        if p.nodes.left[i] == 0:
            found[p.codes[i]] = 0
            continue
        left = p.nodes.left.copy()
        left[i] = 0
        times = dated.Times(*(part.copy() for part in result.early))
        dated.repair(p.clock, p.nodes, p.edges, p.nodes.base, left, times, np.array([i], np.int32))
        refuse_overrun(p)
        then = times.finish[target : target + 1]
        found[p.codes[i]] = int(dated.counted(p.clock, calendar, then, now)[0])
    return found
