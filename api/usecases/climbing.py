"""Overdue obstacles climb a tier, exactly once for every overdue period, and every climb is an event.

All or nothing in one transaction: killed in the middle, the next run does all of it. A run after a pause does every
climb that was missed, each told with the day on which it was due; a second run on the same day finds nothing to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from api.usecases.obstacles import state_of
from geo.tables import CaseObstacle, ClearanceCase, Event, PortfolioState, Project
from projects.tiers import TOP, climb_days, higher

ACTOR = "system"


@dataclass(frozen=True, slots=True)
class Climb:
    """One climb: which case and cause, from which tier to which, on which day."""

    case: str
    cause: str
    tier_from: str
    tier_to: str
    on: date


def climb(session: Session, today: date, *, every: int) -> tuple[Climb, ...]:
    """Raises every overdue open obstacle by the climbs that are due by `today`; `every` days make a period.

    The transaction acts as "system", or as the owner in maintenance; flushes, never commits.
    """
    overdue = (
        CaseObstacle.resolved_on.is_(None),
        CaseObstacle.due_on < today,
        CaseObstacle.tier != TOP,
    )
    # Cases before obstacles, in the order of every writer; whoever is writing one of them is waited for.
    waiting = select(CaseObstacle.case_id).where(*overdue)
    cases = dict(
        session.execute(
            select(ClearanceCase.id, ClearanceCase.code)
            .where(ClearanceCase.id.in_(waiting))
            .order_by(ClearanceCase.code)
            .with_for_update()
        ).all()
    )
    rows = session.scalars(
        select(CaseObstacle)
        .where(*overdue, CaseObstacle.case_id.in_(cases))
        .order_by(CaseObstacle.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    projects = dict(session.execute(select(Project.id, Project.code)).all())
    climbs: list[Climb] = []
    events: list[dict[str, Any]] = []
    for row in rows:
        assert row.due_on is not None
        for day in climb_days(row.tier, row.due_on, today, done=row.climbs, every=every):
            before = state_of(row)
            row.tier, row.climbs, row.version = higher(row.tier), row.climbs + 1, row.version + 1
            climbs.append(Climb(cases[row.case_id], row.cause, before["tier"], row.tier, day))
            events.append(
                {
                    "kind": "obstacle.climb", "object_type": "obstacle", "object_code": cases[row.case_id],
                    "project_code": projects[row.project_id], "actor": ACTOR, "effective_on": day,
                    "before": before, "after": state_of(row),
                }
            )  # fmt: skip
    session.flush()
    if events:
        session.execute(insert(Event), events)
    return tuple(climbs)


def climb_by_data_date(session: Session, *, every: int, day: date | None = None) -> tuple[Climb, ...]:
    """The same by the data date of the portfolio, on which every deadline is judged; nothing before the first load."""
    state = session.get(PortfolioState, 1)
    by = day or (state.data_date if state is not None else None)
    return () if by is None else climb(session, by, every=every)
