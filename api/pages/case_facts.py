"""The forms of the facts of a case: one is recorded, or declared void, and the case page says what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import CaseCode, ContextDep, LangDep, RowId, SessionDep
from api.language import Lang
from api.pages import case_sections, people_cards
from api.pages.case import render_case
from api.pages.case_law import NAME
from api.pages.forms import by_field, day_of
from api.pages.rendering import carried, link
from api.usecases.case_facts import record_facts, void_fact
from api.usecases.listing import case_view
from projects.errors import Fault, InvalidInput, KeyReused
from projects.law.facts import Fact

router = APIRouter(
    prefix="/ho-so/{code}", dependencies=[Depends(people_cards.ready), Depends(case_sections.ready)]
)
Text = Annotated[str, Form(max_length=600)]

# Where the form shows a fault of a field of the entry.
FIELDS = {
    f"facts[0].{name}": name
    for name in (
        "kind", "on", "land", "party", "value", "amount", "until", "document", "signer", "body", "file",
    )
}  # fmt: skip
TWICE = Fault(
    "key",
    "Mẫu này đã được gửi với nội dung khác và đã được ghi.",
    "This form was already sent with other content, which was saved.",
)


@router.post("/su-viec")
def record(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: CaseCode,
    kind: Text = "",
    on: Text = "",
    land: Text = "",
    party: Text = "",
    value: Text = "",
    amount: Text = "",
    until: Text = "",
    document: Text = "",
    signer: Text = "",
    body: Text = "",
    file: Text = "",
    key: Text = "",
) -> Response:
    """Records one fact and returns to the case; a refusal shows why, with what was entered."""
    entered = {
        "kind": kind, "on": on, "land": land, "party": party, "value": value, "amount": amount, "until": until,
        "document": document, "signer": signer, "body": body, "file": file,
    }  # fmt: skip
    try:
        record_facts(session, ctx, code, [_fact(entered)], key=key or None)
    except InvalidInput as error:
        return _again(request, session, ctx, lang, code, by_field(error, lang, FIELDS), entered)
    except KeyReused:
        return _again(request, session, ctx, lang, code, by_field(InvalidInput([TWICE]), lang, {}), entered)
    return RedirectResponse(link(f"/ho-so/{code}", carried(request.query_params)) + f"#{NAME}", 303)


@router.post("/su-viec/{row_id}/bo")
def void(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: CaseCode,
    row_id: RowId,
    reason: Text = "",
    key: Text = "",
) -> Response:
    """Declares a fact void and returns to the case."""
    try:
        void_fact(session, ctx, code, row_id, reason=reason, key=key or None)
    except InvalidInput as error:
        faults = by_field(error, lang, {"reason": f"reason-{row_id}"})
        return _again(request, session, ctx, lang, code, faults, {f"reason-{row_id}": reason})
    return RedirectResponse(link(f"/ho-so/{code}", carried(request.query_params)) + f"#{NAME}", 303)


def _again(
    request: Request,
    session: Session,
    ctx: Context,
    lang: Lang,
    code: str,
    faults: Mapping[str, Sequence[str]],
    entered: Mapping[str, str],
) -> Response:
    case_sections.say(request, NAME, {"faults": faults, "entered": entered})
    return render_case(request, case_view(session, ctx, code), lang, status=422)


def _fact(entered: Mapping[str, str]) -> Fact:
    """The fact that was typed. Raises InvalidInput for days and amounts that cannot be read."""
    faults: list[Fault] = []
    on = day_of(entered["on"], "facts[0].on", faults)
    until = day_of(entered["until"], "facts[0].until", faults)
    amount = None
    if text := entered["amount"].replace(".", "").replace(" ", "").strip():
        try:
            amount = Decimal(text)
        except InvalidOperation:
            faults.append(Fault("facts[0].amount", "Số tiền chỉ gồm chữ số.", "The amount has digits only."))
    if on is None and not faults:
        faults.append(Fault("facts[0].on", "Thiếu ngày.", "The day is missing."))
    if faults or on is None:
        raise InvalidInput(faults)
    said = {name: text.strip() for name, text in entered.items()}
    return Fact(
        kind=said["kind"],
        on=on,
        land=said["land"],
        party=said["party"],
        value=said["value"],
        amount=amount,
        until=until,
        document=said["document"],
        signer=said["signer"],
        body=said["body"],
        file=said["file"],
    )
