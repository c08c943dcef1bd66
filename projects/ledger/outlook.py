"""The forecasts of the cases of a project on one day after another, under grounds that stay the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from projects.clearance import gives_possession, wants_land
from projects.forecasting.chain import forecast_handover, kept_promise, likeness
from projects.forecasting.lawful import LawfulEarliest, LawGround, is_over, lawful_earliest
from projects.forecasting.model import LAWFUL, PROMISED, Grounds, HandoverForecast
from projects.model import CaseState
from projects.steps import STEPS

_DECISION = STEPS["S90"].order
_Key = tuple[object, ...]


class Outlook:
    """The day and basis that `projects.forecasting.chain.forecasts` gives on each day, without the parts of promises.

    A handover that happened stays as it is. Of the cases still open those alike in all that matters share a forecast,
    those alike to the law its minimum, and what the law has no more to say of is not asked again.
    """

    def __init__(self, grounds: Grounds, until: date) -> None:
        """No cases yet: the first day names them all. `until`: no day after it will be asked."""
        self._until = until
        self._grounds = grounds
        self._happened: dict[str, HandoverForecast] = {}
        self._open: dict[str, _Key] = {}
        self._alike: dict[_Key, CaseState] = {}
        self._law: dict[_Key, _Key] = {}  # of a promise: what the law asks
        # A minimum and the last day on which it is still the same.
        self._least: dict[_Key, tuple[date, LawfulEarliest | None]] = {}

    def on(self, day: date, changed: Mapping[str, CaseState]) -> dict[str, HandoverForecast]:
        """Handover forecast by case code at the end of `day`; `changed`: cases that are new or no longer as before."""
        for code, case in changed.items():
            self._put(code, case, day)
        made = {key: self._made(key, self._alike[key], day) for key in {*self._open.values()}}
        return self._happened | {code: made[key] for code, key in self._open.items()}

    def _put(self, code: str, case: CaseState, day: date) -> None:
        self._happened.pop(code, None)
        self._open.pop(code, None)
        if gives_possession(case.step):
            self._happened[code] = forecast_handover(case, data_date=day, grounds=self._grounds)
        elif wants_land(case.step):
            key: _Key = likeness(case, self._grounds)
            if case.promised_on is not None:
                law = self._asked(case)
                key = (case.step, case.promised_on, law)
                self._law[key] = law
            self._open[code] = key
            self._alike.setdefault(key, case)

    def _asked(self, case: CaseState) -> _Key:
        """What the minimum of a case depends on; nothing where it has none."""
        law = self._grounds.law
        if law is None or STEPS[case.step].order >= _DECISION or not STEPS[case.step].group:
            return ()
        return case.step, case.step_on, case.land, law.facts.get(case.code, ())

    def _made(self, key: _Key, case: CaseState, day: date) -> HandoverForecast:
        if case.promised_on is None:
            return forecast_handover(case, data_date=day, grounds=self._grounds)
        asked, law = self._law[key], self._grounds.law
        bound = self._bound(asked, case, day, law) if asked and law else None
        on, least = kept_promise(case.promised_on, day, bound)
        basis = PROMISED if least is None else LAWFUL
        return HandoverForecast(on, basis, (), case.step, case.promised_on, least)

    def _bound(self, asked: _Key, case: CaseState, day: date, law: LawGround) -> LawfulEarliest | None:
        """The minimum of the law; one that runs, or none, stays until it is over or a fact comes: asked at both ends of
        that time, not on each day of it."""
        known = self._least.get(asked)
        if known is not None and day <= known[0]:
            return known[1]
        least = lawful_earliest(case, day, law)
        last = day
        if least is None or least.running:
            last = self._until if least is None else min(self._until, least.on - timedelta(2))
            coming = [fact.on for fact in law.facts.get(case.code, ()) if fact.on > day]
            last = max(day, min([last, *(on - timedelta(1) for on in coming)]))
            if last > day and not is_over(case, day, law) and lawful_earliest(case, last, law) != least:
                last = day
        self._least[asked] = last, least
        return least
