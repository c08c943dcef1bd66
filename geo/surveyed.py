"""Puts a centre line from a file in the place of a project's alignment, and measures the land anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import from_shape
from shapely import LineString, MultiLineString, MultiPolygon
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.access import access_project
from geo.axis import route_of
from geo.crs import to_measure, to_wgs84
from geo.history import record, touch
from geo.importers.alignments import AlignmentFile
from geo.placing import BESIDE_M, relocate_parcels
from geo.route import JOINT_M, Route, make_route, route_piece
from geo.tables import Alignment, Corridor, Parcel, Project, Section
from projects.errors import Fault, InvalidInput
from projects.stationing import Equation, format_equation

ACCURACY_M = 30.0  # where neither the file nor the user says one


@dataclass(frozen=True, slots=True)
class AlignmentImport:
    """What was written: the route, and how many parcels lie on an alignment before and after."""

    code: str
    parts: int
    measured_m: float
    parcels: int
    located_before: int
    located: int


def put_alignment(
    session: Session,
    project_code: str,
    code: str,
    file: AlignmentFile,
    *,
    actor: str,
    effective_on: date,
    accuracy_m: float | None = None,
    start_m: float | None = None,
    length_m: float | None = None,
    equations: Sequence[Equation] | None = None,
) -> AlignmentImport:
    """Replaces the line of an alignment, or adds one; sections and fronts keep their measures. Never commits.

    With a line there already, parts are put in its order and turned its way. What is not given stays (`start_m`, the
    published `length_m`, `equations`). Raises NotFound for the project and InvalidInput for a line that cannot be one.
    """
    project = access_project(session, project_code)
    row = session.scalar(select(Alignment).where(Alignment.project_id == project.id, Alignment.code == code))
    before = _located(session, project)
    parts = list(file.parts) if row is None else _along(route_of(row), file.parts)
    parts = _joined(parts)
    added = row is None
    if row is None:
        row = Alignment(
            project_id=project.id, code=code, name_vi=f"Tim tuyến {code}", name_en=f"Centre line {code}", start_m=0.0,
            published_length_m=None, is_ring=False, equations=[],
        )  # fmt: skip
    start = row.start_m if start_m is None else start_m
    published = row.published_length_m if length_m is None else length_m
    pairs = row.equations if equations is None else [[e.back_m, e.ahead_m] for e in equations]
    line = parts[0] if len(parts) == 1 else MultiLineString(parts)
    route = make_route(
        line, start_m=start, published_length_m=published, is_ring=row.is_ring, equations=pairs
    )
    if not added:
        _check_reach(session, row, route)
    row.geom, row.start_m, row.published_length_m = from_shape(line, srid=4326), start, published
    row.equations, row.length_m, row.schematic = pairs, route.measured_m, False
    row.accuracy_m = accuracy_m or file.accuracy_m or ACCURACY_M
    row.source = f"{file.source or file.filename} (sha256 {file.sha256[:12]})"
    session.add(row)
    session.flush()
    _widen_anew(session, project)
    parcels = relocate_parcels(session, project.id)
    located = _located(session, project)
    touch(session, project.id)
    record(
        session,
        kind="alignments.import",
        object_type="alignment",
        object_code=f"{project.code}/{code}",
        actor=actor,
        effective_on=effective_on,
        project_code=project.code,
        after={
            "filename": file.filename,
            "sha256": file.sha256,
            "source_crs": f"EPSG:{file.source_srid}",
            "parts": len(route.parts),
            "measured_m": round(route.measured_m, 3),
            "equations": [format_equation(e) for e in route.stations.equations],
            "parcels": parcels,
            "located": located,
        },
    )
    return AlignmentImport(code, len(route.parts), route.measured_m, parcels, before, located)


def _along(route: Route, parts: Sequence[LineString]) -> list[LineString]:
    """The parts in the order and direction of the line that is there."""
    whole = MultiLineString([axis.line for axis in route.parts])
    ends = [
        [float(shapely.line_locate_point(whole, shapely.Point(p))) for p in (line.coords[0], line.coords[-1])]
        for line in to_measure(np.array(parts, dtype=object)).tolist()
    ]
    turned = [p if a <= b else p.reverse() for p, (a, b) in zip(parts, ends, strict=True)]
    return [turned[i] for i in sorted(range(len(parts)), key=lambda i: sum(ends[i]))]


def _joined(parts: Sequence[LineString]) -> list[LineString]:
    """Parts that touch end to start as one line."""
    found: list[LineString] = []
    for part in parts:
        if found:
            pair = to_measure(np.array([shapely.Point(found[-1].coords[-1]), shapely.Point(part.coords[0])]))
            if shapely.distance(*pair) <= JOINT_M:
                found[-1] = LineString([*found[-1].coords, *part.coords])
                continue
        found.append(part)
    return found


def _check_reach(session: Session, row: Alignment, route: Route) -> None:
    """Sections that the new line would be too short for are named."""
    late = session.scalars(
        select(Section.code).where(Section.alignment_id == row.id, Section.to_m > route.end_m + JOINT_M)
    ).all()
    if late:
        raise InvalidInput(
            [
                Fault(
                    "alignment",
                    f"Tim tuyến mới chỉ đến {route.end_m:.0f} m, đoạn {', '.join(late)} dài hơn: hãy nêu chiều dài.",
                    f"The new line ends at {route.end_m:.0f} m, sections {', '.join(late)} go on: give its length.",
                )
            ]
        )


def _widen_anew(session: Session, project: Project) -> None:
    """The derived corridor follows the line; a surveyed one stays."""
    derived = session.scalars(
        select(Corridor).where(Corridor.project_id == project.id, Corridor.derived)
    ).all()
    if not derived:
        return
    routes = {
        row.id: route_of(row)
        for row in session.scalars(select(Alignment).where(Alignment.project_id == project.id))
    }
    shapes = []
    for section in session.scalars(select(Section).where(Section.project_id == project.id)):
        if section.alignment_id is not None and section.from_m is not None and section.to_m is not None:
            piece = to_measure(route_piece(routes[section.alignment_id], section.from_m, section.to_m))
            half = section.width_m / 2 if section.width_m else BESIDE_M
            shapes.append(shapely.buffer(piece, half, cap_style="flat", join_style="mitre", mitre_limit=2.0))
    if shapes:
        whole: Any = to_wgs84(shapely.union_all(np.array(shapes, dtype=object)))
        polygon = whole if isinstance(whole, MultiPolygon) else MultiPolygon([whole])
        derived[0].geom = from_shape(polygon, srid=4326)
        session.flush()


def _located(session: Session, project: Project) -> int:
    query = select(func.count()).where(Parcel.project_id == project.id, Parcel.alignment_id.is_not(None))
    return session.scalar(query) or 0
