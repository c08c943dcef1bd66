"""Four eyes: a change that needs a second person is put down as a proposal, and written when somebody else confirms.

Which changes those are stands in the rights table (steps with “hai người”, and the approved amount). Nobody confirms
what they proposed: not under another account of the same person, not for the one in whose place it was proposed, not
from the browser it was proposed in. Refused and overtaken proposals stay in the history.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import holders
from api.usecases.cases import CaseChange, change_case
from api.usecases.may import is_command, may_on, require, require_step, sight
from geo.access import access_case, project_code_of
from geo.history import event_with_key, own_key, record
from geo.tables import ClearanceCase, Event, Proposal
from projects.errors import Fault, Forbidden, InvalidInput, KeyReused, NotFound, StaleVersion
from projects.steps import STEPS

STEP, AMOUNT = "case.step", "holder.amount"
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a change: the state of the case, or the proposal that now waits for a second person."""

    state: dict[str, Any]
    proposal_id: int | None = None


@dataclass(frozen=True, slots=True)
class ProposalView:
    """An open proposal in words; `may_decide` whether whoever asks may be its second person, else why not."""

    id: int
    kind: str
    words_vi: str
    words_en: str
    document: str | None
    reason: str | None
    proposed_by: str
    on_behalf_of: str | None
    proposed_at: datetime
    may_decide: bool
    why_not_vi: str
    why_not_en: str


def submit_change(
    session: Session, ctx: Context, code: str, change: CaseChange, *, seen: int, key: str | None
) -> Written:
    """Writes a change of a case, or puts it down as a proposal where its step needs a second person.

    Raises NotFound, Forbidden and what `change_case` raises: a proposal is checked like a change.
    """
    case = access_case(session, code, for_update=True)
    project = project_code_of(session, case)
    require(ctx, "case.change", ward=case.ward_code, project=project)
    who = ctx.principal.account
    if change.step is not None and change.step != case.step:
        require_step(ctx, change.step)
        if ctx.rights.needs_second(change.step) and not is_command(ctx):
            again = _done_before(session, who, key, STEP, code)
            if again is not None:
                return Written({}, again)
            # The same checks as for writing it, all undone again: what cannot be written is not proposed.
            with session.begin_nested() as trial:
                change_case(session, ctx, code, change, seen=seen, key=None, actor=who)
                trial.rollback()
            body = {k: v.isoformat() if isinstance(v, date) else v for k, v in asdict(change).items()}
            return Written({}, _propose(session, ctx, case, project, STEP, body, seen=seen, key=key))
    return Written(change_case(session, ctx, code, change, seen=seen, key=key, actor=who))


def propose_amount(
    session: Session, ctx: Context, code: str, amount: str, *, seen: int, key: str | None,
    document: str | None, reason: str | None, on_behalf_of: str | None = None,
) -> int:  # fmt: skip
    """Puts a new approved amount (whole đồng) down as a proposal and gives its number. Raises like `change_holder`."""
    case = access_case(session, code, for_update=True)
    project = project_code_of(session, case)
    require(ctx, "holder.change", ward=case.ward_code, project=project)
    values = holders.checked(ctx, {holders.AMOUNT: amount})
    if not (document or "").strip():
        raise InvalidInput([Fault("document", "Thiếu số quyết định.", "The decision number is missing.")])
    again = _done_before(session, ctx.principal.account, key, AMOUNT, code)
    if again is not None:
        return again
    version = holders.holder_view(session, ctx, case).version
    if version != seen:
        raise StaleVersion(code, seen, {"version": version}, {"fields": [holders.AMOUNT]})
    body = {
        "amount_vnd": holders.plain(values[holders.AMOUNT]), "document": document, "reason": reason,
        "on_behalf_of": on_behalf_of,
    }  # fmt: skip
    return _propose(session, ctx, case, project, AMOUNT, body, seen=seen, key=key)


