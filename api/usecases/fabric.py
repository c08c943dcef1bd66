"""The fabric of a project or of an import: what is wrong with it, and what became of an old number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.imports import access_import, visible_project
from geo.descent import descent_of_number, say_acts, successors
from geo.tables import Parcel, Ward
from geo.topology import Offence, report
from geo.ward_history import Became, histories

MOST = 500


def project_report(session: Session, ctx: Context, code: str) -> list[Offence]:
    """What is wrong with the land of a project. Raises NotFound."""
    return report(session, project_id=visible_project(session, ctx, code).id, most=MOST)


@dataclass(frozen=True, slots=True)
class WardPlace:
    """A ward that parcels of a project state, how many do, whether its boundary is loaded, and what it came from."""

    code: str
    name: str
    parcels: int
    bounded: bool
    became: tuple[Became, ...]


def ward_places(session: Session, ctx: Context, code: str) -> list[WardPlace]:
    """The wards of a project's parcels with their history, as far as it is published and loaded. Raises NotFound."""
    project = visible_project(session, ctx, code)
    rows = session.execute(
        select(Ward.code, Ward.name, func.count(), Ward.boundary.is_not(None))
        .join(Parcel, Parcel.ward_code == Ward.code)
        .where(Parcel.project_id == project.id)
        .group_by(Ward.code)
        .order_by(Ward.code)
    ).all()
    told = histories(session, [row[0] for row in rows])
    return [WardPlace(*row, told.get(row[0], ())) for row in rows]


def import_report(session: Session, ctx: Context, number: int) -> list[Offence]:
    """What would be wrong with the rows of an import. Raises NotFound."""
    access_import(session, ctx, number)
    return report(session, proposal=number, most=MOST)


def as_features(offences: Sequence[Offence]) -> str:
    """The offenders as GeoJSON, for the map."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "kind": o.kind,
                "sheet": o.sheet or "–",
                "number": o.number or "–",
                "after_m2": o.m2,
            },
            "geometry": _many(json.loads(o.shape)),
        }
        for o in offences
    ]
    whole = {
        "type": "FeatureCollection",
        "shown": len(features),
        "total": len(features),
        "features": features,
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def leads_to(
    session: Session, ctx: Context, code: str, *, sheet: str, number: str, series: str | None
) -> dict[str, Any]:
    """Where a sheet and number lead: `rows`, the parcels of now, and `acts` in words, through every split, merger and
    renumbering. Raises NotFound.
    """
    project = visible_project(session, ctx, code)
    found = successors(session, project, sheet=sheet, number=number, series=series)
    led = descent_of_number(session, project_id=project.id, sheet=sheet, number=number, series=series)
    vi, en = say_acts(led.acts)
    rows = [
        {
            "id": str(p.id), "map_series": p.map_series, "sheet": p.sheet, "number": p.number,
            "map_version": p.map_version, "ward_code": p.ward_code, "area_m2": round(p.area_m2, 2),
            "itself": p.sheet == sheet and p.number == number,
        }
        for p in found
    ]  # fmt: skip
    return {
        "sheet": sheet,
        "number": number,
        "rows": rows,
        "said": {"vi": vi, "en": en},
        "acts": [{"act": str(act.act), "kind": act.kind} for act in led.acts],
    }


def _many(geometry: dict[str, Any]) -> dict[str, Any]:
    """Polygons as multipolygons; parts of an overlap that are lines or points have no area and go."""
    if geometry["type"] == "Polygon":
        return {"type": "MultiPolygon", "coordinates": [geometry["coordinates"]]}
    if geometry["type"] == "GeometryCollection":
        parts = [_many(part)["coordinates"] for part in geometry["geometries"] if "Polygon" in part["type"]]
        return {"type": "MultiPolygon", "coordinates": [ring for part in parts for ring in part]}
    return geometry
