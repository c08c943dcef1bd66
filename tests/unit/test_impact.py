"""What uncleared land does to the completion date, against full recomputation by the day-by-day oracle."""

from __future__ import annotations

import itertools
import random
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from projects.forecasting.chain import forecast_handover
from projects.impact import ProjectDelay, land_network, project_delay
from projects.model import Activity, CaseState, Link, LinkType, Network, NodeKind, ParcelRef, WorkFront
from tests.unit.cpm_oracle import CALENDARS, relax

FRIDAY = date(2026, 3, 13)
STEPS = ["S20", "S30", "S40", "S60", "S80", "S90", "S95", "S100", "S101", "S105", "S105", "X1", "X2"]


def case(
    code: str, *fronts: str, step: str = "S80", ward: str = "00097", promised: date | None = None
) -> CaseState:
    parcel = ParcelRef("42", code.rpartition("-")[2], 120.5, 100.0, 112.0)
    return CaseState(code, ward, step, date(2026, 3, 1), promised, None, fronts, (parcel,))


def front(code: str, *, needs_land: bool = True, length: float | None = 500.0) -> WorkFront:
    return WorkFront(
        code,
        code,
        code,
        "road",
        "D1",
        None if length is None else 1000.0,
        length and 1000.0 + length,
        needs_land,
    )


def road(*codes: str, days: int = 20, calendar: str = "VN6") -> Network:
    """One possession and one piece of work per front, then the opening."""
    nodes, links = [Activity("OPEN", "Thông xe", "Opening", 0, "ALL", NodeKind.MILESTONE)], []
    for code in codes:
        nodes += [
            Activity(f"P-{code}", "Nhận mặt bằng", "Possession", 0, "ALL", NodeKind.POSSESSION, code),
            Activity(f"W-{code}", "Thi công", "Works", days, calendar, front=code),
        ]
        links += [Link(f"P-{code}", f"W-{code}"), Link(f"W-{code}", "OPEN")]
    return Network("N", tuple(nodes), tuple(links), "OPEN")


def delay(network: Network, cases: Collection[CaseState], **options: object) -> ProjectDelay:
    fronts = options.pop("fronts", ())
    assert isinstance(fronts, tuple)
    planned = options.pop("planned", None)
    assert planned is None or isinstance(planned, date)
    assert not options
    return project_delay(
        network, tuple(cases), CALENDARS, data_date=FRIDAY, planned_finish=planned, fronts=fronts
    )


def slow_finish(network: Network, cases: Collection[CaseState], freed: Collection[str] = ()) -> date:
    """Completion by the oracle on the network with a node per case; `freed` are handed over on the data date."""
    land = land_network(network, (), tuple(cases), FRIDAY)
    free = (replace(a, not_before=FRIDAY) if a.code in freed else a for a in land.activities)
    placed = relax(replace(land, activities=tuple(free)), FRIDAY)
    return date.fromordinal(placed[network.finish].finish - 1)


def random_land(seed: int) -> tuple[Network, list[CaseState]]:
    rng = random.Random(seed)
    fronts = [f"F{n}" for n in range(rng.randint(2, 4))]
    network = road(*fronts, days=rng.randint(5, 40), calendar=rng.choice(["ALL", "VN6", "DYKE"]))
    extra = [
        Link(
            f"W-{one}", f"W-{other}", rng.choice([LinkType.FS, LinkType.SS, LinkType.FF]), rng.randint(-3, 5)
        )
        for one, other in itertools.pairwise(fronts)
        if rng.random() < 0.5
    ]
    cases = []
    for n in range(rng.randint(1, 14)):
        step = rng.choice(STEPS)
        promised = FRIDAY + timedelta(rng.randint(-9, 60)) if rng.random() < 0.7 else None
        on = tuple(rng.sample(fronts, rng.choice([0, 1, 1, 1, 2])))
        cases.append(case(f"H-{n}", *on, step=step, ward=rng.choice("ABC"), promised=promised))
    return replace(network, links=(*network.links, *extra)), cases


def worlds() -> Iterator[tuple[int, Network, list[CaseState], ProjectDelay]]:
    for seed in range(250):
        network, cases = random_land(seed)
        yield seed, network, cases, delay(network, cases)


def test_uncleared_parcel_delays_the_task_above_it() -> None:
    network = road("F1", "F2", days=10)
    free = delay(network, [])
    held = delay(network, [case("H-1", "F1", promised=date(2026, 4, 30))], planned=date(2026, 4, 1))
    assert free.schedule.rows["W-F1"].early_start == date(2026, 3, 14)
    assert held.schedule.rows["W-F1"].early_start == date(2026, 5, 1)
    assert held.slip_days == (held.forecast_finish - date(2026, 4, 1)).days > 0
    assert [item.code for item in held.chain] == ["H-1", "P-F1", "W-F1", "OPEN"]
    assert held.chain[0].kind is NodeKind.CASE
    assert held.chain[0].ward_code == "00097"
    assert held.chain[0].days == 48
    assert [item.days for item in held.chain[1:]] == [0, 12, 0]  # 10 worked days over two Sundays
    assert held.critical_cases == {"H-1"}


