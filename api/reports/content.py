"""What a delay report says, as plain values: a function of the day, the last event known and the reader's reach.

So a report for a day “as known then” is the same whenever it is made. It has nothing of persons, and money
of the smallest release set alone, for a role that sees amounts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from api import __version__
from api.context import Context
from api.pages.network import waits
from api.pages.quality import found_text
from api.usecases import facts
from api.usecases.calculation import resolve_day
from api.usecases.data_age import ages_of
from api.usecases.ledger import ledger_of
from api.usecases.projects import project_view
from api.usecases.prospects import prospects_of
from api.usecases.quality import quality_of
from api.usecases.releases import release_answer
from api.usecases.reports import delay_report, entry_answer
from api.usecases.schedules import common_options
from api.views import BandPiece, ProjectGlance, ProjectView
from geo.access import access_project
from geo.axis import load_routes
from geo.chain import short_head
from geo.crs import to_measure
from geo.route import route_piece
from projects.codes import OBSTACLES
from projects.errors import InvalidInput
from projects.ledger.model import Ledger, Share, Total
from projects.quality.model import Quality
from projects.quality.words import WORDS

FORMAT = 1


def report_content(
    session: Session, ctx: Context, code: str | None, *, as_of: date | None, since: date | None
) -> dict[str, Any]:
    """The content for the portfolio (`code` None) or one project on a day, with the movement since another.

    Raises NotFound, InvalidInput, CyclicDependency.
    """
    day = resolve_day(session, as_of)
    one = None if code is None else project_view(session, ctx, code, as_of=day)
    views: Sequence[ProjectGlance]
    if one is None:
        report = delay_report(session, ctx, as_of=day)
        views, lights, head = report.entries, dict(report.overview.lights), report.chain_head
    else:
        views, lights, head = (one,), {}, short_head(session)
    labels = facts.all_ward_labels(session)
    who = ctx.principal
    content: dict[str, Any] = {
        "format": FORMAT,
        "kind": "delay",
        "software": __version__,
        "project": code,
        "data_date": day.isoformat(),
        "since": since.isoformat() if since else None,
        "known_event": ctx.known,
        "chain_head": head,
        "reader": {"role": who.role.code, "wards": sorted(who.wards), "projects": sorted(who.projects)},
        "options": common_options(v.delay.options for v in views if v.delay),
        "demo": any(view.summary.land.demo_parcels for view in views),
        "lights": lights,
        "entries": [_entry(view, labels) for view in views],
    }
    if code is not None and one is not None:
        content |= _of_project(session, ctx, one, code, day, since, labels)
    return content


def _entry(view: ProjectGlance, labels: dict[str, str]) -> dict[str, Any]:
    """A project as the API's answer has it, and what stands on paper besides."""
    delay = view.delay
    return entry_answer(view, labels) | {
        "short_vi": view.summary.facts.short_vi,
        "investor": view.summary.facts.investor,
        "cases_open": sum(w.cases_open for w in delay.wards) if delay else None,
        "cases": view.summary.land.cases,
        "cases_cleared": view.summary.land.cases_cleared,
        "parcels": view.summary.land.parcels,
        "parcels_cleared": view.summary.land.parcels_cleared,
        "area_m2": round(view.summary.land.area_m2, 1),
        "area_cleared_m2": round(view.summary.land.area_cleared_m2, 1),
        "releases": [
            {
                "front": r.front, "size": r.size, "gains": r.gains, "alone": r.alone,
                "last_forecast": r.last_forecast.isoformat(),
            }
            for r in view.driving.releases
        ],
        "waits": waits(delay.chain) if delay else {},
    }  # fmt: skip


def _of_project(
    session: Session,
    ctx: Context,
    view: ProjectView,
    code: str,
    day: date,
    since: date | None,
    labels: dict[str, str],
) -> dict[str, Any]:
    project = access_project(session, code)
    quality = quality_of(session, ctx, project, day)
    release = release_of(session, ctx, code, day) if view.delay is not None else None
    moved = (
        ledger_of(session, ctx, code, since, day)
        if since is not None and view.delay is not None and since < day
        else None
    )
    return {
        "longest_free_m": None if view.longest_free_m is None else round(view.longest_free_m, 1),
        "milestones": [
            {
                "code": m.code, "name_vi": m.name_vi, "planned": _iso(m.planned_on), "forecast": _iso(m.forecast_on),
                "actual": _iso(m.actual_on), "source": m.source,
            }
            for m in view.milestones
        ],
        "reliable": quality.gate.ok if quality else True,
        "quality": None if quality is None else _quality(quality),
        "release": release,
        "slip": None if moved is None else slip_values(moved, labels),
        "ages": [
            {
                "ward": age.ward, "ward_name": labels.get(age.ward, age.ward), "latest": age.latest.isoformat(),
                "days": age.days, "cases": age.cases,
            }
            for age in ages_of(session, project, day)
        ],
        "band": [
            {
                "axis": axis["code"], "name_vi": axis["name_vi"], "start_m": axis["start_m"],
                "end_m": axis["start_m"] + float(axis["published_length_m"] or axis["length_m"]),
                "schematic": bool(axis["schematic"]),
                "pieces": [_piece(p) for p in view.band if p.alignment_code == axis["code"]],
            }
            for axis in view.alignments
        ],
        "plan": [
            {"status": status, "line": [[round(x, 1), round(y, 1)] for x, y in line]}
            for status, line in plan_of(session, project.id, view.band)
        ],
        **prospects_of(session, ctx, code, day, labels),
    }  # fmt: skip


