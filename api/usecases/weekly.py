"""The weekly table of whoever asks: which projects and wards, which week, and the cases behind each of its figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import first_day, resolve_day
from api.usecases.case_facts import AMOUNT
from api.usecases.may import is_command, sees, sight
from geo import scope
from geo.access import access_project, access_ward, portfolio_state
from geo.tables import ClearanceCase, Component, Project
from geo.weekly import read_bundles, read_deadlines, read_places
from geo.weekly_moved import read_things
from projects.errors import Fault, InvalidInput
from projects.weekly.columns import BY_KEY, UNITS, belongs
from projects.weekly.counting import Bundle
from projects.weekly.moved import Thing, counted_in
from projects.weekly.table import By, Frame, Table, assemble, row_of
from projects.weekly.weeks import Week, read_week, standing_day

UNKNOWN = "-"  # in an address: a component or an old district that is not known


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks of the weekly table. '' : all. `unit` a key of `UNITS`, `by` ward or old district."""

    week: str = ""
    project: str = ""
    ward: str = ""
    unit: str = "ho-so"
    by: By = "ward"


@dataclass(frozen=True, slots=True)
class Behind:
    """The figure whose cases are wanted: column, unit, and the row by ward, old district and component.

    None: any; `UNKNOWN`: those without one. `project`: '' for a figure of all of them.
    """

    column: str
    week: str = ""
    unit: str = "ho-so"
    district: str | None = None
    component: str | None = None
    project: str = ""


@dataclass(frozen=True, slots=True)
class Weekly:
    """The table with what it stands on. `hidden_cases`: cases of these projects outside the reader's reach."""

    table: Table
    week: Week
    day: date
    before: date | None
    projects: tuple[Project, ...]
    components: dict[tuple[str, str], Component]
    deadlines: dict[str, date]
    hidden_cases: int


def weekly_table(session: Session, ctx: Context, asked: Asked, *, as_of: date | None = None) -> Weekly:
    """The weekly table within the reader's reach. Raises NotFound, and InvalidInput for a bad week or unit."""
    if asked.unit not in UNITS:
        vi = f"Đơn vị đếm phải là một trong: {', '.join(UNITS)}."
        raise InvalidInput([Fault("dem", vi, f"The unit must be one of: {', '.join(UNITS)}.")])
    week, day, before = week_asked(session, asked.week, as_of)
    if asked.ward:
        access_ward(session, asked.ward)
    chosen: Sequence[Project] = (
        [access_project(session, asked.project)]
        if asked.project
        else session.scalars(select(Project).where(Project.kind != "programme").order_by(Project.sort)).all()
    )
    codes = {project.id: project.code for project in chosen}
    bundles = read_bundles(session, codes, day=day, before=before)
    things = read_things(session, codes, day=day)
    if asked.ward:
        bundles = tuple(bundle for bundle in bundles if bundle.ward == asked.ward)
        things = tuple(thing for thing in things if thing.ward == asked.ward)
    deadlines = read_deadlines(session, list(codes))
    places = tuple(
        (project, ward)
        for project, ward in read_places(session, list(codes))
        if sees(ctx, ward=ward, project=project) and asked.ward in ("", ward)
    )
    frame = Frame(day, places, deadlines, with_before=before is not None, with_money=sees_money(ctx))
    components = session.scalars(select(Component).where(Component.project_id.in_(codes)))
    return Weekly(
        table=assemble(
            bundles, frame, unit=asked.unit, by=asked.by, order=list(codes.values()), things=things
        ),
        week=week,
        day=day,
        before=before,
        projects=tuple(chosen),
        components={(codes[row.project_id], row.code): row for row in components},
        deadlines=deadlines,
        hidden_cases=_hidden(session, list(codes), asked.ward),
    )


def cases_behind(
    session: Session, project: Project, behind: Behind, *, as_of: date | None = None
) -> tuple[frozenset[str], date]:
    """The codes of the cases that a figure counts, in every ward of the reader's reach, and the day it stands on.

    Raises InvalidInput for a column without a list.
    """
    found, day = _read_behind(session, {project.id: project.code}, behind, as_of)
    return frozenset(case.code for case in found), day


