"""What-if on land and works: equal to the edited copy by an oracle, live values untouched, the law in the way."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Any

import pytest

from projects.engine.model import Kind
from projects.engine.scenario import Change, try_changes
from projects.errors import InvalidInput
from projects.land import lands, with_cases
from projects.model import Network, NodeKind
from projects.openings import RunRule
from projects.scenarios.changes import Changes, as_json, read_changes
from projects.scenarios.resolve import members, resolve, shortened, soonest
from projects.scenarios.stand import Stand
from projects.scenarios.trial import try_out
from projects.workable import Line
from tests.unit.cpm_oracle import relax
from tests.unit.invented_projects import DAY, land_case, random_project, road, stand_of


def some_changes(rng: random.Random, stand: Stand) -> dict[str, Any]:
    """Lawful changes of a random kind, as somebody would send them."""
    open_ones = [c for c in stand.cases if stand.is_open(c)]
    body: dict[str, Any] = {}
    if open_ones and rng.random() < 0.8:
        body["cases"] = [
            {"code": c, "on": str(soonest(stand, c) + timedelta(rng.randint(0, 90)))}
            for c in rng.sample(open_ones, rng.randint(1, len(open_ones)))
        ]
    wards = sorted({stand.cases[c].ward_code for c in open_ones})
    if wards and rng.random() < 0.4:
        body["groups"] = [{"by": "ward", "value": rng.choice(wards), "days": rng.randint(0, 40)}]
    works = [a for a in stand.reckoning.works.net.activities if a.kind is Kind.TASK]
    if rng.random() < 0.6:
        work = rng.choice(works)
        how: list[dict[str, Any]] = [
            {"crew": rng.randint(1, 4), "added": rng.randint(1, 4)},
            {"remaining": rng.randint(0, 50)},
        ]
        if work.actual_start is None:
            how += [{"duration": rng.randint(0, 60)}, {"start": str(DAY + timedelta(rng.randint(1, 80)))}]
        body["work"] = [{"code": work.code} | rng.choice(how)]
    return body


def edited(network: Network, stand: Stand, body: dict[str, Any]) -> Network:
    """The copy as a person would edit it, by a rule of this test: the oracle's input."""
    days = {code: forecast.on for code, forecast in stand.predicted.items()}
    for group in body.get("groups", ()):
        for code, case in stand.cases.items():
            if case.ward_code == group["value"] and stand.is_open(code):
                days[code] = stand.predicted[code].on + timedelta(group["days"])
    days |= {m["code"]: date.fromisoformat(m["on"]) for m in body.get("cases", ())}
    cases = tuple(stand.cases.values())
    predicted = {code: forecast._replace(on=days[code]) for code, forecast in stand.predicted.items()}
    whole = with_cases(network, lands(network, (), cases, predicted, DAY), cases, predicted, DAY)
    activities = []
    for a in whole.activities:
        if a.kind is NodeKind.CASE and a.actual_finish is None:
            a = replace(a, not_before=days[a.code])
        for move in body.get("work", ()):
            if move["code"] != a.code:
                continue
            left = a.duration if a.remaining is None else a.remaining
            if "crew" in move:
                a = replace(a, remaining=ceil(left / Fraction(move["crew"] + move["added"], move["crew"])))
            if "remaining" in move:
                a = replace(a, remaining=move["remaining"])
            if "duration" in move:
                a = replace(a, duration=move["duration"])
            if "start" in move:
                a = replace(a, not_before=date.fromisoformat(move["start"]))
        activities.append(a)
    return replace(whole, activities=tuple(activities))


