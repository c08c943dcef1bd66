"""The slip ledger as JSON values: every share twice, rounded for reading and as the exact fraction."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import first_day, resolve_day
from api.usecases.ledger import ledger_of, movements
from api.usecases.schedules import options_of
from geo.access import access_project
from geo.chain import short_head
from projects.ledger.model import Cause, HalfStep, Ledger, Share, Total

USUAL_DAYS = 30


def period(
    session: Session, since: date | None, until: date | None, day: date | None = None
) -> tuple[date, date]:
    """Both ends of a period: what was asked for, else the last 30 days up to the day of the data.

    Where there is no data before that day, both are the same: there is nothing to show.
    """
    end = resolve_day(session, until or day)
    if since is not None:
        return since, end
    begin = end - timedelta(USUAL_DAYS)
    first = first_day(session)
    return (begin if first is None else min(max(begin, first), end)), end


def ledger_answer(
    session: Session,
    ctx: Context,
    code: str,
    since: date | None,
    until: date | None,
    milestone: str | None = None,
    day: date | None = None,
) -> dict[str, Any]:
    """The ledger of one milestone and the movement of all key milestones. Raises what `ledger_of` raises."""
    begin, end = period(session, since, until, day)
    ledger = ledger_of(session, ctx, code, begin, end, milestone)
    moved = movements(session, ctx, code, begin, end)
    return (
        ledger_values(ledger)
        | {
            "data_date": end.isoformat(),
            "options": options_of(session, ctx, access_project(session, code), end),
            "chain_head": short_head(session),
            "milestones": [
                {
                    "code": m.code or None,
                    "activity": m.activity,
                    "name_vi": m.name_vi,
                    "name_en": m.name_en,
                    "before": m.before.isoformat(),
                    "after": m.after.isoformat(),
                    "days": m.days,
                }
                for m in moved
            ],
        }
        | ctx.looking_back
    )


def ledger_values(ledger: Ledger) -> dict[str, Any]:
    """The ledger alone."""
    return {
        "project": ledger.project,
        "milestone": ledger.milestone or None,
        "name_vi": ledger.name_vi,
        "name_en": ledger.name_en,
        "from": ledger.from_day.isoformat(),
        "to": ledger.to_day.isoformat(),
        "before": ledger.before.isoformat(),
        "after": ledger.after.isoformat(),
        "slip_days": ledger.slip,
        "unit": "calendar days, positive = later",
        "rule": "progress, then days off that begin to count, then plan edits; within a half-step Shapley shares, "
        "exact unless said otherwise",
        "causes": [_cause(ledger.named[t.key]) | _total(t) for t in ledger.causes if t.key in ledger.named],
        "wards": [_total(t) for t in ledger.wards],
        "obstacles": [_total(t) for t in ledger.obstacles],
        "bodies": [_total(t) for t in ledger.bodies],
        "reasons": [_total(t) for t in ledger.reasons],
        "half_steps": [_total(t) for t in ledger.half_steps],
        "opening": {
            "before": ledger.opening.before.isoformat(),
            "after": ledger.opening.after.isoformat(),
            "rule": "the forecast of the first day, under what was known of paces, legal facts, plots and due dates "
            "then, and under what is known at the end of the period",
        }
        | _half(ledger.opening),
        "days": [
            {
                "day": entry.day.isoformat(),
                "before": entry.before.isoformat(),
                "after": entry.after.isoformat(),
                "moved": entry.moved,
                "progress": _half(entry.progress),
                "days_off": _half(entry.days_off),
                "plan": _half(entry.plan),
            }
            for entry in ledger.days
        ],
    }


def _half(half: HalfStep) -> dict[str, Any]:
    return {
        "moved": half.moved,
        "changed": half.causes,
        "exact": half.exact,
        "shares": [_share(share) for share in half.shares],
    }


def _share(share: Share) -> dict[str, Any]:
    return (
        {"kind": share.cause.kind.value, "code": share.cause.code or None, "reason": share.reason.value}
        | _days("days", share.days)
        | {"events": list(share.events)}
    )


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "kind": cause.kind.value,
        "code": cause.code or None,
        "name_vi": cause.name_vi,
        "name_en": cause.name_en,
        "ward": cause.ward,
        "obstacle": cause.obstacle,
        "body": cause.body,
        "front": cause.front,
    }


def _total(total: Total) -> dict[str, Any]:
    return (
        {"key": total.key}
        | _days("days", total.days)
        | _days("lost", total.lost)
        | _days("gained", total.gained)
    )


def _days(name: str, days: Fraction) -> dict[str, Any]:
    return {name: round(float(days), 6), f"{name}_exact": str(days)}
