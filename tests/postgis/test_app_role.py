"""The role of the web process can do what it is granted and nothing else, also in clusters of earlier versions."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege, UniqueViolation

from geo import cluster
from geo.server import processes, roles
from tests.postgis.private_cluster import connect, line, program, value

ATTRIBUTES = (
    "select array[rolcanlogin, rolinherit, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls]"
    " from pg_roles where rolname = 'duonggang_app'"
)
LOGIN_ONLY = [True, False, False, False, False, False, False]
MEMBERSHIPS = "select count(*) from pg_auth_members where 'duonggang_app'::regrole in (roleid, member)"
TAKEOVERS = [
    "set role duonggang",
    "set role postgres",
    "set session authorization duonggang",
    "grant duonggang to duonggang_app",
    "grant duonggang_app to duonggang",
    "alter role duonggang_app bypassrls",
    "create role helper",
    "create database loot",
    "drop database prey",
    "alter database duonggang set search_path = loot",
    "create schema loot",
    "create table loot (n int)",
    "create temporary table loot (n int)",
    "create function loot() returns int language sql return 1",
    "drop table prey",
    "truncate prey",
    "select * from prey",
    "alter table prey disable row level security",
    "alter table prey owner to duonggang_app",
    "drop owned by duonggang",
    "reassign owned by duonggang to duonggang_app",
    "set session_replication_role = replica",
    "select pg_read_file('pg_hba.conf')",
    "copy (select 1) to program 'true'",
]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with cluster.temporary() as home:
        cluster.add_database(home, "prey")
        with connect(cluster.status(home).url) as owner:
            owner.execute("create table prey (n int)")
        yield home


def owner_url(home: Path) -> str:
    return cluster.status(home).url


def superuser(home: Path) -> psycopg.Connection[tuple[object, ...]]:
    return connect(owner_url(home).replace("//duonggang@", "//postgres@"))


def app_is_let_in(home: Path) -> bool:
    try:
        return value(cluster.app_url(owner_url(home)), "select current_user") == "duonggang_app"
    except psycopg.OperationalError:
        return False


def refused(url: str, statement: str) -> bool:
    with connect(url) as connection:
        try:
            connection.execute(statement.encode())
        except InsufficientPrivilege:
            return True
        return False


def reload(home: Path) -> None:
    """The server's answer to new connections is that of its files, when this is over."""
    before = value(owner_url(home), "select pg_conf_load_time()")
    with superuser(home) as admin:
        admin.execute("select pg_reload_conf()")
    for _ in processes.pauses(10.0):
        if value(owner_url(home), "select pg_conf_load_time()") != before:
            return
    pytest.fail("the server does not read its files")


def with_the_files_of_an_earlier_version(home: Path) -> None:
    ident = cluster.status(home).data / "pg_ident.conf"
    rows = ident.read_text().splitlines(keepends=True)
    ident.write_text("".join(row for row in rows if "duonggang_app" not in row))
    reload(home)


def without_a_note(home: Path) -> None:
    (cluster.status(home).data / "duonggang.roles").unlink()


def made_by_an_earlier_version(home: Path) -> None:
    """Takes from the running cluster all that this version adds to it."""
    with superuser(home) as admin:
        admin.execute("drop owned by duonggang_app")
        admin.execute("drop role duonggang_app")
        for database in ("duonggang", "prey", "postgres", "template1"):
            admin.execute(f"grant connect, temporary on database {database} to public".encode())
    without_a_note(home)
    with_the_files_of_an_earlier_version(home)
    assert not app_is_let_in(home)


def assert_settled(home: Path) -> None:
    assert app_is_let_in(home)
    assert value(owner_url(home), ATTRIBUTES) == LOGIN_ONLY
    public = (
        "select count(*) from pg_database where has_database_privilege('public', oid, 'connect, temporary')"
    )
    assert value(owner_url(home), f"{public} and datname <> 'template0'") == 0


