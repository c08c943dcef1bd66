"""The one function through which a case changes: what is wanted, what it meets, and one event for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.accounts import may_act_for
from api.usecases.case_facts import add_rows, check_facts
from api.usecases.case_facts import told as told_facts
from api.usecases.entries import (
    CaseChange,
    already_written,
    check_account_name,
    check_entries,
    fingerprint,
    key_once,
    stated,
    told,
    told_again,
)
from api.usecases.legal import breaches_of, law_faults
from geo.access import access_case, portfolio_state
from geo.history import case_state, own_key, put_state, record, statement, statements, touch
from geo.tables import ClearanceCase, Project
from projects.clearance import allowed_steps, check_transition, needs_document
from projects.errors import Fault, IllegalStep, InvalidInput, StaleVersion
from projects.history import WITH, State, Statement, came_from, changed, fold, standing, until_version
from projects.law.facts import STEP_FACTS, Fact
from projects.merging import conflicts, spoken_of

__all__ = ["CaseChange", "change_case", "check_behalf", "check_version", "state_seen"]


def change_case(
    session: Session,
    ctx: Context,
    code: str,
    change: CaseChange,
    *,
    seen: int,
    key: str | None,
    seconds: int | None = None,
) -> dict[str, Any]:
    """Writes what differs from the version `seen` as one event and returns the new state of the case.

    When others changed other fields since, both survive: `merged` of the answer names their changes. `overtaken`
    names the fields for which a value of a later day stands, so that this one counts for the days before only.

    The same `key` of this actor with the same change answers as the first time and writes nothing again. A
    change that changes nothing writes nothing. Raises NotFound, StaleVersion (with both states and the fields
    in conflict), IllegalStep, InvalidInput and KeyReused.
    """
    actor = ctx.principal.account
    change = change.cleaned()
    request = fingerprint("change", code, change, seen)
    case = access_case(session, code, for_update=True)
    if (done := already_written(session, actor, key, request)) is not None:
        return told_again(session, done, seen=seen)
    events = statements(session, code)
    before = case_state(case)
    past, taken = _since(case, events, seen)
    wanted = _wanted(change, past, before, events)
    day = change.effective_on or _default_day(session, past, wanted, events)
    if "step" in wanted:
        wanted["step_on"] = day.isoformat()
    change = replace(change, effective_on=day)
    check_version(case, change, wanted, seen=seen, taken=taken)
    check_entries(change)
    check_behalf(session, ctx, change.on_behalf_of)
    # The step that somebody else recorded too, for the same day, is not taken a second time.
    moves = "step" in wanted and not ("step" in (taken or ()) and before | wanted == before)
    if moves:
        _check_step(session, ctx, case, change, events, day=day)
    else:
        _check_day(past, day, today=ctx.today())
        _check_alone(change)
    if not (wanted or change.document or change.document_sha256 or change.reason):
        return told(events, before, seen=case.version)
    project = session.get_one(Project, case.project_id)
    touch(session, project.id)
    with key_once(session, key):
        case.version += 1
        after = before | wanted | {"version": case.version}
        put_state(case, _present(wanted, before, after, events, day=day))
        with_it = _with_step(change, day) if moves else ()
        add_rows(session, case, with_it, step=change.step)
        event = record(
            session,
            kind="case.step" if moves else "case.edit",
            object_type="case",
            object_code=code,
            project_code=project.code,
            actor=actor,
            effective_on=day,
            before=before,
            after=after | ({WITH: told_facts(with_it)} if with_it else {}),
            document=change.document,
            document_hash=change.document_sha256,
            reason=change.reason,
            on_behalf_of=change.on_behalf_of,
            idempotency_key=own_key(actor, key),
            request_hash=request if key else None,
            seconds=seconds,
        )
    return told([*events, statement(event)], case_state(case), seen=seen)


def state_seen(session: Session, code: str, version: int) -> State | None:
    """The state that a version of a case showed, None when there never was one. Raises NotFound."""
    case = access_case(session, code)
    past, taken = _since(case, statements(session, code), version)
    return past if taken is not None else None


def check_version(
    case: ClearanceCase,
    change: CaseChange,
    wanted: State,
    *,
    seen: int,
    taken: frozenset[str] | None,
) -> None:
    """Refuses a change that would write over what its author has not seen.

    `taken` are the fields that others changed after the version `seen`, None when there never was one. Raises
    StaleVersion with both states and the fields in conflict.
    """
    present = case_state(case)
    clash = conflicts(taken, present, wanted) if taken is not None else ()
    if taken is None or clash:
        raise StaleVersion(case.code, seen, present, stated(present | wanted, change), clash)


def check_behalf(session: Session, ctx: Context, on_behalf_of: str | None) -> None:
    """Refuses to write in the place of somebody who has not delegated it to the actor. Raises InvalidInput."""
    check_account_name(on_behalf_of)
    if on_behalf_of is None or may_act_for(session, ctx.principal.account, on_behalf_of, ctx.today()):
        return
    vi = "Không có uỷ quyền còn hiệu lực của tài khoản này cho bạn."
    en = "This account has not delegated to you, or no longer."
    raise InvalidInput([Fault("on_behalf_of", vi, en)])


def _since(
    case: ClearanceCase, events: Sequence[Statement], seen: int
) -> tuple[State, frozenset[str] | None]:
    """The state that the version `seen` showed, and what others changed after it (None: never existed)."""
    if seen == case.version:
        return case_state(case), frozenset()
    present = case_state(case)
    known = until_version(events, seen) if seen < case.version else None
    if known is None:
        return present, None
    past = present | fold(known)
    return past, spoken_of(events, known[-1].id, past, present)


def _wanted(change: CaseChange, past: State, present: State, events: Sequence[Statement]) -> State:
    """The fields that the change sets: those that differ from what its author saw."""
    said = change.content()
    wanted = {name: value for name, value in said.items() if value != past[name]}
    # A notice may be issued again: the same step with a new paper (S20 → S20).
    same = said.get("step") == past["step"] == present["step"]
    if same and change.document and change.step in allowed_steps(change.step, came_from=came_from(events)):
        wanted["step"] = change.step
    return wanted


def _default_day(session: Session, past: State, wanted: State, events: Sequence[Statement]) -> date:
    """The day a change is taken to be true when nobody says: the data date, if nothing it changes is younger."""
    younger = (e.effective_on for e in standing(events) if changed(e.before, e.after) & wanted.keys())
    return max(portfolio_state(session).data_date, date.fromisoformat(past["step_on"]), *younger)


def _present(wanted: State, before: State, after: State, events: Sequence[Statement], *, day: date) -> State:
    """What the row says of the wanted fields after the change: a value of a later day stays."""
    if all(event.effective_on <= day for event in events):
        return wanted
    newest = max((event.id for event in events), default=0) + 1
    state = fold([*events, Statement(newest, day, before, after)])
    return {name: state.get(name, value) for name, value in wanted.items()}


def _check_step(
    session: Session,
    ctx: Context,
    case: ClearanceCase,
    change: CaseChange,
    events: Sequence[Statement],
    *,
    day: date,
) -> None:
    """Judges a step: order of the steps, its paper, the law on that day. Raises IllegalStep with every fault."""
    today = ctx.today()
    faults = check_facts(change.facts, today=today) if change.facts else []
    if any(fact.amount is not None for fact in change.facts):
        vi, en = "Khoản chi trả ghi riêng, không kèm bước.", "Payments are recorded apart from a step."
        faults.append(Fault("facts", vi, en))
    if needs_document(case.step, change.step) and not (change.signer or "").strip():
        faults.append(Fault("signer", "Thiếu người ký văn bản.", "Who signed the paper is missing."))
    came = came_from(events)
    try:
        check_transition(
            case.step,
            change.step,
            document=change.document,
            reason=change.reason,
            effective_on=day,
            step_on=case.step_on,
            today=today,
            came_from=came,
        )
    except IllegalStep as error:
        faults = [*error.faults, *faults]
    if change.step in STEP_FACTS:
        faults += law_faults(
            breaches_of(
                session,
                ctx,
                case.code,
                step=case.step,
                wanted=change.step,
                on=day,
                more=change.facts,
            )
        )
    if faults:
        raise IllegalStep(case.step, change.step, faults, allowed_steps(case.step, came_from=came))


def _with_step(change: CaseChange, day: date) -> tuple[Fact, ...]:
    """What is recorded beside the history with a step: who signed its paper, and the facts that came with it."""
    signed = Fact(
        STEP_FACTS.get(change.step, ""),
        day,
        document=change.document or "",
        signer=(change.signer or "").strip(),
        body=(change.body or "").strip(),
        file=change.document_sha256 or "",
    )
    return ((signed,) if signed.kind and (signed.signer or signed.body) else ()) + change.facts


def _check_alone(change: CaseChange) -> None:
    """Refuses facts without a step: they have a way of their own."""
    if change.facts:
        vi, en = "Sự việc chỉ ghi kèm khi ghi bước mới.", "Facts come with a new step only."
        raise InvalidInput([Fault("facts", vi, en)])


def _check_day(past: State, day: date, *, today: date) -> None:
    """Refuses an edit that would be true before the step on which its author saw the case, or is not true yet."""
    step_on = date.fromisoformat(past["step_on"])
    if step_on <= day <= today:
        return
    vi = f"Ngày hiệu lực phải từ {step_on:%d/%m/%Y} (ngày của bước hiện tại) đến hôm nay."
    en = f"The effective date must lie between {step_on:%d/%m/%Y} (the present step) and today."
    raise InvalidInput([Fault("effective_on", vi, en)])
