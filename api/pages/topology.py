"""`/du-an/{code}/hinh-hoc` and `/nap/{id}/hinh-hoc`: the offenders of a fabric on a map and in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import ContextDep, LangDep, ProjectCode, SessionDep
from api.language import Lang
from api.pages.mapping import topology_parts
from api.pages.rendering import render
from api.routes.imports import ImportId
from api.usecases import fabric
from api.usecases.lineage import read_name
from geo.topology import GAP_M2, KIND_WORDS, OVERLAP_M2, SLIVER_M, Offence
from projects.errors import InvalidInput

router = APIRouter()


@router.get("/du-an/{code}/hinh-hoc")
def of_project(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    thua: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """What is wrong with the land of a project, and what became of the number `thua` that somebody asks for."""
    became = _became(session, ctx, code, thua.strip()) if thua.strip() else None
    found = fabric.project_report(session, ctx, code)
    wards = fabric.ward_places(session, ctx, code)
    return _page(request, lang, found, code, f"/api/projects/{code}/topology.geojson", wards, thua, became)


@router.get("/nap/{import_id}/hinh-hoc")
def of_import(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, import_id: ImportId
) -> Response:
    """What would be wrong with the rows of an import."""
    found = fabric.import_report(session, ctx, import_id)
    return _page(request, lang, found, f"/nap/{import_id}", f"/api/imports/{import_id}/topology.geojson")


def _became(session: Session, ctx: Context, code: str, named: str) -> Mapping[str, Any]:
    """What a number leads to; nothing for what is no number of a parcel."""
    try:
        said = read_name(named)
    except InvalidInput:
        return {"rows": [], "said": {"vi": "", "en": ""}}
    return fabric.leads_to(
        session, ctx, code, sheet=said["sheet"], number=said["number"], series=said.get("series")
    )


def _page(
    request: Request,
    lang: Lang,
    found: Sequence[Offence],
    of: str,
    url: str,
    wards: Sequence[fabric.WardPlace] = (),
    asked: str = "",
    became: Mapping[str, Any] | None = None,
) -> Response:
    return render(
        request,
        "topology.html.j2",
        nav="nap",
        of=of,
        found=found,
        wards=wards,
        of_project=not of.startswith("/"),
        asked=asked,
        became=became,
        most=fabric.MOST,
        kinds=KIND_WORDS,
        limits=(OVERLAP_M2, GAP_M2, SLIVER_M),
        map=topology_parts(request, url, lang) if found else None,
    )
