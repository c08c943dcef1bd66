"""A network of ours as a plan that another program's file can hold; what that format cannot say is named.

Dates of the computed schedule go along, so that the file shows them before it is scheduled again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from projects.engine.model import Activity, Constraint, Kind, Progress, Rule
from projects.engine.schedule import Result
from projects.engine.shifts import Moment, WorkTime, instant, moment_of
from projects.interchange.activities import RULES
from projects.interchange.calendars import ELAPSED
from projects.interchange.imported import Beside, LinkKey, SentBaseline
from projects.interchange.noting import Notes
from projects.interchange.outbaselines import with_baselines
from projects.interchange.outcalendars import plan_calendar, shifts_on
from projects.interchange.outlinks import lag_rule, plan_links
from projects.interchange.plan import Amount, Bound, Plan, PlanProject, PlanTask
from projects.interchange.words import Note

LONG_AGO, LONG_AFTER = timedelta(days=400), timedelta(days=3700)
NAMES = {rule: name for name, rule in RULES.items()}
PINS = (Rule.MANDATORY_START, Rule.MANDATORY_FINISH)
SOFT = {Rule.MUST_START: "MUST_START_ON", Rule.MUST_FINISH: "MUST_FINISH_ON"}
NO_BESIDE = Beside(0)


def planned(
    result: Result,
    *,
    form: str,
    name: str,
    beside: Mapping[str, Beside] | None = None,
    percents: Mapping[LinkKey, float] | None = None,
    baselines: Sequence[SentBaseline] = (),
) -> tuple[Plan, tuple[Note, ...]]:
    """The plan of a dated network for `form` (mspdi or xer), and what is not the same in it."""
    net, options = result.prepared.net, result.options
    beside = beside or {}
    notes = Notes()
    times = {time.name: time for time in net.calendars}
    numbers = {time.name: i for i, time in enumerate(net.calendars, 1)}
    first = min((row.early_start for row in result.rows.values()), default=date(2026, 1, 1))
    last = max((row.late_finish for row in result.rows.values()), default=first)
    span = max(first - LONG_AGO, date(1970, 1, 1)), min(last + LONG_AFTER, date(2100, 12, 31))
    uids = _numbers(net.activities, beside)
    summaries, parents = _summaries(net.activities, beside, max(uids.values(), default=0))
    usual = _usual_calendar(net.activities, times)
    honor = any(c.rule in PINS for a in net.activities for c in a.constraints)
    tasks = [
        _task(a, uids[a.code], parents.get(a.code), numbers, times, result, form, beside, honor, notes)
        for a in net.activities
    ]
    if baselines:
        tasks = with_baselines(
            tasks, baselines, form, {a.code: times[a.calendar] for a in net.activities}, notes
        )
    rule = lag_rule(result, form)
    project = PlanProject(
        id=net.project,
        name=name,
        start=moment_of(min((instant(r.start_at, evening=False) for r in result.rows.values()), default=0)),
        status=_at(options.data_date, evening=True),
        honor_constraints=honor and form == "mspdi",
        lag_calendar=rule,
        progress="PROGRESS_OVERRIDE" if options.progress is Progress.OVERRIDE else "RETAINED_LOGIC",
        critical_slack=Amount(options.critical_float / 60, "HOURS"),
        minutes_per_day=times[usual].day_minutes if usual else 480,
        minutes_per_week=(times[usual].day_minutes if usual else 480) * 5,
        default_calendar=numbers.get(usual),
    )
    return (
        Plan(
            format=form,
            application="Đường Găng",
            project=project,
            calendars=tuple(plan_calendar(time, numbers[time.name], *span) for time in net.calendars),
            tasks=(*summaries, *tasks),
            links=tuple(plan_links(result, uids, form, rule, percents or {}, project, notes)),
        ),
        notes.found(),
    )


def _numbers(activities: tuple[Activity, ...], beside: Mapping[str, Beside]) -> dict[str, int]:
    """The sender's own numbers where each has one of its own, else 1, 2, 3 …"""
    own = {a.code: beside[a.code].uid for a in activities if a.code in beside}
    if (
        len(own) == len(activities)
        and len(set(own.values())) == len(own)
        and min(own.values(), default=1) > 0
    ):
        return own
    return {a.code: i for i, a in enumerate(activities, 1)}


def _summaries(
    activities: tuple[Activity, ...], beside: Mapping[str, Beside], highest: int
) -> tuple[list[PlanTask], dict[str, int]]:
    """A row for every path of summaries, parents first, and the parent of each activity."""
    made: dict[tuple[str, ...], int] = {}
    rows: list[PlanTask] = []
    parents: dict[str, int] = {}
    for a in activities:
        path = beside.get(a.code, NO_BESIDE).wbs
        for depth in range(1, len(path) + 1):
            part = path[:depth]
            if part not in made:
                made[part] = highest + len(made) + 1
                rows.append(PlanTask(made[part], name=part[-1], parent=made.get(part[:-1]), summary=True))
        if path:
            parents[a.code] = made[path]
    return rows, parents


