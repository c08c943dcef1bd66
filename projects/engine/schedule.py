"""Schedule a network: early and late dates, floats, critical work, longest path and what drives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from projects.engine import dated
from projects.engine.effort import effort_rows
from projects.engine.model import Activity, Kind, Link, Net, Options
from projects.engine.rows import Row, late_by
from projects.engine.setup import Prepared, prepare
from projects.engine.shifts import LAST, days_of, moments_of
from projects.errors import Fault, InvalidInput, NotFound

_MAKE = partial(tuple.__new__, Row)  # what `Row._make` does, ten thousand times without a frame
Long = npt.NDArray[np.int64]
Small = npt.NDArray[np.int8]


class Passed(NamedTuple):
    """What the passes give, as arrays by node; `slack` by link of the arrays (see `Result`)."""

    early: dated.Times
    late: dated.Times
    total: Long
    free: Long
    lead: Small
    slack: Long
    own: Small
    chain: Small


@dataclass(frozen=True)
class Result:
    """A dated network; `options` (with the data date) say how it was reckoned. Arrays are by `prepared.codes`.

    `slack` of a link: minutes earlier that it alone would let its successor begin (−1: nothing does).
    """

    prepared: Prepared
    early: dated.Times
    late: dated.Times
    total: Long
    free: Long
    lead: Small
    slack: Long
    own: Small
    chain: Small

    @property
    def options(self) -> Options:
        """How it was reckoned."""
        return self.prepared.options

    @property
    def finish(self) -> date:
        """The last early finish of the finish milestones, of all work without any."""
        codes = self.prepared.net.finishes or tuple(self.rows)
        return max(self.rows[code].early_finish for code in codes)

    @cached_property
    def rows(self) -> dict[str, Row]:
        """Every activity, in the order of the network; made when they are first asked for."""
        rows = _rows(self)
        if len(rows) < len(self.prepared.net.activities):
            rows.update(effort_rows(self.prepared, self.early, self.late))
        codes = [a.code for a in self.prepared.net.activities]
        return dict(zip(codes, map(rows.__getitem__, codes), strict=True))

    @cached_property
    def out_of_sequence(self) -> tuple[Link, ...]:
        """Links whose successor had begun or ended before they allowed it."""
        return _out_of_sequence(self.prepared, self.early)


def schedule(net: Net, options: Options) -> Result:
    """The dates of `net` under `options`. Raises `InvalidInput` with all faults, or for time beyond a calendar."""
    return solve(prepare(net, options))


def solve(p: Prepared) -> Result:
    """The dates of a prepared network."""
    return Result(p, *passes(p, early_times(p), [p.index[code] for code in p.net.finishes]))


def towards(result: Result, finish: str) -> Result:
    """The same early dates with floats and chain towards one chosen activity alone.

    Raises `NotFound` for an unknown one.
    """
    p = result.prepared
    if finish not in p.index:
        raise NotFound("activity", finish)
    return Result(p, *passes(p, result.early, [p.index[finish]]))


def early_times(p: Prepared, base: Long | None = None, left: Long | None = None) -> dated.Times:
    """The forward pass, with other earliest instants or work left for a what-if."""
    times = empty_times(len(p.codes))
    p.clock.bad[:] = 0, -1
    base, left = (p.nodes.base if base is None else base), (p.nodes.left if left is None else left)
    dated.forward(p.clock, p.nodes, p.edges, base, left, times, 0)
    refuse_overrun(p)
    if p.late_wanted.any():
        horizon = int(times.finish.max(initial=0))
        dated.postpone(p.clock, p.nodes, p.edges, times, p.late_wanted, horizon)
    return times


def empty_times(n: int) -> dated.Times:
    """Times to be filled by a pass."""
    return dated.Times(np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64))


def refuse_overrun(p: Prepared) -> None:
    """Raise `InvalidInput` if the last pass ran out of a calendar."""
    if p.clock.bad[0]:
        code = p.codes[p.clock.bad[1]] if p.clock.bad[1] >= 0 else p.net.project
        vi = "Phép tính vượt ra ngoài lịch (1970–2100)."
        raise InvalidInput([Fault(code, vi, "The calculation runs out of its calendar (1970–2100).")])


def passes(p: Prepared, early: dated.Times, targets: list[int]) -> Passed:
    """Late times, floats and chain towards the nodes `targets` (none: towards the end of everything)."""
    n = len(p.codes)
    k, nodes, edges = p.clock, p.nodes, p.edges
    lead, last = _leading(p, early, targets)
    late = empty_times(n)
    dated.backward(k, nodes, edges, early, lead, last, late)
    total, free = np.zeros(n, np.int64), np.zeros(n, np.int64)
    dated.floats(k, nodes, edges, early, late, total, free)
    slack, own = np.zeros(edges.pred.size, np.int64), np.zeros(n, np.int8)
    dated.driving(k, nodes, edges, early, held_late(p, early), slack, own)
    refuse_overrun(p)
    chain = np.zeros(n, np.int8)
    ends = targets or np.flatnonzero(early.finish == early.finish.max(initial=0)).tolist()
    chain[ends] = 1
    dated.chained(edges, slack, own, chain)
    chain &= nodes.state != dated.DONE
    if targets and not lead[targets].any():
        chain[:] = 0
    return Passed(early, late, total, free, lead, slack, own, chain)


def held_late(p: Prepared, early: dated.Times) -> Small:
    """The nodes that wait although they could begin: as late as possible."""
    if not p.late_wanted.any():
        return p.late_wanted
    soon = empty_times(len(p.codes))
    dated.forward(p.clock, p.nodes, p.edges, p.nodes.base, p.nodes.left, soon, 0)
    held: Small = (p.late_wanted.astype(bool) & (early.resume > soon.resume)).astype(np.int8)
    return held


def _leading(p: Prepared, early: dated.Times, targets: list[int]) -> tuple[Small, Long]:
    """Whose lateness counts: targets, work with a latest date and all that leads there; everybody without targets.

    And how late each may finish of its own accord.
    """
    nodes = p.nodes
    unfinished = nodes.state != dated.DONE
    horizon = early.finish.max(initial=0)
    if not targets:
        return unfinished.astype(np.int8), np.full(len(p.codes), horizon, np.int64)
    lead = ((nodes.start_by < dated.OPEN) | (nodes.finish_by < dated.OPEN)) & unfinished
    last = np.where(lead, dated.OPEN, horizon)
    lead = lead.astype(np.int8)
    lead[targets] = 1
    dated.leading(nodes, p.edges, lead)
    last[lead != 0] = dated.OPEN
    last[targets] = early.finish[targets]
    return lead, last


def _rows(result: Result) -> dict[str, Row]:
    """A row for each node, made field by field: reading numbers one by one out of arrays would take the time."""
    p, early, late = result.prepared, result.early, result.late
    state, left = p.nodes.state, p.nodes.left
    done = state == dated.DONE
    event = (left == 0) & ((state == dated.WAITING) | (early.start == early.finish))
    minutes = np.array([time.day_minutes for time in p.times])[p.nodes.calendar]
    columns = (
        p.codes,
        [a.kind for a in p.activities],
        days_of(early.start, event),
        days_of(early.finish, 1),
        days_of(late.start, event),
        days_of(late.finish, 1),
        moments_of(early.start),
        moments_of(early.finish),
        result.total.tolist(),
        result.free.tolist(),
        minutes.tolist(),
        ((result.lead != 0) & ~done & (result.total <= p.options.critical_float)).tolist(),
        (result.chain != 0).tolist(),
        _drivers(result),
        done.tolist(),
        [
            late_by(a, ef) if a.constraints else None
            for a, ef in zip(p.activities, early.finish.tolist(), strict=True)
        ],
    )
    return dict(zip(p.codes, map(_MAKE, zip(*columns, strict=True)), strict=True))


def _drivers(result: Result) -> list[tuple[Link, ...]]:
    """The links that set the early dates of each node."""
    p = result.prepared
    drives = (result.slack == 0) & (result.own[p.edges.succ] == 0)
    counts = np.bincount(p.edges.succ[drives], minlength=len(p.codes)).tolist()
    links = map(p.net.links.__getitem__, p.link[drives].tolist())
    return [tuple(islice(links, count)) for count in counts]


def is_event(state: int, left: int, start: int, finish: int) -> bool:
    """Whether a node without work shows the day that its instant ends; work shows its first morning."""
    return left == 0 and (state == dated.WAITING or start == finish)


def _out_of_sequence(p: Prepared, early: dated.Times) -> tuple[Link, ...]:
    """Links into started or finished work that it did not wait for."""
    index = p.index
    found = []
    for link in p.net.links:
        i, j = index.get(link.pred), index.get(link.succ)
        if i is None or j is None or p.nodes.state[j] == dated.WAITING:
            continue
        from_start = link.type.value[0] == "S"
        to_start = link.type.value[1] == "S"
        happened = p.nodes.state[i] == dated.DONE or (from_start and p.nodes.state[i] == dated.RUNNING)
        if not to_start and p.nodes.state[j] != dated.DONE:
            continue
        at = p.nodes.begun[j] if to_start else p.nodes.ended[j]
        since = (early.start[i] if from_start else early.finish[i]) if happened else LAST
        if at < since:
            found.append(link)
    return tuple(found)


__all__ = [
    "Activity",
    "Kind",
    "Passed",
    "Result",
    "early_times",
    "is_event",
    "passes",
    "schedule",
    "solve",
    "towards",
]
