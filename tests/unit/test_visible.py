"""What is cut from a calculation for one reader: names go, dates and counts stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from api.context import Context
from api.pages import network
from api.usecases import visible
from api.usecases.calculation import Calculation
from api.views import BlockedRun
from projects.forecasting.chain import forecast_handover
from projects.impact import project_delay
from projects.model import Activity, CaseState, Link, Network, NodeKind, ParcelRef, WorkFront
from projects.rights import Principal
from tests.people import system_context
from tests.unit import invented_delay as idl

DAY = date(2026, 3, 13)
A, B = "00097", "00145"
LABELS = {A: "P. Hồng Hà", B: "P. Bồ Đề"}
NETWORK = Network(
    project="P",
    activities=(
        Activity("POS-M1", "Bàn giao M1", "Possession M1", 0, "VN6", NodeKind.POSSESSION, "M1"),
        Activity("W1", "Thi công M1", "Works M1", 30, "VN6", NodeKind.TASK, "M1"),
        Activity("OPEN", "Thông xe", "Opening", 0, "VN6", NodeKind.MILESTONE),
    ),
    links=(Link("POS-M1", "W1"), Link("W1", "OPEN")),
    finish="OPEN",
)
FRONT = WorkFront("M1", "Mũi 1", "Front 1", "road", "S", 0.0, 1000.0, True)


def case(number: int, ward: str, step: str, at: float, promised: date | None = None) -> CaseState:
    return CaseState(
        code=f"P-{number:04d}",
        ward_code=ward,
        step=step,
        step_on=date(2026, 2, 1),
        promised_on=promised,
        obstacle="TAI_DINH_CU",
        fronts=("M1",),
        parcels=(ParcelRef("7", str(number), 100.0, at, at + 50.0),),
        version=1,
        is_demo=True,
    )


CASES = (
    case(1, A, "S80", 0.0, date(2026, 9, 1)),
    case(2, A, "S105", 100.0),
    case(3, B, "S80", 30.0, date(2026, 9, 1)),
    case(4, B, "S20", 400.0, date(2026, 5, 1)),
)
RUNS = (
    BlockedRun("T", 0.0, 80.0, 2, tuple(LABELS.values()), True),
    BlockedRun("T", 400.0, 450.0, 1, ("P. Bồ Đề",), False),
)


def made() -> Calculation:
    ctx = system_context()
    return Calculation(
        data_date=DAY,
        cases={c.code: c for c in CASES},
        forecasts={c.code: forecast_handover(c, data_date=DAY) for c in CASES},
        fronts=(FRONT,),
        delay=project_delay(
            NETWORK, CASES, ctx.calendars, data_date=DAY, planned_finish=date(2026, 12, 31), fronts=(FRONT,)
        ),
    )


def asked_by(role: str, *, wards: tuple[str, ...] = (), projects: tuple[str, ...] = ()) -> Context:
    ctx = system_context()
    who = Principal("x", "x", ctx.rights.roles[role], wards=frozenset(wards), projects=frozenset(projects))
    return ctx.seen_by(who)


@pytest.mark.parametrize(
    ("role", "scope", "hidden"),
    [
        ("ward_officer", {"wards": (A,)}, {"P-0003", "P-0004"}),
        ("ward_leader", {"wards": (B,)}, {"P-0001", "P-0002"}),
        ("board", {"projects": ("P",)}, set()),
        ("board", {"projects": ("Q",)}, {"P-0001", "P-0002", "P-0003", "P-0004"}),
        ("department", {"wards": (A,), "projects": ("Q",)}, {"P-0003", "P-0004"}),
        ("importer", {}, {"P-0001", "P-0002", "P-0003", "P-0004"}),
        ("leadership", {}, set()),
        ("auditor", {}, set()),
        ("administrator", {"wards": (A,), "projects": ("P",)}, {"P-0001", "P-0002", "P-0003", "P-0004"}),
        ("public", {"wards": (A,)}, {"P-0001", "P-0002", "P-0003", "P-0004"}),
    ],
)
def test_the_scope_of_the_role_decides_which_cases_are_hidden(
    role: str, scope: dict[str, tuple[str, ...]], hidden: set[str]
) -> None:
    assert visible.hidden_cases(asked_by(role, **scope), "P", made()) == hidden


def test_a_command_of_the_operator_is_told_everything() -> None:
    assert visible.hidden_cases(system_context(), "P", made()) == frozenset()


def test_a_token_without_reading_is_told_nothing() -> None:
    ctx = asked_by("ward_officer", wards=(A, B))
    writes_only = ctx.seen_by(replace(ctx.principal, token_scopes=frozenset({"write"})))
    assert visible.hidden_cases(ctx, "P", made()) == frozenset()
    assert len(visible.hidden_cases(writes_only, "P", made())) == 4


def test_who_sees_everything_gets_the_delay_itself() -> None:
    delay = made().delay
    assert delay is not None
    assert visible.seen_delay(delay, frozenset(), LABELS) is delay


def test_names_of_hidden_cases_go_and_every_date_and_count_stays() -> None:
    calculation = made()
    whole = calculation.delay
    assert whole is not None
    assert {d.code for d in whole.drivers} == {"P-0001", "P-0003"}
    hidden = visible.hidden_cases(asked_by("ward_officer", wards=(B,)), "P", calculation)
    seen = visible.seen_delay(whole, hidden, LABELS)
    assert "P-0001" in hidden
    assert "P-0001" in repr(whole)
    assert not any(code in repr(seen) for code in hidden)
    assert {d.code for d in seen.drivers} == seen.critical_cases == {"P-0003"}
    assert seen.schedule.rows["POS-M1"].drivers == ("P-0003",)
    same = ("forecast_finish", "slip_days", "wards", "fronts", "driving_days", "land_days")
    assert [getattr(seen, name) for name in same] == [getattr(whole, name) for name in same]
    assert [(i.kind, i.start, i.finish, i.days) for i in seen.chain] == [
        (i.kind, i.start, i.finish, i.days) for i in whole.chain
    ]
    for code in ("POS-M1", "W1", "OPEN"):
        row, cut = whole.schedule.rows[code], seen.schedule.rows[code]
        assert replace(cut, drivers=row.drivers) == row


def test_a_hidden_link_of_the_chain_says_its_ward_and_dates_and_nothing_more() -> None:
    whole = made().delay
    assert whole is not None
    first = whole.chain[0]
    assert first.code == "P-0001"
    seen = visible.seen_delay(whole, frozenset({"P-0001"}), LABELS).chain[0]
    assert (seen.code, seen.ward_code, seen.finish) == ("", A, first.finish)
    assert (seen.name_vi, seen.name_en) == (
        "Đất ở P. Hồng Hà (ngoài phạm vi của bạn)",
        "Land in P. Hồng Hà (outside your reach)",
    )


def test_what_holds_the_date_is_counted_whoever_asks() -> None:
    land = visible.driving_land(made().delay)
    (release,) = land.releases
    assert (land.cases, land.parcels) == (2, 2)
    assert (release.front, release.size, release.driving) == ("M1", 3, 2)
    assert release.last_forecast == date(2026, 9, 1)
    assert visible.driving_land(None) == visible.DrivingLand(0, 0, ())


def test_the_counts_of_a_reader_are_those_of_their_lists() -> None:
    calculation = made()
    everything = visible.seen_land(calculation, frozenset(), RUNS)
    assert everything.whole
    assert (everything.land.cases, everything.land.open, everything.land.driving) == (4, 3, 2)
    assert everything.runs == (2, 1)
    mine = visible.seen_land(calculation, frozenset({"P-0001", "P-0002"}), RUNS)
    assert not mine.whole
    assert (mine.land.cases, mine.land.open, mine.land.driving) == (2, 2, 1)
    assert mine.wards.keys() == {B}
    assert mine.fronts["M1"] == mine.land
    assert sum(mine.by_group) == 2
    assert mine.runs == (1, 1)


def test_the_table_of_activities_counts_the_cases_that_it_may_not_name() -> None:
    (possession, *_) = idl.SCHEDULE["activities"]
    answer = {"activities": [possession | {"drivers": ["HH-0302"], "drivers_hidden": 3}]}
    (row,) = network.activity_rows(answer, idl.delay())
    assert (row.cases, row.hidden) == (("HH-0302",), 3)
