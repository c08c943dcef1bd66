"""The ledger of a period: its days and their totals by cause, ward, obstacle, body, reason and half-step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import chain

from projects.ledger.daily import entries, finish_of, opening_step
from projects.ledger.model import Cause, DayEntry, HalfStep, Kind, Ledger, Reason, Share, Total, key_of
from projects.ledger.states import State

OUTSIDE = Cause(
    Kind.OUTSIDE, "", "Hồ sơ ngoài phạm vi của bạn", "Cases outside your reach", body=Kind.OUTSIDE.value
)


def make_ledger(
    states: Iterable[State],
    target: str,
    *,
    project: str,
    milestone: str,
    name_vi: str,
    name_en: str,
    begin: State | None = None,
) -> Ledger:
    """The ledger of the activity `target` over the states of consecutive days, the first of which begins the period.

    `begin`: that first day under its own grounds, where the states stand on those of the last day; what lies between
    is the opening. `milestone` and the names are how the target is called. Raises what `day_entry` raises.
    """
    coming = iter(states)
    first = next(coming)
    before = finish_of(first, target)
    opening = HalfStep(before, before) if begin is None else opening_step(begin, first, target)
    days = tuple(entries(chain([first], coming), target))
    return _totalled(project, milestone, (name_vi, name_en), first.day, opening, days)


def without_cases_of(ledger: Ledger, hidden: frozenset[str]) -> Ledger:
    """The ledger for somebody who may not be told of the cases `hidden`: in each half-step they are one sum.

    All sums stay as they are, to the last fraction.
    """
    if not hidden:
        return ledger
    days = tuple(
        replace(
            day, progress=_covered(day.progress, hidden), plan=_covered(day.plan, hidden)
        )  # days off: no cases
        for day in ledger.days
    )
    opening = _covered(ledger.opening, hidden)
    names = (ledger.name_vi, ledger.name_en)
    return _totalled(ledger.project, ledger.milestone, names, ledger.from_day, opening, days)


def _covered(half: HalfStep, hidden: frozenset[str]) -> HalfStep:
    outside = [s for s in half.shares if s.cause.kind is Kind.CASE and s.cause.code in hidden]
    if not outside:
        return half
    told = tuple(s for s in half.shares if s not in outside)
    total = _sum(s.days for s in outside)
    return replace(half, shares=(*told, Share(OUTSIDE, Reason.OUTSIDE, total)))


def _totalled(
    project: str,
    milestone: str,
    names: tuple[str, str],
    from_day: date,
    opening: HalfStep,
    days: tuple[DayEntry, ...],
) -> Ledger:
    shares = [*opening.shares, *(share for day in days for share in day.shares)]
    halves = [("grounds", s) for s in opening.shares]
    halves += [("progress", s) for day in days for s in day.progress.shares]
    halves += [("days_off", s) for day in days for s in day.days_off.shares]
    halves += [("plan", s) for day in days for s in day.plan.shares]

    def by(key: Callable[[Share], str]) -> tuple[Total, ...]:
        return _totals([(key(share), share) for share in shares])

    return Ledger(
        project=project,
        milestone=milestone,
        name_vi=names[0],
        name_en=names[1],
        from_day=from_day,
        to_day=days[-1].day if days else from_day,
        before=opening.before,
        after=days[-1].after if days else opening.after,
        opening=opening,
        days=days,
        causes=by(lambda s: key_of(s.cause)),
        wards=by(lambda s: _outside(s) or s.cause.ward or ""),
        obstacles=by(lambda s: _outside(s) or s.cause.obstacle or ""),
        bodies=by(lambda s: s.cause.body),
        reasons=by(lambda s: s.reason.value),
        half_steps=_totals(halves),
    )


def _outside(share: Share) -> str:
    return Kind.OUTSIDE.value if share.cause.kind is Kind.OUTSIDE else ""


def _totals(shares: Sequence[tuple[str, Share]]) -> tuple[Total, ...]:
    groups: dict[str, list[Share]] = {}
    for key, share in shares:
        groups.setdefault(key, []).append(share)
    rows = [_total(key, members) for key, members in groups.items()]
    return tuple(sorted(rows, key=lambda t: (-t.days, t.key)))


def _total(key: str, shares: Sequence[Share]) -> Total:
    lost = _sum(s.days for s in shares if s.days.numerator > 0)
    gained = _sum(s.days for s in shares if s.days.numerator < 0)
    codes = sorted({s.cause.code for s in shares if s.cause.code})
    return Total(key, lost + gained, lost, gained, tuple(codes))


def _sum(days: Iterable[Fraction]) -> Fraction:
    """The sum; those of one denominator are integers, and there are few denominators."""
    tops: dict[int, int] = {}
    for share in days:
        tops[share.denominator] = tops.get(share.denominator, 0) + share.numerator
    return sum((Fraction(top, bottom) for bottom, top in tops.items()), Fraction(0))
