"""The routes and the corridor of a project, from its catalogue facts or from its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import to_shape
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.chainage import Axis, corridor, make_axis
from geo.crs import to_measure, to_wgs84
from geo.route import Route, make_route
from geo.tables import Alignment
from projects import catalog


def line_of(points: Iterable[catalog.LatLon]) -> LineString:
    """The WGS 84 line of typed (lat, lon) points."""
    return LineString([(lon, lat) for lat, lon in points])


def polygon_of(points: Iterable[catalog.LatLon]) -> Polygon:
    """The WGS 84 polygon of typed (lat, lon) points."""
    return Polygon([(lon, lat) for lat, lon in points])


def axis_of(facts: catalog.AlignmentFacts) -> Axis:
    """The measuring axis of a catalogue alignment."""
    return make_axis(
        line_of(facts.points),
        start_m=facts.start_m,
        published_length_m=facts.published_length_m,
        is_ring=facts.is_ring,
    )


def route_of(row: Alignment) -> Route:
    """The route of an alignment's row. Raises InvalidInput when it cannot be measured."""
    shape: Any = to_shape(row.geom)
    return make_route(
        shape,
        start_m=row.start_m,
        published_length_m=row.published_length_m,
        is_ring=row.is_ring,
        equations=row.equations,
    )


def load_routes(session: Session, project_id: int) -> dict[str, tuple[Alignment, Route]]:
    """The alignments of a project by code, each with its route."""
    return {row.code: (row, route) for row, route in load_routes_of(session, (project_id,))[project_id]}


def load_routes_of(
    session: Session, project_ids: Collection[int]
) -> dict[int, list[tuple[Alignment, Route]]]:
    """The alignments of several projects in the order of their codes, each with its route, by the project's id."""
    found: dict[int, list[tuple[Alignment, Route]]] = {number: [] for number in project_ids}
    wanted = select(Alignment).where(Alignment.project_id.in_(found)).order_by(Alignment.code)
    for row in session.scalars(wanted):
        found[row.project_id].append((row, route_of(row)))
    return found


def section_corridor(facts: catalog.Project) -> MultiPolygon | None:
    """The derived corridor: each section widened to its width, and the areas as they are; WGS 84.

    Where the demo land is wider (interchanges, resettled strips) or no width is published, its width counts.
    None when there is neither width nor area. A surveyed polygon will replace it where there is one.
    """
    axes = {a.code: axis_of(a) for a in facts.alignments}
    assumed = facts.demo.width_m if facts.demo is not None else None
    parts: list[BaseGeometry] = []
    for section in facts.sections:
        if section.area is not None:
            parts.append(polygon_of(section.area))
        elif section.alignment is not None and (width := section.width_m or assumed):
            parts.append(corridor(axes[section.alignment], width / 2, section.from_m, section.to_m))
    for ward in facts.demo.wards if facts.demo is not None else ():
        if ward.alignment is not None and ward.width_m:
            parts.append(corridor(axes[ward.alignment], ward.width_m / 2, ward.from_m, ward.to_m))
    if not parts:
        return None
    # On a grid of a millimetre: vertices that are closer would cross each other after the change of system.
    whole = shapely.union_all(to_measure(np.array(parts, dtype=object)), grid_size=0.001)
    merged = to_wgs84(np.array([whole], dtype=object))[0]
    return merged if isinstance(merged, MultiPolygon) else MultiPolygon([merged])
