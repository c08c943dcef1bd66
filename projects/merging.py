"""Two people change one case: different fields go together, one field with two values is a conflict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from projects.history import FIELDS, STEP, Statement, changed


def spoken_of(
    events: Sequence[Statement], since: int, past: Mapping[str, Any], present: Mapping[str, Any]
) -> frozenset[str]:
    """The fields that others changed after the event `since`, which left the state `past`; it is `present` now.

    Also back and forth, and by correcting an older event.
    """
    said = {event.id: event for event in events}
    names = {name for name in FIELDS if past.get(name) != present.get(name)}
    for event in events:
        if event.id > since:
            older = said.get(event.corrects or 0)
            names |= changed(event.before, event.after)
            names |= changed(older.before, older.after) if older is not None else set()
    return frozenset(names | STEP if names & STEP else names)


def conflicts(taken: Iterable[str], present: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that others changed (`taken`) and for which `wanted` has another value than `present`.

    The same value twice is no conflict. A step conflicts with its day as one field; the name given is `step`,
    or `step_on` when only the day differs.
    """
    both = frozenset(taken) & frozenset(wanted)
    differ = [name for name in FIELDS if name in both and present.get(name) != wanted[name]]
    return tuple(name for name in differ if name != "step_on" or "step" not in differ)
