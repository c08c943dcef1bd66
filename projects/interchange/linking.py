"""A sender's links as ours: summaries replaced by what is inside them, lags in minutes of a calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from projects.engine.model import Activity, LagCalendar, Link, LinkType
from projects.engine.shifts import WorkCalendar
from projects.errors import Fault
from projects.interchange.amounts import PERCENT, elapses, minutes
from projects.interchange.calendars import ELAPSED
from projects.interchange.imported import LinkKey
from projects.interchange.noting import Notes
from projects.interchange.plan import Plan, PlanLink

MOST_LINKS = 1_000_000


def linked(
    plan: Plan,
    activities: Mapping[int, Activity],
    inside: Mapping[int, list[int]],
    lag_calendar: LagCalendar,
    own: WorkCalendar | None,
    notes: Notes,
) -> tuple[list[Link], dict[LinkKey, float], list[Fault]]:
    """Links, shares of those in percent, and faults.

    `activities` by the sender's number; `inside`: the activities of each summary; `own`: the calendar of every working
    lag where the sender chose one for all.
    """
    kept: dict[LinkKey, Link] = {}
    percents: dict[LinkKey, float] = {}
    faults: list[Fault] = []
    for link in plan.links:
        if link.type not in LinkType.__members__:
            faults.append(Fault(str(link.succ), f"Quan hệ lạ: {link.type}.", f"Unknown link: {link.type}."))
            continue
        for pred, succ in _ends(link, activities, inside, notes):
            one = _link(plan, link, activities[pred], activities[succ], lag_calendar, own, notes)
            key = (one.pred, one.succ, one.type)
            if key in kept:
                notes.add("double_links", one.succ)
            if key not in kept or kept[key].lag < one.lag:
                kept[key] = one
                if link.lag is not None and link.lag.unit in PERCENT:
                    percents[key] = link.lag.value
            if len(kept) > MOST_LINKS:
                return [], {}, [Fault("links", "Quá nhiều quan hệ.", "Too many links.")]
    return list(kept.values()), percents, faults


def _ends(
    link: PlanLink, activities: Mapping[int, Activity], inside: Mapping[int, list[int]], notes: Notes
) -> list[tuple[int, int]]:
    """Pairs of activities that say the same. A summary ends with the last and begins with the first of its own: an
    end of a predecessor and a beginning of a successor hold for each of them, the other two for none."""
    preds, succs = [link.pred], [link.succ]
    for side, summary in ((0, link.pred in inside), (1, link.succ in inside)):
        if not summary:
            continue
        fits = link.type[0] == "F" if side == 0 else link.type[1] == "S"
        if not fits:
            notes.add("summary_links_lost", detail=link.type)
            return []
        notes.add("summary_links")
    preds = inside.get(link.pred, preds)
    succs = inside.get(link.succ, succs)
    return [(p, s) for p in preds for s in succs if p in activities and s in activities and p != s]


def _link(
    plan: Plan, link: PlanLink, pred: Activity, succ: Activity, lag_calendar: LagCalendar,
    own: WorkCalendar | None, notes: Notes,
) -> Link:  # fmt: skip
    name = None if own is None else own.name
    lag = link.lag
    if lag is not None and lag.unit in PERCENT:
        notes.add("percent_lag", succ.code)
        whole = round(pred.duration * lag.value / 100)
    else:
        whole, rounded = minutes(lag, plan.project)
        if rounded:
            notes.add("rounded", succ.code)
    if elapses(lag):
        name = ELAPSED.name
    if whole == 0:
        name = None
    return Link(pred.code, succ.code, LinkType(link.type), whole, name)


def insides(plan: Plan) -> dict[int, list[int]]:
    """The tasks without tasks of their own below every summary, at any depth."""
    parent = {t.id: t.parent for t in plan.tasks}
    summary = {t.id for t in plan.tasks if t.summary}
    found: dict[int, list[int]] = defaultdict(list)
    for task in plan.tasks:
        if task.id in summary:
            found[task.id] += []
            continue
        above, steps = task.parent, 0
        while above is not None and steps < 100:
            found[above].append(task.id)
            above, steps = parent.get(above), steps + 1
    return {key: value for key, value in found.items() if key in summary}
