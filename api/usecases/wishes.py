"""How a person wants to be told: kinds of notices, reports by mail, and the secret address of their calendar."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.notices import KINDS
from api.usecases.signin import Door
from geo import scope
from geo.history import record
from geo.people import scope_of, secret_hash
from geo.tables import Account, NoticePreference
from projects.errors import Fault, InvalidInput
from projects.periods import KINDS as PERIODS
from projects.rights import Principal

ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,200}[A-Za-z0-9])?")


def set_wishes(
    session: Session, ctx: Context, *, muted: Sequence[str], mail_to: str, mailed: Sequence[str]
) -> None:
    """Keeps what the reader wants; an event of their account tells of it. Raises InvalidInput."""
    address = mail_to.strip()
    faults: list[Fault] = []
    if address and not ADDRESS.fullmatch(address):
        faults.append(Fault("mail_to", "Không phải địa chỉ thư.", "Not a mail address."))
    if mailed and not address:
        faults.append(Fault("mail_to", "Ghi địa chỉ nhận thư.", "Give an address for the mails."))
    if set(muted) - set(KINDS) or set(mailed) - set(PERIODS):
        faults.append(Fault("", "Không có loại này.", "There is no such kind."))
    if faults:
        raise InvalidInput(faults)
    row = _own(session, ctx)
    before = _told(row)
    row.muted, row.mail_to, row.mailed = sorted(set(muted)), address or None, sorted(set(mailed))
    session.flush()
    if _told(row) != before:
        _record(session, ctx, "notice.wish", before, _told(row))


def new_calendar(session: Session, ctx: Context) -> str:
    """Makes a new secret for the reader's calendar and gives it; an older address opens nothing from now on."""
    secret = secrets.token_urlsafe(32)
    row = _own(session, ctx)
    row.calendar_hash = secret_hash(secret)
    session.flush()
    _record(session, ctx, "calendar.new", None, {"calendar": True})
    return secret


def calendar_owner(ways: Door, secret: str) -> Principal | None:
    """Whose calendar a secret opens, as they may see things now; None for a wrong one or a disabled account."""
    with ways.begin() as session:
        scope.door(session)
        account = session.scalar(
            select(Account)
            .join(NoticePreference, NoticePreference.account == Account.name)
            .where(NoticePreference.calendar_hash == secret_hash(secret))
        )
        if account is None or account.disabled_at is not None or (account.is_demo and not ways.demo):
            return None
        wards, projects = scope_of(session, account.name)
        return Principal(
            account.name, account.display_name, ways.rights.roles[account.role], frozenset(wards),
            frozenset(projects), account.person,
        )  # fmt: skip


def _own(session: Session, ctx: Context) -> NoticePreference:
    row = session.get(NoticePreference, ctx.principal.account, with_for_update=True)
    if row is None:
        row = NoticePreference(account=ctx.principal.account, muted=[], mail_to=None, mailed=[])
        session.add(row)
    return row


def _told(row: NoticePreference) -> dict[str, Any]:
    return {"muted": list(row.muted), "email": row.mail_to, "mailed": list(row.mailed)}


def _record(
    session: Session, ctx: Context, kind: str, before: dict[str, Any] | None, after: dict[str, Any]
) -> None:
    me = ctx.principal.account
    record(
        session, kind=kind, object_type="account", object_code=me, actor=me, effective_on=ctx.today(), before=before,
        after=after,
    )  # fmt: skip
