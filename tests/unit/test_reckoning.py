"""The reckoning of a project: land joined as arrays, plans in days and minutes, fronts that open with a run."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from projects.engine.bridge import net_of
from projects.engine.model import Activity as EngineActivity
from projects.engine.model import Kind, Net, Options
from projects.engine.model import Link as EngineLink
from projects.engine.schedule import schedule
from projects.engine.shifts import OFFICE, WHOLE_DAY, from_days
from projects.errors import CyclicDependency, InvalidInput
from projects.forecasting.chain import forecasts
from projects.impact import delay_of, land_network, reckoning_of
from projects.model import CaseState, Link, Network, NodeKind, WorkFront
from projects.openings import RunRule
from projects.plan import Plan
from projects.reckoning import Reckoning
from projects.releases import gain, prepare_releases
from projects.workable import Line
from tests.unit.cpm_oracle import CALENDARS
from tests.unit.test_impact import FRIDAY, case, random_land, road, worlds


def reckoned(
    network: Network | Plan, cases: Collection[CaseState], *, fronts: tuple[WorkFront, ...] = (), **more: Any
) -> Reckoning:
    return reckoning_of(network, tuple(cases), CALENDARS, data_date=FRIDAY, fronts=fronts, **more)


def run_rule(rng: random.Random, cases: Collection[CaseState]) -> RunRule:
    """A front of ten stretches of 100 m dealt out to its cases, of which a run must be free."""
    owners = [rng.choice(list(cases)).code for _ in range(10)] if cases else []
    pieces = tuple((code, n * 100.0, (n + 1) * 100.0) for n, code in enumerate(owners))
    return RunRule(rng.choice([100.0, 300.0, 600.0]), Line(0.0, 1000.0), 0.0, 1000.0, pieces)


def test_land_joined_as_arrays_is_dated_as_the_network_with_an_activity_per_case() -> None:
    for seed, network, cases, found in worlds():
        reckoning = reckoned(network, cases)
        mine, full = reckoning.result, schedule(reckoning.net, found.options)
        assert mine.rows == full.rows, seed
        assert mine.finish == found.forecast_finish
        place = [full.prepared.index[code] for code in mine.prepared.codes]
        for name in ("total", "free", "lead", "own", "chain"):
            assert (getattr(full, name)[place] == getattr(mine, name)).all(), (seed, name)
        for one, other in zip((*mine.early, *mine.late), (*full.early, *full.late), strict=True):
            assert (other[place] == one).all(), seed
        days = reckoned(land_network(network, (), cases, FRIDAY), cases)
        assert days.net == reckoning.net, seed
        assert {k.pred for k in mine.rows[network.finish].drivers} == set(
            found.schedule.rows[network.finish].drivers
        )


def test_plan_with_tied_fronts_is_dated_as_the_day_network() -> None:
    for seed, network, cases, found in worlds():
        gone = {a.code for a in network.activities if a.kind is NodeKind.POSSESSION}
        bare = replace(
            network,
            activities=tuple(a for a in network.activities if a.code not in gone),
            links=tuple(k for k in network.links if k.pred not in gone),
        )
        ties = {code.replace("P-", "W-"): code.removeprefix("P-") for code in gone}
        minutes = reckoned(Plan(net_of(bare, CALENDARS), whole_days=True, fronts=ties), cases)
        again = delay_of(minutes, planned_finish=None)
        assert replace(again, schedule=found.schedule, chain=found.chain) == found, seed
        assert [(i.code, i.kind, i.start, i.finish, i.front, i.days) for i in again.chain] == [
            (i.code, i.kind, i.start, i.finish, i.front, i.days) for i in found.chain
        ]
        assert again.schedule.rows.keys() == found.schedule.rows.keys()
        for code, row in found.schedule.rows.items():
            assert again.schedule.rows[code] == row, (seed, code)


def test_gains_of_fronts_that_open_with_a_run_equal_a_full_recomputation() -> None:
    gained = 0
    for seed in range(25):
        rng = random.Random(seed)
        network, cases = random_land(seed)
        rules = {
            code: run_rule(rng, [c for c in cases if code in c.fronts])
            for code in ("F0", "F1")
            if rng.random() < 0.8
        }
        predicted = forecasts([c for c in cases if c.step != "X2"], FRIDAY)
        whole = reckoned(network, cases, rules=rules, predicted=predicted)
        releases = prepare_releases(whole)
        waiting = [code for code, f in predicted.items() if f.basis != "actual"]
        before = delay_of(whole, planned_finish=None).forecast_finish
        for _ in range(4):
            freed = set(rng.sample(waiting, rng.randint(0, len(waiting))))
            free = {code: f._replace(on=FRIDAY) if code in freed else f for code, f in predicted.items()}
            after = delay_of(
                reckoned(network, cases, rules=rules, predicted=free), planned_finish=None
            ).forecast_finish
            assert gain(releases, freed) == (before - after).days, (seed, freed)
            gained += before > after
    assert gained > 15


def test_land_of_a_plan_in_minutes_opens_the_first_shift_after_its_day() -> None:
    times = tuple(
        from_days(CALENDARS[name], OFFICE if name == "VN6" else WHOLE_DAY) for name in ("VN6", "ALL")
    )
    net = Net(
        "N",
        (EngineActivity("A", 3 * 480, "VN6"), EngineActivity("OPEN", 0, "ALL", Kind.MILESTONE)),
        (EngineLink("A", "OPEN", lag=60),),
        times,
        ("OPEN",),
    )
    held = [case("H-1", "F1", promised=date(2026, 4, 10)), case("H-2", "F1", promised=date(2026, 4, 1))]
    whole = reckoned(Plan(net, fronts={"A": "F1"}), held)
    assert whole.result.options == Options(FRIDAY)
    assert [whole.result.rows[c].start_at for c in ("H-1", "P-F1", "A")] == [
        datetime(2026, 4, 11), datetime(2026, 4, 11), datetime(2026, 4, 11, 7, 30),
    ]  # fmt: skip
    found = delay_of(whole, planned_finish=date(2026, 4, 1))
    assert found.forecast_finish == date(2026, 4, 15)  # Saturday, Monday, Tuesday, and an hour
    assert found.slip_days == 14
    assert [item.code for item in found.chain] == ["H-1", "P-F1", "A", "OPEN"]
    (driver,) = found.drivers
    assert (driver.code, driver.alone_days, driver.group_days) == ("H-1", 9, 28)


def test_code_that_is_a_case_and_an_activity_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        reckoned(road("F1"), [case("W-F1", "F1")])
    assert [fault.where for fault in refused.value.faults] == ["W-F1"]


def test_cycle_of_a_day_network_is_refused_with_its_members() -> None:
    network = road("F1", "F2")
    ring = (Link("W-F1", "W-F2"), Link("W-F2", "W-F1"))
    with pytest.raises(CyclicDependency) as refused:
        reckoned(replace(network, links=(*network.links, *ring)), [])
    assert refused.value.members == ("W-F1", "W-F2", "W-F1")


def test_case_of_a_front_that_needs_no_land_or_left_the_boundary_holds_nothing() -> None:
    dry = WorkFront("F2", "F2", "F2", "road", "D1", None, None, needs_land=False)
    row = reckoned(road("F2"), [case("H-1", "F2", promised=date(2026, 9, 1))], fronts=(dry,)).row("H-1")
    assert row is not None
    assert not row.critical
    assert reckoned(road("F1"), [case("H-1", "F1", step="X2")]).row("H-1") is None
