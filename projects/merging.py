"""Two people change one case: different fields go together, one field with two values is a conflict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from projects.history import FIELDS, STEP, Statement, changed, fold


def spoken_of(known: Sequence[Statement], now: Sequence[Statement]) -> frozenset[str]:
    """The fields that somebody changed after `known`: also back and forth, and by correcting an older event."""
    last = max((event.id for event in known), default=0)
    said = {event.id: changed(event.before, event.after) for event in now}
    names: set[str] = set()
    for event in now:
        if event.id > last:
            names |= said[event.id]
            if event.corrects is not None:
                names |= said.get(event.corrects, frozenset())
    past, present = fold(known), fold(now)
    names.update(name for name in FIELDS if past.get(name) != present.get(name))
    return _whole(names)


def conflicts(taken: Iterable[str], present: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that others changed (`taken`) and for which `wanted` has another value than `present`.

    The same value twice is no conflict. A step conflicts with its day as one field; the name given is `step`,
    or `step_on` when only the day differs.
    """
    both = frozenset(taken) & frozenset(wanted)
    differ = [name for name in FIELDS if name in both and present.get(name) != wanted[name]]
    return tuple(name for name in differ if name != "step_on" or "step" not in differ)


def _whole(names: set[str]) -> frozenset[str]:
    return frozenset(names | STEP if names & STEP else names)
