"""Rows of activities and links to values of the engine, and back: days or minutes, dates or moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import repeat
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import Row, and_, case, literal, text
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
from projects.many import many
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
_AT = {column.name: i for i, column in enumerate(READ, 1)}  # after the project's number
NUMBERED = itemgetter(*map(_AT.__getitem__, ("id", "code")))
TIE = itemgetter(*map(_AT.__getitem__, ("code", "kind", "front_id", "sender_code")))
KINDS = {kind.value: kind for kind in Kind} | {NodeKind.POSSESSION.value: Kind.MILESTONE}

# The links of each project as packed columns, all in one order: a row to the link would take ten times as long.
LINKS = text(
    """
    select project_id, string_agg(int4send(pred_id), ''::bytea) as preds,
           string_agg(int4send(succ_id), ''::bytea) as succs, string_agg(type, '') as types,
           string_agg(int4send(lag), ''::bytea) as lags,
           string_agg(int4send(coalesce(lag_minutes, 0)), ''::bytea) as minutes,
           case when count(lag_calendar) > 0 then array_agg(lag_calendar) end as calendars,
           string_agg(int4send(version), ''::bytea) as versions
    from link where project_id = any(cast(:projects as integer[])) group by project_id
    """
)
_PACKED = {int.from_bytes(kind.value.encode()): kind for kind in LinkType}  # two letters as one number


def activities_of(rows: Sequence[Row[Any]], *, whole_days: bool) -> tuple[Activity, ...]:
    """`activity_of` of rows of a project's number and `READ`.

    Most have neither a date nor a constraint: those are read in one go.
    """
    _, codes, kinds, calendars, names_vi, names_en, durations, minutes, plain = zip(
        *map(itemgetter(slice(9)), rows), strict=True
    )
    work = [days * DAY for days in durations] if whole_days else [worked or 0 for worked in minutes]
    found = many(Activity, codes, work, calendars, map(KINDS.__getitem__, kinds), names_vi, names_en)
    for i in np.flatnonzero(~np.array(plain, np.bool_)).tolist():
        found[i] = activity_of(rows[i], whole_days=whole_days)
    return tuple(found)


def links_of(
    row: Row[Any], codes: Mapping[int, str], *, whole_days: bool
) -> tuple[tuple[Link, ...], list[int]]:
    """The links of a project by their ends and type, which no two have in common, and the version of each.

    `row` is one of `LINKS`, `codes` those of the activities, by id.
    """
    numbers = sorted(codes, key=codes.__getitem__)
    names = [codes[number] for number in numbers]
    place = {number: i for i, number in enumerate(numbers)}
    preds, succs, lags, minutes, versions = (
        np.frombuffer(part, ">i4").astype(np.int64)
        for part in (row.preds, row.succs, row.lags, row.minutes, row.versions)
    )
    pred, succ = (
        np.fromiter(map(place.__getitem__, side.tolist()), np.int64, side.size) for side in (preds, succs)
    )
    types = np.frombuffer(row.types.encode(), ">u2")
    order = np.lexsort((types, succ, pred))
    found = many(
        Link,
        map(names.__getitem__, pred[order].tolist()),
        map(names.__getitem__, succ[order].tolist()),
        map(_PACKED.__getitem__, types[order].tolist()),
        (lags * DAY if whole_days else minutes)[order].tolist(),
        repeat(None) if row.calendars is None else map(row.calendars.__getitem__, order.tolist()),
    )
    return tuple(found), versions[order].tolist()


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
