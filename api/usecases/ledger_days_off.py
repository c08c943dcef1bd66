"""The calendars of each day of a ledger: where days off begin to count in its period, and which document says so."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.calendars import working_calendars
from api.context import Context
from api.usecases.law_now import calendars_on, settings_of
from api.usecases.law_settings import OBJECT
from geo.plan_history import with_calendars
from geo.tables import Event
from projects.calendars import Calendar
from projects.law.settings import Setting, holidays_of, standing
from projects.ledger.model import Cause, Kind
from projects.ledger.states import DaysOff
from projects.plan import Plan


@dataclass(frozen=True, slots=True)
class Turn:
    """From `day` on these are the calendars; `days_off` says what changed them, None for the first of a period."""

    day: date
    calendars: Mapping[str, Calendar]
    days_off: DaysOff | None = None


def turns_between(session: Session, ctx: Context, from_day: date, to_day: date) -> tuple[Turn, ...]:
    """The calendars of a period, oldest first: those of its first day, and of each day on which they change."""
    found = [Turn(from_day, calendars_on(session, ctx, from_day))]
    rows = [row for row in standing(settings_of(session)) if row.kind == "holiday"]
    told = _events(session, [row.id for row in rows]) if rows else {}
    for day in sorted({row.from_on for row in rows if from_day < row.from_on <= to_day}):
        before = {row.key: row.value or {} for row in rows if row.from_on < day}
        by_document: dict[str, list[Setting]] = {}
        for row in rows:
            if row.from_on == day:
                by_document.setdefault(row.document, []).append(row)
        groups = [by_document[document] for document in sorted(by_document)]
        causes = tuple(
            (_cause(group), tuple(sorted(told[r.id] for r in group if r.id in told))) for group in groups
        )
        found.append(Turn(day, calendars_on(session, ctx, day), DaysOff(causes, _under(ctx, before, groups))))
    return tuple(found)


def _under(
    ctx: Context, before: Mapping[str, Mapping[str, Any]], groups: Sequence[Sequence[Setting]]
) -> Callable[[Plan, Collection[int]], Plan]:
    """Gives a plan the calendars of the day before with what the chosen groups set."""

    def under(plan: Plan, chosen: Collection[int]) -> Plan:
        changes = holidays_of({**before, **{row.key: row.value or {} for i in chosen for row in groups[i]}})
        return with_calendars(plan, working_calendars(changes) if changes else ctx.calendars)

    return under


def _cause(group: Sequence[Setting]) -> Cause:
    """A document that announced days off, by its number and the days."""
    days = sorted((date.fromisoformat(row.name), bool((row.value or {}).get("off"))) for row in group)
    runs = list(_runs(days))
    vi = "; ".join(f"{'nghỉ' if off else 'làm việc'} {span}" for span, off in runs)
    en = "; ".join(f"{'off' if off else 'worked'} {span}" for span, off in runs)
    document = group[0].document or group[0].key
    return Cause(Kind.DAYS_OFF, document, f"{document} ({vi})", f"{document} ({en})")


def _runs(days: Sequence[tuple[date, bool]]) -> Iterator[tuple[str, bool]]:
    """Days of one sort that follow one another, as one span."""
    at = 0
    while at < len(days):
        first, off = days[at]
        end = at
        while end + 1 < len(days) and days[end + 1] == (days[end][0] + timedelta(1), off):
            end += 1
        last = days[end][0]
        yield f"{first:%d/%m/%Y}" if first == last else f"{first:%d/%m/%Y} – {last:%d/%m/%Y}", off
        at = end + 1


def _events(session: Session, numbers: Sequence[int]) -> dict[int, int]:
    """The event that told of a setting, by its number."""
    told = select(Event.id, Event.after).where(Event.object_type == OBJECT, Event.kind == "law.set")
    found = {int((after or {}).get("id", 0)): number for number, after in session.execute(told)}
    return {number: found[number] for number in numbers if number in found}