def test_front_opens_with_its_last_case_and_one_of_two_equals_gains_nothing_alone() -> None:
    twins = [case(f"H-{n}", "F1", promised=date(2026, 4, 30)) for n in (1, 2)]
    earlier = case("H-3", "F1", promised=date(2026, 4, 10))
    found = delay(road("F1", days=10, calendar="ALL"), [*twins, earlier])
    assert [(d.code, d.alone_days, d.group_days, d.group_size) for d in found.drivers] == [
        ("H-1", 0, 48, 3),
        ("H-2", 0, 48, 3),
    ]
    alone = delay(road("F1", days=10, calendar="ALL"), [twins[0], earlier])
    assert [(d.code, d.alone_days, d.group_days) for d in alone.drivers] == [("H-1", 20, 48)]


def test_driver_names_what_it_waits_for() -> None:
    (driver,) = delay(road("F1"), [case("H-7", "F1", promised=date(2026, 2, 1))]).drivers
    assert (driver.front, driver.ward_code, driver.step, driver.basis) == ("F1", "00097", "S80", "promised")
    assert driver.forecast == date(2026, 3, 14)
    assert "01/02/2026" in driver.why_vi
    assert "01/02/2026" in driver.why_en
    assert driver.parcels[0].number == "7"


def test_front_without_cases_or_without_need_of_land_opens_at_once() -> None:
    late = case("H-1", "F2", promised=date(2026, 9, 1))
    found = delay(road("F1", "F2", "F3"), [late], fronts=(front("F1"), front("F2", needs_land=False)))
    assert [(f.code, f.cases_total, f.opens_on, f.opened) for f in found.fronts] == [
        (code, 0, FRIDAY, True) for code in ("F1", "F2", "F3")
    ]
    assert [f.metres for f in found.fronts] == [500.0, 500.0, None]
    assert found.drivers == ()


def test_handed_over_front_keeps_the_day_of_its_last_handover() -> None:
    done = [replace(case(f"H-{n}", "F1", step="S105"), step_on=date(2026, 3, n)) for n in (2, 5)]
    found = delay(road("F1"), done)
    (state,) = found.fronts
    assert (state.cases_total, state.cases_open, state.opened) == (2, 0, True)
    assert state.opens_on == date(2026, 3, 5)
    assert not state.critical
    assert found.wards == ()


def test_land_with_the_clearance_unit_only_still_holds_the_works() -> None:
    found = delay(road("F1"), [case("H-1", "F1", step="S100", promised=date(2026, 4, 1))])
    assert found.critical_cases == {"H-1"}


def test_case_taken_out_of_the_boundary_holds_nothing() -> None:
    found = delay(road("F1"), [case("H-1", "F1", step="X2", promised=date(2026, 9, 1))])
    assert found.fronts[0].cases_total == 0


def test_land_needed_after_a_closed_season_is_named_with_its_float() -> None:
    network = road("F1", days=30, calendar="DYKE")
    found = delay(network, [case("H-1", "F1", promised=date(2026, 6, 10))])
    (driver,) = found.drivers
    assert driver.total_float == 173  # nothing may begin before 1 December
    assert driver.alone_days == (found.forecast_finish - slow_finish(network, [])).days > 200
    assert found.chain[0].code == "H-1"


def test_fact_of_possession_wins_over_open_cases() -> None:
    network = road("F1")
    opened = tuple(
        replace(a, actual_finish=date(2026, 3, 3)) if a.code == "P-F1" else a for a in network.activities
    )
    found = delay(replace(network, activities=opened), [case("H-1", "F1", promised=date(2026, 9, 1))])
    assert found.fronts[0].opens_on == date(2026, 3, 3)
    assert found.drivers == ()


def test_land_network_replaces_earlier_case_nodes() -> None:
    cases = [case("H-1", "F1", promised=date(2026, 4, 1))]
    once = land_network(road("F1"), (), cases, FRIDAY)
    assert land_network(once, (), cases, FRIDAY) == once
    assert [a.code for a in once.activities if a.kind is NodeKind.CASE] == ["H-1"]
    assert Link("H-1", "P-F1") in once.links


def test_completion_equals_a_day_by_day_simulation_of_the_network_with_all_cases() -> None:
    for seed, network, cases, found in worlds():
        assert found.forecast_finish == slow_finish(network, cases), seed


