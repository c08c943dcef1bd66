"""The worklist for programs: the same rows, filters and pages as `/viec-hom-nay`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import ContextDep, DataDate, SessionDep
from api.usecases.work_answer import work_answer
from api.usecases.worklist import WorkFilter, worklist

router = APIRouter(prefix="/api/worklist", tags=["worklist"])


@router.get("", summary="Việc hôm nay: hồ sơ còn mở theo thời hạn (the worklist)")
def get_worklist(
    session: SessionDep,
    ctx: ContextDep,
    ds: Annotated[
        str, Query(max_length=40, description="Danh sách: qua-han, 7-ngay, gang, chua-nhan-tien…")
    ] = "",
    phuong: Annotated[str, Query(max_length=10, description="Mã phường/xã.")] = "",
    du_an: Annotated[str, Query(alias="du-an", max_length=40, description="Mã dự án.")] = "",
    q: Annotated[str, Query(max_length=60, description="Mã hồ sơ, hoặc tờ/thửa như 41/97.")] = "",
    limit: Annotated[int, Query(ge=1, le=500, description="Số dòng mỗi trang.")] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Bỏ qua bấy nhiêu dòng đầu.")] = 0,
    ngay: DataDate = None,
) -> dict[str, Any]:
    """`rows` in the order of the page, `counts` of every named list, `groups` of the list that was asked for."""
    chosen = WorkFilter(ds, phuong, du_an, q)
    return (
        work_answer(worklist(session, ctx, chosen, limit=limit, offset=offset, as_of=ngay)) | ctx.looking_back
    )
