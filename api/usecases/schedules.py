"""The schedule of a project as plain values, for JSON and the command line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import facts
from api.usecases.calculation import calculate, resolve_day
from api.usecases.planned import planned_answer, planned_of
from api.usecases.visible import hidden_cases, named, seen_delay
from geo.access import access_project
from geo.tables import Project
from projects.engine.model import Options, Rule
from projects.engine.shifts import Moment
from projects.works import day_of_moment


def schedule_answer(
    session: Session, ctx: Context, code: str, *, as_of: date | None = None
) -> dict[str, Any]:
    """Activities with planned, earliest and latest dates, floats (working days of their calendar) and drivers.

    The plan is the earliest baseline, without one the network as first recorded (`planned_dates` says which).

    Land cases are nodes too; only those that drive are listed one by one, the rest is in `land`. Cases outside the
    reader's reach are counted and not named: in the chain they are an empty text. Raises NotFound, CyclicDependency.
    """
    project = access_project(session, code)
    calculation = calculate(session, ctx, project, resolve_day(session, as_of))
    whole, reckoning = calculation.delay, calculation.reckoning
    head = {"project": code, "data_date": calculation.data_date.isoformat()} | ctx.looking_back
    if whole is None or reckoning is None:
        return head | {"network": None, "activities": []}
    hidden = hidden_cases(ctx, project.code, calculation)
    delay = seen_delay(whole, hidden, facts.all_ward_labels(session))
    rows = whole.schedule.rows
    works, net = reckoning.works, reckoning.works.net
    days = {time.name: time.day_minutes for time in net.calendars}
    calendar_of = {a.code: a.calendar for a in net.activities}
    planned = planned_of(session, ctx, project)
    plan = planned.dates if planned else {}
    shown = sorted(
        net.activities, key=lambda a: (rows[a.code].early_start, rows[a.code].early_finish, a.code)
    )
    return head | {
        "finish_activity": whole.schedule.finish_code,
        "options": options_answer(whole.options),
        "forecast_finish": delay.forecast_finish.isoformat(),
        "planned_finish": delay.planned_finish.isoformat() if delay.planned_finish else None,
        "planned_dates": planned_answer(planned),
        "slip_days": delay.slip_days,
        "driving_chain": [item.code for item in delay.chain],
        "activities": [
            {
                "code": a.code,
                "name_vi": a.name_vi,
                "name_en": a.name_en,
                "kind": works.kinds[a.code].value,
                "front": works.fronts.get(a.code),
                "calendar": a.calendar,
                "duration": -(-a.duration // days[a.calendar]),
                "not_before": next((_iso(c.at) for c in a.constraints if c.rule is Rule.SNET), None),
                "actual_start": _iso(a.actual_start),
                "actual_finish": _iso(a.actual_finish),
                "remaining": None if a.remaining is None else -(-a.remaining // days[a.calendar]),
                "planned_start": plan[a.code][0].isoformat() if a.code in plan else None,
                "planned_finish": plan[a.code][1].isoformat() if a.code in plan else None,
                "early_start": rows[a.code].early_start.isoformat(),
                "early_finish": rows[a.code].early_finish.isoformat(),
                "late_start": rows[a.code].late_start.isoformat(),
                "late_finish": rows[a.code].late_finish.isoformat(),
                "total_float": rows[a.code].total_float,
                "free_float": rows[a.code].free_float,
                "critical": rows[a.code].critical,
                "drivers": list(named(rows[a.code].drivers, hidden)),
                "drivers_hidden": len(hidden.intersection(rows[a.code].drivers)),
            }
            for a in shown
        ],
        "links": [
            {
                "pred": k.pred,
                "succ": k.succ,
                "type": k.type.value,
                "lag": -(-k.lag // days[k.lag_calendar or calendar_of[k.pred]]),
            }
            for k in net.links
        ],
        "land": {
            "cases": len(calculation.cases),
            "open": sum(calculation.is_open(c) for c in calculation.cases),
            "driving": sorted(delay.critical_cases),
            "driving_hidden": len(hidden & whole.critical_cases),
        },
    }


def options_of(session: Session, ctx: Context, project: Project, day: date) -> dict[str, Any] | None:
    """How the project is reckoned on a day, as values; None without a network; part of every answer."""
    delay = calculate(session, ctx, project, day).delay
    return None if delay is None else options_answer(delay.options)


def common_options(options: Iterable[Options | None]) -> dict[str, Any] | None:
    """How all projects with a network were reckoned; None where they differ, or without any."""
    found = {how for how in options if how is not None}
    return options_answer(found.pop()) if len(found) == 1 else None


def options_answer(options: Options) -> dict[str, Any]:
    """How a result was reckoned, its data date included."""
    return {
        "data_date": day_of_moment(options.data_date).isoformat(),
        "progress": options.progress.value,
        "lag_calendar": options.lag_calendar.value,
        "critical_float_minutes": options.critical_float,
        "whole_days": options.whole_days,
        "holidays": options.holidays,
    }


def _iso(moment: Moment | None) -> str | None:
    return day_of_moment(moment).isoformat() if moment else None
