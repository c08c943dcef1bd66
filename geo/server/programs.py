"""The server programs of PostgreSQL: finding them, choosing one, running them as the right user."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 15
_DEBIAN_ROOT = Path("/usr/lib/postgresql")
_OTHER_FOLDERS = ("/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin")


class ClusterError(Exception):
    """The private database cannot be used; `vi` and `en` each say why, and what to do, in one sentence."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


@dataclass(frozen=True)
class Binaries:
    """One installed PostgreSQL server: where its programs are, its major version, has it PostGIS."""

    folder: Path
    major: int
    postgis: bool

    def path(self, program: str) -> str:
        """The full name of one of its programs."""
        return str(self.folder / program)


@dataclass(frozen=True)
class Account:
    """The operating-system user that owns the data and runs the server."""

    name: str
    uid: int
    gid: int

    @property
    def is_me(self) -> bool:
        """Is no change of user needed?"""
        return self.uid == os.geteuid()


def installed() -> tuple[Binaries, ...]:
    """Every PostgreSQL server on this machine, the newest first; empty when there is none."""
    folders = [*_DEBIAN_ROOT.glob("*/bin"), *map(Path, os.environ.get("PATH", "").split(os.pathsep))]
    folders += map(Path, _OTHER_FOLDERS)
    found: dict[Path, Binaries] = {}
    for folder in folders:
        if all(os.access(folder / program, os.X_OK) for program in ("initdb", "postgres")):
            real = (folder / "postgres").resolve().parent
            if real not in found and (major := _major_of(real)):
                found[real] = Binaries(real, major, _has_postgis(real, major))
    return tuple(sorted(found.values(), key=lambda b: (b.major, b.postgis), reverse=True))


def choose(candidates: Sequence[Binaries], *, data_major: int | None = None) -> Binaries:
    """The newest server with PostGIS that can serve the data (any, when there is no data yet).

    Raises ClusterError naming what is missing: the server, a recent one, PostGIS, or the data's own version.
    """
    if data_major is not None:
        for binaries in candidates:
            if binaries.major == data_major and binaries.postgis:
                return binaries
        have = ", ".join(str(b.major) for b in candidates if b.postgis) or "–"
        raise ClusterError(
            f"Dữ liệu được tạo bằng PostgreSQL {data_major}, máy chỉ có bản {have} kèm PostGIS: hãy cài "
            f"postgresql-{data_major} và postgresql-{data_major}-postgis-3.",
            f"The data was made by PostgreSQL {data_major}, this machine has {have} with PostGIS: install "
            f"postgresql-{data_major} and postgresql-{data_major}-postgis-3.",
        )
    if not candidates:
        raise ClusterError(
            "Chưa có máy chủ PostgreSQL: hãy cài gói postgresql và postgresql-postgis.",
            "There is no PostgreSQL server: install the packages postgresql and postgresql-postgis.",
        )
    recent = [b for b in candidates if b.major >= OLDEST_MAJOR]
    if not recent:
        raise ClusterError(
            f"PostgreSQL {candidates[0].major} quá cũ: cần bản {OLDEST_MAJOR} trở lên, kèm PostGIS.",
            f"PostgreSQL {candidates[0].major} is too old: version {OLDEST_MAJOR} or later is needed, with PostGIS.",
        )
    with_postgis = [b for b in recent if b.postgis]
    if not with_postgis:
        major = recent[0].major
        raise ClusterError(
            f"PostgreSQL {major} chưa có PostGIS: hãy cài gói postgresql-{major}-postgis-3.",
            f"PostgreSQL {major} has no PostGIS: install the package postgresql-{major}-postgis-3.",
        )
    return with_postgis[0]


