"""Rows to domain values: the only converter between the tables and the core. Reads; never writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, cast

import numpy as np
from sqlalchemy import CursorResult, TextClause, select, text
from sqlalchemy.orm import Session

from geo.past_states import States, states_then
from geo.tables import Activity as ActivityRow
from geo.tables import Link as LinkRow
from geo.tables import Project, Section
from geo.tables import WorkFront as FrontRow
from geo.told import told_of
from projects.codes import AGRI, NON_AGRI, land_kind
from projects.model import Activity, CaseState, Link, LinkType, Network, NodeKind, ParcelRef, WorkFront

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
    select string_agg(int4send(q.case_id) || int4send(w.id), ''::bytea)
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
    return load_cases_of(session, (project,), as_of=as_of)[project.id]


def load_cases_of(
    session: Session, projects: Sequence[Project], *, as_of: date, then: Mapping[str, States] | None = None
) -> dict[int, tuple[CaseState, ...]]:
    """The same of several projects at once, by their id; `then` is what `states_then` gives, if it is at hand."""
    if then is None:
        told = told_of(session, {project.id: project.code for project in projects})
        then = {project.code: states_then(told[project.id], as_of=as_of) for project in projects}
    asked = {"projects": [project.id for project in projects]}
    with joining_whole(session):
        rows = _tuples(session, CASES, asked)
        land = _land_of(_tuples(session, LAND, asked))
        waiting = _waiting(session.scalar(WAITING, asked), dict(session.execute(FRONTS, asked).all()))
    found: dict[int, list[CaseState]] = {project.id: [] for project in projects}
    past_of = {project.id: then.get(project.code, {}) for project in projects}
    for project_id, number, code, ward, step, step_on, promised_on, obstacle, version, is_demo in rows:
        parcels, kind = land.get(number, _NO_LAND)
        if (past := past_of[project_id].get(code)) is not None:
            step, step_on = past.step or step, past.step_on or date.min
            promised_on, obstacle = past.promised_on, past.obstacle
        found[project_id].append(
            CaseState(
                code, ward, step, step_on, promised_on, obstacle, waiting.get(number, ()), parcels, version,
                is_demo, kind,
            )
        )  # fmt: skip
    return {project: tuple(cases) for project, cases in found.items()}


def _tuples(session: Session, statement: TextClause, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows as the driver has them: a hundred thousand of them as rows of the library take three times as long."""
    found = session.execute(statement, asked)
    return list(cast("CursorResult[Any]", found).cursor.fetchall())


_NO_LAND: tuple[tuple[ParcelRef, ...], str] = ((), NON_AGRI)


def _land_of(rows: Sequence[Any]) -> dict[int, tuple[tuple[ParcelRef, ...], str]]:
    """The parcels of every case, and the kind of its land, from rows in the order of cases."""
    found = {}
    for case, group in groupby(rows, itemgetter(0)):
        mine = list(group)
        parcels = tuple([ParcelRef._make(row[2:]) for row in mine])
        found[case] = parcels, _land(*{row[1] for row in mine})
    return found


def _waiting(packed: bytes | None, codes: Mapping[int, str]) -> dict[int, tuple[str, ...]]:
    """The fronts of every case, by code."""
    order = {number: place for place, number in enumerate(codes)}
    pairs = np.frombuffer(packed or b"", dtype=">i4").reshape(-1, 2).astype(np.int64)
    places = np.array([order[number] for number in pairs[:, 1].tolist()], np.int64)
    unique = np.unique(pairs[:, 0] * (len(codes) + 1) + places)
    names = sorted(codes.values())
    found: dict[int, tuple[str, ...]] = {}
    for case, place in zip(*(part.tolist() for part in divmod(unique, len(codes) + 1)), strict=True):
        found[case] = (*found.get(case, ()), names[place])
    return found


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


# Thousands of cases share a few hundred days, uses and fronts: one value each, and half of the time.
@lru_cache(maxsize=4096)
def _land(*uses: str) -> str:
    """The notice runs for the longer time unless all of the case's land is agricultural."""
    return AGRI if all(land_kind(use) == AGRI for use in uses) else NON_AGRI
