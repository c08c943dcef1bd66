"""Properties of forecasts on random cases: law, obstacles, plots, parts, and that nobody else's case matters."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from api.calendars import working_calendars
from api.lawfiles import rule_book
from projects.forecasting.chain import forecast_handover, forecasts
from projects.forecasting.lawful import LawGround, lawful_earliest
from projects.forecasting.model import Grounds, Obstacle
from projects.forecasting.pace import NEXT_STEP, Paces, Seen
from projects.forecasting.plots import Need, PlotDay
from projects.law.facts import Fact
from projects.model import CaseState
from projects.steps import STEPS

FRIDAY = date(2026, 3, 13)
TOMORROW = FRIDAY + timedelta(1)
LAW = LawGround(rule_book(), working_calendars()["VN5"])
CAUSES = ("NGUON_GOC", "TAI_DINH_CU", "DON_GIA")
WARDS = ("00097", "00103")


def random_case(rng: random.Random, code: str) -> CaseState:
    return CaseState(
        code,
        rng.choice(WARDS),
        rng.choice(list(STEPS)),
        FRIDAY - timedelta(rng.randint(0, 300)),
        FRIDAY + timedelta(rng.randint(-30, 200)) if rng.random() < 0.4 else None,
        None,
        (),
        land=rng.choice(("agri", "non_agri")),
    )


def random_facts(rng: random.Random, case: CaseState) -> tuple[Fact, ...]:
    day = case.step_on - timedelta(rng.randint(0, 200))
    found = [Fact("notice.issued", day)]
    if rng.random() < 0.7:
        found.append(Fact("notice.served", day + timedelta(rng.randint(0, 20)), land=case.land, party=""))
    if rng.random() < 0.1:
        found.append(Fact("consent.early", case.step_on))
    if case.step == "S85" and rng.random() < 0.5:
        found.append(Fact("refusal.persuasion_ended", case.step_on + timedelta(rng.randint(0, 20))))
    return tuple(fact for fact in found if fact.on <= FRIDAY)


def worlds() -> Iterator[tuple[int, list[CaseState], Grounds]]:
    for seed in range(150):
        rng = random.Random(seed)
        cases = [random_case(rng, f"H-{n}") for n in range(6)]
        facts = {
            c.code: random_facts(rng, c)
            for c in cases
            if STEPS[c.step].order >= STEPS["S20"].order and rng.random() < 0.7
        }
        seen = {
            (ward, step): Seen(n := rng.randint(1, 40), n * rng.randint(1, 60))
            for ward in WARDS
            for step in NEXT_STEP
            if rng.random() < 0.5
        }
        obstacles = {
            c.code: tuple(
                Obstacle(cause, FRIDAY + timedelta(rng.randint(-40, 120)) if rng.random() < 0.9 else None)
                for cause in rng.sample(CAUSES, rng.randint(1, 3))
            )
            for c in cases
            if rng.random() < 0.5
        }
        plots = {
            c.code: PlotDay(
                Need(c.code, "", "land", FRIDAY, c.ward_code),
                None,
                TOMORROW + timedelta(rng.randint(0, 400)),
                1,
                1,
            )
            for c in cases
            if rng.random() < 0.3
        }
        yield seed, cases, Grounds(replace(LAW, facts=facts), Paces(seen), obstacles, plots)


def test_no_forecast_lies_before_the_lawful_earliest_or_the_day_after_the_data_date() -> None:
    bound = 0
    for seed, cases, grounds in worlds():
        for case in cases:
            found = forecast_handover(case, data_date=FRIDAY, grounds=grounds)
            if found.basis == "actual":
                continue
            assert grounds.law is not None
            least = lawful_earliest(case, FRIDAY, grounds.law)
            assert found.on >= max(TOMORROW, least.on if least else TOMORROW), (seed, case)
            bound += least is not None and found.basis == "lawful"
    assert bound > 20


def test_parts_follow_each_other_from_the_data_date_to_the_handover() -> None:
    for seed, cases, grounds in worlds():
        for case in cases:
            found = forecast_handover(case, data_date=FRIDAY, grounds=grounds)
            binding = [part for part in found.parts if part.binding]
            if found.basis == "actual":
                continue
            assert binding[0].start == FRIDAY, seed
            assert binding[-1].end == found.on, seed
            for one, other in itertools.pairwise(binding):
                assert one.end == other.start, (seed, case)
            assert sum(part.days for part in binding) == (found.on - FRIDAY).days
            for part in found.parts:
                assert all(part.said), part
                assert (part.source == "law") == bool(part.rule and part.basis)


def test_a_later_due_date_of_an_obstacle_never_brings_the_handover_forward() -> None:
    moved = 0
    for seed, cases, grounds in worlds():
        for case in cases:
            if case.code not in grounds.obstacles:
                continue
            later = {
                case.code: tuple(
                    replace(o, due_on=o.due_on + timedelta(30)) if o.due_on else o
                    for o in grounds.obstacles[case.code]
                )
            }
            before = forecast_handover(case, data_date=FRIDAY, grounds=grounds)
            after = forecast_handover(case, data_date=FRIDAY, grounds=replace(grounds, obstacles=later))
            assert after.on >= before.on, (seed, case)
            if before.basis in ("promised", "lawful"):
                assert after.on == before.on, "a promise wins over an obstacle"
            moved += after.on > before.on
    assert moved > 50


def test_an_obstacle_that_is_overdue_or_has_no_day_moves_nothing() -> None:
    case = CaseState("H-1", "00097", "S80", FRIDAY, None, None, ())
    for due in (None, FRIDAY, FRIDAY - timedelta(9)):
        grounds = Grounds(obstacles={"H-1": (Obstacle("DON_GIA", due),)})
        assert forecast_handover(case, data_date=FRIDAY, grounds=grounds) == forecast_handover(
            case, data_date=FRIDAY
        )


def test_resettlement_holds_the_recovery_decision_and_other_obstacles_the_next_step() -> None:
    case = CaseState("H-1", "00097", "S50", FRIDAY, None, None, ())
    due = FRIDAY + timedelta(20)
    without = forecast_handover(case, data_date=FRIDAY)
    assert (
        forecast_handover(
            case, data_date=FRIDAY, grounds=Grounds(obstacles={"H-1": (Obstacle("TAI_DINH_CU", due),)})
        )
        == without
    )
    held = forecast_handover(
        case, data_date=FRIDAY, grounds=Grounds(obstacles={"H-1": (Obstacle("DON_GIA", due),)})
    )
    assert held.on == without.on + timedelta(20)


def test_forecasts_of_all_cases_are_those_of_each_alone_in_any_order() -> None:
    for seed, cases, grounds in worlds():
        together = forecasts(cases, FRIDAY, grounds)
        shuffled = forecasts(random.Random(seed).sample(cases, len(cases)), FRIDAY, grounds)
        assert together == shuffled
        for case in cases:
            if case.step != "X2":
                assert together[case.code] == forecast_handover(case, data_date=FRIDAY, grounds=grounds), (
                    seed,
                    case,
                )
