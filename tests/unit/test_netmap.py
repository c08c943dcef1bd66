"""The drawing of a network: links run from left to right, boxes stand apart, hidden ways are dashed."""

from __future__ import annotations

import random
from datetime import date
from itertools import combinations

import networkx as nx

from api.pages.gantt import Bar, gantt
from api.pages.netmap import BOX_H, BOX_W, Edge, Node, kept_edges, netmap


def node(code: str) -> Node:
    return Node(code, (code, ""), code, "", "task", critical=False)


def test_links_run_to_the_right_and_boxes_stand_apart() -> None:
    for seed in range(40):
        rng = random.Random(seed)
        codes = [f"A{i}" for i in range(rng.randint(1, 30))]
        pairs = {tuple(sorted(rng.sample(range(len(codes)), 2))) for _ in range(40 if len(codes) > 1 else 0)}
        edges = [Edge(codes[a], codes[b], "FS", critical=False) for a, b in pairs]
        made = netmap([node(c) for c in codes], edges)
        assert made is not None
        at = {box.node.code: box for box in made.boxes}
        assert all(at[e.pred].x + BOX_W < at[e.succ].x for e in edges)
        for one, other in combinations(made.boxes, 2):
            assert abs(one.x - other.x) >= BOX_W or abs(one.y - other.y) >= BOX_H
        assert all(0 <= b.x <= made.width - BOX_W and 0 <= b.y <= made.height - BOX_H for b in made.boxes)
    assert netmap([], []) is None


def test_a_way_through_what_is_not_drawn_is_one_dashed_edge() -> None:
    for seed in range(40):
        rng = random.Random(seed)
        codes = [f"A{i}" for i in range(12)]
        pairs = {tuple(sorted(rng.sample(range(12), 2))) for _ in range(20)}
        links = [(codes[a], codes[b], "FS") for a, b in pairs]
        kept = set(rng.sample(codes, 6))
        found = kept_edges(links, kept, driving=set())
        graph = nx.DiGraph((p, s) for p, s, _ in links)
        graph.add_nodes_from(codes)
        direct = {(p, s) for p, s, _ in links if p in kept and s in kept}
        assert {(e.pred, e.succ) for e in found if not e.through} == direct
        hidden = graph.subgraph([c for c in codes if c not in kept])
        for one, other in ((a, b) for a in kept for b in kept if a != b and (a, b) not in direct):
            through = any(
                nx.has_path(hidden, out, into)
                for out in graph.succ[one]
                for into in graph.pred[other]
                if out in hidden and into in hidden
            )
            assert ((one, other) in {(e.pred, e.succ) for e in found if e.through}) == through


def test_the_gantt_draws_baseline_progress_and_links_of_its_rows() -> None:
    days = [date(2026, 3, d) for d in (2, 10, 20, 28)]
    bars = [
        Bar("A", "A", "task", days[0], days[1], days[1], True, baseline=(days[0], days[0]), done_until=days[0]),
        Bar("B", "B", "milestone", days[2], days[2], days[3], critical=False, planned=days[3]),
    ]  # fmt: skip
    chart = gantt(
        bars, data_date=days[1], planned=None, links=[("A", "B", "FS", True), ("A", "X", "FS", False)]
    )
    assert chart is not None
    one, other = chart.rows
    assert one.base is not None
    assert 0 < one.base[1] < one.width
    assert 0 < one.done < one.width
    assert other.planned_x is not None
    assert other.planned_x > other.x
    assert [(a.pred, a.succ, a.critical) for a in chart.arrows] == [("A", "B", True)]
