"""Each check of the database is green on a database as we make it, and red after the mistake that it is there for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from api.app import app_engine, for_the_web
from api.safety import Finding, of_database, stopping
from api.settings import Settings
from api.usecases.accounts import AccountChange, add_account
from api.usecases.audit import anchor_history
from geo import cluster, posture
from geo.db import make_engine, make_sessions
from geo.migrate import head_revision, upgrade
from geo.server import programs
from geo.tables import PortfolioState
from tests.conftest import skip_or_fail
from tests.people import system_context

ADMINISTRATOR = AccountChange(display_name="Quản trị thử", role="administrator")


@dataclass(frozen=True)
class Served:
    """A database as `duonggang serve` leaves it, with an administrator and an anchor."""

    home: Path
    settings: Settings
    owner: Engine

    def findings(self, settings: Settings | None = None, *, deploy: bool = True) -> list[Finding]:
        web = for_the_web(settings or self.settings, cluster.status(self.home).url)
        engine = app_engine(web)
        try:
            return list(of_database(engine, web, deploy=deploy))
        finally:
            engine.dispose()

    def red(self) -> set[str]:
        return {finding.name for finding in self.findings() if not finding.ok}

    def as_superuser(self, *statements: str) -> None:
        url = cluster.status(self.home).url.replace("//duonggang@", "//postgres@")
        engine = make_engine(url, maintenance=True).execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    try:
        with cluster.temporary(settings={}) as home:  # the product's own settings: nothing is switched off
            engine = make_engine(cluster.status(home).url, maintenance=True)
            upgrade(engine)
            settings = Settings(_env_file=None, home=home)
            with make_sessions(engine).begin() as session:
                session.add(PortfolioState(id=1, data_date=date(2026, 3, 13), files_sha256="0" * 64))
                add_account(session, system_context(), "quan.tri", ADMINISTRATOR)
            with make_sessions(engine)() as session:
                anchor_history(session, settings.anchor_file, now=datetime.now(UTC))
            yield Served(home, settings, engine)
            engine.dispose()
    except cluster.ClusterError as error:
        skip_or_fail(error.en)


# What is done by mistake, and what mends it again.
MISTAKES: list[tuple[str, list[str], list[str]]] = [
    ("bypassrls", ["alter role duonggang_app bypassrls"], ["alter role duonggang_app nobypassrls"]),
    ("attributes", ["alter role duonggang_app createrole"], ["alter role duonggang_app nocreaterole"]),
    ("attributes", ["alter role duonggang_app createdb"], ["alter role duonggang_app nocreatedb"]),
    ("membership", ["grant pg_monitor to duonggang_app"], ["revoke pg_monitor from duonggang_app"]),
    (
        "ownership",
        ["create table loot (n int)", "alter table loot owner to duonggang_app"],
        ["drop table loot"],
    ),
    (
        "ownership",
        [
            "create function loot() returns int language sql return 1",
            "alter function loot() owner to duonggang_app",
        ],
        ["drop function loot()"],
    ),
    (
        "creating",
        ["grant create on schema public to public"],
        ["revoke create on schema public from public"],
    ),
    (
        "creating",
        ["grant create on database duonggang to duonggang_app"],
        ["revoke create on database duonggang from duonggang_app"],
    ),
    (
        "unprotected",
        ["alter table holder disable row level security"],
        ["alter table holder enable row level security"],
    ),
    (
        "unprotected",
        ["alter table past.parcel disable row level security"],
        ["alter table past.parcel enable row level security"],
    ),
    (
        "unforced",
        ["alter table event no force row level security"],
        ["alter table event force row level security"],
    ),
    (
        "policies",
        ["alter policy app_reads on sign_in to duonggang"],
        ["alter policy app_reads on sign_in to duonggang_app"],
    ),
    (
        "open_policies",
        ["create policy loot on holder for select to duonggang_app using (true)"],
        ["drop policy loot on holder"],
    ),
    (
        "open_policies",
        ["create policy loot on holder to public using (case_id > 0)"],
        ["drop policy loot on holder"],
    ),
    ("views", ["create view loot as select full_name from holder"], ["drop view loot"]),
    (
        "views",
        ["alter view past_view.holder set (security_invoker = false)"],
        ["alter view past_view.holder set (security_invoker = true)"],
    ),
    (
        "definers",
        ["create function loot() returns bigint language sql security definer return 1"],
        ["drop function loot()"],
    ),
    (
        "definers",
        ["alter function history_short() reset search_path"],
        ["alter function history_short() set search_path = public, pg_temp"],
    ),
    (
        "history_rights",
        ["grant delete on event to duonggang_app"],
        ["revoke delete on event from duonggang_app"],
    ),
    (
        "history_rights",
        ["grant update (reason) on event to duonggang_app"],
        ["revoke update (reason) on event from duonggang_app"],
    ),
    (
        "history_rights",
        ["grant truncate on past.parcel to duonggang_app"],
        ["revoke truncate on past.parcel from duonggang_app"],
    ),
    (
        "history_triggers",
        ["alter table event disable trigger event_append_only"],
        ["alter table event enable trigger event_append_only"],
    ),
    (
        "history_triggers",
        ["alter table event disable trigger event_chained"],
        ["alter table event enable trigger event_chained"],
    ),
    (
        "history_triggers",
        ["alter role duonggang_app set session_replication_role = replica"],
        ["alter role duonggang_app reset session_replication_role"],
    ),
    (
        "durability",
        ["alter role duonggang_app set synchronous_commit = off"],
        ["alter role duonggang_app reset synchronous_commit"],
    ),
    *(
        (
            "values_in_log",
            [f"alter role duonggang_app set {name} = '{value}'"],
            [f"alter role duonggang_app reset {name}"],
        )
        for name, value in (
            ("log_statement", "all"),
            ("log_error_verbosity", "default"),
            ("log_min_duration_statement", "0"),
            ("log_parameter_max_length_on_error", "100"),
        )
    ),
    (
        "migrations",
        ["update alembic_version set version_num = '0005'"],
        [f"update alembic_version set version_num = '{head_revision()}'"],
    ),
    (
        "portfolio",
        ["alter table portfolio_state rename to aside", "create table portfolio_state (data_date date)",
         "grant select on portfolio_state to duonggang_app"],
        ["drop table portfolio_state", "alter table aside rename to portfolio_state"],
    ),
    (
        "administrator",
        ["update account set disabled_at = now() where role = 'administrator'"],
        ["update account set disabled_at = null where role = 'administrator'"],
    ),
    (
        "demo-accounts",
        ["insert into account (name, display_name, role, person, password_hash, must_change, is_demo, created_by) "
         "values ('mau', 'Mẫu', 'board', 'mau', '-', false, true, 'tests')"],
        ["delete from account where name = 'mau'"],
    ),
    ("app-role", ["alter role duonggang_app nologin"], ["alter role duonggang_app login"]),
]  # fmt: skip
# Broken in ways of their own, below.
BESIDES = {"superuser", "login", "checksums", "unencrypted", "anchor-age", "clock"}


def test_a_database_as_we_make_it_is_green_throughout(served: Served) -> None:
    assert {finding.name: finding.vi for finding in served.findings() if not finding.ok} == {}


@pytest.mark.parametrize(("name", "mistake", "remedy"), MISTAKES)
def test_one_mistake_makes_its_check_red_and_no_other(
    served: Served, name: str, mistake: list[str], remedy: list[str]
) -> None:
    served.as_superuser(*mistake)
    try:
        assert served.red() == {name}
    finally:
        served.as_superuser(*remedy)
    assert served.red() == set()


def test_a_superuser_is_named(served: Served) -> None:
    served.as_superuser("alter role duonggang_app superuser")
    try:
        assert {"superuser", "creating", "history_rights"} <= served.red()
        assert "superuser" in {finding.name for finding in stopping(served.findings())}
    finally:
        served.as_superuser("alter role duonggang_app nosuperuser")


def test_the_owners_login_with_the_role_switched_is_for_demos_only(served: Served) -> None:
    """As `app_engine` does it on somebody's own database; it keeps mistakes apart, not attackers."""
    served.as_superuser("grant duonggang_app to duonggang")
    shared = served.settings.model_copy(update={"database_url": cluster.status(served.home).url})
    demo = shared.model_copy(update={"demo": True})
    try:
        assert {f.name for f in served.findings(shared) if not f.ok} == {"login"}
        assert [f.name for f in served.findings(demo, deploy=False) if not f.ok] == []
    finally:
        served.as_superuser("revoke duonggang_app from duonggang")


