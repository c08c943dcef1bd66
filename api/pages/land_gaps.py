"""The page "Mặt bằng theo lý trình": where along the axis land is missing and how long the free runs are."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.land_views import AxisLand, Gap, LandView
from api.pages.project import project_frame
from api.pages.rendering import render
from api.pages.strips import Spans, apart, ward_spans
from api.usecases.axis_land import BOTH, LEFT, RIGHT
from api.usecases.gaps import land_gaps
from api.usecases.gaps_answer import span_on
from api.usecases.projects import project_view
from api.views import ProjectView
from maps.strip import Run, WardSpan, bar_svg, strip_svg
from projects.band import BLOCKED, Piece
from projects.errors import NotFound

router = APIRouter(prefix="/du-an/{code}")
CASES_SHOWN = 6
SIDE_WORDS = {"L": ("trái", "left"), "R": ("phải", "right"), "B": ("cắt ngang tim", "across the axis")}
MinRun = Annotated[str, Query(pattern=r"^$|^\d{1,6}([.,]\d{1,3})?$")]


@router.get("/mat-bang")
def land_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    lien: MinRun = "",
    mui: Annotated[str, Query(max_length=40)] = "",
    ngay: DataDate = None,
) -> HTMLResponse:
    """Gaps with what makes them, the longest run, the share of length in runs that are long enough."""
    asked = float(lien.replace(",", ".")) if lien else 0.0
    shortest = asked or request.app.state.settings.min_run_m
    view = project_view(session, ctx, code, as_of=ngay)
    fronts = [front["code"] for front in view.fronts]
    if mui and mui not in fronts:
        raise NotFound("front", mui)
    land = land_gaps(session, ctx, code, min_run_m=shortest, as_of=ngay, front=mui or None)
    return render_land(request, view, land, ward_spans(session, code), lang)


def render_land(
    request: Request,
    view: ProjectView,
    land: LandView,
    spans: Spans,
    lang: str,
    *,
    told: Mapping[str, Any] | None = None,
) -> HTMLResponse:
    """The page of a land view; `told`: what the form of the fronts was refused for, and what was entered."""
    held = {release.front: release.gains for release in view.driving.releases}
    return render(
        request,
        "project_land.html.j2",
        land=land,
        strips={axis.code: _strips(view, axis, spans, lang) for axis in land.axes},
        rows={axis.code: [_row(axis, gap, held, land.data_date) for gap in axis.gaps] for axis in land.axes},
        span_on=span_on,
        side_words=SIDE_WORDS,
        cases_shown=CASES_SHOWN,
        stretch_of=stretch_of,
        told={"front": "", "run_m": "", "faults": ()} | dict(told or {}),
        key=secrets.token_urlsafe(18),
        **project_frame(
            view, "mat-bang", lang_title=("Mặt bằng theo lý trình", "Land by chainage"), lang=lang
        ),
    )


def stretch_of(gap: Gap) -> str:
    """The `doan` parameter of the case list for a gap; its ends in tenths of metres, never short of the gap."""
    return f"{gap.from_m:.1f}-{gap.to_m:.1f}"


def _row(axis: AxisLand, gap: Gap, held: dict[str, int], day: date) -> dict[str, Any]:
    """A gap as the table shows it; `held_days` is what its worst front costs, None when none drives."""
    days = [held[front] for front in gap.fronts if front in held]
    return {
        "gap": gap,
        "stations": span_on(axis, (gap.from_m, gap.to_m)),
        "held_days": max(days, default=None),
        "waiting_days": (day - gap.since).days,
    }


def _strips(view: ProjectView, axis: AxisLand, spans: Spans, lang: str) -> dict[str, Markup]:
    """The strip of both sides and a bar of each, empty without any land data."""
    if not axis.parcels:
        return {}
    labels = {ward["code"]: str(ward["label"]) for ward in view.wards}
    wards = [WardSpan(labels.get(w, w), a, b) for w, a, b in apart(spans.get(axis.code, ()))]
    length = axis.end_m - axis.start_m
    left, right = ("Bên trái", "Bên phải") if lang == "vi" else ("Left side", "Right side")
    both = strip_svg(
        length,
        axis.start_m,
        _runs(axis, axis.bands[BOTH]),
        wards,
        lang,
        alignment=axis.code,
        stations=axis.stations,
    )
    bars = {
        side: bar_svg(
            length, axis.start_m, _bare(axis.bands[side]), lang, title=title, stations=axis.stations
        )
        for side, title in ((LEFT, left), (RIGHT, right))
    }
    return {BOTH: Markup(both)} | {side: Markup(bar) for side, bar in bars.items()}


def _runs(axis: AxisLand, pieces: Sequence[Piece]) -> list[Run]:
    """The pieces of the band; a blocked one leads to its row of the table."""
    found = []
    for piece in pieces:
        number = _gap_at(axis, piece) if piece.status == BLOCKED else None
        parcels = None if number is None else axis.gaps[number].parcels
        href = "#bang-" + axis.code if number is None else f"#doan-{axis.code}-{number + 1}"
        found.append(Run(piece.from_m, piece.to_m, piece.status, parcels, href))
    return found


def _gap_at(axis: AxisLand, piece: Piece) -> int | None:
    """The first gap that a blocked piece of the band makes, None beyond what is required."""
    turn = axis.end_m - axis.start_m if axis.is_ring else 0.0
    for number, gap in enumerate(axis.gaps):
        if any(gap.from_m - t < piece.to_m and gap.to_m - t > piece.from_m for t in (0.0, turn)):
            return number
    return None


def _bare(pieces: Sequence[Piece]) -> list[Run]:
    return [Run(piece.from_m, piece.to_m, piece.status) for piece in pieces]
