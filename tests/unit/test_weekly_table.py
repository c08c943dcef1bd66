"""What the weekly table counts and adds, held against counting case by case."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.errors import InvalidInput
from projects.steps import STEPS, rests_on
from projects.weekly import counting
from projects.weekly.columns import BY_KEY, COLUMNS, UNITS, belongs, weight
from projects.weekly.counting import FROM, Bundle
from projects.weekly.moved import Thing, state_then
from projects.weekly.table import Frame, assemble
from projects.weekly.weeks import Week, read_week, standing_day, week_of

DAY = date(2026, 3, 13)
ALL_STEPS = sorted(STEPS)
FACTS = ("payment.full", "payment.refused", "payment.invited", "complaint.received", "resettlement.needed")
COUNTING = tuple(column for column in COLUMNS if column.kind in ("count", "fixed"))


@st.composite
def cases(draw: st.DrawFn) -> Bundle:
    step = draw(st.sampled_from(ALL_STEPS))
    area = draw(st.integers(0, 500))
    return Bundle(
        project=draw(st.sampled_from("PQ")),
        component=draw(st.sampled_from(["", "A"])),
        ward=draw(st.sampled_from(["00001", "00002", "00003"])),
        district=draw(st.sampled_from(["", "Hà Đông", "Ba Đình"])),
        holder=draw(st.sampled_from(["household", "organisation"])),
        step=step,
        before=draw(st.sampled_from([None, *ALL_STEPS])),
        obstacle=draw(st.sampled_from([None, "DON_GIA"])),
        cases=1,
        parcels=draw(st.integers(0, 4)),
        area_m2=float(area),
        housing_m2=float(draw(st.integers(0, area))) if area else 0.0,
        promised_on=draw(st.sampled_from([None, DAY, date(2026, 12, 31)])),
        marks=draw(st.frozensets(st.sampled_from(["S30", "S40", "S97", f"{FROM}S80"]))),
        facts=draw(st.frozensets(st.sampled_from(FACTS), max_size=2)),
    )


@given(st.lists(cases(), max_size=25), st.sampled_from(sorted(UNITS)), st.sampled_from(["ward", "district"]))
def test_a_figure_is_the_sum_over_the_cases_of_its_list_in_every_row(
    found: list[Bundle], unit: str, by: str
) -> None:
    table = assemble(found, Frame(DAY), unit=unit, by=by)  # type: ignore[arg-type]
    inside = [case for case in found if case.step != "X2"]
    for row in table.rows:
        own = [
            case
            for case in inside
            if row.project in ("", case.project)
            and (row.level != "place" or (row.component, row.place) == (
                case.component, case.ward if by == "ward" else case.district
            ))
        ]  # fmt: skip
        assert row.cases == len(own)
        for column in COUNTING:
            value = row.figures[column.key].value
            listed = [case for case in own if belongs(column, case, unit)]
            if value is not None:
                assert value == sum(weight(case, column.unit or unit) for case in listed), (row, column.key)
            elif row.level == "place":
                assert column.needs
                assert all(column.needs.isdisjoint(case.facts) for case in own)


@given(st.lists(cases(), min_size=1, max_size=25))
def test_wards_and_old_districts_add_up_to_the_same(found: list[Bundle]) -> None:
    wards = assemble(found, Frame(DAY), unit="ho-so", by="ward")
    districts = assemble(found, Frame(DAY), unit="ho-so", by="district")
    for column in COUNTING:
        if not column.needs and wards.rows:
            assert wards.rows[-1].figures[column.key].value == districts.rows[-1].figures[column.key].value


@given(st.lists(cases(), max_size=25))
def test_bundles_count_like_the_cases_in_them(found: list[Bundle]) -> None:
    bundled: dict[tuple[object, ...], list[Bundle]] = {}
    for case in found:
        key = tuple(getattr(case, name) for name in (
            "project", "component", "ward", "district", "holder", "step", "before", "obstacle", "marks", "facts",
        ))  # fmt: skip
        bundled.setdefault(key, []).append(case)
    bundles = [
        Bundle(
            project=one.project, component=one.component, ward=one.ward, district=one.district, holder=one.holder,
            step=one.step, before=one.before, obstacle=one.obstacle, cases=len(alike),
            parcels=sum(c.parcels for c in alike), area_m2=sum(c.area_m2 for c in alike),
            housing_m2=sum(c.housing_m2 for c in alike),
            promised_on=max((c.promised_on for c in alike if c.promised_on), default=None),
            marks=one.marks, facts=one.facts,
        )
        for alike in bundled.values()
        for one in alike[:1]
    ]  # fmt: skip
    assert assemble(bundles, Frame(DAY), unit="thua") == assemble(found, Frame(DAY), unit="thua")


def case(step: str, **more: object) -> Bundle:
    said = {
        "project": "P",
        "component": "",
        "ward": "00001",
        "district": "",
        "holder": "household",
        "before": None,
    }
    return Bundle(**(said | {"step": step, "obstacle": None, "cases": 1, "parcels": 1} | more))  # type: ignore[arg-type]


def test_what_the_law_puts_before_a_step_lies_behind_it() -> None:
    for step in STEPS:
        if step in ("X1", "X2"):
            continue
        done = counting.reached(step, frozenset())
        assert done == rests_on(step) | {step}


def test_inventory_and_origin_tell_of_each_other_only_through_the_history() -> None:
    assert not counting.passed(case("S40"), "S30")
    assert counting.passed(case("S40", marks=frozenset({"S30"})), "S30")
    assert counting.passed(case("S50"), "S30")


def test_a_pause_stands_where_it_began_and_a_place_taken_again_is_not_handed_over() -> None:
    paused = case("X1", marks=frozenset({f"{FROM}S80"}))
    assert counting.passed(paused, "S80")
    assert not counting.passed(case("X1"), "S20")
    assert counting.handed_over(case("S100"))
    assert not counting.handed_over(case("S101"))


def test_a_ward_of_which_nothing_is_known_is_no_zero_and_marks_the_total() -> None:
    table = assemble([case("S90")], Frame(DAY, places=(("P", "00001"), ("P", "00002"))), unit="ho-so")
    project, known, unknown, total = table.rows
    assert (known.place, unknown.place) == ("00001", "00002")
    assert unknown.figures["22"].value is None
    assert (project.figures["22"].value, project.figures["22"].partial) == (1, True)
    assert total.figures["22"].partial
    assert project.figures["11"].value is None
    assert not project.figures["11"].partial


def test_a_figure_of_facts_is_unknown_until_the_ward_has_one_of_them() -> None:
    without = assemble([case("S90")], Frame(DAY), unit="ho-so")
    assert without.rows[0].figures["20a"].value is None
    paid = [case("S90", facts=frozenset({"payment.full"})), case("S90")]
    assert assemble(paid, Frame(DAY), unit="ho-so").rows[0].figures["20a"].value == 1


@pytest.mark.parametrize(
    ("cases_", "deadline", "verdict"),
    [
        ([case("S105")], None, "done"),
        ([case("S90")], None, None),
        ([case("S90", promised_on=DAY)], date(2026, 3, 12), "overdue"),
        ([case("S90", promised_on=date(2026, 4, 1))], date(2026, 3, 31), "late"),
        ([case("S90", unpromised=1)], date(2026, 3, 31), "undated"),
        ([case("S90", promised_on=date(2026, 3, 31))], date(2026, 3, 31), "on_time"),
    ],
)
def test_the_verdict_holds_the_promises_against_the_citys_date(
    cases_: list[Bundle], deadline: date | None, verdict: str | None
) -> None:
    frame = Frame(DAY, deadlines={"P": deadline} if deadline else {})
    assert assemble(cases_, frame, unit="ho-so").rows[0].figures["32"].value == verdict


def test_the_form_has_its_35_numbers_and_each_column_one_name() -> None:
    assert {column.number for column in COLUMNS} == set(range(1, 36))
    assert len(BY_KEY) == len(COLUMNS)


def test_a_week_runs_from_monday_to_sunday_also_over_the_new_year() -> None:
    for text in ("2026-11", "2026-W11"):
        assert read_week(text) == Week(2026, 11)
    assert (Week(2026, 1).first, Week(2026, 1).last) == (date(2025, 12, 29), date(2026, 1, 4))
    assert week_of(date(2027, 1, 3)) == Week(2026, 53)
    assert Week(2026, 53).later(1) == Week(2027, 1)
    for wrong in ("2026-54", "2025-53", "2026", "abc", "2026-00", "0000-01", "9999-53"):
        with pytest.raises(InvalidInput):
            read_week(wrong)


def test_the_figures_of_a_week_stand_on_its_sunday_or_on_the_data_date_in_it() -> None:
    week = Week(2026, 11)
    assert standing_day(week, None, DAY) == (week, DAY)
    assert standing_day(week, None, date(2026, 5, 1)) == (week, date(2026, 3, 15))
    assert standing_day(None, date(2026, 3, 11), DAY) == (week, date(2026, 3, 11))
    with pytest.raises(InvalidInput):
        standing_day(week, date(2026, 3, 16), DAY)


@st.composite
def things(draw: st.DrawFn) -> Thing:
    place = (draw(st.sampled_from("PQ")), draw(st.sampled_from(["", "A", "B"])))
    ward, district = (
        draw(st.sampled_from(["00001", "00002", "00009"])),
        draw(st.sampled_from(["", "Hà Đông"])),
    )
    kind, count = draw(st.sampled_from(["grave", "power", "water"])), draw(st.integers(1, 9))
    return Thing(*place, ward, district, kind, count, draw(st.booleans()))


@given(st.lists(cases(), max_size=12), st.lists(things(), max_size=12), st.sampled_from(["ward", "district"]))
def test_graves_and_utilities_are_each_in_one_row_and_add_up(
    found: list[Bundle], stand: list[Thing], by: str
) -> None:
    table = assemble(found, Frame(DAY), unit="ho-so", by=by, things=stand)  # type: ignore[arg-type]
    for level in ("project", "place", "total"):
        rows = [row for row in table.rows if row.level == level]
        for key, wanted in (
            ("11", sum(t.count for t in stand if t.kind == "grave")),
            ("25", sum(t.count for t in stand if t.kind == "grave" and t.moved)),
        ):
            known = [row.figures[key].value for row in rows if row.figures[key].value is not None]
            assert sum(known) == wanted, level  # type: ignore[arg-type]
            assert bool(known) == any(t.kind == "grave" for t in stand)
    wires = [t for t in stand if t.kind == "power"]
    done, every = sum(t.count for t in wires if t.moved), sum(t.count for t in wires)
    said = str(table.rows[-1].figures["35"].value) if table.rows else ""
    assert (f"power {done}/{every}" in said.split(", ")) == bool(wires)
    for row in table.rows:
        if row.level == "place":
            mine = [
                t
                for t in stand
                if (t.project, t.ward if by == "ward" else t.district) == (row.project, row.place)
            ]
            assert row.figures["11"].value is None or any(t.kind == "grave" for t in mine)


def test_a_thing_stands_on_a_day_where_its_records_of_then_left_it() -> None:
    told = [
        {"state": "counted", "state_on": "2026-03-02"},
        {"state": "planned"},  # on the same day: an event has what changed
        {"state": "moved", "state_on": "2026-03-10"},
        {"state": "planned", "state_on": "2026-03-12"},
    ]
    assert [state_then(told, date(2026, 3, day)) for day in (1, 2, 9, 10, 11, 12)] == [
        None, "planned", "planned", "moved", "moved", "planned",
    ]  # fmt: skip
