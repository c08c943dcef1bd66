"""Schedule files of a project as JSON, and its network as a file of another program."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from api.deps import ContextDep, DataDate, ProjectCode, SessionDep
from api.routes.imports import ImportId
from api.usecases import schedule_imports
from api.usecases.network_files import ENDINGS, TYPES, Form
from api.usecases.schedule_export import project_file

router = APIRouter(prefix="/api/projects/{code}/schedules", tags=["network"])
Verdict = Literal["", "same", "rule", "handed_on", "unexplained", "no_date"]


@router.get("", summary="Các lần nạp tiến độ (schedule imports)")
def list_schedules(
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    limit: Annotated[int, Query(ge=1, le=500, description="Số dòng mỗi trang.")] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Bỏ qua bấy nhiêu dòng đầu.")] = 0,
) -> dict[str, Any]:
    """Newest first; each file with its SHA-256, its options, and what was not taken as it is."""
    project = schedule_imports.project_of(session, ctx, code, "import.read")
    rows, total = schedule_imports.schedules(session, ctx, project, limit=limit, offset=offset)
    return {"project": code, "total": total, "rows": [schedule_imports.as_dict(one) for one in rows]}


@router.get("/file", summary="Mạng của dự án dạng MSPDI, XER, JSON, GraphML (the network as a file)")
def get_file(
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    dang: Annotated[Form, Query(description="mspdi, xer, json hoặc graphml.")] = "mspdi",
    ngay: DataDate = None,
) -> Response:
    """The network with its dates on the data date; fronts that wait for land begin no earlier than their forecast."""
    content, day = project_file(session, ctx, code, dang, as_of=ngay)
    name = f"{code}-{day.isoformat()}.{ENDINGS[dang]}"
    return Response(
        content, media_type=TYPES[dang], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.get("/{import_id}", summary="Một lần nạp: ngày của bên gửi và ngày ở đây (an import)")
def get_schedule(
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    import_id: ImportId,
    verdict: Annotated[
        Verdict, Query(description="Chỉ các công việc có kết luận này; bỏ trống: tất cả.")
    ] = "",
) -> dict[str, Any]:
    """The table sender's date / our date / rule that explains it, with options, notes and ties."""
    found = schedule_imports.access_schedule(session, ctx, code, import_id)
    rows = [row for row in found.row.rows if not verdict or row["verdict"] == verdict]
    return schedule_imports.as_dict(found) | {"rows": rows}
