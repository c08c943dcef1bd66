"""The geometry of the network drawing: boxes in layers from left to right, links as curves; the template draws them.

A box stands one layer behind its last predecessor; within a layer boxes are ordered by where their neighbours stand
(the barycentre rule of layered drawing, K. Sugiyama et al. 1981), in a few sweeps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

BOX_W, BOX_H = 168, 40
GAP_X, GAP_Y = 56, 14
PAD = 10
SWEEPS = 6


@dataclass(frozen=True, slots=True)
class Node:
    """What one box says; `lines` are its two lines of text, `href` where it leads."""

    code: str
    lines: tuple[str, str]
    title: str
    href: str
    kind: str  # task | milestone | possession | land
    critical: bool
    on_path: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A link; `through`: it runs through activities that are not drawn."""

    pred: str
    succ: str
    label: str
    critical: bool
    through: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A placed node."""

    node: Node
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A drawn link."""

    edge: Edge
    path: str


@dataclass(frozen=True, slots=True)
class NetMap:
    """The whole drawing in user units."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]


def netmap(nodes: Sequence[Node], edges: Sequence[Edge]) -> NetMap | None:
    """Lays out the nodes; None without any. The edges must not make a cycle."""
    if not nodes:
        return None
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(node.code for node in nodes)
    graph.add_edges_from((e.pred, e.succ) for e in edges)
    layers = _ordered(graph, [node.code for node in nodes])
    tallest = max(len(layer) for layer in layers)
    at = {}
    for i, layer in enumerate(layers):
        top = PAD + (tallest - len(layer)) * (BOX_H + GAP_Y) / 2
        for j, code in enumerate(layer):
            at[code] = (PAD + i * (BOX_W + GAP_X), round(top + j * (BOX_H + GAP_Y), 1))
    return NetMap(
        width=2 * PAD + len(layers) * (BOX_W + GAP_X) - GAP_X,
        height=2 * PAD + tallest * (BOX_H + GAP_Y) - GAP_Y,
        boxes=tuple(Box(node, *at[node.code]) for node in nodes),
        curves=tuple(Curve(e, _curve(at[e.pred], at[e.succ])) for e in edges),
    )


def kept_edges(
    links: Iterable[tuple[str, str, str]], kept: Collection[str], driving: Collection[tuple[str, str]]
) -> list[Edge]:
    """The links between the nodes that are drawn, and one dashed edge where a way runs through others only.

    `driving` are the pairs of critical links.
    """
    after: Mapping[str, list[str]] = defaultdict(list)
    labels: dict[tuple[str, str], list[str]] = {}
    for pred, succ, label in links:
        after[pred].append(succ)
        if pred in kept and succ in kept:
            labels.setdefault((pred, succ), []).append(label)
    found = [Edge(p, s, ", ".join(text), (p, s) in driving) for (p, s), text in labels.items()]
    for start in kept:
        seen: set[str] = set()
        stack = [s for s in after[start] if s not in kept]
        while stack:
            code = stack.pop()
            if code in seen:
                continue
            seen.add(code)
            for succ in after[code]:
                if succ not in kept:
                    stack.append(succ)
                elif (start, succ) not in labels:
                    labels[start, succ] = []
                    found.append(Edge(start, succ, "", False, through=True))
    return found


def _ordered(graph: nx.DiGraph[str], given: Sequence[str]) -> list[list[str]]:
    place = {code: i for i, code in enumerate(given)}
    layers = [sorted(layer, key=place.__getitem__) for layer in nx.topological_generations(graph)]
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        row = {code: j / max(len(layer), 1) for layer in layers for j, code in enumerate(layer)}
        for layer in layers if forward else reversed(layers):
            near = graph.pred if forward else graph.succ

            def centre(code: str) -> tuple[float, int]:
                around = [row[other] for other in near[code]]  # noqa: B023 (used at once)
                return (sum(around) / len(around) if around else row[code]), place[code]  # noqa: B023

            layer.sort(key=centre)
            for j, code in enumerate(layer):
                row[code] = j / max(len(layer), 1)
    return layers


def _curve(one: tuple[float, float], other: tuple[float, float]) -> str:
    x1, y1 = one[0] + BOX_W, one[1] + BOX_H / 2
    x2, y2 = other[0], other[1] + BOX_H / 2
    bend = max(GAP_X * 0.6, (x2 - x1) * 0.4)
    return f"M{x1} {y1}C{round(x1 + bend, 1)} {y1} {round(x2 - bend, 1)} {y2} {x2} {y2}"
