"""Our own network format: a JSON document in, a network with its options out; every fault is named at once.

The format is described by `data/schemas/network.schema.json`. Durations, remaining work and lags are whole working
minutes (`…_minutes`) or days (`…_days`: usual days of the calendar that they are counted in). Dates are days
(2026-03-13) or local moments (2026-03-13T07:30).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from projects.engine.docparts import Reader, calendar_of
from projects.engine.docrows import activity_row, calendar_row, link_row
from projects.engine.model import (
    Activity,
    Constraint,
    Kind,
    LagCalendar,
    Link,
    LinkType,
    Net,
    Options,
    Progress,
    Rule,
)
from projects.engine.shifts import WorkCalendar, WorkTime, calendar_faults, work_time
from projects.errors import InvalidInput

FORMAT, VERSION = "duonggang-network", 1
MOST = 1_000_000

TOP = {
    "format",
    "version",
    "project",
    "finishes",
    "calendars",
    "activities",
    "links",
    "options",
    "note",
    "baselines",
}
ACTIVITY = {
    "code", "name_vi", "name_en", "kind", "calendar", "duration_minutes", "duration_days", "remaining_minutes",
    "remaining_days", "actual_start", "actual_finish", "constraints", "front", "possession", "sender_code",
}  # fmt: skip
LINK = {"pred", "succ", "type", "lag_minutes", "lag_days", "lag_calendar"}
OPTIONS = {"progress", "lag_calendar", "critical_float_minutes"}


@dataclass(frozen=True, slots=True)
class Document:
    """What was read; `calendars` are those that the document itself defines.

    `fronts`: work front of an activity by code; `possessions`: milestones that are the possession of their front;
    `sender_codes`: what the sender of the schedule calls an activity.
    """

    net: Net
    options: Options
    calendars: tuple[WorkCalendar, ...]
    fronts: Mapping[str, str] = field(default_factory=dict)
    possessions: frozenset[str] = frozenset()
    sender_codes: Mapping[str, str] = field(default_factory=dict)


def read(
    document: object,
    *,
    data_date: date | datetime,
    known: Mapping[str, WorkTime],
    also: Collection[str] = (),
) -> Document:
    """The network of a parsed JSON document. `known` are calendars that it may name without defining them; `also`: keys
    of activities that the caller reads itself (`projects.front_runs`), refused by anybody else.

    Raises `InvalidInput` with every fault of form; `schedule` refuses those of content.
    """
    r = Reader()
    top = r.mapping("document", document, TOP)
    if top.get("format") != FORMAT or top.get("version") != VERSION:
        r.fault("format", f"Không phải {FORMAT} bản {VERSION}.", f"It is not {FORMAT} version {VERSION}.")
    own: list[WorkCalendar] = []
    for i, row in enumerate(r.rows(top, "calendars", MOST)):
        calendar = calendar_of(r, f"calendars[{i}]", row)
        if calendar is not None:
            found = list(calendar_faults(calendar))
            r.faults += found
            if not found:
                own.append(calendar)
    times = {**known, **{c.name: work_time(c) for c in own}}
    rows = r.rows(top, "activities", MOST)
    activities = [_activity(r, f"activities[{i}]", row, times, also) for i, row in enumerate(rows)]
    fronts, senders = (_texts(r, rows, key) for key in ("front", "sender_code"))
    opened = frozenset(
        str(row.get("code")) for row in rows if isinstance(row, dict) and row.get("possession") is True
    )
    of = {a.code: a.calendar for a in activities}
    options = _options(r, top.get("options", {}), data_date)
    links = [
        _link(r, f"links[{i}]", row, of, times, options) for i, row in enumerate(r.rows(top, "links", MOST))
    ]
    finishes = tuple(r.text("finishes", code) for code in r.rows(top, "finishes", MOST))
    project = r.text("project", top.get("project"))
    if r.faults:
        raise InvalidInput(r.faults)
    used = {a.calendar for a in activities} | {k.lag_calendar for k in links}
    kept = tuple(time for name, time in times.items() if name in used)
    net = Net(project, tuple(activities), tuple(links), kept, finishes)
    return Document(net, options, tuple(own), fronts, opened, senders)


def write(net: Net, options: Options, calendars: Sequence[WorkCalendar] = ()) -> dict[str, Any]:
    """The document of a network; what is not said has its default. `calendars`: those to define in it."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "project": net.project,
        "finishes": list(net.finishes),
        "calendars": [calendar_row(c) for c in calendars],
        "activities": [activity_row(a) for a in net.activities],
        "links": [link_row(k) for k in net.links],
        "options": {
            "progress": options.progress.value,
            "lag_calendar": options.lag_calendar.value,
            "critical_float_minutes": options.critical_float,
        },
    }


