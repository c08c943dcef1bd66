"""Graves and utilities in the way of the works, as the weekly table counts them: by ward, and how many are moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

MOVED = "moved"
GRAVE = "grave"


@dataclass(frozen=True, slots=True)
class Thing:
    """What stands in the way on the day: `count` graves, poles, pits or pieces of one kind, moved or not.

    '' for a component or an old district that is not known.
    """

    project: str
    component: str
    ward: str
    district: str
    kind: str
    count: int
    moved: bool
    demo: bool = False
    code: str = ""


def state_then(told: Iterable[Mapping[str, Any]], day: date) -> str | None:
    """The state at the end of `day` of what the records `told` (oldest first) say; None when it was not counted yet.

    A record has what it changed: where it names no day, that of the record before holds.
    """
    found, on = None, None
    for record in told:
        on = record.get("state_on", on)
        if on is not None and date.fromisoformat(on) <= day:
            found = record.get("state", found)
    return found


def graves(things: Iterable[Thing], *, moved: bool) -> int | None:
    """How many graves there are, or are moved; None where none was counted."""
    mine = [thing for thing in things if thing.kind == GRAVE]
    return sum(thing.count for thing in mine if thing.moved or not moved) if mine else None


def counted_in(column: str, thing: Thing) -> bool:
    """Whether the figure of a column counts a thing: graves (11), those moved (25), utilities (35)."""
    return (thing.kind == GRAVE) == (column != "35") and (thing.moved or column != "25")


def utilities(things: Iterable[Thing]) -> str | None:
    """Utilities by kind, moved and counted: "power 2/5, water 0/1"; None where none was counted."""
    return _said((thing.kind, thing.count if thing.moved else 0, thing.count) for thing in things)


def utilities_together(said: Iterable[str]) -> str | None:
    """The same of several places."""
    parts = (part.rpartition(" ") for one in said for part in one.split(", "))
    counts = ((kind, *figures.split("/")) for kind, _, figures in parts)
    return _said((kind, int(moved), int(count)) for kind, moved, count in counts)


def _said(counts: Iterable[tuple[str, int, int]]) -> str | None:
    done: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for kind, moved, count in counts:
        if kind != GRAVE:
            done[kind] += moved
            every[kind] += count
    return ", ".join(f"{kind} {done[kind]}/{every[kind]}" for kind in sorted(every)) or None
