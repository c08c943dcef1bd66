"""Reading whole tables of land: how the database plans it, and rows as the driver has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.orm import Session

# The planner expects a handful of rows behind row-level security and would look each one up: here come all.
LOOPS = text(
    "select set_config('enable_nestloop', :loops, true), set_config('enable_mergejoin', :loops, true)"
)


@contextmanager
def joining_whole(session: Session) -> Iterator[None]:
    """Plans that join whole tables for the length of a `with`."""
    session.execute(LOOPS, {"loops": "off"})
    yield
    session.execute(LOOPS, {"loops": "on"})


def tuples(session: Session, statement: TextClause, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows as the driver has them: a hundred thousand of them as rows of the library take three times as long."""
    found = session.execute(statement, asked)
    return list(cast("CursorResult[Any]", found).cursor.fetchall())
