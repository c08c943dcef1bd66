"""A foreign plan as a network of ours; what cannot be taken as it is, is named in the notes, all faults at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, time

from projects.engine.checks import faults_of
from projects.engine.model import Activity, Kind, LagCalendar, Link, LinkType, Net, Options, Progress
from projects.engine.shifts import WorkCalendar, work_time
from projects.errors import Fault, InvalidInput
from projects.interchange import calendars as own_calendars
from projects.interchange.activities import activity_of, codes_of
from projects.interchange.amounts import minutes
from projects.interchange.basing import sent_baselines
from projects.interchange.imported import Beside, Imported
from projects.interchange.linking import insides, linked
from projects.interchange.noting import Notes
from projects.interchange.plan import Plan, PlanProject, PlanTask

MICROSOFT = ("mspdi", "mpp")
PROGRESS = {"RETAINED_LOGIC": Progress.RETAINED, "PROGRESS_OVERRIDE": Progress.OVERRIDE}


def mapped(plan: Plan) -> Imported:
    """The network of a plan, checked by the engine's own rules. Raises `InvalidInput` with every fault."""
    notes = Notes()
    _whole(plan, notes)
    calendars, faults = own_calendars.work_calendars(plan.calendars)
    broken = {c.id for c in plan.calendars} - set(calendars)
    default = calendars.get(plan.project.default_calendar or -1, own_calendars.STANDARD)
    kept = _kept(plan, notes)
    codes = codes_of(kept)
    activities: dict[int, Activity] = {}
    for task in kept:
        if task.calendar is None:
            notes.add("no_calendar", codes[task.id], detail=default.name)
        calendar = default if task.calendar in broken else calendars.get(task.calendar or -1, default)
        made, wrong = activity_of(task, codes[task.id], calendar, plan, notes)
        activities[task.id] = made
        faults += wrong
    lag_calendar, all_lags = _lag_rule(plan, default, notes)
    links, percents, wrong = linked(plan, activities, insides(plan), lag_calendar, all_lags, notes)
    faults += wrong
    ready = _efforts(list(activities.values()), links, notes)
    options = Options(
        _data_date(plan, kept, notes),
        progress=PROGRESS.get(plan.project.progress, Progress.RETAINED),
        lag_calendar=lag_calendar,
        critical_float=minutes(plan.project.critical_slack, plan.project)[0],
    )
    used = {a.calendar for a in ready} | {k.lag_calendar for k in links}
    every = [*calendars.values(), own_calendars.ELAPSED, own_calendars.STANDARD]
    own = tuple(c for c in every if c.name in used)
    name = (plan.project.id or plan.project.name or plan.format)[:200]
    net = Net(name, tuple(ready), tuple(links), tuple(work_time(c) for c in own))
    faults += faults_of(net, options)
    if not ready:
        faults.append(Fault(name, "Tệp không có công việc nào.", "The file has no activity."))
    if faults:
        raise InvalidInput(faults)
    _past(plan, kept, options, codes, notes)
    _start_lags(plan, net, notes)
    baselines = sent_baselines(
        plan, kept, codes, {t.name: t.day_minutes for t in net.calendars}, ready, notes
    )
    return Imported(
        format=plan.format,
        application=plan.application,
        name=plan.project.name or name,
        net=net,
        options=options,
        calendars=own,
        beside=_beside(plan, kept, codes),
        percents=percents,
        notes=notes.found(),
        baselines=baselines,
    )


def _whole(plan: Plan, notes: Notes) -> None:
    """What is about the whole file."""
    counts, p = plan.counts, plan.project
    if counts.get("resources") or counts.get("assignments"):
        notes.add("resources", detail=f"{counts.get('resources', 0)} / {counts.get('assignments', 0)}")
    for key in ("outside_links", "errors"):
        if counts.get(key):
            notes.add(key, detail=str(counts[key]))
    if plan.other_projects:
        notes.add("other_projects", detail=", ".join(plan.other_projects[:20]))
    if p.schedule_from == "FINISH":
        notes.add("from_finish")
    if p.must_finish_by is not None:
        notes.add("must_finish_by", detail=f"{p.must_finish_by:%d/%m/%Y}")
    if p.progress not in PROGRESS:
        notes.add("actual_dates")
    if p.critical_type == "LONGEST_PATH":
        notes.add("longest_path")
    if p.slack_type not in ("SMALLEST_SLACK", "START_SLACK"):
        notes.add("slack_type", detail=p.slack_type)
    if p.open_ends_critical:
        notes.add("open_ends")


