"""Rows to domain values: the only converter between the tables and the core. Reads; never writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo.case_land import CaseLand, load_case_land
from geo.past_states import States, read_states
from geo.tables import Activity as ActivityRow
from geo.tables import Link as LinkRow
from geo.tables import Project, Section
from geo.tables import WorkFront as FrontRow
from geo.whole_tables import joining_whole, tuples
from projects.codes import AGRI, NON_AGRI
from projects.many import many
from projects.model import Activity, CaseState, Link, LinkType, Network, NodeKind, WorkFront

FINISH = "OPEN"  # code of the completion milestone in every template

# Cases, their parcels and the fronts that wait for them are read apart and put together here: made into one document
# in the database and taken apart again, they take twice as long.
CASES = text(
    """
    select project_id, id, code, ward_code, step, step_on, promised_on, obstacle, version, is_demo
    from clearance_case where project_id = any(cast(:projects as smallint[])) order by code
    """
)


def load_network(session: Session, project: Project) -> Network | None:
    """The schedule network of a project in days, None when it has none (programmes).

    Of an imported network the days are rounded up, constraints and levels of effort are left out: `geo.networks` gives
    it whole.
    """
    fronts = dict(
        session.execute(select(FrontRow.id, FrontRow.code).where(FrontRow.project_id == project.id)).all()
    )
    rows = session.scalars(
        select(ActivityRow)
        .where(ActivityRow.project_id == project.id, ActivityRow.kind != "effort")
        .order_by(ActivityRow.code)
    ).all()
    if not rows:
        return None
    codes = {row.id: row.code for row in rows}
    found = session.scalars(select(LinkRow).where(LinkRow.project_id == project.id))
    links = [k for k in found if k.pred_id in codes and k.succ_id in codes]
    return Network(
        project=project.code,
        activities=tuple(_activity(row, fronts) for row in rows),
        links=tuple(
            sorted(
                (Link(codes[k.pred_id], codes[k.succ_id], LinkType(k.type), k.lag) for k in links),
                key=lambda link: (link.pred, link.succ, link.type),
            )
        ),
        finish=FINISH,
    )


def load_fronts(session: Session, project: Project) -> tuple[WorkFront, ...]:
    """The work fronts of a project along their sections."""
    return load_fronts_of(session, (project,))[project.id]


def load_fronts_of(session: Session, projects: Sequence[Project]) -> dict[int, tuple[WorkFront, ...]]:
    """The same of several projects at once, by their id."""
    found: dict[int, list[WorkFront]] = {project.id: [] for project in projects}
    rows = session.execute(
        select(
            FrontRow.project_id, FrontRow.code, FrontRow.name_vi, FrontRow.name_en, FrontRow.kind, Section.code,
            FrontRow.from_m, FrontRow.to_m, FrontRow.needs_land,
        )
        .join(Section, Section.id == FrontRow.section_id)
        .where(FrontRow.project_id.in_(found))
        .order_by(Section.from_m.nulls_last(), Section.code, FrontRow.from_m.nulls_last(), FrontRow.code)
    )  # fmt: skip
    for project, code, name_vi, name_en, kind, section, from_m, to_m, needs_land in rows:
        front = WorkFront(code, name_vi, name_en, kind, section, from_m, to_m, needs_land)
        found[project].append(front)
    return {project: tuple(fronts) for project, fronts in found.items()}


def load_cases(session: Session, project: Project, *, as_of: date) -> tuple[CaseState, ...]:
    """The cases of a project as they stood at the end of `as_of`, by what is known now."""
    past = read_states(session, project.id, project.code, as_of=as_of)
    return cases_then(load_cases_of(session, (project,))[project.id], past)


def load_cases_of(
    session: Session, projects: Sequence[Project], land: Mapping[int, CaseLand] | None = None
) -> dict[int, tuple[CaseState, ...]]:
    """The cases of several projects as they stand now, by the id of the project; `land` if it is at hand."""
    if land is None:
        land = load_case_land(session, projects)
    with joining_whole(session):
        rows = tuples(session, CASES, {"projects": [project.id for project in projects]})
    found: dict[int, list[CaseState]] = {project.id: [] for project in projects}
    if not rows:
        return dict.fromkeys(found, ())
    project_ids, numbers, *stand, versions, demos = zip(*rows, strict=True)
    of_case = [(land[project], number) for project, number in zip(project_ids, numbers, strict=True)]
    fronts = [own.fronts.get(number, ()) for own, number in of_case]
    parcels = [own.parcels.get(number, ()) for own, number in of_case]
    kinds = [AGRI if number in own.agricultural else NON_AGRI for own, number in of_case]
    cases = many(CaseState, *stand, fronts, parcels, versions, demos, kinds)
    for project_id, case in zip(project_ids, cases, strict=True):
        found[project_id].append(case)
    return {project: tuple(mine) for project, mine in found.items()}


def cases_then(cases: tuple[CaseState, ...], past: States) -> tuple[CaseState, ...]:
    """The cases with those that moved after a day as they stood on it (`geo.past_states`)."""
    moved = [at for at, case in enumerate(cases) if case.code in past]
    if not moved:
        return cases
    were = [(cases[at], past[cases[at].code]) for at in moved]
    stood = many(
        CaseState,
        [case.code for case, _ in were],
        [case.ward_code for case, _ in were],
        [was.step or case.step for case, was in were],
        [was.step_on or date.min for _, was in were],
        [was.promised_on for _, was in were],
        [was.obstacle for _, was in were],
        [case.fronts for case, _ in were],
        [case.parcels for case, _ in were],
        [case.version for case, _ in were],
        [case.is_demo for case, _ in were],
        [case.land for case, _ in were],
    )
    found = list(cases)
    for at, case in zip(moved, stood, strict=True):
        found[at] = case
    return tuple(found)


def _activity(row: ActivityRow, fronts: Mapping[int, str]) -> Activity:
    return Activity(
        code=row.code,
        name_vi=row.name_vi,
        name_en=row.name_en,
        duration=row.duration,
        calendar=row.calendar,
        kind=NodeKind(row.kind),
        front=fronts[row.front_id] if row.front_id is not None else None,
        not_before=row.not_before,
        actual_start=row.actual_start,
        actual_finish=row.actual_finish,
        remaining=row.remaining,
    )