def _options(r: Reader, value: object, data_date: date | datetime) -> Options:
    row = r.mapping("options", value, OPTIONS)
    return Options(
        data_date,
        progress=r.choice("options.progress", row.get("progress", Progress.RETAINED), Progress),
        lag_calendar=r.choice(
            "options.lag_calendar", row.get("lag_calendar", LagCalendar.PREDECESSOR), LagCalendar
        ),
        critical_float=r.whole("options.critical_float_minutes", row.get("critical_float_minutes", 0)),
    )


def _texts(r: Reader, rows: Sequence[object], key: str) -> dict[str, str]:
    """A text by activity code, where there is one."""
    found = {}
    for i, row in enumerate(rows):
        if isinstance(row, dict) and row.get(key) is not None:
            found[str(row.get("code"))] = r.text(f"activities[{i}].{key}", row[key])
    return found


def _activity(
    r: Reader, where: str, value: object, times: Mapping[str, WorkTime], also: Collection[str]
) -> Activity:
    row = r.mapping(where, value, ACTIVITY.union(also))
    calendar = r.text(f"{where}.calendar", row.get("calendar"))
    time = times.get(calendar)
    constraints = tuple(
        constraint_of(r, f"{where}.constraints[{i}]", c) for i, c in enumerate(r.rows(row, "constraints", 20))
    )
    return Activity(
        code=r.text(f"{where}.code", row.get("code")),
        duration=r.amount(where, row, "duration", time) or 0,
        calendar=calendar,
        kind=r.choice(f"{where}.kind", row.get("kind", Kind.TASK), Kind),
        name_vi=r.text(f"{where}.name_vi", row.get("name_vi", ""), empty=True),
        name_en=r.text(f"{where}.name_en", row.get("name_en", ""), empty=True),
        constraints=constraints,
        actual_start=r.moment(f"{where}.actual_start", row.get("actual_start")),
        actual_finish=r.moment(f"{where}.actual_finish", row.get("actual_finish")),
        remaining=r.amount(where, row, "remaining", time),
    )


def constraint_of(r: Reader, where: str, value: object) -> Constraint:
    """A constraint row."""
    row = r.mapping(where, value, {"rule", "date"})
    return Constraint(
        r.choice(f"{where}.rule", row.get("rule"), Rule), r.moment(f"{where}.date", row.get("date"))
    )


def _link(
    r: Reader,
    where: str,
    value: object,
    of: Mapping[str, str],
    times: Mapping[str, WorkTime],
    options: Options,
) -> Link:
    row = r.mapping(where, value, LINK)
    pred, succ = r.text(f"{where}.pred", row.get("pred")), r.text(f"{where}.succ", row.get("succ"))
    own = row.get("lag_calendar")
    name = None if own is None else r.text(f"{where}.lag_calendar", own)
    counted = name
    if name is None and options.lag_calendar is not LagCalendar.ELAPSED:
        counted = of.get(pred if options.lag_calendar is LagCalendar.PREDECESSOR else succ)
    lag = r.amount(where, row, "lag", times.get(counted or ""), signed=True) or 0
    return Link(pred, succ, r.choice(f"{where}.type", row.get("type", LinkType.FS), LinkType), lag, name)
