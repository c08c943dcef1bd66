"""GeoJSON of the portfolio and the wards, and the few helpers that every GeoJSON text shares."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import to_shape
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.context import Context
from api.language import Lang, pick
from api.usecases import facts
from api.usecases.projects import overview
from geo.tables import Alignment, Project, Section, Ward

DIGITS = 6  # about 0.1 m on the ground: finer would only cost bytes
SIMPLIFY_WARDS = 0.0001  # degrees, about 10 m
CLAIMS_IN_POPUP = 3


def portfolio_revision(session: Session) -> int:
    """Grows with every change of any project."""
    return session.scalar(select(func.sum(Project.revision))) or 0


def boundary_source(session: Session) -> str | None:
    """Where the ward boundaries come from, None when none were loaded; changes with every import."""
    return session.scalar(select(func.max(Ward.boundary_source)))


def portfolio_features(session: Session, ctx: Context, *, lang: Lang, as_of: date | None) -> str:
    """One feature per project that has a place: its alignments, else its areas; light and slip in days."""
    view = overview(session, ctx, as_of=as_of)
    places = project_places(session)
    claims = facts.claims_by_project(session)
    found: list[dict[str, Any]] = []
    for row in view.rows:
        place = places.get(row.facts.code)
        if place is None:
            continue
        shape, kind, schematic, accuracy = place
        next_one = row.next_milestone
        found.append(
            {
                "type": "Feature",
                "geometry": feature(shape)["geometry"],
                "properties": {
                    "code": row.facts.code,
                    "name": pick(lang, row.facts.name_vi, row.facts.name_en),
                    "short_vi": row.facts.short_vi,
                    "short_en": row.facts.short_en,
                    "kind": kind,
                    "light": row.light,
                    "slip_days": row.slip_days,
                    "schematic": schematic,
                    "accuracy_m": accuracy,
                    "forecast": row.forecast_finish.isoformat() if row.forecast_finish else None,
                    "planned": row.facts.planned_finish.isoformat() if row.facts.planned_finish else None,
                    "length_m": row.facts.length_m,
                    "area_ha": _number(row.facts.area_ha),
                    "blocked_m": row.blocked_m,
                    "axis_m": row.axis_m,
                    "investment": _number(row.facts.investment),
                    "next": pick(lang, next_one.name_vi, next_one.name_en) if next_one else None,
                    "next_on": next_one.planned_on.isoformat() if next_one and next_one.planned_on else None,
                    "demo": row.land.demo_parcels > 0,
                    "claims": [
                        {
                            "subject": pick(lang, c.subject_vi, c.subject_en),
                            "value": _number(c.value),
                            "numerator": _number(c.numerator),
                            "denominator": _number(c.denominator),
                            "unit": c.unit,
                            "as_of": c.as_of.isoformat() if c.as_of else c.as_of_label,
                            "source": c.source,
                        }
                        for c in claims.get(row.facts.code, ())[:CLAIMS_IN_POPUP]
                    ],
                },
            }
        )
    return collection(found, ctx, view.data_date)


def ward_features(session: Session, ctx: Context) -> str:
    """The wards: simplified boundaries (about 10 m) when loaded, centre points otherwise."""
    labels = facts.all_ward_labels(session)
    rows = session.execute(
        select(
            Ward.code,
            Ward.name,
            Ward.unit_type,
            Ward.centre_lon,
            Ward.centre_lat,
            func.ST_AsGeoJSON(func.ST_SimplifyPreserveTopology(Ward.boundary, SIMPLIFY_WARDS), 5),
        ).order_by(Ward.code)
    )
    found = [
        {
            "type": "Feature",
            "geometry": json.loads(shape) if shape else {"type": "Point", "coordinates": [lon, lat]},
            "properties": {"code": code, "name": name, "label": labels[code], "unit_type": kind},
        }
        for code, name, kind, lon, lat, shape in rows
    ]
    source = (boundary_source(session) or "").partition(" (sha256 ")[0]
    return collection(found, ctx, None, attribution=f"Ranh giới phường, xã: {source}" if source else None)


def feature(shape: BaseGeometry, **properties: Any) -> dict[str, Any]:
    """A GeoJSON feature with coordinates rounded to about 0.1 m."""
    rounded = shapely.transform(shape, lambda xy: np.round(xy, DIGITS))
    return {"type": "Feature", "geometry": mapping(rounded), "properties": properties}


def collection(
    features: list[dict[str, Any]], ctx: Context, day: date | None, *, attribution: str | None = None
) -> str:
    """The text of a FeatureCollection that says its data date, what was known, and whose data it is."""
    body: dict[str, Any] = {"type": "FeatureCollection", "features": features} | ctx.looking_back
    if day is not None:
        body["data_date"] = day.isoformat()
    if attribution is not None:
        body["attribution"] = attribution
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def project_places(session: Session) -> dict[str, tuple[BaseGeometry, str, bool, float | None]]:
    """Where each project lies: its alignments, else its areas; kind, whether schematic, accuracy in m."""
    found: dict[str, tuple[BaseGeometry, str, bool, float | None]] = {}
    areas = session.execute(
        select(Project.code, Section.area)
        .join(Section, Section.project_id == Project.id)
        .order_by(Project.code, Section.code)
    )
    for code, area in areas:
        if area is None:
            continue
        polygons = [found[code][0]] if code in found else []
        found[code] = (shapely.union_all([*polygons, to_shape(area)]), "area", True, None)
    lines = session.execute(
        select(Project.code, Alignment)
        .join(Alignment, Alignment.project_id == Project.id)
        .order_by(Project.code, Alignment.code)
    )
    grouped: dict[str, list[Alignment]] = {}
    for code, row in lines:
        grouped.setdefault(code, []).append(row)
    for code, rows in grouped.items():
        shapes = [part for row in rows for part in shapely.get_parts(to_shape(row.geom)).tolist()]
        whole: BaseGeometry = shapes[0] if len(shapes) == 1 else shapely.MultiLineString(shapes)
        found[code] = (whole, "line", any(r.schematic for r in rows), max(r.accuracy_m for r in rows))
    return found


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
