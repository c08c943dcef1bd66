"""`/giao-viec/ket-luan` and `/giao-viec/diem-nghen`: what was concluded and what became of it; the five bottlenecks."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import ContextDep, DataDate, LangDep, SessionDep
from api.language import Lang
from api.pages.assignment_words import FIELD_WORDS
from api.pages.assignments import form_values
from api.pages.case_people import FormDep
from api.pages.forms import plain
from api.pages.refusals import refusal
from api.pages.rendering import render
from api.usecases.assignments import Filter, assigned
from api.usecases.conclusions import add_conclusion, add_entry, bottlenecks, conclusions
from api.usecases.facts import project_labels
from projects.errors import Fault, InvalidInput, KeyReused

router = APIRouter(prefix="/giao-viec")
Done = Annotated[bool, Query(description="Vừa ghi xong.")]
CONCLUSION = ("number", "held_on", "title", "chair")
ENTRY = ("code", "day", "part", "whole", "unit", "said", "document")


@router.get("/ket-luan")
def conclusions_page(
    request: Request, session: SessionDep, ctx: ContextDep, xong: Done = False, ngay: DataDate = None
) -> Response:
    """Each conclusion, the last one first, with how far its assignments have come."""
    found, _ = assigned(session, ctx, Filter(), as_of=ngay)
    return _page(
        request,
        "conclusions.html.j2",
        session,
        rows=conclusions(session, found.rows),
        data_date=found.data_date,
        done=xong,
    )


@router.post("/ket-luan")
def enter_conclusion(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, form: FormDep
) -> Response:
    """Enters a conclusion."""

    def write(key: str | None) -> object:
        return add_conclusion(session, ctx, form_values(form, CONCLUSION), key=key)

    faults = _written(session, lang, form, CONCLUSION, write)
    if faults is None:
        return RedirectResponse("/giao-viec/ket-luan?xong=1", 303)
    found, _ = assigned(session, ctx, Filter())
    rows = conclusions(session, found.rows)
    return _page(
        request, "conclusions.html.j2", session, 422, rows=rows, data_date=found.data_date, faults=faults,
        entered=dict(form),
    )  # fmt: skip


@router.get("/diem-nghen")
def bottlenecks_page(
    request: Request, session: SessionDep, ctx: ContextDep, xong: Done = False, ngay: DataDate = None
) -> Response:
    """The five, each with its last figures, assignments and projects."""
    return _bottlenecks(request, session, ctx, as_of=ngay, done=xong)


@router.post("/diem-nghen")
def enter_progress(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, form: FormDep
) -> Response:
    """Enters how far one has come."""

    def write(key: str | None) -> object:
        values = form_values(form, ENTRY)
        for name in ("part", "whole"):
            values[name] = _decimal(name, values[name])
        return add_entry(session, ctx, values, key=key)

    faults = _written(session, lang, form, ENTRY, write)
    if faults is None:
        return RedirectResponse("/giao-viec/diem-nghen?xong=1", 303)
    return _bottlenecks(request, session, ctx, 422, faults=faults, entered=dict(form))


def _bottlenecks(
    request: Request, session: Session, ctx: Context, status: int = 200, *, as_of: Any = None, **more: Any
) -> Response:
    found, _ = assigned(session, ctx, Filter(), as_of=as_of)
    return _page(
        request,
        "bottlenecks.html.j2",
        session,
        status,
        rows=bottlenecks(session, ctx, found.rows, day=found.data_date),
        data_date=found.data_date,
        **more,
    )


def _page(request: Request, template: str, session: Session, status: int = 200, **more: Any) -> Response:
    usual: dict[str, Any] = {"faults": {}, "entered": {}, "done": False, "key": secrets.token_urlsafe(18)}
    projects = project_labels(session)
    return render(
        request, template, status, nav="giao-viec", words_of=FIELD_WORDS, projects=projects, **(usual | more)
    )


def _written(
    session: Session, lang: Lang, form: Mapping[str, str], names: tuple[str, ...], write: Callable[[str | None], object]
) -> dict[str, list[str]] | None:  # fmt: skip
    """Writes; None when it was written, else why not, by field."""
    try:
        with session.begin_nested():
            write(plain(form.get("key", ""))[:100] or None)
    except (InvalidInput, KeyReused) as error:
        return refusal(error, lang, names).faults
    return None


def _decimal(name: str, text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        shown = text[:40]
        raise InvalidInput([Fault(name, f"Không phải số: “{shown}”.", f"Not a number: “{shown}”.")]) from None
