"""What the land maps ask beside their tiles: state and version, waiting days, parcels at a place, search."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import ContextDep, DataDate, ProjectCode, SessionDep
from api.usecases.land_lookup import Wanted, parcels_wanted, search_land
from api.usecases.landmap import forecast_mark, map_critical, map_facts, map_state, waits
from api.usecases.tiles import Shown, shown_land
from projects.errors import Fault, InvalidInput

router = APIRouter(prefix="/api", tags=["maps"])
PLACE = re.compile(r"(-?\d{1,3}(?:\.\d{1,10})?),(-?\d{1,2}(?:\.\d{1,10})?)")
Only = Annotated[str | None, Query(max_length=64, description="Mã dự án; bỏ trống thì cả thành phố.")]


@router.get("/land-map", summary="Bản đồ toàn thành phố: phiên bản, số đếm (state of the city map)")
def city_map(request: Request, session: SessionDep, ctx: ContextDep, ngay: DataDate = None) -> Response:
    """`version` goes into the addresses of tiles (`v=`). With the ETag the question “anything new?” costs 304."""
    return _answer(request, session, ctx, None, ngay, map_facts)


@router.get("/projects/{code}/land-map", summary="Bản đồ một dự án: như trên (state of a project's map)")
def project_map(
    request: Request, session: SessionDep, ctx: ContextDep, code: ProjectCode, ngay: DataDate = None
) -> Response:
    """As for the city; `detail_zoom` is the zoom of tiles from which on each parcel is drawn."""
    return _answer(request, session, ctx, code, ngay, map_facts)


@router.get("/land-map/critical", summary="Hồ sơ găng, thửa theo hạn bàn giao (critical cases of the city)")
def city_critical(request: Request, session: SessionDep, ctx: ContextDep, ngay: DataDate = None) -> Response:
    """`critical`: number, code, longitude, latitude, days of its group and alone; `by_wait` as in `waits`.

    Needs the critical path of every project: after a change it takes longer than the rest of the map.
    """
    return _answer(request, session, ctx, None, ngay, map_critical)


@router.get("/projects/{code}/land-map/critical", summary="Hồ sơ găng của một dự án (critical cases)")
def project_critical(
    request: Request, session: SessionDep, ctx: ContextDep, code: ProjectCode, ngay: DataDate = None
) -> Response:
    """As for the city."""
    return _answer(request, session, ctx, code, ngay, map_critical)


@router.get("/land-map/version", summary="Có gì mới trên bản đồ không (version of the city map)")
def city_version(request: Request, session: SessionDep, ctx: ContextDep, ngay: DataDate = None) -> Response:
    """Version, day and zoom of the tiles alone: quick, to begin to draw and to be asked every few seconds."""
    return _answer(request, session, ctx, None, ngay, map_state)


@router.get("/projects/{code}/land-map/version", summary="Có gì mới trên bản đồ của dự án không (version)")
def project_version(
    request: Request, session: SessionDep, ctx: ContextDep, code: ProjectCode, ngay: DataDate = None
) -> Response:
    """As for the city."""
    return _answer(request, session, ctx, code, ngay, map_state)


@router.get("/land-map/waits", summary="Thời hạn bàn giao của mọi hồ sơ (days until handover, all cases)")
def city_waits(request: Request, session: SessionDep, ctx: ContextDep, ngay: DataDate = None) -> Response:
    """`k` case numbers, `class` one character each: 0 handed over, 1 ≤ 30 days, 2 ≤ 90, 3 ≤ 180, 4 later."""
    return _answer(request, session, ctx, None, ngay, waits)


@router.get(
    "/projects/{code}/land-map/waits", summary="Thời hạn bàn giao của một dự án (days until handover)"
)
def project_waits(
    request: Request, session: SessionDep, ctx: ContextDep, code: ProjectCode, ngay: DataDate = None
) -> Response:
    """As for the city."""
    return _answer(request, session, ctx, code, ngay, waits)


@router.get(
    "/land-map/parcels", summary="Thửa tại một điểm, theo mã thửa hoặc theo hồ sơ (parcels for the map)"
)
def parcels(
    session: SessionDep,
    ctx: ContextDep,
    at: Annotated[str, Query(max_length=60, description="Kinh độ,vĩ độ (WGS 84).")] = "",
    id: Annotated[str | None, Query(max_length=40, description="Mã thửa.")] = None,
    case: Annotated[str | None, Query(max_length=64, description="Mã hồ sơ.")] = None,
    project: Only = None,
    ngay: DataDate = None,
) -> Response:
    """GeoJSON with the same properties as the parcels of a project. Empty when nothing in reach is there."""
    place = PLACE.fullmatch(at)
    if at and place is None:
        raise InvalidInput(
            [Fault("at", "Toạ độ phải có dạng kinh độ,vĩ độ.", "Expected longitude,latitude.")]
        )
    wanted = Wanted(at=(float(place[1]), float(place[2])) if place else None, id=id, case=case)
    body = parcels_wanted(session, ctx, wanted, project_code=project, as_of=ngay)
    return Response(body, media_type="application/geo+json", headers={"Cache-Control": "private, no-cache"})


@router.get("/land-map/search", summary="Tìm trên bản đồ: Km12+345, mã hồ sơ, tờ/thửa (search the map)")
def search(
    session: SessionDep,
    ctx: ContextDep,
    q: Annotated[str, Query(min_length=1, max_length=64, description="Km12+345, TULIEN-0042 hoặc 12/345.")],
    project: Only = None,
) -> dict[str, Any]:
    """`found`: things with a place, at most 20."""
    return {"found": search_land(session, q, project_code=project)} | ctx.looking_back


def _answer(
    request: Request,
    session: Session,
    ctx: Context,
    code: str | None,
    as_of: date | None,
    make: Callable[[Session, Context, Shown], str],
) -> Response:
    shown = shown_land(session, ctx, code, as_of=as_of)
    # The moment that was asked for stands in the body, and may differ where the last known event is the same.
    mark = forecast_mark(session, ctx, shown) if make in (waits, map_critical) else ""
    tag = f'W/"{shown.version}-{mark}-{ctx.known_at.isoformat() if ctx.known_at else ""}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(make(session, ctx, shown), media_type="application/json", headers=headers)
