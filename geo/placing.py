"""Where parcels lie in a project: on which alignments and stretches of chainage, and on which work fronts.

A parcel lies on the nearest alignment within `FAR_M`, and besides on every other one whose own land it is part of: it
is crossed by it, or lies within half the width of its sections (`BESIDE_M` where no width is known). A front is an
interval of its section's alignment or an area; a parcel lies on it when they share more than a touching edge.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from geoalchemy2 import WKBElement
from geoalchemy2.shape import to_shape
from shapely import Polygon
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo.axis import load_routes
from geo.chainage import Axis, Stretches, locate_in_measure
from geo.crs import to_measure
from geo.route import Route
from geo.tables import Parcel, Section, WorkFront

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]

FAR_M = 500.0  # land further than this from every alignment and area is not this project's land
BESIDE_M = 60.0  # half the width of a ring road's land, where the section says no width
OVERLAP_M = 0.01  # intervals that share less than this only touch
OVERLAP_M2 = 0.01
ALIGNED_COLUMNS = (
    "parcel_id", "alignment_id", "part", "from_m", "to_m", "side", "project_id", "case_id", "ward_code",
)  # fmt: skip
NOWHERE = -1  # alignment of a parcel that lies near none


MEASURED = """
    update parcel set alignment_id = found.a, from_m = found.b, to_m = found.c, side = found.d
    from unnest(cast(:ids as uuid[]), cast(:a as int[]), cast(:b as float8[]), cast(:c as float8[]), cast(:d as text[]))
         as found(id, a, b, c, d)
    where parcel.id = found.id
"""
# Only what differs is deleted and inserted: each row that goes leaves a version behind.
TOUCHED = """
    unnest(cast(:ids as uuid[]), cast(:a as int[]), cast(:b as int[]), cast(:c as float8[]), cast(:d as float8[]),
           cast(:e as text[]), cast(:f as int[]), cast(:g as int[]), cast(:h as text[]))
           as found(parcel_id, alignment_id, part, from_m, to_m, side, project_id, case_id, ward_code)
"""
OFF_AXES = f"""
    delete from parcel_alignment gone
    where gone.parcel_id = any(cast(:all as uuid[])) and not exists (
        select from {TOUCHED} where (found.parcel_id, found.alignment_id, found.part)
            = (gone.parcel_id, gone.alignment_id, gone.part)
    )
"""
ON_AXES = f"""
    insert into parcel_alignment
        (parcel_id, alignment_id, part, from_m, to_m, side, project_id, case_id, ward_code) select * from {TOUCHED}
    on conflict (parcel_id, alignment_id, part) do update
        set from_m = excluded.from_m, to_m = excluded.to_m, side = excluded.side
    where (parcel_alignment.from_m, parcel_alignment.to_m, parcel_alignment.side)
        is distinct from (excluded.from_m, excluded.to_m, excluded.side)
