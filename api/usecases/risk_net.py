"""The network of a project that risk and quality are about, and which of its nodes are land."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import Calculation
from api.usecases.law_now import calendars_on
from geo.networks import load_plan
from geo.tables import Project
from projects.engine.model import Net
from projects.engine.schedule import Result
from projects.engine.shifts import Moment
from projects.engine.strips import Strip
from projects.openings import strip_of


@dataclass(frozen=True, slots=True)
class ProjectNet:
    """`net` with a node per case as it was dated (`result`); `land`: case codes that are nodes of it.

    `later_facts`: activities with an actual date after the data date, which the calculation leaves out.
    """

    net: Net
    result: Result
    land: frozenset[str]
    later_facts: frozenset[str] = frozenset()
    sent: bool = False  # the works came from a file of another program


def project_net(session: Session, ctx: Context, project: Project, made: Calculation) -> ProjectNet | None:
    """The network that the calculation was made from; None for a project without one."""
    reckoning = made.reckoning
    plan = (
        None if reckoning is None else load_plan(session, project, calendars_on(session, ctx, made.data_date))
    )
    if reckoning is None or plan is None:
        return None
    later = frozenset(
        a.code
        for a in plan.net.activities
        if any(at is not None and _day(at) > made.data_date for at in (a.actual_start, a.actual_finish))
    )
    land = frozenset(case.code for case in reckoning.cases)
    return ProjectNet(reckoning.net, reckoning.result, land, later, sent=not plan.whole_days)


def strips_of(made: Calculation) -> dict[str, tuple[Strip, dict[str, int]]]:
    """The possessions that are still to come and open with a run of free land: their ground, and the days from the data
    date of those of its cases that are handed over already."""
    reckoning = made.reckoning
    found: dict[str, tuple[Strip, dict[str, int]]] = {}
    for land in reckoning.ground if reckoning is not None else ():
        if land.rule is None or land.handed_over:
            continue
        strip = strip_of(land.rule, [case.code for case in land.cases])
        if strip is not None:
            done = {c: made.forecasts[c].on for c in strip.codes if not made.is_open(c)}
            found[land.possession] = strip, {c: (on - made.data_date).days for c, on in done.items()}
    return found


def undated(net: Net, cases: Collection[str], strips: Collection[str] = ()) -> Net:
    """The network whose land may come on any day: without the forecast days of these cases, and without the links of
    the run that opens a possession of `strips` as things stand."""
    return replace(
        net,
        activities=tuple(replace(a, constraints=()) if a.code in cases else a for a in net.activities),
        links=tuple(k for k in net.links if k.succ not in strips or k.pred not in cases),
    )


def _day(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
