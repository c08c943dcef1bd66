"""Runs of free ground in the simulation and in floats: each against the rule of the front asked anew."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from api.usecases.calculation import Calculation
from api.usecases.risk_net import strips_of, undated
from projects.engine.dated_risk import Uncertain, simulate
from projects.engine.model import Activity, Kind, Link, Net, Options
from projects.engine.schedule import schedule
from projects.engine.setup import prepare
from projects.engine.shifts import DAY
from projects.engine.spread import Empirical, Fixed
from projects.engine.strips import Strip, needed, opened
from projects.forecasting.chain import forecasts
from projects.impact import dated_works, reckoning_of
from projects.model import CaseState, Network
from projects.openings import RunRule, run_opening, strip_of
from projects.reckoning import Reckoning
from projects.workable import Line
from tests.unit.cpm_oracle import CALENDARS as TABLE
from tests.unit.test_dated_risk import CALENDARS, TODAY
from tests.unit.test_impact import FRIDAY
from tests.unit.test_openings import random_rule, world


def ring_rule(rng: random.Random, codes: list[str]) -> RunRule:
    """A front all round a ring of 1,000 m, or on a part of it through the seam."""
    pieces, at = [], 0.0
    while at < 1000.0:
        wide = rng.choice((20.0, 45.0, 130.0))
        if rng.random() < 0.9:
            pieces.append((rng.choice(codes), at, at + wide))
        at += wide
    front = rng.choice(((0.0, 1000.0), (700.0, 1300.0), (100.0, 600.0)))
    return RunRule(float(rng.choice((60, 150, 400, 990))), Line(0.0, 1000.0, True), *front, tuple(pieces))


def worlds(many: int) -> list[tuple[int, RunRule, dict[str, date]]]:
    found = []
    for seed in range(many):
        rng = random.Random(seed)
        codes = [f"H-{n}" for n in range(rng.randint(1, 9))]
        rule = (random_rule if seed % 2 else ring_rule)(rng, codes)
        found.append((seed, rule, {code: TODAY + timedelta(rng.randint(0, 12)) for code in codes}))
    return found


def asked(strip: Strip, days: Mapping[str, int]) -> tuple[int, set[str]]:
    """What the kernel says of one iteration."""
    column = np.array([[days[code]] for code in strip.codes], np.int32)
    wait, holds = np.zeros(1, np.int32), np.zeros((len(strip.codes), 1), bool)
    opened(strip.at, strip.length, strip.parted, strip.first, strip.holder, strip.need, strip.around, column, 1, wait,
           holds)  # fmt: skip
    return int(wait[0]), {code for code, held in zip(strip.codes, holds[:, 0], strict=True) if held}


def test_the_day_of_a_strip_and_who_holds_it_are_those_of_the_rule() -> None:
    never = 0
    for seed, rule, days in worlds(400):
        strip, found = strip_of(rule, days), run_opening(rule, days)
        assert (strip is None) == (found is None), seed
        if strip is None or found is None:
            never += 1
            continue
        on, holds = asked(strip, {code: (day - TODAY).days for code, day in days.items()})
        assert TODAY + timedelta(on) == found.on, seed
        assert holds == {code for code in found.by if days[code] == found.on}, seed
    assert 10 < never < 300


def test_an_event_is_needed_by_a_day_where_the_run_is_not_free_without_it() -> None:
    some = without = 0
    for seed, rule, days in worlds(300):
        strip, found = strip_of(rule, days), run_opening(rule, days)
        if strip is None or found is None:
            continue
        for late in (0, 3):
            on = found.on + timedelta(late)
            alone = {
                code
                for code in strip.codes
                if (again := run_opening(rule, days | {code: date(2100, 1, 1)})) is None or again.on > on
            }
            mine = needed(strip, {c: (day - TODAY).days for c, day in days.items()}, (on - TODAY).days)
            assert mine == alone, (seed, late)
            some += bool(alone)
            without += not alone
    assert some > 50
    assert without > 50


def test_a_run_of_exactly_the_length_is_long_enough() -> None:
    """1300.1 − 1000.1 is less than 300 as floats."""
    rule = RunRule(300.0, Line(0.0, 3000.0), 1000.1, 1300.1, (("H-1", 1000.1, 1300.1),))
    found = run_opening(rule, {"H-1": TODAY})
    assert found is not None
    assert strip_of(rule, ["H-1"]) is not None


def test_every_iteration_opens_with_the_run_that_comes_first_in_it() -> None:
    """Two fronts that open with runs, some land done: each finish is that of the network with the front's own day."""
    fronts = ("F0", "F1")
    works = tuple(Activity(f"W{f}", (9 + 7 * i) * DAY, "VN6") for i, f in enumerate(fronts))
    gates = tuple(Activity(f, 0, "ALL", Kind.MILESTONE) for f in fronts)
    links = tuple(Link(*pair) for f in fronts for pair in ((f, f"W{f}"), (f"W{f}", "Z")))
    other = kept = 0
    for seed in range(12):
        rng = random.Random(seed)
        codes = [f"H-{n}" for n in range(9)]
        rules = {f: rule for f in fronts if strip_of(rule := random_rule(rng, codes), codes) is not None}
        cases = tuple(Activity(code, 0, "ALL", Kind.MILESTONE) for code in codes)
        net = Net(
            "P", (*works, *gates, *cases, Activity("Z", 0, "ALL", Kind.MILESTONE)), links, CALENDARS, ("Z",)
        )
        p = prepare(net, Options(TODAY, whole_days=True))
        done = {code: -rng.randint(0, 9) for code in codes[:2]}
        drawn = {
            c: Uncertain(Empirical((1.0, 30.0, 90.0)), wait=True, group=n % 2)
            for n, c in enumerate(codes[2:])
        }
        strips = {f: (strip, done) for f, rule in rules.items() if (strip := strip_of(rule, codes))}
        asks = {code: [code] for code in drawn} | {f: [f] for f in fronts}
        one, two = (
            simulate(
                p, drawn, asked=asks, strips=strips, seed=seed, iterations=70, prune=prune, threads=threads
            )
            for prune, threads in ((True, 1), (False, 2))
        )
        assert one.finish.tolist() == two.finish.tolist()
        assert one.criticality == two.criticality
        assert one.swing == two.swing
        for j in range(0, 70, 3):
            days = {code: date.fromordinal(int(one.reached[code][j])) for code in drawn}
            days |= {code: TODAY + timedelta(late) for code, late in done.items()}
            for f, rule in rules.items():
                found = run_opening(rule, days)
                assert found is not None
                assert date.fromordinal(int(one.reached[f][j])) == max(found.on, TODAY), (seed, j, f)
                other += found.on < max(days[code] for code in strips[f][0].codes)
            kept += 1
    assert other > 200
    assert kept == 12 * 24