"""
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
class Piece:
    """One part of an alignment to measure against, and how far beside it land is its own (m)."""

    alignment_id: int
    part: int
    axis: Axis
    beside_m: float


@dataclass(frozen=True, slots=True)
class Ground:
    """What parcels of one project are measured against: its alignments part by part, its areas, its fronts."""

    pieces: tuple[Piece, ...]
    areas: Geometries
    fronts: tuple[FrontPlace, ...]


@dataclass(frozen=True, slots=True)
class Touches:
    """Which parcels lie on which alignments, one entry per row of `parcel_alignment`, by parcel.

    `row` is the place of the parcel in the arrays that were measured.
    """

    row: Whole
    alignment_id: Whole
    part: Whole
    from_m: Floats
    to_m: Floats
    side: npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Places:
    """One entry per parcel. `alignment_id` is NOWHERE where no alignment is near; then chainages are NaN and the
    side is ''. `away_m` is the distance to the nearest alignment or area, 0 in a project that has neither.
    `touches` has every alignment, the nearest one of each parcel included.
    """

    alignment_id: Whole
    from_m: Floats
    to_m: Floats
    side: npt.NDArray[np.str_]
    away_m: Floats
    touches: Touches


def load_ground(session: Session, project_id: int) -> Ground:
    """The alignments, areas and fronts of a project."""
    sections = {s.id: s for s in session.scalars(select(Section).where(Section.project_id == project_id))}
    fronts = session.scalars(
        select(WorkFront).where(WorkFront.project_id == project_id).order_by(WorkFront.id)
    ).all()
    places = tuple(_front_place(front, sections[front.section_id]) for front in fronts)
    outlines = [_polygon(section.area) for section in sections.values()] + [place.area for place in places]
    pieces = [
        piece
        for row, route in load_routes(session, project_id).values()
        for piece in pieces_of(
            row.id, route, [s.width_m for s in sections.values() if s.alignment_id == row.id]
        )
    ]
    return Ground(tuple(pieces), np.array([o for o in outlines if o is not None], dtype=object), places)


def pieces_of(alignment_id: int, route: Route, widths: Iterable[float | None]) -> list[Piece]:
    """The parts of a route; `widths` are those of the sections on it (m)."""
    beside = max((width / 2 for width in widths if width), default=BESIDE_M)
    return [Piece(alignment_id, part, axis, beside) for part, axis in enumerate(route.parts)]


def place(ground: Ground, parcels: Geometries) -> Places:
    """Where polygons in EPSG:5897 lie."""
    count = len(parcels)
    alignment_id = np.full(count, NOWHERE, dtype=np.int64)
    from_m, to_m = np.full(count, np.nan), np.full(count, np.nan)
    side = np.full(count, "", dtype="<U1")
    away = np.full(count, np.inf) if ground.pieces or len(ground.areas) else np.zeros(count)
    distances = np.array([shapely.distance(piece.axis.line, parcels) for piece in ground.pieces])
    nearest = distances.argmin(axis=0) if len(ground.pieces) else np.zeros(count, dtype=np.int64)
    found: list[Touches] = [_touches_nothing()]
    for i, piece in enumerate(ground.pieces):
        mine = (nearest == i) & (distances[i] <= FAR_M)
        (near,) = np.nonzero(mine | (distances[i] <= piece.beside_m))
        stretches = locate_in_measure(piece.axis, parcels[near])
        main = mine[near]
        alignment_id[near[main]] = piece.alignment_id
        for target, values in ((from_m, stretches.from_m), (to_m, stretches.to_m), (side, stretches.side)):
            target[near[main]] = values[main]
        covers = main | (stretches.to_m - stretches.from_m > OVERLAP_M)
        found.append(_touches(piece, near, stretches, covers))
        np.minimum(away, distances[i], out=away)
    for area in ground.areas:
        np.minimum(away, shapely.distance(area, parcels), out=away)
    columns = [np.concatenate([getattr(t, f.name) for t in found]) for f in fields(Touches)]
    order = np.lexsort((columns[2], columns[1], columns[0]))
    return Places(alignment_id, from_m, to_m, side, away, Touches(*(column[order] for column in columns)))


def join_places(found: Sequence[Places]) -> Places:
    """Places of parcels that were measured in pieces, as if they had been one."""
    starts = np.cumsum([0, *(len(places.away_m) for places in found)])
    touches = [
        replace(places.touches, row=places.touches.row + start)
        for places, start in zip(found, starts, strict=False)
    ]
    whole = Touches(*(np.concatenate([getattr(t, f.name) for t in touches]) for f in fields(Touches)))
    return Places(
        alignment_id=np.concatenate([places.alignment_id for places in found]),
        from_m=np.concatenate([places.from_m for places in found]),
        to_m=np.concatenate([places.to_m for places in found]),
        side=np.concatenate([places.side for places in found]),
        away_m=np.concatenate([places.away_m for places in found]),
        touches=whole,
    )


def on_fronts(ground: Ground, places: Places, parcels: Geometries) -> list[tuple[int, int]]:
    """(place of the parcel in the arrays, front id) for every front that a parcel lies on, once each."""
    rings = {p.alignment_id: p.axis.length_m for p in ground.pieces if p.axis.is_ring}
    touches = places.touches
    pairs: dict[tuple[int, int], None] = {}
    for front in ground.fronts:
        if front.area is not None:
            rows = np.flatnonzero(shapely.area(shapely.intersection(front.area, parcels)) > OVERLAP_M2)
        elif front.alignment_id is None or front.from_m is None or front.to_m is None:
            continue
        else:
            shared = _overlap(touches, front.from_m, front.to_m) > OVERLAP_M
            if front.alignment_id in rings:
                # A parcel through the seam goes on at the beginning, and so may a front.
                length = rings[front.alignment_id]
                for turn in (-length, length):
                    shared |= _overlap(touches, front.from_m + turn, front.to_m + turn) > OVERLAP_M
            rows = touches.row[shared & (touches.alignment_id == front.alignment_id)]
        pairs |= {(i, front.front_id): None for i in rows.tolist()}
    return list(pairs)


def relocate_parcels(session: Session, project_id: int, *, only: Sequence[uuid.UUID] | None = None) -> int:
    """Measures parcels of a project anew, after its axis or fronts or they themselves changed; gives their number.

    All of them, or `only` those with these ids. Rewrites chainage, side, alignments and fronts in the caller's
    transaction; never commits.
    """
    wanted = select(Parcel.id, Parcel.geom, Parcel.case_id, Parcel.ward_code).where(
        Parcel.project_id == project_id, *([] if only is None else [Parcel.id.in_(only)])
    )
    rows = session.execute(wanted.order_by(Parcel.id)).all()
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
    aligned = aligned_rows(
        places, ids, project_id, [row.case_id for row in rows], [row.ward_code for row in rows]
    )
    names = ("ids", *"abcdefgh")
    axes: dict[str, list[Any]] = {name: [row[i] for row in aligned] for i, name in enumerate(names)}
    session.execute(text(OFF_AXES), {"all": ids, **axes})
    session.execute(text(ON_AXES), axes)
    found = {"ids": [ids[i] for i, _ in pairs], "fronts": [front for _, front in pairs]}
    session.execute(text(OFF_FRONTS), {"all": ids, **found})
    session.execute(text(ON_FRONTS), found)
    return len(ids)


def _or_none(values: npt.NDArray[Any], known: npt.NDArray[np.bool_]) -> list[Any]:
    return [value if is_known else None for value, is_known in zip(values.tolist(), known, strict=True)]


def aligned_rows(
    places: Places, ids: Sequence[uuid.UUID], project_id: int, cases: Sequence[int], wards: Sequence[str]
) -> list[tuple[Any, ...]]:
    """The rows of `parcel_alignment` in the order of `ALIGNED_COLUMNS`.

    `ids`, `cases` and `wards` are those of the parcels that were measured.
    """
    t = places.touches
    columns = (c.tolist() for c in (t.alignment_id, t.part, t.from_m, t.to_m, t.side))
    return [
        (ids[i], *rest, project_id, cases[i], wards[i])
        for i, *rest in zip(t.row.tolist(), *columns, strict=True)
    ]


def _touches(piece: Piece, near: Whole, stretches: Stretches, kept: npt.NDArray[np.bool_]) -> Touches:
    count = int(kept.sum())
    return Touches(
        row=near[kept].astype(np.int64),
        alignment_id=np.full(count, piece.alignment_id, dtype=np.int64),
        part=np.full(count, piece.part, dtype=np.int64),
        from_m=stretches.from_m[kept],
        to_m=stretches.to_m[kept],
        side=stretches.side[kept],
    )


def _touches_nothing() -> Touches:
    none = np.empty(0, dtype=np.int64)
    return Touches(none, none, none, np.empty(0), np.empty(0), np.empty(0, dtype="<U1"))


def _overlap(touches: Touches, from_m: float, to_m: float) -> Floats:
    """Metres of chainage that each touch shares with an interval; negative when they are apart."""
    shared: Floats = np.minimum(touches.to_m, to_m) - np.maximum(touches.from_m, from_m)
    return shared


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
