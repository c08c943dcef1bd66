"""Translates a schedule that MPXJ has read into plain values; what they mean is judged by `projects.interchange`.

Every duration and lag goes out as a number with its unit, every moment as text to the minute. Runs in the child.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geo.importers.precheck import Refused
from geo.schedules.firstlook import Kind
from geo.schedules.inbaselines import baseline_heads, baselines_of

MOST_CODES = 60
TEXT = 500
# A column that a sender made for the code of an activity, by its heading.
CODE_NAMES = {"mã công việc", "mã cv", "mã hiệu công việc", "activity id", "activity code", "duonggang code"}
READERS = {
    "mspdi": "mspdi.MSPDIReader",
    "pmxml": "primavera.PrimaveraPMFileReader",
    "xer": "primavera.PrimaveraXERFileReader",
    "mpp": "mpp.MPPReader",
}


def read_plan(
    mpxj: Any, path: Path, kind: Kind, most: int, told: Callable[[str], None] = lambda phase: None
) -> dict[str, Any]:
    """The plan of a file: project, calendars in use, tasks, links, and counts of what is not taken.

    `told` hears when the library is done and its objects are translated.
    """
    reader: Any = mpxj
    for part in READERS[kind].split("."):
        reader = getattr(reader, part)
    reader = reader()
    reader.setIgnoreErrors(False) if hasattr(reader, "setIgnoreErrors") else None
    if kind == "xer":
        import jpype

        reader.setCharset(jpype.JClass("java.nio.charset.StandardCharsets").UTF_8)
    if kind == "mpp":
        file, others = reader.read(str(path)), []
    else:
        files = [f for f in reader.readAll(str(path)) if f is not None]
        files.sort(key=lambda f: -f.getTasks().size())
        if not files:
            raise Refused("no_project")
        file, others = files[0], files[1:]
    if file is None:
        raise Refused("no_project")
    if file.getTasks().size() > most:
        raise Refused("rows", limit=most)
    told("translating")
    return _plan(file, kind, [_text(f.getProjectProperties().getName()) for f in others])


def _plan(file: Any, kind: Kind, others: list[str]) -> dict[str, Any]:
    props = file.getProjectProperties()
    fields = _fields(file)
    tasks = [t for t in file.getTasks() if not t.getNull() and not _is_root(t, kind)]
    calendars: dict[int, dict[str, Any]] = {}
    default = file.getDefaultCalendar()
    heads = baseline_heads(file, kind)
    kept = [int(head["number"]) for head in heads]
    rows = [_task(t, fields, calendars, default, kept) for t in tasks]
    if default is not None:
        _use(default, calendars)
    numbers = {row["id"] for row in rows}
    links = [
        _link(r, int(t.getUniqueID()))
        for t in tasks
        for r in t.getPredecessors()
        if r.getPredecessorTask() is not None
    ]
    outside = [k for k in links if k["pred"] not in numbers]
    return {
        "format": kind,
        "application": _text(props.getFullApplicationName()) or _text(props.getFileApplication()),
        "project": _project(props, default),
        "calendars": list(calendars.values()),
        "tasks": rows,
        "links": [k for k in links if k["pred"] in numbers],
        "counts": {
            "resources": sum(1 for r in file.getResources() if r.getUniqueID() and r.getName()),
            "assignments": int(file.getResourceAssignments().size()),
            "outside_links": len(outside),
            "errors": int(file.getIgnoredErrors().size()),
        },
        "other_projects": others,
        "baselines": [
            {"number": head["number"], "name": _text(head["name"]), "date": _moment(head["date"])}
            for head in heads
        ],
    }


def _is_root(task: Any, kind: Kind) -> bool:
    """The project's own summary row of Microsoft Project."""
    return kind in ("mspdi", "mpp") and int(task.getUniqueID() or 0) == 0