def test_land_of_the_run_is_on_the_chain_and_other_land_is_not() -> None:
    rule = RunRule(300.0, Line(0.0, 3000.0), 1000.0, 2000.0, (("A", 1000.0, 1400.0), ("B", 1400.0, 2000.0)))
    cases = tuple(Activity(code, 0, "ALL", Kind.MILESTONE) for code in "AB")
    net = Net("P", (*cases, Activity("F", 0, "ALL", Kind.MILESTONE), Activity("W", 5 * DAY, "ALL")),
              (Link("F", "W"),), CALENDARS, ("W",))  # fmt: skip
    p = prepare(net, Options(TODAY, whole_days=True))
    strip = strip_of(rule, "AB")
    assert strip is not None
    spread = {"A": Uncertain(Empirical((10.0, 10.0)), wait=True), "B": Uncertain(Fixed(60), wait=True)}
    found = simulate(p, spread, strips={"F": (strip, {})}, seed=1, iterations=64)
    assert found.criticality == {"A": 1.0, "B": 0.0, "F": 1.0, "W": 1.0}
    longer = strip_of(replace(rule, run_m=500.0), "AB")
    assert longer is not None
    found = simulate(p, spread, strips={"F": (longer, {})}, seed=1, iterations=64)
    assert found.criticality == {"A": 0.0, "B": 1.0, "F": 1.0, "W": 1.0}