def test_a_scenario_equals_the_oracle_and_the_engine_on_the_edited_copy_and_the_live_values_stay() -> None:
    tried = moved = 0
    for seed in range(200):
        rng = random.Random(seed)
        network, cases = random_project(rng)
        stand = stand_of(network, cases)
        body = some_changes(rng, stand)
        if not body:
            continue
        live = (*stand.reckoning.passed.early, *stand.reckoning.passed.late, stand.reckoning.passed.total)
        before = [part.copy() for part in live]
        resolved = resolve(read_changes(body), stand)
        trial = try_out(stand, resolved)
        slow = relax(edited(network, stand, body), DAY)
        for shift in (*trial.milestones, trial.finish):
            assert shift.after.toordinal() == slow[shift.code].finish - 1, (seed, shift.code)
        changes = [Change(m.code, not_before=m.after) for m in resolved.moved]
        engine = try_changes(stand.reckoning.result, [*changes, *resolved.works])
        assert [s.days for s in engine.shifts] == [trial.finish.days], seed
        assert [item.code for item in trial.chain] == list(engine.chain), seed
        assert all((a == b).all() for a, b in zip(before, live, strict=True))
        tried, moved = tried + 1, moved + bool(trial.finish.days)
    assert tried > 150
    assert moved > 60


def test_the_equality_would_notice_a_change_that_was_left_out() -> None:
    """The control: without its changes the copy is another one."""
    network = road("F1")
    stand = stand_of(network, [land_case("H-1", "F1", promised=date(2026, 4, 30))])
    body = {"cases": [{"code": "H-1", "on": "2026-06-30"}]}
    assert try_out(stand, resolve(read_changes(body), stand)).finish.days < -50
    unchanged, changed = (relax(edited(network, stand, each), DAY)["OPEN"] for each in ({}, body))
    assert unchanged.finish != changed.finish


def test_a_handover_before_the_lawful_day_is_refused_with_the_article_and_on_it_is_not() -> None:
    case = land_case("H-1", "F1", step="S10")
    stand = stand_of(road("F1"), [case])
    bound = stand.bound(case)
    assert bound is not None
    early = {"cases": [{"code": "H-1", "on": str(bound.on - timedelta(1))}]}
    with pytest.raises(InvalidInput) as refused:
        resolve(read_changes(early), stand)
    (fault,) = refused.value.faults
    assert fault.where == "H-1"
    for said in (fault.vi, fault.en):
        assert bound.rule in said
        assert bound.basis in said
    assert f"{bound.on:%d/%m/%Y}" in fault.vi
    on_it = read_changes({"cases": [{"code": "H-1", "on": str(bound.on)}]})
    assert resolve(on_it, stand).moved[0].after == bound.on == soonest(stand, "H-1")
    assert (
        resolve(read_changes({"groups": [{"by": "critical", "soonest": True}]}), stand).moved[0].after
        == bound.on
    )
    free = stand_of(road("F1"), [case], law=False)
    assert resolve(read_changes(early), free).moved  # the control: without the law the same day is fine
    past = {"cases": [{"code": "H-1", "on": "2026-03-12"}]}
    with pytest.raises(InvalidInput, match="is past"):
        resolve(read_changes(past), free)


def test_a_whole_ward_15_days_later_moves_every_open_case_of_it_and_no_other() -> None:
    cases = [
        land_case("H-1", "F1", ward="A", promised=date(2026, 4, 30)),
        land_case("H-2", "F1", ward="A", promised=date(2026, 4, 20)),
        land_case("H-3", "F1", ward="B", promised=date(2026, 4, 29)),
        land_case("H-4", "F1", ward="A", step="S105"),
    ]
    stand = stand_of(road("F1", calendar="ALL"), cases)
    resolved = resolve(read_changes({"groups": [{"by": "ward", "value": "A", "days": 15}]}), stand)
    assert [(m.code, (m.after - m.before).days) for m in resolved.moved] == [("H-1", 15), ("H-2", 15)]
    trial = try_out(stand, resolved)
    assert (trial.finish.days, trial.chain[0].code, trial.chain[0].ward_code) == (-15, "H-1", "A")
    assert {s.code: s.days for s in trial.milestones} == {"HALF": -15, "OPEN": -15}
    assert [(s.front, s.days) for s in trial.fronts] == [("F1", -15)]
    assert list(members("critical", "", stand)) == ["H-1"]


