"""The network of a project to take away: our JSON format or GraphML, with the land cases or without."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import resolve_day
from api.usecases.dated_network import dated_network
from api.usecases.visible import hidden_cases
from geo.access import access_project
from geo.networks import load_stored
from projects.engine.model import Activity, Link, Net
from projects.errors import NotFound
from projects.front_runs import carry
from projects.plan import Plan
from projects.plan_rows import document_of, plan_hash, rows_of


def network_document(
    session: Session, ctx: Context, code: str, *, land: bool, as_of: date | None = None
) -> dict[str, Any]:
    """The network of a project in our format (`data/schemas/network.schema.json`).

    With `land` there is a milestone for each case before the possessions that wait for it, dated by its forecast;
    cases outside the reader's reach have numbers for names. A front that opens with a run of free land is tied to the
    cases of the run that comes first, and its possession carries the rule (`projects.front_runs`): with its ground
    where all its land is in the reader's reach, else by its length alone; the note says which. Raises NotFound for a
    project without a network.
    """
    project = access_project(session, code)
    day = resolve_day(session, as_of)
    found = dated_network(session, ctx, project, day)
    if found is None:
        raise NotFound("network", code)
    note = f"Số liệu đến {day.isoformat()}"
    if not land:
        return document_of(found.plan, note=note)
    reckoning = found.calculation.reckoning
    hidden = sorted(hidden_cases(ctx, project.code, found.calculation))
    names = {case: f"LAND-{number}" for number, case in enumerate(hidden, 1)}
    document = document_of(_with(found.plan, found.result.prepared.net, names), note=note)
    for words in carry(document, reckoning.ground if reckoning else (), names.keys()):
        document["note"] += f"; {words}"
    return document


def network_rows(session: Session, ctx: Context, code: str) -> dict[str, Any]:
    """The rows of a network by code and link with the versions that a change must have seen, and the hash of it all.

    Raises NotFound for a project without a network.
    """
    stored = load_stored(session, access_project(session, code), ctx.calendars)
    if stored is None:
        raise NotFound("network", code)
    rows = rows_of(stored.plan)
    return {
        "project": code,
        "version": stored.plan.version,
        "hash": plan_hash(stored.plan),
        "unit": "day" if stored.plan.whole_days else "minute",
        "activities": rows.activities,
        "links": rows.links,
        "versions": stored.versions,
    }


def _with(plan: Plan, net: Net, names: dict[str, str]) -> Plan:
    def renamed(a: Activity) -> Activity:
        if a.code not in names:
            return a
        return replace(a, code=names[a.code], name_vi="Đất ngoài phạm vi xem", name_en="Land out of reach")

    links = tuple(Link(names.get(k.pred, k.pred), k.succ, k.type, k.lag, k.lag_calendar) for k in net.links)
    return replace(plan, net=replace(net, activities=tuple(map(renamed, net.activities)), links=links))
