"""`/du-an/{code}/go-vuong`: where to release land first, what it brings, and what it costs by week."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.pages.project import project_frame
from api.pages.rendering import render
from api.usecases.projects import project_view
from api.usecases.releases import UNSAID, obstacle_words, release_answer

router = APIRouter(prefix="/du-an/{code}/go-vuong")


@router.get("")
def release_page(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode,
    can: Annotated[str, Query(max_length=6, description="Cần lấy lại ít nhất bấy nhiêu ngày.")] = "",
    ngay: DataDate = None,
) -> Response:  # fmt: skip
    """The smallest set for the days that are wanted, the ladder, and the ranking by case, ward, obstacle and owner."""
    view = project_view(session, ctx, code, as_of=ngay)
    wanted = int(can) if can.isascii() and can.isdecimal() and 0 < int(can) <= 3650 else None
    found: dict[str, Any] | None = None
    if view.delay is not None:
        found = release_answer(session, ctx, code, days=wanted, as_of=ngay)
    return render(
        request,
        "project_release.html.j2",
        found=found,
        wanted=wanted,
        odd=bool(can.strip()) and wanted is None,
        obstacle_words=obstacle_words,
        unsaid=UNSAID,
        day_of=date.fromisoformat,
        **project_frame(view, "go-vuong", lang_title=("Gỡ ở đâu trước", "Release first"), lang=lang),
    )
