"""The second person: which proposals of a case wait, who may decide them, and what a decision does.

Nobody confirms what they proposed: not under another account of the same person, not for the one in whose place it was
proposed, not from the browser it was proposed in. Refused and overtaken proposals stay in the history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import holders
from api.usecases.cases import change_case
from api.usecases.corrections import correct_event
from api.usecases.entries import change_of
from api.usecases.may import may_on, require, sight
from api.usecases.proposals import AMOUNT, CORRECTION, object_of
from api.usecases.second import bar
from geo.access import access_case, project_code_of
from geo.history import record
from geo.tables import ClearanceCase, Proposal
from projects.errors import Fault, Forbidden, InvalidInput, NotFound, StaleVersion
from projects.steps import STEPS


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
            session, kind=f"proposal.{state}", object_type=object_of(row.kind), object_code=code, project_code=project,
            actor=ctx.principal.account, effective_on=ctx.today(), before={"proposal": row.id},
            reason=(reason or "").strip() or None, seconds=row.event_id,
        )  # fmt: skip
    session.flush()
    return state


def open_proposals(session: Session, ctx: Context, case: ClearanceCase) -> tuple[ProposalView, ...]:
    """The proposals of a case that wait, oldest first, with whether whoever asks may decide them.

    Looking back: those that waited then. Proposals keep no row versions; their own times say it.
    """
    project = project_code_of(session, case)
    waits = Proposal.state == "pending"
    if ctx.known is not None:
        open_then = or_(Proposal.decided_at.is_(None), Proposal.decided_at > ctx.known_at)
        waits = and_(Proposal.event_id <= ctx.known, open_then)
    rows = session.scalars(select(Proposal).where(Proposal.case_id == case.id, waits).order_by(Proposal.id))
    return tuple(_view(session, ctx, case, project, row) for row in rows)


def why_not(session: Session, ctx: Context, row: Proposal) -> tuple[str, str]:
    """Why whoever asks cannot be the second person of a proposal, in both languages; empty when they can."""
    return bar(
        session,
        ctx.principal,
        proposed_by=row.proposed_by,
        person=row.person,
        device=row.device,
        on_behalf_of=row.on_behalf_of,
    )


def _carry_out(session: Session, ctx: Context, case: ClearanceCase, project: str, row: Proposal) -> str:
    """Writes what was proposed, as the second person; 'stale' when the case has moved on in the same fields."""
    body = row.body
    try:
        if row.kind == AMOUNT:
            holders.write(
                session, ctx, case, project, {holders.AMOUNT: Decimal(body["amount_vnd"])}, seen=row.seen,
                document=body["document"], reason=body["reason"], seconds=row.event_id,
            )  # fmt: skip
        elif row.kind == CORRECTION:
            event_id = body["event_id"]
            correct_event(
                session,
                ctx,
                case.code,
                event_id,
                change_of(body),
                seen=row.seen,
                key=None,
                seconds=row.event_id,
            )
        else:
            change_case(
                session, ctx, case.code, change_of(body), seen=row.seen, key=None, seconds=row.event_id
            )
    except StaleVersion:
        return "stale"
    return "confirmed"


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
    if row.kind == CORRECTION:
        number = row.body["event_id"]
        return f"Đính chính lần ghi số {number} của lịch sử", f"Correction of record {number} of the history"
    step = STEPS[row.body["step"]]
    day = date.fromisoformat(row.body["effective_on"]) if row.body.get("effective_on") else None
    from_vi = f", hiệu lực {day:%d/%m/%Y}" if day else ""
    from_en = f", effective {day:%Y-%m-%d}" if day else ""
    return f"{step.label_vi}{from_vi}", f"{step.label_en}{from_en}"
