"""Where parcels lie in a project: on which alignment and stretch of chainage, and on which work fronts.

The nearest alignment within `FAR_M` counts. A front is an interval of its section's alignment or an area; a parcel lies
on it when they share more than a touching edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from geoalchemy2 import WKBElement
from geoalchemy2.shape import to_shape
from shapely import Polygon
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo.axis import load_axes
from geo.chainage import Axis, locate_in_measure
from geo.crs import to_measure
from geo.tables import Parcel, Section, WorkFront

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]

FAR_M = 500.0  # land further than this from every alignment and area is not this project's land
OVERLAP_M = 0.01  # intervals that share less than this only touch
OVERLAP_M2 = 0.01
NOWHERE = -1  # alignment of a parcel that lies near none


MEASURED = """
    update parcel set alignment_id = found.a, from_m = found.b, to_m = found.c, side = found.d
    from unnest(cast(:ids as uuid[]), cast(:a as int[]), cast(:b as float8[]), cast(:c as float8[]), cast(:d as text[]))
         as found(id, a, b, c, d)
    where parcel.id = found.id
"""
# Only what differs is deleted and inserted: each row that goes leaves a version behind.
OFF_FRONTS = """
    delete from parcel_front gone
    where gone.parcel_id = any(cast(:all as uuid[])) and not exists (
        select from unnest(cast(:ids as uuid[]), cast(:fronts as int[])) as found(parcel_id, front_id)
        where found.parcel_id = gone.parcel_id and found.front_id = gone.front_id
    )
"""
ON_FRONTS = """
    insert into parcel_front (parcel_id, front_id)
    select * from unnest(cast(:ids as uuid[]), cast(:fronts as int[]))
    on conflict do nothing
