"""Imports as JSON: progress for whoever waits, the comparison, its shapes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from api.deps import ContextDep, SessionDep
from api.usecases import import_rows, imports

router = APIRouter(prefix="/api/imports", tags=["imports"])
ImportId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Số của lần nhập, cũng là mã hoàn tác.")]


@router.get("", summary="Ai đã nạp gì, từ tệp nào (imports)")
def list_imports(
    session: SessionDep,
    ctx: ContextDep,
    project: Annotated[str | None, Query(description="Mã dự án; bỏ trống: mọi dự án bạn thấy.")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="Số dòng mỗi trang.")] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Bỏ qua bấy nhiêu dòng đầu.")] = 0,
) -> dict[str, Any]:
    """Imports of the projects that you see, newest first; each file with its SHA-256."""
    found, total = imports.imports(session, ctx, project=project, limit=limit, offset=offset)
    return {"total": total, "rows": [imports.as_dict(one) for one in found]}


@router.get("/{import_id}", summary="Một lần nhập: tiến độ, lỗi, so sánh (an import)")
def show(session: SessionDep, ctx: ContextDep, import_id: ImportId) -> dict[str, Any]:
    """State, `done` of `total` rows in `phase`, every fault, and the comparison once it is there."""
    return imports.as_dict(imports.access_import(session, ctx, import_id))


@router.get("/{import_id}/changes.geojson", summary="Hình của những gì sẽ đổi (shapes of the changes)")
def changes(session: SessionDep, ctx: ContextDep, import_id: ImportId) -> Response:
    """Parcels that are added, moved, shrunk, grown, changed or dropped; at most 5,000, the grave ones first."""
    imports.access_import(session, ctx, import_id)
    return Response(import_rows.shapes(session, import_id), media_type="application/geo+json")
