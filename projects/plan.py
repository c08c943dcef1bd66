"""A project's network as it is kept: the engine's network, how it is scheduled, and how it is tied to the land."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from projects.engine.model import LagCalendar, Net, Options, Progress
from projects.engine.shifts import Moment, WorkCalendar

TEMPLATE, EDITED, IMPORTED = "template", "edited", "imported"


@dataclass(frozen=True, slots=True)
class Plan:
    """A network with everything that belongs to it but the data date.

    `whole_days`: every time is whole days of 1,440 minutes, as in the templates. `calendars` are those that the
    project defines itself; the others are the portfolio's. `fronts`: the work front of an activity, by code;
    `possessions`: the milestones that are the possession of their front. `sender_codes`: what the sender of an
    imported schedule calls an activity. `version` grows with every change; 0 is the template. `holidays` names the list
    that the portfolio's calendars were made with.
    """

    net: Net
    whole_days: bool = False
    progress: Progress = Progress.RETAINED
    lag_calendar: LagCalendar = LagCalendar.PREDECESSOR
    critical_float: int = 0
    calendars: tuple[WorkCalendar, ...] = ()
    fronts: Mapping[str, str] = field(default_factory=dict)
    possessions: frozenset[str] = frozenset()
    sender_codes: Mapping[str, str] = field(default_factory=dict)
    source: str = TEMPLATE
    version: int = 0
    holidays: str = field(default="", compare=False)

    def options(self, data_date: Moment) -> Options:
        """How it is scheduled on a data date."""
        return Options(
            data_date, self.progress, self.lag_calendar, self.critical_float,
            whole_days=self.whole_days, holidays=self.holidays,
        )  # fmt: skip


def link_key(pred: str, succ: str, kind: str) -> str:
    """How a link is named in versions, events and faults."""
    return f"{pred} → {succ} ({kind})"
