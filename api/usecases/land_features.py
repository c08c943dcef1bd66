"""GeoJSON of one project's land and axis, from one calculation so that map and report cannot disagree."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from geoalchemy2.shape import to_shape
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import facts
from api.usecases.blocked import band_of, blocked_runs_of
from api.usecases.calculation import Calculation, calculate, resolve_day
from api.usecases.counting import step_group
from api.usecases.features import DIGITS, collection, feature
from api.usecases.gaps_answer import span
from api.usecases.visible import hidden_cases
from api.views import BandPiece
from geo.axis import load_routes
from geo.route import Route, round_stations, route_piece, route_point
from geo.tables import Alignment, Corridor, Project, Section, WorkFront
from projects.impact import DrivingCase
from projects.model import CaseState
from projects.stationing import format_station, station_at

TICK_STEPS_M = (100, 200, 500, 1000, 2000, 5000)
MOST_TICKS = 60

PARCELS = text(
    """
    select p.id::text, c.code, p.sheet, p.number, p.land_use, p.area_m2, p.from_m, p.to_m,
           ST_AsGeoJSON(p.geom, :digits) as shape
    from parcel p join clearance_case c on c.id = p.case_id
    where p.project_id = :project order by p.map_series, p.sheet, p.number, p.map_version
    """
)


def parcel_features(session: Session, ctx: Context, project: Project, *, as_of: date | None) -> str:
    """The parcels in the reader's reach with step, forecast and whether they drive. No names, no money.

    The rows come under row-level security; the reach is asked for here as well, as of everything else.
    """
    calculation = calculate(session, ctx, project, resolve_day(session, as_of))
    hidden = hidden_cases(ctx, project.code, calculation)
    labels = facts.all_ward_labels(session)
    texts: list[str] = []
    rows = session.execute(PARCELS, {"project": project.id, "digits": DIGITS})
    drivers = driving_cases(calculation)
    for row in rows:
        case = calculation.cases.get(row.code)
        if case is None or row.code in hidden:  # left the boundary (X2): no longer on the map
            continue
        properties = parcel_properties(calculation, drivers, labels, case, row)
        texts.append(
            f'{{"type":"Feature","geometry":{row.shape},"properties":{json.dumps(properties, ensure_ascii=False)}}}'
        )
    head = {"type": "FeatureCollection", "data_date": calculation.data_date.isoformat()} | ctx.looking_back
    return f'{json.dumps(head, separators=(",", ":"))[:-1]},"features":[{",".join(texts)}]}}'


def driving_cases(calculation: Calculation) -> dict[str, DrivingCase]:
    """The cases that hold the critical path, by code, with the days that each and its group cost."""
    return {d.code: d for d in calculation.delay.drivers} if calculation.delay else {}


def parcel_properties(
    calculation: Calculation,
    drivers: Mapping[str, DrivingCase],
    labels: Mapping[str, str],
    case: CaseState,
    row: Any,
) -> dict[str, Any]:
    """What the map says of one parcel (`row`: id, code, sheet, number, land_use, area_m2, from_m, to_m) of a case.

    Areas are m² in EPSG:5897, chainages m, days calendar days. No names, no money.
    """
    properties = {
        "id": row.id,
        "case": row.code,
        "sheet": row.sheet,
        "number": row.number,
        "step": case.step,
        "group": step_group(case),
        "ward": labels[case.ward_code],
        "use": row.land_use,
        "area": round(row.area_m2, 1),
        "from": _round(row.from_m),
        "to": _round(row.to_m),
        "drives": calculation.drives(row.code),
        "forecast": calculation.forecasts[row.code].on.isoformat(),
        "promised": case.promised_on.isoformat() if case.promised_on else None,
        "obstacle": case.obstacle,
        "demo": case.is_demo,
    }
    if (driver := drivers.get(row.code)) is not None:
        properties |= {
            "group_days": driver.group_days,
            "group_size": driver.group_size,
            "alone_days": driver.alone_days,
        }
    return properties


def axis_features(session: Session, ctx: Context, project: Project, *, as_of: date | None) -> str:
    """Axis, corridor, areas, chainage ticks and the band of free, blocked and critical runs."""
    calculation = calculate(session, ctx, project, resolve_day(session, as_of))
    runs = blocked_runs_of(session, ctx, project, calculation, facts.all_ward_labels(session))
    pieces = band_of(session, ctx, project, calculation, runs) if calculation.cases else ()
    found: list[dict[str, Any]] = []
    fronts_on = _fronts_on(session, project)
    for row in session.scalars(select(Corridor).where(Corridor.project_id == project.id)):
        found.append(feature(to_shape(row.geom), kind="corridor", derived=row.derived, source=row.source))
    for alignment, route in load_routes(session, project.id).values():
        found += _one_axis(alignment, route, [p for p in pieces if p.alignment_code == alignment.code])
        for front in fronts_on.get(alignment.id, []):
            found.append(
                feature(
                    route_point(route, route.start_m if front.from_m is None else front.from_m),
                    kind="front",
                    code=front.code,
                    name_vi=front.name_vi,
                    name_en=front.name_en,
                )
            )
    return collection(found, ctx, calculation.data_date)


def _one_axis(row: Alignment, route: Route, pieces: list[BandPiece]) -> list[dict[str, Any]]:
    """The line itself, its ticks and, when there is land, its band cut into runs."""
    found = [
        feature(
            route_piece(route, route.start_m, route.end_m),
            kind="alignment",
            code=row.code,
            name_vi=row.name_vi,
            name_en=row.name_en,
            start_m=route.start_m,
            end_m=route.end_m,
            schematic=row.schematic,
            accuracy_m=row.accuracy_m,
        )
    ]
    length = route.end_m - route.start_m
    step = next((s for s in TICK_STEPS_M if length / s <= MOST_TICKS), TICK_STEPS_M[-1])
    found += [
        feature(
            route_point(route, m),
            kind="tick",
            m=m,
            station=round(station_at(route.stations, m)),
            label=format_station(route.stations, m),
        )
        for m in round_stations(route, step)
    ]
    return found + [_run(route, piece) for piece in pieces]


def _fronts_on(session: Session, project: Project) -> dict[int, list[WorkFront]]:
    """The work fronts with a chainage, by the id of their alignment."""
    found: dict[int, list[WorkFront]] = {}
    rows = session.execute(
        select(Section.alignment_id, WorkFront)
        .join(Section, Section.id == WorkFront.section_id)
        .where(WorkFront.project_id == project.id, WorkFront.from_m.is_not(None))
        .order_by(WorkFront.from_m)
    )
    for alignment_id, front in rows:
        if alignment_id is not None:
            found.setdefault(alignment_id, []).append(front)
    return found


def _run(route: Route, piece: BandPiece) -> dict[str, Any]:
    return feature(
        route_piece(route, piece.from_m, piece.to_m),
        kind="run",
        status=piece.status,
        stations=span(route.stations, (piece.from_m, piece.to_m)),
        **{"from": _round(piece.from_m), "to": _round(piece.to_m)},
    )


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
