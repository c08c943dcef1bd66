"""`/quan-tri/tai-khoan/{name}`: one account, and what an administrator does with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import ContextDep, LangDep, SessionDep
from api.guard import door_of
from api.language import Lang, pick
from api.pages.admin_form import Choices, Entry, EntryDep, choices, wanted
from api.pages.forms import Faults, Text, by_field, plain
from api.pages.labels import EVENT_KINDS, Pair
from api.pages.people_words import OUTCOME_LIGHTS, OUTCOMES, ROLE_WORK, TOKEN_SCOPES, role_words
from api.pages.rendering import render
from api.usecases import accounts, eventlog, oversight
from projects.errors import Fault, InvalidInput, NotFound, StaleVersion

router = APIRouter(prefix="/quan-tri/tai-khoan/{name}")
Name = Annotated[str, Path(max_length=60, description="Tên đăng nhập.")]
LONGEST_REASON = 500

DONE: dict[str, Pair] = {
    "sua": ("Đã ghi; các phiên của tài khoản này đã kết thúc.", "Saved; this account's sessions have ended."),
    "khoa": (
        "Đã khoá; phiên và mã truy cập đã kết thúc.",
        "Disabled; its sessions and tokens have ended.",
    ),
    "mo": ("Đã mở khoá.", "Enabled again."),
    "uy-quyen": ("Đã ghi uỷ quyền.", "The delegation is recorded."),
    "phien": ("Đã kết thúc phiên.", "The session has ended."),
    "ma": ("Đã thu hồi mã.", "The token is revoked."),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What the page answers to a post: faults by field, what was entered, a fresh password, a status."""

    faults: Faults = field(default_factory=dict)
    entry: Entry | None = None
    entered: dict[str, str] = field(default_factory=dict)
    fresh: str = ""
    status: int = 200


@router.get("")
def account_page(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, name: Name, da: str = ""
) -> Response:
    """What is known of the account."""
    return _page(request, session, ctx, lang, name, Said(), done=DONE.get(da))


@router.post("")
def change_account(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    name: Name,
    entry: EntryDep,
    phien_ban: Text = "",
) -> Response:
    """Changes role, scope and names."""
    accounts.access_account(session, name)
    offered = choices(session, ctx.rights, lang)
    change, faults = wanted(session, ctx, entry, offered, lang, new=False)
    seen = int(phien_ban) if phien_ban.isdecimal() and len(phien_ban) < 10 else 0
    status = 422
    if not faults:
        try:
            accounts.change_account(session, ctx, name, change, seen=seen)
        except StaleVersion:
            status = 409
            faults = by_field(
                [
                    Fault(
                        "",
                        "Tài khoản vừa được người khác sửa; xem trạng thái mới ở trên rồi ghi lại.",
                        "Somebody else has just changed this account; look at its state above and save again.",
                    )
                ],
                lang,
                {},
            )
        else:
            return _back(name, "sua")
    return _page(request, session, ctx, lang, name, Said(faults, entry=entry, status=status), offered=offered)


@router.post("/mat-khau")
def reset_password(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, name: Name
) -> Response:
    """A fresh password; it is on this one page and nowhere else."""
    fresh = accounts.reset_password(session, ctx, name)
    return _page(request, session, ctx, lang, name, Said(fresh=fresh))


@router.post("/khoa")
def set_disabled(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    name: Name,
    khoa: Text = "1",
    ly_do: Text = "",
) -> Response:
    """Disables the account, or with `khoa` 0 enables it again; both need a reason."""
    accounts.access_account(session, name)
    reason = plain(ly_do)
    if not 1 <= len(reason) <= LONGEST_REASON:
        fault = Fault("ly_do", "Nêu lý do, tới 500 ký tự.", "Give a reason of up to 500 characters.")
        said = Said(by_field([fault], lang, {"ly_do": "ly_do"}), entered={"ly_do": ly_do}, status=422)
        return _page(request, session, ctx, lang, name, said)
    disabled = khoa != "0"
    accounts.set_disabled(session, ctx, name, disabled=disabled, reason=reason)
    return _back(name, "khoa" if disabled else "mo")


