"""The tables of the desk under row-level security: filters are their account's, the law is set by those who oversee."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from geo.db import APP_ROLE, make_engine
from geo.migrate import upgrade
from tests.people import app_url

FILTER = "insert into saved_filter (account, page, name, query) values (:account, '/x', 'tên', 'ds=gang')"
SETTING = (
    "insert into law_setting (key, from_on, value, set_by) "
    "values ('threshold.lapse_days', '2026-01-01', '{\"days\": 90}', 'mot')"
)
EVENT = (
    "insert into event (effective_on, actor, kind, object_type, object_code) "
    "values ('2026-01-01', :account, 'test', 'law', 'x')"
)


@pytest.fixture(scope="module")
def app(make_database: Callable[[], str]) -> Iterator[Engine]:
    """The application on a database with two accounts."""
    url = make_database()
    own = make_engine(url, maintenance=True)
    upgrade(own)
    with own.begin() as connection:
        connection.execute(
            text(
                "insert into account (name, display_name, role, person, password_hash, must_change, created_by) "
                "values ('mot', 'x', 'ward_officer', 'x', 'x', false, 'x'), "
                "('hai', 'x', 'ward_officer', 'x', 'x', false, 'x')"
            )
        )
    mine = app_url(url)
    engine = make_engine(mine) if mine else make_engine(url, role=APP_ROLE)
    yield engine
    engine.dispose()
    own.dispose()


@pytest.fixture
def connection(app: Engine) -> Iterator[Connection]:
    """A transaction of the application, of which nothing stays."""
    with app.connect() as connection:
        yield connection
        connection.rollback()


def become(connection: Connection, account: str, *, oversight: str = "", reach: str = "scoped") -> None:
    for name, value in (("account", account), ("oversight", oversight), ("reach", reach)):
        connection.execute(text("select set_config(:n, :v, true)"), {"n": f"duonggang.{name}", "v": value})


def test_a_filter_is_seen_and_changed_by_its_account_alone(connection: Connection) -> None:
    become(connection, "mot")
    connection.execute(text(FILTER), {"account": "mot"})
    assert connection.scalar(text("select count(*) from saved_filter")) == 1  # the control: the owner sees it
    for who, oversight in (("hai", ""), ("hai", "on"), ("", "")):
        become(connection, who, oversight=oversight)
        assert connection.scalar(text("select count(*) from saved_filter")) == 0
        assert connection.execute(text("delete from saved_filter")).rowcount == 0
        assert connection.execute(text("update saved_filter set name = 'x'")).rowcount == 0


def test_nobody_keeps_a_filter_for_somebody_else(connection: Connection) -> None:
    become(connection, "hai")
    with pytest.raises(ProgrammingError, match="row-level security"):
        connection.execute(text(FILTER), {"account": "mot"})


def test_the_law_is_read_by_everybody_who_is_signed_in_and_set_by_those_who_oversee(
    connection: Connection,
) -> None:
    become(connection, "hai", oversight="on", reach="none")
    connection.execute(text(SETTING))
    connection.execute(text(EVENT), {"account": "hai"})
    become(connection, "mot")
    assert connection.scalar(text("select count(*) from law_setting")) == 1
    become(connection, "", reach="")
    assert connection.scalar(text("select count(*) from law_setting")) == 0
    become(connection, "mot")
    with pytest.raises(ProgrammingError, match="row-level security"):
        connection.execute(text(SETTING))


@pytest.mark.parametrize(
    "change", ["update law_setting set from_on = '2020-01-01'", "delete from law_setting"]
)
def test_a_setting_is_never_changed_or_removed(connection: Connection, change: str) -> None:
    become(connection, "hai", oversight="on", reach="none")
    connection.execute(text(SETTING))
    with pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text(change))
