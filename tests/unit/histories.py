"""Invented histories of a case, lawful or not, and a state computed from them by brute force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from projects.history import FIELDS, Statement

FIRST = date(2026, 1, 1)
DAYS = 12
VALUES: dict[str, Sequence[Any]] = {
    "step": ("S20", "S30", "S80"),
    "step_on": ("2026-01-01", "2026-01-05"),
    "promised_on": (None, "2026-05-05", "2026-06-06"),
    "obstacle": (None, "NGUON_GOC"),
    "note": (None, "a", "b", "c"),
}
START = {name: values[0] for name, values in VALUES.items()}


def states() -> st.SearchStrategy[dict[str, Any]]:
    """States with so few values that events often say the same."""
    return st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()})


@st.composite
def histories(draw: st.DrawFn, *, most: int = 9) -> list[Statement]:
    """An import and events after it, in any order of days, some of them correcting others, also twice."""
    events = [Statement(1, FIRST, None, {**START, "version": 1})]
    number = 1
    for _ in range(draw(st.integers(0, most))):
        number += draw(st.integers(1, 3))
        before = draw(states())
        after = before | {
            name: draw(st.sampled_from(VALUES[name]))
            for name in draw(st.sets(st.sampled_from(FIELDS), max_size=3))
        }
        correctable = [event.id for event in events if event.before is not None]
        corrects = draw(st.none() | st.sampled_from(correctable)) if correctable else None
        day = FIRST + timedelta(draw(st.integers(0, DAYS)))
        version = len(events) + 1
        events.append(
            Statement(
                number, day, {**before, "version": version - 1}, {**after, "version": version}, corrects
            )
        )
    return events


def state_by_hand(events: Sequence[Statement], day: date | None) -> dict[str, Any]:
    """Field by field: of all that speak of it and are true by then, the one that comes last."""
    by_id = {event.id: event for event in events}

    def origin(event: Statement) -> int:
        while event.corrects is not None and event.corrects in by_id:
            event = by_id[event.corrects]
        return event.id

    def counts(event: Statement) -> bool:
        return not any(origin(other) == origin(event) and other.id > event.id for other in events)

    def speaks(event: Statement, name: str) -> bool:
        if event.before is None:
            return True
        names = ("step", "step_on") if name in ("step", "step_on") else (name,)
        return any(_at(event.before, n) != _at(event.after, n) for n in names)

    state: dict[str, Any] = {}
    for name in FIELDS:
        told = [
            event
            for event in events
            if counts(event)
            and speaks(event, name)
            and (event.before is None or day is None or event.effective_on <= day)
        ]
        if told:
            last = max(told, key=lambda e: (0 if e.before is None else 1, e.effective_on, origin(e)))
            state[name] = _at(last.after, name)
    return state


def _at(state: Mapping[str, Any] | None, name: str) -> Any:
    return (state or {}).get(name)
