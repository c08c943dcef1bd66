"""A dated network in whole days, as pages and answers show it: the engine's instants and minutes, read by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from projects.engine import dated
from projects.engine.effort import effort_rows
from projects.engine.schedule import Passed
from projects.engine.setup import Prepared
from projects.engine.shifts import DAY


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
    rows: Mapping[str, Row]


class Rows(Mapping[str, Row]):
    """The rows of all works of a dated network, from node `first` on, by code; those of levels of effort last.

    Made when they are asked for: a portfolio has tens of thousands, and its report names a few hundred.
    """

    __slots__ = ("_first", "_known", "_p", "_passed", "_whole")

    def __init__(self, p: Prepared, passed: Passed, first: int) -> None:
        self._p, self._passed, self._first = p, passed, first
        self._known: dict[str, Row] = {}
        self._whole = False

    def ask(self, codes: Iterable[str]) -> None:
        """Makes some rows in one go."""
        known = self._known  # another thread may put the whole in its place meanwhile
        wanted = [self._p.index[code] for code in codes if code not in known]
        if wanted:
            known.update(rows_of(self._p, self._passed, wanted))

    def __getitem__(self, code: str) -> Row:
        found = self._known.get(code)
        return found if found is not None else self._all()[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> dict[str, Row]:
        if not self._whole:
            nodes = range(self._first, len(self._p.codes))
            self._known = rows_of(self._p, self._passed, nodes) | effort_days(self._p, self._passed)
            self._whole = True
        return self._known


def rows_of(p: Prepared, passed: Passed, nodes: Iterable[int]) -> dict[str, Row]:
    """The rows of some nodes of a prepared network, by code."""
    chosen = np.fromiter(nodes, np.int64)
    early, late, codes = passed.early, passed.late, p.codes
    es, ef, ls, lf = (part[chosen] for part in (early.start, early.finish, late.start, late.finish))
    state, total = p.nodes.state[chosen], passed.total[chosen]
    done = state == dated.DONE
    empty = (p.nodes.left[chosen] == 0) & (
        (state == dated.WAITING) | (es == ef)
    )  # `schedule.is_event`, of all
    usual = np.array([time.day_minutes for time in p.times])[p.nodes.calendar[chosen]]
    causes = _causes(p, passed, chosen)
    columns = zip(
        (codes[i] for i in chosen.tolist()),
        *(_days(at - evening) for at, evening in ((es, empty), (ef, 1), (ls, empty), (lf, 1))),
        (total // usual).tolist(),
        (passed.free[chosen] // usual).tolist(),
        ((passed.lead[chosen] != 0) & ~done & (total <= p.options.critical_float)).tolist(),
        (causes.get(i, ()) for i in chosen.tolist()),
        (passed.chain[chosen] != 0).tolist(),
        done.tolist(),
        strict=True,
    )
    return {row[0]: Row(*row) for row in columns}


def _days(instants: dated.Long) -> list[date]:
    """The days of instants, in one go."""
    days: list[date] = (instants // DAY).astype("datetime64[D]").tolist()
    return days


def _causes(p: Prepared, passed: Passed, chosen: dated.Long) -> dict[int, tuple[str, ...]]:
    """The codes of the predecessors that set the early dates, by node."""
    edges = p.edges
    drives = (passed.slack == 0) & (passed.own[edges.succ] == 0)
    wanted = np.zeros(len(p.codes), bool)
    wanted[chosen] = True
    found: dict[int, set[str]] = {}
    (at,) = np.nonzero(drives & wanted[edges.succ])
    for node, before in zip(edges.succ[at].tolist(), edges.pred[at].tolist(), strict=True):
        found.setdefault(node, set()).add(p.codes[before])
    return {node: tuple(sorted(before)) for node, before in found.items()}


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
