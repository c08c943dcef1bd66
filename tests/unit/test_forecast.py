"""When a case will be handed over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from api.calendars import working_calendars
from api.lawfiles import rule_book
from projects.forecasting.chain import forecast_handover
from projects.forecasting.lawful import LawGround
from projects.forecasting.model import Grounds
from projects.forecasting.pace import NEXT_STEP, Paces, Seen, pace_days
from projects.model import CaseState
from projects.steps import STEPS

FRIDAY = date(2026, 3, 13)
LAW = Grounds(law=LawGround(rule_book(), working_calendars()["VN5"]))


def case(step: str, promised: date | None = None, **change: Any) -> CaseState:
    made = CaseState("H-1", "00097", step, date(2026, 3, 1), promised, None, ("F1",))
    return replace(made, **change)


def test_handed_over_land_is_a_fact() -> None:
    found = forecast_handover(case("S105", date(2026, 9, 1)), data_date=FRIDAY)
    assert (found.on, found.basis) == (date(2026, 3, 1), "actual")
    assert "01/03/2026" in found.why_vi


def test_land_with_the_clearance_unit_is_not_yet_with_the_investor() -> None:
    found = forecast_handover(case("S100"), data_date=FRIDAY)
    assert (found.on, found.basis) == (FRIDAY + timedelta(pace_days("S100")), "pace")


def test_promise_holds_until_it_has_passed() -> None:
    tomorrow = FRIDAY + timedelta(1)
    kept = forecast_handover(case("S80", date(2026, 4, 28)), data_date=FRIDAY)
    assert (kept.on, kept.basis) == (date(2026, 4, 28), "promised")
    assert forecast_handover(case("S80", tomorrow), data_date=FRIDAY).on == tomorrow
    for passed in (FRIDAY, date(2025, 12, 31)):
        found = forecast_handover(case("S80", passed), data_date=FRIDAY)
        assert (found.on, found.basis) == (tomorrow, "promised")
        assert "đã qua" in found.why_vi
        assert "has passed" in found.why_en


def test_without_a_promise_an_assumed_pace_is_named_as_such() -> None:
    found = forecast_handover(case("S80"), data_date=FRIDAY)
    assert found.basis == "pace"
    assert found.on == FRIDAY + timedelta(pace_days("S80"))
    assert "giả định" in found.why_vi
    assert "assumption" in found.why_en
    assert {part.source for part in found.parts} == {"assumed"}


@pytest.mark.parametrize(("land", "days"), [("agri", 60), ("non_agri", 120)])
def test_pace_is_never_faster_than_the_lawful_notice(land: str, days: int) -> None:
    served = case("S20", land=land, step_on=FRIDAY - timedelta(3))
    after_decision = pace_days("S90")
    found = forecast_handover(served, data_date=FRIDAY, grounds=LAW)
    assert found.on >= served.step_on + timedelta(days + after_decision)
    untouched = forecast_handover(case("S00", land=land), data_date=FRIDAY, grounds=LAW)
    to_notice = pace_days("S00") - pace_days("S20")
    assert untouched.on >= FRIDAY + timedelta(to_notice + days + after_decision)


def test_notice_that_binds_is_named_with_its_article() -> None:
    served = case("S20", step_on=FRIDAY)
    slow = Paces({("00097", step): Seen(1000, 1000) for step in NEXT_STEP})  # a day for every step
    late = forecast_handover(served, data_date=FRIDAY, grounds=replace(LAW, paces=slow))
    assert "Nghị quyết 254/2025/QH15, Điều 3 khoản 9 điểm a" in late.why_vi
    assert "Resolution 254/2025/QH15, Art. 3(9)(a)" in late.why_en
    law = [part for part in late.parts if part.source == "law"]
    assert [(part.rule, part.what) for part in law] == [("PA-03", "S70"), ("TB-07", "S90")]
    assert law[-1].end == FRIDAY + timedelta(120)
    quick = forecast_handover(case("S20", step_on=FRIDAY - timedelta(300)), data_date=FRIDAY, grounds=LAW)
    assert all(part.rule != "TB-07" for part in quick.parts)


def test_promise_before_the_lawful_earliest_is_marked_and_the_law_taken() -> None:
    promised = case("S20", FRIDAY + timedelta(30), step_on=FRIDAY)
    found = forecast_handover(promised, data_date=FRIDAY, grounds=LAW)
    assert (found.on, found.basis) == (FRIDAY + timedelta(120), "lawful")
    assert (found.promised, found.lawful and found.lawful.rule) == (FRIDAY + timedelta(30), "TB-07")
    assert [part.source for part in found.parts] == ["promise", "law"]
    assert "12/04/2026" in found.why_vi
    assert "11/07/2026" in found.why_vi
    assert "TB-07" in found.why_vi
    kept = forecast_handover(
        case("S20", FRIDAY + timedelta(120), step_on=FRIDAY), data_date=FRIDAY, grounds=LAW
    )
    assert (kept.on, kept.basis) == (FRIDAY + timedelta(120), "promised")


def test_case_outside_the_boundary_waits_for_nothing() -> None:
    assert forecast_handover(case("X2", date(2026, 9, 1)), data_date=FRIDAY).basis == "actual"


def test_every_step_has_a_pace_that_ends_with_the_investor() -> None:
    for code in STEPS:
        if code in ("S105", "X2"):
            assert pace_days(code) == 0
        else:
            assert forecast_handover(case(code), data_date=FRIDAY).on > FRIDAY
    for step, (following, days) in NEXT_STEP.items():
        assert days > 0
        assert pace_days(step) == days + pace_days(following)


def test_assumed_pace_keeps_the_lawful_minima_of_persuasion_and_posting() -> None:
    assert NEXT_STEP["S31"][1] >= 15 + 11  # KD-05, KD-06
    assert NEXT_STEP["S85"][1] >= 10 + 11  # QD-02, QD-03
    assert NEXT_STEP["S95"][1] >= 10 + 11  # BG-02, BG-03
    assert NEXT_STEP["S60"][1] >= 10  # PA-03
