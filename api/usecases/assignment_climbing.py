"""Overdue assignments climb like obstacles: once for every overdue period, each climb an event and two notices."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from api.usecases.assignments import code_of, project_codes, state_of
from api.usecases.climbing import ACTOR, Climb
from api.usecases.notices import notify
from geo.tables import Assignment, Event, PortfolioState
from projects.duties import OPEN
from projects.tiers import TIERS, TOP, climb_days, higher


def climb_assignments(session: Session, today: date, *, every: int) -> tuple[Climb, ...]:
    """Raises every overdue open assignment by the climbs that are due by `today`; `every` days make a period.

    All or nothing in one transaction; a run after a pause does what was missed, a second one finds nothing to do.
    """
    rows = session.scalars(
        select(Assignment)
        .where(Assignment.state.in_(OPEN), Assignment.due_on < today, Assignment.tier != TOP)
        .order_by(Assignment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    projects = project_codes(session)
    climbs: list[Climb] = []
    events: list[dict[str, Any]] = []
    for row in rows:
        name = code_of(row.id)
        for day in climb_days(row.tier, row.due_on, today, done=row.climbs, every=every):
            before = state_of(row)
            row.tier, row.climbs, row.version = higher(row.tier), row.climbs + 1, row.version + 1
            climbs.append(Climb(name, row.what, before["tier"], row.tier, day))
            project = projects.get(row.project_id) if row.project_id is not None else None
            events.append(
                {
                    "kind": "assignment.climb", "object_type": "assignment", "object_code": name,
                    "project_code": project, "actor": ACTOR, "effective_on": day, "before": before,
                    "after": state_of(row),
                }
            )  # fmt: skip
    session.flush()
    risen = {climb.case for climb in climbs}
    for row in rows:
        if code_of(row.id) not in risen:
            continue
        vi, en = TIERS[row.tier]
        name = code_of(row.id)
        for account in {row.account, row.given_by}:
            notify(
                session, account, "assignment.climb", f"/giao-viec/{row.id}",
                f"{name} quá hạn, lên cấp {vi.lower()}: {row.what}",
                f"{name} is overdue, now with the {en.lower()}: {row.what}",
            )  # fmt: skip
    if events:
        session.execute(insert(Event), events)
    return tuple(climbs)


def climb_by_data_date(session: Session, *, every: int, day: date | None = None) -> tuple[Climb, ...]:
    """The same by the data date of the portfolio; nothing before the first load."""
    state = session.get(PortfolioState, 1)
    by = day or (state.data_date if state is not None else None)
    return () if by is None else climb_assignments(session, by, every=every)
