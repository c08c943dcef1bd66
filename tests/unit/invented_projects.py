"""Invented projects with land, small enough for an oracle: fronts, works, cases with promised days."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from api.calendars import working_calendars
from api.lawfiles import rule_book
from projects.forecasting.chain import forecasts
from projects.forecasting.lawful import LawfulEarliest, LawGround, lawful_earliest
from projects.forecasting.model import Grounds
from projects.impact import delay_of, reckoning_of
from projects.model import Activity, CaseState, Link, LinkType, Network, NodeKind, ParcelRef
from projects.openings import RunRule
from projects.scenarios.stand import Stand
from tests.unit.cpm_oracle import CALENDARS

DAY = date(2026, 3, 13)
LAW = LawGround(rule_book(), working_calendars()["VN5"])
STEPS = ["S20", "S30", "S40", "S60", "S80", "S90", "S95", "S100", "S101", "S105", "X1"]
OBSTACLES = ["DON_GIA", "NGUON_GOC", None]


def land_case(code: str, *fronts: str, step: str = "S80", ward: str = "A", promised: date | None = None,
              obstacle: str | None = None, step_on: date = date(2026, 3, 1)) -> CaseState:  # fmt: skip
    """An invented case of one parcel."""
    parcel = ParcelRef("42", code.rpartition("-")[2], 120.5, 100.0, 112.0)
    return CaseState(code, ward, step, step_on, promised, obstacle, fronts, (parcel,))


def road(*codes: str, days: int = 20, calendar: str = "VN6") -> Network:
    """One possession and one piece of work per front, a milestone halfway, then the opening."""
    nodes = [
        Activity("OPEN", "Thông xe", "Opening", 0, "ALL", NodeKind.MILESTONE),
        Activity("HALF", "Xong nền đường", "Earthworks done", 0, "ALL", NodeKind.MILESTONE),
    ]
    links = [Link("HALF", "OPEN")]
    for code in codes:
        nodes += [
            Activity(f"P-{code}", "Nhận mặt bằng", "Possession", 0, "ALL", NodeKind.POSSESSION, code),
            Activity(f"W-{code}", "Thi công", "Works", days, calendar, front=code),
        ]
        links += [Link(f"P-{code}", f"W-{code}"), Link(f"W-{code}", "OPEN")]
    links.append(Link(f"W-{codes[0]}", "HALF"))
    return Network("N", tuple(nodes), tuple(links), "OPEN")


def random_project(rng: random.Random, *, most_cases: int = 12) -> tuple[Network, dict[str, CaseState]]:
    """Two to four fronts with links between their works, and cases on none, one or two of them."""
    fronts = [f"F{n}" for n in range(rng.randint(2, 4))]
    network = road(*fronts, days=rng.randint(5, 40), calendar=rng.choice(["ALL", "VN6", "DYKE"]))
    extra = [
        Link(
            f"W-{one}", f"W-{other}", rng.choice([LinkType.FS, LinkType.SS, LinkType.FF]), rng.randint(-3, 5)
        )
        for one, other in itertools.pairwise(fronts)
        if rng.random() < 0.5
    ]
    if rng.random() < 0.3:
        network = replace(network, activities=tuple(_begun(a, rng) for a in network.activities))
    cases = {}
    for n in range(rng.randint(1, most_cases)):
        promised = DAY + timedelta(rng.randint(-9, 60)) if rng.random() < 0.8 else None
        on = tuple(rng.sample(fronts, rng.choice([0, 1, 1, 1, 2])))
        cases[f"H-{n:02}"] = land_case(
            f"H-{n:02}", *on, step=rng.choice(STEPS), ward=rng.choice("ABC"), promised=promised,
            obstacle=rng.choice(OBSTACLES),
        )  # fmt: skip
    return replace(network, links=(*network.links, *extra)), cases


def stand_of(
    network: Network,
    cases: Sequence[CaseState] | dict[str, CaseState],
    *,
    law: bool = True,
    rules: Mapping[str, RunRule] | None = None,
) -> Stand:
    """The ground of an invented project on its data date; without `law` nothing binds a handover."""
    rows = list(cases.values()) if isinstance(cases, dict) else list(cases)
    grounds = Grounds(law=LAW if law else None)
    predicted = forecasts(rows, DAY, grounds)
    reckoning = reckoning_of(network, rows, CALENDARS, data_date=DAY, predicted=predicted, rules=rules)
    delay = delay_of(reckoning, planned_finish=None)
    return Stand(reckoning, delay, lambda case: bound_of(case) if law else None, (), rules or {})


def bound_of(case: CaseState) -> LawfulEarliest | None:
    """The lawful earliest of an invented case."""
    return lawful_earliest(case, DAY, LAW)


def _begun(activity: Activity, rng: random.Random) -> Activity:
    """The activity, a work now and then in progress."""
    if activity.kind is not NodeKind.TASK or rng.random() < 0.6:
        return activity
    return replace(activity, actual_start=DAY - timedelta(rng.randint(1, 9)), remaining=rng.randint(1, 30))
