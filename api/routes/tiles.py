"""Vector tiles of the land. An address carries the version of what it shows and may then be kept for ever."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import ContextDep, DataDate, ProjectCode, SessionDep
from api.tileanswer import tile_answer
from api.usecases.tiles import land_tile, shown_land
from geo.tiles.grid import MOST_ZOOM, Tile

router = APIRouter(prefix="/o", tags=["maps"])
Zoom = Annotated[int, Path(ge=0, le=MOST_ZOOM, description="Mức phóng (zoom) 6…20.")]
Column = Annotated[int, Path(ge=0, lt=1 << MOST_ZOOM, description="Cột từ tây sang đông.")]
Row = Annotated[int, Path(ge=0, lt=1 << MOST_ZOOM, description="Hàng từ bắc xuống nam.")]
Version = Annotated[
    str,
    Query(max_length=64, description="Phiên bản của dữ liệu, như /api/…/land-map cho; sai thì không lưu."),
]


@router.get(
    "/du-an/{code}/{z}/{x}/{y}.mvt", summary="Ô bản đồ: thửa của một dự án (vector tile of a project's land)"
)
def project_tile(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    z: Zoom,
    x: Column,
    y: Row,
    v: Version = "",
    ngay: DataDate = None,
) -> Response:
    """Layer `parcels` (k case number, s step, o owner, v obstacle, w ward) or `cells` (n parcels, a m², n1…n7)."""
    return _answer(request, session, ctx, code, Tile(z, x, y), v, ngay)


@router.get("/thanh-pho/{z}/{x}/{y}.mvt", summary="Ô bản đồ: thửa của mọi dự án (vector tile of all land)")
def city_tile(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    z: Zoom,
    x: Column,
    y: Row,
    v: Version = "",
    ngay: DataDate = None,
) -> Response:
    """As for one project."""
    return _answer(request, session, ctx, None, Tile(z, x, y), v, ngay)


def _answer(
    request: Request,
    session: Session,
    ctx: Context,
    code: str | None,
    tile: Tile,
    version: str,
    as_of: date | None,
) -> Response:
    shown = shown_land(session, ctx, code, as_of=as_of)
    made = land_tile(session, ctx, shown, tile)
    if version == shown.version:
        turn = getattr(request.state, "tile_turn", None)
        request.app.state.leases.grant(request.scope, ctx, shown, turn)
    return tile_answer(request, shown, made)
