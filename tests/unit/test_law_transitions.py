"""Which law a case is under, who may sign, and what happens to notices: at every boundary day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.lawfiles import competences
from projects.law.clock import Thresholds
from projects.law.clocks import headline
from projects.law.competence import Delegation, competent
from projects.law.regime import Override, regime_of
from projects.law.timeline import timeline
from tests.unit.law_cases import all_clocks, breaches, fact, facts, one, rules_of
from tests.unit.law_oracle import walk


def regime(text: str, day: str, override: Override | None = None) -> tuple[str, str, bool]:
    found = regime_of(timeline(facts(text)), on=date.fromisoformat(day), override=override)
    return found.code, found.rule, found.decree


@pytest.mark.parametrize(
    ("text", "day", "code", "rule", "decree"),
    [
        ("", "2024-07-31", "G13", "TR-00", False),
        ("", "2024-08-01", "G24", "TR-00", False),
        ("", "2025-12-31", "G24", "TR-00", False),
        ("", "2026-01-01", "G26", "TR-03", False),
        ("", "2026-01-30", "G26", "TR-03", False),
        ("", "2026-01-31", "G26", "TR-03", True),
        ("approval.decided 2025-12-31", "2026-03-01", "G24", "TR-02", False),
        ("approval.decided 2026-01-01", "2026-03-01", "G26", "TR-03", False),
        ("approval.decided 2026-01-30", "2026-03-01", "G26", "TR-03", False),
        ("approval.decided 2026-01-31", "2026-03-01", "G26", "TR-03", True),
        ("approval.decided 2025-11-01\nrecovery.decided 2025-12-01", "2026-03-01", "G24", "TR-01", False),
        ("approval.decided 2025-11-01\nrecovery.decided 2026-01-05", "2026-03-01", "G24", "TR-02", False),
        ("approval.decided 2024-05-01\nrecovery.decided 2024-06-01", "2026-03-01", "G13", "TR-01", False),
        ("recovery.decided 2024-06-01", "2024-09-01", "G24", "TR-05", False),
        ("approval.decided 2025-11-01\ndraft.made 2026-02-01", "2026-03-01", "G26", "TR-03", True),
    ],
)
def test_the_regime_comes_from_the_day_of_approval(
    text: str, day: str, code: str, rule: str, decree: bool
) -> None:
    assert regime(text, day) == (code, rule, decree)


def test_a_plan_from_before_the_land_law_without_a_decision_is_not_settled() -> None:
    found = regime_of(timeline(facts("approval.decided 2024-07-31")), on=date(2026, 3, 1))
    assert (found.code, found.settled) == ("G24", False)


def test_the_choice_of_the_city_counts_from_its_day() -> None:
    choice = Override("G24", "12/QĐ-UBND", date(2026, 4, 1))
    assert regime("", "2026-03-31", choice)[0] == "G26"
    assert regime("", "2026-04-01", choice)[:2] == ("G24", "TR-04")


@settings(deadline=None)
@given(
    served=st.dates(date(2025, 6, 1), date(2025, 12, 31)),
    approved=st.dates(date(2025, 11, 1), date(2026, 2, 28)),
)
def test_the_waiting_time_follows_the_regime_over_the_turn_of_2026(served: date, approved: date) -> None:
    case = [fact("notice.issued", served), fact("notice.served", served, land="non_agri")]
    case.append(fact("approval.decided", approved))
    found = [clock for clock in all_clocks(case, date(2026, 3, 1)) if clock.rule in ("TB-05", "TB-07")]
    old = approved < date(2026, 1, 1)
    assert [(clock.rule, clock.earliest) for clock in found] == [
        ("TB-05" if old else "TB-07", walk(served, 180 if old else 120, "cal"))
    ]


@pytest.mark.parametrize(
    ("started", "rule", "last", "flagged"),
    [
        ("2025-12-01", "PA-02", "2025-12-31", False),
        ("2025-12-02", "PA-02", "2026-01-01", True),
        ("2025-12-31", "PA-02", "2026-01-30", True),
        ("2026-01-01", "PA-03", "2026-01-11", False),
    ],
)
def test_a_posting_over_the_turn_of_2026_takes_the_longer_time_and_is_flagged(
    started: str, rule: str, last: str, flagged: bool
) -> None:
    clock = one([fact("posting.started", started)], "2026-01-05", rule)
    assert (str(clock.earliest), bool(clock.notes)) == (last, flagged)


def test_the_legal_officer_may_choose_ten_days_for_a_posting_over_the_turn() -> None:
    case = facts(
        "posting.started 2025-12-28\nposting.ended 2026-01-08 value=PA-03\nopinions.held 2026-01-09 value=2/2"
    )
    assert breaches("S60", "S61", case, "2026-01-12") == []
    case[1] = replace(case[1], value="")
    assert breaches("S60", "S61", case, "2026-01-12") == ["PA-02", "PA-04"]


def test_several_persons_and_both_kinds_of_land_have_each_its_own_day() -> None:
    case = facts("""
        notice.issued 2026-02-02
        notice.served 2026-02-03 land=agri party=A
        notice.served 2026-02-10 land=agri party=B
        notice.served 2026-02-05 land=non_agri party=B
    """)
    found = {
        (c.party, c.land): c.earliest for c in all_clocks(case, "2026-02-20") if c.rule[:2] == "TB" and c.land
    }
    assert found == {
        ("A", "agri"): date(2026, 4, 4),
        ("B", "agri"): date(2026, 4, 11),
        ("B", "non_agri"): date(2026, 6, 5),
    }
    ready = facts("draft.made 2026-03-01\napproval.decided 2026-04-01")
    assert breaches("S80", "S90", case + ready, "2026-06-04") == ["TB-07"]
    assert breaches("S80", "S90", case + ready, "2026-06-05") == []


def test_a_person_who_was_not_served_is_a_gap_and_holds_the_decision() -> None:
    case = facts(
        "notice.issued 2026-02-02\nnotice.served 2026-02-03 land=agri party=A\napproval.decided 2026-04-01"
    )
    grey = [
        c
        for c in all_clocks(case, "2026-09-01", people=("A", "B"))
        if c.state == "no_date" and c.rule == "TB-07"
    ]
    assert [clock.party for clock in grey] == ["B"]
    assert grey[0].missing is not None
    assert "B" in grey[0].missing[0]
    assert breaches("S80", "S90", case, "2026-09-01", people=("A", "B")) == ["TB-02"]


def test_a_lapsed_notice_issued_again_lifts_the_waiting_from_2026_01_31_only() -> None:
    lapsed = "notice.issued 2025-01-10\nnotice.served 2025-01-10 land=non_agri\ninventory.done 2025-06-01\n"
    for again, waived in (("2026-01-30", ""), ("2026-01-31", "TB-10")):
        case = facts(lapsed + f"notice.reissued {again}\nnotice.served {again} land=non_agri")
        clock = one(case, "2026-02-10", "TB-07")
        assert clock.waived == waived
    nothing_done = "\n".join(lapsed.splitlines()[:2]) + "\nnotice.reissued 2026-02-02"
    assert one(facts(nothing_done), "2026-02-10", "TB-07").waived == ""


def test_a_notice_issued_again_within_its_year_keeps_the_service_of_the_first() -> None:
    case = facts("notice.issued 2026-02-02\nnotice.served 2026-02-03 land=agri\nnotice.reissued 2026-05-01")
    assert one(case, "2026-05-02", "TB-06").earliest == date(2026, 4, 4)
    assert one(case, "2026-05-02", "TB-09").lapses == date(2027, 5, 1)


def test_a_notice_from_before_the_land_law_is_void_from_2026() -> None:
    case = facts("notice.issued 2024-07-31\nnotice.served 2024-07-31 land=agri")
    assert one(case, "2025-12-31", "TB-11").state == "running"
    assert one(case, "2026-01-01", "TB-11").state == "lapsed"
    again = case + facts("notice.reissued 2026-03-02\nnotice.served 2026-03-03 land=agri")
    clock = one(again, "2026-03-10", "TB-06")
    assert (clock.earliest, bool(clock.notes)) == (date(2026, 5, 2), True)


@pytest.mark.parametrize(
    ("day", "who", "warned"),
    [
        ("2024-07-31", "", True),
        ("2024-08-01", "UBND cấp huyện", False),
        ("2025-06-30", "UBND cấp huyện", False),
        ("2025-07-01", "Chủ tịch UBND cấp xã", False),
        ("2026-01-30", "Chủ tịch UBND cấp xã", False),
        ("2026-01-31", "UBND Thành phố, hoặc người được phân cấp, ủy quyền", True),
        ("2027-03-01", "", True),
    ],
)
def test_who_signs_is_data_with_a_dated_ground(day: str, who: str, warned: bool) -> None:
    found = competent(competences(), "collective", on=date.fromisoformat(day))
    assert (found.who_vi, found.warning is not None) == (who, warned)
    assert not warned or found.level == "U"


def test_a_recorded_delegation_gives_the_ground_for_its_days_only() -> None:
    paper = Delegation(
        "30/2026/QĐ-UBND", ("collective",), "Chủ tịch UBND phường", "Ward Chair", date(2026, 3, 1)
    )
    table = competences()
    for day, warned in ((date(2026, 2, 28), True), (date(2026, 3, 1), False)):
        assert (competent(table, "collective", on=day, delegations=[paper]).warning is not None) == warned
    assert competent(table, "chair", on=date(2026, 3, 1), delegations=[paper]).warning is not None


def test_the_appraisal_stands_still_while_the_plan_is_revised() -> None:
    case = facts("appraisal.received 2026-03-02\nappraisal.returned 2026-03-10\nappraisal.resumed 2026-03-20")
    assert one(case, "2026-03-25", "PA-07").due == date(2026, 4, 13)  # 1 April and 10 days: a Saturday, moved
    assert one(case[:2], "2026-03-15", "PA-07").due == date(2026, 4, 6)  # 5 days out so far
    assert one(case[:2], "2026-03-16", "PA-07").due == date(2026, 4, 7)


def test_opinions_are_wanted_at_once_and_shown_since_when() -> None:
    case = facts("posting.started 2026-03-02\nposting.ended 2026-03-12")
    clock = one(case, "2026-03-20", "PA-04")
    assert (clock.state, clock.days_since, clock.due) == ("open_since", 8, None)


def test_what_has_no_date_is_a_gap_and_not_silence() -> None:
    assert one(facts("approval.decided 2026-03-02"), "2026-03-10", "TT-01").state == "no_date"
    assert one(facts("recovery.decided 2026-03-02"), "2026-03-10", "BG-01").state == "no_date"
    assert (
        one(facts("recovery.decided 2026-03-02\nenforcement.decided 2026-05-02"), "2026-05-10", "CC-05").state
        == "no_date"
    )
    assert one(facts("opinions.held 2026-03-02 value=5/5"), "2026-03-10", "PA-07").state == "no_date"


def test_land_handed_over_or_left_asks_for_nothing_but_money_and_complaints() -> None:
    case = facts(
        "notice.issued 2026-02-02\napproval.decided 2026-03-01\nhandover.done 2026-03-10\nrecovery.decided 2026-03-02"
    )
    assert rules_of(case, "2026-04-01") == {"TT-01"}
    assert rules_of(facts("notice.issued 2026-02-02\nleft 2026-03-01"), "2026-04-01") == set()
    assert "PA-12" in rules_of(case + facts("reoccupied 2026-03-20"), "2026-04-01")


def test_the_future_of_a_file_is_not_known_yet() -> None:
    case = facts("notice.issued 2026-02-02\nnotice.served 2026-02-10 land=agri")
    assert rules_of(case, "2026-02-01") == set()
    assert one(case, "2026-02-05", "TB-07").state == "no_date"
    assert one(case, date(2026, 2, 10) + timedelta(days=0), "TB-06").state == "running"


def test_the_headline_is_the_later_land_kind_the_next_deadline_and_the_gaps() -> None:
    case = facts("""
        notice.issued 2026-02-02
        notice.served 2026-02-03 land=agri
        notice.served 2026-02-03 land=non_agri
        approval.decided 2026-03-02
        appraisal.received 2026-02-20
    """)
    found = headline(all_clocks(case, "2026-03-10"))
    assert found.next_earliest is not None
    assert (found.next_earliest.rule, found.next_earliest.earliest) == ("TB-07", date(2026, 6, 3))
    assert found.next_due is not None
    assert (found.next_due.rule, found.next_due.due) == ("QD-01a", date(2026, 6, 15))  # 13 June is a Saturday
    assert [clock.rule for clock in found.greys] == ["TT-01"]
    # The agricultural part may be decided from 4 April; the case as a whole is still held by the other.
    later = headline(all_clocks(case, "2026-04-10"))
    assert [clock.rule for clock in later.ready] == ["PA-12"]


def test_a_case_without_any_clock_has_no_colour_and_that_is_the_fault() -> None:
    assert headline(all_clocks([], "2026-03-10")).light == "none"


@pytest.mark.parametrize(
    ("day", "colour"), [("2026-03-09", "ok"), ("2026-03-10", "risk"), ("2026-03-11", "late")]
)
def test_only_an_internal_target_makes_an_act_red_that_the_law_only_allows(day: str, colour: str) -> None:
    case = facts(
        "handover.persuasion 2026-02-06\nhandover.persuasion_ended 2026-02-16"
    )  # lawful from 27 February
    target = Thresholds(open_days={"BG-03": 11})
    assert one(case, day, "BG-03").light == "ok"
    assert one(case, day, "BG-03", thresholds=target).light == colour


@pytest.mark.parametrize(("share", "colour"), [("0", "ok"), ("0.2", "ok"), ("0.5", "risk")])
def test_the_share_of_the_window_that_is_amber_can_be_set(share: str, colour: str) -> None:
    clock = one(facts("plan.asked 2026-03-02"), "2026-03-07", "KH-01", thresholds=Thresholds(Decimal(share)))
    assert (clock.days_left, clock.light) == (5, colour)


def test_under_the_law_of_2013_a_notice_in_the_newspaper_for_unknown_land_waits_the_longer_time() -> None:
    printed = facts("notice.issued 2024-03-01\nnotice.newspaper 2024-03-05")
    assert one(printed, "2024-05-02", "TB-13").earliest == date(2024, 3, 5) + timedelta(180)
    farmed = [fact("notice.issued", "2024-03-01"), fact("notice.served", "2024-03-05", land="agri")]
    assert one(farmed, "2024-05-02", "TB-13").earliest == date(2024, 3, 5) + timedelta(90)
