"""Measures a project's land after an import was accepted or taken back: axes it touches, what the corridor takes."""

from __future__ import annotations

import numpy as np
import shapely
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geo.crs import to_measure
from geo.placing import aligned_rows, load_ground, place
from geo.scope import calculating
from geo.tables import Parcel
from geo.takings import Land, measure_takings

_KEEP = text(
    """
    select land_measured(
        :project, cast(:parcels as uuid[]), cast(:axes as int[]), cast(:parts as int[]), cast(:from_ms as float8[]),
        cast(:to_ms as float8[]), cast(:sides as text[]), :corridor, cast(:taken_parcels as uuid[]),
        cast(:taken as float8[]), cast(:rest as float8[]), cast(:largest as float8[]))
    """
)


def measure_land(session: Session, project_id: int) -> int:
    """Writes anew what was measured of a project's parcels; gives their number.

    In the caller's transaction, after the event of the import: the database refuses it in any other but the owner's.
    """
    with calculating(session):
        rows = session.execute(
            select(Parcel.id, Parcel.case_id, Parcel.ward_code, func.ST_AsBinary(Parcel.geom).label("wkb"))
            .where(Parcel.project_id == project_id)
            .order_by(Parcel.id)
        ).all()
        ids = tuple(row.id for row in rows)
        shapes = shapely.from_wkb(np.array([bytes(row.wkb) for row in rows], dtype=object))
        if ids:
            shapes = to_measure(shapes)
        places = place(load_ground(session, project_id), shapes)
        aligned = aligned_rows(
            places, ids, project_id, [row.case_id for row in rows], [row.ward_code for row in rows]
        )
        takings = measure_takings(session, project_id, Land(ids, shapes))
    parcels, axes, parts, from_ms, to_ms, sides = ([row[i] for row in aligned] for i in range(6))
    session.execute(
        _KEEP,
        {
            "project": project_id,
            "parcels": parcels,
            "axes": axes,
            "parts": parts,
            "from_ms": from_ms,
            "to_ms": to_ms,
            "sides": sides,
            "corridor": takings.corridor_id,
            "taken_parcels": list(takings.parcel_ids),
            "taken": takings.taken_m2.tolist(),
            "rest": takings.rest_m2.tolist(),
            "largest": takings.largest_rest_m2.tolist(),
        },
    )
    return len(ids)
