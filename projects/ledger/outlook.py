"""The forecasts of the cases of a project on one day after another, under grounds that stay the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from projects.clearance import wants_land
from projects.forecasting.chain import forecast_handover, likeness
from projects.forecasting.model import ACTUAL, Grounds, HandoverForecast
from projects.model import CaseState


class Outlook:
    """What `projects.forecasting.chain.forecasts` says on each day, asked anew only where a day can change it.

    A handover that happened stays as it is; of the cases still open, those alike in all that matters share a forecast.
    """

    def __init__(self, grounds: Grounds) -> None:
        """No cases yet: the first day names them all."""
        self._grounds = grounds
        self._happened: dict[str, HandoverForecast] = {}
        self._open: dict[str, tuple[object, ...]] = {}
        self._alike: dict[tuple[object, ...], CaseState] = {}

    def on(self, day: date, changed: Mapping[str, CaseState]) -> dict[str, HandoverForecast]:
        """Handover forecast by case code at the end of `day`; `changed`: cases that are new or no longer as before."""
        for code, case in changed.items():
            self._put(code, case, day)
        wanted = set(self._open.values())
        made = {
            key: forecast_handover(case, data_date=day, grounds=self._grounds)
            for key, case in self._alike.items()
            if key in wanted
        }
        return self._happened | {code: made[key] for code, key in self._open.items()}

    def _put(self, code: str, case: CaseState, day: date) -> None:
        self._happened.pop(code, None)
        self._open.pop(code, None)
        if not wants_land(case.step):
            return
        key = likeness(case, self._grounds)
        like = self._alike.setdefault(key, case)
        forecast = forecast_handover(like, data_date=day, grounds=self._grounds)
        if forecast.basis == ACTUAL:
            self._happened[code] = forecast
        else:
            self._open[code] = key
