"""The network of a project as the engine prepared it, and which of its nodes are land."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import Calculation
from geo.store import load_network
from geo.tables import Project
from projects.engine.bridge import net_of
from projects.engine.model import Net, Options
from projects.land import lands, with_cases
from projects.network import as_of


@dataclass(frozen=True, slots=True)
class ProjectNet:
    """`net` with a node per case, `options` with the data date, `land`: case codes that are nodes of it.

    `later_facts`: activities with an actual date after the data date, which the calculation leaves out.
    """

    net: Net
    options: Options
    land: frozenset[str]
    later_facts: frozenset[str] = frozenset()
    unsupported: tuple[str, ...] = ()


def project_net(session: Session, ctx: Context, project: Project, made: Calculation) -> ProjectNet | None:
    """The network that the calculation was made from; None for a project without one."""
    known = load_network(session, project)
    if known is None:
        return None
    day = made.data_date
    network = as_of(known, day)
    cases = tuple(made.cases.values())
    ground = lands(network, made.fronts, cases, made.forecasts, day)
    whole = with_cases(network, ground, cases, made.forecasts, day)
    later = frozenset(
        a.code for a in known.activities if any(on and on > day for on in (a.actual_start, a.actual_finish))
    )
    return ProjectNet(
        net_of(whole, ctx.calendars), Options(day, whole_days=True), frozenset(made.cases), later
    )


def undated(net: Net, cases: Collection[str]) -> Net:
    """The network whose land may come on any day: without the forecast days of these cases."""
    return replace(
        net, activities=tuple(replace(a, constraints=()) if a.code in cases else a for a in net.activities)
    )
