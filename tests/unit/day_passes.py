"""The forward and backward pass on whole days, in plain Python: the passes under `tests.unit.day_cpm`.

An instant is a day ordinal, the morning of that day. A node has a start, a resume (where its remaining work
begins: the start itself while it waits) and a finish; zero-duration nodes have all three in one.
Retained logic: the remaining work of a started activity still waits for its unfinished predecessors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import networkx as nx

from projects.calendars import Calendar
from projects.errors import CyclicDependency, Fault, InvalidInput
from projects.model import Activity, Link, LinkType
from projects.network import refuse_cycles

WAITING, RUNNING, DONE = 0, 1, 2

# (other end, measured from the predecessor's start?, bounds the successor's start?, lag)
Tie = tuple[int, bool, bool, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """A network compiled to lists; index i is the activity `codes[i]`, and the indices are in topological order.

    `left` is the work to be placed (working days), `base` the earliest instant for it; `start` and `end` are
    actual instants, meaningful once a node is RUNNING or DONE.
    """

    codes: tuple[str, ...]
    calendars: tuple[Calendar, ...]
    state: tuple[int, ...]
    left: tuple[int, ...]
    base: tuple[int, ...]
    start: tuple[int, ...]
    end: tuple[int, ...]
    into: tuple[tuple[Tie, ...], ...]
    out: tuple[tuple[Tie, ...], ...]

    def index(self) -> dict[str, int]:
        """Place of every code."""
        return {code: i for i, code in enumerate(self.codes)}


@dataclass(frozen=True, slots=True)
class Times:
    """Start, resume and finish instants of every node of a plan, early or late."""

    start: tuple[int, ...]
    resume: tuple[int, ...]
    finish: tuple[int, ...]


def compile_plan(graph: nx.DiGraph[str], calendars: Mapping[str, Calendar], data_date: date) -> Plan:
    """Read the arrays out of the graph. Raises `InvalidInput` for actual dates after the data date."""
    try:
        codes = tuple(nx.topological_sort(graph))
    except nx.NetworkXUnfeasible:
        refuse_cycles(graph)
        raise CyclicDependency([]) from None
    place = {code: i for i, code in enumerate(codes)}
    activities: list[Activity] = [graph.nodes[code]["activity"] for code in codes]
    faults = [fault for a in activities for fault in _late_actuals(a, data_date)]
    if faults:
        raise InvalidInput(faults)
    now = data_date.toordinal() + 1
    facts = [_facts(a, calendars[a.calendar], now) for a in activities]
    into: list[list[Tie]] = [[] for _ in codes]
    out: list[list[Tie]] = [[] for _ in codes]
    for pred, succ, data in graph.edges(data=True):
        links: tuple[Link, ...] = data["links"]
        for link in links:
            from_start = link.type in (LinkType.SS, LinkType.SF)
            to_start = link.type in (LinkType.FS, LinkType.SS)
            into[place[succ]].append((place[pred], from_start, to_start, link.lag))
            out[place[pred]].append((place[succ], from_start, to_start, link.lag))
    return Plan(
        codes=codes,
        calendars=tuple(calendars[a.calendar] for a in activities),
        state=tuple(f[0] for f in facts),
        left=tuple(f[1] for f in facts),
        base=tuple(f[2] for f in facts),
        start=tuple(f[3] for f in facts),
        end=tuple(f[4] for f in facts),
        into=tuple(map(tuple, into)),
        out=tuple(map(tuple, out)),
    )


def forward(plan: Plan, base: Sequence[int] | None = None) -> Times:
    """Early times. `base` replaces the plan's earliest instants (a what-if on some nodes, same network)."""
    earliest = plan.base if base is None else base
    start, resume, finish = list(plan.start), list(plan.end), list(plan.end)
    for i, state in enumerate(plan.state):
        if state == DONE:
            continue
        begin, end = earliest[i], None
        for p, from_start, to_start, lag in plan.into[i]:
            bound = plan.calendars[p].add(start[p] if from_start else finish[p], lag)
            if to_start:
                begin = max(begin, bound)
            else:
                end = bound if end is None else max(end, bound)
        resume[i] = place_early(plan.calendars[i], plan.left[i], begin, end)
        finish[i] = plan.calendars[i].add(resume[i], plan.left[i])
        if state == WAITING:
            start[i] = resume[i]
    return Times(tuple(start), tuple(resume), tuple(finish))


def place_early(calendar: Calendar, left: int, begin: int, end: int | None) -> int:
    """The earliest resume instant at or after `begin` from which `left` worked days end at or after `end`."""
    if left == 0:
        return begin if end is None else max(begin, end)
    at = calendar.next_work(begin)
    if end is not None and calendar.add(at, left) < end:
        at = calendar.earliest_start(end, left)
    return at


def place_late(calendar: Calendar, left: int, begin: int | None, end: int | None) -> int:
    """The latest resume instant at or before `begin` from which `left` worked days end at or before `end`."""
    if left == 0:
        return min(bound for bound in (begin, end) if bound is not None)
    by_start = None if begin is None else calendar.last_work(begin)
    by_end = None if end is None else calendar.latest_start(end, left)
    return min(bound for bound in (by_start, by_end) if bound is not None)


