"""Accounts: made, changed, disabled; passwords; sessions and tokens. Every change is one event.

What an event keeps of an account never holds a password or a hash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from api import passwords
from api.context import Context
from geo import people
from geo.history import record
from geo.tables import Account, ApiToken, Delegation, LoginSession, Project, Ward
from projects.errors import Fault, Forbidden, InvalidInput, NotFound
from projects.rights import PUBLIC

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
LONGEST = 120
LONGEST_TOKEN_DAYS = 366
TOKEN_SCOPES = ("read", "write")


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What an administrator sets of an account; `person` is the staff number that tells two accounts of one human."""

    display_name: str
    role: str
    wards: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    person: str = ""
    organisation: str | None = None


def access_account(session: Session, name: str, *, for_update: bool = False) -> Account:
    """The account with this name. Raises NotFound."""
    row = session.get(Account, name, with_for_update=for_update or None) if NAME.fullmatch(name) else None
    if row is None:
        raise NotFound("account", name)
    return row


def add_account(
    session: Session,
    ctx: Context,
    name: str,
    wanted: AccountChange,
    *,
    password: str | None = None,
    demo: bool = False,
) -> str:
    """Makes an account and gives its first password (random unless given), to be changed at the first sign-in.

    Raises InvalidInput with every fault.
    """
    faults = _faults(session, ctx, wanted)
    if not NAME.fullmatch(name):
        faults.append(
            Fault("name", "Tên gồm 2–40 chữ thường không dấu, số, . _ -", "2–40 of a–z, 0–9, . _ -")
        )
    elif session.get(Account, name) is not None:
        faults.append(Fault("name", "Tên này đã có, kể cả đã khoá.", "This name is taken, maybe disabled."))
    if faults:
        raise InvalidInput(faults)
    if password is not None and not demo:
        passwords.check_password(password, about=(name, wanted.display_name))
    first = password or passwords.new_password()
    row = Account(
        name=name,
        display_name=wanted.display_name.strip(),
        role=wanted.role,
        person=wanted.person.strip() or name,
        organisation=wanted.organisation,
        password_hash=passwords.hash_password(first),
        must_change=not demo,
        is_demo=demo,
        created_by=ctx.principal.account,
    )
    session.add(row)
    session.flush()
    people.set_scope(session, name, wards=wanted.wards, projects=wanted.projects)
    _record(session, ctx, "account.add", name, after=account_state(session, row))
    return first


def change_account(session: Session, ctx: Context, name: str, wanted: AccountChange) -> None:
    """Changes role, scope and names; open sessions of the account end. Raises NotFound, InvalidInput, Forbidden."""
    row = access_account(session, name, for_update=True)
    if faults := _faults(session, ctx, wanted):
        raise InvalidInput(faults)
    if row.name == ctx.principal.account and wanted.role != row.role:
        raise Forbidden("accounts.change", "Không tự đổi vai trò của mình.", "Nobody changes their own role.")
    before = account_state(session, row)
    row.display_name, row.role = wanted.display_name.strip(), wanted.role
    row.person = wanted.person.strip() or name
    row.organisation = wanted.organisation
    people.set_scope(session, name, wards=wanted.wards, projects=wanted.projects)
    after = account_state(session, row)
    if after == before:
        return
    _end(session, row, why="account changed")
    _record(session, ctx, "account.change", name, before=before, after=after)


def set_disabled(
    session: Session, ctx: Context, name: str, *, disabled: bool, reason: str | None = None
) -> None:
    """Locks an account out, or lets it in again; its sessions and tokens end at once. Raises NotFound, Forbidden."""
    row = access_account(session, name, for_update=True)
    if row.name == ctx.principal.account:
        raise Forbidden("accounts.change", "Không tự khoá mình.", "Nobody disables their own account.")
    if (row.disabled_at is not None) == disabled:
        return
    before = account_state(session, row)
    row.disabled_at = session.scalar(select(func.clock_timestamp())) if disabled else None
    if disabled:
        session.execute(
            text("update api_token set ended_at = clock_timestamp() where account = :a and ended_at is null"),
            {"a": name},
        )
    _end(session, row, why="account disabled" if disabled else "account enabled")
    kind = "account.disable" if disabled else "account.enable"
    _record(session, ctx, kind, name, before=before, after=account_state(session, row), reason=reason)


def reset_password(session: Session, ctx: Context, name: str) -> str:
    """Gives the account a new random password, to be changed at the next sign-in; its sessions end."""
    row = access_account(session, name, for_update=True)
    fresh = passwords.new_password()
    row.password_hash, row.must_change = passwords.hash_password(fresh), True
    _end(session, row, why="password reset")
    _record(session, ctx, "account.password_reset", name)
    return fresh


def change_own_password(session: Session, ctx: Context, old: str, new: str) -> None:
    """Changes the password of whoever is signed in; every other session of theirs ends.

    Raises InvalidInput when the old one does not fit or the new one is not good.
    """
    row = access_account(session, ctx.principal.account, for_update=True)
    if not passwords.verify(row.password_hash, old):
        raise InvalidInput(
            [Fault("old", "Mật khẩu hiện tại không đúng.", "The present password is not right.")]
        )
    passwords.check_password(new, about=(row.name, row.display_name))
    if new == old:
        raise InvalidInput([Fault("password", "Trùng mật khẩu cũ.", "The same as the old one.")])
    row.password_hash, row.must_change = passwords.hash_password(new), False
    _end(session, row, why="password changed", but=ctx.principal.session_id)
    _record(session, ctx, "account.password", row.name)


