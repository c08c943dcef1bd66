"""The page of baselines: which there are, one against now or another, and naming what is known now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.language import Lang
from api.pages.case_records import FormDep
from api.pages.network_edit import part_of, said_of, told_of
from api.pages.project import project_frame
from api.pages.rendering import link, render
from api.usecases.baselines import (
    CHANGE,
    Comparison,
    baselines_of,
    compare_baseline,
    drop_baseline,
    set_baseline,
)
from api.usecases.may import may_on
from api.usecases.projects import project_view
from geo.access import access_project
from projects.errors import InvalidInput, KeyReused, StaleVersion

router = APIRouter(prefix="/du-an/{code}/duong-gang")
Number = Annotated[int, Query(ge=0, le=2**31 - 1, description="Số của đường cơ sở.")]


@router.get("/co-so")
def baselines_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    so: Number = 0,
    voi: Number = 0,
    tat_ca: Annotated[str, Query(pattern="^1?$", description="Cả những việc không đổi.")] = "",
    ghi: Annotated[str, Query(max_length=20, description="Số vừa ghi.")] = "",
    ngay: DataDate = None,
) -> HTMLResponse:
    """The baselines; with a number, that one against now or against a second one."""
    compared = compare_baseline(session, ctx, code, so, with_id=voi or None, as_of=ngay) if so else None
    return _page(request, session, ctx, lang, code, compared, {"saved": ghi}, every=bool(tat_ca), day=ngay)


@router.post("/co-so")
def save_baseline(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode, form: FormDep
) -> Response:
    """Names what is known now, or takes a name off the list."""
    access_project(session, code)
    try:
        with session.begin_nested():
            number = form.get("so", "")
            if form.get("lam") == "bo":
                row_id = int(number) if number.isdecimal() and len(number) < 10 else 0
                done = drop_baseline(session, ctx, code, row_id, said_of(form))
            else:
                done = set_baseline(session, ctx, code, form.get("ten", ""), said_of(form))
    except (InvalidInput, KeyReused, StaleVersion) as error:
        told = told_of(form, error, lang)
        page = _page(request, session, ctx, lang, code, None, told, every=False, day=None)
        page.status_code = 422 if isinstance(error, InvalidInput) else 409
        return page
    return RedirectResponse(link(f"/du-an/{code}/duong-gang/co-so", {"ghi": done.get("id")}), 303)


def _page(
    request: Request, session: Session, ctx: Context, lang: Lang, code: str, compared: Comparison | None,
    told: Mapping[str, Any], *, every: bool, day: date | None,
) -> HTMLResponse:  # fmt: skip
    view = project_view(session, ctx, code, as_of=day)
    pairs = compared.compared if compared else None
    return render(
        request,
        "network_baselines.html.j2",
        baselines=baselines_of(session, access_project(session, code)),
        found=compared,
        pairs=pairs,
        works=[p for p in pairs.works if every or p.moved] if pairs else [],
        every=every,
        finish=None,
        part=part_of(told),
        editable=may_on(ctx, CHANGE, ward="", project=code),
        page_path=f"/du-an/{code}/duong-gang/co-so",
        **project_frame(view, "duong-gang", lang_title=("Đường cơ sở", "Baselines"), lang=lang),
    )
