"""What the file of the present network asks for and we do not do: it goes with every judgement of the schedule."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api.context import Context
from geo.scope import calculating
from geo.tables import Project, ScheduleImport
from projects.interchange.words import UNSUPPORTED
from projects.quality.model import Offender


def unsupported_of(session: Session, ctx: Context, project: Project) -> tuple[Offender, ...]:
    """The options that the accepted import in force has and the calculation lacks; none without such an import.

    The same for every reader. Looking back, the import that was in force at that moment.
    """
    query = select(ScheduleImport.summary).where(
        ScheduleImport.project_id == project.id, ScheduleImport.state.in_(("accepted", "undone"))
    )
    if ctx.known_at is None:
        query = query.where(ScheduleImport.state == "accepted")
    else:
        query = query.where(
            ScheduleImport.decided_at <= ctx.known_at,
            or_(ScheduleImport.undone_at.is_(None), ScheduleImport.undone_at > ctx.known_at),
        )
    with calculating(session):
        summary = session.scalar(
            query.order_by(ScheduleImport.decided_at.desc(), ScheduleImport.id.desc()).limit(1)
        )
    notes = () if summary is None else summary["notes"]
    return tuple(
        Offender(tuple(note["codes"]), note["vi"], note["en"]) for note in notes if note["key"] in UNSUPPORTED
    )
