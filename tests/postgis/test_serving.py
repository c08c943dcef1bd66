"""The server as a process of its own: what is killed comes back, what is stopped leaves a clean cluster."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo import cluster
from tests.conftest import ROOT, skip_or_fail


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
    """`duonggang serve` on a free port, without demo land; the process and its address."""
    environment = os.environ | {"DUONGGANG_HOME": str(home), "DUONGGANG_DATABASE_URL": ""}
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--no-demo", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
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


def test_a_killed_database_comes_back_under_the_running_server(
    home: Path, served: tuple[subprocess.Popen[str], str]
) -> None:
    _, address = served
    assert status_of(f"{address}/khoe") == 200
    pid = cluster.status(home).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    seen: list[int] = []
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (not seen or seen[-1] != 200):
        seen.append(status_of(f"{address}/khoe"))
        time.sleep(0.3)
    assert seen[-1] == 200
    assert set(seen) <= {200, 503}, "a dead database is 503 in words, never a 500"


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


def test_a_used_port_is_named_before_anything_is_done(
    home: Path, served: tuple[subprocess.Popen[str], str]
) -> None:
    port = served[1].rpartition(":")[2]
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--port", port]
    environment = os.environ | {"DUONGGANG_HOME": str(home)}
    second = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert f"Cổng {port}" in second.stderr
    assert "Traceback" not in second.stderr
