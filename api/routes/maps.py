"""GeoJSON for the maps; each answer carries an ETag of the revision it was made from and of who sees it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from api.context import Context
from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.usecases import features, land_features
from api.usecases.calculation import resolve_day
from api.usecases.grounds import outside
from geo.access import access_project

router = APIRouter(prefix="/api", tags=["maps"])
GEOJSON = "application/geo+json"
# A newer version of the software may write the same revision differently: each start has tags of its own.
RUN = secrets.token_hex(8)


@router.get("/portfolio.geojson", summary="Tuyến và khu của mọi dự án (portfolio lines)")
def portfolio(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, ngay: DataDate = None
) -> Response:
    """One feature per project with its light and slip; programmes without a place have none."""
    day = resolve_day(session, ngay)
    return _answer(
        request,
        ctx,
        (features.portfolio_revision(session), day, lang, outside(session, ctx, None, day)),
        lambda: features.portfolio_features(session, ctx, lang=lang, as_of=ngay),
    )


@router.get("/wards.geojson", summary="Phường, xã: ranh giới nếu đã nạp, nếu không thì tâm (wards)")
def wards(request: Request, session: SessionDep, ctx: ContextDep) -> Response:
    """Polygons when `duonggang import wards` has loaded boundaries, centre points otherwise."""
    return _answer(
        request, ctx, (features.boundary_source(session),), lambda: features.ward_features(session, ctx)
    )


@router.get("/projects/{code}/parcels.geojson", summary="Thửa đất của một dự án (parcels)")
def parcels(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    ngay: DataDate = None,
) -> Response:
    """Parcels with step, forecast, and whether their case drives the critical path. No personal data."""
    project = access_project(session, code)
    day = resolve_day(session, ngay)
    return _answer(
        request,
        ctx,
        (code, project.revision, day, outside(session, ctx, project, day)),
        lambda: land_features.parcel_features(session, ctx, project, as_of=day),
    )


@router.get("/projects/{code}/alignments.geojson", summary="Tim tuyến, lý trình, đoạn vướng (axis)")
def alignments(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    ngay: DataDate = None,
) -> Response:
    """Axis, corridor, chainage ticks and the band of free, blocked and critical runs."""
    project = access_project(session, code)
    day = resolve_day(session, ngay)
    return _answer(
        request,
        ctx,
        (code, project.revision, day, "axis", outside(session, ctx, project, day)),
        lambda: land_features.axis_features(session, ctx, project, as_of=day),
    )


def _answer(request: Request, ctx: Context, key: tuple[object, ...], make: Callable[[], str]) -> Response:
    """304 when this reader already has this revision, else the freshly made text."""
    # A browser that several people use keeps one copy for all of them: what differs by reader must not look the same.
    whole = (RUN, ctx.principal.seen_from, ctx.known, ctx.known_at, key)
    tag = 'W/"' + hashlib.sha256(repr(whole).encode()).hexdigest()[:24] + '"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(make(), media_type=GEOJSON, headers=headers)
