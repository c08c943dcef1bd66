"""Open obstacles of all cases in the reader's reach: filtered, counted by tier, cause and ward, and listed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.usecases.calculation import resolve_day
from api.usecases.facts import all_ward_labels, project_labels
from api.usecases.obstacles import open_on
from geo.access import access_project, access_ward
from geo.tables import CaseObstacle, ClearanceCase, Project
from projects.codes import OBSTACLES
from projects.tiers import TIERS


@dataclass(frozen=True, slots=True)
class ObstacleFilter:
    """What the list shows; all hold together. `overdue`: the due date has passed. `undated`: there is none."""

    tier: str | None = None
    ward: str | None = None
    project: str | None = None
    cause: str | None = None
    overdue: bool = False
    undated: bool = False


@dataclass(frozen=True, slots=True)
class OpenObstacle:
    """A line of the list; `days_left` to the due date, negative when overdue, None without one."""

    id: int
    case: str
    project: str
    ward_code: str
    ward: str
    cause: str
    tier: str
    owner: str | None
    solution: str | None
    opened_on: date
    due_on: date | None
    days_left: int | None
    climbs: int
    main: bool
    is_demo: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Open obstacles of one tier, cause or ward: how many, of how many cases, and how many are overdue."""

    code: str
    obstacles: int
    cases: int
    overdue: int


@dataclass(frozen=True, slots=True)
class ObstacleList:
    """The page asked for; `total` and the groups count all that match, `reach_cases` are the denominators.

    `reach_cases`: cases in the reader's reach within the same project and ward.
    """

    data_date: date
    rows: tuple[OpenObstacle, ...]
    total: int
    cases: int
    overdue: int
    undated: int
    reach_cases: int
    by_tier: tuple[Group, ...]
    by_cause: tuple[Group, ...]
    by_ward: tuple[Group, ...]
    limit: int
    offset: int
    demo: bool


def open_obstacles(
    session: Session, chosen: ObstacleFilter, *, limit: int = 100, offset: int = 0, as_of: date | None = None
) -> ObstacleList:
    """The open obstacles that match on the data date, overdue ones first. Raises NotFound for a project or ward."""
    day = resolve_day(session, as_of)
    within: list[Any] = []
    if chosen.project is not None:
        within.append(ClearanceCase.project_id == access_project(session, chosen.project).id)
    if chosen.ward is not None:
        access_ward(session, chosen.ward)
        within.append(ClearanceCase.ward_code == chosen.ward)
    late = CaseObstacle.due_on < day
    matches = [
        open_on(day),
        *within,
        *([CaseObstacle.tier == chosen.tier] if chosen.tier else []),
        *([CaseObstacle.cause == chosen.cause] if chosen.cause else []),
        *([late] if chosen.overdue else []),
        *([CaseObstacle.due_on.is_(None)] if chosen.undated else []),
    ]
    counts = (
        func.count(),
        func.count(CaseObstacle.case_id.distinct()),
        func.count().filter(late),
        func.count().filter(CaseObstacle.due_on.is_(None)),
        func.bool_or(CaseObstacle.is_demo),
    )
    joined = CaseObstacle.case_id == ClearanceCase.id
    total, cases, overdue, undated, demo = session.execute(
        select(*counts).join(ClearanceCase, joined).where(*matches)
    ).one()

    def grouped(column: Any, order: Iterable[str] = ()) -> tuple[Group, ...]:
        rows = session.execute(
            select(column, *counts[:3]).join(ClearanceCase, joined).where(*matches).group_by(column)
        )
        found = [Group(*row) for row in rows]
        places = {code: at for at, code in enumerate(order)}
        return tuple(sorted(found, key=lambda g: (places.get(g.code, len(places)), -g.obstacles, g.code)))

    listed = session.execute(
        select(CaseObstacle, ClearanceCase.code, ClearanceCase.obstacle, Project.code)
        .join(ClearanceCase, joined)
        .join(Project, Project.id == ClearanceCase.project_id)
        .where(*matches)
        .order_by(CaseObstacle.due_on.nulls_last(), ClearanceCase.code, CaseObstacle.id)
        .limit(limit)
        .offset(offset)
    )
    wards = all_ward_labels(session)
    return ObstacleList(
        data_date=day,
        rows=tuple(
            OpenObstacle(
                id=row.id, case=code, project=project, ward_code=row.ward_code,
                ward=wards.get(row.ward_code, row.ward_code), cause=row.cause, tier=row.tier, owner=row.owner,
                solution=row.solution, opened_on=row.opened_on, due_on=row.due_on,
                days_left=(row.due_on - day).days if row.due_on else None, climbs=row.climbs,
                main=row.cause == headline, is_demo=row.is_demo,
            )
            for row, code, headline, project in listed
        ),
        total=total,
        cases=cases,
        overdue=overdue,
        undated=undated,
        reach_cases=session.scalar(select(func.count()).select_from(ClearanceCase).where(*within)) or 0,
        by_tier=grouped(CaseObstacle.tier, TIERS),
        by_cause=grouped(CaseObstacle.cause),
        by_ward=grouped(CaseObstacle.ward_code),
        limit=limit,
        offset=offset,
        demo=bool(demo),
    )  # fmt: skip


def choices(session: Session) -> dict[str, Any]:
    """What the filters offer: wards and projects with cases in the reader's reach, causes, tiers."""
    wards, projects = all_ward_labels(session), project_labels(session)
    present = session.execute(
        select(ClearanceCase.ward_code, Project.code)
        .join(Project, Project.id == ClearanceCase.project_id)
        .distinct()
    ).all()
    return {
        "wards": sorted({(w, wards.get(w, w)) for w, _ in present}, key=lambda pair: pair[1]),
        "projects": [(code, names) for code, names in projects.items() if any(p == code for _, p in present)],
        "causes": OBSTACLES,
        "tiers": TIERS,
    }