"""


@dataclass(frozen=True, slots=True)
class FrontPlace:
    """A work front as measured: an interval of an alignment, or an area in EPSG:5897."""

    front_id: int
    alignment_id: int | None
    from_m: float | None
    to_m: float | None
    area: Polygon | None


@dataclass(frozen=True, slots=True)
class Ground:
    """What parcels of one project are measured against: its axes by alignment id, its areas, its fronts."""

    axes: tuple[tuple[int, Axis], ...]
    areas: Geometries
    fronts: tuple[FrontPlace, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """One entry per parcel. `alignment_id` is NOWHERE where no alignment is near; then chainages are NaN and the
    side is ''. `away_m` is the distance to the nearest alignment or area, 0 in a project that has neither.
    """

    alignment_id: Whole
    from_m: Floats
    to_m: Floats
    side: npt.NDArray[np.str_]
    away_m: Floats


def load_ground(session: Session, project_id: int) -> Ground:
    """The axes, areas and fronts of a project."""
    axes = tuple((row.id, axis) for row, axis in load_axes(session, project_id).values())
    sections = {s.id: s for s in session.scalars(select(Section).where(Section.project_id == project_id))}
    fronts = session.scalars(
        select(WorkFront).where(WorkFront.project_id == project_id).order_by(WorkFront.id)
    ).all()
    places = tuple(_front_place(front, sections[front.section_id]) for front in fronts)
    outlines = [_polygon(section.area) for section in sections.values()] + [place.area for place in places]
    return Ground(axes, np.array([o for o in outlines if o is not None], dtype=object), places)


def place(ground: Ground, parcels: Geometries) -> Places:
    """Where polygons in EPSG:5897 lie."""
    count = len(parcels)
    places = Places(
        alignment_id=np.full(count, NOWHERE, dtype=np.int64),
        from_m=np.full(count, np.nan),
        to_m=np.full(count, np.nan),
        side=np.full(count, "", dtype="<U1"),
        away_m=np.full(count, np.inf) if ground.axes or len(ground.areas) else np.zeros(count),
    )
    distances = np.array([shapely.distance(axis.line, parcels) for _, axis in ground.axes])
    nearest = distances.argmin(axis=0) if len(ground.axes) else np.zeros(count, dtype=np.int64)
    for i, (alignment_id, axis) in enumerate(ground.axes):
        (mine,) = np.nonzero((nearest == i) & (distances[i] <= FAR_M))
        found = locate_in_measure(axis, parcels[mine])
        places.alignment_id[mine] = alignment_id
        places.from_m[mine], places.to_m[mine], places.side[mine] = found.from_m, found.to_m, found.side
        np.minimum(places.away_m, distances[i], out=places.away_m)
    for area in ground.areas:
        np.minimum(places.away_m, shapely.distance(area, parcels), out=places.away_m)
    return places


def on_fronts(ground: Ground, places: Places, parcels: Geometries) -> list[tuple[int, int]]:
    """(place of the parcel in the arrays, front id) for every front that a parcel lies on."""
    lengths = {alignment_id: axis.length_m for alignment_id, axis in ground.axes if axis.is_ring}
    pairs: list[tuple[int, int]] = []
    for front in ground.fronts:
        if front.area is not None:
            shared = shapely.area(shapely.intersection(front.area, parcels)) > OVERLAP_M2
        elif front.alignment_id is None or front.from_m is None or front.to_m is None:
            continue
        else:
            shared = _overlap(places, front.from_m, front.to_m) > OVERLAP_M
            if front.alignment_id in lengths:
                # A parcel through the seam goes on at the beginning, and so may a front.
                length = lengths[front.alignment_id]
                for turn in (-length, length):
                    shared |= _overlap(places, front.from_m + turn, front.to_m + turn) > OVERLAP_M
            shared &= places.alignment_id == front.alignment_id
        pairs.extend((int(i), front.front_id) for i in np.flatnonzero(shared))
    return pairs


def relocate_parcels(session: Session, project_id: int) -> int:
    """Measures all parcels of a project anew, after its alignments, sections or fronts changed; gives their number.

    Rewrites chainage, side and fronts in the caller's transaction; never commits.
    """
    rows = session.execute(
        select(Parcel.id, Parcel.geom).where(Parcel.project_id == project_id).order_by(Parcel.id)
    ).all()
    ids = [row.id for row in rows]
    if not ids:
        return 0
    shapes = to_measure(np.array([to_shape(row.geom) for row in rows], dtype=object))
    ground = load_ground(session, project_id)
    places = place(ground, shapes)
    pairs = on_fronts(ground, places, shapes)
    located = places.alignment_id != NOWHERE
    columns = (places.alignment_id, places.from_m, places.to_m, places.side)
    session.execute(
        text(MEASURED),
        {"ids": ids, **{name: _or_none(c, located) for name, c in zip("abcd", columns, strict=True)}},
    )
    found = {"ids": [ids[i] for i, _ in pairs], "fronts": [front for _, front in pairs]}
    session.execute(text(OFF_FRONTS), {"all": ids, **found})
    session.execute(text(ON_FRONTS), found)
    return len(ids)


def _or_none(values: npt.NDArray[Any], known: npt.NDArray[np.bool_]) -> list[Any]:
    return [value if is_known else None for value, is_known in zip(values.tolist(), known, strict=True)]


def _overlap(places: Places, from_m: float, to_m: float) -> Floats:
    """Metres of chainage that each parcel shares with an interval; negative when they are apart."""
    shared = np.minimum(places.to_m, to_m) - np.maximum(places.from_m, from_m)
    return np.where(np.isnan(shared), -np.inf, shared)


def _front_place(front: WorkFront, section: Section) -> FrontPlace:
    """A front without a place of its own is all of its section."""
    if front.area is None and front.from_m is None:
        return FrontPlace(
            front.id, section.alignment_id, section.from_m, section.to_m, _polygon(section.area)
        )
    return FrontPlace(front.id, section.alignment_id, front.from_m, front.to_m, _polygon(front.area))


def _polygon(element: WKBElement | None) -> Polygon | None:
    if element is None:
        return None
    shape: Any = to_shape(element)
    return to_measure(shape)
