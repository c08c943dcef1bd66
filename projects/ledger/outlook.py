"""The forecasts of the cases of a project on one day after another, under grounds that stay the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from projects.clearance import gives_possession, wants_land
from projects.forecasting.chain import forecast_handover, kept_promise, likeness
from projects.forecasting.model import LAWFUL, PROMISED, Grounds, HandoverForecast
from projects.ledger.lawful_days import LawfulDays
from projects.model import CaseState
from projects.steps import STEPS

_DECISION = STEPS["S90"].order
_DAY = timedelta(1)
_NONE_YET = HandoverForecast(date.min, PROMISED)
_Key = tuple[object, ...]


class Outlook:
    """The day and basis that `projects.forecasting.chain.forecasts` gives on each day, without the parts of promises.

    A handover that happened stays as it is. Of the cases still open those alike in all that matters share a forecast,
    those alike to the law its minimum.
    """

    def __init__(self, grounds: Grounds, until: date) -> None:
        """No cases yet: the first day names them all. `until`: no day after it will be asked."""
        self._grounds = grounds
        self._law = LawfulDays(grounds.law, until) if grounds.law else None
        self._happened: dict[str, HandoverForecast] = {}
        self._open: dict[str, int] = {}  # number of its kind
        self._numbers: dict[_Key, int] = {}
        self._alike: list[tuple[CaseState, _Key]] = []  # of a kind: a case, and what the law is asked of it
        self._made: list[HandoverForecast] = []  # by kind, good to the end of the day in `_until`
        self._until: list[date] = []

    def on(self, day: date, changed: Mapping[str, CaseState]) -> dict[str, HandoverForecast]:
        """Handover forecast by case code at the end of `day`; `changed`: cases that are new or no longer as before."""
        for code, case in changed.items():
            self._put(code, case, day)
        made, until = self._made, self._until
        for number in {*self._open.values()}:
            if until[number] < day:
                made[number], until[number] = self._make(*self._alike[number], day)
        return self._happened | {code: made[number] for code, number in self._open.items()}

    def _put(self, code: str, case: CaseState, day: date) -> None:
        self._happened.pop(code, None)
        self._open.pop(code, None)
        if gives_possession(case.step):
            self._happened[code] = forecast_handover(case, data_date=day, grounds=self._grounds)
        elif wants_land(case.step):
            asked = self._asked(case) if case.promised_on is not None else ()
            key: _Key = likeness(case, self._grounds)
            if case.promised_on is not None:
                key = (case.step, case.promised_on, asked)
            self._open[code] = self._numbers.setdefault(key, len(self._alike))
            if self._open[code] == len(self._alike):
                self._alike.append((case, asked))
                self._made.append(_NONE_YET)
                self._until.append(date.min)

    def _asked(self, case: CaseState) -> _Key:
        """What the minimum of a case depends on; nothing where it has none."""
        law = self._grounds.law
        if law is None or STEPS[case.step].order >= _DECISION or not STEPS[case.step].group:
            return ()
        return case.step, case.step_on, case.land, law.facts.get(case.code, ())

    def _make(self, case: CaseState, asked: _Key, day: date) -> tuple[HandoverForecast, date]:
        """The forecast of a kind, and the last day on which it is still the same."""
        if case.promised_on is None:
            return forecast_handover(case, data_date=day, grounds=self._grounds), day
        on, _ = kept_promise(case.promised_on, day, None)
        least, until = self._law.of(asked, case, day) if asked and self._law else (None, date.max)
        basis = PROMISED
        if least is not None and least > on:
            on, basis = least, LAWFUL
        else:
            until = min(until, max(case.promised_on - _DAY, day))
        return HandoverForecast(on, basis, (), case.step, case.promised_on), until
