"""The slip ledger against full recomputation of every subset of changes; its sums, symmetry, null causes."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from projects.impact import project_delay
from projects.land import forecasts
from projects.ledger.book import make_ledger, without_cases_of
from projects.ledger.daily import finish_of, half_step
from projects.ledger.model import Kind, Ledger, Reason
from projects.ledger.sharing import LOW, Levels, exact_shares, sampled_shares
from projects.ledger.states import progressed
from projects.model import CaseState, Link, Network
from projects.openings import RunRule
from projects.workable import Line
from tests.unit.cpm_oracle import CALENDARS
from tests.unit.ledger_histories import FIRST, Told, histories, history
from tests.unit.ledger_oracle import by_definition, slow_half_step, slow_progressed, turned
from tests.unit.test_impact import case, road


def half_steps(count: int) -> Iterator[tuple[Told, Told, bool]]:
    """Both half-steps of random days; `landed` is true for the first."""
    for before, after in histories(count, days=1):
        middle = slow_progressed(before, after)
        yield before, middle, True
        yield middle, after, False


def book(states: list[Told], target: str = "OPEN") -> Ledger:
    days = [told.state for told in states]
    return make_ledger(days, target, project="N", milestone=target, name_vi="Thông xe", name_en="Opening")


def test_shares_of_500_random_histories_equal_full_recomputation_of_every_subset() -> None:
    seen = {True: 0, False: 0}
    for before, after, landed in half_steps(500):
        if not turned(before, after):
            parts = half_step(before.state, after.state, "OPEN", landed=landed)
            assert (parts.before, parts.after, parts.shares) == slow_half_step(
                before, after, "OPEN", landed=landed
            )
            assert parts.exact
            seen[landed] += bool(parts.shares)
    assert seen[True] > 300, "the histories move too little to show anything"
    assert seen[False] > 60


def test_half_steps_add_up_to_the_day_and_days_to_the_slip() -> None:
    for seed in range(40):
        states = history(random.Random(seed), days=6)
        found = book(states)
        for entry, (before, after) in zip(found.days, itertools.pairwise(states), strict=True):
            for state, said in ((before, entry.before), (after, entry.after)):
                delay = project_delay(
                    state.network, tuple(state.cases.values()), CALENDARS,
                    data_date=state.day, planned_finish=None, fronts=state.fronts,
                )  # fmt: skip
                assert said == delay.forecast_finish
            for half in (entry.progress, entry.plan):
                assert sum((s.days for s in half.shares), Fraction(0)) == half.moved
            assert entry.progress.after == entry.plan.before
            assert entry.progress.moved + entry.plan.moved == entry.moved
        tables = (found.causes, found.wards, found.obstacles, found.bodies, found.reasons, found.half_steps)
        assert {sum((t.days for t in table), Fraction(0)) for table in tables} == {Fraction(found.slip)}
        assert all(t.lost + t.gained == t.days and t.lost >= 0 >= t.gained for table in tables for t in table)
        assert sum(entry.moved for entry in found.days) == found.slip


def test_order_of_the_input_does_not_matter() -> None:
    for seed in range(60):
        states = history(random.Random(seed), days=3)
        mixed = [shuffled(state, random.Random(seed)) for state in states]
        assert book(mixed) == book(states)


def shuffled(state: Told, rng: random.Random) -> Told:
    activities, links = list(state.network.activities), list(state.network.links)
    cases, fronts = list(state.cases.items()), list(state.fronts)
    for items in (activities, links, cases, fronts):
        rng.shuffle(items)
    network = replace(state.network, activities=tuple(activities), links=tuple(links))
    predicted = {code: state.forecasts[code] for code, _ in cases if code in state.forecasts}
    return replace(state, network=network, cases=dict(cases), forecasts=predicted, fronts=tuple(fronts))


def land(*days: tuple[Network, dict[str, CaseState]]) -> list[Told]:
    """States of consecutive days."""
    states = []
    for n, (network, cases) in enumerate(days):
        day = FIRST + timedelta(n)
        states.append(Told(day, network, cases, forecasts(list(cases.values()), day)))
    return states


def promised(code: str, front: str, day: date) -> CaseState:
    return case(code, front, promised=day)


def test_parcel_that_changed_but_never_drove_gets_nothing() -> None:
    far, near = date(2026, 6, 1), date(2026, 4, 1)
    network = road("F1", "F2", days=10)
    before = {"H-1": promised("H-1", "F1", far), "H-2": promised("H-2", "F2", near)}
    after = {**before, "H-2": promised("H-2", "F2", near + timedelta(20))}
    found = book(land((network, before), (network, after)))
    assert found.slip == 0
    assert found.causes == ()
    later = {**before, "H-1": promised("H-1", "F1", far + timedelta(7)), "H-2": after["H-2"]}
    found = book(land((network, before), (network, later)))
    assert [(t.key, t.days) for t in found.causes] == [("case:H-1", Fraction(found.slip))]
    (share,) = found.days[0].shares
    assert (share.reason, share.cause.ward, share.cause.body) == (Reason.PROMISE, "00097", "ward:00097")


def test_two_parcels_that_hold_a_front_together_share_its_days_evenly_and_so_do_300() -> None:
    for n in (2, 300):
        day = date(2026, 6, 1)
        before = {f"H-{i}": promised(f"H-{i}", "F1", day) for i in range(n)}
        after = {code: replace(c, promised_on=day + timedelta(14)) for code, c in before.items()}
        network = road("F1", days=10, calendar="ALL")
        found = book(land((network, before), (network, after)))
        assert found.slip == 14
        assert {t.days for t in found.causes} == {Fraction(14, n)}
        assert found.days[0].progress.exact


def test_day_that_passes_without_progress_is_charged_to_the_case_whose_forecast_moved() -> None:
    network = road("F1", days=10, calendar="ALL")
    waiting = {"H-1": case("H-1", "F1", step="S97")}
    found = book(land((network, waiting), (network, waiting), (network, waiting)))
    assert found.slip == 2
    assert [(t.key, t.days) for t in found.causes] == [("case:H-1", Fraction(2))]
    assert {s.reason for d in found.days for s in d.shares} == {Reason.TIME}
    idle = book(land((network, {}), (network, {})))
    assert [(s.cause.code, s.reason, s.days) for s in idle.days[0].shares] == [
        ("W-F1", Reason.TIME, Fraction(1))
    ] or {s.cause.kind for s in idle.days[0].shares} == {Kind.ACTIVITY}


def test_what_was_learnt_in_the_period_is_the_opening_and_all_tables_hold_it() -> None:
    network = road("F1", "F2", days=10, calendar="ALL")
    cases = {"H-1": case("H-1", "F1", step="S97"), "H-2": case("H-2", "F1", step="S97")}
    own, *states = land((network, cases), (network, cases), (network, cases))
    then = replace(own, forecasts={c: f._replace(on=f.on + timedelta(6)) for c, f in own.forecasts.items()})
    states = [
        replace(s, forecasts={c: f._replace(on=f.on + timedelta(6)) for c, f in s.forecasts.items()})
        for s in states
    ]
    found = make_ledger(
        [told.state for told in (then, *states)],
        "OPEN",
        project="N",
        milestone="OPEN",
        name_vi="",
        name_en="",
        begin=own.state,
    )
    assert (found.before, found.after) == (finish_of(own.state, "OPEN"), finish_of(states[-1].state, "OPEN"))
    assert found.opening.moved == 6
    assert [(s.cause.code, s.reason, s.days) for s in found.opening.shares] == [
        ("H-1", Reason.GROUNDS, Fraction(3)),
        ("H-2", Reason.GROUNDS, Fraction(3)),
    ]
    assert [(t.key, t.days) for t in found.half_steps] == [
        ("grounds", Fraction(6)),
        ("progress", Fraction(2)),
    ]
    assert found.opening.moved + sum(entry.moved for entry in found.days) == found.slip == 8
    seen = without_cases_of(found, frozenset({"H-1"}))
    assert {sum((t.days for t in table), Fraction(0)) for table in (seen.causes, seen.half_steps)} == {
        Fraction(8)
    }
    assert "H-1" not in {s.cause.code for s in seen.shares}


def run_of(*cases: str) -> RunRule:
    """A front of 100 m per case, in their order, that opens with 150 m in one piece."""
    length = 100.0 * len(cases)
    pieces = tuple((code, 100.0 * i, 100.0 * i + 100.0) for i, code in enumerate(cases))
    return RunRule(150.0, Line(0.0, length), 0.0, length, pieces)


def test_front_with_a_run_is_charged_to_the_cases_of_its_run_that_moved() -> None:
    network = road("F1", days=10, calendar="ALL")
    first = date(2026, 6, 1)
    before = {f"H-{i}": promised(f"H-{i}", "F1", first + timedelta(30 * i)) for i in range(3)}
    after = {**before, "H-1": promised("H-1", "F1", first + timedelta(40))}
    rules = {"F1": run_of("H-0", "H-1", "H-2")}
    states = [replace(state, rules=rules) for state in land((network, before), (network, after))]
    found = book(states)
    assert found.slip == 10  # H-2, the last of all land, is not waited for
    assert [(t.key, t.days) for t in found.causes] == [("case:H-1", Fraction(10))]
    assert not found.exact
    assert (
        found.before
        == project_delay(
            network,
            tuple(before.values()),
            CALENDARS,
            data_date=states[0].day,
            planned_finish=None,
            rules=rules,
        ).forecast_finish
    )


def test_edit_of_the_plan_stands_in_the_second_half_step() -> None:
    network = road("F1", days=10, calendar="ALL")
    longer = replace(
        network,
        activities=tuple(replace(a, duration=15) if a.code == "W-F1" else a for a in network.activities),
    )
    cases = {"H-1": promised("H-1", "F1", date(2026, 6, 1))}
    found = book(land((network, cases), (longer, cases)))
    assert [(t.key, t.days) for t in found.half_steps] == [("plan", Fraction(5))]
    (share,) = found.days[0].plan.shares
    assert (share.cause.kind, share.cause.code, share.reason) == (Kind.PLAN, "W-F1", Reason.EDIT)


def test_edits_that_turn_links_around_are_divided_evenly_because_they_cannot_be_applied_one_by_one() -> None:
    network = road("F1", "F2", days=10, calendar="ALL")
    one = replace(network, links=(*network.links, Link("W-F1", "W-F2")))
    other = replace(network, links=(*network.links, Link("W-F2", "W-F1", lag=3)))
    found = book(land((one, {}), (other, {})))
    assert found.days[0].plan.moved == 3
    assert [(s.cause.code, s.days) for s in found.days[0].plan.shares] == [
        ("W-F1", Fraction(3, 2)),
        ("W-F2", Fraction(3, 2)),
    ]
    assert not found.days[0].plan.exact


def test_reader_without_reach_sees_one_sum_and_all_totals_stay_exact() -> None:
    for seed in range(30):
        whole = book(history(random.Random(seed), days=4))
        seen = without_cases_of(whole, frozenset({"H-0", "H-2"}))
        assert (seen.before, seen.after, seen.slip) == (whole.before, whole.after, whole.slip)
        assert "case:H-0" not in {t.key for t in seen.causes}
        assert not {"H-0", "H-2"} & {s.cause.code for d in seen.days for s in d.shares}
        for table in (seen.causes, seen.wards, seen.obstacles, seen.bodies, seen.reasons, seen.half_steps):
            assert sum((t.days for t in table), Fraction(0)) == whole.slip


def test_closed_form_of_the_shares_is_the_mean_over_all_orders() -> None:
    rng = random.Random(7)
    for _ in range(300):
        m, k = rng.randint(0, 4), rng.randint(0, 2)

        def level(rng: random.Random = rng) -> int:
            return rng.choice([LOW, rng.randint(0, 9)])

        table = [
            Levels(rng.randint(0, 5), [level() for _ in range(m)], [level() for _ in range(m)])
            for _ in range(1 << k)
        ]

        def value(changed: frozenset[tuple[bool, str]], m: int = m, table: list[Levels] = table) -> int:
            row = table[sum(1 << int(code) - m for is_source, code in changed if not is_source)]
            own = [(row.after if (True, str(i)) in changed else row.before)[i] for i in range(m)]
            return max([row.always, *own])

        names = [(i < m, str(i)) for i in range(m + k)]
        slow = by_definition(names, value)
        assert exact_shares(m, k, table.__getitem__) == [slow[name] for name in names]


def test_sampled_shares_add_up_exactly_and_give_a_null_cause_nothing() -> None:
    def value(changed: frozenset[int]) -> int:
        return 7 * (len(changed - {3}) // 3)

    shares = sampled_shares(20, value, orders=8)
    assert sum(shares) == value(frozenset(range(20)))
    assert shares[3] == 0
    assert shares == sampled_shares(20, value, orders=8)


def test_slip_is_the_difference_of_two_independent_forecasts() -> None:
    states = history(random.Random(3), days=5)
    found = book(states)
    assert found.slip == (finish_of(states[-1].state, "OPEN") - finish_of(states[0].state, "OPEN")).days
    assert progressed(states[0].state, states[0].state) is states[0].state
