"""The page of what the corridor takes: areas by ward and land code, small rests, and a comparison of two corridors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.pages.project import project_frame
from api.pages.rendering import render
from api.usecases.projects import project_view
from api.usecases.takeoff import LISTED, SMALL_M2, takeoff_view

router = APIRouter(prefix="/du-an/{code}")
Threshold = Annotated[
    float, Query(ge=0, le=100_000, description="Phần còn lại nhỏ hơn bấy nhiêu m² thì coi là nhỏ.")
]
Version = Annotated[int | None, Query(ge=1, le=1_000_000, description="So với phiên bản ranh này.")]


@router.get("/thu-hoi")
def takeoff_page(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode,
    nguong: Threshold = SMALL_M2, so: Version = None, ngay: DataDate = None,
) -> HTMLResponse:  # fmt: skip
    """What the current corridor takes of the land."""
    view = project_view(session, ctx, code, as_of=ngay)
    takeoff = takeoff_view(session, ctx, code, small_m2=nguong, against=so)
    return render(
        request,
        "project_takeoff.html.j2",
        takeoff=takeoff,
        listed=LISTED,
        **project_frame(view, "thu-hoi", lang_title=("Diện tích thu hồi", "Take-off"), lang=lang),
    )
