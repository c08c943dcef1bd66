"""What a scenario stands on: a project's works and land as of a day, dated, and the law that binds its handovers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from projects.daily import Row
from projects.forecasting.lawful import LawfulEarliest
from projects.forecasting.model import HandoverForecast
from projects.impact import ProjectDelay
from projects.land import is_waiting
from projects.model import CaseState, WorkFront
from projects.openings import RunRule
from projects.reckoning import Reckoning


@dataclass(frozen=True)
class Stand:
    """A project as it is: its reckoning and delay, and what it takes to reckon it anew on a copy.

    `fronts`, `rules` as in `projects.impact.reckoning_of`. `bound` gives the lawful earliest of a case, None where the
    law sets none beyond the data date.
    """

    reckoning: Reckoning
    delay: ProjectDelay
    bound: Callable[[CaseState], LawfulEarliest | None]
    fronts: Sequence[WorkFront] = ()
    rules: Mapping[str, RunRule] = field(default_factory=dict)

    @property
    def data_date(self) -> date:
        """The day that everything is known by."""
        return self.delay.data_date

    @cached_property
    def cases(self) -> Mapping[str, CaseState]:
        """The cases that have a forecast, by code."""
        return {case.code: case for case in self.reckoning.cases}

    @property
    def predicted(self) -> Mapping[str, HandoverForecast]:
        """Their forecasts."""
        return self.reckoning.predicted

    @property
    def rows(self) -> Mapping[str, Row]:
        """The works in whole days."""
        return self.delay.schedule.rows

    @property
    def finish(self) -> str:
        """The code of the completion."""
        return self.delay.schedule.finish_code

    def is_open(self, code: str) -> bool:
        """Whether the works still wait for the land of this case."""
        return code in self.cases and is_waiting(self.predicted[code], self.data_date)

    def holds(self, code: str) -> bool:
        """Whether the case lies on the critical path."""
        return code in self.delay.critical_cases
