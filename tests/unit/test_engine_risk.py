"""Monte Carlo: closed forms, the critical path of each iteration, seeds and threads, blocks that do not divide."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from projects.engine import lanes, plain, risk
from projects.engine.plain import Plain
from projects.engine.risk import simulate, tornado
from projects.engine.sampling import room
from projects.engine.spread import Empirical, Fixed, Lognormal, Pert, Spread, Triangular, fitted
from projects.errors import InvalidInput
from tests.unit.engine_networks import graph_of, layered, walk


def chain(n: int) -> plain.Sorted:
    ends = np.arange(n, dtype=np.int32)
    return plain.sort(
        Plain(np.ones(n, np.int32), ends[:-1], ends[1:], np.zeros(n - 1, np.int8), np.zeros(n - 1, np.int32))
    )


def test_percentiles_of_a_pert_chain_agree_with_the_closed_form() -> None:
    rng = np.random.default_rng(2)
    corners = np.sort(rng.uniform(500, 9000, (40, 3)), axis=1)
    result = simulate(chain(40), [Pert(*row) for row in corners.tolist()], seed=7, iterations=10_000)
    low, mode, high = corners.T
    mean = (low + 4 * mode + high) / 6
    variance = (mean - low) * (high - mean) / 7
    normal = NormalDist(mean.sum(), math.sqrt(variance.sum()))
    error = normal.stdev / 100  # of a mean of 10,000
    assert abs(result.percentile(50) - normal.inv_cdf(0.5)) < 5 * error
    assert abs(result.percentile(80) - normal.inv_cdf(0.8)) < 5 * error
    assert abs(result.finish.std() / normal.stdev - 1) < 0.04
    assert (result.criticality == 1).all()
    assert abs(result.share.sum() - 1) < 1e-6
    assert np.allclose(result.share, variance / variance.sum(), atol=0.02)


@pytest.mark.parametrize(
    ("spread", "mean", "deviation"),
    [
        (Triangular(1000, 2000, 6000), 3000, math.sqrt((1e6 + 4e6 + 36e6 - 2e6 - 6e6 - 12e6) / 18)),
        (Lognormal(8, 0.4), math.exp(8.08), math.exp(8.08) * math.sqrt(math.exp(0.16) - 1)),
        (Empirical((1000, 3000)), 2000, 2000 / math.sqrt(12)),
        (Fixed(1234), 1234, 0),
    ],
)
def test_each_distribution_has_its_mean_and_deviation(spread: Spread, mean: float, deviation: float) -> None:
    finish = simulate(chain(1), [spread], seed=1, iterations=40_000).finish
    assert abs(finish.mean() - mean) < 5 * deviation / 200 + 1
    assert abs(finish.std() - deviation) < 0.03 * deviation + 1


def test_same_seed_same_answer_on_one_or_two_threads_and_another_seed_another_one() -> None:
    net = plain.sort(layered(300, seed=3))
    spreads = [Triangular(d * 80, d * 100, d * 160) for d in net.duration[np.argsort(net.order)].tolist()]
    one = simulate(net, spreads, seed=11, iterations=1000, threads=1)
    two = simulate(net, spreads, seed=11, iterations=1000, threads=2)
    assert one.finish.tolist() == two.finish.tolist()
    assert one.criticality.tolist() == two.criticality.tolist()
    assert one.share.tolist() == two.share.tolist()
    other = simulate(net, spreads, seed=12, iterations=1000)
    assert other.finish.tolist() != one.finish.tolist()


def test_iterations_that_do_not_divide_the_block_are_all_there_and_begin_like_the_longer_run() -> None:
    net = plain.sort(layered(60, seed=3))
    spreads = [Triangular(80, 100, 160)] * 60
    long = simulate(net, spreads, seed=5, iterations=1000)
    for iterations in (1, 63, 127, 128, 129, 300):
        short = simulate(net, spreads, seed=5, iterations=iterations)
        assert short.finish.size == iterations
        assert (short.finish == long.finish[:iterations]).all()
        assert (short.finish > 0).all()
        assert short.criticality.max() <= 1


def test_every_iteration_has_the_finish_and_critical_work_of_a_plain_walk() -> None:
    net = layered(80, seed=6)
    kept = plain.sort(net)
    spreads = [Pert(d * 8, d * 10, d * 20) if i % 2 else Triangular(d * 8, d * 10, d * 20)
               for i, d in enumerate(net.duration.tolist())]  # fmt: skip
    model = risk._Model(kept, [spreads[i] for i in kept.order], None, 0.0)
    wide = lanes.WIDTH
    part = model.block(0, 9, wide, -1, np.empty(0, np.int32), model.desk())
    d = np.empty((80, wide), np.int32)
    model.draws.fill(9, 0, room(80), room(1), d)
    hits = np.zeros(80, np.int64)
    for j in range(wide):
        duration = np.empty(80, np.int32)
        duration[kept.order] = d[:, j]
        finish, early, late, _ = walk(graph_of(net._replace(duration=duration)))
        assert part.finish[j] == finish
        hits += np.array(early) == np.array(late)
    assert (part.hits == hits[kept.order]).all()


def test_correlation_within_a_ward_widens_the_finish_as_the_closed_form_says() -> None:
    spreads = [Lognormal(8, 0.1)] * 20
    apart = simulate(chain(20), spreads, seed=3, iterations=10_000)
    ward = simulate(chain(20), spreads, seed=3, iterations=10_000, groups=[0] * 20, correlation=0.5)
    expected = math.sqrt(1 + 19 * (math.exp(0.01 * 0.5) - 1) / (math.exp(0.01) - 1))
    assert abs(ward.finish.std() / apart.finish.std() - expected) < 0.12
    two = simulate(chain(20), spreads, seed=3, iterations=10_000, groups=[0] * 10 + [1] * 10, correlation=0.5)
    assert apart.finish.std() < two.finish.std() < ward.finish.std()


def test_a_target_counts_only_the_paths_to_it_and_the_tornado_adds_up_by_ward() -> None:
    three = Plain(np.ones(3, np.int32), np.array([0], np.int32), np.array([1], np.int32),
                  np.zeros(1, np.int8), np.zeros(1, np.int32))  # fmt: skip
    spreads = [Triangular(100, 200, 300), Triangular(100, 200, 900), Triangular(5000, 6000, 7000)]
    result = simulate(plain.sort(three), spreads, seed=1, iterations=2000, target=1, targets=[0, 2])
    assert result.criticality.tolist() == [1, 1, 0]
    assert (result.reached[1] >= 5000).all()
    assert result.chance(1200) == 1
    bars = tornado(result, {0: "Phường A", 1: "Phường B", 2: "Phường A"})
    assert [b.name for b in bars] == ["Phường B", "Phường A"]
    assert abs(sum(b.share for b in bars) - 1) < 0.05


def test_bad_distributions_are_all_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        simulate(chain(3), [Triangular(5, 1, 9), Empirical((1,)), Pert(1, 2, 3)], seed=1)
    assert [f.where for f in refused.value.faults] == ["0", "1"]
    found = fitted([math.exp(7.9), math.exp(8.1)])
    assert (found.mu, found.sigma) == pytest.approx((8.0, 0.1))


def test_the_generator_has_the_known_answer_of_its_authors() -> None:
    out = np.empty((4, 1), np.uint32)
    lanes.philox(0, 0, 0, 0, out)
    assert out[:, 0].tolist() == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]


def test_the_generator_equals_a_plain_one_for_any_key_and_counter() -> None:
    def plainly(counter: list[int], key: list[int]) -> list[int]:
        for _ in range(10):
            p, q = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
            counter = [
                q >> 32 ^ counter[1] ^ key[0],
                q & 0xFFFFFFFF,
                p >> 32 ^ counter[3] ^ key[1],
                p & 0xFFFFFFFF,
            ]
            key = [key[0] + 0x9E3779B9 & 0xFFFFFFFF, key[1] + 0xBB67AE85 & 0xFFFFFFFF]
        return counter

    # The authors' second known answer: all ones; and their third, digits of pi.
    assert plainly([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
    pi = plainly([0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0])
    assert pi == [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]
    out = np.empty((4, 7), np.uint32)
    lanes.philox(123456789, 987654321, 5, 1, out)
    assert out.T.tolist() == [plainly([i, 0, 5, 1], [123456789, 987654321]) for i in range(7)]


def test_draws_are_even_and_neighbours_blocks_and_streams_do_not_know_each_other() -> None:
    draws = np.stack([risk.drawn(1, block, 0, 2000) for block in range(8)])
    counts = np.bincount(draws.ravel() >> 6, minlength=1024)
    expected = draws.size / 1024
    chi = float(((counts - expected) ** 2 / expected).sum())
    assert abs(chi - 1023) < 5 * math.sqrt(2 * 1023)
    u = draws.astype(np.float64)
    others = (
        u[:, 1:],
        u[:, :, 1:],
        u[1:],
        np.stack([risk.drawn(1, b, 1, 2000) for b in range(8)]).astype(float),
    )
    mine = (u[:, :-1], u[:, :, :-1], u[:-1], u)
    for a, b in zip(mine, others, strict=True):
        assert abs(float(np.corrcoef(a.ravel(), b.ravel())[0, 1])) < 5 / math.sqrt(a.size)
