"""Engine and session factory from a URL; reads no environment."""

from __future__ import annotations

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from geo.server.places import APP_ROLE

__all__ = ["APP_ROLE", "make_engine", "make_sessions"]

# A request that waits longer than this is refused by PostgreSQL: no request may pile up behind a lock.
STATEMENT_TIMEOUT_MS = 30_000
LOCK_TIMEOUT_MS = 5_000


def make_engine(url: str, *, statement_timeout_ms: int = STATEMENT_TIMEOUT_MS) -> Engine:
    """A pooled engine on psycopg 3 that checks connections before use and bounds every statement.

    Commands that load whole files pass a longer `statement_timeout_ms`; 0 means no bound.
    """
    options = {
        "statement_timeout": statement_timeout_ms,
        "lock_timeout": LOCK_TIMEOUT_MS,
        "timezone": "Asia/Ho_Chi_Minh",
    }
    arguments = {
        "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        "connect_timeout": 5,
        "application_name": "duonggang",
    }
    return create_engine(
        url,
        pool_pre_ping=True,  # a killed PostgreSQL heals on the next request instead of failing one
        pool_size=10,
        max_overflow=10,
        pool_timeout=10,
        connect_args=arguments,
    )


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """A factory of sessions that keep loaded values after commit, so a response may still read them."""
    return sessionmaker(engine, expire_on_commit=False)
