"""The schedule of a project as plain values, for JSON and the command line."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import facts
from api.usecases.calculation import calculate, resolve_day
from api.usecases.visible import hidden_cases, named, seen_delay
from geo.access import access_project
from geo.store import load_network


def schedule_answer(
    session: Session, ctx: Context, code: str, *, as_of: date | None = None
) -> dict[str, Any]:
    """Activities with earliest and latest dates, floats (working days of their calendar) and drivers.

    Land cases are nodes too; only those that drive are listed one by one, the rest is in `land`. Cases outside the
    reader's reach are counted and not named: in the chain they are an empty text. Raises NotFound, CyclicDependency.
    """
    project = access_project(session, code)
    calculation = calculate(session, ctx, project, resolve_day(session, as_of))
    whole = calculation.delay
    network = load_network(session, project)
    head = {"project": code, "data_date": calculation.data_date.isoformat()} | ctx.looking_back
    if whole is None or network is None:
        return head | {"network": None, "activities": []}
    hidden = hidden_cases(ctx, project.code, calculation)
    delay = seen_delay(whole, hidden, facts.all_ward_labels(session))
    rows = whole.schedule.rows
    by_code = {a.code: a for a in network.activities}
    names = sorted(by_code, key=lambda c: (rows[c].early_start, rows[c].early_finish, c))
    return head | {
        "finish_activity": network.finish,
        "forecast_finish": delay.forecast_finish.isoformat(),
        "planned_finish": delay.planned_finish.isoformat() if delay.planned_finish else None,
        "slip_days": delay.slip_days,
        "driving_chain": [item.code for item in delay.chain],
        "activities": [
            {
                "code": c,
                "name_vi": by_code[c].name_vi,
                "name_en": by_code[c].name_en,
                "kind": by_code[c].kind.value,
                "front": by_code[c].front,
                "calendar": by_code[c].calendar,
                "duration": by_code[c].duration,
                "not_before": _iso(by_code[c].not_before),
                "actual_start": _iso(by_code[c].actual_start),
                "actual_finish": _iso(by_code[c].actual_finish),
                "remaining": by_code[c].remaining,
                "early_start": rows[c].early_start.isoformat(),
                "early_finish": rows[c].early_finish.isoformat(),
                "late_start": rows[c].late_start.isoformat(),
                "late_finish": rows[c].late_finish.isoformat(),
                "total_float": rows[c].total_float,
                "free_float": rows[c].free_float,
                "critical": rows[c].critical,
                "drivers": list(named(rows[c].drivers, hidden)),
                "drivers_hidden": len(hidden.intersection(rows[c].drivers)),
            }
            for c in names
        ],
        "links": [
            {"pred": k.pred, "succ": k.succ, "type": k.type.value, "lag": k.lag} for k in network.links
        ],
        "land": {
            "cases": len(calculation.cases),
            "open": sum(calculation.is_open(c) for c in calculation.cases),
            "driving": sorted(delay.critical_cases),
            "driving_hidden": len(hidden & whole.critical_cases),
        },
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