def end_session(session: Session, ctx: Context, session_id: int, *, own: bool) -> None:
    """Ends a session: one's own, or (administrator) anybody's. Raises NotFound."""
    row = session.get(LoginSession, session_id)
    if row is None or row.ended_at is not None or (own and row.account != ctx.principal.account):
        raise NotFound("session", str(session_id))
    people.end_sessions(session, [row.id], why="ended by hand")
    _record(session, ctx, "account.session_end", row.account, before={"session": row.id})


def make_token(
    session: Session, ctx: Context, *, name: str, scopes: Iterable[str], days: int
) -> tuple[int, str]:
    """Makes an API token of whoever is signed in; gives its number and the secret, shown once. Raises InvalidInput."""
    wanted = sorted(set(scopes))
    faults: list[Fault] = []
    if not 1 <= len(name.strip()) <= LONGEST:
        faults.append(
            Fault("name", "Đặt tên cho mã, để biết nó dùng ở đâu.", "Name the token after its use.")
        )
    if not wanted or not set(wanted) <= set(TOKEN_SCOPES):
        faults.append(Fault("scopes", "Chọn đọc, ghi hoặc cả hai.", "Choose read, write or both."))
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        faults.append(
            Fault("days", f"Từ 1 đến {LONGEST_TOKEN_DAYS} ngày.", f"1 to {LONGEST_TOKEN_DAYS} days.")
        )
    if faults:
        raise InvalidInput(faults)
    now: datetime = session.scalar(select(func.clock_timestamp()))  # type: ignore[assignment]
    until = now + timedelta(days=days)
    number, secret = people.add_token(
        session, ctx.principal.account, name=name.strip(), scopes=wanted, expires_at=until
    )
    _record(
        session, ctx, "account.token_add", ctx.principal.account,
        after={"token": number, "name": name.strip(), "scopes": wanted, "expires_at": until.isoformat()},
    )  # fmt: skip
    return number, secret


def end_token(session: Session, ctx: Context, token_id: int, *, own: bool) -> None:
    """Revokes a token: one's own, or (administrator) anybody's. Raises NotFound."""
    row = session.get(ApiToken, token_id)
    if row is None or row.ended_at is not None or (own and row.account != ctx.principal.account):
        raise NotFound("token", str(token_id))
    row.ended_at = session.scalar(select(func.clock_timestamp()))
    _record(session, ctx, "account.token_end", row.account, before={"token": row.id, "name": row.name})


def delegate(
    session: Session, ctx: Context, giver: str, taker: str, *, starts_on: date, ends_on: date
) -> int:
    """Lets `taker` act on behalf of `giver` between two days. Raises NotFound, InvalidInput."""
    access_account(session, giver)
    access_account(session, taker)
    if giver == taker or ends_on < starts_on:
        raise InvalidInput(
            [Fault("taker", "Cần hai tài khoản và ngày theo thứ tự.", "Two accounts, days in order.")]
        )
    row = Delegation(giver=giver, taker=taker, starts_on=starts_on, ends_on=ends_on)
    session.add(row)
    session.flush()
    after = {"taker": taker, "starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
    _record(session, ctx, "account.delegate", giver, after=after)
    return row.id


def may_act_for(session: Session, taker: str, giver: str, day: date) -> bool:
    """Whether an open delegation lets `taker` act on behalf of `giver` on `day`."""
    found = select(Delegation.id).where(
        Delegation.giver == giver, Delegation.taker == taker, Delegation.ended_at.is_(None),
        Delegation.starts_on <= day, Delegation.ends_on >= day,
    )  # fmt: skip
    return session.scalar(found.limit(1)) is not None


def account_state(session: Session, row: Account) -> dict[str, Any]:
    """What an event keeps of an account."""
    wards, projects = people.scope_of(session, row.name)
    return {
        "display_name": row.display_name,
        "role": row.role,
        "person": row.person,
        "organisation": row.organisation,
        "wards": wards,
        "projects": projects,
        "disabled": row.disabled_at is not None,
    }


def _end(session: Session, row: Account, *, why: str, but: int | None = None) -> None:
    row.epoch += 1
    session.flush()
    people.end_all_sessions(session, row.name, why=why, but=but)
    if but is not None:  # the one that goes on belongs to the new epoch
        session.execute(
            text("update login_session set epoch = :e where id = :id"), {"e": row.epoch, "id": but}
        )


def _record(session: Session, ctx: Context, kind: str, name: str, **what: Any) -> None:
    record(
        session, kind=kind, object_type="account", object_code=name,
        actor=ctx.principal.account, effective_on=ctx.today(), **what,
    )  # fmt: skip


def _faults(session: Session, ctx: Context, wanted: AccountChange) -> list[Fault]:
    faults: list[Fault] = []
    if not 1 <= len(wanted.display_name.strip()) <= LONGEST:
        faults.append(
            Fault("display_name", "Cần họ tên, dài tới 120 ký tự.", "A name of up to 120 characters.")
        )
    role = ctx.rights.roles.get(wanted.role)
    if role is None or role.code == PUBLIC:
        faults.append(Fault("role", f"Không có vai trò “{wanted.role[:40]}”.", "There is no such role."))
    elif role.reach == "scoped" and not (wanted.wards or wanted.projects):
        faults.append(
            Fault(
                "scope",
                "Vai trò này cần ít nhất một phường hoặc dự án.",
                "This role needs a ward or a project.",
            )
        )
    for table, where, codes in ((Ward, "wards", wanted.wards), (Project, "projects", wanted.projects)):
        known = set(session.scalars(select(table.code).where(table.code.in_(codes)))) if codes else set()
        faults += [
            Fault(where, f"Không có mã “{code[:40]}”.", f"There is no “{code[:40]}”.")
            for code in codes
            if code not in known
        ]
    return faults
