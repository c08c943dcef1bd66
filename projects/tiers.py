"""Which level of government has to remove an obstacle, and when an overdue one climbs to the next.

An obstacle that is not removed on its due date climbs on the day after, and again after every further period, until it
has reached the city. A new due date begins anew from the tier that it has reached.
"""

from __future__ import annotations

from datetime import date, timedelta

TIERS: dict[str, tuple[str, str]] = {
    "ward": ("Phường, xã", "Ward"),
    "department": ("Sở, ngành", "Department"),
    "city": ("Thành phố", "City"),
}
_ORDER = tuple(TIERS)
TOP = _ORDER[-1]


def higher(tier: str, times: int = 1) -> str:
    """The tier so many times higher, the highest at most."""
    return _ORDER[min(_ORDER.index(tier) + times, len(_ORDER) - 1)]


def reaches(tier: str, level: str) -> bool:
    """Whether an obstacle of this tier has come up to that level."""
    return _ORDER.index(tier) >= _ORDER.index(level)


def climb_days(tier: str, due_on: date, today: date, *, done: int, every: int) -> tuple[date, ...]:
    """The days of the climbs that are due by `today` and not among the `done` first ones since the due date was set.

    `every`: days of one overdue period, at least 1.
    """
    left = len(_ORDER) - 1 - _ORDER.index(tier)
    late = (today - due_on).days
    periods = (late - 1) // every + 1 if late > 0 else 0
    first = due_on + timedelta(days=1)
    return tuple(first + timedelta(days=every * n) for n in range(done, min(periods, done + left)))
