"""The engine against the slow reference on 2,000 random networks: dates, floats, drivers, what leads, what drives."""

from __future__ import annotations

import random

import networkx as nx

from projects.engine import dated
from projects.engine.schedule import Result, schedule
from tests.unit.engine_invented import random_net
from tests.unit.engine_oracle import At, Oracle

NETWORKS = 2000


def times(t: dated.Times, i: int) -> At:
    return At(int(t.start[i]), int(t.resume[i]), int(t.finish[i]))


def compare(result: Result, slow: Oracle, seed: int) -> None:
    p = result.prepared
    chain: nx.DiGraph[str] = nx.DiGraph()
    chain.add_nodes_from(p.codes)
    for code, i in p.index.items():
        assert times(result.early, i) == slow.at[code], (seed, code, "early")
        assert times(result.late, i) == slow.late[code], (seed, code, "late")
        row = result.rows[code]
        assert row.total_float == slow.total(code), (seed, code)
        assert row.free_float == slow.free(code), (seed, code)
        assert set(row.drivers) == slow.drivers(code), (seed, code)
        assert bool(result.lead[i]) == (code in slow.lead), (seed, code)
        assert row.critical == (code in slow.lead and slow.total(code) <= 0), (seed, code)
        chain.add_edges_from((k.pred, code) for k in slow.drivers(code))
    last = max(at.finish for at in slow.at.values())
    ends = p.net.finishes or [c for c, at in slow.at.items() if at.finish == last]
    if set(ends) & slow.lead:
        longest = {c for end in ends for c in (end, *nx.ancestors(chain, end)) if not result.rows[c].done}
        assert {c for c, row in result.rows.items() if row.driving} == longest, seed


def test_two_thousand_random_networks_agree_with_the_reference() -> None:
    for seed in range(NETWORKS):
        net, options = random_net(random.Random(seed))
        compare(schedule(net, options), Oracle(net, options), seed)


def test_the_comparison_would_see_one_minute() -> None:
    net, options = random_net(random.Random(3))
    result = schedule(net, options)
    moved = result.early.resume.copy()
    moved[-1] += 1
    times_off = dated.Times(result.early.start, moved, result.early.finish)
    slow = Oracle(net, options)
    assert times(times_off, len(moved) - 1) != slow.at[result.prepared.codes[-1]]