def _usual_calendar(activities: tuple[Activity, ...], times: Mapping[str, WorkTime]) -> str:
    often: dict[str, int] = dict.fromkeys((t for t in times if t != ELAPSED.name), 0)
    for a in activities:
        if a.calendar in often:
            often[a.calendar] += 1
    return max(often, key=lambda name: often[name], default=next(iter(times), ""))


def _task(
    a: Activity, uid: int, parent: int | None, numbers: Mapping[str, int], times: Mapping[str, WorkTime],
    result: Result, form: str, beside: Mapping[str, Beside], honor: bool, notes: Notes,
) -> PlanTask:  # fmt: skip
    row, own = result.rows[a.code], beside.get(a.code, NO_BESIDE)
    time = times[a.calendar]
    kind = {Kind.TASK: "TASK_DEPENDENT", Kind.MILESTONE: "FINISH_MILESTONE", Kind.EFFORT: "LEVEL_OF_EFFORT"}[
        a.kind
    ]
    if a.kind is Kind.EFFORT and form == "mspdi":
        notes.add("out_effort", a.code)
        kind = "TASK_DEPENDENT"
    started = a.actual_start if a.duration else a.actual_finish or a.actual_start
    left = 0 if a.actual_finish else a.duration if a.remaining is None else a.remaining
    if started is not None and a.actual_finish is None and a.remaining is None and a.duration:
        left = (
            int(result.prepared.nodes.left[result.prepared.index[a.code]])
            if a.kind is not Kind.EFFORT
            else left
        )
    begun = None if started is None else _worked(time, started, evening=not a.duration)
    ended = a.actual_finish or (a.actual_start if not a.duration else None)
    first, second, deadline = _bounds(a, time, form, honor, notes)
    return PlanTask(
        id=uid,
        code=a.code,
        name=a.name_vi or a.name_en or a.code,
        parent=parent,
        kind=kind,
        milestone=a.kind is Kind.MILESTONE,
        calendar=numbers[a.calendar],
        duration=Amount(a.duration / 60, "HOURS"),
        remaining=Amount(left / 60, "HOURS"),
        actual_start=begun,
        actual_finish=None if ended is None else _worked(time, ended, evening=True),
        percent=0.0
        if started is None
        else 100.0
        if ended
        else round(100 * (1 - left / max(a.duration, left, 1)), 2),
        start=row.start_at,
        finish=row.finish_at,
        codes=own.codes,
        constraint=first,
        second=second,
        deadline=deadline,
    )


def _bounds(
    a: Activity, time: WorkTime, form: str, honor: bool, notes: Notes
) -> tuple[Bound | None, Bound | None, datetime | None]:
    """Constraints and deadline as the format holds them: Microsoft one and a deadline, Primavera two and none."""
    deadline: datetime | None = None
    bounds: list[Bound] = []
    for c in sorted(a.constraints, key=lambda c: c.rule is Rule.DEADLINE):
        at = _constraint_date(c, time, a)
        if c.rule is Rule.DEADLINE:
            if form == "mspdi":
                deadline = at
            elif len(bounds) < 2:
                notes.add("out_deadline", a.code)
                bounds.append(Bound("FINISH_NO_LATER_THAN", at))
            else:
                notes.add("out_constraint", a.code, detail=c.rule.value)
        elif form == "mspdi" and bounds and c.rule is Rule.FNLT:
            notes.add("out_deadline", a.code)
            deadline = at
        elif len(bounds) < (1 if form == "mspdi" else 2):
            bounds.append(Bound(_name(c.rule, form, honor, a.code, notes), at))
        else:
            notes.add("out_constraint", a.code, detail=c.rule.value)
    return bounds[0] if bounds else None, bounds[1] if len(bounds) > 1 else None, deadline


def _name(rule: Rule, form: str, honor: bool, code: str, notes: Notes) -> str:
    if form == "mspdi" and rule in SOFT:
        if honor:  # one switch for the whole file decides whether a must wins over links
            notes.add("out_must", code)
        return SOFT[rule]
    return NAMES[rule]


def _constraint_date(c: Constraint, time: WorkTime, a: Activity) -> datetime | None:
    if c.at is None:
        return None
    finish = c.rule in (Rule.FNET, Rule.FNLT, Rule.MUST_FINISH, Rule.MANDATORY_FINISH, Rule.DEADLINE)
    return _worked(time, c.at, evening=finish or a.duration == 0)


def _worked(time: WorkTime, moment: Moment, *, evening: bool) -> datetime:
    """A plain day as the moment that means the same: its first or last minute worked, else midnight."""
    if isinstance(moment, datetime):
        return moment
    shifts = shifts_on(time, moment)
    if not shifts:
        return moment_of(instant(moment, evening=evening))
    return datetime.combine(moment, datetime.min.time()) + timedelta(
        minutes=shifts[-1][1] if evening else shifts[0][0]
    )


def _at(moment: Moment, *, evening: bool) -> datetime:
    return moment if isinstance(moment, datetime) else moment_of(instant(moment, evening=evening))
