"""The alignments of a project with all their land as of a day: what pages, maps and answers about the axis share.

Made from all land whoever asks, and kept per project revision and moment of knowledge like the calculation; nothing
here names a case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import past_states, result_key
from api.usecases.known_works import writer
from geo import scope
from geo.axis import load_routes_of
from geo.land_cover import LandCover, load_land_of
from geo.route import Route
from geo.tables import Alignment, Project, Section, WorkFront
from projects.workable import Cover, Interval, Line, States, states_of

BOTH, LEFT, RIGHT = "both", "left", "right"
SIDES = (BOTH, LEFT, RIGHT)


@dataclass(frozen=True, slots=True)
class Axis:
    """A route, its land (None without any) and the states of both sides together and of each."""

    id: int
    code: str
    name_vi: str
    name_en: str
    schematic: bool
    accuracy_m: float
    route: Route
    land: LandCover | None
    states: Mapping[str, States]

    @property
    def whole(self) -> Interval:
        """From its first to its last measure."""
        return self.route.start_m, self.route.end_m


@dataclass(frozen=True, slots=True)
class Front:
    """A work front that needs land; without `stretch` it is an area and has no chainage."""

    code: str
    name_vi: str
    name_en: str
    alignment_id: int | None
    stretch: Interval | None


def axes_of(session: Session, ctx: Context, project: Project, day: date) -> tuple[Axis, ...]:
    """The alignments by code, from the cache when nothing changed since."""
    return axes_of_all(session, ctx, (project,), day)[project.id]


def axes_of_all(
    session: Session, ctx: Context, projects: Sequence[Project], day: date
) -> dict[int, tuple[Axis, ...]]:
    """The same of several projects, by their id."""
    by = writer(session)
    keys = {p.id: ("axes", *result_key(ctx, p, day, by)) for p in projects}
    found: dict[int, tuple[Axis, ...]] = {
        number: kept for number, key in keys.items() if (kept := ctx.cache.peek(key)) is not None
    }
    fresh = [p for p in projects if p.id not in found]
    if fresh:
        for number, axes in _axes(session, ctx, fresh, day).items():
            ctx.cache.keep(keys[number], axes)
            found[number] = axes
    return found


def fronts_of(session: Session, project: Project) -> list[Front]:
    """The work fronts that need land, along their sections; one without a place of its own is all of its section."""
    rows = session.execute(
        select(WorkFront, Section)
        .join(Section, Section.id == WorkFront.section_id)
        .where(WorkFront.project_id == project.id, WorkFront.needs_land)
        .order_by(Section.from_m.nulls_last(), WorkFront.from_m.nulls_last(), WorkFront.code)
    )
    return [
        Front(row.code, row.name_vi, row.name_en, section.alignment_id, _stretch(row, section))
        for row, section in rows
    ]


def required_of(session: Session, axis: Axis, fronts: Sequence[Front]) -> tuple[str, tuple[Interval, ...]]:
    """What the works need of an alignment, and what says so: its fronts, else its sections, else the axis itself."""
    of_fronts = stretches(axis, fronts)
    if of_fronts:
        return "fronts", of_fronts
    rows = session.execute(
        select(Section.from_m, Section.to_m).where(
            Section.alignment_id == axis.id, Section.from_m.is_not(None), Section.to_m.is_not(None)
        )
    )
    of_sections = tuple((a, b) for a, b in rows if a is not None and b is not None)
    return ("sections", of_sections) if of_sections else ("axis", (axis.whole,))


def stretches(axis: Axis, fronts: Sequence[Front]) -> tuple[Interval, ...]:
    """Where fronts lie on an alignment."""
    return tuple(f.stretch for f in fronts if f.alignment_id == axis.id and f.stretch is not None)


def _axes(
    session: Session, ctx: Context, projects: Sequence[Project], day: date
) -> dict[int, tuple[Axis, ...]]:
    with scope.calculating(session):
        then = past_states(session, ctx, projects, day)
        land = load_land_of(session, projects, as_of=day, then=then)
    return {
        number: tuple([_axis(row, route, land.get(row.id)) for row, route in rows])
        for number, rows in load_routes_of(session, [p.id for p in projects]).items()
    }


def _axis(row: Alignment, route: Route, land: LandCover | None) -> Axis:
    names = (row.id, row.code, row.name_vi, row.name_en, row.schematic, row.accuracy_m)
    return Axis(*names, route, land, _states(route.line, land))


def _states(line: Line, land: LandCover | None) -> dict[str, States]:
    if land is None:
        nothing = Cover(np.empty(0), np.empty(0), np.empty(0, dtype=bool))
        return dict.fromkeys(SIDES, states_of(line, nothing))
    covers = {BOTH: land.cover, LEFT: land.beside("L"), RIGHT: land.beside("R")}
    return {side: states_of(line, cover) for side, cover in covers.items()}


def _stretch(row: WorkFront, section: Section) -> Interval | None:
    if section.alignment_id is None or row.area is not None:
        return None
    place = row if row.from_m is not None else section
    return None if place.from_m is None or place.to_m is None else (place.from_m, place.to_m)
