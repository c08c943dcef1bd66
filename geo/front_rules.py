"""The work fronts that open with a run of free land, with the land beside their alignment."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo.axis import load_routes
from geo.tables import Project, Section, WorkFront
from projects.openings import RunRule

# The land of the cases of each front beside the front's own alignment.
PIECES = text(
    """
    select distinct w.code as front, c.code, a.from_m, a.to_m
    from work_front w
    join section s on s.id = w.section_id
    join parcel_front pf on pf.front_id = w.id
    join parcel_alignment a on a.parcel_id = pf.parcel_id and a.alignment_id = s.alignment_id
    join clearance_case c on c.id = a.case_id
    where w.project_id = :project and w.run_m is not null
    order by 1, 2, 3, 4
    """
)


def with_run_fronts(session: Session, projects: Sequence[Project]) -> frozenset[int]:
    """Those of the projects (ids) that have a front which opens with a run."""
    wanted = select(WorkFront.project_id).where(
        WorkFront.project_id.in_([project.id for project in projects]), WorkFront.run_m.is_not(None)
    )
    return frozenset(session.scalars(wanted.distinct()))


def run_rules(session: Session, project: Project) -> dict[str, RunRule]:
    """By front code; fronts without a place on an alignment open with all their land and are left out.

    Sees what the session's reach sees: ask inside `geo.scope.calculating`.
    """
    rows = session.execute(
        select(WorkFront, Section)
        .join(Section, Section.id == WorkFront.section_id)
        .where(WorkFront.project_id == project.id, WorkFront.needs_land, WorkFront.run_m.is_not(None))
    ).all()
    if not rows:
        return {}
    routes = {row.id: route for row, route in load_routes(session, project.id).values()}
    pieces: dict[str, list[tuple[str, float, float]]] = {}
    for front, case, from_m, to_m in session.execute(PIECES, {"project": project.id}):
        pieces.setdefault(front, []).append((case, from_m, to_m))
    found = {}
    for front, section in rows:
        place = front if front.from_m is not None else section
        if section.alignment_id not in routes or front.area is not None or front.run_m is None:
            continue
        if place.from_m is None or place.to_m is None:
            continue
        line = routes[section.alignment_id].line
        own = tuple(pieces.get(front.code, ()))
        found[front.code] = RunRule(front.run_m, line, place.from_m, place.to_m, own)
    return found
