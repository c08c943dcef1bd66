"""Accounts, sessions and tokens in the database. Secrets are kept as SHA-256 only; every time is the database's."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from geo.tables import Account, AccountScope, ApiToken, LoginSession, SignIn

# A clock that was set back leaves sessions that begin later than now; a little of that is drift.
DRIFT_SECONDS = 120.0
SEEN_EVERY_SECONDS = 60.0  # how finely the last use is kept

_ACCOUNT = """
    a.name, a.display_name, a.role, a.person, a.must_change, a.is_demo, a.disabled_at is not null as disabled,
    array(select code from account_scope s where s.account = a.name and s.kind = 'ward') as wards,
    array(select code from account_scope s where s.account = a.name and s.kind = 'project') as projects
"""
SESSION = text(
    f"""
    select {_ACCOUNT}, l.id, l.device, l.ended_at is not null as ended, l.epoch = a.epoch as current,
           extract(epoch from clock_timestamp() - l.last_seen_at)::float as idle,
           extract(epoch from clock_timestamp() - l.created_at)::float as age
    from login_session l join account a on a.name = l.account where l.secret_hash = :hash
    """
)
TOKEN = text(
    f"""
    select {_ACCOUNT}, t.id, t.scopes, t.ended_at is not null as ended, t.expires_at <= clock_timestamp() as expired,
           extract(epoch from clock_timestamp() - t.last_used_at)::float as idle
    from api_token t join account a on a.name = t.account where t.secret_hash = :hash
    """
)


@dataclass(frozen=True, slots=True)
class Known:
    """An account that a session or token stands for, with its scope."""

    account: str
    display_name: str
    role: str
    person: str
    wards: frozenset[str]
    projects: frozenset[str]
    must_change: bool
    is_demo: bool
    session_id: int | None = None
    device: str = ""
    token_scopes: frozenset[str] | None = None


def secret_hash(secret: str) -> bytes:
    """What the database keeps of a session's or token's secret."""
    return hashlib.sha256(secret.encode()).digest()


def open_session(session: Session, account: Account, *, network: str, agent: str, device: str) -> str:
    """Starts a session of `account` and gives its secret, which stands nowhere else."""
    secret = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            secret_hash=secret_hash(secret),
            account=account.name,
            epoch=account.epoch,
            network=network,
            agent=agent,
            device=device,
        )
    )
    session.flush()
    return secret


def session_of(session: Session, secret: str, *, idle: float, absolute: float) -> Known | str:
    """The account of a session, or why there is none: none | ended | expired. Limits in seconds.

    Notes the use, at most once a minute; a session beyond a limit is ended.
    """
    row = session.execute(SESSION, {"hash": secret_hash(secret)}).mappings().one_or_none()
    if row is None:
        return "none"
    if row["ended"] or row["disabled"] or not row["current"]:
        return "ended"
    if not (-DRIFT_SECONDS <= row["idle"] <= idle and -DRIFT_SECONDS <= row["age"] <= absolute):
        end_sessions(session, [row["id"]], why="expired")
        return "expired"
    if abs(row["idle"]) > SEEN_EVERY_SECONDS:
        session.execute(
            update(LoginSession)
            .where(LoginSession.id == row["id"])
            .values(last_seen_at=func.clock_timestamp())
        )
    return _known(row, session_id=row["id"], device=row["device"])


def token_of(session: Session, secret: str) -> Known | None:
    """The account that an API token stands for, None when it is unknown, over, or its account disabled."""
    row = session.execute(TOKEN, {"hash": secret_hash(secret)}).mappings().one_or_none()
    if row is None or row["ended"] or row["expired"] or row["disabled"] or row["must_change"]:
        return None
    if row["idle"] is None or abs(row["idle"]) > SEEN_EVERY_SECONDS:
        session.execute(
            update(ApiToken).where(ApiToken.id == row["id"]).values(last_used_at=func.clock_timestamp())
        )
    return _known(row, token_scopes=frozenset(row["scopes"]))


def end_sessions(session: Session, ids: Iterable[int], *, why: str) -> None:
    """Ends sessions: their cookies open nothing from the next request on."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.id.in_(list(ids)), LoginSession.ended_at.is_(None))
        .values(ended_at=func.clock_timestamp(), ended_why=why)
    )


def end_all_sessions(session: Session, account: str, *, why: str, but: int | None = None) -> None:
    """Ends every open session of an account, except `but`."""
    ids = session.scalars(
        select(LoginSession.id).where(LoginSession.account == account, LoginSession.ended_at.is_(None))
    )
    end_sessions(session, [found for found in ids if found != but], why=why)


def add_token(
    session: Session, account: str, *, name: str, scopes: list[str], expires_at: datetime
) -> tuple[int, str]:
    """Makes an API token and gives its number and its secret, which is shown once."""
    secret = "dg_" + secrets.token_urlsafe(32)
    row = ApiToken(
        account=account, name=name, secret_hash=secret_hash(secret), scopes=scopes, expires_at=expires_at
    )
    session.add(row)
    session.flush()
    return row.id, secret


def note_sign_in(session: Session, *, account: str | None, outcome: str, network: str, agent: str) -> None:
    """Adds a line to the sign-in log."""
    session.add(SignIn(account=account, outcome=outcome, network=network, agent=agent))
    session.flush()


def set_scope(session: Session, account: str, *, wards: Iterable[str], projects: Iterable[str]) -> None:
    """Replaces the wards and projects that an account works for."""
    session.execute(delete(AccountScope).where(AccountScope.account == account))
    for kind, codes in (("ward", wards), ("project", projects)):
        session.add_all(AccountScope(account=account, kind=kind, code=code) for code in sorted(set(codes)))
    session.flush()


def scope_of(session: Session, account: str) -> tuple[list[str], list[str]]:
    """The ward codes and the project codes that an account works for."""
    rows = session.execute(
        select(AccountScope.kind, AccountScope.code)
        .where(AccountScope.account == account)
        .order_by(AccountScope.code)
    ).all()
    return [c for k, c in rows if k == "ward"], [c for k, c in rows if k == "project"]


def _known(row: Any, **more: Any) -> Known:
    return Known(
        account=row["name"],
        display_name=row["display_name"],
        role=row["role"],
        person=row["person"],
        wards=frozenset(row["wards"]),
        projects=frozenset(row["projects"]),
        must_change=row["must_change"],
        is_demo=row["is_demo"],
        **more,
    )