def test_a_plain_connection_over_a_network_is_named(served: Served) -> None:
    engine = app_engine(for_the_web(served.settings, cluster.status(served.home).url))
    served.as_superuser(
        "create schema elsewhere",
        "create function elsewhere.inet_server_addr() returns inet language sql return inet '10.0.0.9'",
        "grant usage on schema elsewhere to duonggang_app",
    )
    try:
        with engine.connect() as connection:
            assert posture.offenders(connection)["unencrypted"] == []
            connection.execute(text("set local search_path = elsewhere, pg_catalog, public"))
            assert posture.offenders(connection)["unencrypted"] == ["10.0.0.9/32"]
    finally:
        engine.dispose()
        served.as_superuser("drop schema elsewhere cascade")


def test_history_that_is_older_than_its_last_anchor_is_named(served: Served, tmp_path: Path) -> None:
    without = served.settings.model_copy(update={"anchor": tmp_path / "none.jsonl"})
    fresh = {f.name for f in served.findings(without) if not f.ok}
    assert fresh == set(), "an event may be 15 minutes old before it must be in the file"
    aged = "update event set recorded_at = recorded_at - interval '16 minutes'"
    served.as_superuser("set session_replication_role = replica", aged)
    try:
        assert {f.name for f in served.findings(without) if not f.ok} == {"anchor-age"}
        assert served.red() == set()
    finally:
        served.as_superuser(
            "set session_replication_role = replica", aged.replace("- interval", "+ interval")
        )


