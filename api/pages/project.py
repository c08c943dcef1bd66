"""The pages of one project: map, critical path, case list, facts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import formatting as fmt
from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.pages import network
from api.pages.case_sheet import case_sheet
from api.pages.gantt import gantt
from api.pages.mapping import project_parts
from api.pages.network_gantt import Chart, chart_of
from api.pages.network_gantt import Wanted as GanttWanted
from api.pages.network_gantt import WantedDep as GanttDep
from api.pages.rendering import carried, link, render
from api.pages.sentences import project_conclusion
from api.pages.sheet_answer import xlsx
from api.pages.strips import stations_of, strips, ward_spans
from api.pages.wanted_cases import Wanted, WantedDep, figure_words, opened_by, stretch, wanted_cases
from api.pages.why import WhyPart, why_part
from api.usecases.calculation import first_day
from api.usecases.listing import case_list
from api.usecases.projects import project_view
from api.usecases.schedules import options_answer, schedule_answer
from api.usecases.whys import why_view
from api.views import CaseList, ProjectView
from geo.access import access_project
from projects.choosing import run_text
from projects.codes import OBSTACLES
from projects.steps import STEPS

router = APIRouter(prefix="/du-an/{code}")
PAGE = 50


@router.get("")
def project(request: Request, session: SessionDep, code: ProjectCode) -> RedirectResponse:
    """A project opens on its map."""
    access_project(session, code)
    return RedirectResponse(link(f"/du-an/{code}/ban-do", carried(request.query_params)), 302)


@router.get("/ban-do")
def map_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    ngay: DataDate = None,
) -> HTMLResponse:
    """Where the land is not continuous, and which parcels hold the date."""
    view = project_view(session, ctx, code, as_of=ngay)
    days = (first_day(session), ctx.today())
    return render_map(request, view, ward_spans(session, code), lang, days=days)


@router.get("/duong-gang")
def network_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    wanted: GanttDep,
    vi_sao: Annotated[str, Query(max_length=120)] = "",
    ngay: DataDate = None,
) -> HTMLResponse:
    """Why the project completes on its forecast day: the driving chain, the fronts, every activity.

    `vi_sao`: an activity, a milestone, a case or a parcel of which the page says why its date is what it is.
    """
    view = project_view(session, ctx, code, as_of=ngay)
    answer = schedule_answer(session, ctx, code, as_of=ngay)
    asked = (
        why_part(why_view(session, ctx, code, vi_sao, as_of=ngay), lang) if vi_sao and view.delay else None
    )
    rows = network.activity_rows(answer, view.delay)
    chart = chart_of(session, ctx, view, rows, wanted, lang, as_of=ngay)
    return render_network(
        request, view, answer, lang, all_of_them=wanted.every, chart=chart, wanted=wanted, asked=asked
    )


@router.get("/ho-so")
def cases_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    wanted: WantedDep,
    tu: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ngay: DataDate = None,
) -> HTMLResponse:
    """The clearance cases that match the filters; every count elsewhere links here."""
    chosen, day = wanted_cases(session, ctx, access_project(session, code), wanted, as_of=ngay)
    listing = case_list(session, ctx, code, chosen, limit=PAGE, offset=tu, as_of=day)
    return render_cases(request, project_view(session, ctx, code, as_of=day), listing, wanted)


@router.get("/ho-so/tai-ve", response_class=Response)
def cases_file(
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    wanted: WantedDep,
    ngay: DataDate = None,
) -> Response:
    """The same list as XLSX: to read, to print, or to fill in and send back (`ghi-theo-bang`)."""
    chosen, day = wanted_cases(session, ctx, access_project(session, code), wanted, as_of=ngay)
    past = ngay is not None or ctx.known is not None
    made = case_sheet(session, ctx, code, chosen, lang, as_of=day, read_only=past)
    return xlsx(made.sheet, made.name)


@router.get("/thong-tin")
def facts_page(
    request: Request, session: SessionDep, ctx: ContextDep, code: ProjectCode, ngay: DataDate = None
) -> HTMLResponse:
    """What is published about the project, with sources, beside what is counted here."""
    return render_facts(request, project_view(session, ctx, code, as_of=ngay))


def render_map(
    request: Request, view: ProjectView, spans: Any, lang: str, *, days: tuple[date | None, date]
) -> HTMLResponse:
    """The map page; a project without axis and parcels says why there is no map. `days` bound its day slider."""
    placed = bool(view.alignments) or view.summary.land.parcels > 0 or bool(view.sections)
    drawable = placed and view.summary.facts.kind != "programme"
    return render(
        request,
        "project_map.html.j2",
        map=project_parts(request, view, lang, first=days[0], last=days[1]) if drawable else None,
        strip=strips(view, spans, lang),
        run_text=run_text,
        differs=quoted_differs,
        **project_frame(view, "ban-do", lang_title=("Bản đồ", "Map"), lang=lang),
    )


def render_network(
    request: Request, view: ProjectView, answer: dict[str, Any], lang: str, *, all_of_them: bool,
    chart: Chart | None = None, wanted: GanttWanted | None = None, asked: WhyPart | None = None,
) -> HTMLResponse:  # fmt: skip
    """The critical-path page of a schedule answer; `asked`: why one of its dates is what it is."""
    delay = view.delay
    rows = network.activity_rows(answer, delay)
    if chart is None:
        shown = network.drawn(rows, all_of_them=all_of_them)
        drawing = (
            gantt(network.bars(shown, lang), data_date=view.data_date, planned=delay.planned_finish)
            if delay
            else None
        )
        chart = Chart(drawing, rows, len(shown), (), None, 0)
    names = {front["code"]: front for front in view.fronts}
    return render(
        request,
        "project_network.html.j2",
        delay=delay,
        said=project_conclusion(view, {ward["code"]: ward["label"] for ward in view.wards}, lang),
        asked=asked,
        asked_row=asked.code if asked and any(row.code == asked.code for row in chart.rows) else None,
        activities=chart.rows,
        activities_total=len(rows),
        chart=chart.gantt,
        narrow=chart.narrow,
        compared=chart,
        wanted=wanted or GanttWanted(every=all_of_them),
        showing_all=chart.shown == len(rows),
        fronts=sorted(delay.fronts, key=lambda f: (f.opened, f.float_days, f.code)) if delay else (),
        front_runs={
            code: fmt.run(front["from_m"], front["to_m"], lang) if front["from_m"] is not None else ""
            for code, front in names.items()
        },
        **project_frame(view, "duong-gang", lang_title=("Đường găng", "Critical path"), lang=lang),
        **network.chain_words(view, lang),
    )


def render_cases(request: Request, view: ProjectView, listing: CaseList, wanted: Wanted) -> HTMLResponse:
    """The list page of a filtered case list."""
    chosen = wanted.filters
    return render(
        request,
        "project_cases.html.j2",
        listing=listing,
        chosen=chosen,
        behind=wanted.figure,
        wanted=wanted.query,
        behind_words=figure_words(wanted, request.state.lang),
        between=stretch(chosen["doan"]),
        opened=opened_by(chosen),
        filtered=any(chosen.values()) or bool(wanted.figure),
        steps=list(STEPS),
        obstacles=OBSTACLES,
        **project_frame(view, "ho-so", lang_title=("Hồ sơ GPMB", "Clearance cases"), lang=request.state.lang),
    )


def render_facts(request: Request, view: ProjectView) -> HTMLResponse:
    """The facts page of a project view."""
    return render(
        request,
        "project_facts.html.j2",
        differs=quoted_differs,
        **project_frame(view, "thong-tin", lang_title=("Thông tin", "Facts"), lang=request.state.lang),
    )


def quoted_differs(claim: Any) -> bool:
    """Whether a printed percentage is not the one that its own numbers give, at the precision it was printed in."""
    if claim.computed_percent is None or not claim.quoted_percent:
        return False
    digits = claim.quoted_percent.strip().rstrip("%").strip().replace(",", ".")
    places = len(digits.partition(".")[2])
    if not digits.replace(".", "", 1).isdigit():
        return False
    return fmt.number(claim.computed_percent, "en", places) != fmt.number(float(digits), "en", places)


def project_frame(view: ProjectView, tab: str, *, lang_title: tuple[str, str], lang: str) -> dict[str, Any]:
    """What the frame around every project page needs."""
    return {
        "nav": "du-an",
        "project": view.summary.facts,
        "data_date": view.data_date,
        "view": view,
        "reckoned_with": options_answer(view.delay.options) if view.delay else None,
        "ward_names": {ward["code"]: ward["label"] for ward in view.wards},
        "stakes": {axis["code"]: stations_of(axis) for axis in view.alignments},
        "tab": tab,
        "tab_title": lang_title[0] if lang == "vi" else lang_title[1],
    }
