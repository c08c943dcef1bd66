"""How clearance goes, counted from where each case stands: the curve, the ages, the pace and what would be needed.

The unit of counting is the case; the denominator all cases of the project that are wanted. Days are calendar days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

AGES = ((0, 30), (31, 90), (91, 180), (181, 365), (366, None))
PACE_DAYS = 28  # the pace is that of the last four weeks


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the curve: cases handed over in it (`done`) or expected in it (`to_come`), and both up to its end.

    `planned`: cases that a straight line from the first handover to the assigned day would have; None without one.
    """

    first: date
    done: int
    to_come: int
    done_so_far: int
    all_so_far: int
    planned: float | None

    @property
    def last(self) -> date:
        """Its last day."""
        return _next(self.first) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """Cases a week: in the last four weeks, and what the assigned day needs; None where it cannot be said.

    `left` cases, `weeks` to the assigned day (0 when it has passed).
    """

    real: float
    needed: float | None
    left: int
    weeks: float | None

    @property
    def enough(self) -> bool | None:
        """Whether the real pace reaches the assigned day."""
        return None if self.needed is None else self.real >= self.needed


def curve(
    done: Sequence[date], to_come: Sequence[date], *, day: date, assigned: date | None
) -> tuple[Month, ...]:
    """The months from the first handover, or the month of `day`, to the last that is expected.

    `done`: days of the handovers up to `day`; `to_come`: forecast days of all others.
    """
    whole = len(done) + len(to_come)
    if not whole:
        return ()
    happened, expected = Counter(map(_month, done)), Counter(map(_month, to_come))
    first = min([_month(day), *happened, *expected])
    last = max([_month(day), *happened, *expected, *([_month(assigned)] if assigned else [])])
    found, so_far, every = [], 0, 0
    month = first
    while month <= last:
        so_far += happened[month]
        every += happened[month] + expected[month]
        end = _next(month) - timedelta(days=1)
        planned = None if assigned is None else whole * _share(first, assigned, end)
        found.append(Month(month, happened[month], expected[month], so_far, every, planned))
        month = _next(month)
    return tuple(found)


def ages(since: Iterable[date], *, day: date) -> tuple[int, ...]:
    """How many open cases have stood at their step for the days of each class of `AGES`."""
    counts = [0] * len(AGES)
    for began in since:
        days = max((day - began).days, 0)
        counts[next(i for i, (_, high) in enumerate(AGES) if high is None or days <= high)] += 1
    return tuple(counts)


def pace(done: Sequence[date], left: int, *, day: date, assigned: date | None) -> Pace:
    """The pace of the last four weeks against the one that the assigned day needs."""
    recent = sum(day - timedelta(days=PACE_DAYS) < on <= day for on in done)
    real = recent / (PACE_DAYS / 7)
    if assigned is None:
        return Pace(real, None, left, None)
    weeks = max((assigned - day).days, 0) / 7
    needed = 0.0 if not left else (left / weeks if weeks else float("inf"))
    return Pace(real, needed, left, weeks)


def month_ends(day: date, last: date, *, more: int = 0) -> tuple[date, ...]:
    """The last days of the months from that of `day` to that of `last` and `more` months after; none before `day`."""
    month, found = _month(day), []
    while month <= last or more > 0:
        more -= month > last
        if (end := _next(month) - timedelta(days=1)) > day:
            found.append(end)
        month = _next(month)
    return tuple(found)


def _share(first: date, assigned: date, end: date) -> float:
    span = max((assigned - first).days, 1)
    return min(max((end - first).days / span, 0.0), 1.0)


def _month(day: date) -> date:
    return day.replace(day=1)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
