"""A day beyond which no minimum of the law can lie: a promise of that day or later stands without asking the law.

Every time of the law ends the later the later it begins, and no clock that a forecast looks at begins after the day
that follows the data date; the longest of them from there on is reckoned once for all cases.
"""

from __future__ import annotations

from datetime import date, timedelta

from projects.forecasting.lawful import WAITS, LawGround, last_end, last_wait
from projects.model import CaseState
from projects.steps import STEPS

_POSTING = ("PA-02", "PA-03")
_NOTICE = STEPS["S20"].order


def none_beyond(on: date, case: CaseState, data_date: date, ground: LawGround) -> bool:
    """Whether no minimum of the case (`projects.forecasting.lawful.minima`) can lie beyond `on`; False where that was
    not found out so cheaply. Raises `InvalidInput` where a time of the law would end outside the calendar."""
    tomorrow = data_date + timedelta(days=1)
    if on < _after_the_notice(ground, tomorrow):
        return False
    if on >= last_end(ground, WAITS, tomorrow):
        return True
    if STEPS[case.step].order < _NOTICE:
        return False
    waited = last_wait(case, ground)
    return waited is None or on >= waited


def _after_the_notice(ground: LawGround, begun: date) -> date:
    """The posting of the plan, and the two times after a refusal, which follow each other."""
    refused = last_end(ground, ("QD-03",), last_end(ground, ("QD-02",), begun))
    return max(last_end(ground, _POSTING, begun), refused)
