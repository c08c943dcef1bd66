"""The page "Tổng quan": how clearance goes, each number leading to the list that has as many rows."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.pages.project import project_frame
from api.pages.public_words import SCORES
from api.pages.rendering import render
from api.usecases.dashboard import Dashboard, dashboard_of
from api.usecases.projects import project_view
from maps.curve import Curve, curve_svg
from projects.codes import OBSTACLES
from projects.payments import MONEY
from projects.weekly.table import BILLION

router = APIRouter(prefix="/du-an/{code}")


@router.get("/tong-quan")
def dashboard_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    ngay: DataDate = None,
) -> HTMLResponse:
    """The curve, the funnel, ages, pace, obstacles, wards and resettlement of one project."""
    view = project_view(session, ctx, code, as_of=ngay)
    found = dashboard_of(session, ctx, code, as_of=ngay)
    chart = _curve(found, "Đường cong giải phóng mặt bằng" if lang == "vi" else "Clearance curve")
    return render(
        request, "project_dashboard.html.j2", board=found, obstacles=OBSTACLES, states=MONEY, scores=SCORES,
        in_billions=in_billions,
        bands={} if found.band is None else {point.day: point for point in found.band.points},
        chart=Markup(curve_svg(chart, lang)) if len(found.months) > 1 else "",
        most=max((count for _, count in found.steps), default=1), month_of=_month,
        **project_frame(view, "tong-quan", lang_title=("Tổng quan", "Overview"), lang=lang),
    )  # fmt: skip


def _band(found: Dashboard, now: tuple[date, float]) -> list[tuple[date, float, float]]:
    """The band opens at the data date, where what is handed over is known."""
    if found.band is None:
        return []
    return [(*now, now[1]), *((p.day, float(p.low), float(p.high)) for p in found.band.points)]


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def in_billions(dong: Decimal) -> Decimal:
    """Đồng as tỷ đồng, to a tenth."""
    return (dong / BILLION).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _curve(found: Dashboard, title: str) -> Curve:
    """The lines meet on the data date: what is handed over by then, and what is expected from there on."""
    now = (found.data_date, float(found.cases - found.open))
    ended = [(month.last, month) for month in found.months]
    return Curve(
        done=[*((last, float(m.done_so_far)) for last, m in ended if last < found.data_date), now],
        expected=[now, *((last, float(m.all_so_far)) for last, m in ended if last > found.data_date)],
        planned=[(last, m.planned) for last, m in ended if m.planned is not None],
        whole=found.cases,
        day=found.data_date,
        assigned=found.assigned,
        title=title,
        band=_band(found, now),
    )
