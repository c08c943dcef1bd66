"""Assignments as debts: what a body owes on a day, what it newly owed, paid and got in a period. Pure.

An assignment is owed ("nợ việc") at the end of a day when the due date that held on that day has passed and the work
was not reported done by then. A due date that is moved later does not take back what was owed before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from projects.periods import Period

STATES: dict[str, tuple[str, str]] = {
    "given": ("đã giao, chờ nhận", "given"),
    "accepted": ("đang làm", "accepted"),
    "returned": ("bị trả lại, làm tiếp", "returned"),
    "done": ("báo xong, chờ xác nhận", "reported done"),
    "confirmed": ("đã xác nhận xong", "confirmed"),
    "withdrawn": ("đã thu hồi", "withdrawn"),
}
OPEN = ("given", "accepted", "returned")
OVER = ("confirmed", "withdrawn")
# What may be done in which state, and the state after it; None leaves the state.
ACTS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "accept": (("given",), "accepted"),
    "done": (("given", "accepted", "returned"), "done"),
    "confirm": (("done",), "confirmed"),
    "return": (("done",), "returned"),
    "extend": (OPEN, None),
    "ask": ((*OPEN, "done"), None),
    "explain": ((*OPEN, "done"), None),
    "withdraw": ((*OPEN, "done"), "withdrawn"),
}
# Who acts: whoever has to do the work, or whoever gave it.
BY_WORKER = frozenset({"accept", "done", "explain"})
BODY_KINDS: dict[str, tuple[str, str, str]] = {  # words and the tier that a debt begins at
    "ward": ("Phường, xã", "Ward", "ward"),
    "board": ("Ban quản lý dự án", "Project board", "department"),
    "department": ("Sở, ngành", "Department", "department"),
    "city": ("Thành phố", "City", "city"),
}


@dataclass(frozen=True, slots=True)
class Duty:
    """An assignment as far as debts go. `dues`: (day on which it was set, due date), in order; the first is given."""

    id: int
    body: str
    given_on: date
    dues: tuple[tuple[date, date], ...]
    done_on: date | None
    withdrawn_on: date | None = None


def due_at(duty: Duty, day: date) -> date:
    """The due date that held at the end of the day."""
    held = [due for set_on, due in duty.dues if set_on <= day]
    return held[-1] if held else duty.dues[0][1]


def owed(duty: Duty, day: date) -> bool:
    """Whether it was owed at the end of the day."""
    if duty.given_on > day or (duty.withdrawn_on is not None and duty.withdrawn_on <= day):
        return False
    return due_at(duty, day) < day and (duty.done_on is None or duty.done_on > day)


def turned(duty: Duty) -> list[date]:
    """The days on which it may have become owed or ceased to be: a day past each due date, and each change."""
    days = {set_on for set_on, _ in duty.dues}
    days |= {date.fromordinal(due.toordinal() + 1) for _, due in duty.dues}
    days |= {day for day in (duty.done_on, duty.withdrawn_on) if day is not None}
    return sorted(days)


def newly_owed(duty: Duty, period: Period) -> bool:
    """Whether it became owed in the period."""
    return _turns(duty, period, became=True)


def paid(duty: Duty, period: Period) -> bool:
    """Whether it ceased to be owed in the period: done, withdrawn, or given another date."""
    return _turns(duty, period, became=False)


def given(duty: Duty, period: Period) -> bool:
    """Whether it was given in the period."""
    return period.first <= duty.given_on <= period.last


def done_in_time(duty: Duty, period: Period) -> bool:
    """Whether it was done in the period, and by its due date."""
    done = duty.done_on
    return done is not None and period.first <= done <= period.last and done <= due_at(duty, done)


def standing(duty: Duty, period: Period) -> bool:
    """Whether it was owed at the end of the period."""
    return owed(duty, period.last)


COUNTS: dict[str, Callable[[Duty, Period], bool]] = {
    "giao": given,
    "kip": done_in_time,
    "moi": newly_owed,
    "tra": paid,
    "no": standing,
}


@dataclass(frozen=True, slots=True)
class BodyLine:
    """One body in a period: `counts` by key of `COUNTS`; `trend`: what was owed at the end of each period."""

    body: str
    counts: dict[str, int]
    trend: tuple[int, ...]


def lines(duties: Iterable[Duty], periods: Sequence[Period]) -> tuple[BodyLine, ...]:
    """A line per body for the last period, with what it owed at the end of each; most debts first."""
    by_body: dict[str, list[Duty]] = {}
    for duty in duties:
        by_body.setdefault(duty.body, []).append(duty)
    last = periods[-1]
    found = [
        BodyLine(
            body,
            {name: sum(counts(duty, last) for duty in mine) for name, counts in COUNTS.items()},
            tuple(sum(standing(duty, period) for duty in mine) for period in periods),
        )
        for body, mine in by_body.items()
    ]
    return tuple(sorted(found, key=lambda line: (-line.counts["no"], -line.counts["moi"], line.body)))


def until_today(period: Period, today: date) -> Period:
    """The period as far as it is known: it ends today when it has not ended yet."""
    return Period(period.first, min(period.last, today), period.kind)


def _turns(duty: Duty, period: Period, *, became: bool) -> bool:
    days = [day for day in turned(duty) if period.first <= day <= period.last]
    start = date.fromordinal(period.first.toordinal() - 1)
    states = [owed(duty, day) for day in (start, *days)]
    return any(was != is_now and is_now == became for was, is_now in pairwise(states))
