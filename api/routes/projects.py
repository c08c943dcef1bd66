"""Projects: the portfolio, one project, its schedule."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from api.deps import ContextDep, DataDate, ProjectCode, SessionDep
from api.errors import ErrorOut
from api.schemas import plain
from api.usecases.projects import overview, project_view
from api.usecases.schedules import schedule_answer
from api.usecases.whys import why_answer

router = APIRouter(prefix="/api/projects", tags=["projects"])
Node = Annotated[
    str,
    Path(
        max_length=120, description="Mã công việc, mốc, hồ sơ, hoặc thửa dạng tờ:số · activity, case, parcel."
    ),
]


@router.get("", summary="Danh mục: mọi dự án với độ lệch (portfolio)")
def list_projects(session: SessionDep, ctx: ContextDep, ngay: DataDate = None) -> dict[str, Any]:
    """Late first, most days first; projects without plan or network last with light `none`."""
    answer: dict[str, Any] = plain(overview(session, ctx, as_of=ngay)) | ctx.looking_back
    return answer


@router.get("/{code}", summary="Một dự án: dữ kiện, đoạn, mốc, số công bố (one project)")
def get_project(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, ngay: DataDate = None
) -> dict[str, Any]:
    """Facts with sources, published claims, counted land, blocked runs and the delay calculation."""
    answer: dict[str, Any] = plain(project_view(session, ctx, code, as_of=ngay)) | ctx.looking_back
    return answer


@router.get(
    "/{code}/schedule",
    summary="Tiến độ mạng: sớm, muộn, dự trữ, găng (critical path)",
    responses={409: {"model": ErrorOut, "description": "Mạng có vòng lặp · the network has a cycle"}},
)
def get_schedule(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, ngay: DataDate = None
) -> dict[str, Any]:
    """Every activity with earliest and latest dates, floats and what drives it, as of the data date."""
    return schedule_answer(session, ctx, code, as_of=ngay)


@router.get(
    "/{code}/why/{node}",
    summary="Vì sao ngày này: chuỗi quyết định đến sự kiện, giờ và người ghi (why this date)",
    responses={404: {"model": ErrorOut, "description": "Không có · not found"}},
)
def get_why(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, node: Node, ngay: DataDate = None
) -> dict[str, Any]:
    """Why this date, why critical or why not, for an activity, a case, a milestone or a parcel (`sheet:number`)."""
    return why_answer(session, ctx, code, node, as_of=ngay)
