"""`/nap`: a file goes in; who imported what from which file, newest first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from api.context import Context
from api.deps import ContextDep, LangDep, SessionDep
from api.language import Lang
from api.pages.forms import Faults, by_field, plain
from api.pages.rendering import link, render
from api.usecases import imports
from api.usecases.may import may_on
from api.work.queue import put
from geo.importers.options import ReadingOptions
from geo.tables import Project
from geo.uploads import safe_name, store
from projects.errors import Fault, InvalidInput

router = APIRouter(prefix="/nap")
PAGE = 25
MEGABYTE = 1024 * 1024
FIELDS = {"tệp": "tep", "du_an": "du_an", "crs": "crs"}


async def sent(request: Request) -> AsyncIterator[FormData]:
    """The form, which the guard has read already: a file lies on the disk by now, within the limit of its route."""
    async with request.form() as form:
        yield form


Sent = Annotated[FormData, Depends(sent)]


@router.get("")
def list_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    du_an: Annotated[str, Query(alias="du-an", max_length=64)] = "",
    tu: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """The form and the history."""
    return _page(request, session, ctx, lang, project=plain(du_an), offset=tu)


@router.post("")
def upload(request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, form: Sent) -> Response:
    """Keeps the file, queues its reading, and leads to its page; the same file again leads to the same page."""
    settings = request.app.state.settings
    code = plain(str(form.get("du_an", "")))[:64]
    file = form.get("tep")
    try:
        project = imports.project_for_import(session, ctx, code)
        if not isinstance(file, UploadFile) or not file.filename:
            raise InvalidInput([Fault("tệp", "Chưa chọn tệp.", "No file was chosen.")])
        options = reading_options(form)
        kept = store(
            file.file,
            imports.uploads_folder(settings.home),
            most_bytes=settings.import_max_mb * MEGABYTE,
            room_bytes=imports.room(session, project.id, settings.import_quota_mb * MEGABYTE),
        )
        number, _ = imports.propose(
            session,
            ctx,
            project,
            kept,
            safe_name(file.filename),
            options=options,
            full_fabric=form.get("toan_bo") == "1",
            queue=put,
        )
    except InvalidInput as refused:
        status = 507 if type(refused) is not InvalidInput else 422
        return _page(
            request, session, ctx, lang, chosen=code, faults=by_field(refused, lang, FIELDS), status=status
        )
    return RedirectResponse(link(f"/nap/{number}", {}), 303)


def reading_options(form: FormData) -> ReadingOptions:
    """How the file is to be read, as the form says. Raises InvalidInput."""
    crs = plain(str(form.get("crs", "")))
    if crs and not (crs.isascii() and crs.isdigit() and 1000 <= int(crs[:9]) < 1_000_000):
        raise InvalidInput(
            [Fault("crs", "Mã EPSG là một số, ví dụ 5897.", "An EPSG code is a number such as 5897.")]
        )
    return ReadingOptions(crs=int(crs) if crs else None, layer=plain(str(form.get("lop", "")))[:200] or None)


def _page(
    request: Request,
    session: Session,
    ctx: Context,
    lang: Lang,
    *,
    project: str = "",
    offset: int = 0,
    chosen: str = "",
    faults: Faults | None = None,
    status: int = 200,
) -> Response:
    rows, total = imports.imports(session, ctx, project=project or None, limit=PAGE, offset=offset)
    every = session.execute(
        select(Project.code, Project.name_vi, Project.name_en).order_by(Project.sort)
    ).all()
    mine = [p for p in every if may_on(ctx, "import.propose", ward="", project=p.code)]
    seen = [p for p in every if may_on(ctx, "import.read", ward="", project=p.code)]
    settings = request.app.state.settings
    return render(
        request,
        "imports.html.j2",
        status,
        nav="nap",
        page_path="/nap",
        rows=rows,
        total=total,
        limit=PAGE,
        offset=offset,
        choices=mine,
        seen=seen,
        found=project,
        chosen=chosen or project,
        faults=faults or {},
        states=imports.STATES,
        most_mb=settings.import_max_mb,
    )
