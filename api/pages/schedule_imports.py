"""`/du-an/{code}/tien-do/nap`: a schedule file goes in, its dates are put beside ours, and who may decide decides."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from api.context import Context
from api.deps import ContextDep, LangDep, ProjectCode, SessionDep
from api.language import Lang
from api.pages.forms import Faults, by_field, plain
from api.pages.imports import Sent
from api.pages.project import project_frame
from api.pages.rendering import carried, link, render
from api.routes.imports import ImportId
from api.usecases import imports as land_imports
from api.usecases import schedule_accept, schedule_imports
from api.usecases.may import may_on
from api.usecases.projects import project_view
from api.usecases.schedule_reading import PHASES
from api.work.queue import put_schedule
from geo.schedules.limits import LIMITS
from geo.store import load_fronts
from geo.tables import Milestone
from geo.uploads import safe_name, store
from projects.errors import Fault, InvalidInput

router = APIRouter(prefix="/du-an/{code}/tien-do/nap")
PAGE = 100
MEGABYTE = 1024 * 1024
VERDICTS: dict[str, tuple[str, str]] = {
    "rule": ("khác, có quy tắc giải thích", "differs, explained by a rule"),
    "handed_on": ("khác theo việc trước", "differs as its predecessor does"),
    "unexplained": ("chưa giải thích được", "not explained"),
    "same": ("trùng", "the same"),
    "no_date": ("tệp không ghi ngày", "no date in the file"),
}


@router.get("")
def list_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    tu: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """The form and the history."""
    return _list(request, session, ctx, lang, code, offset=tu)


@router.post("")
def upload(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode, form: Sent
) -> Response:
    """Keeps the file, queues its reading, and leads to its page; the same file again leads to the same page."""
    project = schedule_imports.project_of(session, ctx, code, "import.propose")
    file = form.get("tep")
    settings = request.app.state.settings
    try:
        if not isinstance(file, UploadFile) or not file.filename:
            raise InvalidInput([Fault("tệp", "Chưa chọn tệp.", "No file was chosen.")])
        kept = store(
            file.file,
            land_imports.uploads_folder(settings.home),
            most_bytes=LIMITS.file_bytes,
            room_bytes=land_imports.room(session, project.id, settings.import_quota_mb * MEGABYTE),
        )
        name = safe_name(file.filename)
        number, _ = schedule_imports.propose(session, ctx, project, kept, name, queue=put_schedule)
    except InvalidInput as refused:
        status = 507 if type(refused) is not InvalidInput else 422
        return _list(request, session, ctx, lang, code, refused=refused, status=status)
    return RedirectResponse(link(f"/du-an/{code}/tien-do/nap/{number}", {}), 303)


@router.get("/{import_id}")
def import_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    import_id: ImportId,
    loai: Annotated[str, Query(max_length=20)] = "",
    tu: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """One import: how far it is; notes, the dates of sender and ours, ties to the land, the decision.

    While it is read the page asks for itself again every other second, without a script.
    """
    return _one(request, session, ctx, lang, code, import_id, kind=loai, offset=tu)


@router.post("/{import_id}/gan")
def tie(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode, import_id: ImportId,
    form: Sent,
) -> Response:  # fmt: skip
    """Ties activities to fronts and milestones, by hand."""
    ties: dict[str, Any] = {"fronts": {}, "milestones": {}, "finish": plain(str(form.get("xong", "")))[:500]}
    for name, value in form.items():
        text = plain(str(value))[:20_000]
        if name.startswith("mui:") and (codes := _codes(text)):
            ties["fronts"][name[4:][:64]] = codes
        elif name.startswith("moc:") and text:
            ties["milestones"][name[4:][:64]] = text
    try:
        schedule_imports.tie(session, ctx, code, import_id, ties)
    except InvalidInput as refused:
        return _one(request, session, ctx, lang, code, import_id, refused=refused, said=ties, status=422)
    return _back(code, import_id)


@router.post("/{import_id}/chap-nhan")
def accept(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    import_id: ImportId,
) -> Response:
    """The second person makes it the network."""
    try:
        with session.begin_nested():
            schedule_accept.accept(session, ctx, code, import_id)
    except InvalidInput as refused:
        return _one(request, session, ctx, lang, code, import_id, refused=refused, status=422)
    return _back(code, import_id)


@router.post("/{import_id}/tu-choi")
def reject(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, import_id: ImportId, form: Sent
) -> Response:
    """The second person refuses it for a reason."""
    schedule_imports.reject(session, ctx, code, import_id, reason=_reason(form))
    return _back(code, import_id)


@router.post("/{import_id}/huy")
def cancel(session: SessionDep, ctx: ContextDep, code: ProjectCode, import_id: ImportId) -> Response:
    """Withdraws it, also while it is read."""
    schedule_imports.cancel(session, ctx, code, import_id)
    return _back(code, import_id)


@router.post("/{import_id}/hoan-tac")
def undo(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, import_id: ImportId, form: Sent
) -> Response:
    """Puts the earlier network back."""
    schedule_accept.undo(session, ctx, code, import_id, reason=_reason(form))
    return _back(code, import_id)


def _list(
    request: Request, session: Session, ctx: Context, lang: Lang, code: str, *, offset: int = 0,
    refused: InvalidInput | None = None, status: int = 200,
) -> Response:  # fmt: skip
    project = schedule_imports.project_of(session, ctx, code, "import.read")
    rows, total = schedule_imports.schedules(session, ctx, project, limit=PAGE, offset=offset)
    page = render(
        request,
        "schedule_imports.html.j2",
        rows=rows,
        total=total,
        limit=PAGE,
        offset=offset,
        states=schedule_imports.STATES,
        formats=schedule_imports.FORMATS,
        refused=refused.faults if refused else (),
        faults=_none(refused, lang),
        may_send=may_on(ctx, "import.propose", ward="", project=code),
        most_mb=LIMITS.file_bytes // 1_000_000,
        **_frame(session, ctx, code, lang),
    )
    page.status_code = status
    return page


def _one(
    request: Request, session: Session, ctx: Context, lang: Lang, code: str, number: int, *, kind: str = "",
    offset: int = 0, refused: InvalidInput | None = None, said: dict[str, Any] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    found = schedule_imports.access_schedule(session, ctx, code, number)
    busy = found.row.phase in PHASES and found.row.state in ("waiting", "reading")
    chosen = kind if kind in VERDICTS else None
    rows = [
        r
        for r in found.row.rows
        if (r["verdict"] == chosen if chosen else r["verdict"] not in ("same", "no_date"))
    ]
    milestones = session.scalars(
        select(Milestone).where(Milestone.project_id == found.project.id).order_by(Milestone.id)
    ).all()
    page = render(
        request,
        "schedule_import.html.j2",
        one=found,
        r=found.row,
        busy=busy,
        phases=PHASES,
        step=list(PHASES).index(found.row.phase) if busy else 0,
        rows=rows[offset : offset + PAGE],
        total=len(rows),
        limit=PAGE,
        offset=offset,
        kind=chosen,
        verdicts=VERDICTS,
        states=schedule_imports.STATES,
        formats=schedule_imports.FORMATS,
        ties=said or {"fronts": {}, "milestones": {}, "finish": "", **found.row.ties},
        fronts=[f for f in load_fronts(session, found.project) if f.needs_land],
        milestones=milestones,
        refused=refused.faults if refused else (),
        **_frame(session, ctx, code, lang),
    )
    page.status_code = status
    if busy:
        page.headers["Refresh"] = f"2; url={link(request.url.path, carried(request.query_params))}"
    return page


def _frame(session: Session, ctx: Context, code: str, lang: Lang) -> dict[str, Any]:
    view = project_view(session, ctx, code)
    return project_frame(view, "tien-do", lang_title=("Tệp tiến độ", "Schedule files"), lang=lang)


def _none(refused: InvalidInput | None, lang: Lang) -> Faults:
    return by_field(refused, lang, {}) if refused else {}


def _codes(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in re.split(r"[\n,;]+", text) if part.strip()))


def _reason(form: FormData) -> str:
    return str(form.get("ly_do", ""))[:2000]


def _back(code: str, number: int) -> Response:
    return RedirectResponse(link(f"/du-an/{code}/tien-do/nap/{number}", {}), 303)
