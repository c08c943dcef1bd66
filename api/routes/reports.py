"""The critical-path delay report as JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import BodyCode, ContextDep, DataDate, ProjectCode, SessionDep
from api.reports.body_content import body_values
from api.usecases.bodies import body_report, since_of
from api.usecases.facts import all_ward_labels
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


@router.get(
    "/delay/bodies/{body}", summary="Báo cáo chậm của phường, sở ngành, thành phố (one responsible body)"
)
def body_delay(
    session: SessionDep,
    ctx: ContextDep,
    body: BodyCode,
    ngay: DataDate = None,
    tu: Annotated[date | None, Query(description="So với ngày này (movement since).")] = None,
) -> dict[str, Any]:
    """What of each project's delay is one body's: cases, days, promises, clocks, and its part of the movement."""
    found = body_report(session, ctx, body, as_of=ngay, since=since_of(session, body, ngay, tu))
    return {"body": body} | body_values(found, all_ward_labels(session)) | ctx.looking_back
