"""Cases: the list, the page, and the one function through which a case changes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.context import Context
from geo.access import access_case, portfolio_state
from geo.history import came_from, case_state, event_with_key, record, touch
from geo.tables import ClearanceCase, Project
from projects.clearance import OBSTACLES, allowed_steps, check_transition
from projects.errors import Fault, InvalidInput, KeyReused, StaleVersion

MAX_TEXT = 500
LOCAL_ACTOR = "máy này (chưa có đăng nhập)"


@dataclass(frozen=True, slots=True)
class CaseChange:
    """What a clearance user wants to write, all of it: the full new state, not a delta.

    `effective_on` is the day on which it became true; `document` the number of the paper behind it.
    """

    step: str
    effective_on: date
    promised_on: date | None = None
    obstacle: str | None = None
    note: str | None = None
    document: str | None = None
    reason: str | None = None


def change_case(
    session: Session,
    ctx: Context,
    code: str,
    change: CaseChange,
    *,
    seen: int,
    key: str | None,
    actor: str = LOCAL_ACTOR,
) -> dict[str, Any]:
    """Writes a change as one event and returns the new state of the case with its version.

    The same `key` with the same change answers as the first time and writes nothing again. A change
    that changes nothing writes nothing. Raises NotFound, StaleVersion (with both states), IllegalStep,
    InvalidInput and KeyReused.
    """
    fingerprint = _fingerprint(code, change, seen)
    case = access_case(session, code, for_update=True)
    if key is not None and (done := event_with_key(session, key)) is not None:
        if done.request_hash != fingerprint:
            raise KeyReused(key)
        return done.after or {}
    before = case_state(case)
    check_version(case, change, seen=seen)
    _check_fields(change)
    _check_day(case, change, today=ctx.today())
    before_that = came_from(session, case)
    # A notice may be issued again: the same step with a new paper (S20 → S20).
    again = change.document is not None and change.step in allowed_steps(case.step, came_from=before_that)
    if change.step != case.step or again:
        check_transition(
            case.step,
            change.step,
            document=change.document,
            reason=change.reason,
            effective_on=change.effective_on,
            step_on=case.step_on,
            today=ctx.today(),
            came_from=before_that,
        )
        case.step_on = change.effective_on
    case.step = change.step
    case.promised_on = change.promised_on
    case.obstacle = change.obstacle
    case.note = change.note
    if case_state(case) == before and not change.document and not change.reason:
        return before
    project = session.get_one(Project, case.project_id)
    touch(session, project.id)
    try:
        with session.begin_nested():
            case.version += 1
            after = case_state(case)
            record(
                session,
                kind="case.step" if change.step != before["step"] or again else "case.edit",
                object_type="case",
                object_code=code,
                project_code=project.code,
                actor=actor,
                effective_on=change.effective_on,
                before=before,
                after=after,
                document=change.document,
                reason=change.reason,
                idempotency_key=key,
                request_hash=fingerprint if key else None,
            )
    except IntegrityError:  # another case was written with the same key at this very moment
        raise KeyReused(key or "") from None
    return after


def current_change(case: ClearanceCase, *, effective_on: date) -> CaseChange:
    """The change that would keep the case as it is; partial updates replace fields of it."""
    return CaseChange(
        step=case.step,
        effective_on=effective_on,
        promised_on=case.promised_on,
        obstacle=case.obstacle,
        note=case.note,
    )


def check_version(case: ClearanceCase, change: CaseChange, *, seen: int) -> None:
    """Refuses a change made on an older state than the present one. Raises StaleVersion with both states."""
    if case.version != seen:
        raise StaleVersion(case.code, seen, case_state(case), _plain(change))


def _check_day(case: ClearanceCase, change: CaseChange, *, today: date) -> None:
    """Refuses an edit that would be true before the present step was, or is not true yet.

    A change of step is judged by `check_transition`, with all its other faults.
    """
    if change.step != case.step or case.step_on <= change.effective_on <= today:
        return
    raise InvalidInput(
        [
            Fault(
                "effective_on",
                f"Ngày hiệu lực phải từ {case.step_on:%d/%m/%Y} (ngày của bước hiện tại) đến hôm nay.",
                f"The effective date must lie between {case.step_on:%d/%m/%Y} (the present step) and today.",
            )
        ]
    )


def _check_fields(change: CaseChange) -> None:
    """Refuses unknown obstacles and texts that are too long or hold control characters, all at once."""
    faults: list[Fault] = []
    if change.obstacle is not None and change.obstacle not in OBSTACLES:
        faults.append(
            Fault(
                "obstacle",
                f"Không có mã vướng mắc “{change.obstacle}”.",
                f"Unknown obstacle code “{change.obstacle}”.",
            )
        )
    for field in ("document", "reason", "note"):
        value = getattr(change, field)
        if value is None:
            continue
        if len(value) > MAX_TEXT:
            faults.append(Fault(field, f"Dài quá {MAX_TEXT} ký tự.", f"Longer than {MAX_TEXT} characters."))
        if any(ord(c) < 32 and c not in "\n\t\r" for c in value):
            faults.append(Fault(field, "Có ký tự điều khiển.", "Contains a control character."))
    if change.promised_on is not None and not date(2015, 1, 1) <= change.promised_on <= date(2045, 12, 31):
        faults.append(
            Fault(
                "promised_on",
                "Ngày hẹn phải từ 2015 đến 2045.",
                "The promised date must be within 2015–2045.",
            )
        )
    if faults:
        raise InvalidInput(faults)


def _plain(change: CaseChange) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in asdict(change).items()}


def _fingerprint(code: str, change: CaseChange, seen: int) -> str:
    body = json.dumps([code, seen, _plain(change)], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()


def default_effective(session: Session, case: ClearanceCase) -> date:
    """The day a change is taken to be true when nobody says: the data date, never before the present step."""
    return max(portfolio_state(session).data_date, case.step_on)
