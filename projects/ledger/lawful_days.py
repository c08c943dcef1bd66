"""The lawful minimum of a case on one day after another: the law is asked where its answer may change, not each day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from projects.forecasting.lawful import LawfulEarliest, LawGround, minima
from projects.law.days import end_day
from projects.law.regime import DECREE, LAND_LAW, RESOLUTION
from projects.model import CaseState

_DAY = timedelta(1)


@dataclass(frozen=True, slots=True)
class Span:
    """What holds from a day to the end of `last`: minima whose clock runs stay; one that waits for a step begins on the
    day after each data date (`waiting`: rule and kind of land)."""

    last: date
    running: date
    waiting: tuple[tuple[str, str], ...]


class LawfulDays:
    """The day that `projects.forecasting.lawful.lawful_earliest` gives, for cases alike to the law."""

    def __init__(self, law: LawGround, until: date) -> None:
        """No day after `until` will be asked, and the days of one case in their order."""
        self._law, self._until = law, until
        self._spans: dict[object, Span] = {}
        self._ends: dict[tuple[str, str, date], date] = {}
        turns = [LAND_LAW, RESOLUTION, DECREE, *([law.override.on] if law.override else [])]
        self._turns = sorted(on - n * _DAY for on in turns for n in (0, 1))  # counted from its eve, too

    def of(self, key: object, case: CaseState, day: date) -> tuple[date | None, date]:
        """The minimum of a case at the end of `day`, None where none lies beyond the day after, and the last day of
        which that can be said already; cases of one `key` are alike to the law."""
        span = self._spans.get(key)
        if span is None or day > span.last:
            span = self._spans[key] = self._span(case, day)
        on = self._on(span, day)
        if span.waiting:
            return on, day
        return on, span.last if on is None else min(span.last, on - 2 * _DAY)

    def _on(self, span: Span, day: date) -> date | None:
        on, tomorrow = span.running, day + _DAY
        for rule, land in span.waiting:
            on = max(on, self._end(rule, land, tomorrow))
        return on if on > tomorrow else None

    def _end(self, rule: str, land: str, begun: date) -> date:
        key = rule, land, begun
        if key not in self._ends:
            law = self._law
            self._ends[key] = end_day(
                law.book.get(rule, on=begun), begun, office=law.office, case=land, counting=law.counting
            )
        return self._ends[key]

    def _span(self, case: CaseState, day: date) -> Span:
        """Until a fact comes or the regime may turn; the answer on the last day is compared with that of the law."""
        facts = self._law.facts.get(case.code, ())
        turns = [on - _DAY for on in (*self._turns, *(fact.on for fact in facts)) if on > day]
        span = self._seen(case, day, min([self._until, *turns]))
        while span.last > day and self._on(span, span.last) != _latest(
            minima(case, span.last, self._law), span.last
        ):
            span = Span(day + (span.last - day) // 2, span.running, span.waiting)
        return span

    def _seen(self, case: CaseState, day: date, last: date) -> Span:
        found = minima(case, day, self._law)
        return Span(
            max(last, day),
            max((least.on for least in found if least.running), default=date.min),
            tuple((m.rule, case.land if m.begins == "S20" else "") for m in found if not m.running),
        )


def _latest(found: tuple[LawfulEarliest, ...], day: date) -> date | None:
    return max((least.on for least in found if least.on > day + _DAY), default=None)
