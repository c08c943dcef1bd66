"""The engine's rules one by one: constraints, progress, levels of effort, faults. Dates worked out by hand.

13 March 2026 is a Friday; OFFICE is 7:30–11:30 and 13:00–17:00 from Monday to Friday.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pytest

from api.calendars import working_calendars
from projects.calendars import DYKE, VN6, ClosedSeason
from projects.engine import dated
from projects.engine.jit import interpreted
from projects.engine.model import Activity, Constraint, Kind, Link, LinkType, Net, Options, Progress, Rule
from projects.engine.schedule import Result, schedule, solve
from projects.engine.setup import prepare
from projects.engine.shifts import (
    DAY,
    OFFICE,
    WHOLE_DAY,
    WorkCalendar,
    WorkTime,
    calendar_faults,
    from_days,
    work_time,
)
from projects.errors import InvalidInput

FRIDAY = date(2026, 3, 13)
OFFICE_DAYS = work_time(WorkCalendar("OFFICE", (OFFICE,) * 5 + ((), ())))
ALL = work_time(WorkCalendar("ALL", (WHOLE_DAY,) * 7))
D = 480


def task(code: str, days: float = 1, calendar: str = "OFFICE", **facts: Any) -> Activity:
    rules = tuple(Constraint(rule, at) for rule, at in facts.pop("rules", {}).items())
    return Activity(code, int(days * (DAY if calendar == "ALL" else D)), calendar, constraints=rules, **facts)


def run(
    *parts: Activity | Link, finishes: tuple[str, ...] = (), more: tuple[WorkTime, ...] = (), **how: Any
) -> Result:
    activities = tuple(p for p in parts if isinstance(p, Activity))
    links = tuple(p for p in parts if isinstance(p, Link))
    return schedule(Net("N", activities, links, (OFFICE_DAYS, ALL, *more), finishes), Options(FRIDAY, **how))


def test_work_is_placed_to_the_minute_within_its_shifts() -> None:
    row = run(task("A", 1.75)).rows["A"]
    assert (row.start_at, row.finish_at) == (datetime(2026, 3, 16, 7, 30), datetime(2026, 3, 17, 15, 0))
    assert (row.early_start, row.early_finish) == (date(2026, 3, 16), date(2026, 3, 17))


def test_a_finish_to_finish_bound_on_a_rest_day_is_met_by_the_evening_before() -> None:
    rows = run(task("A", 1, "ALL"), task("B", 1), Link("A", "B", LinkType.FF, DAY)).rows
    assert rows["A"].early_finish == date(2026, 3, 14)
    assert rows["B"].finish_at == datetime(2026, 3, 16, 17, 0)  # begins on Monday: it cannot be earlier
    early = run(task("A", 1, "ALL"), task("B", 1), Link("A", "B", LinkType.FF, 6 * DAY)).rows
    assert early["B"].finish_at == datetime(2026, 3, 20, 17, 0)  # the bound is the midnight that ends Friday


def test_tet_compensation_days_and_the_flood_season_come_from_the_holiday_calendars() -> None:
    times = {name: from_days(working_calendars()[name], OFFICE) for name in (VN6, DYKE)}
    net = Net("N", (task("T", 1, VN6), task("P", 20, DYKE)), (), tuple(times.values()))
    rows = schedule(net, Options(date(2026, 2, 16))).rows
    assert rows["T"].early_start == date(2026, 2, 21)  # a Saturday; Tết 2026 is off from 16 to 20 February
    late = schedule(net, Options(date(2026, 4, 20))).rows["P"]
    worked = [day for day in working_calendars()[DYKE].worked if day > date(2026, 4, 20).toordinal()]
    assert (late.early_start, late.early_finish.toordinal()) == (date(2026, 4, 21), worked[19])
    assert late.early_finish > date(2026, 12, 1)


def test_a_blackout_and_a_closed_season_stop_work_whatever_the_exceptions_say() -> None:
    calendar = WorkCalendar(
        "X", (WHOLE_DAY,) * 7,
        exceptions=((date(2026, 3, 15), WHOLE_DAY),),
        seasons=(ClosedSeason(3, 17, 3, 18),),
        blackouts=((date(2026, 3, 14), date(2026, 3, 15)),),
    )  # fmt: skip
    row = run(task("A", 1, "OFFICE"), Activity("B", 2 * DAY, "X"), more=(work_time(calendar),)).rows["B"]
    assert (row.early_start, row.early_finish) == (date(2026, 3, 16), date(2026, 3, 19))


def test_a_deadline_gives_negative_float_to_all_that_leads_to_it_and_moves_nothing() -> None:
    late = task("B", 3, rules={Rule.DEADLINE: date(2026, 3, 18)})
    rows = run(task("A", 2), late, task("C", 1), Link("A", "B"), finishes=("C",)).rows
    assert rows["B"].early_finish == date(2026, 3, 20)
    assert rows["B"].total_days == rows["A"].total_days == -2
    assert rows["B"].late_by == 2
    assert rows["A"].critical
    assert rows["A"].late_start == date(2026, 3, 12)


def test_must_keeps_logic_and_mandatory_breaks_it() -> None:
    day = date(2026, 3, 16)
    must = run(task("A", 3), task("B", 1, rules={Rule.MUST_START: day}), Link("A", "B")).rows
    assert must["B"].early_start == date(2026, 3, 19)
    assert must["B"].late_start == day
    assert must["A"].total_days == must["B"].total_days == -3
    hard = run(task("A", 3), task("B", 1, rules={Rule.MANDATORY_START: day}), Link("A", "B")).rows
    assert hard["B"].early_start == hard["B"].late_start == day
    assert hard["A"].total_days == -3
    assert hard["B"].drivers == ()
    end = run(
        task("A", 3), task("B", 2, rules={Rule.MANDATORY_FINISH: date(2026, 3, 18)}), Link("A", "B")
    ).rows["B"]
    assert (end.early_start, end.early_finish) == (date(2026, 3, 17), date(2026, 3, 18))


def test_as_late_as_possible_uses_its_float_and_delays_nobody() -> None:
    rows = run(
        task("A", 1, rules={Rule.ALAP: None}),
        task("B", 4),
        task("C", 1),
        Link("A", "C"),
        Link("B", "C"),
        finishes=("C",),
    ).rows
    assert rows["A"].early_start == date(2026, 3, 19)
    assert rows["A"].free_float == rows["A"].total_float == 0
    assert rows["C"].early_start == date(2026, 3, 20)


def test_retained_logic_waits_and_progress_override_goes_on() -> None:
    parts = (
        task("A", 5), task("B", 9, actual_start=date(2026, 3, 10), remaining=2 * D), task("C", 1),
        Link("A", "B"), Link("B", "C"),
    )  # fmt: skip
    waits = run(*parts).rows
    goes = run(*parts, progress=Progress.OVERRIDE).rows
    assert waits["B"].early_finish == date(2026, 3, 24)
    assert goes["B"].early_finish == date(2026, 3, 17)
    assert goes["C"].early_start == date(2026, 3, 18)
    result = run(*parts)
    assert [(k.pred, k.succ) for k in result.out_of_sequence] == [("A", "B")]
    assert result.options.data_date == FRIDAY


def test_a_level_of_effort_spans_what_it_is_tied_to_and_never_drives() -> None:
    rows = run(
        task("A", 2), task("B", 3), task("GS", 0, kind=Kind.EFFORT), Link("A", "B"),
        Link("A", "GS", LinkType.SS), Link("B", "GS", LinkType.FF),
    ).rows  # fmt: skip
    assert (rows["GS"].early_start, rows["GS"].early_finish) == (date(2026, 3, 16), date(2026, 3, 20))
    assert not rows["GS"].critical
    until = run(
        task("A", 2), task("B", 3), task("GS", 0, kind=Kind.EFFORT), Link("A", "B"),
        Link("A", "GS", LinkType.SS), Link("GS", "B"),
    ).rows  # fmt: skip
    assert (until["GS"].early_finish, until["B"].early_start) == (date(2026, 3, 18), date(2026, 3, 18))


def test_several_finishes_each_keep_their_own_date() -> None:
    rows = run(
        task("A", 2), task("B", 5), task("M1", 0), task("M2", 0), Link("A", "M1"), Link("B", "M2"),
        finishes=("M1", "M2"),
    ).rows  # fmt: skip
    assert all(rows[code].critical for code in ("A", "B", "M1", "M2"))
    one = run(
        task("A", 2), task("B", 5), task("M2", 0), Link("A", "M2"), Link("B", "M2"), finishes=("M2",)
    ).rows
    assert one["A"].total_days == 3


def test_all_faults_come_at_once() -> None:
    parts = (
        task("A", -1), task("A", 1), task("B", 1, calendar="NO"),
        task("C", 1, rules={Rule.SNET: date(2026, 5, 1), Rule.SNLT: date(2026, 4, 1)}),
        task("D", 1, rules={Rule.SNET: date(2026, 5, 1), Rule.FNLT: date(2026, 4, 1)}),
        task("E", 1, rules={Rule.SNET: date(2101, 1, 1)}),
        task("F", 1, actual_start=date(2026, 3, 14)),
        task("G", 1), task("H", 1), task("I", 1, kind=Kind.MILESTONE),
        Link("G", "H"), Link("H", "G"), Link("G", "?"), Link("C", "C"), Link("C", "D", lag_calendar="NO"),
    )  # fmt: skip
    empty = work_time(WorkCalendar("EMPTY", ((),) * 7))
    with pytest.raises(InvalidInput) as refused:
        run(*parts, finishes=("Z",), more=(empty,))
    said = [f"{f.where}: {f.en}" for f in refused.value.faults]
    for part in (
        "EMPTY: It has no working time", "A: The activity appears 2 times", "A: Negative duration",
        "B: Unknown calendar 'NO'", "C: Impossible constraints on its start", "D: Impossible constraints",
        "E: 2101-01-01 is outside", "F: Actual date 2026-03-14 is after", "I: A milestone lasts 0", "Z: Finish 'Z'",
        "G → ? (FS): Unknown activity '?'", "C → C (FS): An activity is linked to itself",
        "C → D (FS): Unknown calendar 'NO'", "G: The activities form a cycle: G → H → G",
    ):  # fmt: skip
        assert any(line.startswith(part) for line in said), (part, said)
    assert len(said) == 14


def test_time_that_runs_out_of_the_calendar_is_refused_with_the_activity() -> None:
    with pytest.raises(InvalidInput, match="B: The calculation runs out"):
        run(task("A", 1), task("B", 20_000), Link("A", "B"))
    with pytest.raises(InvalidInput, match="outside 1970"):
        schedule(Net("N", (task("A"),), (), (OFFICE_DAYS,)), Options(date(1969, 12, 31)))


def test_wrong_shifts_are_named() -> None:
    twice = WorkCalendar(
        "X", (((480, 600), (540, 700)),) * 7, blackouts=((date(2026, 3, 2), date(2026, 3, 1)),)
    )
    assert len(list(calendar_faults(twice))) == 8
    assert list(calendar_faults(WorkCalendar("X", (OFFICE,) * 7))) == []


def test_the_dated_kernels_give_the_same_without_a_compiler() -> None:
    links = (Link("A", "B", LinkType.SS, 60), Link("B", "C", LinkType.FF, -90))
    net = Net("N", (task("A", 2), task("B", 3), task("C", 1)), links, (OFFICE_DAYS, ALL))
    p = prepare(net, Options(FRIDAY))
    quick = solve(p)
    times = dated.Times(*(np.zeros(3, np.int64) for _ in range(3)))
    interpreted(dated.forward)(p.clock, p.nodes, p.edges, p.nodes.base, p.nodes.left, times, 0)
    assert all((a == b).all() for a, b in zip(times, quick.early, strict=True))
