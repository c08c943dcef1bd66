"""`python3 -m api.bootstrap doctor`: what the machine and the environment lack, when nothing is installed yet."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api.bootstrap import environment, places, system
from geo import cluster
from geo.server import programs

ENOUGH_BYTES = 2_000_000_000  # environment, assets, cluster and demo land take about half of it


@dataclass(frozen=True)
class Finding:
    """One thing looked at: is it all right, what was seen in both languages, and the command that mends it.

    `name` is short and stable, for tests and programs; `stops` says that a server does not start with it.
    """

    ok: bool
    vi: str
    en: str
    fix: str = ""
    name: str = ""
    stops: bool = False


def report() -> int:
    """Print every finding; gives the exit code: 0 when all is well, 1 otherwise."""
    bad = 0
    for finding in findings(places.home(), own_cluster=places.uses_own_cluster()):
        bad += not finding.ok
        print(f"{'✓' if finding.ok else '✗'} {finding.vi} · {finding.en}")
        if finding.fix:
            print(f"    → {finding.fix}")
    print(f"\n{bad} điều cần xử lý · {bad} to put right" if bad else "\nMọi thứ ổn · all is well")
    return 1 if bad else 0


def findings(home: Path, *, own_cluster: bool) -> Iterator[Finding]:
    """The findings that need the standard library alone: Python, packages, environment, disk, database server.

    The server and its data in `home` are looked at only when the database is our own.
    """
    yield _python()
    yield _packages()
    yield from _environment()
    yield _disk(home)
    if own_cluster:
        yield _server()
        yield _cluster(home)


def _python() -> Finding:
    have = ".".join(map(str, sys.version_info[:3]))
    return Finding(sys.version_info >= (3, 11), f"Python {have}", f"Python {have} (3.11 or later is needed)")


def _packages() -> Finding:
    names = " ".join(system.missing(browser=False))
    if not names:
        return Finding(True, "Đủ gói hệ thống", "system packages are present")
    return Finding(
        False, f"Thiếu gói hệ thống: {names}", f"missing: {names}", f"sudo apt-get install {names}"
    )


def _environment() -> Iterator[Finding]:
    if not places.PYTHON.exists():
        yield Finding(False, "Chưa có môi trường .venv", "there is no environment .venv", "make setup")
        return
    words = {
        "packages": ("Thư viện Python", "đúng với tệp khoá", "libraries are {}as locked"),
        "project": ("Lệnh duonggang", "cài từ thư mục này", "the duonggang command is {}installed from here"),
        "assets": ("Thư viện giao diện", "đúng với tệp khoá", "browser assets are {}as locked"),
    }
    for part, holds in environment.stamps(dev=False).items():
        what, is_so, en = words[part]
        if holds:
            yield Finding(True, f"{what} {is_so}", en.format(""))
        else:
            yield Finding(False, f"{what} chưa {is_so}", en.format("not "), "make setup")


def _disk(folder: Path) -> Finding:
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    ok = free >= ENOUGH_BYTES
    return Finding(
        ok,
        f"Đĩa còn {free / 1e9:.1f} GB",
        f"{free / 1e9:.1f} GB free in {folder}",
        "" if ok else f"df -h {folder}",
    )


def _server() -> Finding:
    try:
        server = programs.choose(programs.installed())
    except programs.ClusterError as error:
        return Finding(False, error.vi, error.en, "make setup")
    return Finding(True, f"PostgreSQL {server.major} có PostGIS", f"with PostGIS in {server.folder}")


def _cluster(home: Path) -> Finding:
    try:
        seen = cluster.status(home)
        if seen.major is not None:
            programs.choose(programs.installed(), data_major=seen.major)
    except cluster.ClusterError as error:
        return Finding(False, error.vi, error.en)
    if seen.leftovers:
        pids = ", ".join(map(str, seen.leftovers))
        return Finding(
            True,
            f"Máy chủ PostgreSQL đã bị giết, còn tiến trình {pids}: lần khởi động sau tự dọn",
            f"the server was killed and left processes {pids}: the next start clears them away",
        )
    states = {
        "absent": ("chưa tạo (make run sẽ tạo)", "not created yet (make run will)"),
        "stopped": ("đang dừng", "stopped"),
        "starting": (f"đang khởi động, tiến trình {seen.pid}", f"starting, process {seen.pid}"),
        "running": (f"đang chạy, tiến trình {seen.pid}", f"running, process {seen.pid}"),
        "silent": (
            f"tiến trình {seen.pid} chạy nhưng không nghe ở {seen.sockets}: lần chạy sau tự khởi động lại",
            f"process {seen.pid} runs but does not listen in {seen.sockets}: the next run restarts it",
        ),
    }
    vi, en = states[seen.state]
    return Finding(seen.state != "silent", f"Cụm cơ sở dữ liệu {seen.data}: {vi}", f"database cluster: {en}")
