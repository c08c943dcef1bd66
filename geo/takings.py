"""Keeps what the current corridor of a project takes of its parcels, and compares two corridors."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely import MultiPolygon, Polygon
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geo.crs import to_measure
from geo.tables import Corridor, Parcel
from geo.takeoff import Floats, Geometries, largest_rest, take_off

SAME_M2 = 0.01  # areas that differ by less are the same
WHOLE_M2 = 0.05  # what stays of a parcel below this is a matter of drawing, not land

# Only what differs is written: each row that goes leaves a version behind.
GONE = """
    delete from taking gone using corridor c
    where c.id = gone.corridor_id and c.project_id = :project_id and not exists (
        select from unnest(cast(:ids as uuid[])) as found(parcel_id)
        where gone.corridor_id = :corridor_id and found.parcel_id = gone.parcel_id
    )
"""
FOUND = """
    insert into taking as kept (corridor_id, parcel_id, taken_m2, rest_m2, largest_rest_m2)
    select :corridor_id, * from unnest(
        cast(:ids as uuid[]), cast(:taken as float8[]), cast(:rest as float8[]), cast(:largest as float8[])
    )
    on conflict (corridor_id, parcel_id) do update
    set taken_m2 = excluded.taken_m2, rest_m2 = excluded.rest_m2, largest_rest_m2 = excluded.largest_rest_m2
    where abs(kept.taken_m2 - excluded.taken_m2) > :same or abs(kept.rest_m2 - excluded.rest_m2) > :same
       or abs(kept.largest_rest_m2 - excluded.largest_rest_m2) > :same
"""
UNMEASURED = text(
    """
    select c.project_id from corridor c
    where c.is_current and not exists (select from taking t where t.corridor_id = c.id)
      and exists (select from parcel p where p.project_id = c.project_id and p.geom && c.geom)
    order by c.project_id
    """
)


@dataclass(frozen=True, slots=True)
class Land:
    """The parcels of a project in EPSG:5897, in order of their ids."""

    ids: tuple[uuid.UUID, ...]
    shapes: Geometries


@dataclass(frozen=True, slots=True)
class Takings:
    """What a corridor takes of parcels: areas in m², one entry per parcel that loses land."""

    corridor_id: int | None
    parcel_ids: tuple[uuid.UUID, ...]
    taken_m2: Floats
    rest_m2: Floats
    largest_rest_m2: Floats


@dataclass(frozen=True, slots=True)
class Change:
    """One parcel of which two corridors take different areas (m²; 0 where a corridor takes nothing)."""

    parcel_id: uuid.UUID
    before_m2: float
    after_m2: float


def load_land(session: Session, project_id: int) -> Land:
    """All parcels of a project that the transaction may see."""
    rows = session.execute(
        select(Parcel.id, func.ST_AsBinary(Parcel.geom).label("wkb"))
        .where(Parcel.project_id == project_id)
        .order_by(Parcel.id)
    ).all()
    shapes = shapely.from_wkb(np.array([bytes(row.wkb) for row in rows], dtype=object))
    return Land(tuple(row.id for row in rows), to_measure(shapes) if rows else shapes)


def current_corridor(session: Session, project_id: int) -> Corridor | None:
    """The corridor that counts, None for a project without."""
    return session.scalar(select(Corridor).where(Corridor.project_id == project_id, Corridor.is_current))


def measure_takings(session: Session, project_id: int, land: Land) -> Takings:
    """What the current corridor takes of the parcels of a project; nothing where there is none of either."""
    corridor = current_corridor(session, project_id)
    if corridor is None or not land.ids:
        none = np.empty(0, np.float64)
        return Takings(corridor.id if corridor is not None else None, (), none, none, none)
    shape = in_metres(corridor)
    found = take_off(land.shapes, [shape])
    rest, largest = rests(land.shapes[found.parcel], shape, found.taken_m2)
    ids = tuple(land.ids[i] for i in found.parcel)
    return Takings(corridor.id, ids, found.taken_m2, rest, largest)


def refresh_takings(session: Session, project_id: int) -> int:
    """Measures anew what the current corridor takes, after it or the parcels changed; gives the number of parcels.

    In the owner's transaction; never commits.
    """
    found = measure_takings(session, project_id, load_land(session, project_id))
    ids = list(found.parcel_ids)
    session.execute(text(GONE), {"project_id": project_id, "corridor_id": found.corridor_id or 0, "ids": ids})
    if ids:
        session.execute(
            text(FOUND),
            {
                "corridor_id": found.corridor_id,
                "ids": ids,
                "taken": found.taken_m2.tolist(),
                "rest": found.rest_m2.tolist(),
                "largest": found.largest_rest_m2.tolist(),
                "same": SAME_M2,
            },
        )
    return len(ids)


def unmeasured(session: Session) -> list[int]:
    """Projects with land and a corridor of which nothing was measured: a database from before takings were kept."""
    return list(session.scalars(UNMEASURED))


def rests(parcels: Geometries, corridor: Polygon | MultiPolygon, taken: Floats) -> tuple[Floats, Floats]:
    """(m² that stay of each parcel, m² of the largest part in one piece); both 0 for a parcel taken whole."""
    rest = np.maximum(shapely.area(parcels) - taken, 0.0)
    rest[rest < WHOLE_M2] = 0.0
    (cut,) = np.nonzero(rest)
    largest = np.zeros(len(parcels))
    largest[cut] = np.minimum(largest_rest(parcels[cut], corridor), rest[cut])
    return rest, largest


def compare(land: Land, before: Polygon | MultiPolygon, after: Polygon | MultiPolygon) -> list[Change]:
    """The parcels of which two corridors (EPSG:5897) take areas that differ, in order of their ids."""
    found = take_off(land.shapes, [before, after])
    areas = np.zeros((2, len(land.ids)))
    areas[found.corridor, found.parcel] = found.taken_m2
    differ = np.flatnonzero(np.abs(areas[0] - areas[1]) > SAME_M2)
    return [Change(land.ids[i], float(areas[0, i]), float(areas[1, i])) for i in differ]


def put_corridor(
    session: Session, project_id: int, shape: MultiPolygon, *, derived: bool, source: str,
    filename: str | None = None, sha256: str | None = None,
) -> Corridor:  # fmt: skip
    """Makes `shape` (WGS 84) the current corridor; the one before stays as an older version. Flushes, never commits."""
    newest = session.scalar(select(func.max(Corridor.version)).where(Corridor.project_id == project_id)) or 0
    if (old := current_corridor(session, project_id)) is not None:
        old.is_current = False
        session.flush()
    row = Corridor(
        project_id=project_id, version=newest + 1, is_current=True, derived=derived, source=source,
        filename=filename, sha256=sha256, geom=from_shape(shape, srid=4326),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def in_metres(corridor: Corridor) -> Polygon | MultiPolygon:
    """The corridor in EPSG:5897."""
    shape: Any = to_shape(corridor.geom)
    found: Polygon | MultiPolygon = to_measure(shape)
    return found


def corridors(session: Session, project_id: int) -> Sequence[Corridor]:
    """All versions of a project's corridor, newest first."""
    return session.scalars(
        select(Corridor).where(Corridor.project_id == project_id).order_by(Corridor.version.desc())
    ).all()
