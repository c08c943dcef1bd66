"""`/viec-hom-nay`: what to act on today, in which order and why; and the filters that a person keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import ContextDep, DataDate, LangDep, RowId, SessionDep
from api.guard import door_of, principal_of
from api.language import pick
from api.pages.labels import Pair
from api.pages.rendering import carried, link, render
from api.usecases import saved_filters as filters
from api.usecases.worklist import CRITICAL, WorkFilter, WorkRow, worklist
from projects.desk.lists import LISTS
from projects.errors import InvalidInput, NotFound
from projects.law.rules import LEVELS
from projects.steps import basis_en

router = APIRouter(prefix=filters.WORKLIST)
SHEETS = "/bieu-tong-hop"
Text = Annotated[str, Form(max_length=1000)]
GROUP_WORDS: dict[str, Pair] = {
    "overdue": ("Quá hạn", "Overdue"),
    "week": ("Trong 7 ngày", "Within 7 days"),
    "month": ("Trong 30 ngày", "Within 30 days"),
    "ready": ("Làm được ngay, luật không đặt hạn", "May be done now, the law sets no day"),
    "later": ("Sau 30 ngày", "Later than 30 days"),
    "grey": ("Thiếu ngày: phải ghi bổ sung", "Dates missing: to be recorded"),
    "idle": ("Chưa có thời hạn nào chạy", "No clock runs yet"),
}
TIME_LISTS: dict[str, Pair] = {
    "": ("Tất cả còn mở", "All open"),
    "qua-han": ("Quá hạn", "Overdue"),
    "7-ngay": ("Trong 7 ngày", "Within 7 days"),
    "30-ngay": ("Trong 30 ngày", "Within 30 days"),
    "lam-duoc-ngay": ("Làm được ngay", "May be done now"),
    CRITICAL: ("Giữ đường găng", "Critical path"),
}


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row in the words of the page: `limit` the day of its clock, `href` of the button, `why` the sentences."""

    work: WorkRow
    light: str
    limit: Pair | None
    basis: Pair | None
    level: Pair | None
    why: tuple[Pair, ...]
    from_m: float | None
    to_m: float | None
    anchor: str
    query: Mapping[str, str]


@router.get("")
def worklist_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    ds: Annotated[str, Query(max_length=40)] = "",
    phuong: Annotated[str, Query(max_length=10)] = "",
    du_an: Annotated[str, Query(alias="du-an", max_length=40)] = "",
    q: Annotated[str, Query(max_length=60)] = "",
    tu: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ngay: DataDate = None,
) -> Response:
    """The worklist, filtered."""
    chosen = WorkFilter(ds, phuong, du_an, q)
    return _page(request, session, ctx, chosen, offset=tu, as_of=ngay)


@router.post("/bo-loc")
def keep_filter(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, ten: Text = "", loc: Text = ""
) -> Response:
    """Keeps the filter of the page under a name and returns to it; a refusal shows why, with what was typed."""
    query = filters.clean_query(filters.WORKLIST, loc)
    try:
        with session.begin_nested():
            filters.save_filter(session, ctx, filters.WORKLIST, name=ten, query=loc)
    except InvalidInput as error:
        said = [pick(lang, fault.vi, fault.en) for fault in error.faults]
        return _page(request, session, ctx, _filter(query), faults=said, typed=ten, status=422)
    return RedirectResponse(f"{filters.WORKLIST}?{query}#bo-loc", 303)


@router.post("/bo-loc/{row_id}")
def change_filter(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, row_id: RowId,
    ten: Text = "", xoa: Text = "",
) -> Response:  # fmt: skip
    """Renames one of the reader's own filters, or deletes it."""
    try:
        with session.begin_nested():
            if xoa:
                filters.delete_filter(session, ctx, row_id)
            else:
                filters.rename_filter(session, ctx, row_id, name=ten)
    except InvalidInput as error:
        said = [pick(lang, fault.vi, fault.en) for fault in error.faults]
        return _page(request, session, ctx, WorkFilter(), faults=said, typed=ten, status=422)
    except NotFound:
        if not xoa:
            raise
    return RedirectResponse(f"{filters.WORKLIST}#bo-loc", 303)