def account_for(owner_uid: int | None) -> Account:
    """Who runs the server: the owner of existing data, else this user; root hands over to an ordinary one.

    Raises ClusterError when the data belongs to somebody else and we are not root.
    """
    me = os.geteuid()
    if owner_uid is not None and me not in (0, owner_uid):
        raise ClusterError(
            f"Dữ liệu thuộc về người dùng {_name(owner_uid)}: hãy chạy bằng người dùng đó, hoặc đặt DUONGGANG_HOME "
            "sang thư mục khác.",
            f"The data belongs to the user {_name(owner_uid)}: run as that user, or set DUONGGANG_HOME to another "
            "folder.",
        )
    if me != 0 or owner_uid:
        uid = owner_uid or me
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            raise ClusterError(
                f"Mã người dùng {uid} không có tên trên máy này (/etc/passwd), PostgreSQL không chạy được như vậy.",
                f"User id {uid} has no name on this machine (/etc/passwd), and PostgreSQL cannot run so.",
            ) from None
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in ("postgres", "nobody", "daemon"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise ClusterError(
        "PostgreSQL không chạy bằng root và máy không có người dùng postgres hay nobody: hãy tạo một người dùng.",
        "PostgreSQL does not run as root, and there is no user postgres or nobody: create one.",
    )


def run(
    account: Account, command: Sequence[str], *, stdin: str = "", cwd: Path | str = "/"
) -> subprocess.CompletedProcess[str]:
    """Run a program as `account` in a session of its own; raises ClusterError when it cannot be started."""
    switch = not account.is_me
    try:
        return subprocess.run(
            command,
            input=stdin,
            cwd=cwd,
            # A short search path and no PG* variables: the caller's settings must not reach the server.
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"},
            text=True,
            errors="replace",
            capture_output=True,
            start_new_session=True,
            check=False,
            user=account.uid if switch else None,
            group=account.gid if switch else None,
            extra_groups=os.getgrouplist(account.name, account.gid) if switch else None,
        )
    except OSError as error:
        raise ClusterError(
            f"Không chạy được {command[0]} bằng người dùng {account.name}: {error.strerror}.",
            f"{command[0]} could not be run as the user {account.name}: {error.strerror}.",
        ) from error


def launch(binaries: Binaries, account: Account, data: Path, settings: Mapping[str, str], log: Path) -> int:
    """Start the server in a session of its own, so a Ctrl-C in the terminal does not reach it; gives its pid.

    A shell in between makes it nobody's child: it outlives this process and leaves it no zombie.
    """
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    script = 'log=$1; shift; "$@" >>"$log" 2>&1 </dev/null & echo $!'
    command = ["/bin/sh", "-c", script, "sh", str(log), binaries.path("postgres"), "-D", str(data), *options]
    done = run(account, command, cwd=data)
    if done.returncode or not done.stdout.strip().isdigit():
        raise ClusterError(
            f"Không khởi động được PostgreSQL: {done.stderr.strip()}",
            f"PostgreSQL could not be started: {done.stderr.strip()}",
        )
    return int(done.stdout)


def failed(vi: str, en: str, said: str) -> ClusterError:
    """Wrap what a PostgreSQL program said: its last complaint is the reason."""
    lines = [line for line in said.splitlines() if line.strip()]
    complaints = [line for line in lines if re.search(r"FATAL|ERROR|PANIC|error:", line)] or lines or ["?"]
    reason = complaints[-1].strip()
    return ClusterError(f"Không {vi} được: {reason}", f"Could not {en}: {reason}")


def _major_of(folder: Path) -> int | None:
    try:
        done = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    match = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return int(match[1]) if match else None


def _has_postgis(folder: Path, major: int) -> bool:
    shares = [
        Path(f"/usr/share/postgresql/{major}"),
        folder.parent / "share",
        folder.parent / "share/postgresql",
    ]
    if os.access(folder / "pg_config", os.X_OK):
        done = subprocess.run(
            [folder / "pg_config", "--sharedir"], capture_output=True, text=True, check=False
        )
        shares.append(Path(done.stdout.strip() or "/nonexistent"))
    return any((share / "extension/postgis.control").exists() for share in shares)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
