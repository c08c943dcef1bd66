"""Finding land for the map: the parcel at a place, by its id, of a case; and what somebody types into the search."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import facts
from api.usecases.calculation import calculate, resolve_day
from api.usecases.features import DIGITS
from api.usecases.land_features import driving_cases, parcel_properties
from api.usecases.visible import hidden_cases
from geo.access import CODE, access_project
from geo.axis import load_routes
from geo.descent import Descent, descent_of_id, descent_of_number, say_acts
from geo.route import route_point
from geo.tables import Project
from projects.chainage import parse_chainage
from projects.errors import Fault, InvalidInput
from projects.stationing import format_station, measures_at

MOST_FOUND = 20
UUID_LENGTH = 36
MOST_PARCELS = 500  # of one case on the map
SHEET_NUMBER = re.compile(
    r"(?:tờ\s*|to\s*|sheet\s*)?([\w.-]{1,20})\s*(?:/|-|–|,|\s)\s*(?:thửa\s*|thua\s*|parcel\s*)?([\w.-]{1,20})",
    re.I,
)
KM = re.compile(r"\s*km\s*\d", re.I)

FOUND = """
select p.id::text as id, c.code, p.sheet, p.number, p.land_use, p.area_m2, p.from_m, p.to_m, p.project_id,
       ST_AsGeoJSON(p.geom, :digits) as shape
from parcel p join clearance_case c on c.id = p.case_id
where {where} {project} order by p.map_series, p.sheet, p.number, p.map_version, p.id limit :most
"""
WHERE = {
    "at": "p.geom && ST_Point(:lon, :lat, 4326) and ST_Covers(p.geom, ST_Point(:lon, :lat, 4326))",
    "id": "p.id = any (cast(:ids as uuid[]))",
    "case": "c.code = :case",
}
BY_SHEET = """
select p.id::text as id, c.code, p.sheet, p.number, w.name as ward, q.code as project, p.project_id,
       ST_X(ST_PointOnSurface(p.geom)) as lon, ST_Y(ST_PointOnSurface(p.geom)) as lat