def test_a_damaged_anchor_file_is_named(served: Served, tmp_path: Path) -> None:
    (tmp_path / "neo.jsonl").write_text('{"at": "yesterday"}\n')
    damaged = served.settings.model_copy(update={"anchor": tmp_path / "neo.jsonl"})
    assert {f.name for f in served.findings(damaged) if not f.ok} == {"anchor-age"}


@pytest.mark.parametrize(
    ("seconds", "red"), [(-3600, True), (-2.5, True), (-1, False), (1, False), (86400, True)]
)
def test_clocks_that_are_more_than_two_seconds_apart_are_named(
    served: Served, seconds: float, red: bool
) -> None:
    web = for_the_web(served.settings, cluster.status(served.home).url)
    engine = app_engine(web)

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=seconds)

    try:
        found = {f.name for f in of_database(engine, web, deploy=True, now=now) if not f.ok}
    finally:
        engine.dispose()
    assert found == ({"clock"} if red else set())


def test_a_database_without_checksums_is_named(served: Served) -> None:
    def checksums(do: str) -> None:
        found = cluster.status(served.home)
        cluster.stop(served.home)
        account = programs.account_for(found.owner_uid)
        tool = programs.choose(programs.installed(), data_major=found.major).path("pg_checksums")
        done = programs.run(account, [tool, do, "--no-sync", "-D", str(found.data)])
        assert done.returncode == 0, done.stderr
        cluster.ensure_running(served.home)

    checksums("--disable")
    try:
        assert served.red() == {"checksums"}
    finally:
        checksums("--enable")


def test_every_check_has_a_mistake_that_it_finds(served: Served) -> None:
    assert {f.name for f in served.findings()} == {name for name, *_ in MISTAKES} | BESIDES


def test_the_tables_that_must_be_protected_are_those_of_the_migrations(
    make_database: Callable[[], str],
) -> None:
    """A table that a migration puts under row-level security is checked from then on, and none is forgotten."""
    engine = make_engine(make_database(), maintenance=True)
    upgrade(engine)
    query = text(
        "select relname from pg_class where relrowsecurity and relnamespace = to_regnamespace(:schema)"
    )
    with engine.connect() as connection:
        for schema, listed in (("public", posture.PROTECTED), ("past", posture.PAST)):
            assert sorted(connection.scalars(query, {"schema": schema})) == sorted(listed)
    engine.dispose()


def test_an_empty_database_is_said_in_words(served: Served) -> None:
    """Before the first `duonggang db upgrade`: refusals, no traceback."""
    url = cluster.add_database(served.home, f"empty_{os.getpid()}")
    web = for_the_web(Settings(_env_file=None, home=served.home), url)
    engine = app_engine(web)
    found = list(of_database(engine, web, deploy=True))
    engine.dispose()
    assert {"migrations", "unprotected", "history_triggers"} <= {f.name for f in stopping(found)}


def test_check_prints_every_finding_and_ends_with_one(served: Served) -> None:
    command = ["-c", "from api.cli import main; main()", "check"]
    environment = os.environ | {"DUONGGANG_HOME": str(served.home), "DUONGGANG_DATABASE_URL": ""}

    done = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert sum(line.startswith("✓") for line in lines) >= 30
    assert [line for line in lines if line.startswith("✗") and "DUONGGANG_SECRET" in line]
    assert "Traceback" not in done.stderr
