"""Rows to domain values: the only converter between the tables and the core. Reads; never writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
from sqlalchemy import CursorResult, TextClause, select, text
from sqlalchemy.orm import Session

from geo.past_states import States, read_states
from geo.tables import Activity as ActivityRow
from geo.tables import Link as LinkRow
from geo.tables import Project, Section
from geo.tables import WorkFront as FrontRow
from projects.codes import AGRI, NON_AGRI, land_kind
from projects.many import many
from projects.model import Activity, CaseState, Link, LinkType, Network, NodeKind, ParcelRef, WorkFront

T = TypeVar("T")
FINISH = "OPEN"  # code of the completion milestone in every template

# Cases, their parcels and the fronts that wait for them are read apart and put together here: made into one document
# in the database and taken apart again, they take twice as long.
CASES = text(
    """
    select project_id, id, code, ward_code, step, step_on, promised_on, obstacle, version, is_demo
    from clearance_case where project_id = any(cast(:projects as smallint[])) order by code
    """
)
LAND = text(
    """
    select case_id, land_use, sheet, number, area_m2, from_m, to_m from parcel
    where project_id = any(cast(:projects as smallint[])) order by case_id, map_series, sheet, number, map_version
    """
)
# Numbers of cases and of fronts, packed: a case with ten parcels on a front has ten of them.
WAITING = text(
    """
    select string_agg(int4send(q.case_id), ''::bytea), string_agg(int4send(w.id), ''::bytea)
    from work_front w
    join parcel_front pf on pf.front_id = w.id
    join parcel q on q.id = pf.parcel_id
    where w.project_id = any(cast(:projects as smallint[])) and q.project_id = w.project_id
    """
)
FRONTS = text(
    "select id, code from work_front where project_id = any(cast(:projects as smallint[])) order by code"
)
# The planner expects a handful of rows behind row-level security and would look each one up: here come all.
LOOPS = text(
    "select set_config('enable_nestloop', :loops, true), set_config('enable_mergejoin', :loops, true)"
)


@contextmanager
def joining_whole(session: Session) -> Iterator[None]:
    """Plans that join whole tables for the length of a `with`."""
    session.execute(LOOPS, {"loops": "off"})
    yield
    session.execute(LOOPS, {"loops": "on"})


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


def load_cases_of(session: Session, projects: Sequence[Project]) -> dict[int, tuple[CaseState, ...]]:
    """The cases of several projects as they stand now, by the id of the project."""
    asked = {"projects": [project.id for project in projects]}
    with joining_whole(session):
        rows = _tuples(session, CASES, asked)
        land = _tuples(session, LAND, asked)
        (packed,) = _tuples(session, WAITING, asked)
        of_front: dict[int, str] = dict(session.execute(FRONTS, asked).all())
    found: dict[int, list[CaseState]] = {project.id: [] for project in projects}
    if not rows:
        return dict.fromkeys(found, ())
    project_ids, numbers, *stand, versions, demos = zip(*rows, strict=True)
    waiting = _waiting(packed, of_front)
    fronts = [waiting.get(number, ()) for number in numbers]
    parcels, kinds = _land_of(land, numbers)
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


def _tuples(session: Session, statement: TextClause, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows as the driver has them: a hundred thousand of them as rows of the library take three times as long."""
    found = session.execute(statement, asked)
    return list(cast("CursorResult[Any]", found).cursor.fetchall())


def _land_of(
    rows: Sequence[tuple[Any, ...]], numbers: Sequence[int]
) -> tuple[list[tuple[ParcelRef, ...]], list[str]]:
    """The parcels of these cases and the kind of the land of each, from rows in the order of cases.

    The notice runs for the longer time unless all of a case's land is agricultural.
    """
    cases, uses, *named = zip(*rows, strict=True) if rows else ((), ())
    parcels = _by_case(cases, tuple(map(ParcelRef._make, zip(*named, strict=True))))
    longer = {use for use in set(uses) if land_kind(use) != AGRI}
    mixed = {case for case, use in zip(cases, uses, strict=True) if use in longer}
    return (
        [parcels.get(number, ()) for number in numbers],
        [AGRI if number in parcels and number not in mixed else NON_AGRI for number in numbers],
    )


def _waiting(packed: Sequence[bytes | None], codes: Mapping[int, str]) -> dict[int, tuple[str, ...]]:
    """The fronts of every case by code, from as many packed numbers of cases and of fronts."""
    cases, fronts = (np.frombuffer(numbers or b"", ">i4").astype(np.int64) for numbers in packed)
    by_code = sorted(codes, key=codes.__getitem__)
    places = {number: place for place, number in enumerate(by_code)}
    waited = np.array([places[number] for number in fronts.tolist()], np.int64)
    of_case, place = divmod(np.unique(cases * (len(codes) + 1) + waited), len(codes) + 1)
    return _by_case(of_case, tuple([codes[by_code[at]] for at in place.tolist()]))


def _by_case(cases: npt.ArrayLike, values: tuple[T, ...]) -> dict[int, tuple[T, ...]]:
    """Values in the order of their cases, together by case."""
    numbers = np.asarray(cases, np.int64)
    first = np.flatnonzero(np.diff(numbers, prepend=-1))
    spans = pairwise([*first.tolist(), len(values)])
    return {case: values[at:end] for case, (at, end) in zip(numbers[first].tolist(), spans, strict=True)}


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
