"""Counting requests and tries where all workers see them: a storage of the `limits` library in PostgreSQL.

The table is unlogged and each count is a transaction of its own, so that a refused try is counted although its
request is rolled back. After a crash of the database the counts begin anew. A window that ends later than any of its
length can is left over from a clock that was ahead and has been set back: it is over, or it would lock for as long.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from limits import RateLimitItem
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from geo.scope import door

LONGEST_WINDOW = 3_600  # seconds
_OVER = "(w.ends_at <= clock_timestamp() or w.ends_at > clock_timestamp() + make_interval(secs => {longest}))"
_HIT = text(
    f"""
    insert into rate_window as w (key, ends_at, hits)
    values (:key, clock_timestamp() + make_interval(secs => :expiry), :amount)
    on conflict (key) do update set
        hits = case when {_OVER.format(longest=":expiry")} then excluded.hits else w.hits + excluded.hits end,
        ends_at = case when {_OVER.format(longest=":expiry")} then excluded.ends_at else w.ends_at end
    returning hits
    """
)
_IS_OVER = _OVER.format(longest=LONGEST_WINDOW)
_GET = text(f"select hits from rate_window w where key = :key and not {_IS_OVER}")
_ENDS = text(
    f"select extract(epoch from ends_at)::float from rate_window w where key = :key and not {_IS_OVER}"
)
_CLEAR = text("delete from rate_window where key = :key")
_SWEEP = text(f"delete from rate_window w where {_IS_OVER}")


class PostgresStorage(Storage):
    """The counts of `limits` in the table `rate_window`; `begin` opens a transaction."""

    STORAGE_SCHEME = ["duonggang"]  # noqa: RUF012  # the library's own name and type

    def __init__(self, begin: Callable[[], AbstractContextManager[Session]], **options: Any) -> None:
        super().__init__(**options)
        self._begin = begin

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the database may raise."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Counts a hit and gives the count of the present window."""
        return int(self._ask(_HIT, key=key, expiry=expiry, amount=amount) or 0)

    def get(self, key: str) -> int:
        """The count of the present window."""
        return int(self._ask(_GET, key=key) or 0)

    def get_expiry(self, key: str) -> float:
        """When the present window ends, in seconds since 1970; 0 without one."""
        return float(self._ask(_ENDS, key=key) or 0.0)

    def check(self) -> bool:
        """Whether the table answers."""
        self.get("check")
        return True

    def reset(self) -> int | None:
        """Forgets the windows that are over."""
        with self._begin() as session:
            door(session)
            session.execute(_SWEEP)
        return None

    def clear(self, key: str) -> None:
        """Forgets a key."""
        with self._begin() as session:
            door(session)
            session.execute(_CLEAR, {"key": key})

    def _ask(self, statement: Any, **values: Any) -> Any:
        with self._begin() as session:
            door(session, durable=False)
            return session.scalar(statement, values)


def hit(limiter: FixedWindowRateLimiter, item: RateLimitItem, *key: str) -> int:
    """Counts a hit; 0 when it is within the limit, else the seconds until the window ends."""
    if limiter.hit(item, *key):
        return 0
    return wait(limiter, item, *key)


def wait(limiter: FixedWindowRateLimiter, item: RateLimitItem, *key: str) -> int:
    """Seconds until the window of this key ends, at least 1."""
    return max(1, int(limiter.get_window_stats(item, *key).reset_time - time.time()) + 1)