def test_a_new_cluster_has_the_role_with_these_attributes_and_no_membership(home: Path) -> None:
    assert_settled(home)
    assert value(owner_url(home), MEMBERSHIPS) == 0
    assert value(owner_url(home), "select count(*) from pg_db_role_setting") == 0


def test_the_address_for_the_web_process_differs_in_the_role_alone(home: Path) -> None:
    url = owner_url(home)
    assert cluster.app_url(url) == url.replace("//duonggang@", "//duonggang_app@")
    with pytest.raises(ValueError, match="private cluster") as wrong:
        cluster.app_url("postgresql+psycopg://duonggang:canary@db.example/duonggang")
    assert "canary" not in str(wrong.value)


@pytest.mark.parametrize("statement", TAKEOVERS)
def test_the_role_cannot_take_over_or_make_or_destroy(home: Path, statement: str) -> None:
    assert refused(cluster.app_url(owner_url(home)), statement)


def test_the_owner_cannot_become_the_role_either(home: Path) -> None:
    assert refused(owner_url(home), "set role duonggang_app")


@pytest.mark.parametrize(
    ("mistake", "statement", "remedy"),
    [
        ("grant duonggang to duonggang_app", "set role duonggang", "revoke duonggang from duonggang_app"),
        (
            "grant duonggang to duonggang_app",
            "set role duonggang; create table loot (); drop table loot",
            "revoke duonggang from duonggang_app",
        ),
        (
            "grant temporary on database duonggang to public",
            "create temporary table loot (n int)",
            "revoke temporary on database duonggang from public",
        ),
        (
            "grant create on schema public to public",
            "create table loot (n int)",
            "drop table loot; revoke create on schema public from public",
        ),
    ],
)
def test_one_wrong_grant_and_the_takeover_is_seen(
    home: Path, mistake: str, statement: str, remedy: str
) -> None:
    """The control of the tests above: they can fail."""
    with superuser(home) as admin:
        admin.execute(mistake.encode())
        try:
            assert not refused(cluster.app_url(owner_url(home)), statement)
        finally:
            admin.execute(remedy.encode())
    assert refused(cluster.app_url(owner_url(home)), statement)


def test_the_owner_grants_on_its_tables_what_the_role_may(home: Path) -> None:
    app = cluster.app_url(owner_url(home))
    with connect(owner_url(home)) as owner:
        owner.execute("create table shown (n int); insert into shown values (7)")
        assert refused(app, "select n from shown")
        owner.execute("grant select on shown to duonggang_app")
        assert value(app, "select n from shown") == 7
        assert refused(app, "delete from shown")


def test_another_database_lets_the_role_in_and_has_postgis_for_it(home: Path) -> None:
    url = cluster.add_database(home, "more")
    app = cluster.app_url(url)
    assert value(app, "select current_database() || ' ' || current_user") == "more duonggang_app"
    assert value(app, "select auth_name from spatial_ref_sys where srid = 5897") == "EPSG"
    measured = "select st_astext(st_transform(st_setsrid(st_point(105, 21), 4326), 5897))"
    assert value(app, measured) == value(url, measured)
    assert refused(app, "create table loot (n int)")
    assert refused(app, "create temporary table loot (n int)")
    assert not refused(url, "create temporary table mine (n int)")
    assert_settled(home)


