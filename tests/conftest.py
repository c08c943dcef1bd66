"""What all tests share: a PostGIS of their own, sessions that leave nothing behind, the third-party data.

Needs that are not met skip the test on a developer's machine and fail it where `CI` is set.

Loading the demo portfolio takes a minute. Who runs single files all day keeps one: `python -m tests.kept FOLDER`
makes a stopped cluster with it, and with DUONGGANG_TEST_KEPT=FOLDER each run starts from a copy of its files.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from api.settings import Settings
from geo import cluster
from geo.db import make_engine
from geo.migrate import upgrade
from tests.kept import demo_settings, kept_copy, kept_url
from tests.people import Tester, make_tester, undone

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
KEPT = "" if os.environ.get("CI") else os.environ.get("DUONGGANG_TEST_KEPT", "")


def skip_or_fail(reason: str) -> NoReturn:
    """Skip here, fail in CI: there a test that did not run would pass for one that did."""
    if os.environ.get("CI"):
        pytest.fail(f"needed in CI: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of third-party files (boundaries, alignments) that lies beside the checkout."""
    if not SHARED.is_dir():
        skip_or_fail(f"no folder {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def cluster_home() -> Iterator[Path]:
    """The home of a private cluster that lives as long as the test run."""
    with ExitStack() as stack:
        try:
            home = stack.enter_context(kept_copy(Path(KEPT)) if KEPT else cluster.temporary())
        except cluster.ClusterError as error:
            skip_or_fail(error.en)
        yield home


@pytest.fixture(scope="session")
def make_database(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """A function that makes one more empty database with PostGIS, under a name never used, and gives its URL.

    On the server of DUONGGANG_TEST_DATABASE_URL when that is set, else in the run's own cluster.
    """
    server = os.environ.get("DUONGGANG_TEST_DATABASE_URL")
    made: list[str] = []

    def make() -> str:
        name = f"duonggang_test_{uuid.uuid4().hex[:12]}"
        made.append(name)
        if server is None:
            return cluster.add_database(request.getfixturevalue("cluster_home"), name)
        _on_server(server, f"CREATE DATABASE {name}")
        url = make_url(server).set(database=name).render_as_string(hide_password=False)
        _on_server(url, "CREATE EXTENSION IF NOT EXISTS postgis")
        return url

    yield make
    if server is not None:
        for name in made:
            _on_server(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def database_url(make_database: Callable[[], str]) -> str:
    """The database that `engine` and `session` use."""
    return make_database()


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on the migrated, empty database. Tests that commit through it spoil it for others: use `session`."""
    engine = make_engine(database_url, maintenance=True)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session in which the code under test may commit, and of which nothing stays."""
    with undone(engine) as session:
        yield session


@pytest.fixture(scope="session")
def portfolio_settings(
    request: pytest.FixtureRequest,
    make_database: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    """Settings whose database, apart from that of `engine`, holds the whole portfolio with its demo land.

    Loaded once per run, as `duonggang serve --demo` does it: tests that write to it must undo that or expect it.
    """
    # Here, so that a fault in the loading does not keep the tests of everything below it from running.
    from api.commands.server import prepare

    url = kept_url(request.getfixturevalue("cluster_home")) if KEPT else make_database()
    settings = demo_settings(tmp_path_factory.mktemp("home"), url)
    prepare(settings, url)
    return settings


@pytest.fixture
def owner(portfolio_settings: Settings) -> Iterator[Session]:
    """The owner of the loaded portfolio in maintenance; nothing of what a test writes stays."""
    engine = make_engine(str(portfolio_settings.database_url), maintenance=True, statement_timeout_ms=0)
    with undone(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture(scope="session")
def tester(portfolio_settings: Settings) -> Tester:
    """A ward leader of every ward, with a password and a token that may read and write."""
    return make_tester(portfolio_settings, "tester", "ward_leader", wards=None)


def _on_server(url: str, sql: str) -> None:
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(sql))
    admin.dispose()
