"""Chainage (lý trình): metres along an alignment, written as Km12+345."""

from __future__ import annotations

import math
import re

from projects.errors import Fault, InvalidInput

_WRITTEN = re.compile(r"km\s*(\d+)\s*(?:\+\s*(\d{1,})(?:[.,](\d+))?)?", re.IGNORECASE)


def format_chainage(metres: float) -> str:
    """'Km12+345' from metres, rounded to the metre (half up). Raises `InvalidInput` for negative or no number."""
    if not math.isfinite(metres) or metres < 0:
        raise _refused(
            str(metres), "không phải lý trình: phải là số mét không âm", "must be metres, not negative"
        )
    whole = math.floor(metres + 0.5)  # round() would take 0.5 to the even neighbour
    return f"Km{whole // 1000}+{whole % 1000:03d}"


def parse_chainage(text: str) -> float:
    """Metres from 'Km12+345', 'km 12 + 345,5' or 'Km12'. The remainder must be below 1000 m.

    Raises `InvalidInput` for anything else, negative values included.
    """
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise _refused(text, "không đúng dạng Km12+345", "is not of the form Km12+345")
    kilometres, metres, decimals = match.groups(default="0")
    rest = float(f"{metres}.{decimals}")
    if rest >= 1000:
        raise _refused(text, "phần lẻ phải nhỏ hơn 1000 m", "has a remainder of 1000 m or more")
    return int(kilometres) * 1000 + rest


def _refused(text: str, vi: str, en: str) -> InvalidInput:
    return InvalidInput([Fault("chainage", f"Lý trình {text!r}: {vi}.", f"Chainage {text!r} {en}.")])
