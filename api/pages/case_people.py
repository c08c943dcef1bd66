"""What is done to people's data on the page of a case: masked fields opened, the holder changed, proposals decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import CaseCode, ContextDep, LangDep, RowId, SessionDep
from api.language import Lang
from api.pages import case_sections
from api.pages.case import render_case
from api.pages.forms import Faults, Many, Text, by_field, plain
from api.pages.people_cards import Said, ready, say
from api.pages.refusals import REFUSED, refusal
from api.usecases import deciding, holders, proposals
from api.usecases.listing import case_view
from geo.access import access_case
from projects.errors import Fault, IllegalStep, InvalidInput
from projects.rights import Rights

router = APIRouter(prefix="/ho-so/{code}", dependencies=[Depends(ready), Depends(case_sections.ready)])

STALE = Fault(
    "",
    "Chủ sử dụng vừa được người khác sửa; chưa có gì của bạn được ghi. Xem lại rồi ghi lần nữa.",
    "Somebody else has just changed the holder; nothing of yours was written. Look again, then save again.",
)
NOTHING_NEW = Fault("", "Chưa sửa trường nào.", "No field was changed.")
UNDECIDED = Fault("", "Chọn xác nhận hoặc từ chối.", "Choose to confirm or to refuse.")
DECISIONS = ("xac_nhan", "tu_choi")
STATES = {"confirmed": "xac-nhan", "refused": "tu-choi", "stale": "qua-han"}


async def whole_form(request: Request) -> dict[str, str]:
    """Every field of a posted form with its last value: the fields of a holder come from the rights table."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


FormDep = Annotated[dict[str, str], Depends(whole_form)]


@router.post("/chu-su-dung/mo")
def open_fields(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: CaseCode,
    truong: Many = [],  # noqa: B006  # FastAPI copies it
    ly_do: Text = "",
) -> Response:
    """Shows masked fields on this one page; the opening and its reason go into the history."""
    try:
        opened = holders.open_fields(session, ctx, code, truong, plain(ly_do))
    except InvalidInput as error:
        faults = by_field(error, lang, {"reason": "ly_do"})
        return _again(request, session, ctx, code, lang, faults, {"truong": truong, "ly_do": ly_do}, 422)
    say(request, Said(opened=opened))
    response = render_case(request, case_view(session, ctx, code), lang)
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post("/chu-su-dung")
def change_holder(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: CaseCode, form: FormDep
) -> Response:
    """Writes the fields that differ from what the form showed; a new amount waits for a second person."""
    version = form.get("version", "")
    seen = int(version) if version.isdecimal() and len(version) < 10 else -1
    key = plain(form.get("key", ""))[:100] or None
    document, reason = (plain(form.get(name, ""))[:500] or None for name in ("document", "reason"))
    try:
        with session.begin_nested():  # what is refused half way leaves nothing behind
            if holders.AMOUNT in form:
                number = proposals.propose_amount(
                    session, ctx, code, plain(form[holders.AMOUNT]).replace(".", ""),
                    seen=seen, key=key, document=document, reason=reason,
                )  # fmt: skip
                return RedirectResponse(f"/ho-so/{code}?de_nghi={number}#de-nghi", 303)
            changes = changed(form, ctx.rights)
            if not changes:
                raise InvalidInput([NOTHING_NEW])
            holders.change_holder(
                session, ctx, code, changes, seen=seen, key=key, document=document, reason=reason
            )
        return RedirectResponse(f"/ho-so/{code}?da=chu#chu-su-dung", 303)
    except REFUSED as error:
        why = refusal(error, lang, (*ctx.rights.fields, "document", "reason"), stale=STALE)
    return _again(request, session, ctx, code, lang, why.faults, form, why.status)


@router.post("/de-nghi/{proposal_id}")
def decide(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: CaseCode,
    proposal_id: RowId,
    quyet_dinh: Text = "",
    ly_do: Text = "",
) -> Response:
    """The second person confirms or refuses."""
    access_case(session, code)  # before anything is said about the form: what is hidden is not there
    confirm = quyet_dinh == "xac_nhan"
    try:
        if quyet_dinh not in DECISIONS:
            raise InvalidInput([UNDECIDED])
        with session.begin_nested():
            state = deciding.decide(
                session, ctx, code, proposal_id, confirm=confirm, reason=plain(ly_do)[:500]
            )
    except (InvalidInput, IllegalStep) as error:
        place = f"ly_do_{proposal_id}"
        faults = by_field(list(error.faults), lang, {"reason": place})
        return _again(request, session, ctx, code, lang, faults, {place: ly_do}, 422)
    return RedirectResponse(f"/ho-so/{code}?da={STATES[state]}#de-nghi", 303)


def changed(form: Mapping[str, str], rights: Rights) -> dict[str, str | None]:
    """What a form changes of the holder: against what it showed, so that sending it twice says the same twice.

    `cu_<field>` is what stood there in clear; a masked field stands empty and changes when something is entered, or
    when `xoa_<field>` is ticked.
    """
    found: dict[str, str | None] = {}
    for name in rights.fields:
        if name not in form or name == holders.AMOUNT:
            continue
        entered = plain(form[name])
        if form.get(f"xoa_{name}"):
            found[name] = None
        elif entered != plain(form.get(f"cu_{name}", "")):
            found[name] = entered or None
    return found


def _again(
    request: Request,
    session: Session,
    ctx: Context,
    code: str,
    lang: Lang,
    faults: Faults,
    entered: Mapping[str, Any],
    status: int,
) -> Response:
    say(request, Said(faults=faults, entered=entered))
    response = render_case(request, case_view(session, ctx, code), lang)
    response.status_code = status
    return response
