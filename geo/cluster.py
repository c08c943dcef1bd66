"""The private PostGIS cluster in the data directory: made once, started on demand, stopped by its last user.

No port, no password: a Unix socket in a folder of its own, `peer` authentication, one database `duonggang` with an
owner of the same name, and the role `duonggang_app` for the web process (`geo.server.roles`). Standard library only
(see `geo.server`), so `make` can stop it without an environment. All functions raise ClusterError, whose `vi` and
`en` are sentences for people.

`<home>/pg` is the data; it appears by one rename when complete, so what is there is never half made. When
root's `<home>` is closed to the user that runs the server, the data lies in /var/lib/duonggang and
`<home>/pg.path` names the place.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from geo.server import processes, programs
from geo.server.creation import create
from geo.server.places import (
    APP_ROLE,
    ROLE,
    SOCKET_NAME,
    base_of,
    in_words,
    locate,
    locked,
    major_of,
    opened,
    socket_folder,
)
from geo.server.programs import ClusterError
from geo.server.roles import SETTLE, as_superuser, catch_up
from geo.server.running import start, wait_ready

__all__ = ["FAST", "ClusterError", "Status", "add_database", "app_url", "destroy", "ensure_running"]
__all__ += ["status", "stop", "temporary", "using"]

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_connections": "60",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] ",
    "log_error_verbosity": "terse",  # DETAIL repeats values of rows, and the log is no place for people's names
}
# For data that nobody will miss: a crash of the machine may lose it.
FAST: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_STOP_SECONDS = 60.0


@dataclass(frozen=True)
class Status:
    """What is known of a cluster without touching it; `leftovers` = processes of a killed server."""

    state: Literal["absent", "stopped", "starting", "running", "silent"]
    data: Path
    sockets: Path
    owner_uid: int | None
    major: int | None
    pid: int | None
    leftovers: tuple[int, ...]
    url: str


def ensure_running(home: Path, *, settings: Mapping[str, str] = {}) -> str:
    """Create and start whatever is missing and give the SQLAlchemy URL; quick when the server runs already.

    Safe when several processes call it at once. `settings` are server settings on top of `SETTINGS`; they
    take effect when this call starts the server.
    """
    home = opened(home)
    with locked(home / "cluster.lock"), in_words(home):
        places = locate(home)
        if not places.data.exists():
            create(places, settings)
        pid, _ = processes.postmaster(places.data)
        if pid is not None:
            wait_ready(places, pid)
            if _answers(sockets := _sockets_of(places.data) or places.sockets):
                catch_up(places, sockets, pid)
                return _url(sockets)
            # The socket's folder was swept away: only a new start makes it again.
            processes.end(places.data, pid, patience=_STOP_SECONDS)
        start(places, {**SETTINGS, **settings})
        return _url(places.sockets)


@contextmanager
def using(home: Path, *, settings: Mapping[str, str] = {}) -> Iterator[str]:
    """`ensure_running` for the length of a `with`; the last user of all processes stops the server.

    A user that is killed lets go of its lock too; the server then stays, and the next user finds it.
    """
    home = opened(home)
    with locked(home / "users.lock", fcntl.LOCK_SH) as users:
        try:
            yield ensure_running(home, settings=settings)
        finally:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                stop(home)


def stop(home: Path) -> bool:
    """Stop the server in order, whoever uses it; gives whether one was running. Absent or stopped is fine."""
    home = Path(home).resolve()
    if not home.exists():
        return False
    with locked(home / "cluster.lock"), in_words(home):
        data = base_of(home) / "pg"
        pid, _ = processes.postmaster(data)
        if pid is None:
            return False
        if not processes.end(data, pid, patience=_STOP_SECONDS):
            raise ClusterError(
                f"Không dừng được PostgreSQL (tiến trình {pid}).",
                f"PostgreSQL (process {pid}) could not be stopped.",
            )
        return True


def status(home: Path) -> Status:
    """How the cluster of `home` is; makes, starts and locks nothing."""
    home = Path(home).resolve()
    with in_words(home):
        base = base_of(home)
        data, sockets = base / "pg", socket_folder(home, base)
        if not data.exists():
            return Status("absent", data, sockets, None, None, None, (), _url(sockets))
        owner = data.stat().st_uid
        if os.geteuid() not in (0, owner):
            programs.account_for(owner)  # raises: somebody else's
        pid, ready = processes.postmaster(data)
        left = () if pid else processes.processes(data)
        state: Literal["stopped", "starting", "running", "silent"] = "stopped"
        if pid is not None:
            sockets = _sockets_of(data) or sockets
            state = "starting" if not ready else "running" if _answers(sockets) else "silent"
        return Status(state, data, sockets, owner, major_of(data), pid, left, _url(sockets))


def add_database(home: Path, name: str) -> str:
    """Make another database with PostGIS in the cluster and give its URL; an existing name is an error."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        raise ValueError(f"not a plain database name: {name!r}")
    ensure_running(home)
    found = status(home)
    account, make = programs.account_for(found.owner_uid), f"CREATE DATABASE {name} OWNER {ROLE}"
    what = ("tạo cơ sở dữ liệu", "create a database")
    as_superuser(account, found.data, found.sockets, make, SETTLE, what=what)
    return _url(found.sockets, name)


def app_url(url: str) -> str:
    """The same database of a private cluster for the web process: as `duonggang_app` instead of the owner.

    `url` is one that this module gave; ValueError for any other.
    """
    owner, app = _address(ROLE), _address(APP_ROLE)
    if not url.startswith(owner):
        raise ValueError("not the address of a private cluster")  # and not said which: it may hold a password
    return app + url.removeprefix(owner)


@contextmanager
def temporary(*, settings: Mapping[str, str] = FAST) -> Iterator[Path]:
    """A home with a running cluster that is gone afterwards, for tests and checks: `status(home).url` is its URL."""
    home = Path(tempfile.mkdtemp(prefix="duonggang-"))
    try:
        if os.geteuid() == 0:
            home.chmod(0o711)  # the server's user must pass through
        ensure_running(home, settings=settings)
        yield home
    finally:
        destroy(home)
        shutil.rmtree(home, ignore_errors=True)


def destroy(home: Path) -> None:
    """Stop the server and delete the cluster with all its data; other files of `home` stay."""
    home = Path(home).resolve()
    stop(home)
    base = base_of(home)
    for folder in (base / "pg", base / "pg.new", base / "run", socket_folder(home, base)):
        shutil.rmtree(folder, ignore_errors=True)
    if base != home:
        shutil.rmtree(base, ignore_errors=True)
        with suppress(OSError):  # others may have theirs there
            base.parent.rmdir()
    for name in ("pg.path", "users.lock", "cluster.lock"):
        (home / name).unlink(missing_ok=True)


def _sockets_of(data: Path) -> Path | None:
    """The folder that the running server says it listens in."""
    try:
        return Path((data / "postmaster.pid").read_text(errors="replace").splitlines()[4])
    except (OSError, IndexError):
        return None


def _answers(sockets: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(sockets / SOCKET_NAME))
        except OSError:
            return False
        return True


def _url(sockets: Path, database: str = ROLE) -> str:
    # The port is named because the caller's PGPORT would change it otherwise.
    return f"{_address(ROLE)}{database}?host={quote(str(sockets))}&port=5432"


def _address(role: str) -> str:
    return f"postgresql+psycopg://{role}@/"
