"""What stands in place of a protected value for people who may know that it exists but not what it is.

A mask never holds enough to tell two people apart for sure: initials of a name, the last three digits of a long number,
nothing of an amount, an address or a date.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

DOTS = "•••"
PROTECTED = "protected"  # the key under which events keep people's data
_TAIL = 3
_LONG = 8  # digits from which the last three say little


def mask(name: str, value: object) -> str:
    """The mask of the protected field `name`; an empty text for no value."""
    if value is None or value == "":
        return ""
    text = str(value)
    if name == "full_name":
        return " ".join(f"{word[0]}." for word in text.split()) or DOTS
    if name in ("id_number", "phone", "bank_account"):
        digits = [c for c in text if c.isdigit()]
        return DOTS + "".join(digits[-_TAIL:]) if len(digits) >= _LONG else DOTS
    return DOTS


def masked_state(state: Mapping[str, Any] | None, fields: Collection[str]) -> dict[str, Any] | None:
    """A state as an event keeps it, with everything under `protected` and every field of `fields` as its mask only."""
    return (
        None
        if state is None
        else {name: _masked(name, value, fields, False) for name, value in state.items()}
    )


def _masked(name: str, value: Any, fields: Collection[str], hidden: bool) -> Any:
    hidden = hidden or name == PROTECTED or name in fields
    if isinstance(value, Mapping):
        return {str(key): _masked(str(key), inner, fields, hidden) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(name, inner, fields, hidden) for inner in value]
    return (mask(name, value) or None) if hidden else value
