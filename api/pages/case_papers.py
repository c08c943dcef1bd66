"""`/ho-so/{code}/van-ban`: makes a paper of a case, and gives the files of those that were made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from fastapi.responses import FileResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.deps import CaseCode, ContextDep, LangDep, RowId, SessionDep
from api.pages import case_sections, people_cards
from api.pages.case import render_case
from api.pages.case_papers_part import NAME
from api.pages.forms import Text, plain
from api.pages.refusals import refusal
from api.usecases.listing import case_view
from api.usecases.lookup import code_of_case
from api.usecases.papers import make_paper, open_paper
from geo.tables import ClearanceCase
from projects.errors import Fault, InvalidInput, KeyReused

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

router = APIRouter(
    prefix="/ho-so/{code}/van-ban", dependencies=[Depends(people_cards.ready), Depends(case_sections.ready)]
)
open_router = APIRouter(prefix="/ho-so/{code}/van-ban")


@router.post("")
def make(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: CaseCode,
    mau: Text = "",
    ngay_van_ban: Text = "",
    key: Text = "",
) -> Response:
    """Makes a paper and returns to the case."""
    entered = {"mau": plain(mau)[:60], "ngay_van_ban": plain(ngay_van_ban)[:20]}
    try:
        with session.begin_nested():
            paper = make_paper(
                session, ctx, code, entered["mau"], dated_on=_day(entered["ngay_van_ban"]),
                key=plain(key)[:100] or None, home=Path(request.app.state.settings.home),
                lookup=_lookup(request, session),
            )  # fmt: skip
        return RedirectResponse(f"/ho-so/{code}?da_lap={paper.id}#{NAME}", 303)
    except (InvalidInput, KeyReused) as error:
        why = refusal(error, lang, {"kind": "mau", "dated_on": "ngay_van_ban"})
    case_sections.say(request, NAME, {"faults": why.faults, "entered": entered})
    response = render_case(request, case_view(session, ctx, code), lang)
    response.status_code = why.status
    return response


def _lookup(request: Request, session: Session) -> Callable[[ClearanceCase], str] | None:
    """The look-up secret of a case, where the public page is on."""
    settings = request.app.state.settings
    return partial(code_of_case, session, settings.secret_key) if settings.shows_public_page else None


@open_router.get("/{paper_id}/{dang}", response_class=FileResponse)
def file(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    code: CaseCode,
    paper_id: RowId,
    dang: Annotated[str, InPath(max_length=8)],
) -> FileResponse:
    """The file of a paper as it was made, to be saved."""
    path, name = open_paper(session, ctx, code, paper_id, dang, Path(request.app.state.settings.home))
    return FileResponse(path, media_type=TYPES[dang], filename=name)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise InvalidInput([Fault("dated_on", "Không phải ngày.", "Not a date.")]) from None
