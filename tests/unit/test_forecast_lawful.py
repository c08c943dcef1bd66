"""The lawful earliest is what the guards of the law say: the first day on which the decision is not refused."""

from __future__ import annotations

import random
from datetime import date, timedelta

from api.calendars import working_calendars
from api.lawfiles import bans, rule_book
from projects.forecasting.lawful import LawGround, lawful_earliest
from projects.law.facts import Fact
from projects.law.guards import Court, first_lawful_day
from projects.model import CaseState

FRIDAY = date(2026, 9, 18)
OFFICE = working_calendars()["VN5"]
COURT = Court(rule_book(), OFFICE, bans())


def ground(*facts: Fact) -> LawGround:
    return LawGround(rule_book(), OFFICE, facts={"H-1": facts})


def case(step: str, step_on: date, land: str = "non_agri") -> CaseState:
    return CaseState("H-1", "00097", step, step_on, None, None, (), land=land)


def test_it_is_the_first_day_that_the_guards_of_the_decision_let_pass() -> None:
    bound = free = 0
    for seed in range(300):
        rng = random.Random(seed)
        step, land = rng.choice(("S80", "S85")), rng.choice(("agri", "non_agri"))
        notice = FRIDAY - timedelta(rng.randint(30, 150))
        since = FRIDAY - timedelta(rng.randint(0, 25))
        facts = [
            Fact("notice.issued", notice),
            Fact("notice.served", notice + timedelta(rng.randint(0, 30)), land=land),
            Fact("approval.decided", since - timedelta(3)),
        ]
        if step == "S85":
            facts += [
                Fact("refusal.persuasion", since),
                Fact("refusal.persuasion_ended", since + timedelta(rng.randint(10, 20))),
            ]
        facts = [fact for fact in facts if fact.on <= FRIDAY]
        if step == "S85" and len(facts) < 5:
            continue  # the guards ask for the record of the end
        if rng.random() < 0.2:
            facts.append(Fact("consent.early", FRIDAY))
        on = since if step == "S85" else since - timedelta(3)
        least = lawful_earliest(case(step, on, land), FRIDAY, ground(*facts))
        if step == "S85" and any(fact.kind == "consent.early" for fact in facts):
            continue  # an early handover needs no decision
        first = first_lawful_day(step, "S90", facts, start=FRIDAY + timedelta(1), court=COURT)
        assert first == (least.on if least else FRIDAY + timedelta(1)), (seed, facts)
        bound, free = bound + (least is not None), free + (least is None)
    assert bound > 60
    assert free > 20


def test_each_minimum_names_its_rule_and_article() -> None:
    found = lawful_earliest(case("S20", FRIDAY), FRIDAY, ground())
    assert found is not None
    assert (found.on, found.rule) == (FRIDAY + timedelta(120), "TB-07")
    assert found.basis == "Nghị quyết 254/2025/QH15, Điều 3 khoản 9 điểm a"
    assert found.running
    assert found.waived_by == ("TB-08", "TB-10")
    posted = lawful_earliest(case("S60", FRIDAY - timedelta(2)), FRIDAY, ground())
    assert posted is not None
    assert (posted.on, posted.rule, posted.step) == (FRIDAY + timedelta(8), "PA-03", "S70")
    refused = lawful_earliest(case("S85", FRIDAY), FRIDAY, ground())
    assert refused is not None
    assert (refused.on, refused.rule) == (FRIDAY + timedelta(21), "QD-03")


def test_before_the_notice_its_time_begins_on_the_day_after_the_data_date_at_the_earliest() -> None:
    found = lawful_earliest(case("S00", FRIDAY, "agri"), FRIDAY, ground())
    assert found is not None
    assert (found.on, found.rule, found.running) == (FRIDAY + timedelta(61), "TB-06", False)


def test_consent_of_each_lifts_everything_and_a_proof_the_time_after_a_refusal() -> None:
    consent = Fact("consent.early", FRIDAY)
    assert (
        lawful_earliest(case("S20", FRIDAY), FRIDAY, ground(Fact("notice.issued", FRIDAY), consent)) is None
    )
    agreed = (
        Fact("approval.decided", FRIDAY - timedelta(9)),
        Fact("refusal.persuasion", FRIDAY - timedelta(2)),
        Fact("proof.money_for_home", FRIDAY),
    )
    assert lawful_earliest(case("S85", FRIDAY - timedelta(2)), FRIDAY, ground(*agreed)) is None


def test_facts_after_the_data_date_do_not_count() -> None:
    later = Fact("consent.early", FRIDAY + timedelta(1))
    found = lawful_earliest(case("S20", FRIDAY), FRIDAY, ground(Fact("notice.issued", FRIDAY), later))
    assert found is not None


def test_nothing_is_left_to_wait_for_from_the_decision_on() -> None:
    for step in ("S90", "S95", "S97", "S100", "S101", "S105", "X1", "X2"):
        assert lawful_earliest(case(step, FRIDAY), FRIDAY, ground()) is None
