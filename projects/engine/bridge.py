"""The project's day network of `projects.model` as a network of this engine: 1,440 minutes to the worked day."""

from __future__ import annotations

from collections.abc import Mapping

from projects.calendars import Calendar
from projects.engine.model import Activity, Constraint, Kind, Link, Net, Rule
from projects.engine.shifts import DAY, from_days
from projects.model import Activity as DayActivity
from projects.model import Network, NodeKind


def net_of(network: Network, calendars: Mapping[str, Calendar]) -> Net:
    """The same network in minutes; dates, floats and critical work are the same day for day under `whole_days`."""
    return Net(
        project=network.project,
        activities=tuple(_activity(a) for a in network.activities),
        links=tuple(Link(k.pred, k.succ, k.type, k.lag * DAY) for k in network.links),
        calendars=tuple(from_days(calendar) for calendar in calendars.values()),
        finishes=(network.finish,),
    )


def _activity(a: DayActivity) -> Activity:
    return Activity(
        code=a.code,
        duration=a.duration * DAY,
        calendar=a.calendar,
        kind=Kind.TASK if a.kind is NodeKind.TASK else Kind.MILESTONE,
        name_vi=a.name_vi,
        name_en=a.name_en,
        constraints=() if a.not_before is None else (Constraint(Rule.SNET, a.not_before),),
        actual_start=a.actual_start,
        actual_finish=a.actual_finish,
        remaining=None if a.remaining is None else a.remaining * DAY,
    )
