"""Schedules of other programs as people meet them: a file is read and compared, tied to the land, then decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.may import is_command, may_on
from api.usecases.second import bar
from geo.access import access_project, portfolio_state
from geo.history import record
from geo.networks import fronts_of
from geo.tables import Milestone, Project, ScheduleImport
from geo.uploads import Stored
from projects.errors import Fault, Forbidden, InvalidInput, NotFound

OBJECT = "schedule"
OPEN = ("waiting", "reading", "ready")
Queue = Callable[[Session, int], None]
"""Puts a schedule import (id) into the queue, in the session's transaction."""
STATES: Mapping[str, tuple[str, str]] = {
    "waiting": ("chờ đọc", "waiting"),
    "reading": ("đang đọc", "being read"),
    "ready": ("chờ quyết định", "ready to be decided"),
    "refused": ("tệp không nhận", "file refused"),
    "accepted": ("đã chấp nhận", "accepted"),
    "rejected": ("đã từ chối", "rejected"),
    "cancelled": ("đã huỷ", "cancelled"),
    "undone": ("đã hoàn tác", "undone"),
}
FORMATS: Mapping[str, str] = {
    "mspdi": "MS Project XML",
    "mpp": "MS Project MPP",
    "xer": "Primavera XER",
    "pmxml": "Primavera PMXML",
}


@dataclass(frozen=True, slots=True)
class Schedule:
    """An import of a schedule with its project, and what whoever asks may do with it (else why not)."""

    row: ScheduleImport
    project: Project
    may_tie: bool
    may_accept: bool
    may_reject: bool
    may_cancel: bool
    may_undo: bool
    why_vi: str
    why_en: str


def project_of(session: Session, ctx: Context, code: str, action: str) -> Project:
    """The project, where the person may do this with its schedule files. Raises NotFound, Forbidden."""
    project = access_project(session, code)
    if not may_on(ctx, action, ward="", project=project.code):
        if ctx.rights.may(ctx.principal, action):
            raise NotFound("project", code)
        raise Forbidden(action)
    return project


