"""`/bao-cao-cham`: by how many days the date moves, which land holds it, and what a release brings back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api import formatting as fmt
from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.pages import network
from api.pages.rendering import render
from api.pages.sentences import portfolio_conclusion, project_conclusion
from api.pages.slip import SlipPart, slip_part
from api.pages.strips import stations_of
from api.reports.content import release_of
from api.reports.prospect_sections import SEASON_RULE
from api.usecases.data_age import Age, ages_of
from api.usecases.facts import all_ward_labels
from api.usecases.projects import project_view
from api.usecases.prospects import prospects_of
from api.usecases.quality import quality_of
from api.usecases.release_money import sees_money
from api.usecases.releases import release_line
from api.usecases.reports import delay_report
from api.usecases.schedules import common_options, options_answer
from api.views import DelayReport, ProjectView
from geo.access import access_project
from geo.chain import short_head
from projects.codes import OBSTACLES
from projects.engine.ranking import Release
from projects.quality.model import Gate

router = APIRouter(prefix="/bao-cao-cham")

CASES_PER_FRONT = 5


@dataclass(frozen=True, slots=True)
class Trust:
    """How far the report may be relied on: the gate of its schedule (None without a network), the age of its data."""

    gate: Gate | None
    ages: tuple[Age, ...]


@router.get("")
def portfolio_report(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, ngay: DataDate = None
) -> HTMLResponse:
    """The delay report of the whole portfolio."""
    report = delay_report(session, ctx, as_of=ngay)
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
    view = project_view(session, ctx, code, as_of=ngay)
    day, project = view.data_date, access_project(session, code)
    best = release_line(session, ctx, project, day)
    may_come = prospects_of(session, ctx, code, day, dict(all_ward_labels(session)))
    release = release_of(session, ctx, code, day) if best and sees_money(ctx) else None
    quality = quality_of(session, ctx, project, day)
    trust = Trust(quality.gate if quality else None, ages_of(session, project, day))
    wards, delay = all_ward_labels(session), view.delay
    slip = None
    if delay is not None:
        slip = slip_part(
            session, ctx, code, wards,
            since=tu, until=den, milestone=moc, day=day, forecast=delay.forecast_finish,
        )  # fmt: skip
    return render_project_report(
        request,
        view,
        wards,
        lang,
        slip,
        chain_head=short_head(session),
        best=best,
        trust=trust,
        may_come=may_come,
        money=release.get("money") if release else None,
    )


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
        holders=_holders(report),
        has_demo=report.overview.has_demo,
        chain_head=report.chain_head,
        reckoned_with=common_options(row.options for row in report.overview.rows),
    )


def render_project_report(
    request: Request,
    view: ProjectView,
    wards: Mapping[str, str],
    lang: str,
    slip: SlipPart | None = None,
    *,
    chain_head: str | None = None,
    best: Release | None = None,
    trust: Trust | None = None,
    may_come: Mapping[str, Any] | None = None,
    money: Mapping[str, Any] | None = None,
) -> HTMLResponse:
    """The report of one project; `wards` are labels by code, `best` the smallest release, `money` what it costs for
    who may see it, `may_come` the values of `prospects_of`."""
    delay = view.delay
    words = network.chain_words(view, lang)
    return render(
        request,
        "report_project.html.j2",
        trust=trust,
        nav="bao-cao-cham",
        best=best,
        money=money,
        ahead=may_come,
        season_rule=SEASON_RULE,
        day_of=date.fromisoformat,
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
        chain_head=chain_head,
        reckoned_with=options_answer(delay.options) if delay else None,
        front_runs={
            front["code"]: fmt.run(front["from_m"], front["to_m"], lang)
            for front in view.fronts
            if front["from_m"] is not None
        },
        parcels_text=lambda driver: network.parcels_text(driver, lang),
        **(words | {"ward_labels": words["ward_labels"] | dict(wards)}),
    )


def _holders(report: DelayReport) -> list[tuple[str, int, int, str]]:
    """The wards that hold critical paths: (ward, critical cases, most days gained in one project, that project)."""
    found: dict[str, tuple[int, int, str]] = {}
    for entry in report.entries:
        for ward in entry.delay.wards if entry.delay else ():
            if ward.cases_driving:
                cases, days, code = found.get(ward.ward_code, (0, 0, ""))
                if not code or ward.days_gained > days:
                    days, code = ward.days_gained, entry.summary.facts.code
                found[ward.ward_code] = (cases + ward.cases_driving, days, code)
    rows = [(ward, *figures) for ward, figures in found.items()]
    return sorted(rows, key=lambda row: (-row[2], -row[1], row[0]))
