"""Where a cluster lies: its home, its data, its socket folder, its locks, and whom they belong to."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from geo.server.programs import Account, ClusterError, account_for, run

ROLE = "duonggang"  # owns the tables
APP_ROLE = "duonggang_app"  # what the web process connects as
SUPERUSER = "postgres"
SOCKET_NAME = ".s.PGSQL.5432"
_FALLBACK = Path("/var/lib/duonggang")
_LONGEST_SOCKET = 107  # bytes of sockaddr_un.sun_path, less the closing zero


@dataclass(frozen=True)
class Places:
    """The folders of one cluster, and the user that runs its server."""

    home: Path
    base: Path
    sockets: Path
    account: Account

    @property
    def data(self) -> Path:
        """The data directory of PostgreSQL."""
        return self.base / "pg"


def opened(home: Path) -> Path:
    """The data directory, made if missing: closed to others, but root's lets the server's user pass."""
    home = Path(home).resolve()
    with in_words(home):
        if not home.exists():
            home.mkdir(parents=True)
            home.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return home


def locate(home: Path) -> Places:
    """The places of `home`'s cluster; decides, and notes, where a new one goes."""
    base = base_of(home)
    owner = (base / "pg").stat().st_uid if (base / "pg").exists() else None
    account = account_for(owner)
    if base == home and owner is None and not account.is_me and not _may_enter(account, home):
        base = _FALLBACK / _digest(home)
        for folder in (_FALLBACK, base):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o711)
        (home / "pg.path").write_text(f"{base}\n")
    if base != home:
        (base / "home").write_text(f"{home}\n")  # again when the checkout was moved
    return Places(home, base, socket_folder(home, base), account)


def base_of(home: Path) -> Path:
    """Where the cluster of `home` lies, itself or what `pg.path` names.

    A moved checkout keeps its data; a copy of one does not get hold of the original's.
    """
    try:
        base = Path((home / "pg.path").read_text().strip())
        named = Path((base / "home").read_text().strip())
    except FileNotFoundError:
        return home
    if named != home and named.exists():
        return home
    return base


def socket_folder(home: Path, base: Path) -> Path:
    """Short and free of characters that mean something in a connection address."""
    folder = base / "run"
    plain = re.fullmatch(r"[\w./-]+", str(folder), re.ASCII)
    if plain and len(str(folder / SOCKET_NAME)) <= _LONGEST_SOCKET:
        return folder
    return Path("/tmp") / f"duonggang-{_digest(home)}"


def own_folder(folder: Path, account: Account) -> None:
    """Make a folder that only `account` may use; refuses one that somebody else has laid there."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid not in (os.geteuid(), account.uid):
        raise ClusterError(
            f"Thư mục {folder} không phải của chúng ta: hãy xoá nó.",
            f"The folder {folder} is not ours: remove it.",
        )
    os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)


def _may_enter(account: Account, folder: Path) -> bool:
    return run(account, ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]).returncode == 0


@contextmanager
def locked(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[int]:
    """Hold a lock that the kernel takes back when the process dies, however it dies."""
    with in_words(path):
        try:
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except PermissionError:
            account_for(path.parent.stat().st_uid)  # says whose the folder is, when it is another's
            raise
    try:
        fcntl.flock(lock, how)
        yield lock
    finally:
        os.close(lock)


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn what the system refuses (rights, space, names) into a ClusterError."""
    try:
        yield
    except OSError as error:
        where, why = error.filename or path, error.strerror or str(error)
        raise ClusterError(
            f"Không dùng được {where} cho cơ sở dữ liệu: {why}.",
            f"{where} cannot be used for the database: {why}.",
        ) from error


def _digest(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:16]


def major_of(data: Path) -> int:
    """The PostgreSQL version that made the data."""
    return int((data / "PG_VERSION").read_text().strip())
