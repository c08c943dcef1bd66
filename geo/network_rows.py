"""Rows of activities and links to values of the engine, and back: days or minutes, dates or moments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, case, literal
from sqlalchemy.dialects.postgresql import JSONB

from geo.tables import Activity as ActivityRow
from geo.tables import Link as LinkRow
from geo.tables.base import Base
from projects.engine.docparts import Reader
from projects.engine.docrows import constraint_rows
from projects.engine.document import constraint_of
from projects.engine.model import Activity, Constraint, Kind, Link, LinkType, Rule
from projects.engine.shifts import DAY, Moment, WorkTime
from projects.errors import InvalidInput
from projects.model import NodeKind

# As the columns say them; a call of the enumeration for each of a hundred thousand rows takes longer.
TYPES = {kind.value: kind for kind in LinkType}
# Columns of the table, not of objects: a portfolio has tens of thousands of rows. First what `activities_of` reads.
ACTIVITY = Base.metadata.tables["activity"]
_DATES = (
    "not_before", "actual_start", "actual_finish", "remaining", "remaining_minutes", "actual_start_at",
    "actual_finish_at",
)  # fmt: skip
_BOUND = case((ACTIVITY.c.constraints != literal([], JSONB), ACTIVITY.c.constraints))
READ = (
    *(ACTIVITY.c[name] for name in ("code", "kind", "calendar", "name_vi", "name_en", "duration", "minutes")),
    and_(_BOUND.is_(None), *(ACTIVITY.c[name].is_(None) for name in _DATES)).label("plain"),
    *(ACTIVITY.c[name] for name in ("id", "front_id", "sender_code", "version", *_DATES)),
    _BOUND.label("constraints"),
)
KINDS = {kind.value: kind for kind in Kind} | {NodeKind.POSSESSION.value: Kind.MILESTONE}


def activities_of(rows: Iterable[Row[Any]], *, whole_days: bool) -> tuple[Activity, ...]:
    """`activity_of` of rows of `READ`. Most have neither a date nor a constraint: those are read in one go."""
    found = []
    row: Any
    for row in rows:
        code, kind, calendar, name_vi, name_en, duration, minutes, plain, *_ = row
        if plain:
            work = duration * DAY if whole_days else minutes or 0
            found.append(Activity(code, work, calendar, KINDS[kind], name_vi, name_en))
        else:
            found.append(activity_of(row, whole_days=whole_days))
    return tuple(found)


def activity_of(row: ActivityRow | Row[Any], *, whole_days: bool) -> Activity:
    """The engine's activity; a possession is a milestone."""
    first = () if row.not_before is None else (Constraint(Rule.SNET, row.not_before),)
    remaining = row.remaining
    if remaining is not None and whole_days:
        remaining *= DAY
    elif not whole_days:
        remaining = row.remaining_minutes
    return Activity(
        row.code,
        row.duration * DAY if whole_days else row.minutes or 0,
        row.calendar,
        KINDS[row.kind],
        row.name_vi,
        row.name_en,
        (*first, *constraints_of(row.constraints)) if row.constraints else first,
        row.actual_start_at or row.actual_start,
        row.actual_finish_at or row.actual_finish,
        remaining,
    )


def activity_values(a: Activity, *, possession: bool, whole_days: bool, time: WorkTime) -> dict[str, Any]:
    """The columns of an activity but its code, ties and version. Days of a network in minutes are rounded up."""
    day = DAY if whole_days else max(time.day_minutes, 1)
    first = a.constraints[0] if a.constraints else None
    plain = first is not None and first.rule is Rule.SNET and _is_day(first.at)
    return {
        "name_vi": a.name_vi,
        "name_en": a.name_en,
        "kind": NodeKind.POSSESSION.value if possession else a.kind.value,
        "duration": -(-a.duration // day),
        "calendar": a.calendar,
        "not_before": first.at if plain and first is not None else None,
        "constraints": constraint_rows(a.constraints[1:] if plain else a.constraints),
        "actual_start": _day(a.actual_start),
        "actual_finish": _day(a.actual_finish),
        "actual_start_at": _moment(a.actual_start),
        "actual_finish_at": _moment(a.actual_finish),
        "remaining": None if a.remaining is None else -(-a.remaining // day),
        "minutes": None if whole_days else a.duration,
        "remaining_minutes": None if whole_days else a.remaining,
    }


def link_of(row: LinkRow | Row[Any], codes: Mapping[int, str], *, whole_days: bool) -> Link:
    """The engine's link."""
    lag = row.lag * DAY if whole_days else row.lag_minutes or 0
    return Link(codes[row.pred_id], codes[row.succ_id], TYPES[row.type], lag, row.lag_calendar)


def link_values(k: Link, *, whole_days: bool, time: WorkTime) -> dict[str, Any]:
    """The columns of a link but its ends, type and version."""
    day = DAY if whole_days else max(time.day_minutes, 1)
    return {
        "lag": -(-k.lag // day),
        "lag_minutes": None if whole_days else k.lag,
        "lag_calendar": k.lag_calendar,
    }


def constraints_of(rows: object) -> tuple[Constraint, ...]:
    """Constraints as they are kept. Raises InvalidInput for what is none."""
    reader = Reader()
    found = tuple(
        constraint_of(reader, f"constraints[{i}]", row)
        for i, row in enumerate(rows if isinstance(rows, list) else [])
    )
    if reader.faults:
        raise InvalidInput(reader.faults)
    return found


def _is_day(at: Moment | None) -> bool:
    return isinstance(at, date) and not isinstance(at, datetime)


def _day(at: Moment | None) -> date | None:
    return at.date() if isinstance(at, datetime) else at


def _moment(at: Moment | None) -> datetime | None:
    return at if isinstance(at, datetime) else None
