"""Invented networks for tests and measurements, and the critical path as dictionaries over networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np

from projects.engine.plain import Plain

TYPES = ("FS", "SS", "FF", "SF")


def layered(n: int, *, seed: int) -> Plain:
    """A shuffled acyclic network in about √n layers, 2.5 links a node, all types, lags from −2 to 10."""
    rng = np.random.default_rng(seed)
    depth = max(8, int(n**0.5))
    layer = np.sort(np.concatenate([np.arange(depth), rng.integers(0, depth, n - depth)]))
    begin = np.searchsorted(layer, np.arange(depth + 1))
    degree = rng.choice([1, 2, 3, 4], n, p=[0.2, 0.3, 0.3, 0.2])
    degree[layer == depth - 1] = 0
    pred = np.repeat(np.arange(n), degree)
    to = np.minimum(layer[pred] + rng.choice([1, 2, 3], pred.size, p=[0.7, 0.2, 0.1]), depth - 1)
    succ = begin[to] + (rng.random(pred.size) * (begin[to + 1] - begin[to])).astype(np.int64)
    pair = rng.permutation(np.unique(pred * n + succ))
    kind = rng.choice(4, pair.size, p=[0.80, 0.10, 0.08, 0.02]).astype(np.int8)
    lag = np.where(rng.random(pair.size) < 0.7, 0, rng.integers(-2, 11, pair.size)).astype(np.int32)
    name = rng.permutation(n).astype(np.int32)
    return Plain(rng.integers(1, 41, n).astype(np.int32), name[pair // n], name[pair % n], kind, lag)


def graph_of(net: Plain) -> nx.DiGraph[int]:
    """The network as people write it in networkx."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from((i, {"duration": d}) for i, d in enumerate(net.duration.tolist()))
    for u, v, t, lag in zip(
        net.pred.tolist(), net.succ.tolist(), net.type.tolist(), net.lag.tolist(), strict=True
    ):
        graph.add_edge(u, v, type=TYPES[t], lag=lag)
    return graph


def forward(graph: nx.DiGraph[int]) -> tuple[list[int], dict[int, int], dict[int, int]]:
    """Topological order, early starts and finishes: one loop over dictionaries, the usual way."""
    order = list(nx.topological_sort(graph))
    es: dict[int, int] = {}
    ef: dict[int, int] = {}
    for x in order:
        d = graph.nodes[x]["duration"]
        start = 0
        for p, _, link in graph.in_edges(x, data=True):
            t, lag = link["type"], link["lag"]
            bound = (ef[p] if t[0] == "F" else es[p]) + lag - (d if t[1] == "F" else 0)
            start = max(start, bound)
        es[x], ef[x] = start, start + d
    return order, es, ef


def walk(graph: nx.DiGraph[int]) -> tuple[int, list[int], list[int], set[tuple[int, int]]]:
    """Finish, early and late starts, critical links: two loops over a topological order."""
    order, es, ef = forward(graph)
    finish = max(ef.values())
    ls: dict[int, int] = {}
    lf: dict[int, int] = {}
    for x in reversed(order):
        d = graph.nodes[x]["duration"]
        end = finish
        for _, y, link in graph.out_edges(x, data=True):
            t, lag = link["type"], link["lag"]
            bound = (lf[y] if t[1] == "F" else ls[y]) - lag + (d if t[0] == "S" else 0)
            end = min(end, bound)
        lf[x], ls[x] = end, end - d
    critical = graph.subgraph([x for x in order if ls[x] == es[x]])
    n = graph.number_of_nodes()
    return finish, [es[i] for i in range(n)], [ls[i] for i in range(n)], set(critical.edges)
