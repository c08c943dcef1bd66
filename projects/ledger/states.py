"""What is known of a project at the end of a day, and the day between two of them in half-steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from projects.calendars import Calendar
from projects.forecasting.model import HandoverForecast
from projects.model import Activity, CaseState, Network, WorkFront
from projects.openings import RunRule


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A project at the end of `day`: plan and land. Equal only to itself, so that what is reckoned of it can be kept.

    `network`: the plan as it stood, without case nodes and without actual dates after the day. `forecasts` holds the
    cases whose land is wanted. `tiers`: how high the obstacle of a case has come (`projects.tiers`), ward if unsaid.
    `told`: numbers of the events of this very day, by case code, and under "" those that edited the plan. `rules`:
    fronts that open with a run of free land.
    """

    day: date
    network: Network
    cases: Mapping[str, CaseState]
    forecasts: Mapping[str, HandoverForecast]
    fronts: tuple[WorkFront, ...]
    calendars: Mapping[str, Calendar]
    tiers: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    rules: Mapping[str, RunRule] = field(default_factory=dict)


def progressed(before: State, after: State) -> State:
    """The state after the first half-step: progress, forecasts and day of `after`, still on the plan of `before`."""
    if before.network == after.network and before.calendars is after.calendars:
        return after
    known = {a.code: a for a in after.network.activities}
    activities = tuple(_with_progress(a, known.get(a.code)) for a in before.network.activities)
    return replace(after, network=replace(before.network, activities=activities), calendars=before.calendars)


def _with_progress(planned: Activity, now: Activity | None) -> Activity:
    """What the plan says of an activity with what has been reached of it; one that the plan drops is left alone."""
    if now is None:
        return planned
    facts = (now.actual_start, now.actual_finish, now.remaining)
    if facts == (planned.actual_start, planned.actual_finish, planned.remaining):
        return planned
    return replace(planned, actual_start=facts[0], actual_finish=facts[1], remaining=facts[2])
