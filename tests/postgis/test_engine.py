"""What holds for every connection of an engine, and what its errors keep to themselves."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.errors import UniqueViolation
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from geo import cluster, db
from geo.db import make_engine
from tests.postgis.private_cluster import connect

CANARY = "Nguyễn Thị Chim Yến"
TABLE = "create table if not exists person (name text primary key, age int not null check (age > 0))"
LEAKS = [
    "insert into person values (:name, 30), (:name, 31)",  # Key (name)=(…) already exists
    "insert into person values (:name, null)",  # Failing row contains (…)
    "insert into person values (:name, -1)",
    "select cast(:name as integer)",  # invalid input syntax for type integer: "…"
    "select cast(:name as date)",
    "select * from nowhere where name = :name",
]


@pytest.fixture(scope="module")
def url(make_database: Callable[[], str]) -> str:
    return make_database()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text(TABLE))
    yield engine
    engine.dispose()


def settings_of_the_pool(engine: Engine, name: str) -> list[Any]:
    """The setting in three connections that are open at once."""
    try:
        with ExitStack() as stack:
            opened = [stack.enter_context(engine.connect()) for _ in range(3)]
            return [one.scalar(text("select current_setting(:name, true)"), {"name": name}) for one in opened]
    finally:
        engine.dispose()


def printed(engine: Engine, statement: str) -> str:
    """All that a log would hold of the failure: the exception, its cause, the traceback."""
    with pytest.raises(DBAPIError) as failure, engine.begin() as connection:
        connection.execute(text(statement), {"name": CANARY})
    return "".join(traceback.format_exception(failure.value))


def test_every_connection_of_the_owner_says_that_it_is_maintenance(url: str) -> None:
    assert settings_of_the_pool(make_engine(url, maintenance=True), "duonggang.maintenance") == ["on"] * 3


def test_without_being_asked_no_connection_is_maintenance(url: str) -> None:
    assert settings_of_the_pool(make_engine(url), "duonggang.maintenance") == [""] * 3


def test_maintenance_lasts_longer_than_a_transaction_that_was_rolled_back(url: str) -> None:
    engine = make_engine(url, maintenance=True)
    with engine.connect() as connection:
        connection.execute(text("set duonggang.maintenance = off"))
        connection.rollback()
        assert connection.scalar(text("show duonggang.maintenance")) == "on"
    engine.dispose()


def test_the_other_options_stay(url: str) -> None:
    for engine in (make_engine(url), make_engine(url, maintenance=True)):
        assert settings_of_the_pool(engine, "lock_timeout") == ["5s"] * 3
    assert settings_of_the_pool(make_engine(url, statement_timeout_ms=0), "statement_timeout") == ["0"] * 3


@pytest.mark.parametrize("role", ["plain_app", "odd app\\ -c x"])
def test_every_connection_begins_as_the_role(cluster_home: Path, role: str) -> None:
    url = cluster.status(cluster_home).url
    with connect(url.replace("//duonggang@", "//postgres@")) as admin:
        admin.execute(f'create role "{role}"; grant "{role}" to duonggang'.encode())
        try:
            assert settings_of_the_pool(make_engine(url, role=role), "role") == [role] * 3
            assert settings_of_the_pool(make_engine(url), "role") == ["none"] * 3
        finally:
            admin.execute(f'drop role "{role}"'.encode())


@pytest.mark.parametrize("statement", LEAKS)
def test_no_value_of_a_row_is_in_the_text_of_an_error(engine: Engine, statement: str) -> None:
    said = printed(engine, statement)
    assert CANARY not in said
    assert "psycopg.errors." in said


@pytest.mark.parametrize("statement", LEAKS)
def test_an_ordinary_engine_would_print_it(engine: Engine, url: str, statement: str) -> None:
    """The control of the test above."""
    ordinary = create_engine(url, hide_parameters=False)
    assert CANARY in printed(ordinary, statement)
    ordinary.dispose()


def test_hiding_the_parameters_alone_would_print_it_too(engine: Engine) -> None:
    """Why `make_engine` does more than that."""
    event.remove(engine, "handle_error", db._without_values)
    assert CANARY in printed(engine, LEAKS[0])
    assert CANARY not in printed(engine, LEAKS[-1])


def test_the_program_still_learns_what_was_wrong(engine: Engine) -> None:
    with pytest.raises(IntegrityError, match="person_pkey") as failure, Session(engine) as session:
        session.execute(text(LEAKS[0]), {"name": CANARY})
    assert isinstance(failure.value.orig, UniqueViolation)
    assert failure.value.orig.diag.constraint_name == "person_pkey"
    assert CANARY in str(failure.value.orig.diag.message_detail)


def test_no_value_of_a_row_is_in_the_log_of_the_private_server(cluster_home: Path) -> None:
    log = cluster.status(cluster_home).data / "server.log"
    with connect(cluster.status(cluster_home).url.replace("//duonggang@", "//postgres@")) as admin:
        admin.execute("create table logged (name text primary key)")
        try:
            assert not is_logged(admin, log, "Trần Văn Sổ")
            admin.execute("set log_error_verbosity = 'default'")
            assert is_logged(admin, log, "Trần Văn Sổ")  # the control
        finally:
            admin.execute("drop table logged")


def is_logged(connection: psycopg.Connection[tuple[object, ...]], log: Path, name: str) -> bool:
    with pytest.raises(UniqueViolation):
        connection.execute("insert into logged values (%(name)s), (%(name)s)", {"name": name})
    return name in log.read_text()
