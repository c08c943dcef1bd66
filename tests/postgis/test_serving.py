"""The server as a process of its own: what is killed comes back, what is stopped leaves a clean cluster."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from api.secretfile import with_demo_secret
from api.settings import Settings
from geo import cluster
from geo.db import make_engine
from geo.migrate import upgrade
from tests.conftest import ROOT, skip_or_fail

SERVE = [sys.executable, "-c", "from api.cli import main; main()", "serve"]
SECRET = "k3ep-this-0ne-out-of-the-repository-please"


def environment(home: Path, **more: str) -> dict[str, str]:
    """Settings of a server in earnest on a private cluster."""
    return (
        os.environ
        | {
            "DUONGGANG_HOME": str(home),
            "DUONGGANG_DATABASE_URL": "",
            "DUONGGANG_SECRET": SECRET,
        }
        | more
    )


@pytest.fixture
def home() -> Iterator[Path]:
    try:
        # With the settings of the product: a crash of a cluster that need not keep anything loses the last commits.
        with cluster.temporary(settings={}) as made:
            yield made
    except cluster.ClusterError as error:
        skip_or_fail(error.en)


@pytest.fixture
def served(home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`duonggang serve --no-demo` on a free port; the process and its address."""
    with subprocess.Popen(
        [*SERVE, "--no-demo", "--port", "0"],
        cwd=ROOT,
        env=environment(home),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        address = ""
        for line in process.stderr:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                address = found[0]
                break
        assert address, "the server did not print its address"
        yield process, address
        process.kill()


def status_of(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


def wait_until_ready(address: str) -> list[int]:
    """The statuses of `/san-sang` up to the first 200: after the first anchor, and after a database came back."""
    seen: list[int] = []
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (not seen or seen[-1] != 200):
        seen.append(status_of(f"{address}/san-sang"))
        time.sleep(0.3)
    assert seen[-1] == 200
    return seen


def test_a_killed_database_comes_back_under_the_running_server(
    home: Path, served: tuple[subprocess.Popen[str], str]
) -> None:
    _, address = served
    wait_until_ready(address)
    pid = cluster.status(home).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert status_of(f"{address}/khoe") == 200, "the process lives, whatever the database does"
    assert set(wait_until_ready(address)) <= {200, 503}, "a dead database is 503 in words, never a 500"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_server_leaves_a_clean_cluster(
    home: Path, served: tuple[subprocess.Popen[str], str], how: signal.Signals
) -> None:
    process, address = served
    assert status_of(f"{address}/khoe") == 200
    process.send_signal(how)
    assert process.wait(timeout=60) == 0
    found = cluster.status(home)
    assert (found.state, found.leftovers) == ("stopped", ())


def start(home: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A start that is expected to be refused."""
    return subprocess.run(
        [*SERVE, *words],
        cwd=ROOT,
        env=environment(home, **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_used_port_is_named_before_anything_is_done(
    home: Path, served: tuple[subprocess.Popen[str], str]
) -> None:
    port = served[1].rpartition(":")[2]
    second = start(home, "--port", port)
    assert second.returncode == 1
    assert f"Cổng {port}" in second.stderr
    assert "Traceback" not in second.stderr


def test_unsafe_settings_are_all_named_at_once_before_anything_is_done(tmp_path: Path) -> None:
    refused = start(
        tmp_path / "home",
        DUONGGANG_SECRET="short",
        DUONGGANG_HOST="10.1.2.3",
        DUONGGANG_TRUSTED_PROXIES="*",
        DUONGGANG_DATABASE_URL="postgresql://duonggang:canary@127.0.0.1:1/none",
        DUONGGANG_SESSION_HOURS="0",
    )
    assert refused.returncode == 2
    for name in ("SECRET", "HOST", "TRUSTED_PROXIES", "APP_DATABASE_URL", "SESSION_HOURS"):
        assert f"DUONGGANG_{name}:" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "canary" not in refused.stderr
    assert not (tmp_path / "home").exists()


def test_without_a_secret_a_server_in_earnest_does_not_start_and_a_demo_makes_its_own(tmp_path: Path) -> None:
    refused = start(tmp_path / "home", "--no-demo", DUONGGANG_SECRET="")
    assert refused.returncode == 2
    assert "DUONGGANG_SECRET" in refused.stderr
    assert not (tmp_path / "home").exists()
    demo = Settings(_env_file=None, home=tmp_path / "home", demo=True)
    assert len(with_demo_secret(demo).secret_key) >= 32


def test_the_demo_is_never_opened_to_others(tmp_path: Path) -> None:
    for opened in ({"DUONGGANG_HOST": "0.0.0.0"}, {"DUONGGANG_ORIGIN": "https://duonggang.example"}):
        refused = start(tmp_path / "home", "--demo", **opened)
        assert refused.returncode == 2
        assert "trình diễn" in refused.stderr


def test_a_database_that_stands_wrong_is_not_served_from(home: Path) -> None:
    """Every sentence at once; the web role that was given too much, and a table without row-level security."""
    engine = make_engine(cluster.status(home).url, maintenance=True)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("alter table holder no force row level security"))
        connection.execute(text("grant delete on event to duonggang_app"))
    engine.dispose()
    refused = start(home, "--no-demo", "--port", "0")
    assert refused.returncode == 2, refused.stderr
    assert "public.holder" in refused.stderr
    assert "public.event" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_served_process_is_the_applications_role_and_says_who_may_enter(
    home: Path, served: tuple[subprocess.Popen[str], str]
) -> None:
    """Nobody has an account yet: the log names the command that makes the first one."""
    process, address = served
    wait_until_ready(address)
    assert process.stderr is not None
    assert "duonggang user add" in process.stderr.readline()
    engine = make_engine(cluster.status(home).url.replace("//duonggang@", "//postgres@"))
    with engine.connect() as connection:
        roles = connection.scalars(
            text("select distinct usename from pg_stat_activity where backend_type = 'client backend' "
                 "and pid <> pg_backend_pid()")
        ).all()  # fmt: skip
    engine.dispose()
    assert roles == ["duonggang_app"]


def test_the_log_of_a_running_server_holds_nothing_that_was_sent(
    served: tuple[subprocess.Popen[str], str],
) -> None:
    """Also what the server itself says of requests that are none."""
    process, address = served
    canary = "079188001234"
    asked = urllib.request.Request(
        f"{address}/danh-muc?ten={canary}", headers={"User-Agent": canary, "Cookie": f"__Host-phien={canary}"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused, urllib.request.urlopen(asked, timeout=30):
        pass
    refused.value.close()
    host, _, port = address.removeprefix("http://").rpartition(":")
    for rubbish in (f"{canary}\r\n\r\n", f"GET /{canary} HTTP/1.1\r\nHost: {canary}\r\n{canary}\r\n\r\n"):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(rubbish.encode())
            connection.recv(4096)
    process.send_signal(signal.SIGTERM)
    assert process.stderr is not None
    said = process.stderr.read()
    lines = [json.loads(line) for line in said.splitlines()]
    assert canary not in said
    assert [line["status"] for line in lines if line.get("route") == "/danh-muc"] == [401]
    assert [line for line in lines if line.get("logger") == "uvicorn.error"], "its own warnings come through"