def _project(props: Any, default: Any) -> dict[str, Any]:
    slack = props.getCriticalSlackLimit()
    return {
        "id": _text(props.getProjectID()),
        "name": _text(props.getName()) or _text(props.getProjectTitle()),
        "start": _moment(props.getPlannedStart() or props.getStartDate()),
        "status": _moment(props.getStatusDate()),
        "must_finish_by": _moment(props.getMustFinishBy()),
        "schedule_from": str(props.getScheduleFrom().name()),
        "honor_constraints": bool(props.getHonorConstraints()),
        "lag_calendar": str(props.getRelationshipLagCalendar().name()),
        "progress": str(props.getSchedulingProgressedActivities().name()),
        "critical_type": str(props.getCriticalActivityType().name()),
        "critical_slack": _amount(slack),
        "slack_type": str(props.getTotalSlackCalculationType().name()),
        "expected_finish": bool(props.getUseExpectedFinishDates()),
        "open_ends_critical": bool(props.getMakeOpenEndedActivitiesCritical()),
        "start_lag_from_early": bool(props.getComputeStartToStartLagFromEarlyStart()),
        "split_in_progress": bool(props.getSplitInProgressTasks()),
        "minutes_per_day": int(props.getMinutesPerDay() or 480),
        "minutes_per_week": int(props.getMinutesPerWeek() or 2400),
        "days_per_month": int(props.getDaysPerMonth() or 20),
        "default_calendar": None if default is None else int(default.getUniqueID()),
    }


def _task(
    t: Any, fields: list[tuple[Any, str]], calendars: dict[int, Any], default: Any, baselines: list[int]
) -> dict[str, Any]:
    calendar = t.getEffectiveCalendar() or default
    parent = t.getParentTask()
    kind = t.getActivityType()
    splits = t.getWorkSplits()
    codes = {
        str(code.getName())[:60]: _text(value.getName())
        for code, value in dict(t.getActivityCodeValues()).items()
    }
    for field, heading in fields:
        value = t.getCachedValue(field)
        if value is not None and str(value).strip():
            codes.setdefault(heading, _text(value))
    own = next((codes.pop(name) for name in list(codes) if name.strip().lower() in CODE_NAMES), "")
    return {
        "id": int(t.getUniqueID()),
        "code": own or _text(t.getActivityID()),
        "name": _text(t.getName()),
        "parent": None if parent is None or parent.getUniqueID() is None else int(parent.getUniqueID()),
        "wbs": _text(t.getWBS()),
        "summary": bool(t.getSummary()) or bool(t.hasChildTasks()),
        "kind": "" if kind is None else str(kind.name()),
        "milestone": bool(t.getMilestone()),
        "active": bool(t.getActive()),
        "manual": str(t.getTaskMode().name()) == "MANUALLY_SCHEDULED",
        "external": bool(t.getExternalTask()),
        "subproject": _text(t.getSubprojectFile()),
        "calendar": _use(calendar, calendars),
        "duration": _amount(t.getDuration() if kind is None else t.getPlannedDuration() or t.getDuration()),
        "remaining": _amount(t.getRemainingDuration()),
        "actual_start": _moment(t.getActualStart()),
        "actual_finish": _moment(t.getActualFinish()),
        "percent": float(t.getPercentageComplete() or 0),
        "resume": _moment(t.getResume()),
        "suspend": _moment(t.getSuspendDate()),
        "constraint": _constraint(t.getConstraintType(), t.getConstraintDate()),
        "second": _constraint(t.getSecondaryConstraintType(), t.getSecondaryConstraintDate()),
        "deadline": _moment(t.getDeadline()),
        "expected_finish": _moment(t.getExpectedFinish()),
        "external_start": _moment(t.getExternalEarlyStart()),
        "external_finish": _moment(t.getExternalLateFinish()),
        "leveling": _amount(t.getLevelingDelay()),
        "splits": 0 if splits is None else int(splits.size()),
        "resource_calendar": _by_resources(t, default),
        "recurring": bool(t.getRecurring()),
        "baselines": [
            [n, _moment(start), _moment(finish), _amount(duration)]
            for n, start, finish, duration in baselines_of(t, baselines)
        ],
        "start": _moment(t.getStart()),
        "finish": _moment(t.getFinish()),
        "early_start": _moment(t.getEarlyStart()),
        "early_finish": _moment(t.getEarlyFinish()),
        "total_slack": _amount(t.getTotalSlack()),
        "codes": dict(list(codes.items())[:MOST_CODES]),
    }