@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_the_role_has_no_business_in_the_servers_own_databases(home: Path, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        value(cluster.app_url(owner_url(home)).replace("/duonggang?", f"/{database}?"), "select 1")


def test_a_cluster_of_an_earlier_version_gets_the_role_when_it_starts(home: Path) -> None:
    made_by_an_earlier_version(home)
    cluster.stop(home)
    cluster.ensure_running(home, settings=cluster.FAST)
    assert_settled(home)


def test_a_cluster_of_an_earlier_version_gets_the_role_while_it_runs(home: Path) -> None:
    made_by_an_earlier_version(home)
    pid = cluster.status(home).pid
    with connect(owner_url(home)) as user:
        cluster.ensure_running(home)
        assert user.execute("select 1").fetchone() == (1,)
    assert cluster.status(home).pid == pid
    assert_settled(home)


def test_a_server_that_an_earlier_version_started_again_lets_the_role_in(home: Path) -> None:
    with_the_files_of_an_earlier_version(home)
    assert not app_is_let_in(home)
    cluster.ensure_running(home)
    assert_settled(home)


def test_what_a_killed_program_has_begun_the_next_one_finishes(home: Path) -> None:
    ident = cluster.status(home).data / "pg_ident.conf"
    genuine = ident.read_text()
    with_the_files_of_an_earlier_version(home)
    ident.write_text(genuine)  # written, but the server was not told
    without_a_note(home)
    assert not app_is_let_in(home)
    cluster.ensure_running(home)
    assert_settled(home)


def test_a_settled_server_is_not_asked_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster.ensure_running(home)
    asked: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(roles, "settle", lambda places, sockets: asked.append("again"))
        cluster.ensure_running(home)
        assert asked == []
        without_a_note(home)
        cluster.ensure_running(home)
        assert asked == ["again"]
    cluster.ensure_running(home)


def test_a_role_that_was_given_more_has_lost_it_after_the_next_start(home: Path) -> None:
    with superuser(home) as admin:
        admin.execute("alter role duonggang_app superuser bypassrls inherit")
    assert value(owner_url(home), ATTRIBUTES) != LOGIN_ONLY
    cluster.stop(home)
    cluster.ensure_running(home, settings=cluster.FAST)
    assert_settled(home)


def test_a_failure_is_said_in_words_and_tried_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(roles, "SETTLE", "SELECT 1/0")
        for _ in range(2):
            with pytest.raises(cluster.ClusterError, match="division by zero") as said:
                cluster.ensure_running(home)
            assert "vai trò" in said.value.vi
    cluster.ensure_running(home)
    assert_settled(home)


def test_several_programs_at_once_settle_an_old_server_together(home: Path) -> None:
    made_by_an_earlier_version(home)
    code = (
        "import sys, pathlib, psycopg\n"
        "home = pathlib.Path(sys.argv[1])\n"
        "url = cluster.app_url(cluster.ensure_running(home))\n"
        "print(psycopg.connect(url.replace('+psycopg', '')).execute('select current_user').fetchone()[0])"
    )
    with ExitStack() as stack:
        racers = [stack.enter_context(program(code, home)) for _ in range(3)]
        assert [line(racer) for racer in racers] == ["duonggang_app"] * 3
        assert [racer.wait(timeout=60) for racer in racers] == [0, 0, 0]
    assert_settled(home)


def settle_twice_at_once(home: Path, script: str) -> list[Exception]:
    """One session has done it and not committed when the other begins; gives what the other complains of."""
    complaints: list[Exception] = []
    with superuser(home) as first, superuser(home) as second:

        def settle() -> None:
            try:
                second.execute(script.encode())
            except psycopg.Error as error:
                complaints.append(error)

        waiting = f"select count(*) from pg_locks where not granted and pid = {second.info.backend_pid}"
        thread = threading.Thread(target=settle)
        with first.transaction():
            first.execute(script.encode())
            thread.start()
            for _ in processes.pauses(20.0):
                if value(owner_url(home), waiting):
                    break
            else:
                pytest.fail("nobody waits")
        thread.join(timeout=20)
    return complaints


def test_the_database_itself_lets_one_settle_after_the_other(home: Path) -> None:
    """`add_database` settles outside the lock file of the home."""
    made_by_an_earlier_version(home)
    assert settle_twice_at_once(home, roles.SETTLE) == []
    cluster.ensure_running(home)
    assert_settled(home)


def test_without_its_lock_one_of_two_would_fail(home: Path) -> None:
    """The control of the test above."""
    made_by_an_earlier_version(home)
    careless = roles.SETTLE.replace(f"PERFORM pg_advisory_xact_lock({roles.ADVISORY_LOCK});", "")
    assert careless != roles.SETTLE
    assert [type(error) for error in settle_twice_at_once(home, careless)] == [UniqueViolation]
    cluster.ensure_running(home)
    assert_settled(home)
