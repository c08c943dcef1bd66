"""`/bao-cao-cham`: by how many days the date moves, which land holds it, and what a release brings back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api import formatting as fmt
from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.pages import network
from api.pages.rendering import render
from api.pages.sentences import portfolio_conclusion, project_conclusion
from api.pages.slip import SlipPart, slip_part
from api.pages.strips import stations_of
from api.usecases.facts import all_ward_labels
from api.usecases.releases import release_line
from api.usecases.reports import delay_report
from api.views import DelayReport
from geo.access import access_project
from projects.codes import OBSTACLES
from projects.engine.ranking import Release

router = APIRouter(prefix="/bao-cao-cham")

CASES_PER_FRONT = 5


@router.get("")
def portfolio_report(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, ngay: DataDate = None
) -> HTMLResponse:
    """The delay report of the whole portfolio."""
    report = delay_report(session, ctx, None, as_of=ngay)
    return render_portfolio_report(request, report, all_ward_labels(session), lang)


@router.get("/{code}")
def project_report(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    ngay: DataDate = None,
    tu: Annotated[date | None, Query()] = None,
    den: Annotated[date | None, Query()] = None,
    moc: Annotated[str, Query(max_length=64)] = "",
) -> HTMLResponse:
    """The delay report of one project, down to parcels, with its slip ledger from `tu` to `den` of milestone `moc`."""
    report = delay_report(session, ctx, code, as_of=ngay)
    best = release_line(session, ctx, access_project(session, code), report.data_date)
    wards, delay = all_ward_labels(session), report.entries[0].delay
    slip = None
    if delay is not None:
        slip = slip_part(
            session, ctx, code, wards,
            since=tu, until=den, milestone=moc, day=report.data_date, forecast=delay.forecast_finish,
        )  # fmt: skip
    return render_project_report(request, report, wards, lang, slip, best=best)


def render_portfolio_report(
    request: Request, report: DelayReport, wards: Mapping[str, str], lang: str
) -> HTMLResponse:
    """The portfolio report of `report`; `wards` are labels by code."""
    assessed = [entry for entry in report.entries if entry.summary.light != "none"]
    return render(
        request,
        "report_portfolio.html.j2",
        nav="bao-cao-cham",
        data_date=report.data_date,
        said=portfolio_conclusion(report.overview, lang),
        lights=report.overview.lights,
        entries=assessed,
        rest=[entry for entry in report.entries if entry.summary.light == "none"],
        ward_names=wards,
        has_demo=report.overview.has_demo,
        chain_head=report.chain_head,
    )


def render_project_report(
    request: Request,
    report: DelayReport,
    wards: Mapping[str, str],
    lang: str,
    slip: SlipPart | None = None,
    *,
    best: Release | None = None,
) -> HTMLResponse:
    """The report of the one project in `report`; `wards` are labels by code, `best` the smallest release."""
    view = report.entries[0]
    delay = view.delay
    words = network.chain_words(view, lang)
    return render(
        request,
        "report_project.html.j2",
        nav="bao-cao-cham",
        best=best,
        project=view.summary.facts,
        data_date=view.data_date,
        view=view,
        facts=view.summary.facts,
        address=f"/du-an/{view.summary.facts.code}",
        tab="bao-cao-cham",
        delay=delay,
        slip=slip,
        said=project_conclusion(view, wards, lang),
        releases=view.driving.releases,
        named=network.by_front(delay.drivers if delay else ()),
        most=CASES_PER_FRONT,
        obstacles=OBSTACLES,
        ward_names=wards,
        stakes={axis["code"]: stations_of(axis) for axis in view.alignments},
        chain_head=report.chain_head,
        front_runs={
            front["code"]: fmt.run(front["from_m"], front["to_m"], lang)
            for front in view.fronts
            if front["from_m"] is not None
        },
        parcels_text=lambda driver: network.parcels_text(driver, lang),
        **(words | {"ward_labels": words["ward_labels"] | dict(wards)}),
    )