def decide(
    session: Session, ctx: Context, code: str, proposal_id: int, *, confirm: bool, reason: str | None = None
) -> str:
    """Confirms or refuses a proposal and gives its state: confirmed, refused, or stale when the case has moved on.

    Deciding it again the same way changes nothing. Raises NotFound, Forbidden, InvalidInput, IllegalStep.
    """
    case = access_case(session, code, for_update=True)
    project = project_code_of(session, case)
    require(ctx, "case.confirm", ward=case.ward_code, project=project)
    row = session.scalar(
        select(Proposal)
        .where(Proposal.id == proposal_id, Proposal.case_id == case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("proposal", str(proposal_id))
    why_vi, why_en = why_not(session, ctx, row)
    if why_vi:
        raise Forbidden("case.confirm", why_vi, why_en)
    if row.state != "pending":
        if row.state == ("confirmed" if confirm else "refused"):
            return row.state
        raise InvalidInput(
            [Fault("proposal", "Đề nghị này đã được giải quyết.", "This proposal is decided already.")]
        )
    if not confirm and not (reason or "").strip():
        raise InvalidInput([Fault("reason", "Từ chối phải nêu lý do.", "A refusal needs a reason.")])
    state = _carry_out(session, ctx, case, project, row) if confirm else "refused"
    row.state, row.decided_by = state, ctx.principal.account
    row.decided_at = session.scalar(select(func.clock_timestamp()))
    if state != "confirmed":
        record(
            session, kind=f"proposal.{state}", object_type=_object(row.kind), object_code=code, project_code=project,
            actor=ctx.principal.account, effective_on=ctx.today(), before={"proposal": row.id},
            reason=(reason or "").strip() or None, seconds=row.event_id,
        )  # fmt: skip
    session.flush()
    return state


def open_proposals(session: Session, ctx: Context, case: ClearanceCase) -> tuple[ProposalView, ...]:
    """The proposals of a case that wait, oldest first, with whether whoever asks may decide them."""
    project = project_code_of(session, case)
    rows = session.scalars(
        select(Proposal).where(Proposal.case_id == case.id, Proposal.state == "pending").order_by(Proposal.id)
    )
    return tuple(_view(session, ctx, case, project, row) for row in rows)


def why_not(session: Session, ctx: Context, row: Proposal) -> tuple[str, str]:
    """Why whoever asks cannot be the second person of a proposal, in both languages; empty when they can."""
    me = ctx.principal
    behalf = row.on_behalf_of
    persons = {row.person, row.proposed_by}
    if behalf:
        persons |= {behalf, str(session.scalar(select(func.person_of(behalf))) or behalf)}
    if me.account in persons or (me.person or me.account) in persons:
        return "Người đề nghị không tự xác nhận.", "Nobody confirms what they proposed."
    if row.device and me.device and row.device == me.device:
        return (
            "Đề nghị được gửi từ chính trình duyệt này: người thứ hai dùng máy của mình.",
            "It was proposed in this very browser: the second person uses their own machine.",
        )
    return "", ""


def _propose(
    session: Session, ctx: Context, case: ClearanceCase, project: str, kind: str, body: dict[str, Any], *,
    seen: int, key: str | None,
) -> int:  # fmt: skip
    me = ctx.principal
    shown = {k: v for k, v in body.items() if k != holders.AMOUNT and v is not None}
    protected = {"protected": {holders.AMOUNT: body[holders.AMOUNT]}} if holders.AMOUNT in body else {}
    taken = select(Proposal.id).where(
        Proposal.case_id == case.id, Proposal.kind == kind, Proposal.state == "pending"
    )
    if session.scalar(taken) is not None:
        raise InvalidInput(
            [
                Fault(
                    "proposal",
                    "Hồ sơ đang có một đề nghị loại này chờ người thứ hai.",
                    "A proposal of this kind is already waiting for a second person.",
                )
            ]
        )
    try:
        with session.begin_nested():
            event = record(
                session, kind="proposal.add", object_type=_object(kind), object_code=case.code,
                project_code=project, actor=me.account, effective_on=ctx.today(),
                after={"proposal_kind": kind, **shown, **protected},
                document=body.get("document"), reason=body.get("reason"), on_behalf_of=body.get("on_behalf_of"),
                idempotency_key=own_key(me.account, key),
            )  # fmt: skip
            row = Proposal(
                case_id=case.id, project_id=case.project_id, ward_code=case.ward_code, kind=kind, body=body,
                seen=seen, proposed_by=me.account, person=me.person or me.account, device=me.device,
                on_behalf_of=body.get("on_behalf_of"), event_id=event.id,
            )  # fmt: skip
            session.add(row)
            session.flush()
    except IntegrityError:
        raise KeyReused(key or "") from None
    return row.id


def _carry_out(session: Session, ctx: Context, case: ClearanceCase, project: str, row: Proposal) -> str:
    """Writes what was proposed, as the second person; 'stale' when the case has moved on in the same fields."""
    body = row.body
    try:
        if row.kind == AMOUNT:
            holders.write(
                session, ctx, case, project, {holders.AMOUNT: Decimal(body["amount_vnd"])}, seen=row.seen,
                document=body["document"], reason=body["reason"], seconds=row.event_id,
            )  # fmt: skip
        else:
            change_case(
                session, ctx, case.code, _change(body), seen=row.seen, key=None,
                actor=ctx.principal.account, seconds=row.event_id,
            )  # fmt: skip
    except StaleVersion:
        return "stale"
    return "confirmed"


def _change(body: dict[str, Any]) -> CaseChange:
    days = {k: date.fromisoformat(v) for k, v in body.items() if k in ("effective_on", "promised_on") and v}
    return CaseChange(**(body | days))


def _view(session: Session, ctx: Context, case: ClearanceCase, project: str, row: Proposal) -> ProposalView:
    vi, en = _words(ctx, row)
    why_vi, why_en = why_not(session, ctx, row)
    may = may_on(ctx, "case.confirm", ward=case.ward_code, project=project)
    return ProposalView(
        id=row.id, kind=row.kind, words_vi=vi, words_en=en, document=row.body.get("document"),
        reason=row.body.get("reason"), proposed_by=row.proposed_by, on_behalf_of=row.on_behalf_of,
        proposed_at=row.proposed_at, may_decide=may and not why_vi, why_not_vi=why_vi, why_not_en=why_en,
    )  # fmt: skip


def _words(ctx: Context, row: Proposal) -> tuple[str, str]:
    if row.kind == AMOUNT:
        value = row.body["amount_vnd"]
        shown = f"{int(value):,}".replace(",", ".") if sight(ctx, holders.AMOUNT) == "hiện" else "•••"
        return f"Số tiền bồi thường: {shown} đồng", f"Compensation: {shown} VND"
    step = STEPS[row.body["step"]]
    day = date.fromisoformat(row.body["effective_on"]) if row.body.get("effective_on") else None
    from_vi = f", hiệu lực {day:%d/%m/%Y}" if day else ""
    from_en = f", effective {day:%Y-%m-%d}" if day else ""
    return f"{step.label_vi}{from_vi}", f"{step.label_en}{from_en}"


def _done_before(session: Session, who: str, key: str | None, kind: str, code: str) -> int | None:
    """The proposal that this key made already. Raises KeyReused when it was another request."""
    stored = own_key(who, key)
    done: Event | None = event_with_key(session, stored) if stored else None
    if done is None:
        return None
    found = session.scalar(select(Proposal.id).where(Proposal.event_id == done.id, Proposal.kind == kind))
    if found is None or done.object_code != code:
        raise KeyReused(key or "")
    return found


def _object(kind: str) -> str:
    """Whose events tell of a proposal: money is told of where only those read who may see people's data."""
    return "holder" if kind == AMOUNT else "proposal"
