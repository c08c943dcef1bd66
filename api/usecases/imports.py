"""Imports as people meet them: a file goes in once, what it would change is looked at, and who may decide decides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.may import is_command, may_on
from api.usecases.second import bar
from geo.access import access_project, portfolio_state
from geo.history import record
from geo.importers.options import ReadingOptions
from geo.proposing import deciding
from geo.tables import ImportProposal, ImportUpload, Project, ScheduleImport
from geo.uploads import Stored
from projects.errors import Fault, Forbidden, InvalidInput, MovedOn, NotFound

LIVE = ("waiting", "reading", "ready", "accepted")
OPEN = ("waiting", "reading", "ready")
SCHEDULES_GONE = ("refused", "rejected", "cancelled")
"""States of a schedule import whose file is not kept: its row stays, with what was wrong or said."""
Queue = Callable[[Session, int, int], None]
"""Puts proposal (id) of a project (id) into the queue, in the session's transaction."""
_DROP = text("select stage_drop(:id)")


@dataclass(frozen=True, slots=True)
class Import:
    """An upload with its proposal, the code of its project, and what whoever asks may do with it (else why not)."""

    upload: ImportUpload
    proposal: ImportProposal
    project: str
    may_accept: bool
    may_reject: bool
    may_cancel: bool
    may_undo: bool
    may_read_again: bool
    why_vi: str
    why_en: str


def room(session: Session, project_id: int, quota_bytes: int) -> int:
    """How many bytes of a project's quota for kept files are free; files of land and of schedules count."""
    land = select(func.coalesce(func.sum(ImportUpload.bytes), 0)).where(
        ImportUpload.project_id == project_id, ImportUpload.state != "removed"
    )
    plans = select(func.coalesce(func.sum(ScheduleImport.bytes), 0)).where(
        ScheduleImport.project_id == project_id, ScheduleImport.state.not_in(SCHEDULES_GONE)
    )
    used = int(session.scalar(land) or 0) + int(session.scalar(plans) or 0)
    return max(0, quota_bytes - used)


def project_for_import(session: Session, ctx: Context, code: str) -> Project:
    """The project that a file is for; one outside the person's scope is not there. Raises NotFound, Forbidden."""
    project = access_project(session, code)
    _require(ctx, "import.propose", project.code)
    return project


def visible_project(session: Session, ctx: Context, code: str) -> Project:
    """A project whose imports the person may see. Raises NotFound."""
    project = access_project(session, code)
    if not may_on(ctx, "import.read", ward="", project=project.code):
        raise NotFound("project", code)
    return project


def propose(
    session: Session,
    ctx: Context,
    project: Project,
    stored: Stored,
    filename: str,
    *,
    options: ReadingOptions,
    full_fabric: bool,
    queue: Queue,
) -> tuple[int, bool]:
    """Puts a kept file up for reading; gives the import's number and whether it is a new one.

    The same bytes, read the same way, for the same project are one import, however often and from however many hands at
    once they come, as long as it is not refused, rejected, cancelled or undone.
    """
    mark = fingerprint(stored.sha256, options, full_fabric)
    live = select(ImportProposal.id).where(
        ImportProposal.project_id == project.id,
        ImportProposal.fingerprint == mark,
        ImportProposal.state.in_(LIVE),
    )
    if (there := session.scalar(live)) is not None:
        return there, False
    try:
        with session.begin_nested():
            upload = ImportUpload(
                project_id=project.id, filename=filename, sha256=stored.sha256, bytes=stored.bytes,
                stored_as=stored.name, options=options.as_dict(), actor=ctx.principal.account, state="proposed",
            )  # fmt: skip
            session.add(upload)
            session.flush()
            me = ctx.principal
            proposal = ImportProposal(
                id=upload.id, project_id=project.id, full_fabric=full_fabric, fingerprint=mark, event_id=0,
                proposed_by=me.account, person=me.person or me.account, device=me.device,
            )  # fmt: skip
            session.add(proposal)
            session.flush()
    except IntegrityError:
        found = session.scalar(live)
        if found is None:
            raise
        return found, False
    queue(session, upload.id, project.id)
    event = record(
        session, kind="import.propose", object_type="import", object_code=str(upload.id), actor=me.account,
        effective_on=portfolio_state(session).data_date, project_code=project.code,
        after={"filename": filename, "sha256": stored.sha256, "bytes": stored.bytes, "full_fabric": full_fabric},
    )  # fmt: skip
    proposal.event_id = event.id
    session.flush()
    return upload.id, True