from parcel p join clearance_case c on c.id = p.case_id join project q on q.id = p.project_id
join ward w on w.code = p.ward_code
where {where} {project} and c.step <> 'X2'
order by q.sort, c.code, p.sheet, p.number limit :most
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which parcels: the one at a place (lon, lat), the one with this id or what became of it, or all of a case."""

    at: tuple[float, float] | None = None
    id: str | None = None
    case: str | None = None


def parcels_wanted(
    session: Session, ctx: Context, wanted: Wanted, *, project_code: str | None, as_of: date | None
) -> str:
    """A FeatureCollection with what the map says of these parcels, as in a project's GeoJSON; empty when none is seen.

    Raises NotFound for an unknown project, InvalidInput where it is not said which parcels.
    """
    day = resolve_day(session, as_of)
    kind, values = _kind(session, wanted)
    clause = ""
    if project_code is not None:
        clause, values = (
            "and p.project_id = :project",
            values | {"project": access_project(session, project_code).id},
        )
    statement = text(FOUND.format(where=WHERE[kind], project=clause))
    rows = session.execute(statement, values | {"digits": DIGITS, "most": MOST_PARCELS}).all()
    labels = facts.all_ward_labels(session)
    texts: list[str] = []
    for number in dict.fromkeys(row.project_id for row in rows):
        project = session.get_one(Project, number)
        calculation = calculate(session, ctx, project, day)
        hidden, drivers = hidden_cases(ctx, project.code, calculation), driving_cases(calculation)
        for row in rows:
            case = calculation.cases.get(row.code)
            if row.project_id != number or case is None or row.code in hidden:
                continue
            properties = parcel_properties(calculation, drivers, labels, case, row) | {
                "project": project.code
            }
            said = json.dumps(properties, ensure_ascii=False)
            texts.append(f'{{"type":"Feature","geometry":{row.shape},"properties":{said}}}')
    head = {"type": "FeatureCollection", "data_date": day.isoformat()} | ctx.looking_back
    return f'{json.dumps(head, separators=(",", ":"))[:-1]},"features":[{",".join(texts)}]}}'


def search_land(session: Session, typed: str, *, project_code: str | None) -> list[dict[str, Any]]:
    """What a text names: a chainage (Km12+345), a case by the start of its code, sheet and number or id of a parcel.

    Old numbers and ids lead to the parcels that they became. Each found thing has `kind` (km, parcel), a `label`,
    `lon`, `lat`, and where it is a parcel its `id` and `case`, and `said` (vi, en) where an old one led to it; at most
    20. Raises NotFound for an unknown project, InvalidInput for a chainage that is not one.
    """
    typed = typed.strip()
    project = access_project(session, project_code) if project_code is not None else None
    if KM.match(typed):
        return _on_axes(session, project, parse_chainage(typed))
    clause = "" if project is None else "and p.project_id = :project"
    values: dict[str, Any] = {"most": MOST_FOUND, "project": project.id if project else None}
    found: list[Any] = []
    if CODE.fullmatch(typed):
        where = "c.code >= :code and c.code < :beyond"
        own = values | {"code": typed.upper(), "beyond": typed.upper() + "\uffff"}
        found = list(session.execute(text(BY_SHEET.format(where=where, project=clause)), own))
    if found:
        return [_parcel(row._mapping) for row in found]
    led = Descent((), ())
    if (parcel_id := _id(typed)) is not None:
        led = descent_of_id(session, parcel_id)
        where, own = "p.id = :id", values | {"id": parcel_id}
        found = list(session.execute(text(BY_SHEET.format(where=where, project=clause)), own))
    elif named := SHEET_NUMBER.fullmatch(typed):
        led = descent_of_number(
            session, sheet=named[1], number=named[2], project_id=project.id if project else None
        )
        where = "p.sheet = :sheet and p.number = :number"
        own = values | {"sheet": named[1], "number": named[2]}
        found = list(session.execute(text(BY_SHEET.format(where=where, project=clause)), own))
    there = [_parcel(row._mapping) for row in found]
    return [*there, *_became(session, led, clause, values, {row["id"] for row in there})][:MOST_FOUND]


def _became(
    session: Session, led: Descent, clause: str, values: Mapping[str, Any], there: Collection[str]
) -> list[dict[str, Any]]:
    """The parcels that an old number or id led to, each with the acts of its project in words."""
    if not led.ids:
        return []
    query = text(BY_SHEET.format(where="p.id = any (cast(:ids as uuid[]))", project=clause))
    found: list[dict[str, Any]] = []
    for row in session.execute(query, {**values, "ids": list(led.ids)}):
        if row.id in there:
            continue
        vi, en = say_acts([act for act in led.acts if act.project_id == row.project_id])
        parcel = _parcel(dict(row._mapping))
        found.append(parcel | {"label": f"{vi} · {parcel['label']}", "said": {"vi": vi, "en": en}})
    return found


def _on_axes(session: Session, project: Project | None, at_m: float) -> list[dict[str, Any]]:
    query = (
        select(Project).order_by(Project.sort)
        if project is None
        else select(Project).where(Project.id == project.id)
    )
    found: list[dict[str, Any]] = []
    for one in session.scalars(query).all():
        for row, route in load_routes(session, one.id).values():
            for measure in measures_at(route.stations, at_m):
                place = route_point(route, measure)
                label = f"{format_station(route.stations, measure)} · {one.code}" + (
                    f" {row.code}" if project is not None else ""
                )
                found.append(
                    {"kind": "km", "label": label, "lon": round(place.x, 6), "lat": round(place.y, 6)}
                )
    return found[:MOST_FOUND]


def _parcel(row: Mapping[str, Any]) -> dict[str, Any]:
    label = f"{row['code']} · tờ {row['sheet']} – thửa {row['number']} · {row['ward']}"
    place = {"lon": round(row["lon"], 6), "lat": round(row["lat"], 6)}
    return {
        "kind": "parcel",
        "label": label,
        "id": row["id"],
        "case": row["code"],
        "project": row["project"],
    } | place


def _id(typed: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(typed) if len(typed) == UUID_LENGTH else None
    except ValueError:
        return None


def _kind(session: Session, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    if wanted.at is not None:
        return "at", {"lon": wanted.at[0], "lat": wanted.at[1]}
    if wanted.id is not None:
        parcel_id = _id(wanted.id)
        if parcel_id is None:
            return "case", {"case": ""}  # no parcel has such an id
        return "id", {"ids": [parcel_id, *descent_of_id(session, parcel_id).ids]}
    if wanted.case is not None:
        return "case", {"case": wanted.case if CODE.fullmatch(wanted.case) else ""}
    raise InvalidInput(
        [Fault("at", "Cần toạ độ, số thửa hoặc mã hồ sơ.", "A place, a parcel or a case is needed.")]
    )
