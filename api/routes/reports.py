"""The critical-path delay report as JSON."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.deps import ContextDep, DataDate, ProjectCode, SessionDep
from api.usecases.reports import delay_answer

router = APIRouter(prefix="/api/reports", tags=["reports"])


@router.get("/delay", summary="Báo cáo chậm của cả danh mục (delay report, portfolio)")
def portfolio_delay(session: SessionDep, ctx: ContextDep, ngay: DataDate = None) -> dict[str, Any]:
    """Planned, forecast and slip per project with the driving chain down to parcels, wards and days."""
    return delay_answer(session, ctx, None, as_of=ngay)


@router.get("/delay/{code}", summary="Báo cáo chậm của một dự án (delay report, one project)")
def project_delay(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, ngay: DataDate = None
) -> dict[str, Any]:
    """The same for one project."""
    return delay_answer(session, ctx, code, as_of=ngay)