@router.post("/uy-quyen")
def delegate(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    name: Name,
    nguoi_nhan: Text = "",
    tu_ngay: Text = "",
    den_ngay: Text = "",
) -> Response:
    """Lets another account act on behalf of this one between two days."""
    accounts.access_account(session, name)
    taker = plain(nguoi_nhan).lower()
    faults: list[Fault] = []
    first, last = (_day(tu_ngay, "tu_ngay", faults), _day(den_ngay, "den_ngay", faults))
    try:
        accounts.access_account(session, taker)
        if taker == name:
            faults.append(Fault("nguoi_nhan", "Chọn một tài khoản khác.", "Choose another account."))
        if first and last and last < first:
            faults.append(Fault("den_ngay", "Trước ngày bắt đầu.", "Before the first day."))
        if not faults and first and last:
            accounts.delegate(session, ctx, name, taker, starts_on=first, ends_on=last)
            return _back(name, "uy-quyen")
    except NotFound:
        faults.insert(0, Fault("nguoi_nhan", "Không có tài khoản này.", "There is no such account."))
    except InvalidInput as error:
        faults += error.faults
    fields = {key: key for key in ("nguoi_nhan", "tu_ngay", "den_ngay")} | {"taker": "nguoi_nhan"}
    entered = {"nguoi_nhan": nguoi_nhan, "tu_ngay": tu_ngay, "den_ngay": den_ngay}
    said = Said(by_field(faults, lang, fields), entered=entered, status=422)
    return _page(request, session, ctx, lang, name, said)


def _page(
    request: Request,
    session: Session,
    ctx: Context,
    lang: Lang,
    name: str,
    said: Said,
    *,
    offered: Choices | None = None,
    done: Pair | None = None,
) -> Response:
    session.flush()
    view = oversight.account_view(session, name, door_of(request).limits)
    row = view.account
    offered = offered or choices(session, ctx.rights, lang)
    wards = {choice.code: choice.label for choice in offered.wards}
    projects = {choice.code: choice.label for choice in offered.projects}
    role = ctx.rights.roles.get(row.role)
    entered: dict[str, Any] = {"ly_do": "", "nguoi_nhan": "", "tu_ngay": "", "den_ngay": ""} | said.entered
    stored = Entry(
        ho_ten=row.display_name, vai_tro=row.role, ma_nguoi="" if row.person == name else row.person,
        don_vi=row.organisation or "", phuong=view.wards, du_an=view.projects,
    )  # fmt: skip
    return render(
        request,
        "admin_account.html.j2",
        said.status,
        page_path=f"/quan-tri/tai-khoan/{name}",
        nav="quan-tri",
        tab="tai-khoan",
        view=view,
        row=row,
        reach=role.reach if role else "none",
        role_name=role_words(ctx.rights, row.role, lang),
        role_work=pick(lang, *ROLE_WORK.get(row.role, ("", ""))),
        wards=[wards.get(code, code) for code in view.wards],
        projects=[projects.get(code, code) for code in view.projects],
        events=eventlog.events(session, eventlog.EventFilter(object_type="account", object_code=name)).rows[
            : oversight.FEW
        ],
        event_kinds=EVENT_KINDS,
        outcomes=OUTCOMES,
        outcome_lights=OUTCOME_LIGHTS,
        token_scopes=TOKEN_SCOPES,
        own=name == ctx.principal.account,
        offered=offered,
        entry=said.entry or stored,
        entered=entered,
        faults=said.faults,
        fresh=said.fresh,
        done=done,
    )


def _back(name: str, done: str) -> RedirectResponse:
    return RedirectResponse(f"/quan-tri/tai-khoan/{name}?da={done}", 303)


def _day(text: str, where: str, faults: list[Fault]) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        faults.append(Fault(where, "Chọn một ngày.", "Choose a day."))
        return None
