"""The network engine against networkx and numpy, both sides in turns in one run; all answers compared first.

The peers are written here the usual way; networks are invented (`tests.unit.engine_networks.layered`).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest

from projects.engine import levels, plain, whatif
from projects.engine.plain import Plain
from tests.bench.measuring import ROUNDS, figure, seconds, taking_turns
from tests.unit.engine_networks import graph_of, layered, walk

AGAINST = "networkx, hai vòng lặp từ điển, đồ thị có sẵn"


@pytest.fixture(scope="module")
def large() -> tuple[Plain, nx.DiGraph[int]]:
    net = layered(100_000, seed=1)
    return net, graph_of(net)


def in_turns(*works: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Median seconds of several sides that take turns, after one round that does not count."""
    taken = [[seconds(work) for work in works] for _ in range(rounds + 1)][1:]
    return [statistics.median(side) for side in zip(*taken, strict=True)]


def test_critical_path_of_100_000_activities(large: tuple[Plain, nx.DiGraph[int]]) -> None:
    net, graph = large
    finish, early, late, links = walk(graph)
    answer, kept = plain.compute(net), plain.sort(net)
    assert (answer.finish, answer.early.tolist(), answer.late.tolist()) == (finish, early, late)
    assert {(int(net.pred[k]), int(net.succ[k])) for k in answer.critical_links} == links
    assert plain.pass_sorted(kept)[0] == finish
    by_levels = levels.compute(net)
    assert (by_levels.early == answer.early).all()
    arrays, sorted_, numpy_only, peer = in_turns(
        lambda: plain.compute(net),
        lambda: plain.pass_sorted(kept),
        lambda: levels.compute(net),
        lambda: walk(graph),
    )
    figure("đường găng 100.000 việc, từ mảng cạnh, kèm đồ thị con găng", "s", arrays, peer, AGAINST)
    figure("đường găng 100.000 việc, cấu trúc đã lưu", "s", sorted_, peer, AGAINST)
    figure("đường găng 100.000 việc, chỉ numpy", "s", numpy_only, peer, AGAINST)


def test_critical_path_of_a_million_activities() -> None:
    net = layered(1_000_000, seed=2)
    answer = plain.compute(net)
    assert answer.finish > 0
    (taken,) = in_turns(lambda: plain.compute(net))
    figure("đường găng 1.000.000 việc, từ mảng cạnh", "s", taken)


def test_one_duration_changes_in_100_000_activities(large: tuple[Plain, nx.DiGraph[int]]) -> None:
    net, _ = large
    kept = plain.sort(net)
    live = whatif.start(kept)
    copy, rng = whatif.branch(live), np.random.default_rng(3)
    whatif.change(copy, 0, int(net.duration[0]))
    once: list[float] = []
    whole: list[float] = []
    seen: list[int] = []
    for round_ in range(500):
        node = int(rng.integers(net.duration.size))
        days = int(copy.duration[copy.place[node]]) + 10
        begin = time.perf_counter()
        outcome = whatif.change(copy, node, days)
        once.append(time.perf_counter() - begin)
        seen.append(outcome.seen)
        if round_ % 50 == 0:  # in turns with the full pass, on the same state
            whole.append(seconds(lambda: whatif.full(copy)))
    head, tail, finish = whatif.full(copy)
    assert (head == copy.head).all()
    assert (tail == copy.tail).all()
    assert finish == copy.finish
    figure(
        f"một thời lượng đổi trong 100.000 việc (trung vị 500, xem {statistics.median(seen):.0f} nút)",
        "ms", 1000 * statistics.median(once), 1000 * statistics.median(whole), "tính lại toàn bộ, đã biên dịch",
    )  # fmt: skip


def report_ours(nets: list[tuple[Plain, np.ndarray, np.ndarray]]) -> list[tuple[int, int, list[int]]]:
    """Planned, with causes, and without each of eight causes, preparation included."""
    answers = []
    for net, delayed, cause in nets:
        kept = plain.sort(net)

        def finish(duration: np.ndarray, kept: plain.Sorted = kept) -> int:
            return plain.finish_with(kept, duration)

        without = [finish(np.where(cause == c, net.duration, delayed)) for c in range(1, 9)]
        late = finish(delayed)
        answers.append((finish(net.duration), late, [late - f for f in without]))
    return answers


def report_peer(nets: list[tuple[Plain, np.ndarray, np.ndarray]], graphs: list[nx.DiGraph[int]]) -> object:
    answers = []
    for (net, delayed, cause), graph in zip(nets, graphs, strict=True):

        def finish(duration: np.ndarray, graph: nx.DiGraph[int] = graph) -> int:
            nx.set_node_attributes(graph, dict(enumerate(duration.tolist())), "duration")
            return walk(graph)[0]

        without = [finish(np.where(cause == c, net.duration, delayed)) for c in range(1, 9)]
        late = finish(delayed)
        answers.append((finish(net.duration), late, [late - f for f in without]))
    return answers


def test_delay_of_twenty_projects_of_2_000_activities() -> None:
    rng = np.random.default_rng(9)
    nets = []
    for i in range(20):
        net = layered(2000, seed=100 + i)
        cause = np.where(rng.random(2000) < 0.15, rng.integers(1, 9, 2000), 0)
        delayed = (net.duration + np.where(cause > 0, rng.integers(5, 120, 2000), 0)).astype(np.int32)
        nets.append((net, delayed, cause))
    graphs = [graph_of(net) for net, _, _ in nets]
    assert report_ours(nets) == report_peer(nets, graphs)
    mine, theirs = taking_turns(lambda: report_ours(nets), lambda: report_peer(nets, graphs))
    figure(
        "chậm trễ 20 dự án × 2.000 việc, 10 lần tính mỗi dự án, kể cả chuẩn bị", "s", mine, theirs, AGAINST
    )
