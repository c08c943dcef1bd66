"""The history of a case in words: what every event changed, what corrects what, and what a merge joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.formatting import HANOI_TIME
from api.language import Lang
from api.pages.case_parts import COMPARED, say_value
from api.pages.event_words import SILENT, Words, field_changes, kind_words
from api.pages.labels import CASE_FIELDS, Pair
from api.views import CaseView, EventView
from projects.history import changed
from projects.rights import Rights

# Of an event that is no case's, the fields that say something to a reader.
OTHER = ("data_date",)


@dataclass(frozen=True, slots=True)
class Change:
    """A field with its value before and after, in words."""

    label: Pair
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Correction:
    """The event that counts in the place of a corrected one, and the day in Hanoi on which it was written."""

    id: int
    on: date
    actor: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One event in words, newest first in the list."""

    id: int
    kind: Pair
    effective_on: date
    recorded_at: datetime
    actor: str
    on_behalf_of: str | None
    document: str | None
    document_hash: str | None
    reason: str | None
    changes: tuple[Change, ...]
    corrects: int | None
    corrected: Correction | None
    correctable: bool


@dataclass(frozen=True, slots=True)
class Saved:
    """What the page says after a write: whose changes it was joined with, and what a later value overtook."""

    merged: tuple[tuple[str, str], ...]  # (who, fields in words)
    overtaken: str


def whole_history(view: CaseView, lang: Lang, rights: Rights) -> list[HistoryEntry]:
    """The events of the case and of everything about it with what they changed, the newest first."""
    words = Words(lang, rights, {}, {})
    about = [
        HistoryEntry(
            id=event.id,
            kind=kind_words(event.kind),
            effective_on=event.effective_on,
            recorded_at=event.recorded_at,
            actor=event.actor,
            on_behalf_of=event.on_behalf_of,
            document=event.document,
            document_hash=event.document_hash,
            reason=event.reason,
            changes=tuple(
                Change((change.label, change.label), change.before, change.after)
                for change in field_changes(_said(event.before), _said(event.after), words)
            ),
            corrects=None,
            corrected=None,
            correctable=False,
        )
        for event in view.about
    ]
    return sorted([*history(view.history, lang), *about], key=lambda entry: -entry.id)


def history(events: Sequence[EventView], lang: str) -> list[HistoryEntry]:
    """The events of the case itself with what they changed."""
    by_id = {event.id: event for event in events}
    return [
        HistoryEntry(
            id=event.id,
            kind=kind_words(event.kind),
            effective_on=event.effective_on,
            recorded_at=event.recorded_at,
            actor=event.actor,
            on_behalf_of=event.on_behalf_of,
            document=event.document,
            document_hash=event.document_hash,
            reason=event.reason,
            changes=tuple(_changes(event.before or {}, event.after or {}, lang)),
            corrects=event.corrects,
            corrected=_correction(by_id.get(event.corrected_by or 0)),
            correctable=event.corrected_by is None and event.kind.startswith("case.") and bool(event.before),
        )
        for event in events
    ]


def saved(view: CaseView, seen: int, lang: str) -> Saved:
    """What is to be said of the newest event, whose author saw the version `seen` (0: nothing to join)."""
    own = next((e for e in view.history if _version(e) == view.row.version), None)
    if own is None:
        return Saved((), "")
    others: dict[str, set[str]] = {}
    for event in view.history:
        if seen and seen < _version(event) < view.row.version:
            others.setdefault(event.actor, set()).update(changed(event.before, event.after))
    after = own.after or {}
    late = {n for n in changed(own.before, after) if view.present.get(n) != after.get(n)}
    return Saved(tuple((actor, _names(fields, lang)) for actor, fields in others.items()), _names(late, lang))


def _said(state: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A state without its bookkeeping."""
    return None if state is None else {name: value for name, value in state.items() if name not in SILENT}


def _names(fields: set[str], lang: str) -> str:
    shown = [name for name in COMPARED if name in fields and not (name == "step_on" and "step" in fields)]
    return ", ".join(CASE_FIELDS[name][0 if lang == "vi" else 1] for name in shown)


def _version(event: EventView) -> int:
    return int((event.after or {}).get("version") or 0)


def _correction(event: EventView | None) -> Correction | None:
    if event is None:
        return None
    return Correction(event.id, event.recorded_at.astimezone(HANOI_TIME).date(), event.actor)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], lang: str) -> list[Change]:
    return [
        Change(
            CASE_FIELDS.get(name, (name, name)),
            say_value(name, before.get(name), lang),
            say_value(name, after.get(name), lang),
        )
        for name in (*COMPARED, *OTHER)
        if (before.get(name) or None) != (after.get(name) or None)
    ]
