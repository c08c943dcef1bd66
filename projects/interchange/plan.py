"""A schedule as another program wrote it, as frozen values: what the reading child sends is checked here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, NamedTuple

from projects.engine.shifts import Shifts


class Amount(NamedTuple):
    """A duration or lag: number and unit (MINUTES, HOURS, DAYS, WEEKS, MONTHS, PERCENT, ELAPSED_DAYS …)."""

    value: float
    unit: str


class Bound(NamedTuple):
    """A constraint of the sender: its name there, and its date."""

    kind: str
    at: datetime | None


class BaseDates(NamedTuple):
    """What the sender's baseline of a number says of a task."""

    number: int
    start: datetime | None
    finish: datetime | None
    duration: Amount | None = None


class PlanBaseline(NamedTuple):
    """A baseline of the sender: number 0 to 10, name (empty where it has none), the day it was set or its data date."""

    number: int
    name: str = ""
    date: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlanProject:
    """The sender's project and its scheduling options."""

    id: str = ""
    name: str = ""
    start: datetime | None = None
    status: datetime | None = None
    must_finish_by: datetime | None = None
    schedule_from: str = "START"
    honor_constraints: bool = False
    lag_calendar: str = "PREDECESSOR"
    progress: str = "RETAINED_LOGIC"
    critical_type: str = "TOTAL_FLOAT"
    critical_slack: Amount | None = None
    slack_type: str = "SMALLEST_SLACK"
    expected_finish: bool = False
    open_ends_critical: bool = False
    start_lag_from_early: bool = True
    split_in_progress: bool = False
    minutes_per_day: int = 480
    minutes_per_week: int = 2400
    days_per_month: int = 20
    default_calendar: int | None = None


@dataclass(frozen=True, slots=True)
class PlanCalendar:
    """A calendar in use: shifts of the week (Monday first), and of every day that is not like it."""

    id: int
    name: str
    week: tuple[Shifts, ...]
    exceptions: tuple[tuple[str, Shifts], ...] = ()


@dataclass(frozen=True, slots=True)
class PlanTask:
    """A row of the sender: a task, a milestone, a summary or a level of effort. `kind` is Primavera's type or empty."""

    id: int
    code: str = ""
    name: str = ""
    parent: int | None = None
    wbs: str = ""
    summary: bool = False
    kind: str = ""
    milestone: bool = False
    active: bool = True
    manual: bool = False
    external: bool = False
    subproject: str = ""
    calendar: int | None = None
    duration: Amount | None = None
    remaining: Amount | None = None
    actual_start: datetime | None = None
    actual_finish: datetime | None = None
    percent: float = 0.0
    resume: datetime | None = None
    suspend: datetime | None = None
    constraint: Bound | None = None
    second: Bound | None = None
    deadline: datetime | None = None
    expected_finish: datetime | None = None
    external_start: datetime | None = None
    external_finish: datetime | None = None
    leveling: Amount | None = None
    splits: int = 0
    resource_calendar: bool = False
    recurring: bool = False
    baselines: tuple[BaseDates, ...] = ()
    start: datetime | None = None
    finish: datetime | None = None
    early_start: datetime | None = None
    early_finish: datetime | None = None
    total_slack: Amount | None = None
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlanLink:
    """`succ` depends on `pred`, both numbers of tasks."""

    pred: int
    succ: int
    type: str
    lag: Amount | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it. `format`: mspdi, mpp, xer or pmxml. `counts`: how much there is of what is not taken."""

    format: str
    application: str
    project: PlanProject
    calendars: tuple[PlanCalendar, ...]
    tasks: tuple[PlanTask, ...]
    links: tuple[PlanLink, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    other_projects: tuple[str, ...] = ()
    baselines: tuple[PlanBaseline, ...] = ()


def plan_of(value: Mapping[str, Any]) -> Plan:
    """The plan in the child's answer. Raises KeyError, TypeError or ValueError when it does not hold together."""
    return Plan(
        format=str(value["format"]),
        application=str(value["application"]),
        project=PlanProject(**_typed(PlanProject, value["project"])),
        calendars=tuple(
            PlanCalendar(
                int(c["id"]),
                str(c["name"]),
                tuple(_shifts(day) for day in c["week"]),
                tuple((str(day), _shifts(shifts)) for day, shifts in c["exceptions"]),
            )
            for c in value["calendars"]
        ),
        tasks=tuple(PlanTask(**_typed(PlanTask, t)) for t in value["tasks"]),
        links=tuple(
            PlanLink(int(k["pred"]), int(k["succ"]), str(k["type"]), _amount(k["lag"]))
            for k in value["links"]
        ),
        counts={str(k): int(v) for k, v in value["counts"].items()},
        other_projects=tuple(str(name) for name in value["other_projects"]),
        baselines=tuple(
            PlanBaseline(int(b["number"]), str(b["name"]), _moment(b["date"])) for b in value["baselines"]
        ),
    )


_MOMENTS = {
    "start", "status", "must_finish_by", "actual_start", "actual_finish", "resume", "suspend", "deadline",
    "expected_finish", "external_start", "external_finish", "finish", "early_start", "early_finish",
}  # fmt: skip
_AMOUNTS = {"critical_slack", "duration", "remaining", "leveling", "total_slack"}


def _typed(kind: type[PlanProject] | type[PlanTask], row: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in row.items():
        if key in _MOMENTS and not (kind is PlanProject and key == "expected_finish"):
            found[key] = None if value is None else datetime.fromisoformat(value)
        elif key in _AMOUNTS:
            found[key] = _amount(value)
        elif key in ("constraint", "second"):
            found[key] = None if value is None else Bound(str(value[0]), _moment(value[1]))
        elif key == "baselines":
            found[key] = tuple(BaseDates(int(n), _moment(a), _moment(b), _amount(d)) for n, a, b, d in value)
        elif key == "codes":
            found[key] = {str(k): str(v) for k, v in value.items()}
        else:
            found[key] = value
    return found


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _amount(value: Any) -> Amount | None:
    return None if value is None else Amount(float(value[0]), str(value[1]))


def _shifts(value: Any) -> Shifts:
    return tuple((int(a), int(b)) for a, b in value)


def plain(plan: Plan) -> dict[str, Any]:
    """The plan in JSON's own values, as `plan_of` reads it."""
    return {
        "format": plan.format,
        "application": plan.application,
        "project": _plain(plan.project),
        "calendars": [
            {"id": c.id, "name": c.name, "week": list(c.week), "exceptions": list(c.exceptions)}
            for c in plan.calendars
        ],
        "tasks": [_plain(t) for t in plan.tasks],
        "links": [{"pred": k.pred, "succ": k.succ, "type": k.type, "lag": _bare(k.lag)} for k in plan.links],
        "counts": dict(plan.counts),
        "other_projects": list(plan.other_projects),
        "baselines": [{"number": b.number, "name": b.name, "date": _bare(b.date)} for b in plan.baselines],
    }


def _plain(row: PlanProject | PlanTask) -> dict[str, Any]:
    return {part.name: _bare(getattr(row, part.name)) for part in fields(row)}


def _bare(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, tuple):
        return [_bare(part) for part in value]
    return dict(value) if isinstance(value, Mapping) else value
