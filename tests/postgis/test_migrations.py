from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from geo.db import make_engine
from geo.history import record
from geo.migrate import current_revision, differences, downgrade, head_revision, upgrade


def test_tables_and_migrations_are_in_step(engine: Engine) -> None:
    assert current_revision(engine) == head_revision()
    assert differences(engine) == []


def test_a_column_that_no_migration_made_is_found(engine: Engine) -> None:
    """The control of the test above: it can fail."""
    with engine.begin() as connection:
        connection.execute(text("alter table ward add column stray text"))
    try:
        assert "stray" in str(differences(engine))
    finally:
        with engine.begin() as connection:
            connection.execute(text("alter table ward drop column stray"))


def test_every_migration_can_be_undone_and_done_again(make_database: Callable[[], str]) -> None:
    engine = make_engine(make_database(), maintenance=True)
    upgrade(engine)
    downgrade(engine, "base")
    with engine.connect() as connection:
        left = connection.scalars(
            text("select table_name from information_schema.tables where table_schema = 'public'")
        ).all()
    assert set(left) <= {"alembic_version", "spatial_ref_sys", "geometry_columns", "geography_columns"}
    upgrade(engine)
    assert differences(engine) == []
    engine.dispose()


@pytest.mark.parametrize("statement", ["update event set actor = 'x'", "delete from event", "truncate event"])
def test_history_can_only_be_appended(session: Session, statement: str) -> None:
    record(
        session,
        kind="case.step",
        object_type="case",
        object_code="TEST-1",
        actor="test",
        effective_on=date(2026, 3, 13),
    )
    with pytest.raises(ProgrammingError, match="append-only"):
        session.execute(text(statement))
