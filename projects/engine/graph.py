"""The network as a `networkx.DiGraph` that people can read, draw, and keep as GraphML: a view, not the engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import networkx as nx

from projects.errors import Fault, InvalidInput


def graph_of(document: Mapping[str, Any]) -> nx.DiGraph[str]:
    """A graph of a network document: an activity's fields on its node, `links` (JSON) with `types` on each edge.

    Every attribute is a text or a number, so GraphML keeps it all.
    """
    rest = {key: value for key, value in document.items() if key not in ("activities", "links")}
    graph: nx.DiGraph[str] = nx.DiGraph(project=str(document["project"]), document=_packed(rest))
    for row in document["activities"]:
        graph.add_node(
            row["code"],
            **{k: _packed(v) if isinstance(v, list | dict) else v for k, v in row.items() if k != "code"},
        )
    for row in document["links"]:
        pred, succ = row["pred"], row["succ"]
        known = json.loads(graph.get_edge_data(pred, succ, {"links": "[]"})["links"])
        known.append({k: v for k, v in row.items() if k not in ("pred", "succ")})
        types = "+".join(link.get("type", "FS") for link in known)
        graph.add_edge(pred, succ, types=types, links=_packed(known))
    return graph


def document_of(graph: nx.DiGraph[str]) -> dict[str, Any]:
    """The document of a graph of `graph_of`. Raises `InvalidInput` for any other graph."""
    try:
        document: dict[str, Any] = json.loads(graph.graph["document"])
        document["activities"] = [
            {"code": code}
            | {k: json.loads(v) if k in ("constraints", "ground") else v for k, v in data.items()}
            for code, data in graph.nodes(data=True)
        ]
        document["links"] = [
            {"pred": pred, "succ": succ} | link
            for pred, succ, data in graph.edges(data=True)
            for link in json.loads(data["links"])
        ]
    except (KeyError, TypeError, ValueError):
        vi, en = "Đồ thị không mang tài liệu mạng.", "The graph does not carry a network document."
        raise InvalidInput([Fault("graph", vi, en)]) from None
    return document


def graphml(document: Mapping[str, Any]) -> str:
    """The network as GraphML."""
    return "\n".join(nx.generate_graphml(graph_of(document)))


def from_graphml(text: str) -> dict[str, Any]:
    """The document of a GraphML text of ours. A document type (and so any entity) is refused."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise InvalidInput([Fault("graphml", "Không nhận DOCTYPE.", "A document type is not accepted.")])
    try:
        graph = nx.parse_graphml(text)
    except (nx.NetworkXError, SyntaxError, KeyError, ValueError):
        raise InvalidInput([Fault("graphml", "Không phải GraphML.", "It is no GraphML.")]) from None
    if not isinstance(graph, nx.DiGraph):
        raise InvalidInput([Fault("graphml", "Đồ thị không có hướng.", "The graph is not directed.")])
    return document_of(graph)


def _packed(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
