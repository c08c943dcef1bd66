"""What the delay report of a ward, of the departments or of the city says, as plain values (see `content`)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from api import __version__
from api.context import Context
from api.usecases import facts
from api.usecases.bodies import BodyProject, BodyReport, Moved, body_report
from api.usecases.schedules import common_options
from geo.chain import short_head
from projects.ledger.model import key_of

FORMAT = 1
MOST_CASES, MOST_PROMISES, MOST_CLOCKS, MOST_CAUSES = 40, 15, 15, 15


def body_content(
    session: Session, ctx: Context, code: str, *, as_of: date | None, since: date | None
) -> dict[str, Any]:
    """The content for a body on a day, with the movement since another. Raises NotFound, InvalidInput.

    No money and no names of persons; cases outside the reader's reach are counted and not named.
    """
    found = body_report(session, ctx, code, as_of=as_of, since=since)
    who = ctx.principal
    head: dict[str, Any] = {
        "format": FORMAT,
        "kind": "delay",
        "software": __version__,
        "project": None,
        "body": found.body.code,
        "known_event": ctx.known,
        "chain_head": short_head(session),
        "reader": {"role": who.role.code, "wards": sorted(who.wards), "projects": sorted(who.projects)},
    }
    return head | body_values(found, facts.all_ward_labels(session))


def body_values(found: BodyReport, labels: dict[str, str]) -> dict[str, Any]:
    """A body's report as values; days that are shares of a movement are exact fractions."""
    promises = found.promises
    return {
        "name_vi": found.body.name_vi,
        "name_en": found.body.name_en,
        "data_date": found.data_date.isoformat(),
        "since": found.since.isoformat() if found.since else None,
        "options": common_options(row.options for row in found.projects),
        "demo": found.demo,
        "open": found.open,
        "done": found.done,
        "driving": found.driving,
        "projects": [_project(row) for row in found.projects],
        "drivers": [
            {
                "project": project, "case": d.code, "ward": d.ward_code,
                "ward_name": labels.get(d.ward_code, d.ward_code),
                "front": d.front, "step": d.step, "obstacle": d.obstacle, "forecast": d.forecast.isoformat(),
                "basis": d.basis, "group_days": d.group_days, "alone_days": d.alone_days,
                "parcels": [{"sheet": p.sheet, "number": p.number} for p in d.parcels],
            }
            for project, d in found.drivers[:MOST_CASES]
        ],
        "drivers_more": max(len(found.drivers) - MOST_CASES, 0),
        "drivers_hidden": found.drivers_hidden,
        "promises": {
            "kept": promises.kept, "broken": promises.broken, "due": promises.due, "open": promises.open,
            "listed": [
                {
                    "project": p.project, "case": p.code, "ward_name": labels.get(p.ward_code, p.ward_code),
                    "promised": p.promised.isoformat(), "number": p.number,
                }
                for p in found.broken[:MOST_PROMISES]
            ],
        },
        "next": [
            {
                "project": row.project, "case": row.case.code,
                "ward_name": labels.get(row.case.ward_code, row.case.ward_code), "days": row.desk.days,
                "rule": row.desk.clock.rule if row.desk.clock else None, "act_vi": row.desk.act.verb[0],
                "act_en": row.desk.act.verb[1], "drives": row.drives,
            }
            for row in found.work[:MOST_CLOCKS]
        ],
        "next_count": len(found.work),
        "obstacles": {
            "total": found.obstacles.total, "cases": found.obstacles.cases, "overdue": found.obstacles.overdue,
            "undated": found.obstacles.undated,
            "causes": [
                {"cause": g.code, "obstacles": g.obstacles, "cases": g.cases, "overdue": g.overdue}
                for g in found.obstacles.by_cause
            ],
        },
    }  # fmt: skip


def _project(row: BodyProject) -> dict[str, Any]:
    about = row.summary
    return {
        "code": about.facts.code,
        "short_vi": about.facts.short_vi,
        "short_en": about.facts.short_en,
        "light": about.light,
        "planned_finish": _iso(about.facts.planned_finish),
        "forecast_finish": _iso(about.forecast_finish),
        "slip_days": about.slip_days,
        "cases": row.cases,
        "open": row.open,
        "driving": row.driving,
        "gain": row.gain,
        "set_size": row.set_size,
        "set_own": row.set_own,
        "broken": row.promises.broken,
        "due": row.promises.due,
        "moved": None if row.moved is None else _moved(row.moved),
        "gate": None if row.gate is None else {"ok": row.gate.ok, "stamp_vi": row.gate.stamp_vi},
        "age_days": None if row.age is None else row.age.days,
    }


def _moved(moved: Moved) -> dict[str, Any]:
    causes = sorted(moved.causes, key=lambda pair: (-abs(pair[1].days), pair[1].key))
    rest = sum((total.days for _, total in causes[MOST_CAUSES:]), Fraction(0))
    return {
        "before": moved.before.isoformat(),
        "after": moved.after.isoformat(),
        "days": moved.days,
        "share": None if moved.share is None else str(moved.share),
        "causes": [
            {
                "key": key_of(cause), "kind": cause.kind.value, "name_vi": cause.name_vi, "ward": cause.ward,
                "obstacle": cause.obstacle, "body": cause.body, "front": cause.front, "days": str(total.days),
            }
            for cause, total in causes[:MOST_CAUSES]
        ],
        "causes_more": max(len(causes) - MOST_CAUSES, 0),
        "rest": str(rest),
    }  # fmt: skip


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
