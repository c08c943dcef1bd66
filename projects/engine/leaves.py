"""Land taken out of the network for a simulation: what only waits for a day, and then lets its successors begin.

A front opens with the last of its cases, so thousands of cases come down to one earliest instant for each possession.
Exact for nodes without work and predecessors whose links are all finish-to-start without a lag to nodes without work;
a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from projects.engine import dated
from projects.engine.setup import Prepared, prepare


@dataclass(frozen=True, slots=True)
class Pruned:
    """The network without its leaves, and for each of them the nodes that wait for it."""

    prepared: Prepared
    leaves: dict[str, tuple[int, ...]]


def pruned(p: Prepared, waiting: Collection[str], kept: Collection[str]) -> Pruned:
    """Take out the leaves among the nodes `waiting` for a day, and done ones that hold nobody; never one of `kept`."""
    n, e = p.nodes, p.edges
    plain = np.ones(len(p.codes), bool)
    plain[e.pred[(e.type != dated.FS) | (e.lag != 0)]] = False
    bare = plain.copy()
    bare[e.pred[n.left[e.succ] > 0]] = False
    alone = np.diff(e.into) == 0
    free = (n.pin == dated.FREE) & (n.floor == dated.NONE) & (n.base == p.now) & (n.left == 0)
    is_waiting = _marked(p, waiting)
    idle = (n.state == dated.WAITING) & free & is_waiting & (p.late_wanted == 0)
    over = (n.state == dated.DONE) & (n.ended <= p.now)
    gone = alone & ((bare & idle) | (plain & over)) & ~_marked(p, [*kept, *p.net.finishes])
    tied = {k.pred for k in p.net.links} | {k.succ for k in p.net.links}
    efforts = tied - set(p.index)  # a level of effort spans what it is tied to: that must stay
    for link in p.net.links:
        if link.pred in efforts and link.succ in p.index:
            gone[p.index[link.succ]] = False
        if link.succ in efforts and link.pred in p.index:
            gone[p.index[link.pred]] = False
    names = {p.codes[i] for i in np.flatnonzero(gone)}
    if not names:
        return Pruned(p, {})
    net = replace(
        p.net,
        activities=tuple(a for a in p.net.activities if a.code not in names),
        links=tuple(k for k in p.net.links if k.pred not in names and k.succ not in names),
    )
    left = prepare(net, p.options)
    leaves = {}
    for i in np.flatnonzero(gone & idle):
        after = e.succ[e.edge[e.out[i] : e.out[i + 1]]]
        leaves[p.codes[i]] = tuple(left.index[p.codes[s]] for s in after if n.state[s] != dated.DONE)
    return Pruned(left, leaves)


def _marked(p: Prepared, codes: Collection[str]) -> npt.NDArray[np.bool_]:
    marks = np.zeros(len(p.codes), bool)
    marks[[p.index[code] for code in codes if code in p.index]] = True
    return marks