def propose(
    session: Session, ctx: Context, project: Project, stored: Stored, filename: str, *, queue: Queue
) -> tuple[int, bool]:
    """Puts a kept file up for reading; gives its number and whether it is new.

    The same bytes that still wait to be read or decided are one import. Nothing of the network changes.
    """
    waiting = select(ScheduleImport.id).where(
        ScheduleImport.project_id == project.id,
        ScheduleImport.sha256 == stored.sha256,
        ScheduleImport.state.in_(OPEN),
    )
    if (there := session.scalar(waiting)) is not None:
        return there, False
    me = ctx.principal
    row = ScheduleImport(
        project_id=project.id, filename=filename, sha256=stored.sha256, bytes=stored.bytes, stored_as=stored.name,
        proposed_by=me.account, person=me.person or me.account, device=me.device, event_id=0,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        found = session.scalar(waiting)
        if found is None:
            raise
        return found, False
    queue(session, row.id)
    event = record(
        session, kind="schedule.propose", object_type=OBJECT, object_code=str(row.id), actor=me.account,
        effective_on=portfolio_state(session).data_date, project_code=project.code,
        after={"filename": filename, "sha256": stored.sha256, "bytes": stored.bytes},
    )  # fmt: skip
    row.event_id = event.id
    session.flush()
    return row.id, True


def access_schedule(
    session: Session, ctx: Context, code: str, number: int, *, for_update: bool = False
) -> Schedule:
    """The import with this number of this project. Raises NotFound."""
    project = project_of(session, ctx, code, "import.read")
    query = select(ScheduleImport).where(ScheduleImport.id == number, ScheduleImport.project_id == project.id)
    query = query.execution_options(populate_existing=True)
    row = session.scalar(query.with_for_update() if for_update else query)
    if row is None:
        raise NotFound("import", str(number))
    return _seen(session, ctx, row, project)


def schedules(
    session: Session, ctx: Context, project: Project, *, limit: int = 50, offset: int = 0
) -> tuple[list[Schedule], int]:
    """The imports of a project, newest first, and how many there are."""
    query = select(ScheduleImport).where(ScheduleImport.project_id == project.id)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.scalars(query.order_by(ScheduleImport.id.desc()).limit(limit).offset(offset))
    return [_seen(session, ctx, row, project) for row in rows], int(total)


def tie(session: Session, ctx: Context, code: str, number: int, ties: Mapping[str, Any]) -> None:
    """Sets fronts (activities by front), milestones (activity by milestone) and finish. Raises InvalidInput."""
    found = access_schedule(session, ctx, code, number, for_update=True)
    if not found.may_tie:
        raise refused("import.propose", found)
    row = found.row
    codes = {a["code"] for a in row.document["network"]["activities"]}
    fronts = fronts_of(session, found.project)
    milestones = _milestones(session, found.project)
    faults: list[Fault] = []
    seen: dict[str, str] = {}
    for front, activities in ties["fronts"].items():
        if front not in fronts:
            faults.append(Fault(front, "Không có mũi thi công này.", "There is no such work front."))
        for activity in activities:
            if activity in seen:
                faults.append(
                    Fault(
                        activity,
                        f"Công việc đã gắn với mũi {seen[activity]}; mỗi việc chỉ chờ đất của một mũi.",
                        f"It is tied to front {seen[activity]} already; an activity waits for the land of one front.",
                    )
                )
            seen[activity] = front
    for name in ties["milestones"]:
        if name not in milestones:
            faults.append(Fault(name, "Không có mốc này.", "There is no such milestone."))
    asked = [*seen, *ties["milestones"].values(), *([ties["finish"]] if ties["finish"] else [])]
    faults += [
        Fault(activity, "Tệp không có công việc mã này.", "The file has no activity of this code.")
        for activity in dict.fromkeys(asked)
        if activity not in codes
    ]
    if faults:
        raise InvalidInput(faults)
    before = row.ties
    row.ties = dict(ties)
    session.flush()
    record(
        session, kind="schedule.tie", object_type=OBJECT, object_code=str(row.id), actor=ctx.principal.account,
        effective_on=portfolio_state(session).data_date, project_code=found.project.code, before=before,
        after=dict(ties),
    )  # fmt: skip


def reject(session: Session, ctx: Context, code: str, number: int, *, reason: str) -> None:
    """Refuses a waiting import for a reason; it stays in the history."""
    found = access_schedule(session, ctx, code, number, for_update=True)
    if not found.may_reject:
        raise refused("import.decide", found)
    if not reason.strip():
        raise InvalidInput([Fault("ly_do", "Từ chối phải nêu lý do.", "A refusal needs a reason.")])
    row = found.row
    row.state, row.reason, row.decided_by = "rejected", reason.strip(), ctx.principal.account
    row.decided_at = session.scalar(select(func.clock_timestamp()))
    session.flush()
    record(
        session, kind="schedule.reject", object_type=OBJECT, object_code=str(row.id), actor=ctx.principal.account,
        effective_on=portfolio_state(session).data_date, project_code=found.project.code,
        before={"filename": row.filename, "sha256": row.sha256}, reason=reason.strip(),
        seconds=row.event_id if ctx.principal.account != row.proposed_by else None,
    )  # fmt: skip


def cancel(session: Session, ctx: Context, code: str, number: int) -> None:
    """Withdraws an import that was not decided; a worker that is reading it ends its child within a second."""
    found = access_schedule(session, ctx, code, number, for_update=True)
    if found.row.state == "cancelled":
        return
    if not found.may_cancel:
        raise refused("import.propose", found)
    row = found.row
    row.state, row.decided_by = "cancelled", ctx.principal.account
    row.decided_at = session.scalar(select(func.clock_timestamp()))
    session.flush()
    record(
        session, kind="schedule.cancel", object_type=OBJECT, object_code=str(row.id), actor=ctx.principal.account,
        effective_on=portfolio_state(session).data_date, project_code=found.project.code,
        before={"filename": row.filename, "sha256": row.sha256},
    )  # fmt: skip


def as_dict(found: Schedule) -> dict[str, Any]:
    """An import for JSON, without its rows."""
    row = found.row
    return {
        "id": row.id, "project": found.project.code, "file": row.filename, "sha256": row.sha256, "bytes": row.bytes,
        "format": row.format, "state": row.state, "phase": row.phase, "faults": row.faults,
        "read_at": row.read_at and row.read_at.isoformat(), "proposed_by": row.proposed_by,
        "proposed_at": row.proposed_at.isoformat(), "decided_by": row.decided_by,
        "decided_at": row.decided_at and row.decided_at.isoformat(), "undone_by": row.undone_by,
        "reason": row.reason, "ties": row.ties, "summary": row.summary, "may_accept": found.may_accept,
        "may_cancel": found.may_cancel,
    }  # fmt: skip


def refused(action: str, found: Schedule) -> Forbidden:
    """Why something cannot be done with an import."""
    if found.why_vi:
        return Forbidden(action, found.why_vi, found.why_en)
    vi, en = STATES[found.row.state]
    return Forbidden(
        action,
        f"Lần nạp đang ở trạng thái “{vi}” hoặc vai trò của bạn không làm việc này.",
        f"The import is “{en}”, or your role does not do this.",
    )


def _milestones(session: Session, project: Project) -> dict[str, Milestone]:
    rows = session.scalars(select(Milestone).where(Milestone.project_id == project.id))
    return {row.code: row for row in rows}


def _seen(session: Session, ctx: Context, row: ScheduleImport, project: Project) -> Schedule:
    decides = may_on(ctx, "import.decide", ward="", project=project.code)
    proposes = may_on(ctx, "import.propose", ward="", project=project.code)
    why = ("", "")
    if not is_command(ctx):
        why = bar(session, ctx.principal, proposed_by=row.proposed_by, person=row.person, device=row.device)
    ready = row.state == "ready"
    return Schedule(
        row=row,
        project=project,
        may_tie=(proposes or decides) and ready,
        may_accept=decides and ready and not why[0],
        may_reject=decides and ready and not why[0],
        may_cancel=proposes and row.state in OPEN,
        may_undo=decides and row.state == "accepted",
        why_vi=why[0] if decides and ready else "",
        why_en=why[1] if decides and ready else "",
    )
