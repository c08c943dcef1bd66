"""Baselines of a sender in a plan that goes out again: Microsoft Project has room for eleven, by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from projects.engine.shifts import WorkTime
from projects.interchange.basing import own_name
from projects.interchange.imported import Agreed, SentBaseline
from projects.interchange.noting import Notes
from projects.interchange.plan import Amount, BaseDates, PlanTask

MOST = 10  # the highest number


def with_baselines(
    tasks: Sequence[PlanTask],
    baselines: Sequence[SentBaseline],
    form: str,
    times: Mapping[str, WorkTime],
    notes: Notes,
) -> list[PlanTask]:
    """The tasks with what each baseline says of them; what `form` has no room for is noted. `times` by activity."""
    if form != "mspdi":
        for sent in baselines:
            notes.add("out_baseline", detail=sent.name)
        return list(tasks)
    for sent in baselines:
        if sent.number > MOST:
            notes.add("out_baseline", detail=sent.name)
        elif sent.name != own_name(sent.number):
            notes.add("out_baseline_name", detail=f"{sent.name} → {own_name(sent.number)}")
    return [
        replace(
            task,
            baselines=tuple(
                _dates(sent.number, sent.dates[task.code], times[task.code].day_minutes)
                for sent in sorted(baselines, key=lambda b: b.number)
                if sent.number <= MOST and task.code in sent.dates
            ),
        )
        for task in tasks
    ]


def _dates(number: int, said: Agreed, day: int) -> BaseDates:
    duration = None if said.days is None else Amount(round(said.days * day) / 60, "HOURS")
    return BaseDates(number, said.start, said.finish, duration)
