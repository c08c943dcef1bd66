"""A sender's calendars as ours: unique names, checked, with the round-the-clock one where something elapses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from projects.engine.shifts import EPOCH, LAST_DAY, WHOLE_DAY, WorkCalendar, calendar_faults
from projects.errors import Fault
from projects.interchange.plan import PlanCalendar

ELAPSED = WorkCalendar("24h/7", (WHOLE_DAY,) * 7)
STANDARD = WorkCalendar("8h/5", (((480, 720), (780, 1020)),) * 5 + ((), ()))


def work_calendars(found: Sequence[PlanCalendar]) -> tuple[dict[int, WorkCalendar], list[Fault]]:
    """Our calendar of every number of the sender's, and every fault of theirs; a faulty one is left out."""
    faults: list[Fault] = []
    made: dict[int, WorkCalendar] = {}
    taken = {ELAPSED.name, STANDARD.name}
    for calendar in found:
        name = _own_name(calendar, taken)
        days: list[tuple[date, tuple[tuple[int, int], ...]]] = []
        outside = 0
        for text, shifts in calendar.exceptions:
            day = date.fromisoformat(text)
            if EPOCH <= day <= LAST_DAY:
                days.append((day, shifts))
            else:
                outside += 1
        if outside:
            faults.append(
                Fault(
                    name,
                    f"Lịch {name}: {outside} ngày ngoại lệ nằm ngoài 1970–2100.",
                    f"Calendar {name}: {outside} exceptions lie outside 1970–2100.",
                )
            )
        own = WorkCalendar(name, calendar.week, tuple(_needed(days, calendar.week)))
        wrong = list(calendar_faults(own))
        faults += wrong
        if not wrong:
            made[calendar.id] = own
    return made, faults


def _needed(
    days: list[tuple[date, tuple[tuple[int, int], ...]]], week: tuple[tuple[tuple[int, int], ...], ...]
) -> list[tuple[date, tuple[tuple[int, int], ...]]]:
    """Exceptions that say something else than the week does."""
    return [(day, shifts) for day, shifts in days if len(week) != 7 or week[day.weekday()] != shifts]


def _own_name(calendar: PlanCalendar, taken: set[str]) -> str:
    name = wanted = calendar.name.strip() or f"Lịch {calendar.id}"
    number = 2
    while name in taken:
        name, number = f"{wanted} ({number})", number + 1
    taken.add(name)
    return name
