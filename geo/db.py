"""Engine and session factory from a URL; reads no environment."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from sqlalchemy import CursorResult, Engine, Executable, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Session, sessionmaker

from geo.server.places import APP_ROLE

__all__ = ["APP_ROLE", "make_engine", "make_sessions", "rows_changed"]

# A request that waits longer than this is refused by PostgreSQL: no request may pile up behind a lock.
STATEMENT_TIMEOUT_MS = 30_000
LOCK_TIMEOUT_MS = 5_000
# What a transaction may see (`geo.scope`); nothing at the start.
SCOPE = tuple(
    f"duonggang.{name}"
    for name in ("reach", "wards", "projects", "account", "people", "oversight", "known", "change")
)
_DATA_EXCEPTION = "22"  # the class of error codes whose message itself repeats the value


def make_engine(
    url: str,
    *,
    statement_timeout_ms: int = STATEMENT_TIMEOUT_MS,
    maintenance: bool = False,
    role: str | None = None,
) -> Engine:
    """A pooled engine on psycopg 3 that checks connections before use and bounds every statement.

    Commands that load whole files pass a longer `statement_timeout_ms`; 0 means no bound. `maintenance` is for the
    owner's connections alone: without it forced row-level security shows the owner nothing. `role` is what every
    connection begins as, where the application shares the owner's login; it keeps mistakes apart, not
    attackers, who may take the login's own role back. Texts of its exceptions hold no values of rows.
    """
    options = {
        "statement_timeout": str(statement_timeout_ms),
        "lock_timeout": str(LOCK_TIMEOUT_MS),
        "timezone": "Asia/Ho_Chi_Minh",
        # Set here, because a setting that somebody left on the role itself would hold otherwise.
        **dict.fromkeys(SCOPE, ""),
        "duonggang.maintenance": "on" if maintenance else "",
        **({"role": role} if role is not None else {}),
    }
    arguments = {
        "options": _as_arguments(options),
        "connect_timeout": 5,
        "application_name": "duonggang",
    }
    engine = create_engine(
        url,
        pool_pre_ping=True,  # a killed PostgreSQL heals on the next request instead of failing one
        pool_size=10,
        max_overflow=10,
        pool_timeout=10,
        connect_args=arguments,
        hide_parameters=True,
    )
    event.listen(engine, "handle_error", _without_values)
    return engine


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """A factory of sessions that keep loaded values after commit, so a response may still read them."""
    return sessionmaker(engine, expire_on_commit=False)


def rows_changed(session: Session, statement: Executable) -> int:
    """Runs an update, insert or delete; how many rows it changed."""
    done = session.execute(statement)
    assert isinstance(done, CursorResult)
    return int(done.rowcount)


def _as_arguments(options: Mapping[str, str]) -> str:
    """As PostgreSQL takes them when a session begins: apart by spaces, so a space in a value is escaped."""
    escaped = {name: value.replace("\\", "\\\\").replace(" ", "\\ ") for name, value in options.items()}
    return " ".join(f"-c {name}={value}" for name, value in escaped.items())


def _without_values(context: ExceptionContext) -> None:
    """Take out of an error's text what PostgreSQL repeats of the row; `orig.diag` still has all of it.

    Hiding the parameters is not enough: DETAIL says "Key (name)=(…) already exists" and "Failing row contains (…)",
    CONTEXT shows lines of COPY.
    """
    original, wrapped = context.original_exception, context.sqlalchemy_exception
    if not isinstance(original, psycopg.Error) or not (kept := original.diag.message_primary):
        return
    if (original.sqlstate or "").startswith(_DATA_EXCEPTION):
        kept = kept.partition('"')[0].rstrip(": ")
    said = str(original)
    original.args = (kept,)
    if wrapped is not None:
        wrapped.args = tuple(str(part).replace(said, kept) for part in wrapped.args)
