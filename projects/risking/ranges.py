"""The range of every handover and every piece of work, and on how many observations each stands.

A handover that was promised: the promised day and how late promises came. One without a promise: the steps that are
left, each as long as the records say, in the pace of `projects.forecasting`. Work: its remaining duration and an
assumption, because no record of works is kept here. Nothing is ever before the day that the law allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from projects.engine.spread import Empirical, Spread, Triangular
from projects.forecasting.model import LAWFUL, PROMISED
from projects.forecasting.pace import NEXT_STEP, PAUSE_DAYS
from projects.model import CaseState
from projects.risking.waits import CITY, LEVELS, NOTHING, Reals, Waits, added, beyond

PROMISE, STEPS, ASSUMED = "promise", "steps", "assumed"
PAUSED, RESUMES = "X1", "S80"
OVERDUE_DAYS = (
    30  # assumed: a promise that was missed comes within as long again as it is late, this at least
)


@dataclass(frozen=True, slots=True)
class Assumed:
    """Triangular ranges in percent of the plan where there is no record, and the correlation of cases of a ward."""

    work: tuple[float, float] = (-10.0, 25.0)
    land: tuple[float, float] = (-10.0, 50.0)
    correlation: float = 0.5

    def of(self, days: float, percent: tuple[float, float]) -> Triangular:
        """The triangle about a planned duration."""
        return Triangular(days * (1 + percent[0] / 100), days, days * (1 + percent[1] / 100))


@dataclass(frozen=True)
class Grounds:
    """What the records say as of a day: lateness of promises in days, and days from step to step of the road."""

    promises: Waits = NOTHING
    steps: Mapping[str, Waits] = field(default_factory=dict)
    assumed: Assumed = Assumed()


@dataclass(frozen=True, slots=True)
class Range:
    """A handover's range: days from the data date, what it rests on (promise | steps | assumed), and observations.

    `seen` and `ward_seen`: what is over of the city and of the ward (of the step with the fewest, for steps);
    `assumed_steps`: the steps of the road whose length had to be assumed.
    """

    spread: Spread
    basis: str
    seen: int
    ward_seen: int
    assumed_steps: tuple[str, ...] = ()


@dataclass(slots=True)
class Ranges:
    """Makes ranges; what several cases have in common is made once."""

    grounds: Grounds
    data_date: date
    _tails: dict[tuple[str, str], tuple[Reals, tuple[str, ...], int, int]] = field(default_factory=dict)
    _roads: dict[tuple[str, str, date], Range] = field(default_factory=dict)

    def of_case(self, case: CaseState, *, on: date, basis: str, lawful: date | None = None) -> Range:
        """The range of a case that waits: forecast `on` with its `basis`; never before `lawful`."""
        if basis in (PROMISED, LAWFUL) and case.promised_on:
            found = self._promised(case, on)
        else:
            key = (case.step, case.ward_code, case.step_on if case.step in NEXT_STEP else on)
            if key not in self._roads:
                self._roads[key] = self._by_steps(case, on)
            found = self._roads[key]
        if lawful is None or (lawful - self.data_date).days <= 1:
            return found
        least = float((lawful - self.data_date).days)
        spread = found.spread
        if isinstance(spread, Triangular):
            low, mode = max(spread.low, least), max(spread.mode, least)
            spread = Triangular(low, mode, max(spread.high, least))
        elif isinstance(spread, Empirical):
            spread = Empirical(tuple(max(v, least) for v in spread.values))
        return Range(spread, found.basis, found.seen, found.ward_seen, found.assumed_steps)

    def _promised(self, case: CaseState, on: date) -> Range:
        promises, assumed = self.grounds.promises, self.grounds.assumed
        promised = case.promised_on or on
        wait = (promised - self.data_date).days
        late = promises.of(case.ward_code)
        left = beyond(late, -wait) if late is not None else None
        if left is not None:
            values = tuple(np.maximum(np.rint(left), 1).tolist())
            return Range(
                Empirical(values), PROMISE, promises.seen[CITY], promises.seen.get(case.ward_code, 0)
            )
        if wait >= 1:
            return Range(
                _at_least_a_day(assumed.of(wait, assumed.land)), ASSUMED, promises.seen.get(CITY, 0), 0
            )
        longest = float(max(OVERDUE_DAYS, -wait))
        return Range(Triangular(1, 1, longest), ASSUMED, promises.seen.get(CITY, 0), 0)

    def _by_steps(self, case: CaseState, on: date) -> Range:
        step, ward = case.step, case.ward_code
        if step not in NEXT_STEP and step != PAUSED:
            days = max((on - self.data_date).days, 1)
            assumed = self.grounds.assumed
            return Range(_at_least_a_day(assumed.of(days, assumed.land)), ASSUMED, 0, 0)
        if step == PAUSED:
            here = self._assumed(PAUSE_DAYS)
            rest, missing, seen, ward_seen = self._tail(RESUMES, ward)
            missing = (PAUSED, *missing)
        else:
            waited = max((self.data_date - case.step_on).days, 0)
            known = self._step(step, ward)
            left = beyond(known, waited) if known is not None else None
            rest, missing, seen, ward_seen = self._tail(NEXT_STEP[step][0], ward)
            if left is None:  # no record, or the case has stood longer than any: as the forecast, from today
                here = self._assumed(NEXT_STEP[step][1])
                missing = (step, *missing)
            else:
                here = left
                counted = self.grounds.steps[step].seen
                seen, ward_seen = min(seen, counted[CITY]), min(ward_seen, counted.get(ward, 0))
        total = np.maximum(np.rint(added(here, rest)), 1)
        steps = 1 + len(_road(RESUMES if step == PAUSED else NEXT_STEP[step][0]))
        basis = ASSUMED if len(missing) >= steps else STEPS
        most = 1 << 60
        return Range(
            Empirical(tuple(total.tolist())),
            basis,
            0 if seen == most else seen,
            0 if ward_seen == most else ward_seen,
            missing,
        )

    def _tail(self, step: str, ward: str) -> tuple[Reals, tuple[str, ...], int, int]:
        """Quantiles from `step` to the handover, the steps assumed, and the fewest observations of the others."""
        if (step, ward) not in self._tails:
            total, missing = np.zeros(LEVELS.size), []
            seen = ward_seen = 1 << 60
            for each in _road(step):
                known = self._step(each, ward)
                if known is None:
                    missing.append(each)
                    known = self._assumed(NEXT_STEP[each][1])
                else:
                    counted = self.grounds.steps[each].seen
                    seen, ward_seen = min(seen, counted[CITY]), min(ward_seen, counted.get(ward, 0))
                total = added(total, known)
            self._tails[step, ward] = total, tuple(missing), seen, ward_seen
        return self._tails[step, ward]

    def _step(self, step: str, ward: str) -> Reals | None:
        known = self.grounds.steps.get(step)
        return None if known is None else known.of(ward)

    def _assumed(self, days: float) -> Reals:
        a, b = self.grounds.assumed.land
        low, high = days * (1 + a / 100), days * (1 + b / 100)
        if high <= low:
            return np.full(LEVELS.size, days)
        turn = (days - low) / (high - low)
        rising = low + np.sqrt(LEVELS * (high - low) * (days - low))
        falling = high - np.sqrt((1 - LEVELS) * (high - low) * (high - days))
        found: Reals = np.where(turn > LEVELS, rising, falling)
        return found


def _road(step: str) -> list[str]:
    """The steps from `step` on that still have one behind them."""
    found = []
    while step in NEXT_STEP:
        found.append(step)
        step = NEXT_STEP[step][0]
    return found


def _at_least_a_day(spread: Triangular) -> Triangular:
    return Triangular(max(spread.low, 1.0), max(spread.mode, 1.0), max(spread.high, 1.0))
