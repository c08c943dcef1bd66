"""Notices: a line left for somebody together with the event that it tells of; read and muted by that person alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from api.context import Context
from geo.tables import Notice, NoticePreference

MOST = 200
LONGEST = 300
# What notices are about; a person may not want some of them.
KINDS: dict[str, tuple[str, str]] = {
    "assignment.give": ("Được giao việc", "Work given to me"),
    "assignment.progress": ("Việc tôi giao: nhận, báo xong, giải trình", "My assignments: accepted, done, explained"),
    "assignment.answer": ("Việc của tôi: xác nhận, trả lại, gia hạn, yêu cầu", "My work: confirmed, returned, asked"),
    "assignment.climb": ("Việc quá hạn lên cấp", "Overdue work that climbed"),
    "snapshot": ("Có số liệu kỳ mới", "New figures of a period"),
}  # fmt: skip
_GROUP = {
    "assignment.give": "assignment.give",
    "assignment.climb": "assignment.climb",
    **dict.fromkeys(("assignment.accept", "assignment.done", "assignment.explain"), "assignment.progress"),
    "snapshot": "snapshot",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One notice as it is shown."""

    id: int
    kind: str
    said_vi: str
    said_en: str
    href: str
    at: datetime
    new: bool


def group_of(kind: str) -> str:
    """The kind by which a notice can be muted."""
    return _GROUP.get(kind, "assignment.answer")


def notify(session: Session, account: str | None, kind: str, href: str, vi: str, en: str) -> None:
    """Leaves a line for an account; nothing for none, or for a name that is no account.

    Whoever writes does not see the other's lines, so nothing of the row is asked back.
    """
    if not account or session.scalar(select(func.person_of(account))) is None:
        return
    said = {"said_vi": _short(vi), "said_en": _short(en)}
    session.execute(insert(Notice).values(account=account, kind=kind, href=href, **said).inline())


def notices(session: Session, ctx: Context) -> tuple[Line, ...]:
    """The reader's own lines, the newest first, without the kinds that they do not want."""
    muted = set(preference(session, ctx).muted)
    query = select(Notice).where(Notice.account == ctx.principal.account)
    if ctx.known_at is not None:
        query = query.where(Notice.at <= ctx.known_at)
    rows = session.scalars(query.order_by(Notice.id.desc()).limit(MOST))
    return tuple(
        Line(row.id, row.kind, row.said_vi, row.said_en, row.href, row.at, row.read_at is None)
        for row in rows
        if group_of(row.kind) not in muted
    )


def mark_read(session: Session, ctx: Context, ids: Iterable[int] | None = None) -> None:
    """Marks the reader's lines as read: those named, else all."""
    own: list[Any] = [Notice.account == ctx.principal.account, Notice.read_at.is_(None)]
    if ids is not None:
        own.append(Notice.id.in_(list(ids)))
    session.execute(update(Notice).where(*own).values(read_at=func.clock_timestamp()))


def preference(session: Session, ctx: Context) -> NoticePreference:
    """What the reader wants; the usual where nothing was set."""
    row = session.get(NoticePreference, ctx.principal.account)
    return row or NoticePreference(account=ctx.principal.account, muted=[], mail_to=None, mailed=[])


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
