"""`/du-an/{code}/kich-ban`: what would other handovers and works do to the dates; scenarios kept and compared."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.language import Lang, pick
from api.pages.forms import Many, Text, plain
from api.pages.network import chain_words, waits
from api.pages.project import project_frame
from api.pages.refusals import REFUSED, faults_of, status_of
from api.pages.rendering import carried, link, render
from api.pages.scenario_choices import added_of, choices_of, offered
from api.pages.scenario_words import joined, lines, read_address, write_address
from api.usecases import scenarios as kept
from api.usecases.calculation import resolve_day
from api.usecases.facts import all_ward_labels
from api.usecases.projects import project_view
from api.usecases.trials import assumptions, hidden_of, stand_of, try_body
from api.usecases.visible import seen_chain
from api.views import ProjectView
from geo.access import access_project
from projects.engine.model import Activity
from projects.errors import Fault, InvalidInput
from projects.impact import ChainItem
from projects.scenarios.changes import Changes, as_json, read_changes
from projects.scenarios.stand import Stand
from projects.scenarios.trial import Trial

router = APIRouter(prefix="/du-an/{code}/kich-ban")
Trying = Annotated[
    str, Query(max_length=12_000, description="Các thay đổi đang tính thử · changes being tried.")
]
Filter = Annotated[str, Query(max_length=120, description="Nhóm hồ sơ để chọn, ví dụ ward~00097.")]
Compared = Annotated[str, Query(max_length=200, description="Số các kịch bản để so, cách nhau dấu phẩy.")]
Flag = Annotated[str, Query(max_length=20, description="Điều vừa ghi · what was written.")]
STALE = Fault(
    "",
    "Kịch bản vừa được sửa ở nơi khác; chưa có gì của bạn được ghi. Xem lại bên dưới rồi ghi lại nếu vẫn muốn.",
    "The scenario was changed elsewhere; nothing of yours was written. Look, then save again if you still want to.",
)
COMPARED = 4
Sent = Annotated[str, Form(max_length=12_000)]


@router.get("")
def scenarios_page(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode, thay: Trying = "",
    loc: Filter = "", so: Compared = "", ghi: Flag = "", ngay: DataDate = None,
) -> Response:  # fmt: skip
    """The forms, the result of what is being tried, and the scenarios that the reader may read."""
    told: dict[str, Any] = {"saved": ghi, "faults": ()}
    form = request.query_params
    if form.get("lam"):
        try:
            before = read_address(thay)
            stand = stand_of(session, ctx, access_project(session, code), resolve_day(session, ngay))
            hidden = hidden_of(session, ctx, access_project(session, code), resolve_day(session, ngay))
            more = added_of(form, form.getlist("ho_so"), stand, hidden)
            query = carried(form) | {"thay": write_address(joined(before, more)), "loc": loc}
            return RedirectResponse(link(f"/du-an/{code}/kich-ban", query) + "#ket-qua", 303)
        except InvalidInput as error:
            told |= {"faults": error.faults, "typed": form, "ticked": form.getlist("ho_so")}
    return _page(request, session, ctx, lang, code, thay, loc, so, ngay, told)


@router.post("")
def write_scenario(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode,
    lam: Text = "", ten: Text = "", thay: Sent = "", so: Text = "", phien_ban: Text = "", key: Text = "",
    vai_tro: Many = [],  # noqa: B006  # FastAPI copies it
) -> Response:  # fmt: skip
    """Keeps what is being tried under a name, changes one's own scenario, or withdraws it."""
    access_project(session, code)
    number, seen = _whole(so), _whole(phien_ban)
    once = plain(key)[:100] or None
    roles = [plain(role)[:40] for role in vai_tro]
    try:
        with session.begin_nested():
            if lam == "giu":
                body = as_json(read_address(thay))
                done = kept.keep_scenario(
                    session, ctx, code, name=plain(ten), body=body, shared_with=roles, key=once
                )
            elif lam == "bo":
                done = kept.withdraw_scenario(session, ctx, code, number, seen=seen, key=once)
            else:
                fields: dict[str, Any] = {"name": plain(ten), "shared_with": roles}
                if lam == "thay":
                    fields["changes"] = as_json(read_address(thay))
                done = kept.change_scenario(session, ctx, code, number, fields, seen=seen, key=once)
    except REFUSED as error:
        told = {"saved": "", "faults": faults_of(error, STALE), "name": ten, "roles": roles}
        page = _page(request, session, ctx, lang, code, thay, "", "", None, told)
        page.status_code = status_of(error)
        return page
    query = carried(request.query_params) | {"thay": thay, "ghi": f"{lam}-{done.get('id', '')}"}
    return RedirectResponse(link(f"/du-an/{code}/kich-ban", query) + "#kich-ban", 303)


