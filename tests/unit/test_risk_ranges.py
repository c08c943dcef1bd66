"""Ranges: records that are not over yet count, wards lean on the city, promises are as late as promises were."""

from __future__ import annotations

import random
from datetime import date, timedelta

import numpy as np
import pytest

from projects.engine.spread import Empirical, Triangular
from projects.forecasting.pace import NEXT_STEP, pace_days
from projects.model import CaseState
from projects.risking.ranges import ASSUMED, PROMISE, STEPS, Assumed, Grounds, Ranges
from projects.risking.waits import CITY, LEVELS, Record, added, beyond, quantiles, waits

TODAY = date(2026, 3, 13)
# Weeks of remission, + not over yet (Freireich et al. 1963): the textbook example of the estimate.
REMISSION = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
SURVIVAL = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


def case(step: str = "S80", *, promised: date | None = None, ward: str = "A", since: int = 0) -> CaseState:
    return CaseState("C", ward, step, TODAY - timedelta(since), promised, None, ("F",))


def median(spread: object) -> float:
    assert isinstance(spread, Empirical)
    return float(np.median(spread.values))


def test_the_estimate_gives_the_published_survival_of_the_textbook_example() -> None:
    found = quantiles(Record("", int(w.rstrip("+")), not w.endswith("+")) for w in REMISSION.split())
    for week, share in SURVIVAL.items():
        ended = LEVELS[found <= week].max()
        assert 1 - ended == pytest.approx(share, abs=0.0101)  # levels lie 0.01 apart


def test_cases_that_are_not_over_make_a_range_longer_never_shorter() -> None:
    over = [Record("", d, True) for d in (10, 20, 30, 40, 50)]
    alone = quantiles(over)
    with_running = quantiles([*over, Record("", 25, False, 5)])
    assert (with_running >= alone).all()
    assert (with_running > alone).any()
    assert (quantiles([*over, Record("", 1, False, 100)]) == alone).all()  # says nothing that was not known


def test_without_censoring_quantiles_are_those_of_the_sample() -> None:
    rng = random.Random(3)
    days = [rng.randint(1, 300) for _ in range(200)]
    expected = [sorted(days)[max(2 * percent - 1, 0)] for percent in range(101)]  # of 200 two are a percent
    assert quantiles(Record("", d, True) for d in days).tolist() == expected


def test_a_ward_with_ten_observations_counts_as_much_as_the_city_and_one_without_is_the_city() -> None:
    records = [Record("A", 10, True, 10), Record("B", 30, True, 90)]
    found = waits(records)
    assert found.seen == {"A": 10, "B": 90, CITY: 100}
    ward, city = found.of("A"), found.of("nobody")
    assert ward is not None
    assert city is not None
    assert (ward == (10 + city) / 2).all()
    assert waits([Record("A", 10, True, 4)]).of("A") is None  # too few observations are no record


@pytest.mark.parametrize("bias", [-10, 0, 45])
def test_the_range_of_a_promise_recovers_how_late_promises_came(bias: int) -> None:
    rng = random.Random(bias)
    records = [Record("A", bias + rng.randint(-8, 8), True) for _ in range(300)]
    ranges = Ranges(Grounds(promises=waits(records)), TODAY)
    promised = TODAY + timedelta(60)
    found = ranges.of_case(case(promised=promised), on=promised, basis="promised")
    assert (found.basis, found.seen, found.ward_seen) == (PROMISE, 300, 300)
    assert abs(median(found.spread) - (60 + bias)) <= 2


def test_a_missed_promise_stands_on_what_came_even_later_and_on_an_assumption_where_nothing_did() -> None:
    records = waits([Record("A", d, True) for d in (0, 10, 20, 30, 60, 90)])
    missed = case(promised=TODAY - timedelta(40))
    found = Ranges(Grounds(promises=records), TODAY).of_case(
        missed, on=TODAY + timedelta(1), basis="promised"
    )
    assert found.basis == PROMISE
    assert isinstance(found.spread, Empirical)
    assert found.spread.values[-1] == 50  # 90 days late, of which 40 have passed
    later = case(promised=TODAY - timedelta(100))
    found = Ranges(Grounds(promises=records), TODAY).of_case(later, on=TODAY + timedelta(1), basis="promised")
    assert (found.basis, found.spread) == (ASSUMED, Triangular(1, 1, 100))


def test_without_records_the_pace_of_the_forecast_lies_in_the_middle_of_an_assumed_range() -> None:
    ranges = Ranges(Grounds(assumed=Assumed(land=(-10, 10))), TODAY)
    for step in NEXT_STEP:
        found = ranges.of_case(case(step), on=TODAY, basis="pace")
        assert found.basis == ASSUMED
        assert step in found.assumed_steps
        assert abs(median(found.spread) - pace_days(step)) <= 1


def test_steps_stand_on_their_records_less_the_days_that_have_passed_and_name_what_is_assumed() -> None:
    steps = {
        "S80": waits([Record("A", 40, True, 20)]),
        "S90": waits([Record("A", 15, True, 8), Record("B", 35, True, 8)]),
    }
    ranges = Ranges(Grounds(steps=steps, assumed=Assumed(land=(0, 0))), TODAY)
    found = ranges.of_case(case(since=30), on=TODAY, basis="pace")
    assert (found.basis, found.assumed_steps) == (STEPS, ("S100",))
    assert (found.seen, found.ward_seen) == (16, 8)  # of the step with the fewest
    assert isinstance(found.spread, Empirical)
    assert min(found.spread.values) >= 10 + 15 + 5
    assert max(found.spread.values) <= 10 + 35 + 5
    stuck = ranges.of_case(case(since=400), on=TODAY, basis="pace")
    assert stuck.assumed_steps == ("S80", "S100")  # longer than any record: from today, as the forecast


def test_no_range_lies_before_the_day_that_the_law_allows() -> None:
    lawful = TODAY + timedelta(120)
    ranges = Ranges(Grounds(promises=waits([Record("A", 0, True, 9)])), TODAY)
    for one in (case("S20"), case("S20", promised=TODAY + timedelta(10)), case("X1"), case("S105")):
        for basis in ("promised", "pace"):
            spread = ranges.of_case(one, on=TODAY + timedelta(30), basis=basis, lawful=lawful).spread
            least = spread.low if isinstance(spread, Triangular) else min(spread.values)  # type: ignore[union-attr]
            assert least >= 120


def test_the_sum_of_two_waits_has_the_sum_of_their_means_and_what_is_left_is_what_lies_beyond() -> None:
    a, b = np.linspace(10, 50, 101), np.linspace(0, 100, 101) ** 2 / 100
    both = added(a, b)
    assert np.trapezoid(both, LEVELS) == pytest.approx(
        np.trapezoid(a, LEVELS) + np.trapezoid(b, LEVELS), rel=0.01
    )
    left = beyond(a, 45)
    assert left is not None
    assert 0 < left[0] < left[-1] == pytest.approx(5)
    assert beyond(a, 50) is None
