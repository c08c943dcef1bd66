"""Writing the parts of a network document: activities, links and calendars as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from projects.calendars import ClosedSeason
from projects.engine.model import Activity, Constraint, Link
from projects.engine.shifts import WorkCalendar


def shown(moment: date | datetime) -> str:
    """A day, or a local moment to the minute, as text."""
    return moment.isoformat(timespec="minutes") if isinstance(moment, datetime) else moment.isoformat()


def activity_row(a: Activity) -> dict[str, Any]:
    """An activity; what is not said has its default."""
    row: dict[str, Any] = {
        "code": a.code,
        "name_vi": a.name_vi,
        "name_en": a.name_en,
        "kind": a.kind.value,
        "calendar": a.calendar,
        "duration_minutes": a.duration,
    }
    if a.remaining is not None:
        row["remaining_minutes"] = a.remaining
    for key, moment in (("actual_start", a.actual_start), ("actual_finish", a.actual_finish)):
        if moment is not None:
            row[key] = shown(moment)
    if a.constraints:
        row["constraints"] = constraint_rows(a.constraints)
    return row


def constraint_rows(constraints: Sequence[Constraint]) -> list[dict[str, str]]:
    """Constraints, in their order."""
    return [{"rule": c.rule.value} | ({} if c.at is None else {"date": shown(c.at)}) for c in constraints]


def link_row(k: Link) -> dict[str, Any]:
    """A link."""
    row: dict[str, Any] = {"pred": k.pred, "succ": k.succ, "type": k.type.value, "lag_minutes": k.lag}
    return row if k.lag_calendar is None else row | {"lag_calendar": k.lag_calendar}


def calendar_row(c: WorkCalendar) -> dict[str, Any]:
    """A calendar."""

    def clock(minute: int) -> str:
        return f"{minute // 60:02}:{minute % 60:02}"

    def shifts(of: tuple[tuple[int, int], ...]) -> list[list[str]]:
        return [[clock(a), clock(b)] for a, b in of]

    def season(s: ClosedSeason) -> dict[str, str]:
        return {"from": f"{s.from_month:02}-{s.from_day:02}", "to": f"{s.to_month:02}-{s.to_day:02}"}

    return {
        "code": c.name,
        "week": [shifts(day) for day in c.week],
        "exceptions": [{"date": day.isoformat(), "shifts": shifts(of)} for day, of in c.exceptions],
        "seasons": [season(s) for s in c.seasons],
        "blackouts": [{"from": a.isoformat(), "to": b.isoformat()} for a, b in c.blackouts],
    }
