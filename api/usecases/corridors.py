"""Loading a surveyed corridor: read like any file from outside, compared with the one before, then made current."""

from __future__ import annotations

from sqlalchemy.orm import Session

from geo.access import portfolio_state
from geo.history import record, touch
from geo.tables import Project
from geo.takings import refresh_takings, unmeasured


def measure_missing_takings(session: Session, *, actor: str) -> int:
    """Measures the takings of projects of which there are none yet; gives the number of parcels."""
    measured = 0
    for project_id in unmeasured(session):
        project = session.get_one(Project, project_id)
        parcels = refresh_takings(session, project_id)
        touch(session, project_id)
        record(
            session,
            kind="takings.measured",
            object_type="project",
            object_code=project.code,
            project_code=project.code,
            actor=actor,
            effective_on=portfolio_state(session).data_date,
            after={"parcels": parcels},
        )
        measured += parcels
    return measured
