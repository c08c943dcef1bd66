"""Accounts, sessions and tokens in the database. Secrets are kept as SHA-256 only; every time is the database's."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.orm import Session

from geo.tables import Account, AccountScope, ApiToken, LoginSession, SignIn

# A clock that was set back leaves sessions that begin later than now; a little of that is drift.
DRIFT_SECONDS = 120.0
SEEN_EVERY_SECONDS = 60.0  # how finely the last use is kept

COME_IN = text(
    """
    select * from come_in(
        :secret, :is_token, :idle, :age, :drift, :seen_every, :roles, :demo, :nobody_key, :person_key, :span
    )
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


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who asks: an account, nobody (None), or why a secret opens nothing: none | ended | expired | token.

    `hits` are the requests of this account, or of the network of nobody, in the window that ends in `seconds`.
    """

    known: Known | str | None
    hits: int
    seconds: float


def come_in(
    connection: Session | Connection,
    secret: str | None,
    *,
    is_token: bool,
    idle: float,
    age: float,
    roles: Iterable[str],
    demo: bool,
    keys: tuple[str, str],
    span: float,
) -> Arrival:
    """Whom a session's or a token's secret stands for, noting its use and counting the request: one call.

    A session ends when it was not used for `idle` seconds or is older than `age`. A role that is not among `roles`,
    and without `demo` a demo account, opens nothing. `keys`: what is counted for nobody and for an account
    (its name in place of `{account}`), in windows of `span` seconds.
    """
    row = connection.execute(
        COME_IN,
        {
            "secret": secret_hash(secret) if secret is not None else None,
            "is_token": is_token,
            "idle": idle,
            "age": age,
            "drift": DRIFT_SECONDS,
            "seen_every": SEEN_EVERY_SECONDS,
            "roles": list(roles),
            "demo": demo,
            "nobody_key": keys[0],
            "person_key": keys[1],
            "span": span,
        },
    ).one()
    found: Known | str | None = {"nobody": None}.get(row.outcome, row.outcome)
    if row.outcome == "in":
        found = Known(
            account=row.account,
            display_name=row.display_name,
            role=row.role,
            person=row.person,
            wards=frozenset(row.wards),
            projects=frozenset(row.projects),
            must_change=row.must_change,
            session_id=row.session_id,
            device=row.device or "",
            token_scopes=frozenset(row.scopes) if row.scopes is not None else None,
        )
    return Arrival(found, row.hits, row.seconds)


def session_id_of(session: Session, secret: str) -> int | None:
    """The number of the session that a secret stands for, open or over."""
    return session.scalar(select(LoginSession.id).where(LoginSession.secret_hash == secret_hash(secret)))


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
