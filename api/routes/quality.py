"""The quality of a project's schedule as JSON."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.deps import ContextDep, DataDate, ProjectCode, SessionDep
from api.usecases.quality import quality_answer

router = APIRouter(prefix="/api/projects/{code}", tags=["projects"])


@router.get("/quality", summary="Chất lượng tiến độ: DCMA 14 điểm, GAO (schedule quality)")
def get_quality(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, ngay: DataDate = None
) -> dict[str, Any]:
    """Each check with its count, denominator, limit and offenders; `gate` is what a report is stamped with."""
    return quality_answer(session, ctx, code, as_of=ngay)
