"""What the law refuses and with which rule; every guard has its control: switched off, the refusal is gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from api.lawfiles import competences, rule_book
from projects.law import guards
from projects.law.guards import check_lawful
from tests.unit.law_breaches import (
    CASES,
    FAST,
    HOMES,
    ORDERED,
    PERSUADED,
    PLAN,
    READY,
    REFUSED,
    Case,
    without,
)
from tests.unit.law_cases import OFFICE, breaches, facts


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{'-'.join(case.move)}-{case.on}")
def test_the_law_refuses_and_the_mended_case_goes_on(case: Case) -> None:
    assert case.rule in breaches(*case.move, facts(case.given), case.on)
    assert breaches(*case.move, facts(case.mended), case.mended_on) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{'-'.join(case.move)}-{case.on}")
def test_a_guard_that_is_switched_off_lets_the_breach_through(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    others: tuple[Callable[..., object], ...] = tuple(g for g in guards._guards() if g.__name__ != case.guard)
    assert len(others) == len(guards._guards()) - 1
    monkeypatch.setattr(guards, "_guards", lambda: others)
    assert case.rule not in breaches(*case.move, facts(case.given), case.on)


def test_every_guard_is_in_the_table() -> None:
    assert {case.guard for case in CASES} == {guard.__name__ for guard in guards._guards()}


def test_each_of_the_seven_proofs_opens_the_decision() -> None:
    for kind in (
        "on_site_temporary",
        "land_handed",
        "home_handed",
        "land_with_home",
        "money_for_home",
        "free_handover",
    ):
        assert breaches("S80", "S90", facts(HOMES + f"proof.{kind} 2026-04-09\n"), "2026-04-10") == []
    assert breaches("S80", "S90", facts(HOMES + "resettlement.handed 2026-04-09\n"), "2026-04-10") == []
    assert breaches("S80", "S90", facts(PLAN), "2026-04-10") == []


def test_a_proof_of_one_person_does_not_open_the_decision_for_another() -> None:
    two = (
        PLAN
        + "resettlement.needed 2026-03-01 value=land party=A\nresettlement.needed 2026-03-01 value=land party=B\n"
    )
    first = two + "proof.land_handed 2026-04-09 party=A\n"
    assert breaches("S80", "S90", facts(first), "2026-04-10") == ["TDC-01"]
    assert breaches("S80", "S90", facts(first + "proof.home_handed 2026-04-09 party=B\n"), "2026-04-10") == []


def test_a_proof_from_before_the_refusal_does_not_open_the_decision() -> None:
    early = "proof.free_handover 2026-03-31\n"
    assert "QD-03" in breaches("S85", "S90", facts(REFUSED + early), "2026-04-15")
    late = "proof.free_handover 2026-04-12\n"
    assert breaches("S85", "S90", facts(REFUSED + late), "2026-04-15") == []


def test_early_consent_of_all_lifts_the_waiting_and_of_some_does_not() -> None:
    two = without(PLAN, "notice.served") + (
        "notice.served 2026-02-03 land=agri party=A\nnotice.served 2026-02-20 land=agri party=B\n"
        "consent.early 2026-03-28 party=A\n"
    )
    assert breaches("S80", "S90", facts(two), "2026-03-31") == ["TB-06", "TB-06"]
    assert breaches("S80", "S90", facts(two + "consent.early 2026-03-29 party=B\n"), "2026-03-31") == []


def test_the_75_percent_of_a_fast_lane_is_not_consent_to_earlier_recovery() -> None:
    assert "TB-06" in breaches("S60", "S90", facts(FAST.format("100/100")), "2026-04-03")


@pytest.mark.parametrize(
    "count", ["3/4", "75/100", "0/0", "101/100", "-1/1", "x/y", "", "76", "76/1e2", "٧٦/100"]
)
def test_three_quarters_or_a_count_that_cannot_be_is_not_enough(count: str) -> None:
    assert "QD-09" in breaches("S60", "S90", facts(FAST.format(count)), "2026-04-10")


@pytest.mark.parametrize("count", ["4/5", "76/100", "1/1", "751/1000"])
def test_strictly_more_than_three_quarters_is_enough(count: str) -> None:
    assert breaches("S60", "S90", facts(FAST.format(count)), "2026-04-10") == []


def test_the_fast_lane_does_not_exist_before_2026() -> None:
    old = facts("notice.issued 2025-05-05\nnotice.served 2025-05-05 land=agri\nposting.started 2025-10-01\n"
                "posting.ended 2025-11-01\nfast_lane 2025-11-05 value=QD-08")  # fmt: skip
    assert breaches("S60", "S90", old, "2025-12-31") == ["QD-08"]
    assert breaches("S60", "S90", old, "2026-01-01") == []


def test_a_complaint_that_is_not_settled_stops_nothing() -> None:
    more = "complaint.received 2026-04-12\ncomplaint.accepted 2026-04-20\n"
    assert breaches("S97", "S100", facts(READY + more), "2026-05-20") == []


def test_a_record_of_compliance_needs_no_enforcement() -> None:
    assert breaches("S97", "S100", facts(ORDERED + "enforcement.compliance 2026-05-15\n"), "2026-05-16") == []
    assert breaches("S33", "S30", facts(PERSUADED + "inventory.compliance 2026-03-21\n"), "2026-03-21") == []


def test_a_pause_and_its_end_are_no_matter_of_these_guards() -> None:
    assert breaches("S90", "X1", [], "2026-05-01") == []
    assert breaches("X1", "S90", [], "2026-05-01") == []


def test_a_decision_without_a_recorded_delegation_is_warned_of_and_not_refused() -> None:
    found = check_lawful(
        "S80", "S90", facts(PLAN), on=facts("x 2026-04-10")[0].on, book=rule_book(), office=OFFICE,
        competences=competences(),
    )  # fmt: skip
    assert [(breach.where, breach.blocking) for breach in found] == [("signer", False)]
    assert "Thiếu căn cứ thẩm quyền" in found[0].vi


def test_every_refusal_names_its_article_in_both_languages() -> None:
    for case in CASES:
        day = facts(f"x {case.on}")[0].on
        found = check_lawful(*case.move, facts(case.given), on=day, book=rule_book(), office=OFFICE)
        for breach in found:
            assert breach.rule in breach.vi
            assert breach.rule in breach.en
            assert "Điều" in breach.vi
            assert "Art." in breach.en