def _by_resources(t: Any, default: Any) -> bool:
    """Whether calendars of resources have a say: MS Project's rule, and P6's activities of that type."""
    kind = t.getActivityType()
    if kind is not None and str(kind.name()) == "RESOURCE_DEPENDENT":
        return True
    if kind is not None or t.getIgnoreResourceCalendar() or t.getResourceAssignments().isEmpty():
        return False
    for assignment in t.getResourceAssignments():
        resource = assignment.getResource()
        own = None if resource is None else resource.getCalendar()
        if own is None:
            continue
        base = own.getParent()
        plain = base is not None and own.getCalendarExceptions().isEmpty() and own.getWorkWeeks().isEmpty()
        if not (plain and default is not None and base.getUniqueID() == default.getUniqueID()):
            return True
    return False


def _link(r: Any, succ: int) -> dict[str, Any]:
    return {
        "pred": int(r.getPredecessorTask().getUniqueID()),
        "succ": succ,
        "type": str(r.getType().toString()),
        "lag": _amount(r.getLag()),
    }


def _fields(file: Any) -> list[tuple[Any, str]]:
    """The text columns and outline codes of tasks, with their headings."""
    found = []
    for field in file.getCustomFields():
        name = str(field.getFieldType().name())
        if str(field.getFieldType().getFieldTypeClass()) == "TASK" and re.match(
            r"(OUTLINE_CODE|TEXT)\d+$", name
        ):
            found.append(
                (field.getFieldType(), _text(field.getAlias())[:60] or name.replace("_", " ").title())
            )
    named = {str(field) for field, _ in found}
    import jpype

    every = jpype.JClass("org.mpxj.TaskField")
    for number in range(1, 31):
        field = getattr(every, f"TEXT{number}")
        if str(field) not in named:
            found.append((field, f"Text{number}"))
    # P6's user-defined fields come as fields of their own.
    found += [
        (u, _text(u.getName())[:60])
        for u in file.getUserDefinedFields()
        if str(u.getFieldTypeClass()) == "TASK"
    ]
    return found


def _use(calendar: Any, calendars: dict[int, Any]) -> int | None:
    if calendar is None:
        return None
    number = int(calendar.getUniqueID())
    if number not in calendars:
        calendars[number] = _calendar(calendar)
    return number


def _calendar(calendar: Any) -> dict[str, Any]:
    """The week and every day that is not like it, its parents' days and work weeks included."""
    import jpype

    weekday = jpype.JClass("java.time.DayOfWeek")
    days: dict[str, Any] = {}
    line, level = calendar, 0
    while line is not None and level < 20:
        for exception in line.getExpandedCalendarExceptionsWithWorkWeeks():
            at, last = exception.getFromDate(), exception.getToDate()
            while not at.isAfter(last) and len(days) < 50_000:
                days[str(at)] = at
                at = at.plusDays(1)
        line, level = line.getParent(), level + 1
    return {
        "id": int(calendar.getUniqueID()),
        "name": _text(calendar.getName()),
        "week": [
            _shifts(calendar.getHours(day)) if calendar.isWorkingDay(day) else []
            for day in map(weekday.of, range(1, 8))
        ],
        "exceptions": [
            [day, _shifts(calendar.getHours(at)) if calendar.isWorkingDate(at) else []]
            for day, at in sorted(days.items())
        ],
    }


def _shifts(hours: Any) -> list[list[int]]:
    found = []
    for part in hours or ():
        begin, end = part.getStart(), part.getEnd()
        if begin is not None and end is not None:
            last = int(end.getHour()) * 60 + int(end.getMinute())
            found.append([int(begin.getHour()) * 60 + int(begin.getMinute()), last or 1440])
    joined: list[list[int]] = []
    for shift in sorted(found):
        if joined and joined[-1][1] == shift[0]:
            joined[-1][1] = shift[1]
        else:
            joined.append(shift)
    return joined


def _constraint(kind: Any, at: Any) -> list[str | None] | None:
    if kind is None or str(kind.name()) == "AS_SOON_AS_POSSIBLE":
        return None
    return [str(kind.name()), _moment(at)]


def _amount(duration: Any) -> list[Any] | None:
    return None if duration is None else [float(duration.getDuration()), str(duration.getUnits().name())]


def _moment(at: Any) -> str | None:
    return None if at is None else str(at)[:16]


def _text(value: Any) -> str:
    """Text without control characters, at most 500 characters."""
    if value is None:
        return ""
    return "".join(c if c.isprintable() else " " for c in str(value))[:TEXT].strip()
