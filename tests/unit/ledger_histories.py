"""Random short histories of a small project: land that moves or does not, work, edits of the plan."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

from projects.forecasting.model import HandoverForecast
from projects.land import forecasts
from projects.ledger.states import State
from projects.model import Activity, CaseState, Link, LinkType, Network, NodeKind, WorkFront
from projects.network import as_of
from projects.openings import RunRule
from projects.works import day_plan, plan_works
from tests.unit.cpm_oracle import CALENDARS

FIRST = date(2026, 3, 12)
STEPS = ["S20", "S80", "S90", "S97", "S100", "S100", "S105", "X1", "X2"]


@dataclass(frozen=True, eq=False)
class Told:
    """The end of a day with its plan as a day network, and (`state`) as the ledger takes it."""

    day: date
    network: Network
    cases: Mapping[str, CaseState]
    forecasts: Mapping[str, HandoverForecast]
    fronts: tuple[WorkFront, ...] = ()
    rules: Mapping[str, RunRule] = field(default_factory=dict)

    @cached_property
    def state(self) -> State:
        plan = day_plan(self.network, CALENDARS)
        works = plan_works(plan, self.day)
        return State(self.day, plan, works, self.cases, self.forecasts, self.fronts, rules=self.rules)


def histories(count: int, *, days: int = 2) -> Iterator[list[Told]]:
    """Random histories, always the same ones."""
    for seed in range(count):
        yield history(random.Random(seed), days=days)


def history(rng: random.Random, *, days: int) -> list[Told]:
    """The states of consecutive days, the first one included."""
    network, cases = _network(rng), _cases(rng)
    fronts = tuple(
        WorkFront(f, f, f, "road", "D1", None, None, needs_land=rng.random() < 0.9) for f in ("F1", "F2")
    )
    states = []
    for n in range(days + 1):
        day = FIRST + timedelta(n)
        if n:
            cases = {code: _moved(rng, case, day) for code, case in cases.items()}
            network = _worked(rng, network, day)
            if rng.random() < 0.4:
                network = _edited(rng, network)
        predicted = forecasts(list(cases.values()), day)
        states.append(Told(day, as_of(network, day), cases, predicted, fronts))
    return states


def _network(rng: random.Random) -> Network:
    calendars = rng.choice([["ALL"], ["VN6", "ALL"], ["ALL", "VN6", "DYKE"]])
    nodes = [Activity("OPEN", "Thông xe", "Opening", 0, "ALL", NodeKind.MILESTONE)]
    links = []
    for front in ("F1", "F2"):
        possession = Activity(
            f"P-{front}", "Nhận mặt bằng", "Possession", 0, "ALL", NodeKind.POSSESSION, front
        )
        if rng.random() < 0.2:
            possession = replace(possession, not_before=FIRST + timedelta(rng.randint(-3, 9)))
        nodes += [
            possession,
            Activity(
                f"W-{front}", "Thi công", "Works", rng.randint(1, 9), rng.choice(calendars), front=front
            ),
        ]
        links += [Link(f"P-{front}", f"W-{front}"), Link(f"W-{front}", "OPEN", rng.choice(list(LinkType)))]
    if rng.random() < 0.5:
        links.append(Link("W-F1", "W-F2", rng.choice(list(LinkType)), rng.randint(-2, 4)))
    if rng.random() < 0.3:
        links.append(Link("W-F1", "P-F2", LinkType.FS, rng.randint(-2, 2)))
    return Network("N", tuple(nodes), tuple(links), "OPEN")


def _cases(rng: random.Random) -> dict[str, CaseState]:
    cases = {}
    for n in range(rng.randint(1, 3)):
        promised = FIRST + timedelta(rng.randint(-3, 6)) if rng.random() < 0.7 else None
        on = tuple(rng.sample(["F1", "F2"], rng.choice([1, 1, 2])))
        step_on = FIRST - timedelta(rng.randint(0, 50))
        cases[f"H-{n}"] = CaseState(
            f"H-{n}", rng.choice("AB"), rng.choice(STEPS), step_on, promised, None, on, land="agri"
        )
    return cases


def _moved(rng: random.Random, case: CaseState, day: date) -> CaseState:
    chance = rng.random()
    if chance < 0.25:
        return replace(case, step=rng.choice(STEPS), step_on=day - timedelta(rng.choice([0, 0, 0, 2])))
    if chance < 0.45:
        return replace(case, promised_on=rng.choice([None, day + timedelta(rng.randint(-1, 8))]))
    return case


def _worked(rng: random.Random, network: Network, day: date) -> Network:
    return replace(network, activities=tuple(_with_progress(rng, a, day) for a in network.activities))


def _with_progress(rng: random.Random, a: Activity, day: date) -> Activity:
    chance = rng.random()
    if a.kind is NodeKind.MILESTONE or chance > 0.3:
        return a
    if a.kind is NodeKind.POSSESSION:
        return replace(a, actual_start=day, actual_finish=day) if chance < 0.04 else a
    if a.actual_start is None:
        return replace(a, actual_start=day, remaining=rng.choice([None, None, rng.randint(0, 6)]))
    if a.actual_finish is None and chance < 0.1:
        return replace(a, actual_finish=day, remaining=None)
    return a if a.actual_finish else replace(a, remaining=rng.choice([None, rng.randint(0, 6)]))


def _edited(rng: random.Random, network: Network) -> Network:
    """One to three edits of the plan."""
    activities, links = list(network.activities), list(network.links)
    for _ in range(rng.randint(1, 3)):
        i = rng.randrange(len(activities))
        a = activities[i]
        chance = rng.random()
        if chance < 0.4 and a.kind is NodeKind.TASK:
            activities[i] = replace(a, duration=rng.randint(1, 9), calendar=rng.choice(["ALL", "VN6"]))
        elif chance < 0.55:
            activities[i] = replace(a, not_before=FIRST + timedelta(rng.randint(-3, 12)))
        elif chance < 0.7 and links:
            links[-1] = replace(links[-1], lag=rng.randint(-2, 5))
        elif chance < 0.8 and not any(k.pred == "W-F2" and k.succ == "W-F1" for k in links):
            links = [k for k in links if (k.pred, k.succ) != ("W-F1", "W-F2")]
            if rng.random() < 0.5 and not any(k.succ == "P-F2" and k.pred == "W-F1" for k in links):
                links.append(Link("W-F2", "W-F1"))
            else:
                links.append(Link("W-F1", "W-F2", LinkType.SS, 1))
        elif all(b.code != "NEW" for b in activities):
            activities.append(Activity("NEW", "Việc mới", "New work", rng.randint(1, 12), "ALL"))
            links.append(Link("NEW", "OPEN"))
        else:
            activities = [b for b in activities if b.code != "NEW"]
            links = [k for k in links if "NEW" not in (k.pred, k.succ)]
    return replace(network, activities=tuple(activities), links=tuple(links))
