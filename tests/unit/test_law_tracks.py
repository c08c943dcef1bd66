"""Money, resettlement and complaint: states from facts, and what may not be recorded before what."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from api.lawfiles import rule_book
from projects.law.clock import Frame
from projects.law.clocks import make_frame
from projects.law.facts import KINDS, STEP_FACTS
from projects.law.timeline import timeline
from projects.law.tracks import NEEDS, TRACKS, check_fact, next_facts, track_state
from tests.unit.law_cases import OFFICE, fact, facts


def frame(text: str, today: str = "2026-12-31") -> Frame:
    return make_frame(
        facts(text) if text else [], book=rule_book(), today=date.fromisoformat(today), office=OFFICE
    )


def state(text: str, track: str, party: str | None = None) -> str:
    return track_state(timeline(facts(text)), track, party=party).code


def test_money_goes_from_approval_to_deposit() -> None:
    rows = [
        ("approval.decided 2026-03-01", "approved"),
        ("payment.invited 2026-03-05", "invited"),
        ("payment.part 2026-03-10", "part"),
        ("payment.refused 2026-03-12", "refused"),
        ("payment.deposited 2026-03-20", "deposited"),
    ]
    text = ""
    for row, code in rows:
        text += row + "\n"
        assert state(text, "money") == code
    assert state("approval.decided 2026-03-01\npayment.full 2026-03-10", "money") == "full"


def test_a_corrected_plan_does_not_undo_what_was_paid() -> None:
    text = "approval.decided 2026-03-01\npayment.full 2026-03-10\ndraft.made 2026-04-01\napproval.decided 2026-05-01"
    assert state(text, "money") == "full"


def test_each_person_has_a_track_of_money() -> None:
    text = "approval.decided 2026-03-01\npayment.full 2026-03-10 party=A\npayment.refused 2026-03-11 party=B"
    assert (state(text, "money", "A"), state(text, "money", "B"), state(text, "money", "C")) == (
        "full",
        "refused",
        "approved",
    )


def test_a_temporary_home_does_not_undo_the_handover_of_a_home() -> None:
    text = "resettlement.needed 2026-03-01\nresettlement.handed 2026-04-01\nresettlement.temporary 2026-04-02"
    assert state(text, "resettlement") == "handed"


@pytest.mark.parametrize("kind", sorted(NEEDS))
def test_no_fact_is_recorded_before_the_one_the_law_puts_before_it(kind: str) -> None:
    rule, before = NEEDS[kind]
    new = fact(kind, "2026-06-01")
    found = check_fact(new, frame(""))
    assert [breach.rule for breach in found if breach.blocking] == [rule]
    assert rule in found[0].vi
    for other in before:
        assert not [b for b in check_fact(new, frame(f"{other} 2026-06-01")) if b.blocking]
        assert [b for b in check_fact(new, frame(f"{other} 2026-06-02")) if b.blocking]
        assert not [b for b in check_fact(new, frame(""), among=[fact(other, "2026-05-01")]) if b.blocking]


def test_needs_name_only_kinds_that_exist() -> None:
    known = {*KINDS, *STEP_FACTS.values()}
    assert {*NEEDS, *(kind for _, before in NEEDS.values() for kind in before)} <= known
    assert {kind for table in TRACKS.values() for kind in table if kind} <= known


def test_more_than_was_approved_is_not_paid() -> None:
    case = frame("approval.decided 2026-03-01\npayment.invited 2026-03-02")
    for amount, refused in ((100, False), (101, True)):
        new = fact("payment.full", "2026-03-10", amount=Decimal(amount))
        assert bool(check_fact(new, case, owed=Decimal(100))) == refused


def test_a_time_ended_too_early_is_told_and_not_refused() -> None:
    found = check_fact(fact("posting.ended", "2026-03-11"), frame("posting.started 2026-03-02"))
    assert [(breach.rule, breach.blocking) for breach in found] == [("PA-03", False)]
    assert check_fact(fact("posting.ended", "2026-03-12"), frame("posting.started 2026-03-02")) == ()
    allotted = frame("resettlement.needed 2026-03-01\nresettlement.posted 2026-03-02")
    assert [b.rule for b in check_fact(fact("resettlement.posting_ended", "2026-03-16"), allotted)] == [
        "TDC-02"
    ]
    assert check_fact(fact("resettlement.posting_ended", "2026-03-17"), allotted) == ()


def test_what_may_follow_is_what_is_not_refused() -> None:
    line = timeline(facts("approval.decided 2026-03-01\npayment.invited 2026-03-02"))
    assert set(next_facts(line, "money")) == {
        "payment.invited", "payment.part", "payment.full", "payment.refused", "payment.disputed",
    }  # fmt: skip


def test_a_step_recorded_behind_the_headline_does_not_undo_what_came_the_same_day() -> None:
    day = date(2026, 4, 10)
    headline = [fact("posting.started", day), fact("recovery.decided", day)]
    behind = [fact("approval.decided", day, id=8), fact("draft.made", day, id=9)]
    kinds = [row.kind for row in timeline([*headline, *behind]).facts]
    assert kinds == ["draft.made", "approval.decided", "posting.started", "recovery.decided"]


def test_going_back_undoes_the_decision_and_a_plan_after_a_fast_lane_does_not() -> None:
    text = "recovery.decided 2026-04-10\napproval.decided 2026-05-10"
    assert not timeline(facts(text)).has("recovery.decided")
    assert timeline(facts("fast_lane 2026-04-01 value=QD-08\n" + text)).has("recovery.decided")
    unlawful = "fast_lane 2026-04-01 value=QD-08\ncomplaint.unlawful 2026-05-01\n" + text
    assert not timeline(facts(unlawful)).has("recovery.decided")
    assert not timeline(facts("posting.started 2026-03-01\ndraft.made 2026-03-20")).has("posting.started")
