"""Four eyes: a change that needs a second person is put down as a proposal, and written when somebody else confirms.

Which changes those are stands in the rights table (steps with “hai người”) and here: the approved amount, and the
correction of such a step. What happens to a proposal then is in `api.usecases.deciding`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import holders
from api.usecases.cases import CaseChange, change_case, check_behalf, state_seen
from api.usecases.corrections import correct_event, correctable
from api.usecases.entries import already_written, plain
from api.usecases.may import is_command, require, require_step
from geo.access import access_case, project_code_of
from geo.history import own_key, record
from geo.tables import ClearanceCase, Proposal
from projects.errors import Fault, InvalidInput, KeyReused, StaleVersion
from projects.history import changed
from projects.steps import STEPS

STEP, CORRECTION, AMOUNT = "case.step", "case.correct", "holder.amount"


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a change: the state of the case, or the proposal that now waits for a second person."""

    state: dict[str, Any] | None
    proposal_id: int | None = None


def submit_change(
    session: Session, ctx: Context, code: str, change: CaseChange, *, seen: int, key: str | None
) -> Written:
    """Writes a change of a case, or puts it down as a proposal where its step needs a second person.

    Raises NotFound, Forbidden and what `change_case` raises: a proposal is checked like a change.
    """
    case = access_case(session, code, for_update=True)
    project = project_code_of(session, case)
    require(ctx, "case.change", ward=case.ward_code, project=project)
    past = state_seen(session, code, seen)
    step = change.step if "step" in change.said and past and change.step != past["step"] else None
    if step is not None and step in STEPS:
        require_step(ctx, step)
    if step is None or is_command(ctx) or not ctx.rights.needs_second(step):
        return Written(change_case(session, ctx, code, change, seen=seen, key=key))
    body = as_body(change)
    request = _fingerprint(STEP, code, body, seen)
    if (again := _done_before(session, ctx, key, request)) is not None:
        return Written(None, again)
    # The same checks as for writing it, all undone again: what cannot be written is not proposed.
    with session.begin_nested() as trial:
        change_case(session, ctx, code, change, seen=seen, key=None)
        trial.rollback()
    number = _propose(session, ctx, case, project, STEP, body, seen=seen, key=key, request=request)
    return Written(None, number)


def submit_correction(
    session: Session,
    ctx: Context,
    code: str,
    event_id: int,
    change: CaseChange,
    *,
    seen: int,
    key: str | None,
) -> Written:
    """Corrects an event, or proposes it where the step it spoke of, or now speaks of, needs a second person.

    Raises NotFound, Forbidden and what `correct_event` raises.
    """
    case = access_case(session, code, for_update=True)
    project = project_code_of(session, case)
    require(ctx, "case.correct", ward=case.ward_code, project=project)
    says = correctable(session, code, event_id)
    moved = "step" in changed(says.event.before, says.event.after)
    steps = {says.state["step"]} if moved else set()
    if "step" in change.said and change.step != says.state["step"]:
        # Also where the event was no step so far: a correction must not be a way round the second person.
        steps.add(change.step)
        if change.step in STEPS:
            require_step(ctx, change.step)
    if is_command(ctx) or not any(ctx.rights.needs_second(step) for step in steps):
        return Written(correct_event(session, ctx, code, event_id, change, seen=seen, key=key))
    body = as_body(change) | {"event_id": event_id}
    request = _fingerprint(CORRECTION, code, body, seen)
    if (again := _done_before(session, ctx, key, request)) is not None:
        return Written(None, again)
    with session.begin_nested() as trial:
        correct_event(session, ctx, code, event_id, change, seen=seen, key=None)
        trial.rollback()
    number = _propose(session, ctx, case, project, CORRECTION, body, seen=seen, key=key, request=request)
    return Written(None, number)


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
    check_behalf(session, ctx, on_behalf_of)
    body = {
        "amount_vnd": holders.plain(values[holders.AMOUNT]), "document": document, "reason": reason,
        "on_behalf_of": on_behalf_of,
    }  # fmt: skip
    request = _fingerprint(AMOUNT, code, body, seen)
    if (again := _done_before(session, ctx, key, request)) is not None:
        return again
    version = holders.holder_view(session, ctx, case).version
    if version != seen:
        raise StaleVersion(code, seen, {"version": version}, {"fields": [holders.AMOUNT]})
    return _propose(session, ctx, case, project, AMOUNT, body, seen=seen, key=key, request=request)


def _propose(
    session: Session, ctx: Context, case: ClearanceCase, project: str, kind: str, body: dict[str, Any], *,
    seen: int, key: str | None, request: str,
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
                session, kind="proposal.add", object_type=object_of(kind), object_code=case.code,
                project_code=project, actor=me.account, effective_on=ctx.today(),
                after={"proposal_kind": kind, **shown, **protected},
                document=body.get("document"), reason=body.get("reason"), on_behalf_of=body.get("on_behalf_of"),
                idempotency_key=own_key(me.account, key), request_hash=request if key else None,
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


def as_body(change: CaseChange) -> dict[str, Any]:
    """A change as a proposal keeps it."""
    body: dict[str, Any] = plain(asdict(change) | {"said": sorted(change.said)})
    return body


def _done_before(session: Session, ctx: Context, key: str | None, request: str) -> int | None:
    """The proposal that this very request made before. Raises KeyReused when another request had the key."""
    done = already_written(session, ctx.principal.account, key, request)
    return None if done is None else session.scalar(select(Proposal.id).where(Proposal.event_id == done.id))


def _fingerprint(kind: str, code: str, body: dict[str, Any], seen: int) -> str:
    whole = json.dumps([kind, code, seen, body], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def object_of(kind: str) -> str:
    """Whose events tell of a proposal: money is told of where only those read who may see people's data."""
    return "holder" if kind == AMOUNT else "proposal"
