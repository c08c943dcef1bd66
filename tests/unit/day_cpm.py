"""The critical-path method in whole days over plain Python, kept as an oracle for the engine.

Dates are whole days: a start is the first worked day, a finish the last one. Zero-duration nodes happen at
the end of their day. Lags are working days of the predecessor's calendar. Source of the formulas: the
precedence diagramming method with retained logic, the common default of scheduling tools.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import networkx as nx

from projects.calendars import Calendar
from projects.errors import NotFound
from tests.unit import day_passes as passes


@dataclass(frozen=True, slots=True)
class Row:
    """Dates and floats of one activity towards the schedule's finish.

    Floats are working days of the activity's own calendar. `critical`: it leads to the finish and its total
    float is ≤ 0. `driving`: it lies on a chain of drivers of the finish (the longest path); across calendars
    such a node may have float, e.g. work that ends before a closed season. `drivers` are the predecessors
    whose link sets the early dates, by code; none when the data date or a not_before does. A finished
    activity (`done`) keeps its actual dates, float 0, and is never critical. An activity that does not lead
    to the finish may run until the last early finish of the network.
    """

    code: str
    early_start: date
    early_finish: date
    late_start: date
    late_finish: date
    total_float: int
    free_float: int
    critical: bool
    drivers: tuple[str, ...]
    driving: bool
    done: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """The dated network: `finish` is the early date of the completion milestone `finish_code`."""

    data_date: date
    finish_code: str
    finish: date
    rows: dict[str, Row]


def schedule(
    graph: nx.DiGraph[str], calendars: Mapping[str, Calendar], *, data_date: date, finish: str
) -> Schedule:
    """Schedule a graph of `projects.network.build_graph`: unfinished work lies after the end of `data_date`.

    Raises `NotFound` for an unknown finish, `CyclicDependency`, and `InvalidInput` for actual dates after the
    data date or a date beyond a calendar.
    """
    if finish not in graph:
        raise NotFound("activity", finish)
    plan = passes.compile_plan(graph, calendars, data_date)
    target = plan.codes.index(finish)
    early = passes.forward(plan)
    late = passes.backward(plan, early, target)
    leading = passes.leads_to(plan, target)
    causes = [passes.drivers(plan, early, i) for i in range(len(plan.codes))]
    driving = _driving(causes, target) if leading else frozenset()
    rows = {
        plan.codes[i]: _row(plan, early, late, i, causes[i], i in leading, i in driving)
        for i in range(len(plan.codes))
    }
    return Schedule(data_date, finish, rows[finish].early_finish, rows)


def driving_chain(schedule: Schedule, graph: nx.DiGraph[str], code: str) -> tuple[str, ...]:
    """The chain of drivers from its first cause down to `code`; of several drivers the smallest code is taken.

    Raises `NotFound` for an unknown code.
    """
    if code not in schedule.rows or code not in graph:
        raise NotFound("activity", code)
    chain = [code]
    while schedule.rows[chain[-1]].drivers:
        chain.append(min(schedule.rows[chain[-1]].drivers))
    return tuple(reversed(chain))


def _driving(causes: list[tuple[int, ...]], target: int) -> frozenset[int]:
    found, queue = {target}, [target]
    while queue:
        for cause in causes[queue.pop()]:
            if cause not in found:
                found.add(cause)
                queue.append(cause)
    return frozenset(found)


def _row(
    plan: passes.Plan,
    early: passes.Times,
    late: passes.Times,
    i: int,
    causes: tuple[int, ...],
    leads: bool,
    drives: bool,
) -> Row:
    calendar, state = plan.calendars[i], plan.state[i]
    done = state == passes.DONE
    total = free = 0
    if not done:
        total = calendar.count(early.resume[i], late.resume[i])
        limit = passes.latest_undisturbing(plan, early, i)
        free = total if limit is None else min(total, calendar.count(early.resume[i], limit))
    # A node without work shows the day that its instant ends; work shows its first morning.
    empty = plan.left[i] == 0 and (state == passes.WAITING or early.start[i] == early.finish[i])
    evening = 1 if empty else 0
    return Row(
        code=plan.codes[i],
        early_start=date.fromordinal(early.start[i] - evening),
        early_finish=date.fromordinal(early.finish[i] - 1),
        late_start=date.fromordinal(late.start[i] - evening),
        late_finish=date.fromordinal(late.finish[i] - 1),
        total_float=total,
        free_float=free,
        critical=leads and not done and total <= 0,
        drivers=tuple(sorted(plan.codes[cause] for cause in causes)),
        driving=drives and not done,
        done=done,
    )
