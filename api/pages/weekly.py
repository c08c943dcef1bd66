"""`/bieu-tong-hop`: the weekly table, its cases figure by figure, and the table as a sheet."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import select

from api.deps import ContextDep, DataDate, LangDep, SessionDep
from api.language import Lang
from api.pages import weekly_rows
from api.pages.rendering import render
from api.pages.sheet_answer import xlsx
from api.pages.weekly_sheet import weekly_sheet
from api.usecases.facts import all_ward_labels
from api.usecases.weekly import Asked, Behind, all_behind, things_behind, weekly_table
from geo.chain import short_head
from geo.tables import Project
from projects.belongings import MOVED_KINDS
from projects.codes import OBSTACLES
from projects.weekly.columns import BY_KEY, FORM_NUMBERS, GROUPS, UNITS
from projects.weekly.moved import utilities
from projects.weekly.table import By

router = APIRouter(prefix="/bieu-tong-hop")
PAGE = 100
Short = Annotated[str, Query(max_length=64)]
ProjectQuery = Annotated[str, Query(alias="du-an", max_length=64)]
ByQuery = Annotated[str, Query(alias="don-vi", pattern="^(phuong|quan)?$")]


@router.get("")
def table_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    tuan: Short = "",
    du_an: ProjectQuery = "",
    phuong: Short = "",
    dem: Short = "ho-so",
    don_vi: ByQuery = "",
    bang: Annotated[str, Query(pattern="^(day-du)?$")] = "",
    ngay: DataDate = None,
) -> HTMLResponse:
    """The table: projects and their wards, or their old districts (`don-vi=quan`)."""
    asked = Asked(tuan, du_an, phuong, dem, _by(don_vi))
    weekly = weekly_table(session, ctx, asked, as_of=ngay)
    labels = all_ward_labels(session)
    columns = weekly_rows.shown_columns(whole=bool(bang))
    return render(
        request,
        "weekly.html.j2",
        nav="bieu-tong-hop",
        data_date=weekly.day,
        weekly=weekly,
        asked=asked,
        whole=bool(bang),
        lines=weekly_rows.lines(weekly, asked, labels, lang, whole=bool(bang)),
        head=weekly_rows.head(columns),
        columns=columns,
        groups=GROUPS,
        units=UNITS,
        numbers=len({column.number for column in columns} | {2, 3}),
        form_numbers=FORM_NUMBERS,
        notes=weekly_rows.notes(weekly, asked, lang),
        choices=session.execute(
            select(Project.code, Project.facts).where(Project.kind != "programme").order_by(Project.sort)
        ).all(),
        wards=sorted(labels.items(), key=lambda item: item[1]),
        chain_head=short_head(session),
    )


@router.get("/tai-ve", response_class=Response)
def table_sheet(
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    tuan: Short = "",
    du_an: ProjectQuery = "",
    phuong: Short = "",
    dem: Short = "ho-so",
    don_vi: ByQuery = "",
    ngay: DataDate = None,
) -> Response:
    """The whole form as XLSX."""
    asked = Asked(tuan, du_an, phuong, dem, _by(don_vi))
    weekly = weekly_table(session, ctx, asked, as_of=ngay)
    sheet = weekly_sheet(weekly, asked, all_ward_labels(session), lang, check=short_head(session) or "")
    demo = "-minh-hoa" if any(row.demo for row in weekly.table.rows) else ""
    return xlsx(sheet, f"bieu-tong-hop-{weekly.week}{demo}")


@router.get("/ho-so")
def cases_page(
    request: Request,
    session: SessionDep,
    lang: LangDep,
    cot: Short,
    du_an: ProjectQuery = "",
    tuan: Short = "",
    dem: Short = "ho-so",
    phuong: Short = "",
    quan: Short = "",
    thanh_phan: Annotated[str, Query(alias="thanh-phan", max_length=64)] = "",
    tu: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ngay: DataDate = None,
) -> HTMLResponse:
    """The cases of all projects behind a figure of the total row; of any row where graves or utilities are counted."""
    behind = Behind(cot, tuan, dem, quan or None, thanh_phan or None, du_an)
    if cot in BY_KEY and BY_KEY[cot].moves:
        return _things(request, session, lang, behind, phuong, ngay, tu)
    found, day = all_behind(session, behind, ward=phuong, as_of=ngay)
    return render(
        request,
        "weekly_cases.html.j2",
        nav="bieu-tong-hop",
        data_date=day,
        column=BY_KEY[cot],
        groups=GROUPS,
        rows=found[tu : tu + PAGE],
        total=len(found),
        parcels=sum(case.parcels for case in found),
        area=sum(case.area_m2 for case in found),
        limit=PAGE,
        offset=tu,
        obstacles=OBSTACLES,
        labels=all_ward_labels(session),
        demo=any(case.demo for case in found),
    )


def _things(
    request: Request, session: SessionDep, lang: Lang, behind: Behind, ward: str, day: date | None, offset: int
) -> HTMLResponse:  # fmt: skip
    found, on = things_behind(session, behind, ward=ward, as_of=day)
    said = utilities(found)
    return render(
        request,
        "weekly_things.html.j2",
        nav="bieu-tong-hop",
        data_date=on,
        column=BY_KEY[behind.column],
        groups=GROUPS,
        rows=found[offset : offset + PAGE],
        total=len(found),
        count=sum(thing.count for thing in found),
        moved=sum(thing.count for thing in found if thing.moved),
        by_kind=weekly_rows.utility_words(said, lang) if said else "",
        limit=PAGE,
        offset=offset,
        kinds=MOVED_KINDS,
        labels=all_ward_labels(session),
        demo=any(thing.demo for thing in found),
    )


def _by(written: str) -> By:
    return "district" if written == "quan" else "ward"
