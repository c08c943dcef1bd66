"""What stands in place of a protected value for people who may know that it exists but not what it is.

A mask never holds enough to tell two people apart for sure: initials of a name, the last three digits of a long number,
nothing of an amount, an address or a date.
"""

from __future__ import annotations

DOTS = "•••"
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
