"""What a project's delay report says of what may come, as plain values, the same on screen and in its files.

The finish by the newest baseline, the chance of each assigned date, what the flood season and Tết cost, promises that
were broken and what expires next. All of it is a function of the day, the last event known and the reader's reach.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.baselines import baselines_of, dated_if_it_can, stand_if_it_can
from api.usecases.calculation import Calculation, calculate, calculation_key
from api.usecases.commitments import commitments
from api.usecases.desks import desk_rows
from api.usecases.law_now import calendars_on
from api.usecases.may import sees
from api.usecases.risk import ITERATIONS, SEED, project_risk
from api.usecases.trials import stand_of
from geo.access import access_project
from geo.tables import Project
from projects.calendars import VN6
from projects.desk.desk import sort_key
from projects.risking.ranges import Assumed
from projects.seasons import Effect, days_off, season_effects

TIMED = ("overdue", "week", "month")
NEXT = 8  # clocks that run out next
BROKEN = 12  # broken promises that are listed; all are counted
UNDATABLE = "Mạng tiến độ lúc chốt đường cơ sở không tính được ngày."


def prospects_of(
    session: Session, ctx: Context, code: str, day: date, labels: dict[str, str]
) -> dict[str, Any]:
    """All parts; `baseline`, `chance` and `seasons` are None where there is no network (or no baseline)."""
    project = access_project(session, code)
    made = calculate(session, ctx, project, day)
    return {
        "baseline": _baseline(session, ctx, project, made),
        "chance": None if made.delay is None else _chance(session, ctx, code, day),
        "seasons": None if made.delay is None else _seasons(session, ctx, project, day),
        "promises": _promises(session, code, day, labels),
        **_next(session, ctx, project, day, labels),
    }


def _baseline(session: Session, ctx: Context, project: Project, made: Calculation) -> dict[str, Any] | None:
    """The finish of the newest baseline, dated from the rows of its moment or as a file gave it; `gone` of its
    `activities` are no longer in the network. `finish` is None and `fault_vi` says why where that network cannot be
    dated."""
    row = next(iter(baselines_of(session, project)), None)
    if row is None:
        return None
    values: dict[str, Any] = {
        "name": row.name, "data_date": row.data_date.isoformat(), "known_event": row.known_event,
        "finish": None, "days": None, "activities": None, "gone": None, "fault_vi": UNDATABLE,
    }  # fmt: skip
    if row.source is not None:
        sent = stand_if_it_can(session, ctx, project, row)
        finish, works = (None, set()) if sent is None else (sent.finish, set(sent.told))
    else:
        then = dated_if_it_can(session, ctx, project, row)
        delay = None if then is None else then.calculation.delay
        finish = None if delay is None else delay.forecast_finish
        works = set() if then is None else {a.code for a in then.plan.net.activities}
    if finish is None:
        return values
    now = set() if made.reckoning is None else {a.code for a in made.reckoning.works.net.activities}
    return values | {
        "finish": finish.isoformat(),
        "days": None if made.delay is None else (made.delay.forecast_finish - finish).days,
        "activities": len(works), "gone": len(works - now), "fault_vi": None,
    }  # fmt: skip


def _chance(session: Session, ctx: Context, code: str, day: date) -> dict[str, Any] | None:
    """The chance of each assigned date, with what the ranges stand on. Always the same seed, number of iterations and
    assumptions, which are stated: so a file can be made again, whatever the settings of the risk page."""
    assumed = Assumed()
    risk = project_risk(session, ctx, code, as_of=day, seed=SEED, iterations=ITERATIONS, assumed=assumed)
    if risk is None:
        return None
    basis = risk.basis
    return {
        "iterations": risk.iterations, "seed": risk.seed,
        "planned": _iso(risk.planned_finish), "p50": risk.p50.isoformat(), "p80": risk.p80.isoformat(),
        "chance": _part(risk.chance),
        "milestones": [
            {
                "code": m.code, "name_vi": m.name_vi, "name_en": m.name_en, "planned": _iso(m.planned_on),
                "p50": _iso(m.p50), "p80": _iso(m.p80), "chance": _part(m.chance), "done": _iso(m.done_on),
            }
            for m in risk.milestones if m.planned_on is not None
        ],
        "basis": {
            "cases": basis.cases, "by": dict(sorted(basis.by_basis.items())), "promises": basis.promises_over,
            "promises_used": basis.promises_used,
            "passages": sum(step.over for step in basis.steps if step.used),
            "steps_used": sum(step.used for step in basis.steps), "steps": len(basis.steps),
            "works": basis.works, "work_percent": list(assumed.work), "land_percent": list(assumed.land),
            "correlation": assumed.correlation,
        },
    }  # fmt: skip


def _seasons(session: Session, ctx: Context, project: Project, day: date) -> list[dict[str, Any]]:
    """What the flood season and Tết cost from the data date on (`projects.seasons`), kept like every calculation."""
    off = calendars_on(session, ctx, day)[VN6]

    def make() -> tuple[Effect, ...]:
        return season_effects(stand_of(session, ctx, project, day), days_off(off))

    effects: tuple[Effect, ...] = ctx.cache.get(
        ("seasons", *calculation_key(session, ctx, project, day)), make
    )
    return [
        {"season": e.season, "days": e.days, "finish": e.finish.isoformat(), "calendars": list(e.calendars)}
        for e in effects
    ]


def _promises(session: Session, code: str, day: date, labels: dict[str, str]) -> dict[str, Any]:
    promised = commitments(session, project=code, state="broken", listed=True, limit=BROKEN, as_of=day)
    return {
        "broken": promised.whole.broken, "kept": promised.whole.kept, "due": promised.due,
        "listed": [
            {
                "case": p.code, "ward": p.ward_code, "ward_name": labels.get(p.ward_code, p.ward_code),
                "promised": p.promised.isoformat(), "number": p.number,
            }
            for p in promised.rows
        ],
    }  # fmt: skip


def _next(
    session: Session, ctx: Context, project: Project, day: date, labels: dict[str, str]
) -> dict[str, Any]:
    work = [
        row
        for row in desk_rows(session, ctx, project, day)
        if row.desk.group in TIMED and sees(ctx, ward=row.case.ward_code, project=project.code)
    ]
    work.sort(key=lambda row: sort_key(row.desk, row.held, row.case.code))
    return {
        "next": [
            {
                "case": row.case.code, "ward": row.case.ward_code,
                "ward_name": labels.get(row.case.ward_code, row.case.ward_code), "days": row.desk.days,
                "rule": row.desk.clock.rule if row.desk.clock else None, "act_vi": row.desk.act.verb[0],
                "act_en": row.desk.act.verb[1],
                "drives": row.drives,
            }
            for row in work[:NEXT]
        ],
        "next_count": len(work),
    }  # fmt: skip


def _part(chance: float | None) -> float | None:
    """A part of 1 to a tenth of a percent: more is not known from ten thousand iterations."""
    return None if chance is None else round(chance, 3)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
