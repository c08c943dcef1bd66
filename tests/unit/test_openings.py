"""A front that opens with a run of free land: the day against trying every day, gains against full recomputation."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from projects.forecasting.chain import forecasts
from projects.forecasting.model import HandoverForecast
from projects.impact import ProjectDelay, project_delay
from projects.land import lands, opens_if
from projects.model import CaseState, Network
from projects.openings import RunRule, run_opening
from projects.workable import Cover, Line, states_of, workable
from tests.unit.cpm_oracle import CALENDARS
from tests.unit.test_impact import FRIDAY, road

FRONT_M = (1000.0, 2000.0)


def random_rule(rng: random.Random, codes: list[str]) -> RunRule:
    """Parcels side by side on both sides, with a hole now and then, a few cases having several of them."""
    pieces = []
    for _ in range(2):
        at = FRONT_M[0] - rng.randint(0, 60)
        while at < FRONT_M[1]:
            wide = rng.choice((20.0, 45.0, 80.0, 130.0))
            if rng.random() < 0.93:
                pieces.append((rng.choice(codes), at, at + wide))
            at += wide
    line = Line(0.0, 3000.0, False, (1500.0,) if rng.random() < 0.2 else ())
    return RunRule(float(rng.choice((60, 150, 300, 500, 990))), line, *FRONT_M, tuple(pieces))


def free_on(rule: RunRule, days: Mapping[str, date], on: date) -> bool:
    """Whether a run of the length is free at the end of a day, straight from the table of the land."""
    wanted = [p for p in rule.pieces if p[0] in days]
    cover = Cover(
        np.array([a for _, a, _ in wanted]),
        np.array([b for _, _, b in wanted]),
        np.array([days[case] > on for case, _, _ in wanted], dtype=bool),
    )
    return workable(states_of(rule.line, cover), [FRONT_M], min_run_m=0.0).longest_m >= rule.run_m


def first_day(rule: RunRule, days: Mapping[str, date]) -> date | None:
    start, end = min(days.values()), max(days.values())
    for n in range((end - start).days + 1):
        if free_on(rule, days, start + timedelta(n)):
            return start + timedelta(n)
    return None


def world(seed: int) -> tuple[Network, list[CaseState], dict[str, RunRule]]:
    rng = random.Random(seed)
    fronts = ["F0", "F1", "F2"]
    network = road(*fronts, days=rng.randint(5, 40), calendar=rng.choice(["ALL", "VN6"]))
    cases = []
    for n in range(rng.randint(6, 16)):
        step = rng.choice(("S80", "S90", "S90", "S105"))
        promised = FRIDAY + timedelta(rng.randint(1, 90)) if rng.random() < 0.9 else None
        since = FRIDAY - timedelta(rng.randint(0, 60))
        on = tuple(rng.sample(fronts, rng.choice([1, 1, 2])))
        cases.append(CaseState(f"H-{n}", rng.choice("AB"), step, since, promised, None, on))
    rules = {}
    for front in fronts[:2]:
        mine = [c.code for c in cases if front in c.fronts]
        if mine:
            rules[front] = random_rule(rng, mine)
    return network, cases, rules


def delay(
    network: Network,
    cases: Collection[CaseState],
    rules: Mapping[str, RunRule],
    predicted: Mapping[str, HandoverForecast] | None = None,
) -> ProjectDelay:
    return project_delay(
        network,
        tuple(cases),
        CALENDARS,
        data_date=FRIDAY,
        planned_finish=None,
        predicted=predicted,
        rules=rules,
    )


def if_freed(made: tuple[Network, list[CaseState], dict[str, RunRule]], codes: Collection[str]) -> date:
    """The completion computed anew with some cases handed over on the data date."""
    network, cases, rules = made
    done = {
        code: f._replace(on=FRIDAY, basis="actual") if code in codes else f
        for code, f in forecasts(cases, FRIDAY).items()
    }
    return delay(network, cases, rules, done).forecast_finish


def test_the_day_is_the_first_on_which_such_a_run_is_free() -> None:
    never = 0
    for seed in range(400):
        rng = random.Random(seed)
        codes = [f"H-{n}" for n in range(rng.randint(1, 9))]
        rule = random_rule(rng, codes)
        days = {code: FRIDAY + timedelta(rng.randint(0, 40)) for code in codes}
        found = run_opening(rule, days)
        on_rule = {case: day for case, day in days.items() if any(p[0] == case for p in rule.pieces)}
        expected = first_day(rule, on_rule)
        assert (found and found.on) == expected, seed
        never += found is None
        if found:
            assert max(days[case] for case in found.by) == found.on, seed
            assert found.run[1] - found.run[0] >= rule.run_m
            others = {case: date.max if case not in found.by else day for case, day in days.items()}
            assert free_on(rule, others, found.on), "the land of the run is enough"
    assert 10 < never < 300


def test_a_shorter_run_never_opens_later_and_all_land_never_sooner() -> None:
    for seed in range(200):
        rng = random.Random(seed)
        codes = [f"H-{n}" for n in range(rng.randint(2, 9))]
        rule = random_rule(rng, codes)
        days = {code: FRIDAY + timedelta(rng.randint(0, 40)) for code in codes}
        found = run_opening(rule, days)
        shorter = run_opening(replace(rule, run_m=rule.run_m / 2), days)
        if found:
            assert shorter is not None
            assert shorter.on <= found.on <= max(days.values()), seed


def test_gains_and_critical_cases_with_runs_equal_full_recomputation() -> None:
    sooner = drivers = 0
    for seed in range(40):
        network, cases, rules = world(seed)
        predicted = forecasts(cases, FRIDAY)
        found = delay(network, cases, rules, predicted)
        sooner += found.forecast_finish < delay(network, cases, {}, predicted).forecast_finish
        waiting = {code for code, f in predicted.items() if f.basis != "actual"}

        for driver in found.drivers:
            drivers += 1
            assert (found.forecast_finish - if_freed(world(seed), {driver.code})).days == driver.alone_days, (
                seed,
                driver.code,
            )
            group = {c.code for c in cases if driver.front in c.fronts and c.code in waiting}
            assert (found.forecast_finish - if_freed(world(seed), group)).days == driver.group_days, (
                seed,
                driver.code,
            )
        assert (found.forecast_finish - if_freed(world(seed), waiting)).days == found.land_days, seed
        assert (
            found.forecast_finish - if_freed(world(seed), found.critical_cases)
        ).days == found.driving_days, seed
        for code in waiting:
            later = {c: f._replace(on=f.on + timedelta(1)) if c == code else f for c, f in predicted.items()}
            if delay(network, cases, rules, later).forecast_finish > found.forecast_finish:
                assert code in found.critical_cases, (seed, code)
    assert sooner > 5
    assert drivers > 30


def test_a_front_says_when_it_would_open_with_some_of_its_cases_free() -> None:
    for seed in range(120):
        network, cases, rules = world(seed)
        predicted = forecasts(cases, FRIDAY)
        rng = random.Random(seed)
        codes = rng.sample(sorted(predicted), len(predicted) // 2)
        done = {c: f._replace(on=min(f.on, FRIDAY)) if c in codes else f for c, f in predicted.items()}
        ground = lands(network, (), cases, predicted, FRIDAY, rules)
        after = {land.front: land for land in lands(network, (), cases, done, FRIDAY, rules)}
        for land in ground:
            if not land.handed_over:
                assert opens_if(land, predicted, codes, FRIDAY) == max(after[land.front].opens, FRIDAY), seed


def test_a_run_that_is_handed_over_already_is_possession_of_the_front() -> None:
    done = CaseState("H-1", "A", "S105", FRIDAY - timedelta(9), None, None, ("F1",))
    held = CaseState("H-2", "A", "S80", FRIDAY, FRIDAY + timedelta(90), None, ("F1",))
    pieces = (("H-1", 1000.0, 1400.0), ("H-2", 1400.0, 2000.0))
    rule = RunRule(300.0, Line(0.0, 3000.0), *FRONT_M, pieces)
    found = delay(road("F1"), [done, held], {"F1": rule})
    (state,) = found.fronts
    assert (state.opened, state.opens_on, state.cases_open) == (True, FRIDAY - timedelta(9), 1)
    assert found.critical_cases == frozenset()
    longer = delay(road("F1"), [done, held], {"F1": replace(rule, run_m=500.0)})
    assert longer.critical_cases == {"H-2"}
