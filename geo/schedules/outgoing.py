"""Builds a schedule of MPXJ from a plan and has it written. Runs in the child."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

CODE_ALIAS = "Mã công việc"
TYPES = {"FS": "FINISH_START", "SS": "START_START", "FF": "FINISH_FINISH", "SF": "START_FINISH"}


def write_plan(mpxj: Any, plan: dict[str, Any], target: Path, kind: str) -> None:
    """Writes `plan` (as `geo.schedules.inward` gives it) to `target` as MSPDI or XER in UTF-8."""
    file = built(mpxj, plan, kind)
    if kind == "mspdi":
        mpxj.mspdi.MSPDIWriter().write(file, str(target))
        return
    import jpype

    writer = mpxj.primavera.PrimaveraXERFileWriter()
    writer.setCharset(jpype.JClass("java.nio.charset.StandardCharsets").UTF_8)
    writer.write(file, str(target))


def built(mpxj: Any, plan: dict[str, Any], kind: str) -> Any:
    """The plan as a project of MPXJ."""
    file = mpxj.ProjectFile()
    calendars = {c["id"]: _calendar(mpxj, file, c) for c in plan["calendars"]}
    _project(mpxj, file, plan["project"], calendars)
    columns = _columns(mpxj, file, plan, kind)
    tasks = _tasks(mpxj, file, plan, calendars, columns, kind)
    for link in plan["links"]:
        builder = mpxj.Relation.Builder().predecessorTask(tasks[link["pred"]])
        builder = builder.type(getattr(mpxj.RelationType, TYPES[link["type"]])).lag(
            _amount(mpxj, link["lag"])
        )
        tasks[link["succ"]].addPredecessor(builder)
    return file


def _project(mpxj: Any, file: Any, said: dict[str, Any], calendars: dict[int, Any]) -> None:
    props = file.getProjectProperties()
    props.setName(said["name"])
    props.setProjectTitle(said["name"])
    props.setProjectID(said["id"][:20])
    props.setStartDate(_moment(said["start"]))
    props.setPlannedStart(_moment(said["start"]))
    props.setStatusDate(_moment(said["status"]))
    props.setHonorConstraints(said["honor_constraints"])
    props.setMinutesPerDay(_integer(said["minutes_per_day"]))
    props.setMinutesPerWeek(_integer(said["minutes_per_week"]))
    props.setRelationshipLagCalendar(getattr(mpxj.RelationshipLagCalendar, said["lag_calendar"]))
    props.setSchedulingProgressedActivities(getattr(mpxj.SchedulingProgressedActivities, said["progress"]))
    props.setCriticalSlackLimit(_amount(mpxj, said["critical_slack"]))
    if said["default_calendar"] in calendars:
        file.setDefaultCalendar(calendars[said["default_calendar"]])


def _calendar(mpxj: Any, file: Any, said: dict[str, Any]) -> Any:
    import jpype

    weekday = jpype.JClass("java.time.DayOfWeek")
    calendar = file.addCalendar()
    calendar.setName(said["name"])
    for number, shifts in enumerate(said["week"], 1):
        day = weekday.of(number)
        calendar.setCalendarDayType(day, mpxj.DayType.WORKING if shifts else mpxj.DayType.NON_WORKING)
        hours = calendar.addCalendarHours(day)
        for begin, end in shifts:
            hours.add(_range(mpxj, begin, end))
    for first, last, shifts in _runs(said["exceptions"]):
        exception = calendar.addCalendarException(_day(first), _day(last))
        for begin, end in shifts:
            exception.add(_range(mpxj, begin, end))
    return calendar


def _runs(exceptions: list[Any]) -> list[tuple[str, str, Any]]:
    """Neighbouring days with the same shifts as one stretch."""
    runs: list[list[Any]] = []
    for day, shifts in exceptions:
        if (
            runs
            and runs[-1][2] == shifts
            and date.fromisoformat(runs[-1][1]) + timedelta(1) == date.fromisoformat(day)
        ):
            runs[-1][1] = day
        else:
            runs.append([day, day, shifts])
    return [(a, b, shifts) for a, b, shifts in runs]


def _columns(mpxj: Any, file: Any, plan: dict[str, Any], kind: str) -> dict[str, Any]:
    """Where the codes of activities go: text columns of Microsoft Project, activity codes of Primavera."""
    names = list(dict.fromkeys(name for t in plan["tasks"] for name in t["codes"]))
    if kind == "mspdi":
        columns = {}
        for number, name in enumerate([CODE_ALIAS, *names][:30], 1):
            field = getattr(mpxj.TaskField, f"TEXT{number}")
            file.getCustomFields().getOrCreate(field).setAlias(name)
            columns[name] = field
        return columns
    made: dict[str, Any] = {}
    for number, name in enumerate(names, 1):
        code = (
            mpxj.ActivityCode.Builder(file.getProjectContext())
            .name(name)
            .scope(mpxj.ActivityCodeScope.PROJECT)
        )
        code = code.sequenceNumber(_integer(number)).build()
        values: dict[str, Any] = {}
        for text in dict.fromkeys(t["codes"][name] for t in plan["tasks"] if name in t["codes"]):
            value = mpxj.ActivityCodeValue.Builder(file.getProjectContext()).activityCode(code).name(text)
            values[text] = value.description(text).sequenceNumber(_integer(len(values) + 1)).build()
            code.addValue(values[text])
        file.getActivityCodes().add(code)
        made[name] = (code, values)
    return made


def _tasks(
    mpxj: Any, file: Any, plan: dict[str, Any], calendars: dict[int, Any], columns: dict[str, Any], kind: str
) -> dict[int, Any]:
    tasks: dict[int, Any] = {}
    for said in plan["tasks"]:
        above = tasks.get(said["parent"])
        task = file.addTask() if above is None else above.addTask()
        tasks[said["id"]] = task
        task.setUniqueID(_integer(said["id"]))
        task.setName(said["name"])
        if said["summary"]:
            task.setSummary(True)
            continue
        task.setCalendar(calendars[said["calendar"]])
        for setter, key in (
            ("Duration", "duration"),
            ("PlannedDuration", "duration"),
            ("RemainingDuration", "remaining"),
        ):
            getattr(task, f"set{setter}")(_amount(mpxj, said[key]))
        done = max(said["duration"][0] - said["remaining"][0], 0.0) if said["actual_start"] else 0.0
        task.setActualDuration(_amount(mpxj, [done, "HOURS"]))
        task.setPercentageComplete(_number(said["percent"]))
        task.setMilestone(said["milestone"])
        for setter, key in (
            ("Start", "start"), ("Finish", "finish"), ("EarlyStart", "start"), ("EarlyFinish", "finish"),
            ("PlannedStart", "start"), ("PlannedFinish", "finish"), ("ActualStart", "actual_start"),
            ("ActualFinish", "actual_finish"), ("Deadline", "deadline"),
        ):  # fmt: skip
            if said[key] is not None:
                getattr(task, f"set{setter}")(_moment(said[key]))
        if kind == "mspdi":
            _baselines(mpxj, task, said)
        _constrain(mpxj, task, said)
        _codes(mpxj, task, said, columns, kind)
    return tasks


def _baselines(mpxj: Any, task: Any, said: dict[str, Any]) -> None:
    for number, start, finish, duration in said["baselines"]:
        own = () if number == 0 else (number,)
        task.setBaselineStart(*own, _moment(start))
        task.setBaselineFinish(*own, _moment(finish))
        if duration is not None:
            task.setBaselineDuration(*own, _amount(mpxj, duration))


def _constrain(mpxj: Any, task: Any, said: dict[str, Any]) -> None:
    for bound, kind, at in (
        (said["constraint"], task.setConstraintType, task.setConstraintDate),
        (said["second"], task.setSecondaryConstraintType, task.setSecondaryConstraintDate),
    ):
        if bound is not None:
            kind(getattr(mpxj.ConstraintType, bound[0]))
            if bound[1] is not None:
                at(_moment(bound[1]))


def _codes(mpxj: Any, task: Any, said: dict[str, Any], columns: dict[str, Any], kind: str) -> None:
    if kind == "mspdi":
        task.set(columns[CODE_ALIAS], said["code"])
        for name, text in said["codes"].items():
            if name in columns:
                task.set(columns[name], text)
        return
    task.setActivityID(said["code"])
    task.setActivityType(getattr(mpxj.ActivityType, said["kind"]))
    for name, text in said["codes"].items():
        _, values = columns[name]
        task.addActivityCodeValue(values[text])


def _amount(mpxj: Any, said: list[Any] | None) -> Any:
    value, unit = said or [0.0, "HOURS"]
    return mpxj.Duration.getInstance(float(value), getattr(mpxj.TimeUnit, unit))


def _range(mpxj: Any, begin: int, end: int) -> Any:
    import jpype

    at = jpype.JClass("java.time.LocalTime")
    return mpxj.LocalTimeRange(at.of(begin // 60, begin % 60), at.of(end // 60 % 24, end % 60))


def _moment(text: str | None) -> Any:
    if text is None:
        return None
    import jpype

    at = datetime.fromisoformat(text)
    return jpype.JClass("java.time.LocalDateTime").of(at.year, at.month, at.day, at.hour, at.minute)


def _day(text: str) -> Any:
    import jpype

    at = date.fromisoformat(text)
    return jpype.JClass("java.time.LocalDate").of(at.year, at.month, at.day)


def _integer(value: int) -> Any:
    import jpype

    return jpype.JClass("java.lang.Integer").valueOf(value)


def _number(value: float) -> Any:
    import jpype

    return jpype.JClass("java.lang.Double").valueOf(value)
