"""A slow second opinion on the slip ledger: every subset of changes is applied and everything is reckoned anew.

It shares no code with `projects.ledger`: dates come from the day-by-day `relax`, shares from the definition of Shapley
over all subsets, land from case nodes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from math import factorial

import networkx as nx

from projects.model import Activity, Link, NodeKind
from tests.unit.cpm_oracle import WORK_DAYS, relax, worked_between
from tests.unit.ledger_histories import Told

Name = tuple[bool, str]  # is it a case? and its code


def by_definition(names: Sequence[Name], value: Callable[[frozenset[Name]], int]) -> dict[Name, Fraction]:
    """Shapley (1953) over all subsets."""
    n = len(names)
    shares = dict.fromkeys(names, Fraction(0))
    for size in range(n):
        weight = Fraction(factorial(size) * factorial(n - 1 - size), factorial(n))
        for before in map(frozenset, itertools.combinations(names, size)):
            for name in names:
                if name not in before:
                    shares[name] += weight * (value(before | {name}) - value(before))
    return shares


def slow_half_step(
    before: Told, after: Told, target: str, *, landed: bool
) -> tuple[date, date, dict[Name, Fraction]]:
    """Both ends and all shares other than 0."""
    names = _names(before, after, landed=landed)

    @cache
    def value(changed: frozenset[Name]) -> int:
        return _finish(before, after, changed, target, landed=landed)

    shares = {name: days for name, days in by_definition(names, value).items() if days}
    ends = (date.fromordinal(value(frozenset(chosen))) for chosen in ((), names))
    return *ends, shares  # type: ignore[return-value]


def turned(before: Told, after: Told) -> bool:
    """Whether the links of both plans together form a cycle: then edits cannot be applied one by one."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for state in (before, after):
        graph.add_edges_from((k.pred, k.succ) for k in state.network.links)
    return not nx.is_directed_acyclic_graph(graph)


def slow_progressed(before: Told, after: Told) -> Told:
    """The plan of before with what has been reached by the end of the day."""
    known = {a.code: a for a in after.network.activities}
    activities = []
    for a in before.network.activities:
        now = known.get(a.code, a)
        activities.append(
            replace(
                a, actual_start=now.actual_start, actual_finish=now.actual_finish, remaining=now.remaining
            )
        )
    return replace(after, network=replace(before.network, activities=tuple(activities)))


def _names(before: Told, after: Told, *, landed: bool) -> list[Name]:
    """Everything that may be different: all activities, and all cases when they are causes."""
    names: list[Name] = [
        (False, code) for code in sorted({a.code for s in (before, after) for a in s.network.activities})
    ]
    if landed:
        cases = {*before.forecasts, *after.forecasts}
        names += [(True, c) for c in sorted(cases) if before.forecasts.get(c) != after.forecasts.get(c)]
    return [name for name in names if name[0] or _looks(before, name[1]) != _looks(after, name[1])]


def _looks(state: Told, code: str) -> object:
    """All that an activity is on a side: its own part, its links, the day, whether its land is complete."""
    own = [a for a in state.network.activities if a.code == code]
    if own and own[0].actual_finish:
        return own
    ways = sorted((k.pred, k.type, k.lag) for k in state.network.links if k.succ == code)
    return own, ways, state.day, _cases_of(state, own[0]) if own else None


def _finish(before: Told, after: Told, changed: frozenset[Name], target: str, *, landed: bool) -> int:
    activities: list[Activity] = []
    links: list[Link] = []
    push = {}
    for code in sorted({a.code for s in (before, after) for a in s.network.activities}):
        side = after if (False, code) in changed else before
        found = [a for a in side.network.activities if a.code == code]
        if not found:
            continue
        a = _with_work_left(found[0], side.day)
        push[code] = side.day.toordinal() + 1
        own = [k for k in side.network.links if k.succ == code]
        waits = _cases_of(side, a)
        if waits:
            if landed:
                sides = (before, after)
                land = {
                    c: (after if (True, c) in changed else before).forecasts.get(c)
                    for c in {c for s in sides for c in _cases_of(s, a)}
                }
            else:
                land = {c: side.forecasts.get(c) for c in waits}
            days = [f.on for f in land.values() if f is not None]
            if _complete(side, waits):
                opened = max(days, default=date(2024, 1, 2))
                a, own = replace(a, actual_start=opened, actual_finish=opened), []
            else:
                nodes = [
                    Activity(
                        f"{code}/{n}", "", "", 0, "ALL", NodeKind.CASE, actual_start=on, actual_finish=on
                    )
                    for n, on in enumerate(days)
                ]
                activities += nodes
                own += [Link(node.code, code) for node in nodes]
        activities.append(a)
        links += own
    known = {a.code for a in activities}
    links = [k for k in links if k.pred in known]
    network = replace(before.network, activities=tuple(activities), links=tuple(links))
    first = min(before.day, after.day)
    return relax(network, first, push)[target].finish - 1


def _with_work_left(a: Activity, day: date) -> Activity:
    """Planned progress of begun work that reports none."""
    if a.actual_start is None or a.actual_finish is not None or a.remaining is not None or not a.duration:
        return a
    now = day.toordinal() + 1
    spent = worked_between(WORK_DAYS[a.calendar], a.actual_start.toordinal(), now)
    return replace(a, remaining=max(a.duration - spent, 1))


def _cases_of(state: Told, a: Activity) -> list[str]:
    """The cases that open a possession; none where its opening is a fact, or it needs no land."""
    dry = {front.code for front in state.fronts if not front.needs_land}
    if a.kind is not NodeKind.POSSESSION or a.actual_start or a.actual_finish or a.front in dry:
        return []
    return sorted(c for c in state.forecasts if a.front in state.cases[c].fronts)


def _complete(state: Told, cases: Sequence[str]) -> bool:
    return all(state.forecasts[c].basis == "actual" and state.forecasts[c].on <= state.day for c in cases)
