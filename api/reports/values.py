"""Values of a report's content as its documents show them: days and obstacles that stand there as text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from api import formatting as fmt
from projects.codes import OBSTACLES


def date_of(text: str | None) -> date | None:
    """The day of an ISO text."""
    return date.fromisoformat(text) if text else None


def day_words(text: str | None) -> str:
    """The same in words."""
    return fmt.date_text(date_of(text), "vi")


def tenth(days: Fraction) -> Decimal:
    """Days to 0.1."""
    return Decimal(round(days * 10)) / 10


def obstacle_words(code: str | None) -> str:
    """The obstacle of a code."""
    return OBSTACLES[code][0] if code in OBSTACLES else (code or fmt.UNKNOWN)
