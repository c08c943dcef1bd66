"""The network of a project as the engine dates it, land included: what the Gantt, the drawing and exports stand on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import Calculation, calculate, calculation_key
from api.usecases.law_now import calendars_on
from geo.networks import load_plan
from geo.tables import Project
from projects.engine.schedule import Result, schedule
from projects.plan import Plan
from projects.thinning import thinned


@dataclass(frozen=True, slots=True)
class DatedNetwork:
    """A plan (without land), the dated network with its land, and the calculation that gave the land.

    Nodes of `result` that are not in the plan are land cases: who may not see one is not told its code.
    """

    plan: Plan
    result: Result
    calculation: Calculation

    @property
    def data_date(self) -> date:
        """The day that it stands on."""
        return self.calculation.data_date


def dated_network(session: Session, ctx: Context, project: Project, day: date) -> DatedNetwork | None:
    """The dated network of `project` on `day`, kept like every calculation; None without a network.

    Raises InvalidInput with every fault of a network that cannot be dated on that day.
    """

    def make() -> DatedNetwork | None:
        plan = load_plan(session, project, calendars_on(session, ctx, day))
        if plan is None:
            return None
        calculation = calculate(session, ctx, project, day)
        result = calculation.result
        return None if result is None else DatedNetwork(plan, result, calculation)

    made: DatedNetwork | None = ctx.cache.get(
        ("dated-network", *calculation_key(session, ctx, project, day)), make
    )
    return made


def paths_network(session: Session, ctx: Context, project: Project, day: date) -> DatedNetwork | None:
    """The same with one case for each front, so that float paths are ways through the works."""

    def make() -> DatedNetwork | None:
        found = dated_network(session, ctx, project, day)
        if found is None:
            return None
        net = thinned(found.result.prepared.net, found.result.rows, found.calculation.cases.keys())
        return DatedNetwork(found.plan, schedule(net, found.result.options), found.calculation)

    made: DatedNetwork | None = ctx.cache.get(
        ("paths-network", *calculation_key(session, ctx, project, day)), make
    )
    return made
