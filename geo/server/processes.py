"""The processes of a server: which of them live, ending them in order, waiting.

PostgreSQL's own pid file is a hint only: the number in it may belong to nobody or to a stranger by now.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from geo.server.programs import account_for, run


def alive(pid: int) -> bool:
    """Is there such a process, other than one that has ended and that nobody has collected yet?"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return Path(f"/proc/{pid}").exists() if Path("/proc/self").exists() else True


def postmaster(data: Path) -> tuple[int | None, bool]:
    """(pid, ready) of the server that runs on `data`; the pid is None when none does, stale file or not."""
    try:
        lines = (data / "postmaster.pid").read_text(errors="replace").splitlines()
        pid = abs(int(lines[0]))
    except (OSError, ValueError, IndexError):
        return None, False
    if not alive(pid) or not _works_in(pid, data):
        return None, False
    return pid, len(lines) > 7 and lines[7].strip() == "ready"


def processes(data: Path) -> tuple[int, ...]:
    """Every living server process of `data`, also backends that a killed postmaster left behind."""
    here, found, hidden = os.path.realpath(data), [], []
    for pid in (int(entry.name) for entry in Path("/proc").glob("[0-9]*")):
        if not _is_postgres(pid) or not alive(pid):
            continue
        try:
            if os.readlink(f"/proc/{pid}/cwd") == here:
                found.append(pid)
        except PermissionError:
            hidden.append(pid)
        except OSError:
            continue  # ended meanwhile
    return (*found, *_among_hidden(hidden, data))


def is_stranger(pid: int, data: Path) -> bool:
    """Is it certain that this living process has nothing to do with `data`? Unsure counts as no."""
    if not _is_postgres(pid):
        return True
    try:
        return os.readlink(f"/proc/{pid}/cwd") != os.path.realpath(data)
    except OSError:
        return False


def reload(pid: int) -> None:
    """Have a running server read its files again; it does so in its own time."""
    _signal(pid, signal.SIGHUP)


def end(data: Path, pid: int, *, patience: float) -> bool:
    """Stop a running server; False if something of it still lives after all.

    First SIGINT: sessions are rolled back, the cluster is closed cleanly. After `patience` seconds SIGQUIT:
    at once, with recovery at the next start. Last SIGKILL.
    """
    for number, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
        _signal(pid, number)
        for _ in pauses(seconds):
            if not alive(pid) and not processes(data):
                return True
    return end_orphans(data, patience=0)


def end_orphans(data: Path, *, patience: float) -> bool:
    """Wait for the backends of a killed postmaster to notice and leave; after `patience` seconds end them."""
    for number, seconds in ((None, patience), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        for orphan in processes(data) if number else ():
            _signal(orphan, number or 0)
        for _ in pauses(seconds):
            if not processes(data):
                return True
    return False


def pauses(seconds: float) -> Iterator[None]:
    """Yields now and then until `seconds` have passed: quickly at first, four times a second later."""
    limit, step = time.monotonic() + seconds, 0.01
    while True:
        yield
        if time.monotonic() >= limit:
            return
        time.sleep(step)
        step = min(step * 1.5, 0.25)


def _works_in(pid: int, data: Path) -> bool:
    """Does the process serve `data`? A server process stays in its data directory.

    A root without CAP_SYS_PTRACE (a container) may not read that link of another user's process; then the
    command line, which everybody may read, must name the directory.
    """
    try:
        return os.readlink(f"/proc/{pid}/cwd") == os.path.realpath(data) and _is_postgres(pid)
    except FileNotFoundError:
        return False
    except OSError:
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return b"-D" in arguments and os.fsencode(data) in arguments


def _among_hidden(pids: list[int], data: Path) -> tuple[int, ...]:
    """Those of `pids` that serve `data`, where we are a root that may not look: its owner may, so it is asked."""
    if not pids or os.geteuid() != 0 or not data.exists():
        return ()
    links = [f"/proc/{pid}/cwd" for pid in pids]
    owner = account_for(data.stat().st_uid)
    said = run(owner, ["find", *links, "-maxdepth", "0", "-printf", "%p\t%l\n"]).stdout
    pairs = (line.partition("\t") for line in said.splitlines())
    return tuple(int(link.split("/")[2]) for link, _, folder in pairs if folder == os.path.realpath(data))


def _is_postgres(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text(errors="replace").startswith("postgres")
    except OSError:
        return False


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
