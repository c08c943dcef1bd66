"""One row of a sender as an activity of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from projects.engine.model import Activity, Constraint, Kind, Rule
from projects.engine.shifts import WorkCalendar
from projects.errors import Fault
from projects.interchange.amounts import elapses, minutes
from projects.interchange.calendars import ELAPSED
from projects.interchange.noting import Notes
from projects.interchange.plan import Amount, Bound, Plan, PlanTask

EFFORT = ("LEVEL_OF_EFFORT", "HAMMOCK")
MILESTONES = ("START_MILESTONE", "FINISH_MILESTONE", "START_FLAG", "FINISH_FLAG")
RULES = {
    "START_NO_EARLIER_THAN": Rule.SNET,
    "START_NO_LATER_THAN": Rule.SNLT,
    "FINISH_NO_EARLIER_THAN": Rule.FNET,
    "FINISH_NO_LATER_THAN": Rule.FNLT,
    "START_ON": Rule.MUST_START,
    "FINISH_ON": Rule.MUST_FINISH,
    "MUST_START_ON": Rule.MANDATORY_START,
    "MUST_FINISH_ON": Rule.MANDATORY_FINISH,
    "AS_LATE_AS_POSSIBLE": Rule.ALAP,
}
LATER = ("START_NO_LATER_THAN", "FINISH_NO_LATER_THAN")
MANDATORY = (Rule.MANDATORY_START, Rule.MANDATORY_FINISH)


def codes_of(tasks: Sequence[PlanTask]) -> dict[int, str]:
    """Our code of every row: the sender's own where there is one that no other row has, else its number."""
    wanted = {t.id: (t.code.strip() or str(t.id))[:200] for t in tasks}
    often = Counter(wanted.values())
    return {number: code if often[code] == 1 else f"{code}#{number}" for number, code in wanted.items()}


def activity_of(
    t: PlanTask, code: str, calendar: WorkCalendar, plan: Plan, notes: Notes
) -> tuple[Activity, list[Fault]]:
    """The activity and faults of its numbers; dates and durations are judged by the engine's own checks."""
    faults: list[Fault] = []
    duration, remaining = (_whole(part, code, plan, notes, faults) for part in (t.duration, t.remaining))
    name = calendar.name
    if elapses(t.duration):
        name = ELAPSED.name
        notes.add("elapsed", code, detail=name)
    kind = Kind.EFFORT if t.kind in EFFORT else Kind.TASK
    if duration == 0 and (t.kind in MILESTONES or t.milestone):
        kind = Kind.MILESTONE
    _oddities(t, code, plan, notes)
    left: int | None = None
    if t.actual_start is not None and t.actual_finish is None and duration:
        left = remaining if t.remaining is not None else round(duration * (1 - min(t.percent, 100) / 100))
    return (
        Activity(
            code=code,
            duration=duration,
            calendar=name,
            kind=kind,
            name_vi=t.name or code,
            constraints=constraints_of(t, code, plan, notes),
            actual_start=t.actual_start,
            actual_finish=t.actual_finish,
            remaining=left,
        ),
        faults,
    )


def constraints_of(t: PlanTask, code: str, plan: Plan, notes: Notes) -> tuple[Constraint, ...]:
    """The sender's constraints; a must of Microsoft Project that gives way to links is none that wins over them."""
    soft = plan.format in ("mspdi", "mpp") and not plan.project.honor_constraints
    found: dict[Rule, datetime | None] = {}
    for bound in (t.constraint, t.second):
        if bound is None:
            continue
        rule = _rule(bound, soft)
        if rule in found or (rule in MANDATORY and any(r in MANDATORY for r in found)):
            notes.add("second_dropped", code)
            continue
        found[rule] = None if rule is Rule.ALAP else bound.at
        if bound.kind in LATER and plan.format in ("mspdi", "mpp") and plan.project.honor_constraints:
            notes.add("honor_constraints", code)
    if (t.manual or t.external) and t.actual_start is None and t.start is not None:
        notes.add("manual" if t.manual else "external", code)
        found = {Rule.MANDATORY_START: t.start}
    if t.deadline is not None:
        found[Rule.DEADLINE] = t.deadline
    for rule, at in ((Rule.SNET, t.external_start), (Rule.FNLT, t.external_finish)):
        if at is not None:
            notes.add("external_dates", code)
            before = found.get(rule)
            both = max if rule is Rule.SNET else min
            found[rule] = at if before is None else both(before, at)
    return tuple(Constraint(rule, at) for rule, at in found.items())


def _rule(bound: Bound, soft: bool) -> Rule:
    rule = RULES.get(bound.kind)
    if rule is None:
        raise ValueError(f"constraint {bound.kind!r}")
    if soft and rule is Rule.MANDATORY_START:
        return Rule.MUST_START
    if soft and rule is Rule.MANDATORY_FINISH:
        return Rule.MUST_FINISH
    return rule


def _whole(amount: Amount | None, code: str, plan: Plan, notes: Notes, faults: list[Fault]) -> int:
    try:
        whole, rounded = minutes(amount, plan.project)
    except (ValueError, OverflowError):
        faults.append(Fault(code, f"Thời lượng lạ: {amount}.", f"Unknown duration: {amount}."))
        return 0
    if rounded:
        notes.add("rounded", code)
    return whole


def _oddities(t: PlanTask, code: str, plan: Plan, notes: Notes) -> None:
    """What the sender's dates may stand on and ours do not."""
    if t.leveling is not None and t.leveling.value > 0:
        notes.add("leveling", code)
    if t.splits > 1:
        notes.add("splits", code)
    if t.resource_calendar:
        notes.add("resource_calendar", code)
    if t.recurring:
        notes.add("recurring", code)
    if t.expected_finish is not None and plan.project.expected_finish:
        notes.add("expected_finish", code)
    status = plan.project.status
    late = (
        t.resume is not None
        and status is not None
        and t.resume > status
        and plan.format not in ("mspdi", "mpp")
    )
    if t.actual_finish is None and (t.suspend is not None or late):
        notes.add("suspended", code, detail=f"{t.resume or t.suspend:%d/%m/%Y}")
