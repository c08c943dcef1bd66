"""What the forecasts of a project stand on: rules and facts of the law, observed paces, obstacles, plots.

Paces come from the histories of all projects, whoever asks; each project's part is kept as long as the project's
revision stays the same. Everything else depends on the project alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.calendars import working_calendars
from api.context import Context
from api.usecases.known_works import writer
from api.usecases.law_now import law_of
from api.usecases.told import told_at, told_then
from geo import scope
from geo.front_rules import run_rules, with_run_fronts
from geo.law_facts import law_facts_of
from geo.passages import Observed, passages, total
from geo.tables import ClearanceCase, Project
from geo.waiting_for import home_needs, open_obstacles, plots_left
from projects.calendars import VN5
from projects.forecasting.lawful import LawGround
from projects.forecasting.model import Grounds
from projects.forecasting.pace import NEXT_STEP, Paces
from projects.forecasting.plots import Need, PlotDay, serve
from projects.model import CaseState
from projects.openings import RunRule
from projects.steps import STEPS

_Kept = dict[int, tuple[int, Observed]]  # project → its revision, what was observed


def grounds_of(
    session: Session, ctx: Context, project: Project, day: date, cases: Sequence[CaseState]
) -> Grounds:
    """The grounds of `forecasts` for the cases of a project as they stood at the end of `day`."""
    return grounds_of_all(session, ctx, {project: cases}, day)[project.id]


def grounds_of_all(
    session: Session, ctx: Context, cases: Mapping[Project, Sequence[CaseState]], day: date
) -> dict[int, Grounds]:
    """The same for the cases of several projects at once, by the project's id."""
    laws = _law_grounds(session, ctx, tuple(cases), day)
    paces = paces_of(session, ctx, day)
    with scope.calculating(session):
        obstacles = open_obstacles(session, tuple(cases), day=day)
        needs = home_needs(session, tuple(cases), day=day)
        plots = {p.id: _plots(session, p, day, mine, needs[p.id]) for p, mine in cases.items()}
    return {
        p.id: Grounds(law=laws[p.id], paces=paces, obstacles=obstacles[p.id], plots=plots[p.id])
        for p in cases
    }


def _law_grounds(
    session: Session, ctx: Context, projects: Sequence[Project], day: date
) -> dict[int, LawGround]:
    law = law_of(session, ctx, today=day)
    office = working_calendars(law.holidays)[VN5]
    told = told_then(session, ctx, projects)
    with scope.calculating(session):
        facts = law_facts_of(session, projects, told, day=day)
    return {p.id: LawGround(law.book, office, law.override(p.code), facts=facts[p.id]) for p in projects}


def paces_of(session: Session, ctx: Context, day: date) -> Paces:
    """What was observed of every step up to the end of `day`, in all projects."""
    rows = session.execute(select(Project.id, Project.code, Project.revision)).all()
    kept: _Kept = ctx.cache.get(("passages", ctx.known, day, writer(session)), dict)
    stale = {row.id: row for row in rows if kept.get(row.id, (None,))[0] != row.revision}
    if stale:
        told = told_at(session, ctx, {row.id: (row.code, row.revision) for row in stale.values()})
        for number, row in stale.items():
            kept[number] = (row.revision, passages(told[number], day=day))
    return Paces(total({row.id: kept[row.id][1] for row in rows}))


def outside(session: Session, ctx: Context, project: Project | None, day: date) -> tuple[object, ...]:
    """What forecasts depend on besides the revision of their project: the settings of the law, and the paces of the
    project's wards in whole days. Without a project: of all of them, beside all revisions."""
    if project is None:
        return (law_of(session, ctx, today=day).version,)
    return outside_all(session, ctx, (project,), day)[project.id]


def outside_all(
    session: Session, ctx: Context, projects: Sequence[Project], day: date
) -> dict[int, tuple[object, ...]]:
    """The same for each of several projects, by its id."""
    law, paces = law_of(session, ctx, today=day), paces_of(session, ctx, day)
    seen = sorted({step for _, step in paces.wards if step in NEXT_STEP})
    if not paces.wards:
        return dict.fromkeys([p.id for p in projects], (law.version,))
    return {
        project: (law.version, tuple((w, step, paces.of(w, step).days) for w in wards for step in seen))
        for project, wards in _wards(session, ctx, projects).items()
    }


def rules_of(session: Session, project: Project) -> dict[str, RunRule]:
    """The fronts of a project that open with a run of free land, made from all land whoever asks."""
    return rules_of_all(session, (project,))[project.id]


def rules_of_all(session: Session, projects: Sequence[Project]) -> dict[int, dict[str, RunRule]]:
    """The same of several projects at once, by their id."""
    with scope.calculating(session):
        some = with_run_fronts(session, projects)
        return {p.id: run_rules(session, p) if p.id in some else {} for p in projects}


def _wards(session: Session, ctx: Context, projects: Sequence[Project]) -> dict[int, tuple[str, ...]]:
    """The wards in which each project has cases, in order."""
    by = writer(session)
    keys = {p.id: ("wards", p.id, p.revision, ctx.known, by) for p in projects}
    found: dict[int, tuple[str, ...] | None] = {number: ctx.cache.peek(key) for number, key in keys.items()}
    missing: dict[int, list[str]] = {number: [] for number, wards in found.items() if wards is None}
    if missing:
        held = select(ClearanceCase.project_id, ClearanceCase.ward_code).distinct()
        with scope.calculating(session):
            for number, ward in session.execute(held.where(ClearanceCase.project_id.in_(missing))):
                missing[number].append(ward)
    for number, wards in missing.items():
        found[number] = tuple(sorted(wards))
        ctx.cache.keep(keys[number], found[number])
    return {number: wards or () for number, wards in found.items()}


def _plots(
    session: Session, project: Project, day: date, cases: Sequence[CaseState], of_project: Sequence[Need]
) -> Mapping[str, PlotDay]:
    """The plot that each case waits for, the last one of its households; cases past the decision wait for none."""
    if not of_project:
        return {}
    early = {case.code for case in cases if 0 < STEPS[case.step].order < STEPS["S90"].order}
    needs = [need for need in of_project if need.case in early]
    if not needs:
        return {}
    found: dict[str, PlotDay] = {}
    for served in serve(needs, plots_left(session, project, day=day), first=day + timedelta(days=1)):
        held = found.get(served.need.case)
        if held is None or held.on < served.on:
            found[served.need.case] = served
    return found