def slip_values(ledger: Ledger, labels: dict[str, str]) -> dict[str, Any]:
    """A ledger as values; days are exact fractions written "numerator/denominator"."""

    def totals(rows: Sequence[Total], names: dict[str, str] | None = None) -> list[dict[str, Any]]:
        return [
            {
                "key": row.key, "name_vi": (names or {}).get(row.key, row.key), "days": str(row.days),
                "lost": str(row.lost), "gained": str(row.gained), "codes": list(row.codes),
            }
            for row in rows
        ]  # fmt: skip

    def told(shares: Sequence[Share]) -> list[list[str]]:
        return [[s.cause.kind.value, s.cause.code, str(s.days), s.reason.value] for s in shares]

    causes = []
    for row in ledger.causes:
        cause = ledger.cause(row.key)
        causes.append(
            {
                "key": row.key, "days": str(row.days), "lost": str(row.lost), "gained": str(row.gained),
                "kind": cause.kind.value if cause else "outside", "name_vi": cause.name_vi if cause else "",
                "ward": cause.ward if cause else None, "obstacle": cause.obstacle if cause else None,
                "body": cause.body if cause else "", "front": cause.front if cause else None,
            }
        )  # fmt: skip
    obstacles = {code: vi for code, (vi, _) in OBSTACLES.items()}
    return {
        "milestone": ledger.milestone, "name_vi": ledger.name_vi, "before": ledger.before.isoformat(),
        "after": ledger.after.isoformat(), "days": ledger.slip, "causes": causes,
        "wards": totals(ledger.wards, labels), "obstacles": totals(ledger.obstacles, obstacles),
        "bodies": totals(ledger.bodies), "half_steps": totals(ledger.half_steps),
        "opening": {
            "before": ledger.opening.before.isoformat(), "after": ledger.opening.after.isoformat(),
            "exact": ledger.opening.exact, "causes": told(ledger.opening.shares),
        },
        "daily": [
            {
                "day": entry.day.isoformat(), "before": entry.before.isoformat(), "after": entry.after.isoformat(),
                "causes": told(entry.shares),
            }
            for entry in ledger.days if entry.moved or entry.shares
        ],
    }  # fmt: skip


def _quality(quality: Quality) -> dict[str, Any]:
    """The checks without who offends: names of cases do not travel."""
    states = {"pass": "đạt", "fail": "không đạt", "unknown": "không đánh giá được"}
    return {
        "gate": quality.gate.stamp_vi, "passed": quality.gate.passed, "failing": quality.gate.failing,
        "unknown": quality.gate.unknown,
        "checks": [
            {
                "code": f.code, "name_vi": WORDS[f.code].name_vi, "value": found_text(f, "vi"),
                "threshold": WORDS[f.code].limit_vi, "verdict_vi": states[f.state],
            }
            for f in quality.findings
        ],
    }  # fmt: skip


def release_of(session: Session, ctx: Context, code: str, day: date) -> dict[str, Any] | None:
    """The smallest set that gains all that land can gain, and the rungs before it; None where land gains nothing."""
    try:
        answer = release_answer(session, ctx, code, as_of=day)
    except InvalidInput:
        return None
    found = answer["set"]
    if found is None:
        return None
    return {
        "most": answer["most"], "open": answer["open"], "exact": answer["exact"], "ladder": answer["ladder"],
        "size": found["cases"], "days": answer["days"],
        **({"money": {k: v for k, v in cash.items() if k != "weeks"}} if (cash := found["money"]) else {}),
    }  # fmt: skip


def plan_of(
    session: Session, project_id: int, band: Sequence[BandPiece], tolerance: float = 5.0
) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """Each stretch of the band as lines on the ground (EPSG:5897, m), simplified to `tolerance` metres."""
    routes = load_routes(session, project_id)
    for piece in band:
        if piece.alignment_code not in routes or piece.to_m <= piece.from_m:
            continue
        _, route = routes[piece.alignment_code]
        shape = to_measure(route_piece(route, piece.from_m, piece.to_m)).simplify(tolerance)
        for part in getattr(shape, "geoms", (shape,)):
            if len(line := [(float(x), float(y)) for x, y in part.coords]) > 1:
                yield piece.status, line


def _piece(piece: BandPiece) -> dict[str, Any]:
    return {
        "from_m": round(piece.from_m, 1), "to_m": round(piece.to_m, 1), "status": piece.status,
        "parcels": piece.parcels,
    }  # fmt: skip


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
