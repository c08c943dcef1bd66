"""Đính chính: a new event says what an earlier one should have said; the earlier one stays in the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.case_facts import facts_of
from api.usecases.cases import check_behalf
from api.usecases.entries import (
    CaseChange,
    already_written,
    check_entries,
    fingerprint,
    key_once,
    stated,
    told,
    told_again,
)
from api.usecases.legal import breaches_of, law_faults
from geo.access import access_case
from geo.history import case_state, own_key, put_state, record, statement, statements, touch
from geo.tables import Project
from projects.clearance import allowed_steps
from projects.correcting import content, counts_for, day_faults, restated, standing_before, step_faults
from projects.errors import Fault, InvalidInput, NotFound, StaleVersion
from projects.history import State, Statement, fold, until_version
from projects.law.facts import STEP_FACTS


@dataclass(frozen=True, slots=True)
class Correctable:
    """What an event says now, for the form that corrects it; `steps` are those it may name instead."""

    event: Statement
    version: int
    state: State
    effective_on: date
    document: str | None
    steps: tuple[str, ...]


def correct_event(
    session: Session,
    ctx: Context,
    code: str,
    event_id: int,
    correction: CaseChange,
    *,
    seen: int,
    key: str | None,
    seconds: int | None = None,
) -> dict[str, Any]:
    """Replaces what an event of this case said by a new event and returns the new state of the case.

    What `correction` does not speak of stays as the event said it (`effective_on` None: the same day). A
    correction can be corrected; of all corrections of one event the newest counts. The steps must stay lawful
    in the order of their days. Raises NotFound, StaleVersion when the case changed since `seen`, InvalidInput
    with all faults, KeyReused.
    """
    actor = ctx.principal.account
    correction = correction.cleaned()
    request = fingerprint("correction", f"{code}/{event_id}", correction, seen)
    case = access_case(session, code, for_update=True)
    if (done := already_written(session, actor, key, request)) is not None:
        return told_again(session, done, seen=seen)
    events = statements(session, code)
    target = _target(events, event_id)
    correction, wanted = _wanted(correction, events, event_id, seen=seen)
    day, document = correction.effective_on or target.effective_on, correction.document
    if case.version != seen:
        said = content(events, target)
        now = replace(
            correction, effective_on=target.effective_on, document=target.document, reason=target.reason
        )
        current = stated(said, now) | {"version": case.version}
        raise StaleVersion(code, seen, current, stated(said | wanted, correction))
    check_entries(correction)
    check_behalf(session, ctx, correction.on_behalf_of)
    before, after = restated(events, target, wanted, day=day, document=document)
    new = replace(
        target,
        id=max(event.id for event in events) + 1,
        effective_on=day,
        before=before,
        after=after,
        corrects=event_id,
        document=document,
        document_hash=_hash(correction, target),
        reason=(correction.reason or "").strip() or None,
    )
    _check(events, target, new, wanted, today=ctx.today())
    _check_law(session, ctx, code, target, new)
    project = session.get_one(Project, case.project_id)
    touch(session, project.id)
    with key_once(session, key):
        numbers = {"version": case.version}
        case.version += 1
        put_state(case, fold([*events, new]))
        event = record(
            session,
            kind="case.correct",
            object_type="case",
            object_code=code,
            project_code=project.code,
            actor=actor,
            effective_on=day,
            before=before | numbers,
            after=after | {"version": case.version},
            document=document,
            document_hash=new.document_hash,
            reason=new.reason,
            on_behalf_of=correction.on_behalf_of,
            corrects=event_id,
            idempotency_key=own_key(actor, key),
            request_hash=request if key else None,
            seconds=seconds,
        )
    return told([*events, statement(event)], case_state(case), seen=seen)


def correctable(session: Session, code: str, event_id: int) -> Correctable:
    """What the form of a correction begins with. Raises NotFound, and InvalidInput for an import."""
    case = access_case(session, code)
    events = statements(session, code)
    target = _target(events, event_id)
    said = content(events, target)
    before, came = standing_before(events, target, day=target.effective_on)
    steps = (before["step"], *allowed_steps(before["step"], came_from=came))
    return Correctable(
        event=target,
        version=case.version,
        state=said,
        effective_on=target.effective_on,
        document=target.document,
        steps=tuple(dict.fromkeys((said["step"], *steps))),
    )


def _target(events: Sequence[Statement], event_id: int) -> Statement:
    """The statement that counts in the place of this event. Raises NotFound, and InvalidInput for an import."""
    if all(event.id != event_id for event in events):
        raise NotFound("event", str(event_id))
    target = counts_for(events, event_id)
    if target.before is None:
        vi = "Lần nhập hồ sơ không đính chính được: hãy ghi thay đổi mới, hoặc nhập lại tệp."
        en = "An import cannot be corrected: record a new change, or import the file again."
        raise InvalidInput([Fault("event_id", vi, en)])
    return target


def _wanted(
    correction: CaseChange, events: Sequence[Statement], event_id: int, *, seen: int
) -> tuple[CaseChange, State]:
    """The correction with the day and the document that are to hold, and the fields that should read otherwise.

    Its author changed what differs from the event as the version `seen` showed it; the rest is as it is now.
    """
    target = counts_for(events, event_id)
    known = until_version(events, seen)
    if known is None or all(event.id != event_id for event in known):
        known = list(events)
    saw = counts_for(known, event_id)
    said = content(known, saw)
    moved = correction.effective_on not in (None, saw.effective_on)
    other_paper = "document" in correction.said and correction.document != saw.document
    held = replace(
        correction,
        effective_on=correction.effective_on if moved else target.effective_on,
        document=correction.document if other_paper else target.document,
    )
    return held, {name: value for name, value in correction.content().items() if value != said[name]}


def _check(
    events: Sequence[Statement], target: Statement, new: Statement, wanted: State, *, today: date
) -> None:
    """Refuses a correction without a reason, one that says nothing else, and one that breaks the steps."""
    faults: list[Fault] = []
    if new.reason is None:
        vi, en = "Đính chính phải nêu lý do.", "A correction needs a reason."
        faults.append(Fault("reason", vi, en))
    about = ("effective_on", "document", "document_hash")
    if not wanted and all(getattr(new, name) == getattr(target, name) for name in about):
        vi = "Không có gì khác với điều đã ghi."
        en = "Nothing differs from what was recorded."
        faults.append(Fault("event_id", vi, en))
    outside = day_faults(events, new.effective_on, today=today)
    # The reason of the correction is told above; a step's own need of one would say it twice.
    steps = [] if outside else step_faults(events, new, today=today)
    faults += outside
    faults += [fault for fault in steps if new.reason is not None or fault.where != "reason"]
    if faults:
        raise InvalidInput(faults)


def _check_law(session: Session, ctx: Context, code: str, target: Statement, new: Statement) -> None:
    """Refuses a correction that puts a step where the law does not allow it. Raises InvalidInput with every breach."""
    before, after = new.before or {}, new.after or {}
    step, wanted = before.get("step"), after.get("step")
    moved = wanted != (target.after or {}).get("step") or new.effective_on != target.effective_on
    if step == wanted or wanted not in STEP_FACTS or step is None or not moved:
        return
    told = facts_of(session, ctx, [code]).get(code, ())
    was = STEP_FACTS.get(str((target.after or {}).get("step")))
    others = [fact for fact in told if (fact.kind, fact.on) != (was, target.effective_on)]
    faults = law_faults(
        breaches_of(session, ctx, code, step=step, wanted=wanted, on=new.effective_on, facts=others)
    )
    if faults:
        raise InvalidInput(faults)


def _hash(correction: CaseChange, target: Statement) -> str | None:
    """The hash of the paper: as given, else the event's own as long as it is the same paper."""
    if correction.document_sha256 is not None:
        return correction.document_sha256
    return target.document_hash if correction.document == target.document else None
