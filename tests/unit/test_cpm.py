"""The rules of the critical-path method one by one, on dates worked out by hand.

13 March 2026 is a Friday. VN6 rests on Sundays and over Tết, DYKE also from May to November.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import networkx as nx
import pytest

from projects.errors import CyclicDependency, InvalidInput, NotFound
from projects.model import Activity, Link, LinkType, Network, NodeKind
from projects.network import as_of, build_graph
from tests.unit.cpm_oracle import CALENDARS
from tests.unit.day_cpm import Row, Schedule, driving_chain, schedule

FRIDAY = date(2026, 3, 13)


def task(code: str, duration: int = 5, calendar: str = "VN6", **facts: Any) -> Activity:
    return Activity(code, f"Việc {code}", f"Task {code}", duration, calendar, **facts)


def milestone(code: str, **facts: Any) -> Activity:
    return task(code, 0, "ALL", kind=NodeKind.MILESTONE, **facts)


def network(*parts: Activity | Link, finish: str = "OPEN") -> Network:
    activities = [p for p in parts if isinstance(p, Activity)]
    if finish not in {a.code for a in activities}:
        activities.append(milestone(finish))
    return Network("N", tuple(activities), tuple(p for p in parts if isinstance(p, Link)), finish)


def dated(net: Network, data_date: date = FRIDAY) -> Schedule:
    return schedule(build_graph(net, CALENDARS), CALENDARS, data_date=data_date, finish=net.finish)


def days(row: Row) -> tuple[date, date]:
    return row.early_start, row.early_finish


def test_work_begins_the_day_after_the_data_date_and_its_finish_is_the_last_day_worked() -> None:
    rows = dated(network(task("A", 3), Link("A", "OPEN"))).rows
    assert days(rows["A"]) == (date(2026, 3, 14), date(2026, 3, 17))  # Saturday, not Sunday, Monday, Tuesday
    assert days(rows["OPEN"]) == (date(2026, 3, 17), date(2026, 3, 17))


def test_data_date_on_a_rest_day_moves_work_to_the_next_worked_day() -> None:
    saturday = date(2026, 3, 14)
    assert dated(network(task("A", 1), Link("A", "OPEN")), saturday).rows["A"].early_start == date(
        2026, 3, 16
    )


def test_finish_to_start_lag_counts_in_the_predecessors_calendar() -> None:
    slow, fast = task("A", 1, "VN6"), task("B", 1, "ALL")
    rows = dated(network(slow, fast, Link("A", "B", LinkType.FS, 2), Link("B", "OPEN"))).rows
    assert rows["B"].early_start == date(2026, 3, 18)  # after Monday and Tuesday of VN6
    rows = dated(network(fast, slow, Link("B", "A", LinkType.FS, 2), Link("A", "OPEN"))).rows
    assert rows["A"].early_start == date(2026, 3, 17)  # after Sunday and Monday of ALL


def test_negative_lag_lets_the_successor_overlap() -> None:
    rows = dated(
        network(task("A", 6, "ALL"), task("B", 2, "ALL"), Link("A", "B", LinkType.FS, -2), Link("B", "OPEN"))
    ).rows
    assert days(rows["A"]) == (date(2026, 3, 14), date(2026, 3, 19))
    assert days(rows["B"]) == (date(2026, 3, 18), date(2026, 3, 19))


def test_start_to_start_finish_to_finish_and_start_to_finish_links_hold_together() -> None:
    rows = dated(
        network(
            task("A", 10, "ALL"),
            task("B", 4, "ALL"),
            task("C", 3, "ALL"),
            Link("A", "B", LinkType.SS, 2),
            Link("A", "B", LinkType.FF, 1),
            Link("A", "C", LinkType.SF, 8),
            Link("B", "OPEN"),
        )
    ).rows
    assert days(rows["A"]) == (date(2026, 3, 14), date(2026, 3, 23))
    assert days(rows["B"]) == (date(2026, 3, 21), date(2026, 3, 24))  # FF drives, not SS
    assert days(rows["C"]) == (date(2026, 3, 19), date(2026, 3, 21))
    assert rows["B"].drivers == ("A",)


def test_works_in_the_dyke_corridor_wait_for_the_end_of_the_flood_season() -> None:
    net = network(
        task("P", 0, "ALL", kind=NodeKind.POSSESSION, not_before=date(2026, 4, 20)),
        task("PILE", 20, "DYKE"),
        Link("P", "PILE"),
        Link("PILE", "OPEN"),
    )
    rows = dated(net).rows
    # 21–30 April are 9 worked days, 11 are left for December.
    assert days(rows["PILE"]) == (date(2026, 4, 21), date(2026, 12, 12))
    assert rows["PILE"].drivers == ("P",)
    assert rows["P"].critical
    assert rows["P"].total_float == 0


def test_land_that_comes_in_the_flood_season_has_float_but_lies_on_the_longest_path() -> None:
    net = network(
        task("P", 0, "ALL", kind=NodeKind.POSSESSION, not_before=date(2026, 6, 10)),
        task("PILE", 20, "DYKE"),
        Link("P", "PILE"),
        Link("PILE", "OPEN"),
    )
    rows = dated(net).rows
    assert rows["PILE"].early_start == date(2026, 12, 1)
    assert rows["P"].late_finish == date(2026, 11, 30)
    assert rows["P"].total_float == (date(2026, 11, 30) - date(2026, 6, 10)).days
    assert not rows["P"].critical
    assert rows["P"].driving


def test_not_before_is_the_earliest_start_and_then_nothing_else_drives() -> None:
    late = task("B", 2, "ALL", not_before=date(2026, 4, 1))
    rows = dated(network(task("A", 2, "ALL"), late, Link("A", "B"), Link("B", "OPEN"))).rows
    assert rows["B"].early_start == date(2026, 4, 1)
    assert rows["B"].drivers == ()
    assert rows["A"].total_float == rows["A"].free_float == 16


def test_actual_dates_are_facts_that_win_over_logic() -> None:
    net = network(
        task("A", 5, "ALL", actual_start=date(2026, 3, 1), remaining=4),
        task("B", 5, "ALL", actual_start=date(2026, 3, 2), actual_finish=date(2026, 3, 9)),
        task("C", 2, "ALL"),
        Link("A", "B"),
        Link("B", "C"),
        Link("C", "OPEN"),
    )
    rows = dated(net).rows
    assert days(rows["B"]) == (date(2026, 3, 2), date(2026, 3, 9))
    assert rows["B"].done
    assert not rows["B"].critical
    assert days(rows["C"]) == (date(2026, 3, 14), date(2026, 3, 15))
    assert days(rows["A"]) == (date(2026, 3, 1), date(2026, 3, 17))
    assert not rows["A"].critical  # it no longer leads to the finish: B is over


def test_started_work_waits_for_its_unfinished_predecessor() -> None:
    net = network(
        task("A", 4, "ALL"),
        task("B", 9, "ALL", actual_start=date(2026, 3, 10), remaining=3),
        Link("A", "B"),
        Link("B", "OPEN"),
    )
    rows = dated(net).rows
    assert days(rows["B"]) == (date(2026, 3, 10), date(2026, 3, 20))  # remaining 18–20 March, after A
    assert rows["B"].drivers == ("A",)
    assert rows["A"].critical
    assert rows["B"].critical


def test_started_work_without_a_report_is_taken_to_run_as_planned_with_a_day_left_at_least() -> None:
    soon = network(task("A", 20, "ALL", actual_start=date(2026, 3, 4)), Link("A", "OPEN"))
    assert dated(soon).rows["A"].early_finish == date(2026, 3, 23)
    overdue = network(task("A", 5, "ALL", actual_start=date(2026, 3, 1)), Link("A", "OPEN"))
    assert dated(overdue).rows["A"].early_finish == date(2026, 3, 14)


def test_all_critical_tasks_are_found_on_parallel_paths() -> None:
    net = network(
        task("A", 5), task("B", 5), task("C", 4), Link("A", "OPEN"), Link("B", "OPEN"), Link("C", "OPEN")
    )
    rows = dated(net).rows
    assert {code for code, row in rows.items() if row.critical} == {"A", "B", "OPEN"}
    assert rows["C"].total_float == rows["C"].free_float == 1


def test_what_does_not_lead_to_the_finish_is_never_critical_and_costs_no_float() -> None:
    net = network(
        task("A", 5, "ALL"), task("B", 20, "ALL"), task("X", 60, "ALL"),
        Link("A", "OPEN"), Link("B", "OPEN"), Link("A", "X"),
    )  # fmt: skip
    rows = dated(net).rows
    assert rows["X"].total_float == 0
    assert not rows["X"].critical
    assert not rows["X"].driving
    assert rows["A"].total_float == 15  # towards the finish, although X follows at once
    assert rows["A"].free_float == 0


def test_driving_chain_runs_from_first_cause_to_finish_and_takes_the_smallest_code_of_equals() -> None:
    net = network(
        milestone("H-2", not_before=date(2026, 5, 1)),
        milestone("H-1", not_before=date(2026, 5, 1)),
        milestone("H-3", not_before=date(2026, 4, 1)),
        milestone("P"),
        task("A", 3),
        *(Link(f"H-{n}", "P") for n in (2, 1, 3)),
        Link("P", "A"),
        Link("A", "OPEN"),
    )
    graph = build_graph(net, CALENDARS)
    result = schedule(graph, CALENDARS, data_date=FRIDAY, finish="OPEN")
    assert driving_chain(result, graph, "OPEN") == ("H-1", "P", "A", "OPEN")
    assert result.rows["P"].drivers == ("H-1", "H-2")
    assert result.rows["H-3"].total_float == 30
    with pytest.raises(NotFound):
        driving_chain(result, graph, "NONE")


def test_finished_project_keeps_its_opening_date_and_has_no_critical_path() -> None:
    net = network(task("A", 3), milestone("OPEN", actual_finish=date(2026, 3, 2)), Link("A", "OPEN"))
    result = dated(net)
    assert result.finish == date(2026, 3, 2)
    assert not any(row.critical or row.driving for row in result.rows.values())


def test_cycle_is_refused_with_its_members_in_order() -> None:
    net = network(
        task("C"), task("A"), task("B"), Link("A", "B"), Link("B", "C"), Link("C", "A"), Link("A", "OPEN")
    )
    with pytest.raises(CyclicDependency) as refused:
        build_graph(net, CALENDARS)
    assert refused.value.members == ("A", "B", "C", "A")
    loop: nx.DiGraph[str] = nx.DiGraph()
    for code in "AB":
        loop.add_node(code, activity=task(code))
    loop.add_edge("A", "B", links=(Link("A", "B"),))
    loop.add_edge("B", "A", links=(Link("B", "A"),))
    with pytest.raises(CyclicDependency):
        schedule(loop, CALENDARS, data_date=FRIDAY, finish="A")


def test_every_fault_of_a_network_is_listed_at_once() -> None:
    net = Network(
        "N",
        (
            task("A", -1),
            task("A", 2),
            task("B", 2, "NIGHT"),
            task("M", 3, kind=NodeKind.MILESTONE),
            task("D", 3, actual_start=date(2026, 3, 5), actual_finish=date(2026, 3, 4), remaining=-2),
        ),
        (
            Link("A", "Z"),
            Link("B", "B"),
            Link("A", "B"),
            Link("A", "B", LinkType.FS, 3),
            Link("A", "B", LinkType.SS),
        ),
        "OPEN",
    )
    with pytest.raises(InvalidInput) as refused:
        build_graph(net, CALENDARS)
    assert [fault.where for fault in refused.value.faults] == [
        "A", "A", "B", "M", "D", "D", "N", "A → Z (FS)", "B → B (FS)", "A → B (FS)",
    ]  # fmt: skip
    assert all(fault.vi and fault.en for fault in refused.value.faults)


def test_pair_may_carry_several_link_types() -> None:
    both = (Link("A", "OPEN", LinkType.SS), Link("A", "OPEN", LinkType.FF))
    assert build_graph(network(task("A"), *both), CALENDARS).edges["A", "OPEN"]["links"] == both


def test_actual_date_after_the_data_date_is_refused_and_as_of_leaves_it_out() -> None:
    net = network(
        task("A", 3, "ALL", actual_start=date(2026, 3, 10), actual_finish=date(2026, 3, 20)),
        task("B", 3, "ALL", actual_start=date(2026, 3, 18), remaining=1),
        Link("A", "B"),
        Link("B", "OPEN"),
    )
    with pytest.raises(InvalidInput) as refused:
        dated(net)
    assert [fault.where for fault in refused.value.faults] == ["A", "B"]
    known = as_of(net, FRIDAY)
    assert known.activities[0].actual_start == date(2026, 3, 10)
    assert known.activities[0].actual_finish is None
    assert known.activities[1] == task("B", 3, "ALL")
    assert dated(known).rows["B"].early_finish == date(2026, 3, 17)
    assert as_of(net, date(2026, 3, 31)) == net


def test_dates_beyond_the_calendar_are_refused_and_never_wrap() -> None:
    far = network(task("A", 4000), Link("A", "OPEN"))
    with pytest.raises(InvalidInput, match="runs out of calendar VN6"):
        dated(far)
    with pytest.raises(InvalidInput, match="runs out of calendar"):
        dated(network(task("A", 1), Link("A", "OPEN")), date(1999, 1, 1))
    with pytest.raises(InvalidInput, match="runs out of calendar"):
        dated(network(task("A", 1), task("B", 1), Link("A", "B", LinkType.FS, -900), Link("B", "OPEN")))


def test_unknown_finish_is_not_found() -> None:
    with pytest.raises(NotFound):
        schedule(build_graph(network(task("A")), CALENDARS), CALENDARS, data_date=FRIDAY, finish="NOPE")


def test_schedule_changes_nothing_it_was_given() -> None:
    net = network(task("A", 3), Link("A", "OPEN"))
    graph = build_graph(net, CALENDARS)
    before = (list(graph.nodes(data=True)), list(graph.edges(data=True)))
    first = schedule(graph, CALENDARS, data_date=FRIDAY, finish="OPEN")
    assert schedule(graph, CALENDARS, data_date=FRIDAY, finish="OPEN") == first
    assert (list(graph.nodes(data=True)), list(graph.edges(data=True))) == before
