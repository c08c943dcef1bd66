"""The baselines of a sender as ours: dates by activity; what cannot be drawn or compared is named and left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from projects.engine.model import Activity
from projects.engine.shifts import EPOCH, LAST_DAY
from projects.interchange.amounts import minutes
from projects.interchange.imported import Agreed, SentBaseline
from projects.interchange.noting import Notes
from projects.interchange.plan import BaseDates, Plan, PlanBaseline, PlanTask


def sent_baselines(
    plan: Plan,
    kept: Sequence[PlanTask],
    codes: Mapping[int, str],
    day_minutes: Mapping[str, int],
    activities: Sequence[Activity],
    notes: Notes,
) -> tuple[SentBaseline, ...]:
    """The baselines of the rows that are activities of ours, in the order in which they were set.

    `day_minutes` by calendar. Where not every baseline has a date, the sender's numbers order them. A baseline without
    a sound row is not kept; that, and every row that is not sound, is in the notes.
    """
    calendar_of = {a.code: a.calendar for a in activities}
    found = []
    for head, name in _named(plan.baselines):
        dates: dict[str, Agreed] = {}
        absent: list[str] = []
        for task in kept:
            code = codes[task.id]
            said = next((b for b in task.baselines if b.number == head.number), None)
            if said is None:
                absent.append(code)
            elif fault := _fault(said):
                notes.add(fault, code, detail=name)
            elif said.start is not None and said.finish is not None:
                days = _days(said, plan, day_minutes[calendar_of[code]])
                dates[code] = Agreed(said.start, said.finish, days)
        if dates:
            for code in absent:
                notes.add("baseline_part", code, detail=name)
            found.append(SentBaseline(head.number, name, head.date, dates))
        else:
            notes.add("baseline_empty", detail=name)
    if all(b.date is not None for b in found):
        found.sort(key=lambda b: (str(b.date), b.number))
    return tuple(found)


def own_name(number: int) -> str:
    """What Microsoft Project calls its baseline of a number."""
    return "Baseline" if number == 0 else f"Baseline {number}"


def _named(heads: Sequence[PlanBaseline]) -> list[tuple[PlanBaseline, str]]:
    """Each with its name: the sender's own, which may be there twice, else what Microsoft Project calls it."""
    named = [(h, h.name.strip()[:60] or own_name(h.number)) for h in heads]
    often = Counter(name for _, name in named)
    return [(h, name if often[name] == 1 else f"{name} #{h.number}") for h, name in named]


def _fault(said: BaseDates) -> str:
    """The note for dates that are none, empty for sound ones."""
    if said.start is None or said.finish is None:
        return "baseline_half"
    if not all(EPOCH <= at.date() <= LAST_DAY for at in (said.start, said.finish)):
        return "baseline_range"
    return "baseline_reversed" if said.finish < said.start else ""


def _days(said: BaseDates, plan: Plan, day: int) -> float | None:
    if said.duration is None:
        return None
    try:
        return round(minutes(said.duration, plan.project)[0] / day, 2)
    except (ValueError, OverflowError):
        return None
