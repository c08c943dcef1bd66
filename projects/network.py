"""The dependency network as a `networkx.DiGraph`, checked once at the door with every fault listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import networkx as nx

from projects.calendars import Calendar
from projects.errors import CyclicDependency, Fault, InvalidInput
from projects.model import Activity, Link, Network, NodeKind


def build_graph(network: Network, calendars: Mapping[str, Calendar]) -> nx.DiGraph[str]:
    """The network as a graph: node attribute `activity`, edge attribute `links` (several types per pair).

    Raises `InvalidInput` with every fault of activities and links, `CyclicDependency` with the members of a
    cycle in order.
    """
    faults = [*_activity_faults(network, calendars), *_link_faults(network)]
    if faults:
        raise InvalidInput(faults)
    graph: nx.DiGraph[str] = nx.DiGraph(project=network.project, finish=network.finish)
    for activity in network.activities:
        graph.add_node(activity.code, activity=activity)
    for link in network.links:
        known: tuple[Link, ...] = graph.get_edge_data(link.pred, link.succ, {"links": ()})["links"]
        graph.add_edge(link.pred, link.succ, links=(*known, link))
    refuse_cycles(graph)
    return graph


def refuse_cycles(graph: nx.DiGraph[str]) -> None:
    """Raise `CyclicDependency` if there is a cycle; its smallest code comes first and again at the end."""
    if nx.is_directed_acyclic_graph(graph):
        return
    members = [edge[0] for edge in nx.find_cycle(graph)]
    least = members.index(min(members))
    ordered = members[least:] + members[:least]
    raise CyclicDependency([*ordered, ordered[0]])


def as_of(network: Network, data_date: date) -> Network:
    """The network without the actual dates that lie after `data_date`, so that an earlier day can be looked at.

    What was left to do on an activity in progress is then unknown and follows from its duration.
    """
    return replace(network, activities=tuple(_before(a, data_date) for a in network.activities))


def _before(activity: Activity, data_date: date) -> Activity:
    start, finish = activity.actual_start, activity.actual_finish
    if (start is None or start <= data_date) and (finish is None or finish <= data_date):
        return activity
    start = start if start is not None and start <= data_date else None
    return replace(activity, actual_start=start, actual_finish=None, remaining=None)


def _activity_faults(network: Network, calendars: Mapping[str, Calendar]) -> Iterator[Fault]:
    for code, times in Counter(a.code for a in network.activities).items():
        if times > 1:
            yield Fault(code, f"Mã công việc xuất hiện {times} lần.", f"Activity code appears {times} times.")
    for a in network.activities:
        if a.duration < 0:
            yield Fault(a.code, f"Thời lượng âm: {a.duration}.", f"Negative duration: {a.duration}.")
        if a.duration > 0 and a.kind is not NodeKind.TASK:
            yield Fault(
                a.code,
                f"Mốc phải có thời lượng 0, không phải {a.duration}.",
                f"A {a.kind} lasts 0 days, not {a.duration}.",
            )
        if a.remaining is not None and a.remaining < 0:
            yield Fault(
                a.code, f"Khối lượng còn lại âm: {a.remaining}.", f"Negative remaining: {a.remaining}."
            )
        if a.calendar not in calendars:
            yield Fault(a.code, f"Không có lịch {a.calendar!r}.", f"Unknown calendar {a.calendar!r}.")
        if a.actual_start and a.actual_finish and a.actual_finish < a.actual_start:
            yield Fault(
                a.code,
                f"Kết thúc thực tế {a.actual_finish} trước bắt đầu {a.actual_start}.",
                f"Actual finish {a.actual_finish} is before actual start {a.actual_start}.",
            )
    if network.finish not in {a.code for a in network.activities}:
        yield Fault(
            network.project,
            f"Mốc hoàn thành {network.finish!r} không có trong mạng.",
            f"Finish {network.finish!r} is not in the network.",
        )


def _link_faults(network: Network) -> Iterator[Fault]:
    codes = {a.code for a in network.activities}
    for (pred, succ, kind), times in Counter((k.pred, k.succ, k.type) for k in network.links).items():
        where = f"{pred} → {succ} ({kind})"
        for end in dict.fromkeys((pred, succ)):
            if end not in codes:
                yield Fault(where, f"Không có công việc {end!r}.", f"Unknown activity {end!r}.")
        if pred == succ:
            yield Fault(where, "Công việc nối với chính nó.", "An activity is linked to itself.")
        if times > 1:
            yield Fault(where, f"Quan hệ lặp lại {times} lần.", f"Link appears {times} times.")
