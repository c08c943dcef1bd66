"""Blocks of iterations of `projects.engine.dated_risk`: draws in, finishes, chains and sums out.

Leaves of the network (`projects.engine.leaves`) are no nodes here: the latest of those that a node waits for is its
earliest instant, and a leaf lies on the chain where its node does and it is the latest. A node that begins with a run
of free ground waits for the first run of each iteration, whichever it is (`projects.engine.strips`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from projects.engine import dated
from projects.engine.leaves import Pruned
from projects.engine.sampling import BLOCK, Sampling, room
from projects.engine.schedule import empty_times, refuse_overrun
from projects.engine.setup import Prepared
from projects.engine.shifts import DAY
from projects.engine.strips import Strip, opened

Long = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Bits = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Model:
    """The uncertain nodes by row: `place` in the network (−1: a leaf), `waits`, `members` their groups, `per_day` units
    of a draw to a usual day. Pair i says that node `tied[i]` waits for the leaf in row `leaf[i]`, ordered by `tied`."""

    p: Prepared
    draws: Sampling
    place: Long
    waits: Bits
    members: Long
    names: Long
    per_day: Reals
    leaf: Long
    tied: Long
    drawn: npt.NDArray[np.int8]
    ends: npt.NDArray[np.int32]
    asked_nodes: tuple[Long, ...]
    asked_rows: tuple[Long, ...]
    grounds: tuple[Ground, ...]
    centre: int


class Ground(NamedTuple):
    """A node that waits for a run of free ground. `rows` of the strip's events, −1 where an event has its own `day`."""

    node: int
    strip: Strip
    rows: Long
    day: npt.NDArray[np.int32]


class Desk(NamedTuple):
    """What a thread writes over."""

    nodes: dated.Nodes
    bad: Long
    own: npt.NDArray[np.uint32]
    shared: npt.NDArray[np.uint32]
    d: npt.NDArray[np.int32]
    work: npt.NDArray[np.int32]
    wait: npt.NDArray[np.int32]
    times: dated.Times
    chains: npt.NDArray[np.int8]


class Block(NamedTuple):
    """What a block says: instants by iteration, how often each node, row and group lay on the chain, and sums."""

    finish: Long
    reached: Long
    hits: Long
    row_hits: Long
    group_hits: Long
    sums: Reals
    group_sums: Reals


def make_model(
    pruned: Pruned, draws: Sampling, codes: Sequence[str], waits: Sequence[bool], members: Sequence[int],
    asked: Mapping[str, Sequence[str]], strips: Mapping[str, tuple[Strip, Mapping[str, int]]],
) -> Model:  # fmt: skip
    """The rows `codes` with their draws, in this order, on the network without leaves; `strips` by node, with the days
    (from the data date) of the events that are not drawn."""
    p, leaves = pruned.prepared, pruned.leaves
    row = {code: i for i, code in enumerate(codes)}
    place = np.array([p.index.get(code, -1) for code in codes], np.int64)
    waiting = np.array(waits, bool)
    pairs = sorted((node, row[code]) for code, nodes in leaves.items() for node in nodes)
    tied, leaf = np.array(pairs, np.int64).reshape(-1, 2).T
    drawn = np.zeros(len(p.codes), np.int8)
    drawn[place[(place >= 0) & ~waiting]] |= 1
    drawn[place[(place >= 0) & waiting]] |= 2
    drawn[tied] |= 2
    grounds = tuple(_ground(p.index[code], strip, days, row) for code, (strip, days) in strips.items())
    drawn[[ground.node for ground in grounds]] |= 2
    targets = [p.index[code] for code in p.net.finishes] or list(range(len(p.codes)))
    first = empty_times(len(p.codes))
    p.clock.bad[:] = 0, -1
    dated.forward(p.clock, p.nodes, p.edges, p.nodes.base, p.nodes.left, first, 0)
    groups = np.array(members, np.int64)
    days = [p.times[p.nodes.calendar[i]].day_minutes / p.clock.unit if i >= 0 else 1.0 for i in place]
    return Model(
        p=p,
        draws=draws,
        place=place,
        waits=waiting,
        members=groups,
        names=np.unique(groups[groups >= 0]),
        per_day=np.where(waiting, 1.0, np.array(days, np.float64)),
        leaf=np.ascontiguousarray(leaf),
        tied=np.ascontiguousarray(tied),
        drawn=drawn,
        ends=np.array(targets, np.int32),
        asked_nodes=tuple(
            np.array([p.index[c] for c in set_ if c in p.index], np.int64) for set_ in asked.values()
        ),
        asked_rows=tuple(
            np.array([row[c] for c in set_ if c in leaves], np.int64) for set_ in asked.values()
        ),
        grounds=grounds,
        centre=int(first.finish[targets].max()),
    )


def _ground(node: int, strip: Strip, days: Mapping[str, int], row: Mapping[str, int]) -> Ground:
    rows = np.array([row.get(code, -1) for code in strip.codes], np.int64)
    own = np.array([0 if code in row else days[code] for code in strip.codes], np.int32)
    return Ground(node, strip, rows, own)


def make_desk(model: Model) -> Desk:
    """Room for one block at a time."""
    p, rows, n = model.p, model.place.size, len(model.p.codes)
    return Desk(
        nodes=p.nodes._replace(left=p.nodes.left.copy(), base=p.nodes.base.copy()),
        bad=np.array([0, -1], np.int64),
        own=room(rows),
        shared=room(max(model.draws.groups, 1)),
        d=np.empty((rows, BLOCK), np.int32),
        work=np.zeros((n, BLOCK), np.int32),
        wait=np.zeros((n, BLOCK), np.int32),
        times=empty_times(n),
        chains=np.zeros((BLOCK, n), np.int8),
    )


