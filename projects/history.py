"""What the events of a case say of a day: of each field the latest statement holds; a correction replaces one.

A state is the JSON form that events keep: codes and texts as they are, dates as ISO text, None for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, TypeVar

FIELDS = ("step", "step_on", "promised_on", "obstacle", "note")
# A step without the day on which it was taken says nothing, so the two move together.
STEP = frozenset({"step", "step_on"})
WITH = "with"  # key of an event's `after`: the facts that were recorded with a step, no part of the state

State = dict[str, Any]


class Told(Protocol):
    """What the rules here need of an event."""

    @property
    def id(self) -> int:
        """Number of the event; a later one has a greater number."""

    @property
    def effective_on(self) -> date:
        """The day from which it is true."""

    @property
    def before(self) -> Mapping[str, Any] | None:
        """The state that it changes, None where the history of the object begins (import)."""

    @property
    def after(self) -> Mapping[str, Any] | None:
        """The state that it leaves."""

    @property
    def corrects(self) -> int | None:
        """The event that it replaces."""


E = TypeVar("E", bound=Told)


@dataclass(frozen=True, slots=True)
class Statement:
    """One event of a case as the rules read it."""

    id: int
    effective_on: date
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    corrects: int | None = None
    kind: str = "case.edit"
    actor: str = ""
    document: str | None = None
    document_hash: str | None = None
    reason: str | None = None

    @property
    def version(self) -> int | None:
        """The version of the case that this event made."""
        found = (self.after or {}).get("version")
        return found if isinstance(found, int) else None


@dataclass(frozen=True, slots=True)
class Move:
    """A step that was taken: where the case stood (`step` since `step_on`), and the step before that."""

    event: int
    step: str
    step_on: date
    came_from: str | None


def changed(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> frozenset[str]:
    """The fields of which an event speaks: all of them where the history begins, else those that differ."""
    if before is None:
        return frozenset(FIELDS)
    now = after or {}
    names = frozenset(name for name in FIELDS if before.get(name) != now.get(name))
    return names | STEP if names & STEP else names


def roots(events: Iterable[Told]) -> dict[int, int]:
    """For every event the first one of its chain of corrections, itself when it corrects nothing."""
    parents = {event.id: event.corrects for event in events}
    found: dict[int, int] = {}
    for number in parents:
        root = number
        while (up := parents.get(root)) is not None and up < root:
            root = up
        found[number] = root
    return found


def standing(events: Iterable[E]) -> list[E]:
    """The events that count, in the order in which they were true, the beginning of the history first.

    Of an event and all its corrections the newest counts. It keeps the place of the event that it corrects among
    those of its day: mending a document must not put an older statement above a newer one.
    """
    told = list(events)
    root = roots(told)
    newest: dict[int, E] = {}
    for event in told:
        kept = newest.get(root[event.id])
        if kept is None or kept.id < event.id:
            newest[root[event.id]] = event
    return sorted(newest.values(), key=lambda e: (e.before is not None, e.effective_on, root[e.id]))


def fold(events: Iterable[Told], *, on: date | None = None) -> State:
    """The state at the end of the day `on` (None: after all events), by the events given.

    Before its history begins a case is taken to have looked as it was first known. Without events: empty.
    """
    state: State = {}
    for event in standing(events):
        if event.before is None or on is None or event.effective_on <= on:
            for name in changed(event.before, event.after):
                state[name] = (event.after or {}).get(name)
    return state


def until_version(events: Sequence[Statement], version: int) -> list[Statement] | None:
    """The events that somebody who saw this version knew; None when there never was such a version."""
    made = [event.id for event in events if event.version == version]
    return [event for event in events if event.id <= max(made)] if made else None


def moves(events: Iterable[Told]) -> list[Move]:
    """The steps that were taken after the import, in the order in which they were true."""
    found: list[Move] = []
    step: str | None = None
    since = date.min
    came_from: str | None = None
    for event in standing(events):
        if "step" not in changed(event.before, event.after):
            continue
        after = event.after or {}
        if event.before is not None:
            if step is None:  # a history without its beginning
                step, since = event.before["step"], date.fromisoformat(event.before["step_on"])
            found.append(Move(event.id, step, since, came_from))
            came_from = step
        step, since = after["step"], date.fromisoformat(after["step_on"])
    return found


def came_from(events: Iterable[Told]) -> str | None:
    """The step before the present one, None when the history does not know it (just imported)."""
    taken = moves(events)
    return taken[-1].step if taken else None
