"""How a database stands: who the application is in it, what is protected, and how it is set up.

Read with the rights of whoever is connected; catalogues only, no row of a table.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection, text


def clock_offset(connection: Connection, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float:
    """Seconds by which the database's clock is ahead of `now`, the half of the question's time taken off."""
    before = now()
    there: datetime = connection.scalar(text("select clock_timestamp()"))
    after = now()
    return (there - before - (after - before) / 2).total_seconds()
