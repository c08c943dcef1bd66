"""Forms of two settings: when a front opens (land page), from when a resettlement site gives plots (its page)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.deps import ContextDep, LangDep, ProjectCode, SessionDep
from api.language import Lang, pick
from api.pages.case_records import Form, FormDep, said_of
from api.pages.forms import plain
from api.pages.land_gaps import render_land
from api.pages.project_records import stock_again
from api.pages.refusals import REFUSED, faults_of, status_of
from api.pages.rendering import carried, link
from api.pages.strips import ward_spans
from api.usecases.gaps import land_gaps
from api.usecases.opening_rules import set_front_run, set_site_ready
from api.usecases.projects import project_view
from projects.errors import DuongGangError, Fault, InvalidInput

router = APIRouter(prefix="/du-an/{code}")
T = TypeVar("T")
NO_NUMBER = Fault("run_m", "Nhập số mét, ví dụ 500.", "Enter metres, such as 500.")
NO_DAY = Fault("ready_on", "Không phải ngày.", "That is no day.")


@router.post("/mat-bang")
def set_opening(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode, form: FormDep
) -> Response:
    """Sets with how long a run of free land a front opens, or with all its land when the length is left empty."""
    front = plain(form.get("mui", ""))[:40]
    try:
        with session.begin_nested():
            wanted, was = _metres(form, "run_m"), _metres(form, "was")
            set_front_run(session, ctx, code, front, wanted, said_of(form), was=was)
    except REFUSED as error:
        view = project_view(session, ctx, code)
        land = land_gaps(session, ctx, code, min_run_m=request.app.state.settings.min_run_m)
        told = {"front": front, "run_m": plain(form.get("run_m", ""))[:20], "faults": _sentences(error, lang)}
        page = render_land(request, view, land, ward_spans(session, code), lang, told=told)
        page.status_code = status_of(error)
        return page
    return RedirectResponse(link(f"/du-an/{code}/mat-bang", carried(request.query_params)) + "#mo-mui", 303)


@router.post("/tai-dinh-cu/san-sang")
def set_ready(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode, form: FormDep
) -> Response:
    """Sets the first day on which a site gives plots; empty: now."""
    site = plain(form.get("khu", ""))[:40]
    try:
        with session.begin_nested():
            wanted, was = _day(form, "ready_on"), _day(form, "was")
            set_site_ready(session, ctx, code, site, wanted, said_of(form), was=was)
    except REFUSED as error:
        page = stock_again(request, session, ctx, lang, code, site, {"": _sentences(error, lang)})
        page.status_code = status_of(error)
        return page
    query = carried(request.query_params) | {"khu": site}
    return RedirectResponse(link(f"/du-an/{code}/tai-dinh-cu", query) + "#khu", 303)


def _metres(form: Form, name: str) -> float | None:
    return _read(form, name, lambda text: float(text.replace(",", ".")), NO_NUMBER)


def _day(form: Form, name: str) -> date | None:
    return _read(form, name, date.fromisoformat, NO_DAY)


def _read(form: Form, name: str, read: Callable[[str], T], fault: Fault) -> T | None:
    given = plain(form.get(name, ""))[:20].strip()
    if not given:
        return None
    try:
        return read(given)
    except ValueError:
        raise InvalidInput([fault]) from None


def _sentences(error: DuongGangError, lang: Lang) -> list[str]:
    return [pick(lang, fault.vi, fault.en) for fault in faults_of(error)]