def test_a_named_case_wins_over_its_group_and_a_later_group_over_an_earlier_one() -> None:
    stand = stand_of(road("F1"), [land_case(f"H-{n}", "F1", promised=date(2026, 4, 30)) for n in (1, 2)])
    body = {
        "cases": [{"code": "H-1", "on": "2026-04-10"}],
        "groups": [
            {"by": "ward", "value": "A", "days": 90},
            {"by": "front", "value": "F1", "on": "2026-05-05"},
        ],
    }
    moved = {m.code: m.after for m in resolve(read_changes(body), stand).moved}
    assert moved == {"H-1": date(2026, 4, 10), "H-2": date(2026, 5, 5)}


def test_what_may_not_be_named_is_counted_in_a_refusal_and_unknown_to_whoever_names_it() -> None:
    cases = [land_case(f"H-{n}", "F1", step="S10") for n in (1, 2, 3)]
    stand = stand_of(road("F1"), cases)
    group = read_changes({"groups": [{"by": "front", "value": "F1", "on": "2026-03-14"}]})
    with pytest.raises(InvalidInput) as refused:
        resolve(group, stand, hidden={"H-2", "H-3"})
    assert [f.where for f in refused.value.faults] == ["H-1", "cases"]
    assert "2" in refused.value.faults[1].vi
    named = read_changes(
        {"cases": [{"code": "H-2", "on": "2027-03-14"}, {"code": "H-9", "on": "2027-03-14"}]}
    )
    with pytest.raises(InvalidInput) as refused:
        resolve(named, stand, hidden={"H-2", "H-3"})
    first, second = (f.vi.replace(f.where, "") for f in refused.value.faults)
    assert first == second


def test_added_hands_divide_what_remains_and_round_up() -> None:
    for left in range(60):
        for crew, added in ((1, 1), (2, 1), (3, 2), (4, -1), (7, 0)):
            assert shortened(left, crew, added) == ceil(Fraction(left * crew, crew + added))
    stand = stand_of(road("F1", days=20, calendar="ALL"), [])
    trial = try_out(stand, resolve(read_changes({"work": [{"code": "W-F1", "crew": 2, "added": 1}]}), stand))
    assert (trial.resolved.worked[0].before, trial.resolved.worked[0].after, trial.finish.days) == (20, 14, 6)


def test_a_kept_scenario_leaves_out_what_is_over_since() -> None:
    gone = stand_of(road("F1"), [land_case("H-1", "F1", step="S105"), land_case("H-2", "F1")])
    body = read_changes({"cases": [{"code": "H-1", "on": "2026-06-01"}, {"code": "H-2", "on": "2026-06-01"}],
                         "work": [{"code": "NO", "remaining": 3}]})  # fmt: skip
    with pytest.raises(InvalidInput) as refused:
        resolve(body, gone)
    assert [f.where for f in refused.value.faults] == ["H-1", "NO"]
    resolved = resolve(body, gone, again=True)
    assert ([m.code for m in resolved.moved], resolved.dropped) == (["H-2"], 2)


def test_changes_survive_their_json_form_and_every_fault_is_listed() -> None:
    rng = random.Random(5)
    for _ in range(100):
        stand = stand_of(*random_project(rng))
        body = some_changes(rng, stand)
        if body:
            assert read_changes(as_json(read_changes(body))) == read_changes(body)
    zero = {"groups": [{"by": "ward", "value": "A", "days": 0}], "work": [{"code": "W", "remaining": 0}]}
    assert as_json(read_changes(zero)) == zero
    bad = {
        "x": 1,
        "cases": [{"code": "", "on": "never"}, {"code": "A", "on": "2026-04-01"}, {"code": "A", "on": "1969-01-01"}],
        "groups": [{"by": "street"}, {"by": "ward", "value": "A", "days": 1, "on": "2026-04-01"}],
        "work": [{"code": "W"}, {"code": "V", "crew": 2, "added": -2}, {"code": "U", "remaining": True, "why": 1}],
    }  # fmt: skip
    with pytest.raises(InvalidInput) as refused:
        read_changes(bad)
    places = {f.where for f in refused.value.faults}
    assert places >= {"x", "cases.0.code", "cases.0.on", "cases.2.on", "A", "groups.0.by", "groups.1",
                      "work.0", "work.1", "work.2.remaining", "work.2.why"}  # fmt: skip
    with pytest.raises(InvalidInput, match="nothing to try"):
        read_changes({})


