"""A dated network in whole days, as pages and answers show it: the engine's instants and minutes, read by day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from projects.engine import dated
from projects.engine.effort import effort_rows
from projects.engine.schedule import Passed, is_event
from projects.engine.setup import Prepared
from projects.engine.shifts import day_of


@dataclass(frozen=True, slots=True)
class Row:
    """Dates and floats of one activity towards the schedule's finish.

    A start is the first worked day, a finish the last one. Floats are usual working days of the activity's own
    calendar, rounded down. `critical`: it leads to the finish and its total float is ≤ 0. `driving`: it lies on a
    chain of drivers of the finish (the longest path); across calendars such a node may have float, e.g. work that
    ends before a closed season. `drivers` are the predecessors whose link sets the early dates, by code; none when
    the data date or a date of its own does. A finished activity (`done`) keeps its actual dates, float 0, and is
    never critical. An activity that does not lead to the finish may run until the last early finish of the network.
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
    """The dated works by code; `finish` is the early date of the completion milestone `finish_code`."""

    data_date: date
    finish_code: str
    finish: date
    rows: dict[str, Row]


def rows_of(p: Prepared, passed: Passed, nodes: Iterable[int]) -> dict[str, Row]:
    """The rows of some nodes of a prepared network, by code."""
    chosen = np.fromiter(nodes, np.int64)
    drives = (passed.slack == 0) & (passed.own[p.edges.succ] == 0)
    early, late = passed.early, passed.late
    columns = zip(
        chosen.tolist(),
        *(
            part[chosen].tolist()
            for part in (
                early.start, early.finish, late.start, late.finish, passed.total, passed.free, passed.lead,
                passed.chain, p.nodes.state, p.nodes.left, p.nodes.calendar,
            )
        ),
        strict=True,
    )  # fmt: skip
    into, pred, limit = p.edges.into, p.edges.pred, p.options.critical_float
    rows = {}
    for i, es, ef, ls, lf, total, free, lead, chain, state, left, calendar in columns:
        done = state == dated.DONE
        empty = is_event(state, left, es, ef)
        usual = p.times[calendar].day_minutes
        links = slice(into[i], into[i + 1])
        causes = {p.codes[j] for j in pred[links][drives[links]].tolist()}
        rows[p.codes[i]] = Row(
            code=p.codes[i],
            early_start=day_of(es, evening=empty),
            early_finish=day_of(ef, evening=True),
            late_start=day_of(ls, evening=empty),
            late_finish=day_of(lf, evening=True),
            total_float=total // usual,
            free_float=free // usual,
            critical=bool(lead) and not done and total <= limit,
            drivers=tuple(sorted(causes)),
            driving=bool(chain),
            done=done,
        )
    return rows


def effort_days(p: Prepared, passed: Passed) -> dict[str, Row]:
    """The rows of levels of effort: they never drive."""
    return {
        row.code: Row(
            row.code,
            row.early_start,
            row.early_finish,
            row.late_start,
            row.late_finish,
            row.total_float // row.day_minutes,
            row.free_float // row.day_minutes,
            critical=False,
            drivers=(),
            driving=False,
            done=row.done,
        )
        for row in effort_rows(p, passed.early, passed.late).values()
    }


def driving_chain(p: Prepared, passed: Passed, node: int) -> tuple[int, ...]:
    """The chain of drivers from its first cause down to `node`; of several drivers the smallest code is taken."""
    chain = [node]
    while not passed.own[chain[-1]]:
        links = range(p.edges.into[chain[-1]], p.edges.into[chain[-1] + 1])
        before = [int(p.edges.pred[j]) for j in links if passed.slack[j] == 0]
        if not before:
            break
        chain.append(min(before, key=lambda i: p.codes[i]))
    return tuple(reversed(chain))
