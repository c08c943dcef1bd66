"""Why a date: the chain behind it, why it is critical or not, and what a reader may not be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from projects.errors import NotFound
from projects.model import Activity, CaseState, Link, LinkType, Network, NodeKind
from projects.reckoning import Reckoning
from projects.why import CRITICAL, DATA_DATE, DONE, FACT, FORECAST, NO_WAY, OPENED, RESTING, SLACK, hide, why
from projects.why_words import reasons, verdict
from tests.unit.test_impact import case, delay, road, worlds
from tests.unit.test_reckoning import reckoned


def two_fronts() -> tuple[Network, list[CaseState]]:
    network = road("F1", "F2", days=10, calendar="ALL")
    cases = [case("H-1", "F1", promised=date(2026, 4, 30)), case("H-2", "F2", promised=date(2026, 4, 10))]
    return network, cases


def test_chain_leads_from_the_case_through_its_front_to_the_completion() -> None:
    found = why(reckoned(*two_fronts()), "OPEN")
    assert [s.code for s in found.chain] == ["H-1", "P-F1", "W-F1", "OPEN"]
    assert [s.cause for s in found.chain] == [FORECAST, None, None, None]
    assert [(s.after, s.link) for s in found.chain[1:]] == [("H-1", "FS"), ("P-F1", "FS"), ("W-F1", "FS")]
    assert found.verdict == CRITICAL
    assert [vi for vi, _ in reasons(found.chain, found)] == [
        "Mốc hẹn bàn giao 30/04/2026.",
        "mở khi hồ sơ H-1 bàn giao",
        "bắt đầu khi “Nhận mặt bằng” (P-F1) xong",
        "bắt đầu khi “Thi công” (W-F1) xong",
    ]


def test_work_with_float_says_where_it_meets_what_drives_and_by_how_many_days() -> None:
    found = why(reckoned(*two_fronts()), "H-2")
    assert (found.verdict, found.row.total_float) == (SLACK, 20)
    assert [s.code for s in found.onward] == ["H-2", "P-F2", "W-F2", "OPEN"]
    assert found.meeting is not None
    assert found.meeting.instead is not None
    assert (found.meeting.at.code, found.meeting.instead.code, found.meeting.days) == ("OPEN", "W-F1", 20)
    assert "được muộn 20 ngày làm việc" in verdict(found)[0]
    assert "waits for “Works” (W-F1)" in verdict(found)[1]


def test_lags_rest_by_the_calendar_and_link_types_are_said() -> None:
    network = road("F1", days=30, calendar="DYKE")
    network = replace(network, links=(network.links[0], Link("W-F1", "OPEN", LinkType.FF, 6)))
    found = why(reckoned(network, [case("H-1", "F1", promised=date(2026, 6, 10))]), "OPEN")
    assert found.chain[2].rest_days == (date(2026, 12, 1) - date(2026, 6, 11)).days
    assert (found.chain[3].link, found.chain[3].lag_days) == ("FF", 6)
    assert "cộng độ trễ 6 ngày" in reasons(found.chain, found)[3][0]
    possession = why(reckoned(network, [case("H-1", "F1", promised=date(2026, 6, 10))]), "P-F1")
    assert possession.verdict == RESTING
    assert "sớm hơn thì lấy lại được ngày" in verdict(possession)[0]


def test_causes_without_a_link_are_the_data_date_a_fact_a_constraint_or_the_last_handover() -> None:
    network = road("F1", "F2")
    network = replace(
        network,
        activities=tuple(
            replace(a, not_before=date(2026, 6, 1)) if a.code == "W-F2" else a for a in network.activities
        ),
    )
    handed = [replace(case(f"H-{n}", "F1", step="S105"), step_on=date(2026, 3, n)) for n in (2, 5)]
    whole = reckoned(network, handed)
    opened = why(whole, "P-F1")
    assert [(s.code, s.cause) for s in opened.chain] == [("H-5", FACT), ("P-F1", OPENED)]
    assert opened.verdict == DONE
    assert reasons(opened.chain, opened)[1][0] == "đã mở: hồ sơ H-5 bàn giao sau cùng"
    (free,) = why(whole, "P-F2").chain
    assert free.cause == DATA_DATE
    held = why(whole, "W-F2").chain[0]
    assert (held.rule, held.at) == ("start_no_earlier", date(2026, 6, 1))
    assert reasons((held,), opened)[0][1] == "may not start before 01/06/2026"


def test_what_does_not_lead_to_the_completion_is_said_to_lead_nowhere() -> None:
    network = road("F1")
    aside = Activity("X", "Việc bên lề", "Aside", 5, "ALL", NodeKind.TASK)
    found = why(reckoned(replace(network, activities=(*network.activities, aside)), []), "X")
    assert (found.verdict, found.onward) == (NO_WAY, ())
    with pytest.raises(NotFound):
        why(reckoned(network, []), "NONE")


def test_hidden_cases_are_not_named_anywhere() -> None:
    whole = reckoned(*two_fronts())
    for node in ("OPEN", "P-F1", "H-2"):
        found = hide(why(whole, node), {"H-1": ("Đất ở X", "Land in X")})
        assert "H-1" in repr(why(whole, "OPEN"))
        assert "H-1" not in repr(found)
        assert "H-1" not in repr(reasons(found.chain, found))


def test_every_chain_ends_in_a_cause_and_its_dates_never_go_back() -> None:
    for seed, network, cases, found in worlds():
        whole = reckoned(network, cases)
        assert [s.code for s in why(whole, network.finish).chain] == [item.code for item in found.chain], seed
        for code in whole.prepared.codes:
            said = why(whole, code)
            assert said.chain[0].cause is not None, (seed, code)
            assert all(s.after == b.code for b, s in zip(said.chain, said.chain[1:], strict=False))
            assert len(reasons(said.chain, said)) == len(said.chain)
            assert verdict(said)[0] != verdict(said)[1]


def test_a_day_more_moves_the_completion_exactly_where_why_says_critical() -> None:
    checked = 0
    for seed, network, cases, found in worlds():
        if seed % 5:
            continue
        whole: Reckoning = reckoned(network, cases)
        for c in cases:
            if c.code not in whole.predicted or whole.predicted[c.code].basis == "actual":
                continue
            said = why(whole, c.code)
            later = [
                replace(o, promised_on=whole.predicted[c.code].on + timedelta(1)) if o.code == c.code else o
                for o in cases
            ]
            moved = delay(network, later).forecast_finish > found.forecast_finish
            assert moved == (said.verdict == CRITICAL), (seed, c.code)
            checked += 1
    assert checked > 100
