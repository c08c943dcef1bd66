"""Random days of networks in minutes, with constraints and calendars of their own, and what a subset of changes gives.

The dates come from the slow oracle of the engine; nothing is shared with `projects.ledger` but its states.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import networkx as nx

from projects.engine.model import Activity, Constraint, Link, Net, Options, Progress, Rule
from projects.forecasting.model import HandoverForecast
from projects.ledger.states import COMPLETION, State, with_completion
from projects.model import CaseState
from projects.plan import Plan
from projects.works import plan_works
from tests.unit.engine_invented import random_net
from tests.unit.engine_oracle import At, Node, Oracle, add, minute

Name = tuple[bool, str]  # is it a case? and its code


def days_of_imported(count: int) -> Iterator[tuple[State, State, str]]:
    """Two days of a network and the milestone to ask for, always the same ones."""
    seed = given = 0
    while given < count:
        rng = random.Random(seed)
        seed += 1
        net, options = random_net(rng)
        if len(net.activities) <= 6 and isinstance(options.data_date, date):
            given += 1
            yield two_days(rng, net, options)


def two_days(rng: random.Random, net: Net, options: Options) -> tuple[State, State, str]:
    """The network on its data date and on the next day, with progress, other land, and sometimes another plan."""
    codes = sorted(a.code for a in net.activities)
    plan = Plan(
        net, progress=options.progress, lag_calendar=options.lag_calendar,
        fronts=dict.fromkeys(rng.sample(codes, rng.randint(0, 2)), "F1"),
    )  # fmt: skip
    day = options.data_date if type(options.data_date) is date else options.data_date.date()  # type: ignore[union-attr]
    later = replace(plan, net=_worked(rng, net, day + timedelta(1)))
    if rng.random() < 0.85:
        later = _edited(rng, later, day)
    sound = [a.code for a in net.activities if not any(c.rule is Rule.ALAP for c in a.constraints)]
    target = rng.choice(
        [COMPLETION, *(code for code in sound if code in {a.code for a in later.net.activities})]
    )
    plans = [with_completion(p) if target == COMPLETION else p for p in (plan, later)]
    land = {f"H-{n}": day + timedelta(rng.randint(-3, 9)) for n in range(rng.randint(0, 2))}
    before = state_of(plans[0], day, land)
    moved = {
        code: on if rng.random() < 0.4 else day + timedelta(rng.randint(-2, 12)) for code, on in land.items()
    }
    return before, state_of(plans[1], day + timedelta(1), moved), target


def state_of(plan: Plan, day: date, land: dict[str, date]) -> State:
    """Cases of the front F1, each handed over on its day."""
    cases = {code: CaseState(code, "A", "S100", day, None, None, ("F1",)) for code in land}
    predicted = {
        code: HandoverForecast(on, "actual" if on <= day else "promised") for code, on in land.items()
    }
    return State(day, plan, plan_works(plan, day), cases, predicted, ())


def _worked(rng: random.Random, net: Net, day: date) -> Net:
    return replace(net, activities=tuple(_progress(rng, a, day) for a in net.activities))


def _progress(rng: random.Random, a: Activity, day: date) -> Activity:
    chance = rng.random()
    if a.actual_finish or chance > 0.3:
        return a
    if a.actual_start is None:
        return replace(a, actual_start=day, remaining=rng.choice([None, 300]) if a.duration else None)
    return replace(a, remaining=rng.choice([None, 0, 900]))


def _edited(rng: random.Random, plan: Plan, day: date) -> Plan:
    """One or two edits, a calendar, a constraint, a lag or a link among them."""
    activities, links, more = list(plan.net.activities), list(plan.net.links), {}
    for _ in range(rng.randint(1, 2)):
        i = rng.randrange(len(activities))
        a, chance = activities[i], rng.random()
        if chance < 0.3:
            activities[i] = replace(a, calendar=rng.choice(["OFFICE", "SHIFT", "NIGHT"]))
        elif chance < 0.5:
            rule = rng.choice([Rule.SNET, Rule.FNET, Rule.MANDATORY_START])
            activities[i] = replace(a, constraints=(Constraint(rule, day + timedelta(rng.randint(0, 9))),))
        elif chance < 0.7 and links:
            links[0] = replace(links[0], lag=rng.randint(-500, 900), lag_calendar=rng.choice([None, "NIGHT"]))
        elif chance < 0.85 and links:
            links.pop()
        else:
            more = {"progress": Progress.OVERRIDE}
    net = replace(plan.net, activities=tuple(activities), links=tuple(links))
    return replace(plan, net=net, **more)  # type: ignore[arg-type]


class Mixed:
    """The finish of the target when some of the changes between two states have happened."""

    def __init__(self, before: State, after: State, target: str, *, landed: bool) -> None:
        """`landed`: cases are causes; else the land of each side belongs to its plan."""
        self.sides, self.target, self.landed = (before, after), target, landed
        self.nodes = [_nodes(state) for state in self.sides]
        self.links = [_links(state) for state in self.sides]

    def names(self) -> list[Name]:
        """Everything that looks different on both sides."""
        codes = sorted({*self.nodes[0], *self.nodes[1]})
        found = [(False, code) for code in codes if self._looks(0, code) != self._looks(1, code)]
        if self.landed:
            land = [state.forecasts for state in self.sides]
            found += [(True, c) for c in sorted(land[0]) if land[0][c].on != land[1][c].on]
        return found

    def _looks(self, side: int, code: str) -> object:
        state, node = self.sides[side], self.nodes[side].get(code)
        land: object = None
        if code in _possessions(state):
            land = _complete(state)
            if not self.landed:
                land = land, tuple(f.on for f in state.forecasts.values())
        return node, self.links[side].get(code), land

    def day(self, changed: frozenset[Name]) -> int | None:
        """None where the links of both sides form a cycle."""
        pick = {
            code: int((False, code) in changed)
            for code in {*self.nodes[0], *self.nodes[1]}
            if code in self.nodes[(False, code) in changed]
        }
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(pick)
        ties = {c: [k for k in self.links[side].get(c, ()) if k[0].pred in pick] for c, side in pick.items()}
        graph.add_edges_from((k.pred, code) for code, links in ties.items() for k, _ in links)
        if not nx.is_directed_acyclic_graph(graph):
            return None
        oracle = Oracle.__new__(Oracle)
        oracle.at = {}
        for code in nx.topological_sort(graph):
            oracle.at[code] = self._at(oracle, code, pick, ties[code], changed)
        return (oracle.at[self.target].finish - 1) // 1440

    def _at(
        self,
        oracle: Oracle,
        code: str,
        pick: dict[str, int],
        ties: list[tuple[Link, str]],
        changed: frozenset[Name],
    ) -> At:
        side = pick[code]
        state, node = self.sides[side], self.nodes[side][code]
        calendars = {}
        for link, how in ties:
            of_pred = self.nodes[pick[link.pred]][link.pred].a.calendar
            calendars[link] = {"predecessor": of_pred, "successor": node.a.calendar}.get(how, how)

        def bound(link: Link) -> int:
            at = oracle.at[link.pred]
            return add(calendars[link], at.start if link.type.value[0] == "S" else at.finish, link.lag)

        links = [link for link, _ in ties]
        oracle.links_into = lambda code: links  # type: ignore[method-assign]
        waits = code in _possessions(state) and state.forecasts and node.a.actual_start is None
        if waits:
            picked = {
                c: self.sides[(True, c) in changed if self.landed else side].forecasts[c]
                for c in state.forecasts
            }
            last = max(minute(f.on, evening=True) for f in picked.values())
            if _complete(state):
                return At(last, last, last)
            node = replace(node, base=max(node.base, last))
        oracle.nodes = {code: node}
        return oracle._early(code, bound)


def _possessions(state: State) -> set[str]:
    return {a.code for a in state.works.possessions}


def _complete(state: State) -> bool:
    return all(f.basis == "actual" for f in state.forecasts.values())


def _nodes(state: State) -> dict[str, Node]:
    """The nodes of the oracle on one side."""
    works = state.works
    own = Oracle.__new__(Oracle)
    own.net, own.options = works.net, works.options
    own.now = minute(state.day, evening=True)
    found = {}
    for a in works.net.activities:
        a = replace(a, calendar="elapsed") if a.calendar == works.every_day else a
        found[a.code] = own._node(a)
        if a.code == COMPLETION:
            found[a.code].base = 0
    return found


def _links(state: State) -> dict[str, list[tuple[Link, str]]]:
    """The links into each activity, each with whose time its lag counts in: a calendar, or that of one of its ends."""
    works, options = state.works, state.works.options
    begun = {a.code for a in works.net.activities if a.actual_start is not None}
    found: dict[str, list[tuple[Link, str]]] = {}
    for link in sorted(works.net.links, key=lambda k: (k.pred, k.type, k.lag)):
        if not (options.progress is Progress.OVERRIDE and link.succ in begun):
            how = link.lag_calendar or options.lag_calendar.value
            found.setdefault(link.succ, []).append((link, how.replace("elapsed_time", "elapsed")))
    return found
