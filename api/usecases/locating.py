"""Measures the land of a project anew against its alignments, with an event."""

from __future__ import annotations

from sqlalchemy.orm import Session

from geo.access import access_project, portfolio_state
from geo.history import record, touch
from geo.placing import relocate_parcels


def locate_land(session: Session, code: str, *, actor: str) -> int:
    """Chainage, side and fronts of every parcel of a project; gives their number. Raises NotFound."""
    project = access_project(session, code)
    count = relocate_parcels(session, project.id)
    touch(session, project.id)
    record(
        session,
        kind="parcels.locate",
        object_type="project",
        object_code=project.code,
        actor=actor,
        effective_on=portfolio_state(session).data_date,
        project_code=project.code,
        after={"parcels": count},
    )
    return count
