"""A day beyond which no minimum of the law can lie: a promise of that day or later stands without asking the law.

Every time of the law ends the later the later it begins, and no clock that a forecast looks at begins after the day
that follows the data date; the longest of them from there on is reckoned once for all cases.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from projects.forecasting.lawful import LawGround
from projects.law.days import end_day
from projects.law.waiting import RULES
from projects.model import CaseState
from projects.steps import STEPS

_WAITS = tuple(dict.fromkeys(RULES.values()))
_POSTING = ("PA-02", "PA-03")
_NOTICE = STEPS["S20"].order


def none_beyond(on: date, case: CaseState, data_date: date, ground: LawGround) -> bool:
    """Whether no minimum of the case (`projects.forecasting.lawful.minima`) can lie beyond `on`; False where that was
    not found out so cheaply. Raises `InvalidInput` where a time of the law would end outside the calendar."""
    tomorrow = data_date + timedelta(days=1)
    if on < _after_the_notice(ground, tomorrow):
        return False
    if on >= _end(ground, _WAITS, tomorrow):
        return True
    if STEPS[case.step].order < _NOTICE:
        return False
    days = [fact.on for fact in ground.facts.get(case.code, ()) if fact.kind.startswith("notice.")]
    if case.step == "S20":
        days.append(case.step_on)
    return not days or on >= _end(ground, _WAITS, max(days))


def _after_the_notice(ground: LawGround, begun: date) -> date:
    """The posting of the plan, and the two times after a refusal, which follow each other."""
    refused = _end(ground, ("QD-03",), _end(ground, ("QD-02",), begun))
    return max(_end(ground, _POSTING, begun), refused)


def _end(ground: LawGround, codes: Iterable[str], begun: date) -> date:
    """The last end of any version of these rules, for any kind of land; `begun` where the book has none of them."""
    key = codes, begun
    found = ground.ends.get(key)
    if found is None:
        ends = (
            end_day(rule, begun, office=ground.office, case=kind, counting=ground.counting)
            for rule in ground.book.rules
            if rule.id in codes
            for kind in (*(["-"] if rule.amount is not None else []), *(name for name, _ in rule.amounts))
        )
        found = ground.ends[key] = max(ends, default=begun)
    return found