def all_behind(
    session: Session, behind: Behind, *, ward: str = "", as_of: date | None = None
) -> tuple[list[Bundle], date]:
    """The cases that a figure of the total row counts, by code. Raises NotFound, and as `cases_behind`."""
    found, day = _read_behind(session, _projects_behind(session, behind), behind, as_of)
    return [case for case in found if ward in ("", case.ward)], day


def things_behind(
    session: Session, behind: Behind, *, ward: str = "", as_of: date | None = None
) -> tuple[list[Thing], date]:
    """The graves, or utilities, that a figure of any row counts. Raises NotFound, and as `cases_behind`."""
    _, day, before = week_asked(session, behind.week, as_of)
    projects = _projects_behind(session, behind)
    place = {code: at for at, code in enumerate(projects.values())}
    found = [
        thing
        for thing in read_things(session, projects, day=day)
        if counted_in(behind.column, thing) and ward in ("", thing.ward)
    ]
    if behind.component is not None:
        bundles = read_bundles(session, projects, day=day, before=before)
        found = _of_row(found, [b for b in bundles if ward in ("", b.ward)], behind, ward)
    return sorted(found, key=lambda t: (place[t.project], t.code[:1], len(t.code), t.code)), day


def _projects_behind(session: Session, behind: Behind) -> dict[int, str]:
    """Id → code of the project of a figure, or of all; in the order of the table. Raises NotFound."""
    if behind.project:
        asked = access_project(session, behind.project)
        return {asked.id: asked.code}
    rows = select(Project.id, Project.code).where(Project.kind != "programme").order_by(Project.sort)
    return dict(session.execute(rows).all())


def _of_row(things: list[Thing], bundles: Sequence[Bundle], behind: Behind, ward: str) -> list[Thing]:
    """Those of the things that the table counts in the row of a ward, or of an old district."""
    by: By = "ward" if behind.district is None else "district"
    rows: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for bundle in bundles:
        if bundle.step != "X2":
            rows[bundle.project].add((bundle.component, bundle.ward if by == "ward" else bundle.district))
    asked = (behind.component, ward if by == "ward" else behind.district)
    row = tuple("" if each == UNKNOWN else each for each in asked)
    return [thing for thing in things if row_of(thing, rows[thing.project], by) == row]


def _read_behind(
    session: Session, projects: dict[int, str], behind: Behind, as_of: date | None
) -> tuple[list[Bundle], date]:
    column = BY_KEY.get(behind.column)
    if column is None or not column.opens or behind.unit not in UNITS:
        vi, en = "Cột này không có danh sách hồ sơ.", "This column has no list of cases."
        raise InvalidInput([Fault("cot", vi, en)])
    _, day, before = week_asked(session, behind.week, as_of)
    found = read_bundles(session, projects, day=day, before=before, one_by_one=True)
    return [
        case
        for case in found
        if case.step != "X2" and belongs(column, case, behind.unit) and _in_row(case, behind)
    ], day


def week_asked(session: Session, week: str, as_of: date | None) -> tuple[Week, date, date | None]:
    """The week, the day that its figures stand on, and the last day of the week before where anything is known of it.

    Raises InvalidInput for a week that is no week, or of which nothing is known yet.
    """
    told, day = standing_day(read_week(week) if week else None, as_of, portfolio_state(session).data_date)
    resolve_day(session, day)
    first = first_day(session)
    return told, day, told.before if first is None or told.before >= first else None


def sees_money(ctx: Context) -> bool:
    """Whether the reader's role sees amounts without opening them."""
    return is_command(ctx) or sight(ctx, AMOUNT) == "hiện"


def _in_row(case: Bundle, behind: Behind) -> bool:
    return all(
        wanted is None or known == ("" if wanted == UNKNOWN else wanted)
        for wanted, known in ((behind.district, case.district), (behind.component, case.component))
    )


def _hidden(session: Session, projects: Sequence[int], ward: str) -> int:
    count = select(func.count()).where(ClearanceCase.project_id.in_(projects), ClearanceCase.step != "X2")
    if ward:
        count = count.where(ClearanceCase.ward_code == ward)
    seen = session.scalar(count) or 0
    with scope.calculating(session):
        return (session.scalar(count) or 0) - seen
