"""A network as a file to take away: MSPDI, XER, our JSON format, GraphML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from geo.schedules.door import write_schedule
from projects.engine.document import write
from projects.engine.graph import graphml
from projects.engine.model import Net, Options
from projects.engine.schedule import schedule
from projects.engine.shifts import WorkCalendar
from projects.interchange.docbaselines import baseline_rows
from projects.interchange.imported import Beside, LinkKey, SentBaseline
from projects.interchange.noting import Notes
from projects.interchange.outward import planned
from projects.interchange.words import Note

Form = Literal["mspdi", "xer", "json", "graphml"]
ENDINGS: Mapping[Form, str] = {"mspdi": "xml", "xer": "xer", "json": "json", "graphml": "graphml"}
TYPES: Mapping[Form, str] = {
    "mspdi": "application/xml",
    "xer": "text/plain; charset=utf-8",
    "json": "application/json",
    "graphml": "application/xml",
}


@dataclass(frozen=True, slots=True)
class Network:
    """A network with what an import kept beside it; `runs`: rules of possessions as our format has them, by code."""

    net: Net
    options: Options
    calendars: tuple[WorkCalendar, ...]
    name: str
    beside: Mapping[str, Beside] = field(default_factory=dict)
    percents: Mapping[LinkKey, float] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    baselines: tuple[SentBaseline, ...] = ()
    runs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def network_file(found: Network, form: Form) -> tuple[bytes, tuple[Note, ...]]:
    """The bytes, and what the format says in another way. Raises InvalidInput when it cannot be dated or written."""
    if form in ("json", "graphml"):
        document = write(found.net, found.options, found.calendars)
        if found.baselines:
            document["baselines"] = baseline_rows(found.baselines)
        for row in document["activities"]:
            row |= found.runs.get(row["code"], {})
        text = graphml(document) if form == "graphml" else json.dumps(document, ensure_ascii=False, indent=1)
        return text.encode(), ()
    result = schedule(found.net, found.options)
    plan, notes = planned(
        result,
        form=form,
        name=found.name,
        beside=found.beside,
        percents=found.percents,
        baselines=found.baselines,
    )
    return write_schedule(plan, form), (*notes, *_without_runs(found))


def _without_runs(found: Network) -> tuple[Note, ...]:
    """What a format says that has no room for the rules of fronts."""
    notes = Notes()
    for code, keys in found.runs.items():
        notes.add("out_run", code, detail=f"{keys['run_m']:g}")
    return notes.found()