def reckoned(
    world: tuple[Network, list[CaseState], dict[str, RunRule]], later: tuple[str, int] | None = None
) -> Reckoning:
    """The world reckoned, with one case handed over so many days later."""
    network, cases, rules = world
    predicted = forecasts(cases, FRIDAY)
    if later is not None:
        late = predicted[later[0]]._replace(on=predicted[later[0]].on + timedelta(later[1]))
        predicted = predicted | {later[0]: late}
    return reckoning_of(network, tuple(cases), TABLE, data_date=FRIDAY, predicted=predicted, rules=rules)


def end_of(reckoning: Reckoning) -> date:
    return dated_works(reckoning).finish


def test_float_of_land_is_how_late_it_may_come_whichever_run_opens_then() -> None:
    """Each waiting case tried on its late day and the day after; one that leads nowhere, years later."""
    replaced = tried = 0
    for seed in range(60):
        made = world(seed)
        found = reckoned(made)
        links_alone = schedule(found.net, found.works.options)
        for case in found.cases:
            row = found.row(case.code)
            assert row is not None
            if row.done:
                continue
            tried += 1
            assert row.total_float == (row.late_finish - row.early_finish).days, (seed, case.code)
            assert 0 <= row.free_float <= row.total_float
            leads = found.passed.lead[found.prepared.index[case.code]]
            last = row.total_float if leads else 2000
            assert end_of(reckoned(made, (case.code, last))) == end_of(found), (seed, case.code)
            if leads:
                assert end_of(reckoned(made, (case.code, last + 1))) > end_of(found), (seed, case.code)
            opens = {state.possession: state.opens for state in found.ground}
            after = {s.possession: s.opens for s in reckoned(made, (case.code, row.free_float)).ground}
            assert all(after[code] == opens[code] for code in opens if opens[code] > FRIDAY), (
                seed,
                case.code,
            )
            replaced += links_alone.rows[case.code].late_finish < row.late_finish
            assert links_alone.rows[case.code].late_finish <= row.late_finish
        works = [code for code in found.prepared.codes if code not in {c.code for c in found.cases}]
        assert all(found.result.rows[code] == links_alone.rows[code] for code in works)
    assert tried > 300
    assert replaced > 20, "the links alone say less"


def test_risk_of_a_front_with_a_run_is_that_of_reckoning_each_draw() -> None:
    """The parts of the simulation put together as the page does: each finish is the reckoning of its own days."""
    sooner = 0
    for seed in range(12):
        network, cases, rules = made = world(seed)
        found = reckoned(made)
        known = Calculation(FRIDAY, {c.code: c for c in cases}, dict(found.predicted), (), None, found)
        strips = strips_of(known)
        drawn = {
            c.code: Uncertain(Empirical((1.0, 30.0, 90.0)), wait=True) for c in cases if known.is_open(c.code)
        }
        p = prepare(undated(found.net, drawn, strips), found.works.options)
        result = simulate(p, drawn, asked={c: [c] for c in drawn}, strips=strips, seed=seed, iterations=16)
        for j in range(16):
            days = {
                c: f._replace(on=date.fromordinal(int(result.reached[c][j]))) if c in drawn else f
                for c, f in found.predicted.items()
            }
            again = reckoning_of(network, tuple(cases), TABLE, data_date=FRIDAY, predicted=days, rules=rules)
            assert date.fromordinal(int(result.finish[j])) == end_of(again), (seed, j)
            held = reckoning_of(network, tuple(cases), TABLE, data_date=FRIDAY, predicted=days)
            sooner += end_of(again) < end_of(held)
    assert sooner > 20
