"""Snapshots of weeks, months and quarters: made once each, after a pause those that were missed, and told by mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.assignments import duty_of, project_codes
from api.usecases.calculation import first_day
from api.usecases.facts import project_labels
from api.usecases.notices import notify
from api.usecases.projects import overview
from geo.history import record
from geo.tables import Account, Assignment, NoticePreference, Outgoing, PortfolioState, Snapshot
from projects.duties import owed
from projects.periods import KINDS, Kind, Period, ended
from projects.rhythm import line, moves

TOLD_ROLES = ("ward_leader", "board", "department", "leadership")
MOST_LINES = 200


def snapshots_due(session: Session, *, only_catch_up: bool = False) -> tuple[Period, ...]:
    """The periods that ended by the data date and have no snapshot, oldest first; the last one alone at the first time.

    `only_catch_up`: nothing for kinds that never had one. What lies before the first data is left out.
    """
    state = session.get(PortfolioState, 1)
    first = first_day(session)
    if state is None or first is None:
        return ()
    found: list[Period] = []
    for kind in KINDS:
        last = session.scalar(select(func.max(Snapshot.last)).where(Snapshot.kind == kind))
        if last is None and only_catch_up:
            continue
        found += [p for p in ended(kind, state.data_date, after=last) if p.last >= first]
    return tuple(sorted(found, key=lambda p: (p.last, p.kind)))


def take(session: Session, ctx: Context, period: Period, *, origin: str | None) -> Snapshot | None:
    """Makes the snapshot of a period as of its last day, with its event, notices and mails; None when there is one.

    Acts as a command that sees all cases and accounts; flushes, never commits.
    """
    numbers = figures(session, ctx, period.last)
    made = session.scalar(
        insert(Snapshot)
        .values(kind=period.kind, first=period.first, last=period.last, numbers=numbers)
        .on_conflict_do_nothing()
        .returning(Snapshot.id)
    )
    if made is None:
        return None
    row = session.get_one(Snapshot, made)
    _tell(session, row, before_of(session, row), origin=origin)
    record(
        session, kind="snapshot.make", object_type="snapshot", object_code=f"{row.kind}/{row.last}",
        actor=ctx.principal.account, effective_on=row.last, after={"id": row.id, "whole": numbers["whole"]},
    )  # fmt: skip
    return row


def figures(session: Session, ctx: Context, day: date) -> dict[str, Any]:
    """What a snapshot keeps of every project and of the whole on a day. Cases are counted, money and people are not."""
    whole = overview(session, ctx, as_of=day)
    debts: dict[int | None, int] = {}
    for row in session.scalars(select(Assignment).where(Assignment.given_on <= day)):
        debts[row.project_id] = debts.get(row.project_id, 0) + owed(duty_of(row), day)
    ids = {code: number for number, code in project_codes(session).items()}
    projects: dict[str, dict[str, Any]] = {
        row.facts.code: {
            "planned_finish": _iso(row.facts.planned_finish),
            "forecast_finish": _iso(row.forecast_finish),
            "slip_days": row.slip_days,
            "light": row.light,
            "cases": row.land.cases,
            "cases_cleared": row.land.cases_cleared,
            "driving": row.driving_cases,
            "owed": debts.get(ids.get(row.facts.code), 0),
        }
        for row in whole.rows
    }
    counted = ("cases", "cases_cleared", "driving")
    return {
        "projects": projects,
        "whole": {name: sum(figures[name] for figures in projects.values()) for name in counted}
        | {"owed": sum(debts.values()), "lights": dict(whole.lights)},
        "demo": whole.has_demo,
    }


def ended_before(session: Session, ctx: Context, kind: Kind, day: date) -> Snapshot | None:
    """The newest snapshot of a kind whose period ended before the day, made by the moment looked at."""
    query = select(Snapshot).where(Snapshot.kind == kind, Snapshot.last < day)
    if ctx.known_at is not None:
        query = query.where(Snapshot.made_at <= ctx.known_at)
    return session.scalar(query.order_by(Snapshot.last.desc()).limit(1))


def before_of(session: Session, row: Snapshot) -> Snapshot | None:
    """The snapshot of the same kind before this one."""
    query = select(Snapshot).where(Snapshot.kind == row.kind, Snapshot.last < row.last)
    return session.scalar(query.order_by(Snapshot.last.desc()).limit(1))


def letter(
    row: Snapshot, before: Snapshot | None, names: Mapping[str, str], *, origin: str | None
) -> tuple[str, str]:
    """Subject and text of the mail: only what changed, and where to read all of it."""
    label = period_of_row(row).label[0]
    found = moves(None if before is None else before.numbers, row.numbers)
    lines = [line(move, names) for move in found[:MOST_LINES]]
    if len(found) > MOST_LINES:
        lines.append(f"… và {len(found) - MOST_LINES} thay đổi nữa ở trang giao ban.")
    since = "lần đầu" if before is None else f"so với {period_of_row(before).label[0]}"
    text = [
        f"Đường Găng · {label} (đến hết {row.last:%d/%m/%Y}), {since}:",
        "",
        *(lines or ["Không có gì thay đổi."]),
        "",
        f"Xem đủ: {origin or ''}/giao-ban?ngay={row.last}",
        "Đổi hoặc tắt thư này: trang Thông báo của tài khoản.",
    ]
    if row.numbers.get("demo"):
        text.insert(1, "CÓ DỮ LIỆU MINH HOẠ, không phải số liệu thật.")
    return f"Đường Găng: {label}, {len(found)} thay đổi", "\n".join(text)


def attachments(session: Session, about: str) -> Sequence[tuple[str, str, bytes]]:
    """Files that go with a mail (name, kind, bytes), made when it is sent: the brief is put in here."""
    return ()


def period_of_row(row: Snapshot) -> Period:
    """The period of a snapshot."""
    return Period(row.first, row.last, row.kind)  # type: ignore[arg-type]  # a check holds it to the three


def _tell(session: Session, row: Snapshot, before: Snapshot | None, *, origin: str | None) -> None:
    label = period_of_row(row).label
    names = {code: pair[0] for code, pair in project_labels(session).items()}
    subject, body = letter(row, before, names, origin=origin)
    people = session.execute(
        select(Account.name, NoticePreference.mail_to, NoticePreference.mailed)
        .outerjoin(NoticePreference, NoticePreference.account == Account.name)
        .where(Account.disabled_at.is_(None), Account.role.in_(TOLD_ROLES))
        .order_by(Account.name)
    ).all()
    for account, address, mailed in people:
        notify(
            session, account, "snapshot", f"/giao-ban?ngay={row.last}", f"Có số liệu {label[0].lower()}",
            f"The figures of {label[1]} are there",
        )  # fmt: skip
        if address and row.kind in mailed:
            queue(session, "mail", address, f"snapshot:{row.id}:{account}", subject, body)


def queue(session: Session, channel: str, target: str, about: str, subject: str, body: str) -> None:
    """Puts something into what is to be sent; what is there already (`about`) stays as it is."""
    values = {"channel": channel, "target": target, "about": about, "subject": subject, "body": body}
    session.execute(insert(Outgoing).values(**values).on_conflict_do_nothing())


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
