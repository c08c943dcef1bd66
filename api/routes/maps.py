"""GeoJSON for the maps; each answer carries an ETag of the revision it was made from."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.usecases import features, land_features
from api.usecases.calculation import resolve_day
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
    return _answer(
        request,
        (features.portfolio_revision(session), resolve_day(session, ngay), lang),
        lambda: features.portfolio_features(session, ctx, lang=lang, as_of=ngay),
    )


@router.get("/wards.geojson", summary="Phường, xã: ranh giới nếu đã nạp, nếu không thì tâm (wards)")
def wards(request: Request, session: SessionDep) -> Response:
    """Polygons when `duonggang import wards` has loaded boundaries, centre points otherwise."""
    return _answer(request, (features.boundary_source(session),), lambda: features.ward_features(session))


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
        (code, project.revision, day),
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
        (code, project.revision, day, "axis"),
        lambda: land_features.axis_features(session, ctx, project, as_of=day),
    )


def _answer(request: Request, key: tuple[object, ...], make: Callable[[], str]) -> Response:
    """304 when the reader already has this revision, else the freshly made text."""
    tag = 'W/"' + hashlib.sha256(repr((RUN, key)).encode()).hexdigest()[:24] + '"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(make(), media_type=GEOJSON, headers=headers)