def _filter(query: str) -> WorkFilter:
    said = dict(parse_qsl(query))
    return WorkFilter(said.get("ds", ""), said.get("phuong", ""), said.get("du-an", ""), said.get("q", ""))


def _page(
    request: Request, session: Session, ctx: Context, chosen: WorkFilter, *, offset: int = 0,
    as_of: Any = None, faults: Sequence[str] = (), typed: str = "", status: int = 200,
) -> Response:  # fmt: skip
    found = worklist(session, ctx, chosen, offset=offset, as_of=as_of)
    read_only = bool(carried(request.query_params))
    rows = [_shown(row) for row in found.rows]
    grouped = [(key, list(each)) for key, each in groupby(rows, key=lambda row: row.work.row.desk.group)]
    one_list = chosen.name in LISTS
    own = {"ds": chosen.name, "phuong": chosen.ward, "du-an": chosen.project, "q": chosen.words}
    return render(
        request,
        "worklist.html.j2",
        status,
        page_path=filters.WORKLIST,
        nav="viec",
        data_date=found.data_date,
        found=found,
        groups=[("", rows)] if one_list else grouped,
        one_list=one_list,
        demo=any(row.row.case.is_demo for row in found.rows),
        group_words=GROUP_WORDS,
        time_lists=TIME_LISTS,
        lists=LISTS,
        title=(TIME_LISTS | LISTS)[chosen.name],
        chosen=chosen,
        own=own,
        count_of=lambda name: found.open if not name else found.counts[name],
        read_only=read_only,
        offset=offset,
        saved=[(row, dict(parse_qsl(row.query))) for row in _saved(request, session, ctx)],
        kept=link("", own).lstrip("?"),
        sheets=SHEETS if ("GET", SHEETS) in door_of(request).rights.routes else None,
        faults=faults,
        typed=typed,
    )


def _saved(request: Request, session: Session, ctx: Context) -> Sequence[Any]:
    if not door_of(request).rights.may(principal_of(request), "filter.own"):
        return ()
    return filters.saved_filters(session, ctx, filters.WORKLIST)


def _shown(row: WorkRow) -> ShownRow:
    case, clock = row.row.case, row.clock
    starts = [p.from_m for p in case.parcels if p.from_m is not None]
    ends = [p.to_m for p in case.parcels if p.to_m is not None]
    step = row.act.kind == "step"
    return ShownRow(
        row,
        light=_light(row),
        limit=_limit(row),
        basis=None
        if clock is None
        else (clock.basis, basis_en(clock.basis))
        if clock.basis
        else ("mốc nội bộ", "internal target"),
        level=LEVELS[clock.level] if clock is not None and clock.level != "A" else None,
        why=((row.entry.text,) if row.entry else ()) + tuple(w for w in row.row.desk.why if not row.entry),
        from_m=min(starts, default=None),
        to_m=max(ends, default=None),
        anchor="ghi" if step else "ghi-su-viec",
        query={"buoc" if step else "su-viec": row.act.code},
    )


def _light(row: WorkRow) -> str:
    """The colour of the row: of the clock that is shown; what lacks a date is never green."""
    clock, desk = row.clock, row.row.desk
    if clock is None or clock.state == "no_date":
        return "none"
    return "none" if desk.greys and clock.light == "ok" else clock.light


def _limit(row: WorkRow) -> Pair | None:
    clock = row.clock
    if clock is None or clock.day is None:
        return None
    day = f"{clock.day:%d/%m/%Y}"
    if clock.due:
        return (f"hạn {day}", f"due {day}")
    if clock.lapses:
        return (f"hết hiệu lực sau {day}", f"lapses after {day}")
    return (f"được làm từ {day}", f"may be done from {day}")
