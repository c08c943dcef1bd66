"""`/du-an/{code}/hinh-hoc` and `/nap/{id}/hinh-hoc`: the offenders of a fabric on a map and in a table."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.deps import ContextDep, LangDep, ProjectCode, SessionDep
from api.language import Lang
from api.pages.mapping import topology_parts
from api.pages.rendering import render
from api.routes.imports import ImportId
from api.usecases import fabric
from geo.topology import GAP_M2, KIND_WORDS, OVERLAP_M2, SLIVER_M, Offence

router = APIRouter()


@router.get("/du-an/{code}/hinh-hoc")
def of_project(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode
) -> Response:
    """What is wrong with the land of a project."""
    found = fabric.project_report(session, ctx, code)
    wards = fabric.ward_places(session, ctx, code)
    return _page(request, lang, found, code, f"/api/projects/{code}/topology.geojson", wards)


@router.get("/nap/{import_id}/hinh-hoc")
def of_import(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, import_id: ImportId
) -> Response:
    """What would be wrong with the rows of an import."""
    found = fabric.import_report(session, ctx, import_id)
    return _page(request, lang, found, f"/nap/{import_id}", f"/api/imports/{import_id}/topology.geojson")


def _page(
    request: Request,
    lang: Lang,
    found: Sequence[Offence],
    of: str,
    url: str,
    wards: Sequence[fabric.WardPlace] = (),
) -> Response:
    return render(
        request,
        "topology.html.j2",
        nav="nap",
        of=of,
        found=found,
        wards=wards,
        most=fabric.MOST,
        kinds=KIND_WORDS,
        limits=(OVERLAP_M2, GAP_M2, SLIVER_M),
        map=topology_parts(request, url, lang) if found else None,
    )
