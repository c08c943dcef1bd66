"""The fabric as JSON: what is wrong with it, and where an old number leads."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.deps import ContextDep, ProjectCode, SessionDep
from api.routes.imports import ImportId
from api.usecases import fabric

router = APIRouter(prefix="/api", tags=["fabric"])


@router.get("/projects/{code}/topology.geojson", summary="Chồng, hở, mảnh, hình sai, trùng (topology)")
def topology(session: SessionDep, ctx: ContextDep, code: ProjectCode) -> Response:
    """Overlaps, gaps, slivers, invalid and repeated shapes of a project's land; at most 500, the grave ones first."""
    return Response(
        fabric.as_features(fabric.project_report(session, ctx, code)), media_type="application/geo+json"
    )


@router.get("/imports/{import_id}/topology.geojson", summary="Như trên, của một lần nhập")
def import_topology(session: SessionDep, ctx: ContextDep, import_id: ImportId) -> Response:
    """The same of the rows of an import."""
    found = fabric.import_report(session, ctx, import_id)
    return Response(fabric.as_features(found), media_type="application/geo+json")


@router.get("/projects/{code}/lineage", summary="Số thửa cũ nay là những thửa nào (lineage)")
def lineage(
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    sheet: Annotated[str, Query(max_length=60, description="Tờ bản đồ cũ.")] = "",
    number: Annotated[str, Query(max_length=60, description="Số thửa cũ.")] = "",
    series: Annotated[
        str, Query(max_length=60, description="Bản đồ (xã cũ), nếu số có ở nhiều bản đồ.")
    ] = "",
) -> dict[str, Any]:
    """The parcels of now that an old sheet and number lead to, itself where it still is one; the acts in words."""
    return fabric.leads_to(session, ctx, code, sheet=sheet, number=number, series=series or None)