def test_works_that_are_over_or_have_begun_are_facts() -> None:
    network = road("F1", "F2")
    begun = [replace(a, actual_start=date(2026, 3, 2)) if a.code == "W-F1" else a for a in network.activities]
    done = [
        replace(a, actual_start=date(2026, 3, 2), actual_finish=date(2026, 3, 12)) if a.code == "W-F2" else a
        for a in begun
    ]
    stand = stand_of(replace(network, activities=tuple(done)), [])
    for move, said in (
        ({"code": "W-F2", "remaining": 3}, "is done"),
        ({"code": "W-F1", "start": "2026-05-01"}, "begun already"),
        ({"code": "W-F1", "duration": 9}, "what remains"),
        ({"code": "HALF", "duration": 9}, "milestone"),
        ({"code": "HALF", "start": "2026-03-13"}, "after the data date"),
    ):
        with pytest.raises(InvalidInput, match=said):
            resolve(read_changes({"work": [move]}), stand)


def test_nothing_different_moves_nothing_and_a_later_forecast_is_never_refused() -> None:
    stand = stand_of(road("F1"), [land_case("H-1", "F1", step="S10")])
    assert try_out(stand, resolve(Changes(), stand)).finish.days == 0
    later = resolve(read_changes({"groups": [{"by": "critical", "days": 1}]}), stand)
    assert (later.moved[0].after - later.moved[0].before).days == 1


def test_a_front_that_opens_with_a_run_may_open_with_another_run() -> None:
    """The copy is reckoned anew: cases that did not open the front before open it now."""
    line = Line(0.0, 1000.0, False, ())
    pieces = (("H-1", 0.0, 400.0), ("H-2", 400.0, 600.0), ("H-3", 600.0, 1000.0))
    rules = {"F1": RunRule(300.0, line, 0.0, 1000.0, pieces)}
    cases = [
        land_case(f"H-{n}", "F1", step="S100", promised=date(2026, month, 20))
        for n, month in ((1, 5), (2, 9), (3, 7))
    ]
    stand = stand_of(road("F1", calendar="ALL"), cases, rules=rules)
    assert stand.delay.chain[0].code == "H-1"
    late = try_out(stand, resolve(read_changes({"cases": [{"code": "H-1", "on": "2026-12-01"}]}), stand))
    assert (late.chain[0].code, late.finish.days) == ("H-3", -61)  # 20 May → 20 July, not 1 December
    moved = [replace(c, promised_on=date(2026, 12, 1)) if c.code == "H-1" else c for c in cases]
    again = stand_of(road("F1", calendar="ALL"), moved, rules=rules)
    assert again.delay.forecast_finish == late.finish.after


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"groups": [{"by": "critical", "days": 99_999}]}, "groups.0.days"),
        ({"groups": [{"by": "critical", "on": "1999-01-01"}]}, "groups.0.on"),
        ({"work": [{"code": "A", "duration": 5_000}]}, "work.0.duration"),
        ({"work": [{"code": "A", "start": "x"}]}, "work.0.start"),
    ],
)
def test_what_is_said_wrong_is_one_fault_and_not_also_missing(body: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_changes(body)
    assert [fault.where for fault in refused.value.faults] == [where]
