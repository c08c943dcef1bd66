"""The page "Rủi ro": when a project may be complete, with which chance, and what moves it most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.pages.project import project_frame
from api.pages.rendering import render
from api.pages.risk_chart import s_curve
from api.risk_views import RiskBar
from api.settings import Settings
from api.usecases.projects import project_view
from api.usecases.risk import SEED, project_risk
from projects.risking.ranges import Assumed

router = APIRouter(prefix="/du-an/{code}")
Seed = Annotated[int, Query(ge=0, lt=1 << 63, description="Hạt giống của mô phỏng: cùng hạt, cùng kết quả.")]
BAR = 160  # units of the longest bar
BASES = {
    "promise": ("mốc hẹn, theo độ trễ đã ghi", "promise, by recorded lateness"),
    "steps": ("các bước còn lại, theo thời gian đã ghi", "steps left, by recorded durations"),
    "assumed": ("giả định", "assumed"),
}


@router.get("/rui-ro")
def risk_page(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode, hat: Seed = SEED,
    ngay: DataDate = None,
) -> HTMLResponse:  # fmt: skip
    """The S-curve of the finish, each milestone's chance, and the tornado of works, wards and cases."""
    settings = request.app.state.settings
    view = project_view(session, ctx, code, as_of=ngay)
    risk = project_risk(
        session,
        ctx,
        code,
        as_of=ngay,
        seed=hat,
        iterations=settings.risk_iterations,
        assumed=assumed_of(settings),
    )
    return render(
        request,
        "project_risk.html.j2",
        risk=risk,
        curve=s_curve(risk) if risk else None,
        tornadoes=_tornadoes(risk.activities, risk.wards, risk.cases) if risk else (),
        bases=BASES,
        **project_frame(view, "rui-ro", lang_title=("Rủi ro", "Risk"), lang=lang),
    )


def assumed_of(settings: Settings) -> Assumed:
    """What is assumed where nothing is recorded."""
    return Assumed(
        work=(settings.risk_work_low_percent, settings.risk_work_high_percent),
        land=(settings.risk_land_low_percent, settings.risk_land_high_percent),
        correlation=settings.risk_ward_correlation,
    )


def _tornadoes(*groups: Sequence[RiskBar]) -> tuple[tuple[str, tuple[tuple[RiskBar, float], ...]], ...]:
    """Works, wards and cases with the widths of their bars; one scale for all."""
    longest = max((abs(bar.swing_days) for bars in groups for bar in bars), default=0) or 1
    return tuple(
        (name, tuple((bar, round(abs(bar.swing_days) / longest * BAR, 1)) for bar in bars))
        for name, bars in zip(("works", "wards", "cases"), groups, strict=True)
    )
