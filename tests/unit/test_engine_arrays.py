"""Plain arrays: compiled, interpreted and numpy passes agree with dictionaries over networkx; one change, then 500."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from projects.engine import levels, plain, whatif
from projects.engine.jit import interpreted
from projects.errors import InvalidInput
from tests.unit.engine_networks import graph_of, layered, walk


@pytest.mark.parametrize("seed", range(25))
def test_compiled_and_numpy_passes_equal_dictionaries_over_networkx(seed: int) -> None:
    net = layered(40 + 20 * seed, seed=seed)
    finish, early, late, links = walk(graph_of(net))
    for answer in (plain.compute(net), levels.compute(net)):
        assert answer.finish == finish
        assert answer.early.tolist() == early
        assert answer.late.tolist() == late
        assert answer.critical.tolist() == [i for i in range(len(early)) if early[i] == late[i]]
        assert {(int(net.pred[k]), int(net.succ[k])) for k in answer.critical_links} == links
    kept = plain.sort(net)
    done, es, ls = plain.pass_sorted(kept)
    assert done == finish
    assert (es == np.array(early)[kept.order]).all()
    assert (ls == np.array(late)[kept.order]).all()


def test_the_kernels_give_the_same_without_a_compiler() -> None:
    net = layered(300, seed=4)
    slow, quick = interpreted(plain._whole)(*net), plain._whole(*net)
    assert [np.asarray(a).tolist() for a in slow] == [np.asarray(a).tolist() for a in quick]


def test_a_cycle_is_refused_by_every_path() -> None:
    ring = plain.Plain(
        np.ones(3, np.int32), np.array([0, 1, 2], np.int32), np.array([1, 2, 0], np.int32),
        np.zeros(3, np.int8), np.zeros(3, np.int32),
    )  # fmt: skip
    for work in (plain.compute, plain.sort, levels.compute):
        with pytest.raises(InvalidInput, match="cycle"):
            work(ring)


def test_five_hundred_changes_leave_the_state_of_a_full_recompute() -> None:
    net = layered(3000, seed=8)
    live = whatif.start(plain.sort(net))
    before = [a.copy() for a in (live.duration, live.head, live.tail, live.tree)]
    copy, rng, duration = whatif.branch(live), np.random.default_rng(1), net.duration.copy()
    for _ in range(500):
        node, days = int(rng.integers(3000)), int(rng.integers(0, 60))
        duration[node] = days
        outcome = whatif.change(copy, node, days)
        assert outcome.finish == int((copy.head + copy.duration).max())
    again = whatif.start(plain.sort(net._replace(duration=duration)))
    assert (copy.head == again.head).all()
    assert (copy.tail == again.tail).all()
    assert copy.finish == again.finish == plain.compute(net._replace(duration=duration)).finish
    assert (
        copy.finish - copy.tail == plain.pass_sorted(plain.sort(net._replace(duration=duration)))[2]
    ).all()
    for old, now in zip(before, (live.duration, live.head, live.tail, live.tree), strict=True):
        assert (old == now).all()  # the live state is untouched


def test_a_scenario_equals_the_edited_copy() -> None:
    net = layered(400, seed=2)
    edited = net.duration.copy()
    edited[[3, 50, 200]] = 0, 99, 7
    state = whatif.scenario(whatif.start(plain.sort(net)), {3: 0, 50: 99, 200: 7})
    assert state.finish == walk(graph_of(net._replace(duration=edited)))[0]
    assert nx.is_directed_acyclic_graph(graph_of(net))
