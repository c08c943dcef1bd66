"""Two pages of a project: resettlement stock against need, and graves and utilities that must be moved."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.language import Lang, pick
from api.pages.case_records import FormDep, item, said_of, seen_of, sent
from api.pages.forms import by_field, plain
from api.pages.project import project_frame
from api.pages.refusals import REUSED, STALE, status_of
from api.pages.rendering import carried, link, render
from api.usecases.projects import project_view
from api.usecases.records import relocation, stock
from api.usecases.records.resettlement import KINDS
from geo.access import access_project
from projects import belongings
from projects.errors import DuongGangError, InvalidInput, KeyReused, StaleVersion

router = APIRouter(prefix="/du-an/{code}")
Site = Annotated[str, Query(max_length=40, description="Mã khu tái định cư · site.")]
Offset = Annotated[int, Query(ge=0, le=100_000, description="Từ lô thứ · from plot.")]
Edited = Annotated[str, Query(max_length=12, description="Mã đối tượng đang sửa · object.")]
OfWard = Annotated[str, Query(max_length=10, description="Chỉ một phường, xã (mã) · ward.")]
Written = Annotated[str, Query(max_length=60, description="Điều vừa ghi · what was written.")]


@router.get("/tai-dinh-cu")
def stock_page(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode,
    khu: Site = "", tu: Offset = 0, ghi: Written = "", ngay: DataDate = None,
) -> HTMLResponse:  # fmt: skip
    """The sites of a project: stock against need, and the plots of one of them."""
    return _stock(request, session, ctx, lang, code, khu, {"saved": ghi, "offset": tu}, ngay)


@router.post("/tai-dinh-cu")
def load_plots(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode, form: FormDep
) -> Response:
    """Loads plots from a pasted table, or one plot that was entered."""
    access_project(session, code)
    site, said = plain(form.get("khu", ""))[:40], said_of(form)
    try:
        with session.begin_nested():
            pasted = form.get("bang", "").strip()
            rows = stock.read_sheet(pasted) if pasted else [sent(form, stock.PLOT)]
            done = stock.load_plots(session, ctx, code, site, rows, said)
    except (InvalidInput, KeyReused) as error:
        told = _told(form, error, lang)
        return _status(_stock(request, session, ctx, lang, code, site, told, None), error)
    counts = f"{done.get('added', 0)}-{done.get('changed', 0)}-{done.get('unchanged', 0)}"
    query = carried(request.query_params) | {"khu": site, "ghi": counts}
    return RedirectResponse(link(f"/du-an/{code}/tai-dinh-cu", query), 303)


def stock_again(
    request: Request, session: Session, ctx: Context, lang: Lang, code: str, site: str,
    faults: Mapping[str, list[str]],
) -> HTMLResponse:  # fmt: skip
    """The page of the stock again after another form of it was refused."""
    return _stock(request, session, ctx, lang, code, site, {"faults": faults}, None)


@router.get("/di-doi")
def moving_page(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode,
    sua: Edited = "", ghi: Written = "", phuong: OfWard = "", ngay: DataDate = None,
) -> HTMLResponse:  # fmt: skip
    """Graves and utilities by ward and state, and each of them; `phuong`: of one ward only."""
    return _moving(request, session, ctx, lang, code, sua, {"saved": ghi}, ngay, ward=phuong)


@router.post("/di-doi")
def save_moving(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode, form: FormDep
) -> Response:
    """Counts graves or a utility without a case, or takes one to another state."""
    access_project(session, code)
    said = said_of(form)
    try:
        with session.begin_nested():
            if form.get("viec") == "di-doi":
                relocation.move_relocation(
                    session, ctx, code, item(form), sent(form, relocation.MOVE), said, seen=seen_of(form)
                )
            else:
                relocation.add_relocation(session, ctx, code, sent(form, relocation.FIELDS), said)
    except (InvalidInput, KeyReused, StaleVersion) as error:
        told = _told(form, error, lang)
        return _status(_moving(request, session, ctx, lang, code, item(form), told, None), error)
    query = carried(request.query_params) | {"ghi": "1"}
    return RedirectResponse(link(f"/du-an/{code}/di-doi", query), 303)


def _stock(
    request: Request, session: Session, ctx: Context, lang: Lang, code: str, site: str,
    told: Mapping[str, Any], day: Any,
) -> HTMLResponse:  # fmt: skip
    view = project_view(session, ctx, code, as_of=day)
    project = access_project(session, code)
    found = stock.stock_of(session, project)
    return render(
        request,
        "project_homes.html.j2",
        stock=found,
        kinds=KINDS,
        chosen=next((each for each in found.sites if each.code == site), None),
        plots=stock.plots_of(session, project, site) if site else (),
        offset=told.get("offset", 0),
        part=_part("tdc", ctx, told) | {"fields": stock.PLOT},
        **project_frame(view, "tai-dinh-cu", lang_title=("Tái định cư", "Resettlement"), lang=lang),
    )


def _moving(
    request: Request, session: Session, ctx: Context, lang: Lang, code: str, edited: str,
    told: Mapping[str, Any], day: Any, *, ward: str = "",
) -> HTMLResponse:  # fmt: skip
    view = project_view(session, ctx, code, as_of=day)
    project = access_project(session, code)
    rows = [each for each in relocation.relocations(session, project) if ward in ("", each[0].ward_code)]
    counts = [row for row in relocation.moved_counts(session, project) if ward in ("", row.ward_code)]
    return render(
        request,
        "project_moving.html.j2",
        counts=counts,
        sums={
            kind: (
                sum(row.by_state["moved"] for row in counts if row.kind == kind),
                sum(row.count for row in counts if row.kind == kind),
            )
            for kind in belongings.MOVED_KINDS
            if any(row.kind == kind for row in counts)
        },
        rows=rows,
        mover=next((row for row, _ in rows if row.code == edited and row.state != "moved"), None),
        kinds=belongings.MOVED_KINDS,
        states=belongings.STATES,
        part=_part("dd", ctx, told) | {"fields": relocation.FIELDS, "move": relocation.MOVE},
        wards=view.wards,
        only=next((str(each["label"]) for each in view.wards if each["code"] == ward), ward),
        **project_frame(view, "di-doi", lang_title=("Di dời", "Relocation"), lang=lang),
    )


def _part(name: str, ctx: Context, told: Mapping[str, Any]) -> dict[str, Any]:
    entered = told.get("entered", {})
    return {
        "name": name,
        "key": secrets.token_urlsafe(18),
        "today": ctx.today().isoformat(),
        "faults": told.get("faults", {}),
        "clash": told.get("clash", ()),
        "entered": entered,
        "act": entered.get("viec", ""),
        "version": told.get("version"),
        "saved": told.get("saved", ""),
    }


def _told(form: Mapping[str, str], error: DuongGangError, lang: Lang) -> dict[str, Any]:
    faults: dict[str, list[str]] = {}
    told: dict[str, Any] = {"entered": dict(form), "faults": faults}
    if isinstance(error, InvalidInput):
        for fault in error.faults:
            place = fault.where.rpartition(".")[2]
            faults.setdefault(place if place in form and not form.get("bang") else "", []).append(
                pick(lang, fault.vi, fault.en)
            )
    elif isinstance(error, StaleVersion):
        faults |= by_field([STALE], lang, {})
        told["clash"] = [(f, error.current.get(f), error.wanted.get(f)) for f in error.fields]
        told["version"] = error.current.get("version")
    else:
        faults |= by_field([REUSED], lang, {})
    return told


def _status(response: HTMLResponse, error: DuongGangError) -> HTMLResponse:
    response.status_code = status_of(error)
    return response
