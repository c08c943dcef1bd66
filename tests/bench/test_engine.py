"""The network engine against networkx and numpy, both sides in turns in one run; all answers compared first.

The peers are written here the usual way; networks are invented (`tests.unit.engine_networks.layered`).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta

import networkx as nx
import numpy as np
import pytest

from api.calendars import working_calendars
from projects.calendars import DYKE, VN5, VN6
from projects.engine import dated, levels, plain, whatif
from projects.engine.bridge import net_of
from projects.engine.model import Options
from projects.engine.plain import Plain
from projects.engine.risk import simulate
from projects.engine.schedule import early_times, empty_times, solve
from projects.engine.setup import prepare
from projects.engine.spread import Triangular
from projects.model import Activity as DayActivity
from projects.model import Link as DayLink
from projects.model import LinkType, Network
from projects.network import build_graph
from tests.bench.measuring import ROUNDS, figure, seconds, taking_turns
from tests.unit.day_cpm import schedule as day_schedule
from tests.unit.engine_networks import TYPES, forward, graph_of, layered, walk

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
            return max(forward(graph)[2].values())

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


def by_columns(
    kept: plain.Sorted, low: np.ndarray, mode: np.ndarray, high: np.ndarray, iterations: int
) -> tuple[np.ndarray, np.ndarray]:
    """The peer: numpy over iterations, one row of columns per activity, sampling and criticality included."""
    rng, n, chunk = np.random.default_rng(0), mode.size, 500
    finish, hits = np.empty(iterations, np.float32), np.zeros(n, np.int64)
    ptr, succ, kind, lag = (part.tolist() for part in (kept.ptr, kept.succ, kept.type, kept.lag))
    turn, rise, fall = (mode - low) / (high - low), (high - low) * (mode - low), (high - low) * (high - mode)
    for begin in range(0, iterations, chunk):
        u = rng.random((n, chunk), dtype=np.float32)
        rising, falling = low + np.sqrt(u * rise), high - np.sqrt((1 - u) * fall)
        d = np.where(u < turn, rising, falling).astype(np.float32)
        early, end = np.zeros((n, chunk), np.float32), np.zeros(chunk, np.float32)
        for x in range(n):
            done = early[x] + d[x]
            np.maximum(end, done, out=end)
            for i in range(ptr[x], ptr[x + 1]):
                y, t = succ[i], kind[i]
                bound = (early[x] if t & 1 else done) + lag[i]
                np.maximum(early[y], bound - d[y] if t >= 2 else bound, out=early[y])
        late = np.empty_like(early)
        for x in range(n - 1, -1, -1):
            limit = end.copy()
            for i in range(ptr[x], ptr[x + 1]):
                y, t = succ[i], kind[i]
                bound = late[y] - lag[i]
                if t >= 2:
                    bound = bound + d[y]
                if t & 1:
                    bound = bound + d[x]
                np.minimum(limit, bound, out=limit)
            late[x] = limit - d[x]
        hits += (late - early < 0.5).sum(axis=1)
        finish[begin : begin + chunk] = end
    return finish, hits / iterations


def test_ten_thousand_simulations_of_5_000_activities() -> None:
    net = layered(5000, seed=5)
    net = net._replace(duration=net.duration * 480, lag=net.lag * 480)  # whole minutes of working days
    kept, mode = plain.sort(net), net.duration.astype(np.float32)
    spreads = [Triangular(d * 0.8, d, d * 1.6) for d in mode.tolist()]
    column = mode[kept.order][:, None]
    iterations = 10_000
    one = simulate(kept, spreads, iterations=iterations, seed=1)
    two = simulate(kept, spreads, iterations=iterations, seed=1, threads=2)
    assert (one.finish == two.finish).all()
    finish, critical = by_columns(
        kept, column * np.float32(0.8), column, column * np.float32(1.6), iterations
    )
    assert abs(one.percentile(50) / float(np.percentile(finish, 50)) - 1) < 0.002
    assert abs(one.percentile(80) / float(np.percentile(finish, 80)) - 1) < 0.002
    assert np.abs(one.criticality[kept.order] - critical).max() < 0.03
    alone, both, peer = in_turns(
        lambda: simulate(kept, spreads, iterations=iterations, seed=1),
        lambda: simulate(kept, spreads, iterations=iterations, seed=1, threads=2),
        lambda: by_columns(kept, column * np.float32(0.8), column, column * np.float32(1.6), iterations),
    )
    against = "numpy theo cột lần lặp, kể cả lấy mẫu"
    figure("10.000 mô phỏng × 5.000 việc, chỉ số găng, Philox, một luồng", "s", alone, peer, against)
    figure("10.000 mô phỏng × 5.000 việc, chỉ số găng, Philox, hai luồng", "s", both, peer, against)


def test_dates_of_10_000_activities_on_calendars_with_shifts_and_constraints() -> None:
    plain_net = layered(10_000, seed=4)
    calendars = working_calendars()
    names = (VN6, DYKE, VN5)
    duration = np.minimum(
        plain_net.duration, 5
    ).tolist()  # the flood season stretches a hundred steps to decades
    codes = [f"A{i}" for i in range(10_000)]
    day = date(2026, 3, 13)
    days = Network(
        "N",
        tuple(
            DayActivity(c, c, c, duration[i], names[0 if i % 20 else i % 3],
                        not_before=day + timedelta(i % 400) if i % 10 == 0 else None)
            for i, c in enumerate(codes)
        ),
        tuple(
            DayLink(codes[u], codes[v], LinkType(TYPES[t]), max(lag, 0) % 3)
            for u, v, t, lag in zip(plain_net.pred.tolist(), plain_net.succ.tolist(), plain_net.type.tolist(),
                                    plain_net.lag.tolist(), strict=True)
        ),
        codes[-1],
    )  # fmt: skip
    graph = build_graph(days, calendars)
    net, options = net_of(days, calendars), Options(day, whole_days=True)
    prepared = prepare(net, options)
    old, new = day_schedule(graph, calendars, data_date=day, finish=days.finish), solve(prepared)
    assert {c: r.early_finish for c, r in old.rows.items()} == {
        c: r.early_finish for c, r in new.rows.items()
    }
    assert {c: r.late_start for c, r in old.rows.items()} == {c: r.late_start for c, r in new.rows.items()}

    def passes() -> None:
        n = len(prepared.codes)
        early, late = early_times(prepared), empty_times(n)
        lead, last = np.ones(n, np.int8), np.full(n, early.finish.max())
        dated.backward(prepared.clock, prepared.nodes, prepared.edges, early, lead, last, late)
        dated.floats(prepared.clock, prepared.nodes, prepared.edges, early, late, last, last.copy())

    kernel, whole, prepare_, peer = in_turns(
        passes, lambda: solve(prepared), lambda: prepare(net, options),
        lambda: day_schedule(graph, calendars, data_date=day, finish=days.finish),
    )  # fmt: skip
    against = "Python thuần trên ngày"
    figure("10.000 việc trên lịch: hai lượt và dự trữ, mảng có sẵn", "s", kernel, peer, against)
    figure("10.000 việc trên lịch: đến mọi dòng kết quả", "s", whole, peer, against)
    figure("10.000 việc trên lịch: kiểm tra và dựng mảng từ đối tượng", "s", prepare_)
