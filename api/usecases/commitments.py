"""Promised handover dates: how they went by ward and project, and each of them; on any day, as known then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.usecases.calculation import resolve_day
from api.usecases.facts import all_ward_labels
from geo import commitments as history
from geo.access import access_case, access_project, access_ward
from geo.tables import ClearanceCase, Project
from projects.commitments import Promise, Tally, added


@dataclass(frozen=True, slots=True)
class WardLine:
    """The promises of one ward in one project; `all_cases`: its cases in the reader's reach, the denominator."""

    project: str
    ward_code: str
    ward: str
    all_cases: int
    tally: Tally
    mean_slip: float | None
    due: int


@dataclass(frozen=True, slots=True)
class Commitments:
    """All lines, what they add up to, and the promises of the page that was asked for."""

    data_date: date
    lines: tuple[WardLine, ...]
    whole: Tally
    mean_slip: float | None
    due: int
    all_cases: int
    rows: tuple[Promise, ...]
    total: int
    limit: int
    offset: int
    demo: bool


def commitments(
    session: Session,
    *,
    project: str | None = None,
    ward: str | None = None,
    state: str | None = None,
    listed: bool = False,
    limit: int = 100,
    offset: int = 0,
    as_of: date | None = None,
) -> Commitments:
    """The tallies by ward and project of the cases in reach; `listed` adds the promises, of one `state` or all.

    Raises NotFound for a project or ward.
    """
    day = resolve_day(session, as_of)
    within = []
    if project is not None:
        within.append(ClearanceCase.project_id == access_project(session, project).id)
    if ward is not None:
        access_ward(session, ward)
        within.append(ClearanceCase.ward_code == ward)
    found = history.tallies(session, day=day, project=project, ward=ward)
    cases = {
        (code, ward_code): (count, demo)
        for code, ward_code, count, demo in session.execute(
            select(Project.code, ClearanceCase.ward_code, func.count(), func.bool_or(ClearanceCase.is_demo))
            .join(Project, Project.id == ClearanceCase.project_id)
            .where(*within)
            .group_by(Project.code, ClearanceCase.ward_code)
        )
    }
    wards = all_ward_labels(session)
    nothing = Tally(0, 0, 0, 0, 0, 0, 0, 0)
    lines = []
    for key, (count, _) in cases.items():
        tally = found.get(key, nothing)
        lines.append(
            WardLine(key[0], key[1], wards.get(key[1], key[1]), count, tally, tally.mean_slip, tally.due)
        )
    lines.sort(key=lambda line: (-line.tally.broken, -line.tally.changes, line.ward, line.project))
    whole = added(line.tally for line in lines)
    rows = history.promises(session, day=day, project=project, ward=ward, state=state) if listed else []
    return Commitments(
        data_date=day,
        lines=tuple(lines),
        whole=whole,
        mean_slip=whole.mean_slip,
        due=whole.due,
        all_cases=sum(count for count, _ in cases.values()),
        rows=tuple(rows[offset : offset + limit]),
        total=len(rows),
        limit=limit,
        offset=offset,
        demo=any(demo for _, demo in cases.values()),
    )


def promises_of(session: Session, code: str, *, as_of: date | None = None) -> tuple[Promise, ...]:
    """Every promise of one case, the first one first. Raises NotFound."""
    access_case(session, code)
    return history.promises_of_case(session, code, day=resolve_day(session, as_of))
