"""`/ban-do`: all land of the portfolio on one map."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.deps import ContextDep, DataDate, LangDep, SessionDep
from api.pages.mapping import city_parts
from api.pages.rendering import render
from api.usecases.calculation import first_day, resolve_day

router = APIRouter()


@router.get("/ban-do")
def city_map_page(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, ngay: DataDate = None
) -> HTMLResponse:
    """Where in the city land is missing, and at which step it stands."""
    day = resolve_day(session, ngay)
    drawn = city_parts(request, lang, day=day, first=first_day(session), last=ctx.today())
    return render(request, "city_map.html.j2", nav="ban-do", data_date=day, map=drawn)