def leads_to(plan: Plan, target: int) -> frozenset[int]:
    """The unfinished nodes whose remaining work can still move the target, the target itself included."""
    if plan.state[target] == DONE:
        return frozenset()
    found, queue = {target}, [target]
    while queue:
        i = queue.pop()
        for p, from_start, _, _ in plan.into[i]:
            # A finished node is a fact, and so is the start of a running one.
            fixed = plan.state[p] == DONE or (from_start and plan.state[p] == RUNNING)
            if p not in found and not fixed:
                found.add(p)
                queue.append(p)
    return frozenset(found)


def backward(plan: Plan, early: Times, target: int) -> Times:
    """Late times that keep the target's early finish. A node that does not lead to the target may run until
    the last early finish of the network. Finished nodes keep their actual times."""
    leading = leads_to(plan, target)
    horizon = max(early.finish)
    start, resume, finish = list(early.start), list(early.resume), list(early.finish)
    for i in reversed(range(len(plan.codes))):
        if plan.state[i] == DONE:
            continue
        successors = (s for s in plan.out[i] if i not in leading or s[0] in leading)
        begin, end = _latest_bounds(plan, i, successors, resume, finish)
        if i == target:
            end = early.finish[i]
        elif i not in leading:
            end = horizon if end is None else min(end, horizon)
        resume[i] = place_late(plan.calendars[i], plan.left[i], begin, end)
        finish[i] = plan.calendars[i].add(resume[i], plan.left[i])
        if plan.state[i] == WAITING:
            start[i] = resume[i]
    return Times(tuple(start), tuple(resume), tuple(finish))


def latest_undisturbing(plan: Plan, early: Times, i: int) -> int | None:
    """The latest resume of node `i` that leaves every successor's early times alone; None without successors."""
    begin, end = _latest_bounds(plan, i, iter(plan.out[i]), early.resume, early.finish)
    if begin is None and end is None:
        return None
    return place_late(plan.calendars[i], plan.left[i], begin, end)


def drivers(plan: Plan, early: Times, i: int) -> tuple[int, ...]:
    """The predecessors that alone would put node `i` where it is; none if the data date or not_before does."""
    calendar, left, at = plan.calendars[i], plan.left[i], early.resume[i]
    if plan.state[i] == DONE or place_early(calendar, left, plan.base[i], None) == at:
        return ()
    found = set()
    for p, from_start, to_start, lag in plan.into[i]:
        bound = plan.calendars[p].add(early.start[p] if from_start else early.finish[p], lag)
        begin, end = (max(bound, plan.base[i]), None) if to_start else (plan.base[i], bound)
        if place_early(calendar, left, begin, end) == at:
            found.add(p)
    return tuple(found)


def _latest_bounds(
    plan: Plan, i: int, successors: Iterator[Tie], resume: Sequence[int], finish: Sequence[int]
) -> tuple[int | None, int | None]:
    """The latest start and the latest finish that the successors' given instants leave to node `i`."""
    begin: int | None = None
    end: int | None = None
    for s, from_start, to_start, lag in successors:
        if plan.state[s] == DONE or (from_start and plan.state[i] == RUNNING):
            continue
        bound = plan.calendars[i].latest_for(resume[s] if to_start else finish[s], lag)
        if from_start:
            begin = bound if begin is None else min(begin, bound)
        else:
            end = bound if end is None else min(end, bound)
    return begin, end


def _facts(activity: Activity, calendar: Calendar, now: int) -> tuple[int, int, int, int, int]:
    """State, work left, earliest instant, actual start and actual finish instants of an activity."""
    begun, ended = activity.actual_start, activity.actual_finish
    if activity.duration == 0 and ended is None:
        ended = begun  # a milestone that has begun has happened
    if ended is not None:
        end = ended.toordinal() + 1
        if activity.duration == 0:
            return DONE, 0, end, end, end
        start = calendar.subtract(end, activity.duration) if begun is None else begun.toordinal()
        return DONE, 0, end, start, end
    left = activity.duration if activity.remaining is None else activity.remaining
    if begun is not None:
        start = begun.toordinal()
        if activity.remaining is None:
            # Unreported progress counts as planned; unfinished work has at least a day to go.
            left = max(activity.duration - calendar.count(start, now), 1)
        return RUNNING, left, now, start, now
    base = now
    if activity.not_before is not None:
        # The instant of a node without work is the end of its day.
        base = max(now, activity.not_before.toordinal() + (left == 0))
    return WAITING, left, base, base, base


def _late_actuals(activity: Activity, data_date: date) -> Iterator[Fault]:
    for day in (activity.actual_start, activity.actual_finish):
        if day is not None and day > data_date:
            yield Fault(
                activity.code,
                f"Ngày thực tế {day} sau ngày số liệu {data_date}.",
                f"Actual date {day} is after the data date {data_date}.",
            )
