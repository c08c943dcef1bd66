"""The risk of a project's dates as JSON."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from api.deps import ContextDep, DataDate, ProjectCode, SessionDep
from api.pages.risk import Seed, assumed_of
from api.schemas import plain
from api.usecases.calculation import resolve_day
from api.usecases.risk import SEED, project_risk
from api.usecases.schedules import options_answer

router = APIRouter(prefix="/api/projects/{code}", tags=["projects"])


@router.get("/risk", summary="Rủi ro: P50, P80, xác suất đạt mốc (Monte Carlo)")
def get_risk(
    request: Request, session: SessionDep, ctx: ContextDep, code: ProjectCode, hat: Seed = SEED,
    ngay: DataDate = None,
) -> dict[str, Any]:  # fmt: skip
    """P50 and P80 of each milestone with the chance to meet its assigned date, criticality and what moves completion.

    `chance`, `criticality` are parts of 1, `swing_days` calendar days for one standard deviation. Cases outside the
    reader's reach are counted (`cases_hidden`), not named. The same `hat` gives the same answer.
    """
    settings = request.app.state.settings
    view = project_risk(
        session,
        ctx,
        code,
        as_of=ngay,
        seed=hat,
        iterations=settings.risk_iterations,
        assumed=assumed_of(settings),
    )
    if view is None:
        day = resolve_day(session, ngay).isoformat()
        return {"project": code, "data_date": day, "options": None, "network": None} | ctx.looking_back
    answer: dict[str, Any] = plain(view) | {"options": options_answer(view.options)} | ctx.looking_back
    return answer