def access_import(session: Session, ctx: Context, number: int, *, for_update: bool = False) -> Import:
    """The import with this number. Raises NotFound also for one of a project that the person does not see."""
    query = (
        select(ImportProposal).where(ImportProposal.id == number).execution_options(populate_existing=True)
    )
    proposal = session.scalar(query.with_for_update() if for_update else query)
    if proposal is None:
        raise NotFound("import", str(number))
    project = session.get_one(Project, proposal.project_id).code
    if not may_on(ctx, "import.read", ward="", project=project):
        raise NotFound("import", str(number))
    return _import(session, ctx, proposal, project)


def imports(
    session: Session, ctx: Context, *, project: str | None = None, limit: int = 50, offset: int = 0
) -> tuple[list[Import], int]:
    """Imports that the person sees, newest first, and how many there are."""
    query = select(ImportProposal, Project.code).join(Project, Project.id == ImportProposal.project_id)
    if project is not None:
        query = query.where(Project.code == project)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(query.order_by(ImportProposal.id.desc()).limit(limit).offset(offset))
    return [_import(session, ctx, row, code) for row, code in rows], int(total)


def accept(session: Session, ctx: Context, number: int, *, queue: Queue) -> Mapping[str, Any]:
    """Writes a ready import into the land; gives the counts of its event. Raises Forbidden, InvalidInput.

    `stale`: land or axis are not what the comparison was made on; the file is then in the queue again, and nothing was
    written.
    """
    found = access_import(session, ctx, number, for_update=True)
    if found.proposal.state == "accepted":
        return {"unchanged": True}
    if not found.may_accept:
        raise _no("import.decide", found)
    day = portfolio_state(session).data_date
    try:
        return deciding.accept(session, number, day=day, actor=ctx.principal.account).counts
    except MovedOn:
        _wait_again(session, found, queue)
        return {"stale": True}


def read_again(
    session: Session, ctx: Context, number: int, *, queue: Queue, options: ReadingOptions | None = None
) -> None:
    """Reads the kept file once more, with other options if they are given; the earlier comparison goes."""
    found = access_import(session, ctx, number, for_update=True)
    if not found.may_read_again:
        raise _no("import.propose", found)
    row = found.proposal
    if options is not None:
        found.upload.options = options.as_dict()
        row.fingerprint = fingerprint(found.upload.sha256, options, row.full_fabric)
    _wait_again(session, found, queue)


def reject(session: Session, ctx: Context, number: int, *, reason: str) -> None:
    """Refuses a ready import for a reason; it stays in the history."""
    found = access_import(session, ctx, number, for_update=True)
    if not found.may_reject:
        raise _no("import.decide", found)
    if not reason.strip():
        raise InvalidInput([Fault("ly_do", "Từ chối phải nêu lý do.", "A refusal needs a reason.")])
    _end(session, ctx, found, "rejected", "import.reject", reason.strip())


def cancel(session: Session, ctx: Context, number: int) -> None:
    """Stops an import that was not accepted; a worker that is reading it finds out at its next step."""
    found = access_import(session, ctx, number, for_update=True)
    if found.proposal.state == "cancelled":
        return
    if not found.may_cancel:
        raise _no("import.propose", found)
    _end(session, ctx, found, "cancelled", "import.cancel", None)


def undo(session: Session, ctx: Context, number: int, *, reason: str = "") -> Mapping[str, Any]:
    """Puts the land back as it was before. Raises Forbidden, InvalidInput with every later edit that rests on it."""
    found = access_import(session, ctx, number, for_update=True)
    if found.proposal.state == "undone":
        return {"unchanged": True}
    if not found.may_undo:
        raise _no("import.decide", found)
    day = portfolio_state(session).data_date
    return deciding.undo(session, number, day=day, actor=ctx.principal.account, reason=reason).counts


