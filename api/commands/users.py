"""`duonggang user …`: accounts from the command line, for the first administrator and for whoever is locked out.

Each change is one event, in the name of the command line. A password that is made here is printed once, on its own
line of the standard output, and stands nowhere else.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from api.commands.shared import command_context, fail, say, settings_or_exit, transaction
from api.formatting import HANOI_TIME
from api.rightsfile import rights
from api.usecases import accounts, oversight
from api.usecases.accounts import AccountChange
from api.usecases.signin import Limits
from geo import people
from geo.tables import Account, LoginSession
from projects.rights import PUBLIC

app = typer.Typer(help="Tài khoản (accounts).", no_args_is_help=True)
EVERYBODY = 100_000

Name = Annotated[str, typer.Argument(help="Tên đăng nhập: chữ thường không dấu, số, . _ -")]
Wards = Annotated[list[str] | None, typer.Option("--ward", help="Mã phường, xã; lặp lại được.")]
Projects = Annotated[list[str] | None, typer.Option("--project", help="Mã dự án; lặp lại được.")]
AsJson = Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")]
Role = Annotated[str, typer.Option("--role", help="Mã vai trò, ví dụ administrator; xem data/rights.md.")]


@app.command("add")
def add(
    name: Name,
    role: Role,
    display_name: Annotated[str, typer.Option("--name", help="Họ tên, hiện trên màn hình.")],
    ward: Wards = None,
    project: Projects = None,
    person: Annotated[
        str, typer.Option("--person", help="Mã cán bộ; giống nhau ở hai tài khoản của một người.")
    ] = "",
    organisation: Annotated[str | None, typer.Option("--organisation", help="Cơ quan.")] = None,
) -> None:
    """Lập tài khoản và in mật khẩu đầu tiên, chỉ một lần; người dùng phải đổi khi đăng nhập."""
    wanted = AccountChange(
        display_name=display_name,
        role=_known_role(role),
        wards=tuple(ward or ()),
        projects=tuple(project or ()),
        person=person,
        organisation=organisation,
    )
    with transaction() as session:
        first = accounts.add_account(session, command_context(), name, wanted)
    say(f"Đã lập tài khoản {name}; mật khẩu đầu tiên, in một lần:", "account made; its first password")
    print(first)


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """Mọi tài khoản: vai trò, phạm vi, lần đăng nhập cuối, trạng thái."""
    with transaction() as session:
        rows, _ = oversight.accounts(session, oversight.AccountFilter(), _limits(), limit=EVERYBODY)
        told = [_plain(session, row) for row in rows]
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True))
        return
    if not told:
        say("Chưa có tài khoản nào.", "no account yet")
    for one in told:
        state = "đã khoá" if one["disabled"] else "chưa đổi mật khẩu" if one["must_change"] else "đang dùng"
        scope = " ".join([*one["wards"], *one["projects"]]) or "–"
        print(f"{one['name']:<24} {one['role']:<14} {state:<18} {one['display_name']}  ({scope})")


@app.command("role")
def role(
    name: Name, new_role: Annotated[str, typer.Argument(metavar="ROLE", help="Mã vai trò mới.")]
) -> None:
    """Đổi vai trò; phiên đang mở kết thúc, có hiệu lực từ yêu cầu kế tiếp."""
    wanted_role = _known_role(new_role)
    with transaction() as session:
        changed = _change(session, name, role=wanted_role)
    _said(changed, f"{name}: vai trò {wanted_role}.", "role changed")


@app.command("scope")
def scope(
    name: Name,
    ward: Wards = None,
    project: Projects = None,
    none: Annotated[bool, typer.Option("--none", help="Bỏ hết phạm vi.")] = False,
) -> None:
    """Thay phường, xã và dự án được giao bằng những mã nêu ở đây."""
    if none == bool(ward or project):
        raise fail("Nêu --ward, --project, hoặc --none. · Give --ward, --project, or --none.", 2)
    with transaction() as session:
        changed = _change(session, name, wards=tuple(ward or ()), projects=tuple(project or ()))
    _said(
        changed, f"{name}: {' '.join([*(ward or ()), *(project or ())]) or 'không phạm vi'}.", "scope changed"
    )


@app.command("disable")
def disable(
    name: Name, reason: Annotated[str | None, typer.Option("--reason", help="Vì sao.")] = None
) -> None:
    """Khoá tài khoản: phiên và mã truy cập kết thúc ngay."""
    with transaction() as session:
        accounts.set_disabled(session, command_context(), name, disabled=True, reason=reason)
    say(f"Đã khoá {name}.", "account disabled")


@app.command("enable")
def enable(
    name: Name, reason: Annotated[str | None, typer.Option("--reason", help="Vì sao.")] = None
) -> None:
    """Mở lại tài khoản."""
    with transaction() as session:
        accounts.set_disabled(session, command_context(), name, disabled=False, reason=reason)
    say(f"Đã mở {name}.", "account enabled")


@app.command("password")
def password(name: Name) -> None:
    """Đặt lại mật khẩu và in mật khẩu mới, chỉ một lần; mọi phiên của tài khoản kết thúc."""
    with transaction() as session:
        fresh = accounts.reset_password(session, command_context(), name)
    say(f"Mật khẩu mới của {name}, in một lần:", "the new password")
    print(fresh)


@app.command("sessions")
def sessions(
    name: Name,
    end: Annotated[bool, typer.Option("--end", help="Kết thúc tất cả.")] = False,
    as_json: AsJson = False,
) -> None:
    """Các phiên đang mở của một tài khoản; --end kết thúc chúng."""
    with transaction() as session:
        accounts.access_account(session, name)
        opened = _open_sessions(session, name)
        if end:
            for row in opened:
                accounts.end_session(session, command_context(), row.id, own=False)
        told = [_session(one) for one in opened]
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True))
    else:
        for one in told:
            print(
                f"{one['id']:>8}  {one['created_at']}  {one['last_seen_at']}  {one['network']:<18} {one['agent']}"
            )
    if end:
        say(f"Đã kết thúc {len(told)} phiên của {name}.", "sessions ended")
    elif not told:
        say(f"{name} không có phiên nào đang mở.", "no open session")


@app.command("delegate")
def delegate(
    giver: Annotated[str, typer.Argument(help="Người uỷ quyền.")],
    taker: Annotated[str, typer.Argument(help="Người được uỷ quyền.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="Từ ngày.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Đến hết ngày.")],
) -> None:
    """Uỷ quyền: người sau được làm thay người trước trong những ngày ấy."""
    with transaction() as session:
        accounts.delegate(
            session, command_context(), giver, taker, starts_on=first.date(), ends_on=last.date()
        )
    say(f"{taker} làm thay {giver} từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}.", "delegated")


def _change(session: Session, name: str, **changed: Any) -> bool:
    """Changes part of an account and keeps the rest; gives whether anything changed."""
    row = accounts.access_account(session, name)
    before = accounts.account_state(session, row)
    wards, projects = people.scope_of(session, name)
    values: dict[str, Any] = {
        "display_name": row.display_name,
        "role": row.role,
        "wards": tuple(wards),
        "projects": tuple(projects),
        "person": row.person,
        "organisation": row.organisation,
    }
    accounts.change_account(session, command_context(), name, AccountChange(**(values | changed)))
    return accounts.account_state(session, row) != before


def _open_sessions(session: Session, name: str) -> list[LoginSession]:
    """All of them, page by page."""
    found: list[LoginSession] = []
    limits, before = _limits(), None
    while True:
        shown = oversight.sessions(session, limits, account=name, before=before)
        found += shown.rows
        if (before := shown.older) is None:
            return found


def _said(changed: bool, vi: str, en: str) -> None:
    if changed:
        say(vi, en)
    else:
        say("Không có gì thay đổi.", "nothing changed")


def _known_role(code: str) -> str:
    """The role, or one sentence with all there are."""
    known = [name for name in rights().roles if name != PUBLIC]
    if code not in known:
        raise fail(f"Không có vai trò “{code[:40]}”; có · there are: {', '.join(known)}", 2)
    return code


def _limits() -> Limits:
    settings = settings_or_exit()
    return Limits(idle=settings.session_idle_minutes * 60.0, absolute=settings.session_hours * 3600.0)


def _plain(session: Session, row: oversight.AccountRow) -> dict[str, Any]:
    account: Account = row.account
    wards, projects = people.scope_of(session, account.name)
    return {
        "name": account.name,
        "display_name": account.display_name,
        "role": account.role,
        "person": account.person,
        "organisation": account.organisation,
        "wards": wards,
        "projects": projects,
        "demo": account.is_demo,
        "disabled": account.disabled_at is not None,
        "must_change": account.must_change,
        "last_sign_in": _moment(row.last_sign_in),
        "sessions": row.sessions,
    }


def _session(row: LoginSession) -> dict[str, Any]:
    return {
        "id": row.id,
        "created_at": _moment(row.created_at),
        "last_seen_at": _moment(row.last_seen_at),
        "network": row.network,
        "agent": row.agent,
    }


def _moment(value: datetime | None) -> str | None:
    return value.astimezone(HANOI_TIME).isoformat(timespec="seconds") if value else None
