"""The critical-path delay report: planned, forecast, slip, and what drives it down to parcels and wards."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import facts
from api.usecases.calculation import resolve_day
from api.usecases.projects import glances, overview
from api.usecases.schedules import options_answer
from api.views import DelayReport, ProjectGlance
from geo.access import access_project
from geo.chain import short_head
from geo.tables import Project


def delay_report(session: Session, ctx: Context, *, as_of: date | None = None) -> DelayReport:
    """The report of the portfolio, late first."""
    day = resolve_day(session, as_of)
    whole = overview(session, ctx, as_of=day)
    rows = {row.code: row for row in session.scalars(select(Project))}
    entries = glances(session, ctx, [rows[r.facts.code] for r in whole.rows], day)
    return DelayReport(data_date=day, entries=entries, overview=whole, chain_head=short_head(session))


def delay_answer(
    session: Session, ctx: Context, code: str | None, *, as_of: date | None = None
) -> dict[str, Any]:
    """The report as JSON values, of one project or (`code` None) of all: the chain, the driving cases with parcels,
    wards, fronts.

    Cases outside the reader's reach are counted in `drivers_hidden`; a link of the chain that is one has no code.
    """
    entries: tuple[ProjectGlance, ...]
    if code is None:
        report = delay_report(session, ctx, as_of=as_of)
        day, entries, head = report.data_date, report.entries, report.chain_head
    else:
        day, head = resolve_day(session, as_of), short_head(session)
        entries = glances(session, ctx, (access_project(session, code),), day)
    labels = facts.all_ward_labels(session)
    return {
        "data_date": day.isoformat(),
        "unit": "calendar days, positive = late",
        "demo_note": "Thửa, hồ sơ, ngày hẹn và thời lượng công việc là dữ liệu minh hoạ."
        if any(view.summary.land.demo_parcels for view in entries)
        else None,
        "chain_head": head,
        "projects": [entry_answer(view, labels) for view in entries],
    } | ctx.looking_back


def entry_answer(view: ProjectGlance, labels: dict[str, str]) -> dict[str, Any]:
    """One project of a delay answer; `labels` are ward names by code."""
    head: dict[str, Any] = {
        "code": view.summary.facts.code,
        "name_vi": view.summary.facts.name_vi,
        "name_en": view.summary.facts.name_en,
        "light": view.summary.light,
        "planned_finish": _iso(view.summary.facts.planned_finish),
        "planned_source": view.summary.facts.planned_source,
        "forecast_finish": _iso(view.summary.forecast_finish),
        "slip_days": view.summary.slip_days,
        "blocked_m": view.summary.blocked_m,
        "axis_m": view.summary.axis_m,
        "demo": view.summary.land.demo_parcels > 0,
        "data_date": view.data_date.isoformat(),
        "options": options_answer(view.delay.options) if view.delay else None,
    }
    delay = view.delay
    if delay is None:
        return head | {"chain": [], "drivers": [], "drivers_hidden": 0, "wards": [], "fronts": []}
    return head | {
        "driving_days": delay.driving_days,
        "land_days": delay.land_days,
        "chain": [
            {
                "code": item.code or None,
                "kind": item.kind.value,
                "name_vi": item.name_vi,
                "name_en": item.name_en,
                "start": item.start.isoformat(),
                "finish": item.finish.isoformat(),
                "days": item.days,
                "front": item.front,
                "ward": item.ward_code,
            }
            for item in delay.chain
        ],
        "drivers": [
            {
                "case": d.code,
                "ward": d.ward_code,
                "ward_name": labels.get(d.ward_code, d.ward_code),
                "front": d.front,
                "forecast": d.forecast.isoformat(),
                "basis": d.basis,
                "why_vi": d.why_vi,
                "why_en": d.why_en,
                "step": d.step,
                "obstacle": d.obstacle,
                "parcels": [
                    {
                        "sheet": p.sheet,
                        "number": p.number,
                        "area_m2": round(p.area_m2, 1),
                        "from_m": p.from_m,
                        "to_m": p.to_m,
                    }
                    for p in d.parcels
                ],
                "alone_days": d.alone_days,
                "group_days": d.group_days,
                "group_size": d.group_size,
                "demo": d.is_demo,
            }
            for d in delay.drivers
        ],
        "drivers_hidden": view.driving.cases - view.driving_seen,
        "wards": [
            {
                "code": w.ward_code,
                "name": labels.get(w.ward_code, w.ward_code),
                "cases_open": w.cases_open,
                "cases_driving": w.cases_driving,
                "days_gained": w.days_gained,
            }
            for w in delay.wards
        ],
        "fronts": [
            {
                "code": f.code,
                "cases_total": f.cases_total,
                "cases_open": f.cases_open,
                "metres": f.metres,
                "opens_on": f.opens_on.isoformat(),
                "float_days": f.float_days,
                "critical": f.critical,
            }
            for f in delay.fronts
        ],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