def as_dict(one: Import) -> dict[str, Any]:
    """An import for JSON."""
    u, p = one.upload, one.proposal
    return {
        "id": p.id, "project": one.project, "file": u.filename, "sha256": u.sha256, "bytes": u.bytes,
        "state": p.state, "phase": p.phase, "done": p.done, "total": p.total, "full_fabric": p.full_fabric,
        "proposed_by": p.proposed_by, "proposed_at": p.proposed_at.isoformat(), "decided_by": p.decided_by,
        "decided_at": p.decided_at and p.decided_at.isoformat(), "undone_by": p.undone_by, "reason": p.reason,
        "needs_second": p.needs_second, "second_why": p.second_why, "may_accept": one.may_accept,
        "summary": p.summary, "faults": p.faults, "warnings": p.warnings,
    }  # fmt: skip


def fingerprint(sha256: str, options: ReadingOptions, full_fabric: bool) -> str:
    """What makes two imports the same: bytes, how they are read, and what they claim to be."""
    said = json.dumps([sha256, options.as_dict(), full_fabric], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def kept_files(session: Session) -> set[str]:
    """The names of kept files that some row needs."""
    land = session.scalars(select(ImportUpload.stored_as).where(ImportUpload.state != "removed"))
    plans = select(ScheduleImport.stored_as).where(ScheduleImport.state.not_in(SCHEDULES_GONE))
    return {*land, *session.scalars(plans)}


def uploads_folder(home: Path) -> Path:
    """Where kept files lie in the data directory."""
    return home / "uploads"


def _wait_again(session: Session, found: Import, queue: Queue) -> None:
    row = found.proposal
    session.execute(_DROP, {"id": row.id})
    row.state, row.phase, row.done, row.total, row.faults = "waiting", "waiting", 0, 0, []
    session.flush()
    queue(session, row.id, row.project_id)


def _end(session: Session, ctx: Context, found: Import, state: str, kind: str, reason: str | None) -> None:
    row = found.proposal
    row.state, row.phase, row.reason = state, state, reason
    row.decided_by, row.decided_at = ctx.principal.account, session.scalar(select(func.clock_timestamp()))
    session.flush()
    if state == "cancelled":
        session.execute(_DROP, {"id": row.id})
    record(
        session, kind=kind, object_type="import", object_code=str(row.id), actor=ctx.principal.account,
        effective_on=portfolio_state(session).data_date, project_code=found.project,
        before={"filename": found.upload.filename, "sha256": found.upload.sha256}, reason=reason,
        seconds=row.event_id if ctx.principal.account != row.proposed_by else None,
    )  # fmt: skip


def _import(session: Session, ctx: Context, row: ImportProposal, project: str) -> Import:
    upload = session.get_one(ImportUpload, row.id)
    decides = may_on(ctx, "import.decide", ward="", project=project)
    proposes = may_on(ctx, "import.propose", ward="", project=project)
    why = ("", "")
    if not is_command(ctx) and row.needs_second:
        why = bar(session, ctx.principal, proposed_by=row.proposed_by, person=row.person, device=row.device)
    return Import(
        upload=upload,
        proposal=row,
        project=project,
        may_accept=decides and row.state == "ready" and not why[0],
        may_reject=decides and row.state == "ready" and not why[0],
        may_cancel=proposes and row.state in OPEN,
        may_undo=decides and row.state == "accepted",
        may_read_again=proposes and row.state in ("ready", "refused"),
        why_vi=why[0] if decides and row.state == "ready" else "",
        why_en=why[1] if decides and row.state == "ready" else "",
    )


def _require(ctx: Context, action: str, project: str) -> None:
    if not may_on(ctx, action, ward="", project=project):
        if ctx.rights.may(ctx.principal, action):
            raise NotFound("project", project)
        raise Forbidden(action)


def _no(action: str, found: Import) -> Exception:
    if found.why_vi:
        return Forbidden(action, found.why_vi, found.why_en)
    state = found.proposal.state
    return Forbidden(
        action,
        f"Lần nhập đang ở trạng thái “{STATES[state][0]}” hoặc vai trò của bạn không làm việc này.",
        f"The import is “{STATES[state][1]}”, or your role does not do this.",
    )


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