def _kept(plan: Plan, notes: Notes) -> list[PlanTask]:
    """The rows that are activities of ours; of the others it is said why they are none."""
    kept = []
    for task in plan.tasks:
        shown = task.code or task.name or str(task.id)
        if task.subproject:
            notes.add("subproject", detail=task.subproject[:80])
        if task.summary:
            if task.constraint or task.deadline:
                notes.add("summary_dates", shown)
        elif not task.active:
            notes.add("inactive", shown)
        elif task.kind == "WBS_SUMMARY":
            notes.add("wbs_summary", shown)
        else:
            kept.append(task)
    return kept


def _lag_rule(plan: Plan, default: WorkCalendar, notes: Notes) -> tuple[LagCalendar, WorkCalendar | None]:
    """MS Project counts a lag in the successor's calendar, P6 as its option says."""
    if plan.format in MICROSOFT:
        return LagCalendar.SUCCESSOR, None
    rule = plan.project.lag_calendar
    if rule == "SUCCESSOR":
        return LagCalendar.SUCCESSOR, None
    if rule == "TWENTY_FOUR_HOUR":
        return LagCalendar.ELAPSED, None
    if rule == "PROJECT_DEFAULT":
        notes.add("lag_project_calendar", detail=default.name)
        return LagCalendar.PREDECESSOR, default
    return LagCalendar.PREDECESSOR, None


def _data_date(plan: Plan, kept: list[PlanTask], notes: Notes) -> datetime:
    """The file's own, else the project's start or the last actual date."""
    facts = [at for t in kept for at in (t.actual_start, t.actual_finish) if at is not None]
    latest = max(facts, default=None)
    status = plan.project.status
    if status is not None and (latest is None or latest <= status or plan.format not in MICROSOFT):
        return status
    first = plan.project.start or min((t.start for t in kept if t.start), default=datetime(2026, 1, 1))
    found = max(first, latest) if latest is not None else first
    if latest == found and any(t.actual_start == found and t.actual_finish != found for t in kept):
        found = datetime.combine(found, time(23, 59))  # what has begun began before the data date
    found = max(found, status) if status is not None else found
    notes.add("no_data_date" if status is None else "late_data_date", detail=f"{found:%H:%M %d/%m/%Y}")
    return found


def _past(plan: Plan, kept: list[PlanTask], options: Options, codes: dict[int, str], notes: Notes) -> None:
    """Microsoft Project leaves work that was not done where it was planned, also before the data date."""
    at = options.data_date
    if plan.format not in MICROSOFT or not isinstance(at, datetime):
        return
    for t in kept:
        waiting = t.actual_finish is None and (t.actual_start is None or t.percent > 0)
        if (
            waiting
            and t.start is not None
            and t.start < at
            and (t.actual_start is None or (t.finish or at) < at)
        ):
            notes.add("data_date", codes[t.id])


def _start_lags(plan: Plan, net: Net, notes: Notes) -> None:
    """P6 may count the lag of a start-to-start link from what is left of its predecessor."""
    if plan.format in MICROSOFT or not plan.project.start_lag_from_early:
        return
    begun = {a.code for a in net.activities if a.actual_start is not None and a.actual_finish is None}
    for k in net.links:
        if k.type is LinkType.SS and k.lag and k.pred in begun:
            notes.add("start_lag", k.succ)


def _efforts(activities: list[Activity], links: list[Link], notes: Notes) -> list[Activity]:
    """Levels of effort that are not tied at both ends become work of their stored length."""
    kinds = {a.code: a.kind for a in activities}
    tied: Counter[tuple[str, bool]] = Counter()
    for k in links:
        if kinds.get(k.pred) is Kind.EFFORT and kinds.get(k.succ) is Kind.EFFORT:
            continue
        tied[k.succ, k.type in (LinkType.FF, LinkType.SF)] += 1
        tied[k.pred, k.type in (LinkType.FS, LinkType.FF)] += 1
    made = []
    for a in activities:
        if a.kind is Kind.EFFORT and not (tied[a.code, False] and tied[a.code, True]):
            notes.add("effort", a.code)
            made.append(replace(a, kind=Kind.TASK))
        else:
            made.append(a)
    return made


def _beside(plan: Plan, kept: list[PlanTask], codes: dict[int, str]) -> dict[str, Beside]:
    names = {t.id: (t.name, t.parent) for t in plan.tasks}
    found = {}
    for t in kept:
        path: list[str] = []
        above, steps = t.parent, 0
        while above is not None and above in names and steps < 100:
            path.append(names[above][0] or str(above))
            above, steps = names[above][1], steps + 1
        found[codes[t.id]] = Beside(t.id, tuple(reversed(path)), dict(t.codes), t.start, t.finish)
    return found


__all__ = ["PlanProject", "mapped"]
