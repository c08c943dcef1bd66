"""Ranking: Shapley by all orders, smallest sets by all sets, bounds that hold, groups, and a front's last parcel."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import combinations, permutations

import pytest

from projects.engine.ranking import Gain, front_gain, grouped, rank, smallest_release


def invented(rng: random.Random, items: int, fronts: int = 3) -> tuple[dict[str, dict[str, int]], Gain]:
    """Fronts with shared items; works behind them one after another or side by side."""
    names = [f"T{i:02}" for i in range(items)]
    land = {
        f"F{f}": {n: rng.randint(10, 200) for n in rng.sample(names, rng.randint(1, min(items, 5)))}
        for f in range(fronts)
    }
    for i, name in enumerate(names):
        if not any(name in front for front in land.values()):
            land[f"F{i % fronts}"][name] = rng.randint(10, 200)
    work = {f: rng.randint(10, 120) for f in land}
    serial = rng.random() < 0.5

    def finish(opens: Mapping[str, int]) -> int:
        end = 0
        for front in sorted(opens):
            end = max(end, opens[front]) + work[front] if serial else max(end, opens[front] + work[front])
        return end

    return land, front_gain(land, finish, now=0)


def all_items(land: Mapping[str, Mapping[str, int]]) -> list[str]:
    return sorted({item for front in land.values() for item in front})


def test_shapley_shares_equal_the_mean_over_all_orders() -> None:
    for seed in range(40):
        land, gain = invented(random.Random(seed), 5)
        items = all_items(land)
        orders = list(permutations(items))
        slow = dict.fromkeys(items, 0.0)
        for order in orders:
            for place, item in enumerate(order):
                before = frozenset(order[:place])
                slow[item] += (gain(before | {item}) - gain(before)) / len(orders)
        rows = rank(gain, {item: [item] for item in items})
        assert {r.name: r.shapley for r in rows} == pytest.approx(slow), seed
        assert sum(r.shapley for r in rows) == pytest.approx(gain(frozenset(items)))
        assert all(r.alone == gain(frozenset([r.name])) for r in rows)


def test_sampled_shares_of_many_items_lie_within_their_errors_of_the_exact_ones() -> None:
    land, gain = invented(random.Random(4), 12)
    items = all_items(land)
    exact = {r.name: r.shapley for r in rank(gain, {i: [i] for i in items})}
    padded = {i: [i] for i in items} | {"X": []}  # a player without items makes 13: the sampled way
    rows = rank(gain, padded, samples=4000, seed=1)
    for row in rows:
        assert abs(row.shapley - exact.get(row.name, 0.0)) <= 5 * row.error + 1e-9
    assert sum(r.shapley for r in rows) == pytest.approx(gain(frozenset(items)))
    assert rows == rank(gain, padded, samples=4000, seed=1)


def least(gain: Gain, items: list[str], days: int) -> int:
    return next(
        s for s in range(len(items) + 1) if any(gain(frozenset(c)) >= days for c in combinations(items, s))
    )


def test_the_smallest_release_equals_brute_force_up_to_twelve_items() -> None:
    for seed in range(60):
        rng = random.Random(seed)
        land, gain = invented(rng, rng.randint(2, 12))
        items = all_items(land)
        most = gain(frozenset(items))
        for days in {1, most // 2, most} - {0}:
            found = smallest_release(gain, items, days)
            if days > most:
                assert found is None
                continue
            assert found is not None
            assert len(found.items) == least(gain, items, days), (seed, days)
            assert found.gained == gain(frozenset(found.items)) >= days
            assert found.exact
        assert smallest_release(gain, items, most + 1) is None


def test_beyond_twelve_items_the_set_is_enough_and_the_bound_holds() -> None:
    for seed in range(25):
        rng = random.Random(seed)
        land, gain = invented(rng, 14, fronts=4)
        items = all_items(land)
        most = gain(frozenset(items))
        for days in {max(most // 3, 1), most} - {0}:
            if days > most:
                continue
            found = smallest_release(gain, items, days, fronts=[list(front) for front in land.values()])
            assert found is not None
            assert gain(frozenset(found.items)) >= days
            assert found.at_least <= least(gain, items, days) <= len(found.items), (seed, days)


def test_a_front_opens_with_its_last_parcel_so_single_gains_are_nothing_and_shares_are_not() -> None:
    land = {"F": {"T1": 100, "T2": 100, "T3": 40}}
    gain = front_gain(land, lambda opens: opens["F"] + 30, now=0)
    rows = {
        r.name: r
        for r in rank(gain, {t: [t] for t in land["F"]}, costs={"T1": 9_000, "T2": 3_000, "T3": 600})
    }
    assert {name: row.alone for name, row in rows.items()} == {"T1": 0, "T2": 0, "T3": 0}
    assert sum(r.shapley for r in rows.values()) == pytest.approx(100)
    assert rows["T1"].shapley == rows["T2"].shapley > rows["T3"].shapley > 0
    assert rows["T2"].per_day == pytest.approx(3_000 / rows["T2"].shapley)
    found = smallest_release(gain, ["T1", "T2", "T3"], 50, costs={"T1": 9_000, "T2": 3_000, "T3": 600})
    assert found is not None
    assert (found.items, found.gained, found.cost, found.per_day) == (("T1", "T2"), 60, 12_000, 200)


def test_groups_are_players_of_their_own() -> None:
    land = {"F": {"T1": 100, "T2": 100}, "G": {"T3": 20}}
    gain = front_gain(land, lambda opens: max(opens["F"], opens["G"]), now=0)
    wards = dict(grouped({"T1": "A", "T2": "A", "T3": "B"}))
    assert [(r.name, r.alone, r.shapley) for r in rank(gain, wards)] == [("A", 80, 90.0), ("B", 0, 10.0)]
