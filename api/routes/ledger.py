"""The slip ledger as JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import ContextDep, DataDate, ProjectCode, SessionDep
from api.errors import ErrorOut
from api.usecases.ledger_answer import ledger_answer

router = APIRouter(prefix="/api/projects", tags=["reports"])
From = Annotated[
    date | None,
    Query(
        alias="from",
        description="Ngày đầu kỳ (YYYY-MM-DD): trạng thái cuối ngày này; bỏ trống là 30 ngày trước.",
    ),
]
To = Annotated[
    date | None, Query(alias="to", description="Ngày cuối kỳ (YYYY-MM-DD); bỏ trống thì dùng ngày số liệu.")
]
Milestone = Annotated[
    str | None,
    Query(max_length=64, description="Mã mốc hoặc mã công việc; bỏ trống là mốc hoàn thành (completion)."),
]


@router.get(
    "/{code}/slip",
    summary="Sổ trượt: mỗi ngày mốc lùi vì đâu (slip ledger)",
    responses={409: {"model": ErrorOut, "description": "Mạng có vòng lặp · the network has a cycle"}},
)
def get_slip(
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    since: From = None,
    until: To = None,
    milestone: Milestone = None,
    ngay: DataDate = None,
) -> dict[str, Any]:
    """Day by day how far a milestone moved, shared over cases, activities and plan edits; shares add up exactly."""
    return ledger_answer(session, ctx, code, since, until, milestone or None, ngay)
