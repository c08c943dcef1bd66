"""The dashboard of one project: counts whose lists have as many rows, from the calculation that every page shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.answers import Answers, answers_of
from api.usecases.calculation import calculate, resolve_day
from api.usecases.disbursement import Disbursement, disbursement_of
from api.usecases.facts import all_ward_labels
from api.usecases.handover_band import HandoverBand, handover_band
from api.usecases.records.stock import Stock, stock_of
from api.usecases.risk import LAND
from api.usecases.visible import hidden_cases
from geo import scope
from geo.access import access_project
from geo.tables import Milestone, Project
from projects import dashboard
from projects.dashboard import AGES, Month, Pace
from projects.steps import STEPS

LAND_MILESTONE = ("LAND", "GPMB")  # codes of the milestone "all land handed over", where a project has one


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All counts are of the cases in the reader's reach; `outside` more are not.

    `assigned`: the published day by which the land is to be there. `steps`: (step, cases) in the order of the road.
    `obstacles`: (code, open cases). `wards`: (code, name, open, holding the critical path, days their release gains).
    """

    data_date: date
    cases: int
    open: int
    outside: int
    assigned: date | None
    months: tuple[Month, ...]
    pace: Pace
    steps: tuple[tuple[str, int], ...]
    ages: tuple[tuple[int, int | None, int], ...]
    obstacles: tuple[tuple[str, int], ...]
    unsaid: int
    wards: tuple[tuple[str, str, int, int, int], ...]
    stock: Stock | None
    band: HandoverBand | None
    money: Disbursement | None
    answers: Answers | None


def dashboard_of(session: Session, ctx: Context, code: str, *, as_of: date | None = None) -> Dashboard:
    """The dashboard of a project. Raises NotFound, InvalidInput."""
    project = access_project(session, code)
    day = resolve_day(session, as_of)
    calculation = calculate(session, ctx, project, day)
    hidden = hidden_cases(ctx, project.code, calculation)
    seen = {c: case for c, case in calculation.cases.items() if c not in hidden}
    waiting = [c for c in seen if calculation.is_open(c)]
    done = [calculation.forecasts[c].on for c in seen if not calculation.is_open(c)]
    assigned = _assigned(session, project)
    standing = Counter(case.step for case in seen.values())
    said = Counter(seen[c].obstacle for c in waiting)
    delay, labels = calculation.delay, all_ward_labels(session)
    months = dashboard.curve(done, [calculation.forecasts[c].on for c in waiting], day=day, assigned=assigned)
    band = (
        handover_band(session, ctx, project, calculation, waiting, done=len(done), last=months[-1].last)
        if waiting
        else None
    )
    return Dashboard(
        data_date=day,
        cases=len(seen),
        open=len(waiting),
        outside=len(hidden),
        assigned=assigned,
        months=months,
        pace=dashboard.pace(done, len(waiting), day=day, assigned=assigned),
        steps=tuple((step, standing[step]) for step in STEPS if standing[step]),
        ages=tuple(
            (low, high, count)
            for (low, high), count in zip(
                AGES, dashboard.ages((seen[c].step_on for c in waiting), day=day), strict=True
            )
        ),
        obstacles=tuple(sorted(((o, n) for o, n in said.items() if o), key=lambda row: (-row[1], row[0]))),
        unsaid=said[None],
        wards=tuple(
            (w.ward_code, labels.get(w.ward_code, w.ward_code), w.cases_open, w.cases_driving, w.days_gained)
            for w in (delay.wards if delay else ())
        ),
        stock=_stock(session, project),
        band=band,
        money=disbursement_of(session, ctx, project, calculation, seen) if seen else None,
        answers=answers_of(session, ctx, project, seen) if seen else None,
    )


def _assigned(session: Session, project: Project) -> date | None:
    """The published day by which all land is to be there: of the milestone that says so, else of those named so."""
    rows = session.scalars(select(Milestone).where(Milestone.project_id == project.id)).all()
    dated = [m for m in rows if m.planned_on is not None]
    about = [m for m in dated if m.activity_code == LAND or m.code in LAND_MILESTONE]
    named = [m for m in dated if "mặt bằng" in m.name_vi.lower()]
    return max((m.planned_on for m in about or named if m.planned_on), default=None)


def _stock(session: Session, project: Project) -> Stock | None:
    with scope.calculating(session):
        found = stock_of(session, project)
    return found
