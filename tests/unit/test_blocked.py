"""Ranking of land: single gains, Shapley shares and the smallest release against brute force over all sets."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest

from projects.engine.ranking import grouped, rank
from projects.engine.scenario import Change, try_changes
from projects.openings import RunRule
from projects.scenarios.blocked import Blocked, ladder, make_blocked, shares, smallest
from projects.scenarios.stand import Stand
from projects.scenarios.trial import edited
from projects.workable import Line
from tests.unit.invented_projects import DAY, land_case, random_project, road, stand_of


def game_of(stand: Stand) -> Blocked:
    return make_blocked(stand.reckoning)


def full_gain(stand: Stand, freed: Collection[str]) -> int:
    """By the whole network with a node per case, in full."""
    (shift,) = try_changes(stand.reckoning.result, [Change(code, not_before=DAY) for code in freed]).shifts
    return shift.days


def worlds(count: int, most: int = 9) -> list[tuple[int, Stand, Blocked]]:
    found = []
    for seed in range(count):
        stand = stand_of(*random_project(random.Random(seed), most_cases=most))
        found.append((seed, stand, game_of(stand)))
    return found


def test_gains_of_random_sets_equal_the_full_recomputation() -> None:
    for seed, stand, game in worlds(80):
        rng = random.Random(seed)
        assert game.holds is not None, seed
        for _ in range(4):
            freed = [c for c in game.cases if rng.random() < 0.6]
            assert game.gain(frozenset(freed)) == full_gain(stand, freed), seed
        assert game.most == full_gain(stand, game.cases), seed


def test_shares_of_cases_and_of_wards_equal_the_mean_over_all_orders() -> None:
    for seed, stand, game in worlds(60):
        wards = {code: stand.cases[code].ward_code for code in game.cases}
        for members in ({c: (c,) for c in game.cases}, dict(grouped(wards))):
            slow = {row.name: row for row in rank(game.gain, members)}
            found = shares(game, members)
            assert {r.name: r.shapley for r in found} == pytest.approx(
                {n: r.shapley for n, r in slow.items()}
            ), seed
            assert {r.name: r.alone for r in found} == {n: r.alone for n, r in slow.items()}, seed
            assert sum(r.shapley for r in found) == pytest.approx(game.most)
            assert all(r.error == 0 for r in found)


def test_the_smallest_release_equals_brute_force_over_all_sets() -> None:
    for seed, _, game in worlds(40, most=12):
        for days in {1, game.most // 2, game.most} - {0}:
            found = smallest(game, days)
            if days > game.most:
                assert found is None
                continue
            assert found is not None
            least = next(
                size
                for size in range(len(game.cases) + 1)
                if any(game.gain(frozenset(c)) >= days for c in combinations(game.cases, size))
            )
            assert (len(found.items), found.exact) == (least, True), (seed, days)
            assert found.gained == game.gain(frozenset(found.items)) >= days
        assert smallest(game, game.most + 1) is None


def test_many_cases_keep_an_exact_share_and_set() -> None:
    rng = random.Random(3)
    cases = [
        land_case(f"H-{n:03}", rng.choice(["F1", "F2", "F3"]), promised=DAY + timedelta(rng.randint(5, 200)))
        for n in range(300)
    ]
    stand = stand_of(road("F1", "F2", "F3", days=30), cases)
    game = game_of(stand)
    rows = shares(game, {c: (c,) for c in game.cases})
    assert sum(r.shapley for r in rows) == pytest.approx(game.most)
    found = smallest(game, 40)
    assert found is not None
    assert found.gained == full_gain(stand, found.items) >= 40
    for item in found.items:  # each is needed: without any one of them it is too little
        assert game.gain(frozenset(game.cases) - {item}) < 40
    rungs = ladder(game)
    assert (len(rungs), rungs[-1].days) == (8, game.most)
    for rung in rungs:
        at = smallest(game, rung.days)
        assert at is not None
        assert (len(at.items), at.gained) == (rung.cases, rung.days)


def test_without_the_rule_of_the_latest_sets_are_tried_instead() -> None:
    """A project whose gain is not the latest of what each case holds: exact up to 12, a bound and errors beyond."""

    def either(freed: frozenset[str]) -> int:
        return 30 if freed & {"A", "B"} else 0  # any of two opens the front: a workable length, say

    game = Blocked(("A", "B", "C"), {"F": ("A", "B", "C")}, either, None, 30)
    assert {r.name: (r.alone, r.shapley) for r in shares(game, {c: (c,) for c in game.cases})} == {
        "A": (30, 15.0), "B": (30, 15.0), "C": (0, 0.0),
    }  # fmt: skip
    found = smallest(game, 30)
    assert found is not None
    assert (found.items, found.exact) == (("A",), True)
    assert ladder(game) == ()
    many = tuple(f"C{n:02}" for n in range(14))
    wide = Blocked(many, {"F": many}, lambda freed: 30 if len(freed) >= 3 else 0, None, 30)
    rows = shares(wide, {c: (c,) for c in many})
    assert sum(r.shapley for r in rows) == pytest.approx(30)
    assert all(r.error > 0 for r in rows)
    bounded = smallest(wide, 30)
    assert bounded is not None
    assert bounded.at_least <= 3 <= len(bounded.items)


def test_a_possession_with_a_floor_of_its_own_bounds_the_gain() -> None:
    network = road("F1", calendar="ALL")
    floor = [replace(a, not_before=date(2026, 4, 20)) if a.code == "P-F1" else a for a in network.activities]
    stand = stand_of(
        replace(network, activities=tuple(floor)), [land_case("H-1", "F1", promised=date(2026, 4, 30))]
    )
    game = game_of(stand)
    assert (game.most, full_gain(stand, ["H-1"])) == (10, 10)


def test_nothing_is_blocked_where_all_land_is_there() -> None:
    game = game_of(stand_of(road("F1"), [land_case("H-1", "F1", step="S105")]))
    assert (game.cases, game.most, ladder(game), smallest(game, 1)) == ((), 0, (), None)
    assert shares(game, {}) == ()


def test_a_front_that_opens_with_a_run_is_ranked_by_trying_sets() -> None:
    line = Line(0.0, 1000.0, False, ())
    pieces = (("H-1", 0.0, 400.0), ("H-2", 400.0, 600.0), ("H-3", 600.0, 1000.0))
    rules = {"F1": RunRule(300.0, line, 0.0, 1000.0, pieces)}
    cases = [land_case(f"H-{n}", "F1", step="S100", promised=date(2026, 5, 20 + n)) for n in (1, 2, 3)]
    stand = stand_of(road("F1", calendar="ALL"), cases, rules=rules)
    game = game_of(stand)
    assert (game.holds, game.exact) == (None, True)
    rows = {r.name: r.shapley for r in shares(game, {c: (c,) for c in game.cases})}
    assert rows["H-1"] == rows["H-3"] > rows["H-2"]  # either end is a run of 300 m, the middle is too short
    found = smallest(game, game.most)
    assert found is not None
    assert (found.items, found.exact) == (("H-1",), True)
    assert recomputed(stand, found.items) == game.most


def recomputed(stand: Stand, freed: Collection[str]) -> int:
    """Days gained by the whole reckoning anew with these cases handed over on the data date."""
    again = edited(stand, dict.fromkeys(freed, DAY)).row("OPEN")
    assert again is not None
    return (stand.delay.forecast_finish - again.early_finish).days