def test_gains_equal_full_recomputation_with_the_cases_freed() -> None:
    for seed, network, cases, found in worlds():
        waiting = {
            c.code: c
            for c in cases
            if c.step != "X2" and forecast_handover(c, data_date=FRIDAY).basis != "actual"
        }
        for driver in found.drivers:
            group = {code for code, c in waiting.items() if driver.front in c.fronts}
            alone = (found.forecast_finish - slow_finish(network, cases, {driver.code})).days
            together = (found.forecast_finish - slow_finish(network, cases, group)).days
            assert (driver.alone_days, driver.group_days) == (alone, together), (seed, driver.code)
            assert driver.group_size == len(group)
        for ward in found.wards:
            members = {code for code, c in waiting.items() if c.ward_code == ward.ward_code}
            gained = (found.forecast_finish - slow_finish(network, cases, members)).days
            assert (ward.cases_open, ward.days_gained) == (len(members), gained), (seed, ward)
            assert ward.cases_driving == len(members & found.critical_cases)
        assert sum(ward.cases_open for ward in found.wards) == len(waiting)
        everything = (found.forecast_finish - slow_finish(network, cases, set(waiting))).days
        driving = (found.forecast_finish - slow_finish(network, cases, found.critical_cases)).days
        assert (found.land_days, found.driving_days) == (everything, driving), seed


def test_postponing_one_driving_case_moves_the_completion_by_what_the_simulation_says() -> None:
    moved = 0
    for seed, network, cases, found in worlds():
        for driver in found.drivers[:2]:
            later = [
                replace(c, promised_on=driver.forecast + timedelta(30)) if c.code == driver.code else c
                for c in cases
            ]
            again = delay(network, later)
            assert again.forecast_finish == slow_finish(network, later), (seed, driver.code)
            if driver.total_float < 30:
                assert again.forecast_finish > found.forecast_finish, (seed, driver.code)
                assert driver.code in again.critical_cases
                moved += 1
    assert moved > 100


def test_every_case_whose_day_of_delay_moves_the_completion_is_named() -> None:
    for seed, network, cases, found in worlds():
        for c in cases:
            forecast = forecast_handover(c, data_date=FRIDAY)
            if forecast.basis == "actual":
                continue
            later = [
                replace(o, promised_on=forecast.on + timedelta(1)) if o.code == c.code else o for o in cases
            ]
            if slow_finish(network, later) > found.forecast_finish:
                assert c.code in found.critical_cases, (seed, c.code)


def test_possession_that_may_not_come_before_a_day_limits_what_a_release_gains() -> None:
    network = road("F1", calendar="ALL")
    held = tuple(
        replace(a, not_before=date(2026, 4, 10)) if a.code == "P-F1" else a for a in network.activities
    )
    cases = [case("H-1", "F1", promised=date(2026, 4, 30)), case("H-2", "F1", promised=date(2026, 3, 20))]
    (driver,) = delay(replace(network, activities=held), cases).drivers
    assert driver.alone_days == driver.group_days == 20


def test_case_on_two_fronts_is_shown_on_the_one_whose_works_set_the_date() -> None:
    flooded, dry = road("B", days=30, calendar="DYKE"), road("A", days=100)
    network = replace(
        flooded, activities=flooded.activities + dry.activities[1:], links=flooded.links + dry.links
    )
    both = delay(network, [case("H-1", "A", "B", promised=date(2026, 6, 10))])
    # A needs its land first, but B, which waits for December, opens last.
    assert both.schedule.rows["P-A"].late_finish < both.schedule.rows["P-B"].late_finish
    assert [driver.front for driver in both.drivers] == ["B"]
    short, long = road("A", days=10), road("B", days=60)
    network = replace(
        short, activities=short.activities + long.activities[1:], links=short.links + long.links
    )
    both = delay(network, [case("H-1", "A", "B", promised=date(2026, 6, 10))])
    assert [(driver.front, driver.total_float) for driver in both.drivers] == [("B", 0)]


def test_no_plan_gives_no_slip_and_an_early_finish_a_negative_one() -> None:
    assert delay(road("F1"), []).slip_days is None
    early = delay(road("F1", days=1), [], planned=date(2026, 3, 20))
    assert early.slip_days == -6


@pytest.mark.parametrize("later", [date(2026, 3, 20), date(2026, 4, 1)])
def test_actual_dates_after_the_data_date_are_not_yet_known(later: date) -> None:
    network = road("F1")
    known = tuple(
        replace(a, actual_start=later, actual_finish=later) if a.code == "W-F1" else a
        for a in network.activities
    )
    assert delay(replace(network, activities=known), []) == delay(network, [])
