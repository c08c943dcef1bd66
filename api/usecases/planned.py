"""The plan of each activity as it was first agreed: the earliest baseline of the project, which says so by its name.

Without a baseline, the network as it was first recorded: the works alone on the data date of that day, as if no land
were waited for. What the plan rests on goes with it, so that nobody takes one for the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.baselines import BaselineRow, baselines_of, looking_back, stand_if_it_can
from geo import scope
from geo.access import access_project
from geo.networks import load_plan
from geo.tables import Event, Project
from projects.errors import InvalidInput
from projects.impact import dated_works
from projects.reckoning import reckon
from projects.works import plan_works

# Events with which a first network can come.
LOAD, OF_PROJECT = "portfolio.load", ("schedule.accept", "network.change")
MOST_TRIED = 20


@dataclass(frozen=True, slots=True)
class Planned:
    """Planned start and finish by activity, on `data_date` as known with `event`; no `baseline`: first network."""

    dates: Mapping[str, tuple[date, date]]
    baseline: BaselineRow | None
    data_date: date
    event: int


def planned_of(session: Session, ctx: Context, project: Project) -> Planned | None:
    """The plan of a project; None without a network. What was known with an event does not change, so it is kept."""
    first = next(reversed(baselines_of(session, project)), None)
    if first is not None:
        made: Planned | None = ctx.cache.get(
            ("planned", project.id, first.id, first.known_event),
            lambda: _of_baseline(session, ctx, project, first),
        )
        return made
    own = Event.kind.in_(OF_PROJECT) & (Event.project_code == project.code)
    asked = select(Event.id, Event.effective_on).where(or_(Event.kind == LOAD, own))
    with scope.calculating(session):
        events = session.execute(asked.order_by(Event.id).limit(MOST_TRIED)).all()

    def make() -> Planned | None:
        plans = (_first_network(session, ctx, project, row.id, row.effective_on) for row in events)
        return next((plan for plan in plans if plan is not None), None)

    found: Planned | None = ctx.cache.get(("planned", project.id, tuple(row.id for row in events)), make)
    return found


def planned_answer(planned: Planned | None) -> dict[str, Any] | None:
    """What the planned dates of an answer rest on."""
    if planned is None:
        return None
    return {
        "basis": "baseline" if planned.baseline else "first_network",
        "baseline": planned.baseline.name if planned.baseline else None,
        "data_date": planned.data_date.isoformat(),
        "known_event": planned.event,
        "source": planned.baseline.source if planned.baseline else None,
    }


def _of_baseline(session: Session, ctx: Context, project: Project, baseline: BaselineRow) -> Planned | None:
    then = stand_if_it_can(session, ctx, project, baseline)
    if then is None:
        return None
    dates = {code: (told.side.start, told.side.finish) for code, told in then.told.items()}
    return Planned(dates, baseline, baseline.data_date, baseline.known_event)


def _first_network(session: Session, ctx: Context, project: Project, event: int, day: date) -> Planned | None:
    """The works as recorded with an event, without land; None where there was no network yet, or one with faults."""
    with looking_back(session, event) as then:
        plan = load_plan(then, access_project(then, project.code), ctx.calendars)
    if plan is None:
        return None
    try:
        schedule = dated_works(reckon(plan_works(plan, day), (), (), {}))
    except InvalidInput:
        return None
    dates = {code: (row.early_start, row.early_finish) for code, row in schedule.rows.items()}
    return Planned(dates, None, day, event)