def _page(
    request: Request, session: Session, ctx: Context, lang: Lang, code: str, address: str, shown: str, compared: str,
    day: date | None, told: Mapping[str, Any],
) -> HTMLResponse:  # fmt: skip
    view = project_view(session, ctx, code, as_of=day)
    project = access_project(session, code)
    faults: list[Fault] = list(told["faults"])
    changes, hidden = Changes(), frozenset[str]()
    stand: Stand | None = None
    trial: Trial | None = None
    chain: tuple[ChainItem, ...] = ()
    if view.delay is not None:
        stand = stand_of(session, ctx, project, view.data_date)
        hidden = hidden_of(session, ctx, project, view.data_date)
        try:
            changes = read_address(address)
            if changes:
                _, hidden, trial = try_body(session, ctx, project, view.data_date, as_json(changes))
        except InvalidInput as error:
            faults += error.faults
    wards = all_ward_labels(session)
    names = _names(view, stand, lang)
    if trial is not None:
        chain = seen_chain(trial.chain, hidden, wards)
    listing = kept.scenario_list(session, ctx, code, as_of=day)["rows"] if stand else []
    words = chain_words(view, lang)
    extra = {item.code for item in chain}
    return render(
        request,
        "project_scenarios.html.j2",
        page_path=request.url.path,
        stand=stand,
        trial=trial,
        trying={"chain": chain},
        changes=changes,
        thay=write_address(changes),
        lines=list(lines(changes, lang, wards, names)),
        faults=[pick(lang, f.vi, f.en) for f in faults],
        said=assumed(trial, stand, lang),
        hidden_moved=sum(m.code in hidden for m in trial.resolved.moved) if trial else 0,
        seen_moved=[m for m in trial.resolved.moved if m.code not in hidden] if trial else [],
        names=names,
        choices=choices_of(stand, lang, wards, names) if stand else {},
        offered=offered(stand, hidden, shown),
        shown=shown,
        works=_works(stand),
        rows=[_row(row, lang, wards, names) for row in listing],
        compared=_chosen(listing, compared),
        day_of=date.fromisoformat,
        readers=kept.readers(ctx),
        saved=told["saved"],
        entered=told,
        key=secrets.token_urlsafe(18),
        **project_frame(view, "kich-ban", lang_title=("Tính thử", "What-if"), lang=lang),
        **words
        | {
            "driver_parcels": dict.fromkeys(extra, "") | words["driver_parcels"],
            "driver_why": dict.fromkeys(extra, ""),
            "front_names": dict.fromkeys((item.front for item in chain), "") | words["front_names"],
            "ward_labels": dict.fromkeys((item.ward_code for item in chain), "") | wards,
            "waits": waits(chain),
        },
    )


def assumed(trial: Trial | None, stand: Stand | None, lang: Lang) -> list[str]:
    """What the result rests on, in the language of the page."""
    return (
        [pick(lang, vi, en) for vi, en in assumptions(trial, stand)]
        if trial is not None and stand is not None
        else []
    )


def _row(
    row: Mapping[str, Any], lang: Lang, wards: Mapping[str, str], names: Mapping[str, str]
) -> dict[str, Any]:
    """A kept scenario with its changes in words and the address that tries it again."""
    try:
        changes = read_changes(row["changes"])
    except InvalidInput:  # nothing left that the reader may be told
        changes = Changes()
    return dict(row) | {
        "lines": [line.words for line in lines(changes, lang, wards, names)],
        "address": write_address(changes) if not row["cases_hidden"] else "",
        "refused": [pick(lang, f["vi"], f["en"]) for f in row["faults"]],
    }


def _chosen(rows: Sequence[Mapping[str, Any]], wanted: str) -> list[Mapping[str, Any]]:
    """The scenarios to compare: those asked for, else the newest that still can be computed."""
    numbers = {part.strip() for part in wanted.split(",")} - {""}
    found = [row for row in rows if row["now"] and (not numbers or str(row["id"]) in numbers)]
    return found[:COMPARED]


def _works(stand: Stand | None) -> list[Activity]:
    """The works that can still take another length, those that hold the date first."""
    if stand is None:
        return []
    rows = stand.rows
    works = [a for a in stand.reckoning.works.net.activities if a.duration and not rows[a.code].done]
    return sorted(works, key=lambda a: (not rows[a.code].driving, rows[a.code].early_start, a.code))


def _names(view: ProjectView, stand: Stand | None, lang: Lang) -> dict[str, str]:
    fronts = {front["code"]: str(front[f"name_{lang}"]) for front in view.fronts}
    works = (
        {a.code: a.name_vi if lang == "vi" else a.name_en for a in stand.reckoning.works.net.activities}
        if stand
        else {}
    )
    return fronts | works


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
