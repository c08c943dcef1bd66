"""`/quan-tri/mau-van-ban`: the words of papers with the day from which they count, and the profiles of senders."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import ContextDep, LangDep, SessionDep
from api.pages.forms import Faults, by_field
from api.pages.rendering import render
from api.paperfile import paper_kinds
from api.usecases.paper_templates import PLACES, Words, kind_on, set_template, templates_set
from geo.senders import profiles
from projects.errors import Fault, InvalidInput, KeyReused

PAGE = "/quan-tri/mau-van-ban"
router = APIRouter(prefix=PAGE)
Text = Annotated[str, Form(max_length=100_000)]
FIELDS = {name: name for name in ("kind", "from_on", "document", "opening", "paragraphs", "recipients")}
TWICE = Fault(
    "key",
    "Mẫu này đã được gửi với nội dung khác và đã được ghi.",
    "This form was already sent with other content, which was saved.",
)


@router.get("")
def templates_page(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, mau: str = "", da_ghi: str = ""
) -> Response:
    """The kinds of papers with the words that count today, what was set, and the profiles of senders."""
    return _page(request, session, ctx, chosen=mau, done=da_ghi == "1")


@router.post("")
def change_template(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, kind: Text = "", from_on: Text = "",
    document: Text = "", opening: Text = "", paragraphs: Text = "", recipients: Text = "", key: Text = "",
) -> Response:  # fmt: skip
    """Sets the words of a kind and returns to the page; a refusal shows why, with what was typed."""
    entered = {
        "kind": kind, "from_on": from_on, "document": document, "opening": opening, "paragraphs": paragraphs,
        "recipients": recipients,
    }  # fmt: skip
    words = Words(opening.strip(), _lines(paragraphs), _lines(recipients))
    try:
        with session.begin_nested():
            set_template(
                session, ctx, kind, words, from_on=_day(from_on), document=document, key=key[:100] or None
            )
    except InvalidInput as error:
        faults = by_field(error, lang, FIELDS)
        return _page(request, session, ctx, chosen=kind, entered=entered, faults=faults, status=422)
    except KeyReused:
        faults = by_field([TWICE], lang, {})
        return _page(request, session, ctx, chosen=kind, entered=entered, faults=faults, status=422)
    return RedirectResponse(f"{PAGE}?da_ghi=1", 303)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.replace("\r\n", "\n").split("\n") if line.strip())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput([Fault("from_on", "Không phải ngày.", "Not a date.")]) from None


def _page(
    request: Request, session: Session, ctx: Context, *, chosen: str = "", entered: Mapping[str, str] | None = None,
    faults: Faults | None = None, done: bool = False, status: int = 200,
) -> Response:  # fmt: skip
    today = ctx.today()
    kinds = [kind for code in paper_kinds() if (kind := kind_on(session, code, today)) is not None]
    shown = next((kind for kind in kinds if kind.code == chosen), kinds[0])
    form: dict[str, Any] = {
        "kind": shown.code,
        "from_on": today.isoformat(),
        "document": "",
        "opening": shown.opening,
        "paragraphs": "\n".join(shown.paragraphs),
        "recipients": "\n".join(shown.recipients),
    } | dict(entered or {})
    return render(
        request,
        "admin_papers.html.j2",
        status,
        page_path=PAGE,
        nav="quan-tri",
        tab="mau-van-ban",
        kinds=kinds,
        shown=shown,
        form=form,
        faults=faults or {},
        done=done,
        rows=templates_set(session),
        senders=profiles(session),
        places=PLACES,
        key=secrets.token_urlsafe(18),
    )
