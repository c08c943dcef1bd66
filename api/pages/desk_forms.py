"""The forms of the follow-up on a case: each writes one row and returns to its part of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import CaseCode, ContextDep, LangDep, RowId, SessionDep
from api.language import Lang
from api.pages import case_sections, people_cards
from api.pages.case import render_case
from api.pages.case_people import FormDep
from api.pages.desk_words import FIELD_WORDS
from api.pages.forms import day_of, plain
from api.pages.refusals import REFUSED, refusal
from api.usecases import complaints, contacts, obstacles
from api.usecases.listing import case_view
from projects.errors import Fault, InvalidInput

router = APIRouter(
    prefix="/ho-so/{code}", dependencies=[Depends(people_cards.ready), Depends(case_sections.ready)]
)
DAYS = ("opened_on", "due_on", "resolved_on", "met_on", "next_on", "received_on", "on")
LONG = ("said", "content")


@router.post("/vuong-mac")
def open_obstacle(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: CaseCode, form: FormDep
) -> Response:
    """Opens an obstacle."""

    def write(values: Mapping[str, Any], key: str | None) -> object:
        return obstacles.open_obstacle(session, ctx, code, values, key=key)

    names = ("cause", "opened_on", "owner", "solution", "due_on")
    return _written(request, session, ctx, lang, code, form, "vuong-mac", names, write)


@router.post("/vuong-mac/{obstacle_id}")
def change_obstacle(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: CaseCode,
    obstacle_id: RowId,
    form: FormDep,
) -> Response:
    """Writes the fields of an obstacle that differ from what the form showed, or resolves it."""

    def write(values: Mapping[str, Any], key: str | None) -> object:
        changed = {
            name: value
            for name, value in values.items()
            if _entered(form, name) != form.get(f"cu_{name}", "")
        }
        if not changed:
            raise InvalidInput([Fault("", "Chưa sửa mục nào.", "No field was changed.")])
        return obstacles.change_obstacle(session, ctx, code, obstacle_id, changed, seen=_seen(form), key=key)

    names = tuple(n for n in ("owner", "solution", "due_on", "resolved_on", "how") if n in form)
    return _written(request, session, ctx, lang, code, form, "vuong-mac", names, write, at=obstacle_id)


@router.post("/tiep-xuc")
def add_contact(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: CaseCode, form: FormDep
) -> Response:
    """Adds a row to the contacts log; `corrects` names the row that it replaces."""
    number = form.get("corrects", "")
    corrects = {"corrects": int(number)} if number.isdecimal() and len(number) < 19 else {}

    def write(values: Mapping[str, Any], key: str | None) -> object:
        return contacts.add_contact(session, ctx, code, {**values, **corrects}, key=key)

    names = ("met_on", "way", "with_whom", "said", "next_on")
    return _written(
        request, session, ctx, lang, code, form, "tiep-xuc", names, write, at=corrects.get("corrects")
    )


@router.post("/khieu-nai")
def add_complaint(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: CaseCode, form: FormDep
) -> Response:
    """Registers a complaint."""

    def write(values: Mapping[str, Any], key: str | None) -> object:
        return complaints.add_complaint(session, ctx, code, values, key=key)

    names = ("number", "received_on", "about", "decision", "party", "content")
    return _written(request, session, ctx, lang, code, form, "khieu-nai", names, write)


@router.post("/khieu-nai/{complaint_id}")
def move_complaint(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: CaseCode,
    complaint_id: RowId,
    form: FormDep,
) -> Response:
    """Records the next state of a complaint."""

    def write(values: Mapping[str, Any], key: str | None) -> object:
        return complaints.move_complaint(session, ctx, code, complaint_id, values, seen=_seen(form), key=key)

    names = ("state", "on", "document")
    return _written(request, session, ctx, lang, code, form, "khieu-nai", names, write, at=complaint_id)


def _written(
    request: Request, session: Session, ctx: Context, lang: Lang, code: str, form: Mapping[str, str], part: str,
    names: tuple[str, ...], write: Callable[[Mapping[str, Any], str | None], object], *, at: int | None = None,
) -> Response:  # fmt: skip
    """Writes and returns to the part; a refusal shows the case again with what was entered and why."""
    try:
        values = _values(form, names)
        with session.begin_nested():  # what is refused half way leaves nothing behind
            write(values, plain(form.get("key", ""))[:100] or None)
        return RedirectResponse(f"/ho-so/{code}?xong={part}#{part}", 303)
    except REFUSED as error:
        why = refusal(error, lang, names, words=FIELD_WORDS)
    said = {"faults": why.faults, "entered": dict(form), "at": at or 0, "both": why.both}
    case_sections.say(request, part, said)
    response = render_case(request, case_view(session, ctx, code), lang)
    response.status_code = why.status
    return response


def _values(form: Mapping[str, str], names: tuple[str, ...]) -> dict[str, Any]:
    """The fields of the form, days as days. Raises InvalidInput for what is no day."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name in names:
        entered = _entered(form, name)
        values[name] = day_of(entered, name, faults) if name in DAYS else entered
    if faults:
        raise InvalidInput(faults)
    return values


def _entered(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "").strip() if name in LONG else plain(form.get(name, ""))


def _seen(form: Mapping[str, str]) -> int:
    version = form.get("version", "")
    return int(version) if version.isdecimal() and len(version) < 10 else -1
