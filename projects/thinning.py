"""A dated network with less land in it: what a reader follows is the way through the works, not a hundred cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from projects.engine.model import Net
from projects.engine.rows import Row


def thinned(net: Net, rows: Mapping[str, Row], cases: Collection[str]) -> Net:
    """The dated network with one land case for each activity that waits for land: the one that drives it (the first by
    code), else the last. The works keep their dates, and a hundred cases of one front are not a hundred paths."""
    waiting: dict[str, list[str]] = {}
    for link in net.links:
        if link.pred in cases:
            waiting.setdefault(link.succ, []).append(link.pred)
    kept = set()
    for succ, preds in waiting.items():
        driving = sorted({k.pred for k in rows[succ].drivers} & set(preds))
        kept.add(driving[0] if driving else max(preds, key=lambda code: (rows[code].early_finish, code)))
    gone = set(cases) - kept
    return replace(
        net,
        activities=tuple(a for a in net.activities if a.code not in gone),
        links=tuple(k for k in net.links if k.pred not in gone and k.succ not in gone),
    )
