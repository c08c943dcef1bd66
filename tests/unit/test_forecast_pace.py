"""The pace of a step: the ward's own, drawn towards the city's, and that towards the assumption."""

from __future__ import annotations

import random

import pytest

from projects.forecasting.pace import NEXT_STEP, REACHED, K, Paces, Seen, drawn
from projects.steps import STEPS

WARD, OTHER = "00097", "00103"
ASSUMED = NEXT_STEP["S80"][1]


def test_without_any_passage_the_assumption_stands() -> None:
    found = Paces().of(WARD, "S80")
    assert (found.days, found.ward_n, found.city_n, found.observed) == (ASSUMED, 0, 0, False)


def test_a_ward_without_passages_has_the_pace_of_the_city() -> None:
    paces = Paces({(OTHER, "S80"): Seen(1_000_000, 40_000_000)})
    assert paces.of(WARD, "S80").days == 40
    assert paces.of(WARD, "S80").observed


def test_a_ward_with_many_passages_has_its_own_pace() -> None:
    paces = Paces({(WARD, "S80"): Seen(1_000_000, 70_000_000), (OTHER, "S80"): Seen(1_000_000, 10_000_000)})
    assert paces.of(WARD, "S80").days == 70


def test_the_weight_of_a_ward_is_n_over_n_plus_k() -> None:
    rng = random.Random(6)
    for _ in range(300):
        n, mean, city = rng.randint(1, 60), rng.randint(1, 90), rng.uniform(1, 90)
        w = n / (n + K)
        assert drawn(Seen(n, n * mean), city) == pytest.approx(w * mean + (1 - w) * city)
        assert min(mean, city) - 1e-9 <= drawn(Seen(n, n * mean), city) <= max(mean, city) + 1e-9


def test_more_passages_draw_the_pace_nearer_to_the_ward() -> None:
    away = [abs(drawn(Seen(n, n * 60), 20.0) - 60) for n in (0, 1, 5, 10, 50, 500)]
    assert away == sorted(away, reverse=True)
    assert drawn(Seen(K, K * 60), 20.0) == 40.0  # K passages: half of each


def test_one_passage_in_the_city_moves_the_assumption_by_one_part_in_eleven() -> None:
    assert drawn(Seen(1, 10 + 11), 10.0) == 11.0
    found = Paces({(OTHER, "S80"): Seen(1, ASSUMED + 11)}).of(WARD, "S80")
    assert (found.days, found.city_n) == (ASSUMED + 1, 1)


def test_a_step_takes_at_least_a_day() -> None:
    assert Paces({(WARD, "S80"): Seen(10**9, 0)}).of(WARD, "S80").days == 1


def test_a_passage_ends_on_the_road_at_or_behind_the_next_step() -> None:
    for step, (following, _) in NEXT_STEP.items():
        assert following in REACHED[step]
        assert step not in REACHED[step] or STEPS[step].order >= STEPS[following].order
        assert not {"X1", "X2", "S101"} & set(REACHED[step])
