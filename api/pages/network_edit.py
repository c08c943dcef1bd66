"""Two pages that change a network: one activity with its links, and the progress of many at once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import ContextDep, LangDep, ProjectCode, SessionDep
from api.language import Lang, pick
from api.pages.case_records import FormDep
from api.pages.forms import plain
from api.pages.network_form import (
    RULES,
    SLOTS,
    activity_step,
    link_step,
    parameter_values,
    progress_steps,
    shown,
    unlink_step,
)
from api.pages.network_gantt import fold
from api.pages.network_words import ROW_WORDS
from api.pages.project import project_frame
from api.pages.rendering import link, render
from api.usecases.calculation import resolve_day
from api.usecases.dated_network import DatedNetwork, dated_network
from api.usecases.may import may_on
from api.usecases.network_edits import CHANGE, change_network, undo_network
from api.usecases.network_history import changes_of
from api.usecases.network_templates import apply_parameters, offered
from api.usecases.projects import project_view
from api.usecases.records.writing import Said
from geo.access import access_project
from geo.networks import Stored, load_stored
from projects.editing import Step
from projects.errors import DuongGangError, Fault, InvalidInput, KeyReused, NotFound, StaleVersion
from projects.plan import link_key
from projects.plan_rows import rows_of

router = APIRouter(prefix="/du-an/{code}/duong-gang")
Chosen = Annotated[str, Query(max_length=500, description="Mã công việc đang sửa.")]
Written = Annotated[str, Query(max_length=20, description="Số của lần vừa ghi.")]
SOON = timedelta(days=60)
MOST_LINES = 120  # eight fields each: a form takes a thousand
STALE = (
    "Có người vừa sửa đúng mục này; chưa có gì của bạn được ghi. Bên dưới là cả hai giá trị: ghi lần nữa nếu vẫn muốn.",
    "Somebody has just changed this; nothing of yours was written. Both values stand below: save again to keep yours.",
)
REUSED = ("Mẫu này đã gửi với nội dung khác.", "This form was sent with other content.")


@router.get("/sua")
def edit_page(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode,
    viec: Chosen = "", ghi: Written = "",
) -> HTMLResponse:  # fmt: skip
    """An activity with its links, what was changed last, and the way back."""
    return _edit(request, session, ctx, lang, code, viec, {"saved": ghi})


@router.post("/sua")
def save_edit(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode, form: FormDep
) -> Response:
    """Changes, adds or removes an activity or a link, or takes a change back."""
    access_project(session, code)
    viec = plain(form.get("viec", ""))[:500]

    def act() -> dict[str, Any]:
        what, said = form.get("lam", ""), said_of(form)
        if what == "hoan-tac":
            number = form.get("event", "")
            return undo_network(session, ctx, code, int(number) if number.isdecimal() else None, said)
        if what == "tham-so":
            given = parameter_values(form)
            return apply_parameters(session, ctx, code, request.app.state.settings.data, given, said)
        return change_network(session, ctx, code, [_step(session, ctx, code, form, what)], said)

    try:
        with session.begin_nested():
            done = act()
    except (InvalidInput, KeyReused, StaleVersion) as error:
        page = _edit(request, session, ctx, lang, code, viec, told_of(form, error, lang))
        page.status_code = 422 if isinstance(error, InvalidInput) else 409
        return page
    if form.get("lam") == "them":
        viec = plain(form.get("ma", ""))
    gone = form.get("lam") == "xoa"
    query = {"viec": None if gone else viec, "ghi": done["event"] or "0"}
    return RedirectResponse(link(f"/du-an/{code}/duong-gang/sua", query), 303)


@router.get("/tien-do")
def progress_page(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode,
    tat_ca: Annotated[str, Query(pattern="^1?$", description="Mọi việc chưa xong.")] = "",
    tim: Annotated[str, Query(max_length=80, description="Tìm trong mã và tên.")] = "",
    ghi: Written = "",
) -> HTMLResponse:  # fmt: skip
    """A line for each activity that goes on or begins soon: actual dates and what remains."""
    return _progress(request, session, ctx, lang, code, {"saved": ghi}, every=bool(tat_ca), text=tim)


@router.post("/tien-do")
def save_progress(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode, form: FormDep
) -> Response:
    """All changed lines in one write, or none."""
    access_project(session, code)
    every, text = form.get("tat_ca") == "1", form.get("tim", "")[:80]
    try:
        with session.begin_nested():
            steps = progress_steps(form, rows_of(_stored(session, ctx, code).plan).activities)
            done = change_network(session, ctx, code, steps, said_of(form)) if steps else {"event": None}
    except (InvalidInput, KeyReused, StaleVersion) as error:
        told = told_of(form, error, lang)
        page = _progress(request, session, ctx, lang, code, told, every=every, text=text)
        page.status_code = 422 if isinstance(error, InvalidInput) else 409
        return page
    query = {"tat_ca": "1" if every else None, "tim": text, "ghi": done["event"] or "0"}
    return RedirectResponse(link(f"/du-an/{code}/duong-gang/tien-do", query), 303)


def _step(session: Session, ctx: Context, code: str, form: Mapping[str, str], what: str) -> Step:
    if what == "noi":
        return link_step(form)
    if what == "bo-noi":
        return unlink_step(form)
    if what == "xoa":
        seen = form.get("version", "0")
        return Step(
            "remove", form.get("ma", ""), seen=int(seen) if seen.isdecimal() and len(seen) < 10 else 0
        )
    if what == "them":
        return activity_step(form, None)
    rows = rows_of(_stored(session, ctx, code).plan).activities
    if form.get("ma", "") not in rows:
        raise InvalidInput([Fault("ma", "Không có công việc này.", "There is no such activity.")])
    return activity_step(form, rows[form["ma"]])


def _edit(
    request: Request, session: Session, ctx: Context, lang: Lang, code: str, chosen: str, told: Mapping[str, Any]
) -> HTMLResponse:  # fmt: skip
    view = project_view(session, ctx, code)
    project = access_project(session, code)
    stored = load_stored(session, project, ctx.calendars)
    found = dated_network(session, ctx, project, resolve_day(session, None)) if stored else None
    rows = rows_of(stored.plan).activities if stored else {}
    if chosen and chosen not in rows:
        if not told.get("faults"):
            raise NotFound("activity", chosen)
        chosen = ""
    return render(
        request,
        "network_edit.html.j2",
        rows=rows,
        order=sorted(rows),
        chosen=chosen,
        held=shown(rows[chosen]) if chosen else {},
        at=found.result.rows[chosen] if chosen and found else None,
        links=_links(stored, chosen) if stored and chosen else (),
        versions=stored.versions if stored else {},
        unit=_unit(stored),
        calendars=[c.name for c in stored.plan.net.calendars] if stored else [],
        rules=RULES,
        slots=range(1, SLOTS + 1),
        changes=[
            change | {"at": datetime.fromisoformat(change["recorded_at"])}
            for change in changes_of(session, code, limit=10)
        ],
        row_words=ROW_WORDS,
        template=offered(project, request.app.state.settings.data)
        if stored and stored.plan.whole_days
        else None,
        part=part_of(told),
        editable=may_on(ctx, CHANGE, ward="", project=code),
        finish=view.delay.forecast_finish if view.delay else None,
        page_path=f"/du-an/{code}/duong-gang/sua",
        **project_frame(view, "duong-gang", lang_title=("Sửa mạng", "Edit the network"), lang=lang),
    )


def _progress(
    request: Request, session: Session, ctx: Context, lang: Lang, code: str, told: Mapping[str, Any],
    *, every: bool, text: str,
) -> HTMLResponse:  # fmt: skip
    view = project_view(session, ctx, code)
    project = access_project(session, code)
    stored = load_stored(session, project, ctx.calendars)
    found = dated_network(session, ctx, project, resolve_day(session, None)) if stored else None
    lines = _lines(stored, found, every=every, text=text) if stored and found else []
    return render(
        request,
        "network_progress.html.j2",
        lines=lines[:MOST_LINES],
        left_out=max(len(lines) - MOST_LINES, 0),
        versions=stored.versions if stored else {},
        unit=_unit(stored),
        every=every,
        text=text,
        part=part_of(told),
        editable=may_on(ctx, CHANGE, ward="", project=code),
        finish=view.delay.forecast_finish if view.delay else None,
        page_path=f"/du-an/{code}/duong-gang/tien-do",
        **project_frame(view, "duong-gang", lang_title=("Ghi tiến độ", "Progress"), lang=lang),
    )


def _lines(stored: Stored, found: DatedNetwork, *, every: bool, text: str) -> list[dict[str, Any]]:
    """What is not finished: all of it, or what goes on or begins within two months; possessions follow the land."""
    plan, needle = stored.plan, fold(text)
    rows = rows_of(plan).activities
    soon = found.data_date + SOON
    lines = []
    for a in plan.net.activities:
        row = found.result.rows[a.code]
        if a.code in plan.possessions or a.actual_finish is not None:
            continue
        if not every and a.actual_start is None and row.early_start > soon:
            continue
        if needle and not any(needle in fold(t) for t in (a.code, a.name_vi, a.name_en)):
            continue
        lines.append({"code": a.code, "row": rows[a.code], "held": shown(rows[a.code]), "at": row})
    return sorted(lines, key=lambda line: (line["at"].early_start, line["code"]))


def _links(stored: Stored, code: str) -> list[dict[str, Any]]:
    """The links of an activity, those into it first."""
    whole = stored.plan.whole_days
    found = []
    for k in stored.plan.net.links:
        if code in (k.pred, k.succ):
            key = link_key(k.pred, k.succ, k.type)
            found.append(
                {"pred": k.pred, "succ": k.succ, "type": k.type.value, "into": k.succ == code,
                 "lag": k.lag // 1440 if whole else k.lag, "version": stored.versions[key]}
            )  # fmt: skip
    return sorted(found, key=lambda link: (not link["into"], link["pred"], link["succ"]))


def _stored(session: Session, ctx: Context, code: str) -> Stored:
    stored = load_stored(session, access_project(session, code), ctx.calendars)
    if stored is None:
        raise NotFound("network", code)
    return stored


def _unit(stored: Stored | None) -> tuple[str, str]:
    return ("phút", "minutes") if stored and not stored.plan.whole_days else ("ngày", "days")


def said_of(form: Mapping[str, str]) -> Said:
    """Key, reason and document of a form."""
    document = form.get("document", "").strip() or None
    return Said(form.get("key") or None, document, form.get("reason", "").strip() or None)


def part_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """What the forms of a page need: a key for each write, and what was refused, with what was entered."""
    return {
        "key": secrets.token_urlsafe(18),
        "faults": told.get("faults", ()),
        "clash": told.get("clash", ()),
        "entered": told.get("entered", {}),
        "version": told.get("version"),
        "saved": told.get("saved", ""),
    }


def told_of(form: Mapping[str, str], error: DuongGangError, lang: Lang) -> dict[str, Any]:
    """A refusal in the reader's language: every fault, and both values of a conflict."""
    told: dict[str, Any] = {"entered": dict(form)}
    sentences: Sequence[str]
    if isinstance(error, InvalidInput):
        sentences = [
            f"{f.where}: {pick(lang, f.vi, f.en)}" if f.where else pick(lang, f.vi, f.en)
            for f in error.faults
        ]
    elif isinstance(error, StaleVersion):
        sentences = [f"{error.code}: {pick(lang, *STALE)}"]
        told["clash"] = [
            (pick(lang, *ROW_WORDS.get(name, (name, name))), error.current.get(name), error.wanted.get(name))
            for name in error.fields
        ]
        told["version"] = error.current.get("version")
    else:
        sentences = [pick(lang, *REUSED)]
    return told | {"faults": tuple(sentences)}
