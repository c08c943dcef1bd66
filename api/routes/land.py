"""Land along the axis: gaps and workable runs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.deps import ContextDep, DataDate, ProjectCode, SessionDep
from api.usecases.gaps_answer import gaps_answer

router = APIRouter(prefix="/api/projects", tags=["land"])
MinRun = Annotated[
    float | None,
    Query(
        gt=0, le=100_000, description="Đoạn liền từ chừng này mét trở lên (min run, m); mặc định là cài đặt."
    ),
]
Front = Annotated[str | None, Query(max_length=40, description="Chỉ một mũi thi công (work front code).")]


@router.get("/{code}/land/gaps", summary="Mặt bằng theo lý trình: đoạn vướng, đoạn liền (land gaps)")
def get_gaps(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    lien: MinRun = None,
    mui: Front = None,
    ngay: DataDate = None,
) -> dict[str, Any]:
    """Where land is missing with the parcels and cases there, the longest free run, the share in runs of `lien` m."""
    shortest = request.app.state.settings.min_run_m if lien is None else lien
    return gaps_answer(session, ctx, code, min_run_m=shortest, as_of=ngay, front=mui or None)
