"""Writing history: one event in the same transaction as the change it tells of, and the project's revision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from geo.migrations.access import OF_CASES, OF_PEOPLE
from geo.tables import ClearanceCase, Event, Project
from projects.history import Statement

DAYS = frozenset({"step_on", "promised_on"})  # fields of a case that a state keeps as ISO text


def record(
    session: Session,
    *,
    kind: str,
    object_type: str,
    object_code: str,
    actor: str,
    effective_on: date,
    project_code: str | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    document: str | None = None,
    reason: str | None = None,
    idempotency_key: str | None = None,
    request_hash: str | None = None,
    on_behalf_of: str | None = None,
    document_hash: str | None = None,
    corrects: int | None = None,
    seconds: int | None = None,
) -> Event:
    """Appends one event; its number, recorded time and hash are the database's. Flushes, never commits.

    From here to the end of the transaction no other event can be written, so this comes last: after the rows
    that the event tells of, and after `touch`. The other way round two writers could wait for each other.
    """
    event = Event(
        kind=kind,
        object_type=object_type,
        object_code=object_code,
        actor=actor,
        effective_on=effective_on,
        project_code=project_code,
        before=before,
        after=after,
        document=document,
        reason=reason,
        idempotency_key=idempotency_key,
        request_hash=request_hash,
        on_behalf_of=on_behalf_of,
        document_hash=document_hash,
        corrects=corrects,
        seconds=seconds,
    )
    session.add(event)
    session.flush()
    return event


def touch(session: Session, project_id: int) -> None:
    """Grows the project's revision: whatever was computed from it before is no longer used."""
    session.execute(update(Project).where(Project.id == project_id).values(revision=Project.revision + 1))


def case_state(case: ClearanceCase) -> dict[str, Any]:
    """What an event keeps of a case: the fields that a user can change, and the version."""
    return {
        "step": case.step,
        "step_on": case.step_on.isoformat(),
        "promised_on": case.promised_on.isoformat() if case.promised_on else None,
        "obstacle": case.obstacle,
        "note": case.note,
        "version": case.version,
    }


def put_state(case: ClearanceCase, state: Mapping[str, Any]) -> None:
    """Writes the fields of a state into the row, those that the state holds."""
    for name, value in state.items():
        if name in DAYS and value is not None:
            value = date.fromisoformat(value)
        setattr(case, name, value)


def events_of(session: Session, object_type: str, object_code: str, *, limit: int = 200) -> list[Event]:
    """The history of one object, newest first."""
    return list(
        session.scalars(
            select(Event)
            .where(Event.object_type == object_type, Event.object_code == object_code)
            .order_by(Event.id.desc())
            .limit(limit)
        )
    )


# Whose events tell of a part of a case, besides the case itself; their object's code is that of the case
# (`geo.migrations.access` says who sees them).
ABOUT_CASES = (*OF_CASES, *OF_PEOPLE)


def events_about(session: Session, code: str, *, limit: int = 200) -> list[Event]:
    """The history of everything about a case but its headline, as far as the reader may see it, newest first."""
    kinds = [kind for kind in ABOUT_CASES if kind != "case"]
    return list(
        session.scalars(
            select(Event)
            .where(Event.object_type.in_(kinds), Event.object_code == code)
            .order_by(Event.id.desc())
            .limit(limit)
        )
    )


def own_key(actor: str, key: str | None) -> str | None:
    """An idempotency key as it is stored: each person's keys are their own, nobody can probe another's."""
    return None if key is None else f"{actor}:{key}"


_STATEMENT = (
    Event.id,
    Event.effective_on,
    Event.before,
    Event.after,
    Event.corrects,
    Event.kind,
    Event.actor,
    Event.document,
    Event.document_hash,
    Event.reason,
)


def statements(session: Session, code: str, *, until: int | None = None) -> list[Statement]:
    """All events of a case as the rules of `projects.history` read them, oldest first; `until`: up to this event."""
    query = (
        select(*_STATEMENT).where(Event.object_type == "case", Event.object_code == code).order_by(Event.id)
    )
    if until is not None:
        query = query.where(Event.id <= until)
    return [Statement(*row) for row in session.execute(query)]


def statements_of(session: Session, codes: Sequence[str]) -> dict[str, list[Statement]]:
    """The same of many cases, by code; a case without events is not there."""
    query = (
        select(Event.object_code, *_STATEMENT)
        .where(Event.object_type == "case", Event.object_code.in_(codes))
        .order_by(Event.id)
    )
    found: dict[str, list[Statement]] = {}
    for code, *row in session.execute(query):
        found.setdefault(code, []).append(Statement(*row))
    return found


def statement(event: Event) -> Statement:
    """One event as the rules read it."""
    return Statement(
        id=event.id,
        effective_on=event.effective_on,
        before=event.before,
        after=event.after,
        corrects=event.corrects,
        kind=event.kind,
        actor=event.actor,
        document=event.document,
        document_hash=event.document_hash,
        reason=event.reason,
    )


def event_with_key(session: Session, key: str) -> Event | None:
    """The event that an idempotency key already made, if any."""
    return session.scalar(select(Event).where(Event.idempotency_key == key))
