"""Signing in and out, and finding out who asks. The one seam for other ways in: single sign-on or a second factor.

Callers use `sign_in`, `identify`, `sign_out` and the values they give; how a person proves who they are is known
here only. Each works in transactions of its own: a refused try must be in the log although the request fails.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from limits import RateLimitItemPerSecond
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from api import passwords
from geo import people
from geo.scope import door
from geo.tables import Account
from geo.throttle import PostgresStorage, hit, wait
from projects.errors import SignInNeeded, TooMany
from projects.rights import PUBLIC, Principal, Rights

LONGEST_NAME = 40
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is too much. Tries count per account and per network; sessions end after `idle` and `absolute` s."""

    tries_per_account: int = 10
    failures_per_network: int = 60
    tries_window: int = 15 * MINUTE
    requests_per_minute: int = 1200
    anonymous_per_minute: int = 600
    idle: float = 60 * 60.0
    absolute: float = 12 * 60 * 60.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from: network, browser in words, and the browser's own mark as a hash."""

    network: str
    agent: str
    device: str


@dataclass(frozen=True, slots=True)
class Door:
    """What signing in needs: transactions, the rights table, the limits, and whether demo accounts may enter.

    `connect` gives a connection on which each call is a transaction of its own.
    """

    begin: Callable[[], AbstractContextManager[Session]]
    connect: Callable[[], AbstractContextManager[Connection]]
    rights: Rights
    demo: bool
    limits: Limits = field(default_factory=Limits)

    @property
    def limiter(self) -> FixedWindowRateLimiter:
        """The counter that all workers share."""
        return FixedWindowRateLimiter(PostgresStorage(self.begin))


def nobody(rights: Rights) -> Principal:
    """The public: signed in as nobody."""
    return Principal("", "", rights.roles[PUBLIC])


def sign_in(ways: Door, name: str, password: str, caller: Caller, *, replaces: str | None = None) -> str:
    """Checks name and password and gives the secret of a new session; the session `replaces` ends.

    Raises SignInNeeded("wrong") for every kind of refusal alike, TooMany when the account or network is locked.
    """
    name = name.strip().lower()[:LONGEST_NAME]
    account_item = RateLimitItemPerSecond(ways.limits.tries_per_account, ways.limits.tries_window)
    network_item = RateLimitItemPerSecond(ways.limits.failures_per_network, ways.limits.tries_window)
    limiter = ways.limiter
    locked = 0
    if not limiter.test(network_item, "network", caller.network):
        locked = wait(limiter, network_item, "network", caller.network)
    # Counted before the password is looked at: a thousand tries at once are a thousand tries.
    locked = max(locked, hit(limiter, account_item, "account", name))
    with ways.begin() as session:
        door(session)
        account = session.get(Account, name)
        if locked:
            people.note_sign_in(
                session,
                account=name if account else None,
                outcome="locked",
                network=caller.network,
                agent=caller.agent,
            )
    if locked:
        raise TooMany(locked)
    fits = passwords.verify(account.password_hash if account else None, password)
    with ways.begin() as session:
        door(session)
        # Read again: the account may have been disabled while the password was computed.
        account = session.get(Account, name, with_for_update=True)
        outcome = _outcome(ways, account, fits=fits)
        people.note_sign_in(
            session,
            account=name if account else None,
            outcome=outcome,
            network=caller.network,
            agent=caller.agent,
        )
        if account is not None and outcome == "ok":
            if passwords.is_outdated(account.password_hash):
                account.password_hash = passwords.hash_password(password)
            if replaces is not None:
                end_by_secret(session, replaces, why="signed in anew")
            secret = people.open_session(
                session, account, network=caller.network, agent=caller.agent, device=caller.device
            )
    if outcome != "ok":
        hit(limiter, network_item, "network", caller.network)
        raise SignInNeeded("wrong")
    limiter.clear(account_item, "account", name)
    return secret


def identify(
    ways: Door, secret: str | None, token: str | None, network: str, *, forgiving: bool = False
) -> Principal:
    """Who a cookie's secret or an API token stands for, counting the request; nobody without either.

    Raises SignInNeeded when the session is over or the token is not good (`forgiving`: that is nobody), TooMany.
    Everything is read afresh, so a change of role, scope, password or state holds from the next request on.
    """
    anonymous = RateLimitItemPerSecond(ways.limits.anonymous_per_minute, MINUTE)
    personal = RateLimitItemPerSecond(ways.limits.requests_per_minute, MINUTE)
    with ways.connect() as connection:
        arrival = people.come_in(
            connection,
            token if token is not None else secret,
            is_token=token is not None,
            idle=ways.limits.idle,
            age=ways.limits.absolute,
            roles=[code for code in ways.rights.roles if code != PUBLIC],
            demo=ways.demo,
            keys=(
                anonymous.key_for("requests", network),
                personal.key_for("requests", "account", "{account}"),
            ),
            span=MINUTE,
        )
    known = arrival.known
    most = personal if isinstance(known, people.Known) else anonymous
    if arrival.hits > most.amount:
        raise TooMany(max(1, int(arrival.seconds) + 1))
    if isinstance(known, str) and not forgiving:
        raise SignInNeeded(known)
    if not isinstance(known, people.Known):
        return nobody(ways.rights)
    return Principal(
        account=known.account,
        display_name=known.display_name,
        role=ways.rights.roles[known.role],
        wards=known.wards,
        projects=known.projects,
        person=known.person,
        token_scopes=known.token_scopes,
        must_change=known.must_change,
        session_id=known.session_id,
        device=known.device,
    )


def count_further(ways: Door, account: str, requests: int) -> bool:
    """Counts requests of an account that were let through without being asked; false when it is over its limit."""
    item = RateLimitItemPerSecond(ways.limits.requests_per_minute, MINUTE)
    key = item.key_for("requests", "account", account)
    return PostgresStorage(ways.begin).incr(key, MINUTE, requests) <= item.amount


def sign_out(ways: Door, secret: str | None) -> None:
    """Ends the session of a cookie; without one nothing happens."""
    if secret is not None:
        with ways.begin() as session:
            door(session)
            end_by_secret(session, secret, why="signed out")


def end_by_secret(session: Session, secret: str, *, why: str) -> None:
    """Ends the session that a cookie's secret stands for, if there is one."""
    if (found := people.session_id_of(session, secret)) is not None:
        people.end_sessions(session, [found], why=why)


def _outcome(ways: Door, account: Account | None, *, fits: bool) -> str:
    if account is None:
        return "unknown"
    if not fits:
        return "wrong"
    if account.disabled_at is not None or (account.is_demo and not ways.demo):
        return "disabled"
    return "ok"
