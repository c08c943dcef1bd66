"""Invented people for tests: accounts with a role and a scope, made as an administrator would make them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api.calendars import working_calendars
from api.context import Context, ResultCache
from api.rightsfile import rights, system
from api.settings import Settings
from api.usecases.accounts import AccountChange, add_account, make_token
from geo import cluster
from geo.db import make_engine, make_sessions
from geo.tables import Account, Ward
from projects.rights import Principal

PASSWORD = "bốn con trâu lội qua sông"


@dataclass(frozen=True)
class Tester:
    """An account: name, password, and a token that may read and write (None for who may have none)."""

    __test__: ClassVar[bool] = False  # a value, no test
    name: str
    role: str
    password: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What a program of this account sends."""
        return {"Authorization": f"Bearer {self.token}"}


def app_url(url: str) -> str | None:
    """The application's own address of a database in the run's private cluster; None on somebody's server."""
    return None if os.environ.get("DUONGGANG_TEST_DATABASE_URL") else cluster.app_url(url)


def system_context(*, today: date = date(2026, 11, 22)) -> Context:
    """The context of a command of the operator."""
    return Context(
        calendars=working_calendars(),
        today=lambda: today,
        cache=ResultCache(),
        rights=rights(),
        principal=system("tests"),
    )


@contextmanager
def owner_session(settings: Settings) -> Iterator[Session]:
    """A transaction of the owner in maintenance: sees and writes everything."""
    assert settings.database_url is not None
    engine = make_engine(settings.database_url, maintenance=True)
    try:
        with make_sessions(engine).begin() as session:
            yield session
    finally:
        engine.dispose()


@contextmanager
def undone(engine: Engine) -> Iterator[Session]:
    """A session in which the code under test may commit, and of which nothing stays."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        outer.rollback()


def make_tester(
    settings: Settings,
    name: str,
    role: str,
    *,
    wards: Iterable[str] | None = (),
    projects: Iterable[str] = (),
    person: str = "",
) -> Tester:
    """Makes an account that need not change its password; `wards` None means every ward."""
    with owner_session(settings) as session:
        ctx = system_context()
        codes = tuple(session.scalars(select(Ward.code))) if wards is None else tuple(wards)
        wanted = AccountChange(
            display_name=f"Người thử {name}", role=role, wards=codes, projects=tuple(projects), person=person
        )
        add_account(session, ctx, name, wanted, password=PASSWORD)
        session.get_one(Account, name).must_change = False
        me = replace(ctx, principal=Principal(name, name, rights().roles[role]))
        _, token = make_token(session, me, name="thử", scopes=("read", "write"), days=30)
    return Tester(name, role, PASSWORD, token)
