"""`/du-an/{code}/ghi-hang-loat`: the cases that were chosen on the map, what would become of each, writing them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import ContextDep, LangDep, ProjectCode, SessionDep
from api.errors import describe
from api.language import Lang
from api.pages.case_parts import compared
from api.pages.rendering import render
from api.usecases.bulk import MOST_CASES, BulkAnswer, Outcome, Seen, try_changes, write_changes
from api.usecases.calculation import resolve_day
from api.usecases.entries import CaseChange
from api.usecases.facts import project_facts
from api.usecases.selection import Chosen, SelectedCase, select_cases
from geo.access import access_project
from projects.codes import OBSTACLES
from projects.errors import DuongGangError, Fault, InvalidInput, StaleVersion
from projects.steps import STEPS

router = APIRouter(prefix="/du-an/{code}/ghi-hang-loat")
Text = Annotated[str, Form(max_length=2000)]
Short = Annotated[str, Query(max_length=64)]
CLEAR = "-"
NOTHING = dict.fromkeys(("buoc_moi", "ngay_hieu_luc", "hen", "vuong_moi", "van_ban", "nguoi_ky", "ly_do"), "")


@router.get("")
def choose(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    vung: Annotated[str, Query(max_length=6000)] = "",
    buoc: Short = "",
    phuong: Short = "",
    mui: Short = "",
    chu: Annotated[str, Query(pattern="^[ho]?$")] = "",
    vuong: Short = "",
    gang: Annotated[str, Query(pattern="^1?$")] = "",
    tu_km: Short = "",
    den_km: Short = "",
) -> HTMLResponse:
    """The list of an area, of filters or of a stretch, and the form of what changes in all of them."""
    chosen = Chosen(
        area=vung, step=buoc, ward=phuong, front=mui, owner=chu, obstacle=vuong, driving=bool(gang),
        from_km=tu_km, to_km=den_km,
    )  # fmt: skip
    faults: list[str] = []
    rows: tuple[SelectedCase, ...] = ()
    total = 0
    try:
        if chosen.said:
            rows, total = select_cases(session, ctx, code, chosen)
    except InvalidInput as error:
        faults = [fault.vi if lang == "vi" else fault.en for fault in error.faults]
    return _page(request, session, ctx, code, rows=rows, total=total, chosen=chosen, faults=faults)


@router.post("")
def send(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    viec: Text = "thu",
    key: Text = "",
    ho_so: Annotated[list[str] | None, Form()] = None,
    buoc_moi: Text = "",
    ngay_hieu_luc: Text = "",
    hen: Text = "",
    vuong_moi: Text = "",
    van_ban: Text = "",
    nguoi_ky: Text = "",
    ly_do: Text = "",
) -> HTMLResponse:
    """Tries (`viec=thu`) or writes (`viec=ghi`) the cases; nothing is written when one of them is refused."""
    entered = {
        "buoc_moi": buoc_moi, "ngay_hieu_luc": ngay_hieu_luc, "hen": hen, "vuong_moi": vuong_moi, "van_ban": van_ban,
        "nguoi_ky": nguoi_ky,
        "ly_do": ly_do,
    }  # fmt: skip
    try:
        seen = [_seen(one) for one in ho_so or []]
        change = _change(entered)
        if viec == "ghi":
            answer = write_changes(session, ctx, code, seen, change, key=key or None)
        else:
            answer = try_changes(session, ctx, code, seen, change)
    except InvalidInput as error:
        faults = [fault.vi if lang == "vi" else fault.en for fault in error.faults]
        return _page(
            request, session, ctx, code, entered=entered, sent=ho_so or [], faults=faults, status=422
        )
    return _page(
        request, session, ctx, code, entered=entered, answer=answer, seen=seen, wrote=viec == "ghi", key=key,
        status=409 if viec == "ghi" and not answer.written else 200,
    )  # fmt: skip


def _page(
    request: Request,
    session: Session,
    ctx: Context,
    code: str,
    *,
    rows: Sequence[SelectedCase] = (),
    total: int = 0,
    chosen: Chosen | None = None,
    entered: dict[str, str] | None = None,
    sent: list[str] | None = None,
    answer: BulkAnswer | None = None,
    seen: Sequence[Seen] = (),
    wrote: bool = False,
    faults: list[str] | None = None,
    key: str = "",
    status: int = 200,
) -> HTMLResponse:
    lang = request.state.lang
    versions = {one.code: one.version for one in seen}
    return render(
        request,
        "bulk.html.j2",
        status,
        nav="du-an",
        project=project_facts(access_project(session, code)),
        data_date=resolve_day(session, None),
        rows=rows,
        total=total,
        most=MOST_CASES,
        chosen=chosen or Chosen(),
        entered=entered or NOTHING,
        sent=sent or [],
        outcomes=[_said(outcome, versions, lang) for outcome in answer.outcomes] if answer else [],
        answer=answer,
        wrote=wrote,
        faults=faults or [],
        # Trying makes no event, so its key still serves for the writing that follows; a refused writing gets a new one.
        key=key if answer and not wrote and key else secrets.token_urlsafe(18),
        steps=list(STEPS),
        obstacles=OBSTACLES,
        today=ctx.today(),
    )


def _said(outcome: Outcome, seen: Mapping[str, int], lang: Lang) -> dict[str, Any]:
    error: DuongGangError | None = outcome.error
    both = (
        compared(error.current, error.wanted, lang, clash=error.fields)
        if isinstance(error, StaleVersion)
        else []
    )
    reasons = []
    if error is not None:
        told = describe(error, lang)
        reasons = [fault.message for fault in told.faults or []] or [told.detail]
    return {
        "code": outcome.code, "kind": outcome.kind, "sent": seen.get(outcome.code, outcome.version),
        "reasons": reasons, "both": both,
    }  # fmt: skip


def _seen(written: str) -> Seen:
    code, _, version = written.rpartition("@")
    if not version.isdecimal() or len(version) > 9:
        vi, en = (
            "Danh sách hồ sơ không đọc được: tải lại trang.",
            "The list of cases is not readable: reload the page.",
        )
        raise InvalidInput([Fault("cases", vi, en)])
    return Seen(code, int(version))


def _change(entered: dict[str, str]) -> CaseChange:
    """What changes in every case: only the fields that hold something. Raises InvalidInput."""
    faults: list[Fault] = []

    def day(name: str, vi: str, en: str) -> date | None:
        try:
            return date.fromisoformat(entered[name]) if entered[name].strip() else None
        except ValueError:
            faults.append(Fault(name, f"{vi}: không phải ngày.", f"{en}: not a date."))
            return None

    effective, promised = (
        day("ngay_hieu_luc", "Ngày hiệu lực", "Effective date"),
        day("hen", "Mốc hẹn", "Promised"),
    )
    step, obstacle = entered["buoc_moi"].strip(), entered["vuong_moi"].strip()
    said = {
        name for name, value in (("step", step), ("promised_on", promised), ("obstacle", obstacle)) if value
    }
    if not said and not faults:
        vi, en = (
            "Chưa nêu điều gì thay đổi: bước, mốc hẹn hoặc vướng mắc.",
            "Nothing changes: step, date or obstacle.",
        )
        faults.append(Fault("change", vi, en))
    if faults:
        raise InvalidInput(faults)
    document = entered["van_ban"].strip() or None
    return CaseChange(
        step=step,
        effective_on=effective,
        promised_on=promised,
        obstacle=None if obstacle == CLEAR else obstacle or None,
        document=document,
        signer=entered["nguoi_ky"].strip() or None,
        reason=entered["ly_do"].replace("\r\n", "\n").strip() or None,
        said=frozenset(said | ({"document"} if document else set())),
    )
