"""What belongs to one selection of a project: its works, its land and its places, for map, chart and Gantt alike.

The works and stretches come from all land whoever asks, as on the chart; cases and parcels are named only within the
reader's reach, the others are counted.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.axis_land import Axis, axes_of
from api.usecases.calculation import Calculation, calculate, resolve_day
from api.usecases.timeloc import FrontPlace, front_places
from api.usecases.visible import hidden_cases
from geo import scope
from geo.access import access_project
from geo.land_cover import LandCover
from geo.tables import ClearanceCase, Parcel, Project
from projects.choosing import Choice, Kind, parse_choice
from projects.errors import NotFound
from projects.stationing import Stationing

NAMED = 8  # parcels that the bar of a selection names
_MINE = "p.case_id = any(cast(:cases as int[])) and (:whole or p.id = any(cast(:parcels as uuid[])))"
BOUNDS = text(
    f"""
    select ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)
    from (select ST_Extent(p.geom) e from parcel p where {_MINE}) x where e is not null
    """
)
OUTLINES = text(f"select ST_AsGeoJSON(p.geom, 7) from parcel p where {_MINE} order by p.id")
NAMES = text(
    f"""
    select p.sheet, p.number, c.code from parcel p join clearance_case c on c.id = p.case_id
    where {_MINE} order by p.sheet, p.number, p.id limit :most
    """
)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of an alignment, with what its stakes read."""

    alignment: str
    from_m: float
    to_m: float
    stations: Stationing


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selection and all that belongs to it.

    `cases` and `numbers` (their ids, which the tiles carry) are in the reader's reach; `cases_all`, `cases_open` and
    `parcels_all` count everybody's. `parcels`: (sheet, number, case) of the first in reach. `bounds`: west, south,
    east, north of the land in reach; `outlines`: of chosen parcels their geometries as GeoJSON, so that a map lights
    them and not all of their cases. `name_vi`, `name_en`: of an activity.
    """

    choice: Choice
    data_date: date
    activities: tuple[str, ...]
    fronts: tuple[str, ...]
    runs: tuple[Run, ...]
    cases: tuple[str, ...]
    numbers: tuple[int, ...]
    cases_all: int
    cases_open: int
    parcels: tuple[tuple[str, str, str], ...]
    parcels_all: int
    bounds: tuple[float, float, float, float] | None
    outlines: tuple[str, ...] = ()
    name_vi: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class _Land:
    """The cases of a selection, and where it narrows them: its parcels (ids) and stretches by alignment id."""

    cases: frozenset[str]
    runs: Mapping[int, Sequence[tuple[float, float]]]
    parcels: frozenset[bytes] | None = None


def chosen(session: Session, ctx: Context, code: str, said: str, *, as_of: date | None) -> Chosen:
    """What `said` selects in a project. Raises InvalidInput, and NotFound for what is not there for the reader."""
    choice = parse_choice(said)
    project = access_project(session, code)
    day = resolve_day(session, as_of)
    calculation = calculate(session, ctx, project, day)
    hidden = hidden_cases(ctx, project.code, calculation)
    axes = {axis.id: axis for axis in axes_of(session, ctx, project, day)}
    places, _ = front_places(session, project)
    with scope.calculating(session):
        query = select(ClearanceCase.code, ClearanceCase.id).where(ClearanceCase.project_id == project.id)
        ids: dict[str, int] = dict(session.execute(query).all())
    activities: tuple[str, ...] = ()
    names = ("", "")
    if choice.kind is Kind.ACTIVITY:
        names, front = _activity(calculation, choice.codes[0])
        activities, fronts = choice.codes, frozenset([front] if front else [])
        land = _Land(
            frozenset(c.code for c in calculation.cases.values() if fronts.intersection(c.fronts)),
            {places[f][0]: [places[f][3:]] for f in fronts if f in places},
        )
    else:
        if choice.kind is Kind.RUN:
            land = _on_run(choice, calculation, axes, ids)
            fronts = frozenset(f for f, place in places.items() if _meets(place, land.runs))
        else:
            land = _of_cases(session, project, choice, calculation, hidden, axes, ids)
            fronts = frozenset(f for c in land.cases for f in calculation.cases[c].fronts)
        activities = tuple(_works_of(calculation, fronts))
    seen = sorted(land.cases - hidden)
    return Chosen(
        choice=choice, data_date=day, activities=activities, fronts=tuple(sorted(fronts)),
        runs=tuple(
            Run(axes[a].code, from_m, to_m, axes[a].route.stations)
            for a, runs in land.runs.items() if a in axes for from_m, to_m in runs
        ),
        cases=tuple(seen), numbers=tuple(ids[c] for c in seen), cases_all=len(land.cases),
        cases_open=sum(calculation.is_open(c) for c in land.cases),
        parcels=_named(session, [ids[c] for c in seen], land.parcels),
        parcels_all=len(land.parcels) if land.parcels is not None
        else sum(len(calculation.cases[c].parcels) for c in land.cases),
        bounds=_bounds(session, [ids[c] for c in seen], land.parcels),
        outlines=_outlines(session, [ids[c] for c in seen], land.parcels) if choice.kind is Kind.PARCELS else (),
        name_vi=names[0], name_en=names[1],
    )  # fmt: skip


def _activity(calculation: Calculation, code: str) -> tuple[tuple[str, str], str | None]:
    """The names of an activity and its front."""
    works = calculation.reckoning.works if calculation.reckoning else None
    found = next((a for a in works.net.activities if a.code == code), None) if works else None
    if works is None or found is None:
        raise NotFound("activity", code)
    return (found.name_vi, found.name_en), works.fronts.get(code)


def _works_of(calculation: Calculation, fronts: Collection[str]) -> Iterable[str]:
    """The activities of these fronts, their possessions with them."""
    if calculation.reckoning is None:
        return ()
    works = calculation.reckoning.works
    return (a.code for a in works.net.activities if works.fronts.get(a.code) in fronts)


def _on_run(
    choice: Choice, calculation: Calculation, axes: Mapping[int, Axis], ids: Mapping[str, int]
) -> _Land:
    axis = next((a for a in axes.values() if a.code == choice.codes[0]), None)
    if axis is None or choice.run is None:
        raise NotFound("alignment", choice.codes[0])
    from_m, to_m = choice.run
    cases: frozenset[str] = frozenset()
    parcels: frozenset[bytes] = frozenset()
    if axis.land is not None:
        cover = axis.land.cover
        there = (cover.from_m < to_m) & (cover.to_m > from_m)
        codes = {number: code for code, number in ids.items()}
        wanted = {
            n: codes[n]
            for n in np.unique(axis.land.case[there]).tolist()
            if codes.get(n) in calculation.cases
        }
        cases = frozenset(wanted.values())
        there &= np.isin(axis.land.case, list(wanted))
        parcels = frozenset(bytes(p) for p in axis.land.parcel[there])
    return _Land(cases, {axis.id: [(from_m, to_m)]}, parcels)


def _of_cases(
    session: Session, project: Project, choice: Choice, calculation: Calculation, hidden: Collection[str],
    axes: Mapping[int, Axis], ids: Mapping[str, int],
) -> _Land:  # fmt: skip
    parcels: frozenset[bytes] | None = None
    cases = frozenset(choice.codes)
    if choice.kind is Kind.PARCELS:
        wanted = [uuid.UUID(code) for code in choice.codes]
        query = (
            select(Parcel.id, ClearanceCase.code)
            .join(ClearanceCase, ClearanceCase.id == Parcel.case_id)
            .where(Parcel.id.in_(wanted), Parcel.project_id == project.id)
        )
        rows = dict(session.execute(query).all())
        missing = next((str(one) for one in wanted if one not in rows), None)
        if missing is not None:
            raise NotFound("parcel", missing)
        cases, parcels = frozenset(rows.values()), frozenset(one.bytes for one in rows)
    for code in sorted(cases):
        if code not in calculation.cases or code in hidden:
            raise NotFound("case", code)
    numbers = [ids[code] for code in cases]
    runs = {a: _covered(axis.land, numbers, parcels) for a, axis in axes.items() if axis.land is not None}
    return _Land(cases, {a: found for a, found in runs.items() if found}, parcels)


def _covered(
    land: LandCover, numbers: Sequence[int], parcels: Collection[bytes] | None
) -> list[tuple[float, float]]:
    """The stretches that land covers, neighbours joined."""
    mine = np.isin(land.case, numbers)
    if parcels is not None:
        mine &= np.array([bytes(p) in parcels for p in land.parcel], dtype=bool)
    found: list[tuple[float, float]] = []
    for from_m, to_m in sorted(
        zip(land.cover.from_m[mine].tolist(), land.cover.to_m[mine].tolist(), strict=True)
    ):
        if found and from_m <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], to_m))
        else:
            found.append((from_m, to_m))
    return found


def _meets(place: FrontPlace, runs: Mapping[int, Sequence[tuple[float, float]]]) -> bool:
    axis, _, _, low, high = place
    return any(low < to_m and high > from_m for from_m, to_m in runs.get(axis, ()))


def _named(
    session: Session, numbers: Sequence[int], parcels: Collection[bytes] | None
) -> tuple[tuple[str, str, str], ...]:
    rows = session.execute(NAMES, _within(numbers, parcels) | {"most": NAMED}).all() if numbers else ()
    return tuple((row[0], row[1], row[2]) for row in rows)


def _bounds(
    session: Session, numbers: Sequence[int], parcels: Collection[bytes] | None
) -> tuple[float, float, float, float] | None:
    row = session.execute(BOUNDS, _within(numbers, parcels)).one_or_none() if numbers else None
    return None if row is None else (row[0], row[1], row[2], row[3])


def _outlines(session: Session, numbers: Sequence[int], parcels: Collection[bytes] | None) -> tuple[str, ...]:
    return tuple(session.scalars(OUTLINES, _within(numbers, parcels)))


def _within(numbers: Sequence[int], parcels: Collection[bytes] | None) -> dict[str, object]:
    """Of which land a statement asks: of these cases in the session's reach, and of these parcels if given."""
    ids = [uuid.UUID(bytes=p) for p in parcels or ()]
    return {"cases": list(numbers), "whole": parcels is None, "parcels": ids}
