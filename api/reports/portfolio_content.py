"""What the brief and the board pack of the whole portfolio say besides its report, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.reports.content import plan_of
from api.reports.pack import time_values
from api.usecases import facts
from api.usecases.commitments import commitments
from api.usecases.desks import desk_rows
from api.usecases.ledger import ledger_of, movements
from api.usecases.may import sees
from api.usecases.projects import project_view
from api.usecases.quality import quality_of
from api.usecases.releases import release_line
from geo.tables import Project
from projects.desk.desk import sort_key
from projects.errors import InvalidInput
from projects.ledger.model import Ledger

TIMED = ("overdue", "week", "month")
CHARTS = 3  # projects, most late first, whose time–location charts lie in the pack
CAUSES, CLOCKS = 12, 10


def portfolio_more(session: Session, ctx: Context, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Movement, smallest sets, promises, clocks and stamps of all projects; for the pack causes, plan and charts too.

    `content` is that of the portfolio's report. Days of different projects are never added up.
    """
    day = date.fromisoformat(content["data_date"])
    since = date.fromisoformat(content["since"]) if content["since"] else None
    labels = facts.all_ward_labels(session)
    dated = [e["code"] for e in content["entries"] if e["forecast_finish"] is not None]
    rows = {p.code: p for p in session.scalars(select(Project))}
    whole = commitments(session, as_of=day).whole
    work = [
        row
        for project in rows.values()
        for row in desk_rows(session, ctx, project, day)
        if row.desk.group in TIMED and sees(ctx, ward=row.case.ward_code, project=project.code)
    ]
    work.sort(key=lambda row: sort_key(row.desk, row.held, row.case.code))
    found: dict[str, Any] = {
        "sets": {code: _set(session, ctx, rows[code], day) for code in dated},
        "gates": {code: _gate(session, ctx, rows[code], day) for code in dated},
        "promises": {
            "broken": whole.broken, "kept": whole.kept, "due": whole.due, "moved": whole.moved, "open": whole.open,
        },
        "next": [
            {
                "case": row.case.code, "ward_name": labels.get(row.case.ward_code, row.case.ward_code),
                "days": row.desk.days, "rule": row.desk.clock.rule if row.desk.clock else None,
                "act_vi": row.desk.act.verb[0], "drives": row.drives,
            }
            for row in work[:CLOCKS]
        ],
        "next_count": len(work),
        "moved": {} if since is None else {code: _moved(session, ctx, code, since, day) for code in dated},
    }  # fmt: skip
    if kind == "tap":
        found |= _pack(session, ctx, rows, dated, since, day, found["moved"])
    return found


def _pack(
    session: Session, ctx: Context, rows: Mapping[str, Project], dated: list[str], since: date | None, day: date,
    moved: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    causes: list[dict[str, Any]] = []
    if since is not None:
        for code in dated:
            if moved[code] and moved[code]["days"]:
                causes += _causes(ledger_of(session, ctx, code, since, day), code)
    causes.sort(key=lambda row: (-abs(Fraction(row["days"])), row["project"], row["key"]))
    return {
        "causes": causes[:CAUSES],
        "causes_more": max(len(causes) - CAUSES, 0),
        "plan": [
            {"status": status, "line": [[round(x), round(y)] for x, y in line]}
            for project in rows.values()
            for status, line in plan_of(
                session, project.id, project_view(session, ctx, project.code, as_of=day).band, 50.0
            )
        ],
        "times": {code: time_values(session, ctx, code, day) for code in dated[:CHARTS]},
    }


def _set(session: Session, ctx: Context, project: Project, day: date) -> dict[str, Any] | None:
    best = release_line(session, ctx, project, day)
    return None if best is None else {"size": len(best.items), "days": best.gained, "exact": best.exact}


def _gate(session: Session, ctx: Context, project: Project, day: date) -> bool | None:
    quality = quality_of(session, ctx, project, day)
    return None if quality is None else quality.gate.ok


def _moved(session: Session, ctx: Context, code: str, since: date, day: date) -> dict[str, Any] | None:
    try:
        end = movements(session, ctx, code, since, day)[0]
    except (InvalidInput, IndexError):
        return None  # there was no network then
    return {"before": end.before.isoformat(), "after": end.after.isoformat(), "days": end.days}


def _causes(ledger: Ledger, code: str) -> list[dict[str, Any]]:
    found = []
    for row in ledger.causes:
        cause = ledger.cause(row.key)
        found.append(
            {
                "project": code, "key": row.key, "kind": cause.kind.value if cause else "outside",
                "name_vi": cause.name_vi if cause else "", "ward": cause.ward if cause else None,
                "obstacle": cause.obstacle if cause else None, "body": cause.body if cause else "",
                "days": str(row.days),
            }
        )  # fmt: skip
    return found
