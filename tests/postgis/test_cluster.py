"""The private cluster survives what happens to programs and folders on a working machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from geo import cluster
from geo.server import processes, programs
from tests.postgis.private_cluster import connect, line, program, value


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with cluster.temporary() as home:
        yield home


def server(home: Path) -> int:
    pid = cluster.status(home).pid
    assert pid is not None
    return pid


def wait_until_ended(pid: int) -> None:
    for _ in processes.pauses(10.0):
        if not processes.alive(pid):
            return
    pytest.fail(f"process {pid} lives on")


def test_it_has_postgis_and_a_role_that_owns_the_database_without_being_a_superuser(home: Path) -> None:
    url = cluster.ensure_running(home)
    assert str(value(url, "select postgis_lib_version()")) >= "3.3"
    assert value(url, "select rolsuper or rolcreaterole from pg_roles where rolname = current_user") is False
    assert (
        value(url, "select pg_encoding_to_char(encoding) from pg_database where datname = 'duonggang'")
        == "UTF8"
    )
    assert value(url, "show data_checksums") == "on"
    assert value(url, "select lower('ĐƯỜNG GĂNG')") == "đường găng"


def test_nobody_can_come_by_network_or_with_a_password(home: Path) -> None:
    url = cluster.ensure_running(home)
    assert value(url, "show listen_addresses") == ""
    rules = (cluster.status(home).data / "pg_hba.conf").read_text()
    assert rules == "local all all peer map=duonggang\n"
    assert cluster.status(home).sockets.stat().st_mode & 0o077 == 0


def test_starting_again_finds_the_running_server(home: Path) -> None:
    first = cluster.ensure_running(home)
    pid = server(home)
    assert cluster.ensure_running(home) == first
    assert server(home) == pid


def test_the_callers_pg_variables_change_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster.stop(home)
    for name, wrong in (("PGPORT", "6543"), ("PGDATA", "/nowhere"), ("PGHOST", "example.org")):
        monkeypatch.setenv(name, wrong)
    assert value(cluster.ensure_running(home), "select 1") == 1


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(home: Path) -> None:
    cluster.ensure_running(home)
    assert os.getsid(server(home)) != os.getsid(0)
    assert os.getpgid(server(home)) != os.getpgid(0)


def test_another_database_has_postgis_too_and_belongs_to_the_role(home: Path) -> None:
    url = cluster.add_database(home, "another")
    assert value(url, "select st_srid(st_setsrid(st_point(105, 21), 4326))") == 4326
    assert (
        value(url, "select pg_get_userbyid(datdba) from pg_database where datname = 'another'") == "duonggang"
    )
    with pytest.raises(cluster.ClusterError):
        cluster.add_database(home, "another")


def test_a_killed_postmaster_is_replaced_though_a_backend_is_still_at_work(home: Path) -> None:
    url = cluster.ensure_running(home)
    with connect(url) as connection:
        connection.execute("create table kept (n int)")
        connection.execute("insert into kept values (7)")
    busy = (
        "import psycopg, sys\n"
        "c = psycopg.connect(host=sys.argv[1], port=5432, user='duonggang', dbname='duonggang')\n"
        "print('busy', flush=True)\n"
        "c.execute('select count(*) from generate_series(1, 400000000)')"
    )
    with program(busy, cluster.status(home).sockets) as worker:
        assert line(worker) == "busy"
        old = server(home)
        os.kill(old, signal.SIGKILL)
        wait_until_ended(old)
        assert cluster.status(home).state == "stopped"
        assert value(cluster.ensure_running(home), "select n from kept") == 7
        assert server(home) != old


def test_a_killed_backend_does_not_end_the_server_for_the_others(home: Path) -> None:
    url = cluster.ensure_running(home)
    with connect(url) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
    for _ in processes.pauses(20.0):  # the postmaster restarts its children and replays the log
        try:
            assert value(cluster.ensure_running(home), "select 1") == 1
            time.sleep(0.5)  # it may not have noticed yet: then it still answers, once
            assert value(cluster.ensure_running(home), "select 1") == 1
            break
        except psycopg.OperationalError:
            continue
    else:
        pytest.fail("no connection any more")


def test_the_last_user_stops_the_server_and_no_one_before(home: Path) -> None:
    with cluster.using(home):
        with cluster.using(home) as url:
            pid = server(home)
        assert server(home) == pid
        assert value(url, "select 1") == 1
    assert cluster.status(home).state == "stopped"
    assert not (cluster.status(home).data / "postmaster.pid").exists()


def test_a_killed_program_leaves_the_server_to_the_next_one(home: Path) -> None:
    code = (
        "import sys, pathlib\nwith cluster.using(pathlib.Path(sys.argv[1])): print('up', flush=True); input()"
    )
    with program(code, home) as app:
        assert line(app) == "up"
        pid = server(home)
        app.kill()
    with cluster.using(home) as url:
        assert server(home) == pid
        assert value(url, "select 1") == 1
    assert cluster.status(home).state == "stopped"


def test_a_second_program_keeps_the_server_when_the_first_leaves(home: Path) -> None:
    code = (
        "import sys, pathlib\nwith cluster.using(pathlib.Path(sys.argv[1])): print('up', flush=True); input()"
    )
    with program(code, home) as first, program(code, home) as second:
        assert line(first) == line(second) == "up"
        pid = server(home)
        first.communicate("\n", timeout=30)
        assert server(home) == pid
        second.communicate("\n", timeout=30)
    assert cluster.status(home).state == "stopped"


def test_several_programs_that_start_at_once_share_one_server() -> None:
    with cluster.temporary() as home:
        cluster.destroy(home)  # so that they race for the creation too
        code = (
            "import sys, pathlib\n"
            "cluster.ensure_running(pathlib.Path(sys.argv[1]), settings=cluster.FAST)\n"
            "print(cluster.status(pathlib.Path(sys.argv[1])).pid)"
        )
        with ExitStack() as stack:
            racers = [stack.enter_context(program(code, home)) for _ in range(3)]
            assert {line(racer) for racer in racers} == {str(server_after(racers, home))}


def server_after(racers: list[subprocess.Popen[str]], home: Path) -> int:
    for racer in racers:
        assert racer.wait(timeout=120) == 0
    return server(home)


def test_an_interrupted_creation_is_redone_and_a_complete_one_is_kept(home: Path) -> None:
    data = cluster.status(home).data
    cluster.stop(home)
    before = (data / "PG_VERSION").stat().st_ino
    half = data.with_name("pg.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("15\n")
    cluster.ensure_running(home)
    assert (data / "PG_VERSION").stat().st_ino == before
    cluster.destroy(home)
    half.mkdir()
    (half / "base").mkdir()
    assert value(cluster.ensure_running(home, settings=cluster.FAST), "select 1") == 1
    assert not half.exists()


def test_a_swept_socket_folder_is_made_again(home: Path) -> None:
    cluster.ensure_running(home)
    shutil.rmtree(cluster.status(home).sockets)
    assert cluster.status(home).state == "silent"
    assert value(cluster.ensure_running(home), "select 1") == 1


@pytest.mark.parametrize("text", ["{me}\n/x\n1\n5432\n", "", "garbage"])
def test_a_pid_file_that_names_a_stranger_or_nothing_does_not_stop_the_start(home: Path, text: str) -> None:
    cluster.stop(home)
    (cluster.status(home).data / "postmaster.pid").write_text(text.format(me=os.getpid()))
    assert cluster.status(home).state == "stopped"
    assert value(cluster.ensure_running(home), "select 1") == 1


def test_data_of_another_postgresql_version_is_refused_in_words_and_kept(home: Path) -> None:
    cluster.stop(home)
    version = cluster.status(home).data / "PG_VERSION"
    genuine = version.read_text()
    version.write_text("9\n")
    try:
        with pytest.raises(cluster.ClusterError) as refused:
            cluster.ensure_running(home)
    finally:
        version.write_text(genuine)
    assert "postgresql-9" in refused.value.en
    assert "PostgreSQL 9" in refused.value.vi
    assert value(cluster.ensure_running(home), "select 1") == 1


@pytest.mark.parametrize("name", ["x" * 120, "Đường găng, 'hồ sơ' $HOME \"a\""])
def test_a_long_or_odd_path_gets_a_short_plain_socket_folder(name: str) -> None:
    with cluster.temporary() as home:
        odd = home / name
        try:
            url = cluster.ensure_running(odd, settings=cluster.FAST)
            assert str(cluster.status(odd).sockets).startswith("/tmp/duonggang-")
            assert value(url, "select 1") == 1
            shutil.rmtree(cluster.status(odd).sockets)
            assert value(cluster.ensure_running(odd), "select 1") == 1
        finally:
            cluster.destroy(odd)
        assert list(odd.iterdir()) == []


def test_the_data_lies_where_the_servers_user_can_reach_it(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "home"
    try:
        assert value(cluster.ensure_running(home, settings=cluster.FAST), "select 1") == 1
        data = cluster.status(home).data
        if os.geteuid() == 0:
            assert data.is_relative_to("/var/lib/duonggang")
            assert Path((home / "pg.path").read_text().strip()) == data.parent
            assert_a_copy_is_separate_and_a_move_is_not(home, data)
        else:
            assert data == home / "pg"
    finally:
        cluster.destroy(home)
    assert not data.exists()


def assert_a_copy_is_separate_and_a_move_is_not(home: Path, data: Path) -> None:
    copy, moved = home.with_name("copy"), home.with_name("moved")
    shutil.copytree(home, copy)
    assert cluster.status(copy).data != data
    home.rename(moved)
    assert cluster.status(moved).data == data
    moved.rename(home)


def test_a_machine_without_the_server_or_postgis_is_told_the_package() -> None:
    with pytest.raises(cluster.ClusterError, match="install the packages postgresql"):
        programs.choose([])
    bare = programs.Binaries(Path("/opt"), 16, postgis=False)
    with pytest.raises(cluster.ClusterError, match="postgresql-16-postgis-3"):
        programs.choose([bare])
    old = programs.Binaries(Path("/opt"), 13, postgis=True)
    with pytest.raises(cluster.ClusterError, match="13 is too old"):
        programs.choose([old])
    newest = programs.Binaries(Path("/opt"), 17, postgis=True)
    assert programs.choose([newest, bare, old]) == newest
    assert programs.choose([newest, old], data_major=13) == old


def test_stopping_what_does_not_run_is_fine(tmp_path: Path) -> None:
    assert cluster.stop(tmp_path / "nothing") is False
    assert cluster.status(tmp_path / "nothing").state == "absent"
    assert not (tmp_path / "nothing").exists()
