"""The event browser: the history of everything, newest first, by what, whom, where and when.

Row-level security decides which events there are for whoever asks: an administrator sees none of cases. In a session
that looks back (`geo.moment`) the events are those known then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.usecases.oversight import Page, between, page
from geo.tables import Event


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events; all conditions hold together, days are inclusive, the recorded ones in Hanoi."""

    number: int | None = None
    kind: str = ""
    object_type: str = ""
    object_code: str = ""
    actor: str = ""
    project: str = ""
    first_day: date | None = None
    last_day: date | None = None
    recorded_from: date | None = None
    recorded_to: date | None = None


def events(session: Session, chosen: EventFilter, *, before: int | None = None) -> Page[Event]:
    """The events that match."""
    query = select(Event)
    equal = (
        (Event.id, chosen.number),
        (Event.kind, chosen.kind),
        (Event.object_type, chosen.object_type),
        (Event.object_code, chosen.object_code),
        (Event.actor, chosen.actor),
        (Event.project_code, chosen.project),
    )
    for column, value in equal:
        if value:
            query = query.where(column == value)
    if chosen.first_day is not None:
        query = query.where(Event.effective_on >= chosen.first_day)
    if chosen.last_day is not None:
        query = query.where(Event.effective_on <= chosen.last_day)
    query = query.where(*between(Event.recorded_at, chosen.recorded_from, chosen.recorded_to))
    return page(session, query, Event.id, before)
