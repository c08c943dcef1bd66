"""Time–location chart, map and Gantt of a project on one page, for one selection."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.pages import network
from api.pages.mapping import project_parts
from api.pages.network_gantt import WantedDep, chart_of
from api.pages.project import project_frame
from api.pages.rendering import render
from api.pages.timeloc import time_charts
from api.usecases.calculation import first_day
from api.usecases.projects import project_view
from api.usecases.schedules import schedule_answer
from api.usecases.timeloc import time_location

router = APIRouter(prefix="/du-an/{code}")


@router.get("/ba-khung")
def linked_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    wanted: WantedDep,
    ngay: DataDate = None,
) -> HTMLResponse:
    """What is selected in one pane is selected in all three; the Gantt takes the filters of its own page."""
    view = project_view(session, ctx, code, as_of=ngay)
    found = time_location(session, ctx, code, as_of=ngay)
    rows = network.activity_rows(schedule_answer(session, ctx, code, as_of=ngay), view.delay)
    compared = chart_of(session, ctx, view, rows, wanted, lang, as_of=ngay)
    placed = bool(view.alignments) or view.summary.land.parcels > 0 or bool(view.sections)
    drawable = placed and view.summary.facts.kind != "programme"
    days = (first_day(session), ctx.today())
    return render(
        request,
        "project_linked.html.j2",
        time=found,
        charts=time_charts(request, session, view, found, lang),
        map=project_parts(request, view, lang, first=days[0], last=days[1]) if drawable else None,
        chart=compared.gantt,
        narrow=compared.narrow,
        compared=compared,
        wanted=wanted,
        **project_frame(
            view, "ba-khung", lang_title=("Cùng bản đồ và đường găng", "With map and Gantt"), lang=lang
        ),
    )
