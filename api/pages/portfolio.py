"""`/danh-muc`: which projects are late, by how much, and what is the next date."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.deps import ContextDep, DataDate, LangDep, SessionDep
from api.pages import filters
from api.pages.mapping import portfolio_parts
from api.pages.rendering import carried, link, render
from api.usecases.facts import ward_label
from api.usecases.projects import overview
from api.usecases.schedules import common_options
from api.views import Overview
from geo.tables import Project, ProjectWard, Ward

router = APIRouter()


@router.get("/danh-muc")
def portfolio(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    nhom: str = "",
    chu_dau_tu: Annotated[str, Query(alias="chu-dau-tu")] = "",
    phuong: str = "",
    den: str = "",
    ngay: DataDate = None,
) -> HTMLResponse:
    """The map and list of all projects, filtered by group, investor, ward and light."""
    chosen = {"nhom": nhom, "chu-dau-tu": chu_dau_tu, "phuong": phuong, "den": den}
    return portfolio_page(
        request, overview(session, ctx, as_of=ngay), wards_of_projects(session), chosen, lang
    )


def portfolio_page(
    request: Request, view: Overview, wards: filters.Wards, chosen: dict[str, str], lang: str
) -> HTMLResponse:
    """The page for an overview and the wards of each project."""
    if chosen["den"] not in filters.LIGHTS:
        chosen = chosen | {"den": ""}
    found = filters.matching(view.rows, chosen, wards)
    # The counts of the lights answer "how many, within the other filters": they are what a click would show.
    countable = filters.matching(view.rows, chosen | {"den": ""}, wards)
    counted = Counter(row.light for row in countable)
    say = ("Nhóm", "Chủ đầu tư", "Phường, xã") if lang == "vi" else ("Group", "Investor", "Ward")
    picks = (
        filters.Pick("nhom", say[0], filters.group_options(view.rows, lang), names=False),
        filters.Pick("chu-dau-tu", say[1], filters.investor_options(view.rows)),
        filters.Pick("phuong", say[2], filters.ward_options(wards)),
    )
    return render(
        request,
        "portfolio.html.j2",
        nav="danh-muc",
        data_date=view.data_date,
        rows=[row for row in found if row.light != "none"],
        unassessed=[row for row in found if row.light == "none"],
        lights={name: counted[name] for name in filters.LIGHTS},
        blocked_m=sum(row.blocked_m or 0 for row in found),
        has_demo=view.has_demo,
        reckoned_with=common_options(row.options for row in view.rows),
        filters=chosen,
        picks=picks,
        excluding=None if found else _excluding(request, view, chosen, wards, lang),
        map=portfolio_parts(request, found, lang),
        shown=None if len(found) == len(view.rows) else " ".join(row.facts.code for row in found),
    )


def wards_of_projects(session: Session) -> filters.Wards:
    """The wards that each project crosses, as (code, "P. Hồng Hà"), in order of code."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    rows = session.execute(
        select(Project.code, Ward.code, Ward.name, Ward.unit_type)
        .join(ProjectWard, ProjectWard.project_id == Project.id)
        .join(Ward, Ward.code == ProjectWard.ward_code)
        .order_by(Project.code, Ward.code)
    )
    for project, code, name, unit_type in rows:
        found[project].append((code, ward_label(name, unit_type)))
    return found


def _excluding(
    request: Request, view: Overview, chosen: Mapping[str, str], wards: filters.Wards, lang: str
) -> dict[str, str]:
    """What the empty list says: the filter that excludes most, and the address without it."""
    name = filters.excluding_most(view.rows, chosen, wards)
    rest = {key: value for key, value in chosen.items() if key != name}
    count = len(filters.matching(view.rows, rest, wards))
    words = {
        "nhom": ("nhóm", "group"),
        "chu-dau-tu": ("chủ đầu tư", "investor"),
        "phuong": ("phường, xã", "ward"),
        "den": ("mức chậm", "lateness"),
    }
    text = (
        f"Bộ lọc “{words[name][0]}” loại nhiều nhất; bỏ nó thì còn {count} dự án."
        if lang == "vi"
        else f"The filter “{words[name][1]}” excludes most; without it {count} projects remain."
    )
    return {"text": text, "href": link("/danh-muc", carried(request.query_params) | rest)}
