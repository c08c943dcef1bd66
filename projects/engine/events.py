"""Events from outside a network, such as the handovers of thousands of parcels: joined to it as arrays at once.

An event has an instant, no work and no predecessor; finish-to-start links without lag lead from it to nodes of the
network. The joined arrays are those that `setup.prepare` would make of the network with such activities in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from projects.engine import dated
from projects.engine.csr import rows
from projects.engine.setup import Prepared

Long = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]
S = TypeVar("S", bound=np.generic)


@dataclass(frozen=True)
class Events:
    """`at[i]`: the instant of event `codes[i]`, a fact where `happened[i]`. `event`, `node`: the two ends of each
    link, places in `codes` and in the network's own codes."""

    codes: tuple[str, ...]
    at: Long
    happened: npt.NDArray[np.bool_]
    event: Ints
    node: Ints


def _before(count: int, have: npt.NDArray[S], values: npt.ArrayLike) -> npt.NDArray[S]:
    """`count` values, or one for all, before those that are there."""
    return np.concatenate([np.broadcast_to(np.asarray(values, have.dtype), (count,)), have])


def join(p: Prepared, events: Events, calendar: str) -> Prepared:
    """`p` with the events before all its nodes; their floats count in `calendar`.

    `net` and `activities` of the answer are still those of `p`, and its links after the last one of the net are
    those of the events in their order: what speaks of activities one by one needs them put in first.
    """
    m, old, edges = len(events.codes), p.nodes, p.edges
    number = next(c for c, time in enumerate(p.times) if time.name == calendar)

    waiting, done = dated.WAITING, dated.DONE
    nodes = dated.Nodes(
        calendar=_before(m, old.calendar, number),
        state=_before(m, old.state, np.where(events.happened, done, waiting)),
        left=_before(m, old.left, 0),
        base=_before(m, old.base, np.where(events.happened, p.now, np.maximum(events.at, p.now))),
        floor=_before(m, old.floor, dated.NONE),
        pin=_before(m, old.pin, dated.FREE),
        pin_at=_before(m, old.pin_at, 0),
        start_by=_before(m, old.start_by, dated.OPEN),
        finish_by=_before(m, old.finish_by, dated.OPEN),
        begun=_before(m, old.begun, np.where(events.happened, events.at, 0)),
        ended=_before(m, old.ended, np.where(events.happened, events.at, 0)),
    )
    links = events.event.size
    pred = np.concatenate([edges.pred + np.int32(m), events.event])
    succ = np.concatenate([edges.succ + np.int32(m), events.node + np.int32(m)])
    number_of = np.concatenate([p.link, len(p.net.links) + np.arange(links)])
    into = rows(m + len(p.codes), succ)
    order = into.edge
    pred, succ = pred[order], succ[order]
    out = rows(m + len(p.codes), pred)
    return replace(
        p,
        codes=(*events.codes, *p.codes),
        nodes=nodes,
        edges=dated.Edges(
            into=into.ptr,
            pred=pred,
            succ=succ,
            type=np.concatenate([edges.type, np.zeros(links, np.int8)])[order],
            lag=np.concatenate([edges.lag, np.zeros(links, np.int64)])[order],
            calendar=np.concatenate([edges.calendar, np.full(links, number, np.int32)])[order],
            out=out.ptr,
            edge=out.edge,
        ),
        link=number_of[order],
        late_wanted=np.concatenate([np.zeros(m, np.int8), p.late_wanted]),
    )
