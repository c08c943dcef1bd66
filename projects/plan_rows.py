"""A plan as the rows of our network format, and back: what events keep, what people export, what a change is put on.

A plan in whole days has `…_days`, any other `…_minutes`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from projects.engine.checks import faults_of
from projects.engine.docrows import activity_row, calendar_row, link_row
from projects.engine.document import FORMAT, VERSION, read
from projects.engine.model import Activity, Link
from projects.engine.shifts import DAY, Moment, WorkTime
from projects.errors import InvalidInput
from projects.plan import Plan, link_key

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """Activities by code and links by `link_key`."""

    activities: Mapping[str, Row]
    links: Mapping[str, Row]


def rows_of(plan: Plan) -> Rows:
    """The rows of a plan, by code and by ends."""
    return Rows(
        {a.code: _activity(a, plan) for a in plan.net.activities},
        {link_key(k.pred, k.succ, k.type): _link(k, plan) for k in plan.net.links},
    )


def document_of(plan: Plan, *, note: str = "") -> dict[str, Any]:
    """The network in our format (`data/schemas/network.schema.json`)."""
    return _document(plan, rows_of(plan)) | ({"note": note} if note else {})


def plan_from(plan: Plan, rows: Rows, times: Mapping[str, WorkTime], *, data_date: Moment) -> Plan:
    """`plan` with other rows. `times`: the portfolio's calendars as the plan counts them.

    Raises InvalidInput with every fault of form, or else of content, on the data date.
    """
    found = read(_document(plan, rows), data_date=data_date, known=times)
    own = {c.name for c in plan.calendars}
    kept = tuple(time for time in plan.net.calendars if time.name in times or time.name in own)
    made = replace(
        plan,
        net=replace(found.net, calendars=kept),
        fronts=found.fronts,
        possessions=found.possessions,
        sender_codes=found.sender_codes,
    )
    faults = faults_of(made.net, made.options(data_date))
    if faults:
        raise InvalidInput(faults)
    return made


def plan_hash(plan: Plan) -> str:
    """SHA-256 of what the network says: equal for equal networks, whatever way they came about."""
    whole = document_of(plan)
    whole["activities"].sort(key=lambda row: row["code"])
    whole["links"].sort(key=lambda row: (row["pred"], row["succ"], row["type"]))
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _document(plan: Plan, rows: Rows) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "project": plan.net.project,
        "finishes": list(plan.net.finishes),
        "calendars": [calendar_row(c) for c in plan.calendars],
        "activities": list(rows.activities.values()),
        "links": list(rows.links.values()),
        "options": {
            "progress": plan.progress.value,
            "lag_calendar": plan.lag_calendar.value,
            "critical_float_minutes": plan.critical_float,
        },
    }


def _activity(a: Activity, plan: Plan) -> Row:
    row = _in_days(activity_row(a), ("duration", "remaining")) if plan.whole_days else activity_row(a)
    if a.code in plan.fronts:
        row["front"] = plan.fronts[a.code]
    if a.code in plan.possessions:
        row["possession"] = True
    if a.code in plan.sender_codes:
        row["sender_code"] = plan.sender_codes[a.code]
    return row


def _link(k: Link, plan: Plan) -> Row:
    return _in_days(link_row(k), ("lag",)) if plan.whole_days else link_row(k)


def _in_days(row: Row, keys: tuple[str, ...]) -> Row:
    """Minutes of whole days as days."""
    found = {}
    for name, value in row.items():
        key = name.removesuffix("_minutes")
        found[f"{key}_days" if key in keys and key != name else name] = (
            value // DAY if key in keys and key != name else value
        )
    return found
