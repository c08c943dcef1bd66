"""The forms of a case's records: each does one thing, returns to the case, or shows what was refused and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import CaseCode, ContextDep, LangDep, SessionDep
from api.language import Lang, pick
from api.pages import case_sections, people_cards
from api.pages.case import render_case
from api.pages.case_people import changed, whole_form
from api.pages.forms import Many, Text, by_field, plain
from api.pages.refusals import REUSED, STALE
from api.pages.rendering import carried, link
from api.usecases.listing import case_view
from api.usecases.records import compensation, inventory, parties, relocation, resettlement, tracks
from api.usecases.records.fields import Field
from api.usecases.records.writing import Said
from geo.access import access_case, project_code_of
from projects.errors import DuongGangError, Fault, InvalidInput, KeyReused, MovedOn, StaleVersion

router = APIRouter(
    prefix="/ho-so/{code}", dependencies=[Depends(people_cards.ready), Depends(case_sections.ready)]
)
FormDep = Annotated[dict[str, str], Depends(whole_form)]
Form = Mapping[str, str]

UNKNOWN = InvalidInput([Fault("", "Mẫu không đúng.", "The form is not right.")])


@router.post("/nguoi-lien-quan")
def save_party(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: CaseCode, form: FormDep
) -> Response:
    """Adds, changes or takes out a party."""
    access_case(session, code)

    def act() -> Any:
        if form.get("viec") == "them":
            names = (*parties.protected_fields(ctx),)
            entered = sent(form, (parties.PERSON_KIND, *parties.ROLE_FIELDS))
            entered |= {name: form[name] for name in names if form.get(name, "").strip()}
            known = form.get("person", "").strip()
            person = int(known) if known.isdecimal() and len(known) < 10 else None
            return parties.add_party(session, ctx, code, entered, said_of(form), person_id=person)
        if form.get("viec") == "bo":
            return parties.drop_party(session, ctx, code, item(form), said_of(form), seen=seen_of(form))
        private = {name: value or "" for name, value in changed(form, ctx.rights).items()}
        return parties.change_party(
            session, ctx, code, item(form), sent(form, parties.ROLE_FIELDS) | private, said_of(form),
            seen=seen_of(form), person_seen=seen_of(form, "person_version"),
        )  # fmt: skip

    return done(request, session, ctx, lang, code, "nguoi-lien-quan", form, act)


@router.post("/nguoi-lien-quan/mo")
def open_party(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: CaseCode,
    truong: Many = [], ly_do: Text = "", ma: Text = "",  # noqa: B006  # FastAPI copies it
) -> Response:  # fmt: skip
    """Shows masked fields of a party on this one page; the opening and its reason go into the history."""
    access_case(session, code)

    def act() -> Any:
        return parties.open_party(session, ctx, code, plain(ma)[:12], truong, plain(ly_do))

    return opened(request, session, ctx, lang, code, "nguoi-lien-quan", {"ly_do_mo": ly_do, "mo": ma}, act)


@router.post("/kiem-ke")
def save_item(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: CaseCode, form: FormDep
) -> Response:
    """Adds, changes or takes off an item of the inventory; counts graves and utilities and moves them on."""
    case = access_case(session, code)

    def act() -> Any:
        work, said = form.get("viec"), said_of(form)
        if work == "them":
            return inventory.add_item(session, ctx, code, sent(form, inventory.FIELDS), said)
        if work == "sua":
            return inventory.change_item(
                session, ctx, code, item(form), sent(form, inventory.FIELDS), said, seen=seen_of(form)
            )
        if work == "bo":
            return inventory.drop_item(session, ctx, code, item(form), said, seen=seen_of(form))
        if work == "mo-ha-tang":
            entered = sent(form, relocation.FIELDS)
            return relocation.add_relocation(session, ctx, "", entered, said, case_code=code)
        if work == "di-doi":
            return relocation.move_relocation(
                session, ctx, project_code_of(session, case), item(form), sent(form, relocation.MOVE), said,
                seen=seen_of(form),
            )  # fmt: skip
        raise UNKNOWN

    return done(request, session, ctx, lang, code, "kiem-ke", form, act)


@router.post("/boi-thuong")
def save_line(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: CaseCode, form: FormDep
) -> Response:
    """Adds, changes or takes out a line; begins a version; puts down the decision that approved one."""
    access_case(session, code)

    def act() -> Any:
        work, said = form.get("viec"), said_of(form)
        if work == "them":
            return compensation.add_line(session, ctx, code, sent(form, compensation.FIELDS), said)
        if work == "sua":
            return compensation.change_line(
                session, ctx, code, item(form), sent(form, compensation.FIELDS), said, seen=seen_of(form)
            )
        if work == "bo":
            return compensation.drop_line(session, ctx, code, item(form), said, seen=seen_of(form))
        if work == "phien-ban":
            return compensation.new_version(session, ctx, code, said)
        if work == "chot":
            return compensation.approve_version(
                session, ctx, code, form.get("on", ""), said, number=seen_of(form, "number")
            )
        raise UNKNOWN

    return done(request, session, ctx, lang, code, "boi-thuong", form, act)


@router.post("/boi-thuong/mo")
def open_amounts(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: CaseCode,
    ly_do: Text = "",
) -> Response:
    """Shows the amounts on this one page; the opening and its reason go into the history."""
    access_case(session, code)

    def act() -> Any:
        return compensation.open_amounts(session, ctx, code, plain(ly_do))

    return opened(request, session, ctx, lang, code, "boi-thuong", {"ly_do_mo": ly_do}, act)


@router.post("/tien")
def save_payment(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: CaseCode, form: FormDep
) -> Response:
    """Records an invitation, a payment, a refusal or a deposit."""
    access_case(session, code)

    def act() -> Any:
        return tracks.record_payment(session, ctx, code, sent(form, tracks.PAYMENT), key=said_of(form).key)

    return done(request, session, ctx, lang, code, "tien", form, act)


@router.post("/tai-dinh-cu")
def save_home(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: CaseCode, form: FormDep
) -> Response:
    """Records a fact of the resettlement, draws a plot, hands it over or releases it."""
    access_case(session, code)

    def act() -> Any:
        work, said = form.get("viec"), said_of(form)
        if work == "su-viec":
            return tracks.record_home(session, ctx, code, sent(form, tracks.HOME), key=said.key)
        if work == "boc-tham":
            return resettlement.draw(session, ctx, code, sent(form, resettlement.DRAW), said)
        if work == "ban-giao":
            return resettlement.hand_over(
                session, ctx, code, sent(form, resettlement.HAND), said, seen=seen_of(form)
            )
        if work == "huy":
            return resettlement.release(
                session, ctx, code, sent(form, resettlement.RELEASE), said, seen=seen_of(form)
            )
        raise UNKNOWN

    return done(request, session, ctx, lang, code, "tai-dinh-cu", form, act)


def sent(form: Form, fields: Sequence[Field]) -> dict[str, str]:
    """What a form says of these fields; a tick that is not sent is off."""
    return {
        field.name: plain(form.get(field.name, "")) for field in fields if field.name in form or field.kind == "flag"
    }  # fmt: skip


def said_of(form: Form) -> Said:
    """Idempotency key, paper and reason of a form."""
    document, reason = (plain(form.get(name, ""))[:500] or None for name in ("document", "reason"))
    return Said(plain(form.get("key", ""))[:100] or None, document, reason)


def seen_of(form: Form, name: str = "version") -> int:
    """A whole number of a form, -1 for anything else."""
    given = form.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 10 else -1


def item(form: Form) -> str:
    """The code of the record that a form speaks of."""
    return plain(form.get("ma", ""))[:12]


def done(
    request: Request, session: Session, ctx: Context, lang: Lang, code: str, name: str, form: Form,
    act: Callable[[], Any],
) -> Response:  # fmt: skip
    """Does it and returns to the part of the case; a refusal shows the case with what was entered."""
    try:
        with session.begin_nested():  # what is refused half way leaves nothing behind
            act()
    except (InvalidInput, StaleVersion, KeyReused, MovedOn) as error:
        return refused(request, session, ctx, lang, code, name, form, error)
    query = carried(request.query_params) | {"ghi": name}
    return RedirectResponse(link(f"/ho-so/{code}", query) + f"#{name}", 303)


def opened(
    request: Request, session: Session, ctx: Context, lang: Lang, code: str, name: str, form: Form,
    act: Callable[[], Any],
) -> Response:  # fmt: skip
    """Shows what was opened on this one page, or what was refused."""
    try:
        found = act()
    except InvalidInput as error:
        return refused(request, session, ctx, lang, code, name, form, error)
    case_sections.say(request, name, {"opened": found})
    response = render_case(request, case_view(session, ctx, code), lang)
    response.headers["Cache-Control"] = "no-store"
    return response


def refused(
    request: Request, session: Session, ctx: Context, lang: Lang, code: str, name: str, form: Form,
    error: DuongGangError,
) -> Response:  # fmt: skip
    """The case with the refusal in the part that it belongs to."""
    said: dict[str, Any] = {"entered": dict(form), "faults": {}, "clash": (), "version": None}
    status = 422
    match error:
        case InvalidInput():
            for fault in error.faults:
                place = fault.where.rpartition(".")[2]
                where = place if place in form else ""
                said["faults"].setdefault(where, []).append(pick(lang, fault.vi, fault.en))
        case StaleVersion():
            said["faults"] = by_field([STALE], lang, {})
            said["clash"] = [
                (field, error.current.get(field), error.wanted.get(field)) for field in error.fields
            ]
            said["version"] = error.current.get("version")
            said["person_version"] = error.current.get("person_version")
            status = 409
        case MovedOn():
            said["faults"] = {"": [pick(lang, error.vi, error.en)]}
            status = 409
        case _:
            said["faults"] = by_field([REUSED], lang, {})
            status = 409
    case_sections.say(request, name, said)
    response = render_case(request, case_view(session, ctx, code), lang)
    response.status_code = status
    return response