def run_block(model: Model, desk: Desk, b: int, seed: int, used: int) -> Block:
    """Iterations b × BLOCK onwards: the same whatever thread asks, and whatever comes after."""
    p, d = model.p, desk.d
    model.draws.fill(seed, b, desk.own, desk.shared, d)
    solid = model.place >= 0
    desk.work[model.place[solid & ~model.waits]] = d[solid & ~model.waits]
    desk.wait[:] = 0
    desk.wait[model.place[solid & model.waits]] = d[solid & model.waits]
    nodes, first = np.unique(model.tied, return_index=True)
    if nodes.size:
        latest = np.maximum.reduceat(d[model.leaf], first, axis=0)
        desk.wait[nodes] = np.maximum(desk.wait[nodes], latest)
    runs = [_opened(ground, d, used) for ground in model.grounds]
    for ground, (wait, _) in zip(model.grounds, runs, strict=True):
        desk.wait[ground.node, :used] = np.maximum(desk.wait[ground.node, :used], wait)
    filled = [i for i, found in enumerate(model.asked_nodes) if found.size]
    asked_at = np.cumsum([0, *(model.asked_nodes[i].size for i in filled)]).astype(np.int32)
    asked = np.concatenate([model.asked_nodes[i] for i in filled] or [np.empty(0, np.int64)]).astype(np.int32)
    finish, met = np.zeros(BLOCK, np.int64), np.zeros((len(filled), BLOCK), np.int64)
    dated.repeated(
        p.clock._replace(bad=desk.bad), desk.nodes, p.edges, p.late_wanted, model.drawn, p.nodes, p.now, desk.work,
        desk.wait, used, model.ends, asked_at, asked, finish, met, desk.times, desk.chains,
    )  # fmt: skip
    if desk.bad[0]:
        p.clock.bad[:] = desk.bad
        refuse_overrun(p)
    reached = np.zeros((len(model.asked_nodes), BLOCK), np.int64)
    reached[filled] = met
    for i, rows in enumerate(model.asked_rows):
        if rows.size:
            reached[i] = np.maximum(reached[i], p.now + d[rows].max(axis=0).astype(np.int64) * DAY)
    chains = desk.chains[:used]
    on_chain = _on_chain(model, desk, chains, used)
    for ground, (wait, holds) in zip(model.grounds, runs, strict=True):
        _hold(model, ground, desk, chains, wait, holds, on_chain)
    off_finish = (finish[:used] - model.centre) / DAY
    off = (d[:, :used] - model.draws.middle[:, None]) / model.per_day[:, None]
    together, group_hits = np.zeros((model.names.size, used)), np.zeros(model.names.size, np.int64)
    for g, name in enumerate(model.names):
        mine = model.members == name
        together[g] = off[mine].sum(axis=0)
        group_hits[g] = on_chain[mine].any(axis=0).sum()
    return Block(
        finish=finish[:used],
        reached=reached[:, :used],
        hits=(chains > 0).sum(axis=0, dtype=np.int64),
        row_hits=on_chain.sum(axis=1, dtype=np.int64),
        group_hits=group_hits,
        sums=_moments(off, off_finish),
        group_sums=_moments(together, off_finish),
    )


def _on_chain(model: Model, desk: Desk, chains: npt.NDArray[np.int8], used: int) -> Bits:
    """By row and iteration whether it lay on the chain."""
    p, solid = model.p, model.place >= 0
    found = np.zeros((model.place.size, used), bool)
    found[solid] = chains[:, model.place[solid]].T > 0
    if model.tied.size:
        latest = desk.wait[model.tied, :used]
        # Marked 2: the node stands where its earliest instant puts it, and that is the latest leaf's.
        holds = (chains[:, model.tied].T == 2) & (desk.d[model.leaf, :used] == latest)
        holds &= p.now + latest.astype(np.int64) * DAY > p.nodes.base[model.tied][:, None]
        order = np.argsort(model.leaf, kind="stable")
        rows, first = np.unique(model.leaf[order], return_index=True)
        found[rows] = np.logical_or.reduceat(holds[order], first, axis=0)
    return found


def _opened(ground: Ground, d: npt.NDArray[np.int32], used: int) -> tuple[npt.NDArray[np.int32], Bits]:
    """The day of the first run by iteration, and which events hold it."""
    s = ground.strip
    days = np.repeat(ground.day[:, None], used, axis=1)
    drawn = ground.rows >= 0
    days[drawn] = d[ground.rows[drawn], :used]
    wait, holds = np.zeros(used, np.int32), np.zeros((ground.rows.size, used), bool)
    opened(s.at, s.length, s.parted, s.first, s.holder, s.need, s.around, days, used, wait, holds)
    return wait, holds


def _hold(
    model: Model, ground: Ground, desk: Desk, chains: npt.NDArray[np.int8], wait: npt.NDArray[np.int32], holds: Bits,
    on_chain: Bits,
) -> None:  # fmt: skip
    """Mark the drawn events that hold the run where the node lies on the chain and the run puts it there."""
    used = wait.size
    late = (chains[:, ground.node] == 2) & (desk.wait[ground.node, :used] == wait)
    late &= model.p.now + wait.astype(np.int64) * DAY > model.p.nodes.base[ground.node]
    drawn = ground.rows >= 0
    on_chain[ground.rows[drawn]] |= holds[drawn] & late


def _moments(off: Reals, off_finish: Reals) -> Reals:
    """Σδ, Σδ² and Σδ·(finish − centre) by row."""
    return np.stack([off.sum(axis=1), (off * off).sum(axis=1), off @ off_finish])
