"""What is known of a project at the end of a day, and the day between two of them in half-steps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from projects.engine.model import Activity, Kind, Link, Net
from projects.forecasting.model import HandoverForecast
from projects.ledger.model import Cause
from projects.model import CaseState, WorkFront
from projects.openings import RunRule
from projects.plan import Plan
from projects.works import Works, plan_works

# The completion of a plan that has not the one finish: a milestone behind all its finishes, or behind all work.
COMPLETION = "⚑"


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Days off, and days worked instead, that count from a day on.

    `documents` that announced them, with the numbers of their events; `under` gives a plan the calendars of the day
    before with what some of the documents (by place) say.
    """

    documents: tuple[tuple[Cause, tuple[int, ...]], ...]
    under: Callable[[Plan, Collection[int]], Plan]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A project at the end of `day`: plan and land. Equal only to itself, so that what is reckoned of it can be kept.

    `plan`: as it stood, with all actual dates that are known; `works`: the same as of the day, without land.
    `forecasts` holds the cases whose land is wanted. `tiers`: how high the obstacle of a case has come
    (`projects.tiers`), ward if unsaid. `told`: numbers of the events of this very day, by case code, and under ""
    those that edited the plan. `rules`: fronts that open with a run of free land. `days_off`: those that count from
    this very day on; its plan and works have them already.
    """

    day: date
    plan: Plan
    works: Works
    cases: Mapping[str, CaseState]
    forecasts: Mapping[str, HandoverForecast]
    fronts: tuple[WorkFront, ...]
    tiers: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    rules: Mapping[str, RunRule] = field(default_factory=dict)
    days_off: DaysOff | None = None


def progressed(before: State, after: State) -> State:
    """The state after the first half-step: progress, forecasts and day of `after`, still on the plan of `before`."""
    if before.plan is after.plan:
        return after
    known = {a.code: a for a in after.plan.net.activities}
    if before.plan.whole_days != after.plan.whole_days:  # work left in days says nothing about minutes
        known = {}
    activities = tuple(_with_progress(a, known.get(a.code)) for a in before.plan.net.activities)
    plan = replace(before.plan, net=replace(before.plan.net, activities=activities))
    if _alike(plan, after.plan):
        return after
    return replace(after, plan=plan, works=plan_works(plan, after.day))


def _with_progress(planned: Activity, now: Activity | None) -> Activity:
    """What the plan says of an activity with what has been reached of it; one that the plan drops is left alone."""
    if now is None:
        return planned
    facts = (now.actual_start, now.actual_finish, now.remaining)
    if facts == (planned.actual_start, planned.actual_finish, planned.remaining):
        return planned
    return replace(planned, actual_start=facts[0], actual_finish=facts[1], remaining=facts[2])


def rested(before: State, after: State) -> State:
    """The state after the days off of `after` began to count, still on the plan of `before`."""
    off = after.days_off
    if off is None:
        return before
    plan = off.under(before.plan, range(len(off.documents)))
    return (
        after if _alike(plan, after.plan) else replace(before, plan=plan, works=plan_works(plan, after.day))
    )


def _alike(one: Plan, other: Plan) -> bool:
    """Whether two plans are dated alike."""
    parts = [
        (p.net.activities, p.net.links, p.net.finishes, p.options(date.min), p.fronts, p.possessions)
        for p in (one, other)
    ]
    times = [[id(time) for time in p.net.calendars] for p in (one, other)]
    return parts[0] == parts[1] and times[0] == times[1]


def completion_of(plans: Sequence[Plan]) -> str:
    """The activity that stands for the completion in all of these plans: their one finish, else `COMPLETION`."""
    finishes = {plan.net.finishes for plan in plans}
    (first, *others) = finishes
    return first[0] if not others and len(first) == 1 else COMPLETION


def with_completion(plan: Plan) -> Plan:
    """The plan with the milestone `COMPLETION`."""
    net = plan.net
    ends = net.finishes or tuple(a.code for a in net.activities if a.kind is not Kind.EFFORT)
    last = Activity(COMPLETION, 0, net.calendars[0].name, Kind.MILESTONE, "Hoàn thành", "Completion")
    links = tuple(Link(code, COMPLETION) for code in ends)
    whole = Net(net.project, (*net.activities, last), (*net.links, *links), net.calendars, net.finishes)
    return replace(plan, net=whole)
