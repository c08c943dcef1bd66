"""Foreign plans and our networks, without Java: what is mapped, named, explained, tied, and given back unchanged."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from projects.engine.model import Constraint, Kind, LagCalendar, Rule
from projects.engine.schedule import schedule
from projects.errors import InvalidInput
from projects.interchange.comparing import Compared, compared
from projects.interchange.imported import Beside
from projects.interchange.mapping import mapped
from projects.interchange.outward import planned
from projects.interchange.package import packed, unpacked
from projects.interchange.plan import (
    Amount,
    Bound,
    Plan,
    PlanCalendar,
    PlanLink,
    PlanProject,
    PlanTask,
    plain,
    plan_of,
)
from projects.interchange.tying import stretch_of, suggested
from projects.interchange.words import WORDS
from projects.model import WorkFront
from tests.unit.engine_invented import random_net

OFFICE = ((480, 720), (780, 1020))
WEEK = PlanCalendar(1, "Năm ngày", (OFFICE,) * 5 + ((), ()))
SEVEN = PlanCalendar(2, "Bảy ngày", (OFFICE,) * 7)
MONDAY = datetime(2026, 8, 31, 8)


def task(number: int, days: float = 1.0, **more: Any) -> PlanTask:
    amount = Amount(days, "DAYS")
    values: dict[str, Any] = {"duration": amount, "remaining": amount, "calendar": 1} | more
    return PlanTask(number, **values)


def plan(*tasks: PlanTask, links: tuple[PlanLink, ...] = (), form: str = "xer", **project: Any) -> Plan:
    about: dict[str, Any] = {"id": "P", "start": MONDAY, "status": MONDAY, "default_calendar": 1} | project
    return Plan(form, "thử", PlanProject(**about), (WEEK, SEVEN), tasks, links)


def keys(one: Plan) -> dict[str, tuple[str, ...]]:
    return {note.key: note.codes for note in mapped(one).notes}


def dates(one: Plan) -> dict[str, Compared]:
    found = mapped(one)
    return {row.code: row for row in compared(found, schedule(found.net, found.options))}


@pytest.mark.parametrize("form", ["mspdi", "xer"])
def test_any_network_comes_back_from_a_plan_as_it_was_or_the_difference_is_named(form: str) -> None:
    """30 invented networks of all link types, lags, calendars, constraints and progress."""
    same = 0
    for seed in range(30):
        net, options = random_net(random.Random(seed))
        net = replace(net, finishes=())
        try:
            result = schedule(net, options)
        except InvalidInput:
            continue
        made, notes = planned(result, form=form, name=net.project)
        back = mapped(plan_of(json.loads(json.dumps(plain(made)))))
        # A whole day as data date goes out as the instant that means the same.
        again = schedule(back.net, back.options)
        named = {code for note in notes for code in note.codes}
        if notes and not all(note.key == "out_deadline" for note in notes):
            assert named
            continue
        same += 1
        for code, row in result.rows.items():
            other = again.rows[code]
            assert (other.early_finish, other.total_float) == (row.early_finish, row.total_float), (
                seed,
                code,
            )
        kinds = {a.code: (a.duration, a.kind) for a in back.net.activities}
        assert kinds == {a.code: (a.duration, a.kind) for a in net.activities}
    assert same > 3


def test_summaries_give_their_links_to_what_is_inside_or_say_that_they_cannot() -> None:
    rows = (
        task(1, name="Nền", summary=True), task(2, parent=1), task(3, 3, parent=1), task(4, name="Mặt"),
        task(5, name="Hè", summary=True), task(6, parent=5),
    )  # fmt: skip
    one = plan(*rows, links=(PlanLink(1, 4, "FS"), PlanLink(4, 5, "FS"), PlanLink(1, 6, "SS")), form="mspdi")
    found = mapped(one)
    assert {(k.pred, k.succ) for k in found.net.links} == {("2", "4"), ("3", "4"), ("4", "6")}
    assert {"summary_links", "summary_links_lost"} <= keys(one).keys()
    assert found.beside["3"].wbs == ("Nền",)


def test_musts_are_hard_where_the_sender_makes_them_so() -> None:
    def rules(form: str, kind: str, **more: Any) -> tuple[Constraint, ...]:
        found = mapped(plan(task(1, constraint=Bound(kind, MONDAY)), form=form, **more))
        return found.net.activities[0].constraints

    assert rules("xer", "MUST_START_ON")[0].rule is Rule.MANDATORY_START
    assert rules("xer", "START_ON")[0].rule is Rule.MUST_START
    assert rules("mspdi", "MUST_START_ON", honor_constraints=True)[0].rule is Rule.MANDATORY_START
    assert rules("mspdi", "MUST_START_ON")[0].rule is Rule.MUST_START


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"leveling": Amount(2, "ELAPSED_DAYS")}, "leveling"),
        ({"splits": 2}, "splits"),
        ({"resource_calendar": True}, "resource_calendar"),
        ({"manual": True}, "manual"),
        ({"external": True}, "external"),
        ({"recurring": True}, "recurring"),
        ({"suspend": MONDAY}, "suspended"),
        ({"external_start": MONDAY}, "external_dates"),
        ({"kind": "LEVEL_OF_EFFORT"}, "effort"),
        ({"duration": Amount(1, "ELAPSED_DAYS")}, "elapsed"),
        ({"duration": Amount(0.0107, "HOURS")}, "rounded"),
        ({"second": Bound("START_NO_EARLIER_THAN", MONDAY)}, "second_dropped"),
    ],
)
def test_what_we_cannot_do_is_named_with_its_activity(more: dict[str, Any], key: str) -> None:
    about: dict[str, Any] = {"start": MONDAY, "constraint": Bound("START_NO_EARLIER_THAN", MONDAY)} | more
    assert keys(plan(task(1, **about), task(2)))[key] == ("1",)
    assert key not in keys(plan(task(1, start=MONDAY), task(2)))  # the control


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"schedule_from": "FINISH"}, "from_finish"),
        ({"must_finish_by": MONDAY}, "must_finish_by"),
        ({"progress": "ACTUAL_DATES"}, "actual_dates"),
        ({"critical_type": "LONGEST_PATH"}, "longest_path"),
        ({"lag_calendar": "PROJECT_DEFAULT"}, "lag_project_calendar"),
        ({"open_ends_critical": True}, "open_ends"),
        ({"status": None}, "no_data_date"),
    ],
)
def test_options_of_the_file_that_differ_are_named(more: dict[str, Any], key: str) -> None:
    assert key in keys(plan(task(1), **more))
    assert key not in keys(plan(task(1)))


def test_a_difference_is_explained_by_its_rule_then_by_what_comes_before_and_else_not_at_all() -> None:
    late = datetime(2026, 9, 7, 8)
    rows = dates(
        plan(
            task(1, start=late, finish=datetime(2026, 9, 7, 17), leveling=Amount(5, "ELAPSED_DAYS")),
            task(2, start=datetime(2026, 9, 8, 8), finish=datetime(2026, 9, 8, 17)),
            task(3, start=late, finish=datetime(2026, 9, 7, 17)),
            task(4, start=MONDAY, finish=datetime(2026, 9, 1, 8)),  # the next morning is the same evening
            links=(PlanLink(1, 2, "FS"),),
        )
    )
    assert [(rows[c].verdict, rows[c].by) for c in "1234"] == [
        ("rule", "leveling"), ("handed_on", "1"), ("unexplained", ""), ("same", ""),
    ]  # fmt: skip
    assert rows["1"].start_days == -7
    assert "cân đối" in rows["1"].why_vi


def test_an_option_under_which_more_of_the_senders_dates_come_out_is_named() -> None:
    """A lag of two days over a weekend: in the calendar of the successor, which works on Saturday."""
    rows = dates(
        plan(
            task(1, 4, start=MONDAY, finish=datetime(2026, 9, 3, 17)),
            task(2, calendar=2, start=datetime(2026, 9, 6, 8), finish=datetime(2026, 9, 6, 17)),
            links=(PlanLink(1, 2, "FS", Amount(2, "DAYS")),),
        )
    )
    assert (rows["1"].verdict, rows["2"].verdict, rows["2"].by) == ("same", "rule", "lag_successor")


def test_all_faults_of_content_come_at_once() -> None:
    idle = PlanCalendar(3, "Không làm", ((),) * 7)
    with pytest.raises(InvalidInput) as refused:
        mapped(
            Plan(
                "xer", "", PlanProject(id="P", status=MONDAY), (WEEK, idle),
                (
                    task(1, -2), task(2, calendar=3), task(3, actual_start=datetime(1960, 1, 1)),
                    task(4, constraint=Bound("START_NO_EARLIER_THAN", datetime(2027, 1, 1)),
                         second=Bound("FINISH_NO_LATER_THAN", MONDAY)),
                    task(5), task(6),
                ),
                (PlanLink(5, 6, "FS"), PlanLink(6, 5, "FS")),
            )
        )  # fmt: skip
    told = " | ".join(fault.vi for fault in refused.value.faults)
    for part in ("Thời lượng âm", "không có giờ làm việc", "1970–2100", "không thể thoả", "Vòng lặp"):
        assert part in told
    assert all(fault.en for fault in refused.value.faults)


def test_land_is_suggested_by_code_and_by_chainage_and_never_for_what_has_begun() -> None:
    fronts = [
        WorkFront("M1", "Mũi 1", "Front 1", "road", "S", 0, 1200),
        WorkFront("M2", "Mũi 2", "Front 2", "road", "S", 1200, 3000),
        WorkFront("M3", "Mũi 3", "Front 3", "road", "S", 3000, 4000, needs_land=False),
    ]
    rows = (
        task(1, code="M1-COC"), task(2, name="Đắp nền Km1+100 – Km2+300"), task(3, name="Km3+100 - Km3+900"),
        task(4, codes={"Mũi thi công": "m2"}), task(5, name="Km0 đến Km1", actual_start=MONDAY, remaining=None),
        task(6, name="Cầu vượt"),
    )  # fmt: skip
    found = mapped(plan(*rows, status=datetime(2026, 9, 1)))
    ties = suggested(found.net.activities, found.beside, fronts)
    assert ties == {"M1-COC": "M1", "2": "M2", "4": "M2"}
    assert stretch_of("từ Km 12+345,5 đến km13") == (12_345.5, 13_000.0)
    assert stretch_of("Km12+345") is None


def test_calendars_keep_shifts_and_exceptions_and_whole_days_keep_their_meaning() -> None:
    off = PlanCalendar(1, "Ca", WEEK.week, (("2026-09-02", ()), ("2026-09-05", ((480, 720),))))
    one = replace(plan(task(1, 3)), calendars=(off, SEVEN))
    found = mapped(one)
    assert schedule(found.net, found.options).rows["1"].finish_at == datetime(2026, 9, 3, 17)
    made, notes = planned(schedule(found.net, found.options), form="mspdi", name="x", beside=found.beside)
    assert notes == ()
    assert made.calendars[0].week == off.week
    assert made.calendars[0].exceptions == off.exceptions


def test_every_note_has_both_languages_and_a_package_keeps_it() -> None:
    for vi, en in WORDS.values():
        assert vi.format(detail="x") != en.format(detail="x")
    found = mapped(plan(task(1, leveling=Amount(1, "DAYS")), lag_calendar="TWENTY_FOUR_HOUR"))
    assert found.options.lag_calendar is LagCalendar.ELAPSED
    assert unpacked(json.loads(json.dumps(packed(found)))) == found
    with pytest.raises(ValueError, match="packed"):
        unpacked({"format": "x"})
    assert found.net.activities[0].kind is Kind.TASK
    assert found.beside["1"] == Beside(1)
