"""Starts the child process with nothing but what it needs: a bare environment, its two folders, a clock.

Where bubblewrap works the child also has no network, no process but itself, a read-only system of which it sees only
the Python installation and this package, and no rights to gain. Elsewhere the limits that it sets on itself remain.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import geo
from geo.importers.limits import Limits

Failure = Literal["time", "killed", "crash"]

PACKAGE = Path(geo.__file__).resolve().parent
CHILD = "geo.importers.child"
_SIGNAL_EXIT = 128  # bubblewrap reports a signal like a shell does
_STDERR_BYTES = 4_000
_PROBE_SECONDS = 20
_WATCH_SECONDS = 0.5


class ChildFailed(Exception):
    """The child gave no answer: it ran out of time, was ended by the kernel, or broke down. `stderr` is for the log."""

    def __init__(self, failure: Failure, stderr: str) -> None:
        super().__init__(failure)
        self.failure: Failure = failure
        self.stderr = stderr


def run_child(
    request: Path,
    source: Path,
    out: Path,
    limits: Limits,
    *,
    isolate: bool | None = None,
    module: str = CHILD,
    also: Sequence[Path] = (),
    watch: Callable[[], None] = lambda: None,
) -> None:
    """Runs `module` on a request file that lies in `source`, which it may read; it may write to `out`.
    `also`: further folders of the system that it may read. `watch` is called twice a second while it runs; what it
    raises ends the child and is raised.

    `isolate`: with bubblewrap (True), without (False), or as the machine allows (None). Returns when the child has
    ended well; raises ChildFailed otherwise.
    """
    wrapped = has_bubblewrap() if isolate is None else isolate
    log = out / "stderr.txt"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            command(request, source, out, wrapped=wrapped, module=module, also=also),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            env=environment(out),
            cwd=out,
            start_new_session=True,  # so that the whole group can be ended; bubblewrap's child dies with it
        )
        try:
            ends = time.monotonic() + limits.seconds
            while (code := _waited(process, min(_WATCH_SECONDS, ends - time.monotonic()))) is None:
                if time.monotonic() >= ends:
                    raise ChildFailed("time", _tail(log))
                watch()
        except BaseException:
            _end(process)
            raise
    if code != 0:
        number = -code if code < 0 else code - _SIGNAL_EXIT
        if number in (signal.SIGXCPU, signal.SIGKILL):
            raise ChildFailed("killed", _tail(log))
        raise ChildFailed("crash", _tail(log))


def command(
    request: Path, source: Path, out: Path, *, wrapped: bool, module: str = CHILD, also: Sequence[Path] = ()
) -> list[str]:
    """The argument list. -P and -s keep the current folder and the user's packages off the import path."""
    python = [sys.executable, "-P", "-s", "-B", "-m", module, str(request)]
    return [*bubblewrap(source, out, also), *python] if wrapped else python


def environment(out: Path) -> dict[str, str]:
    """All that the child inherits. GDAL's own settings are made by the child before it loads GDAL."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(out),
        "TMPDIR": str(out),
        "PYTHONPATH": str(PACKAGE.parent),
        # Read when the interpreter imports numpy, before the child's first line could set them.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        **kept,
    }


@cache
def has_bubblewrap() -> bool:
    """Whether bubblewrap is installed and this machine lets it work (containers often do not). Tried once."""
    if shutil.which("bwrap") is None:
        return False
    probe = [*bubblewrap(PACKAGE, None), sys.executable, "-P", "-s", "-B", "-c", "import pyogrio"]
    try:
        done = subprocess.run(
            probe, capture_output=True, timeout=_PROBE_SECONDS, env=environment(Path("/tmp"))
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def bubblewrap(source: Path, out: Path | None, also: Sequence[Path] = ()) -> list[str]:
    """Everything of the system read-only and only what Python needs; /tmp first, as Python may live below it."""
    wrap = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    wrap += ["--tmpfs", "/tmp", "--proc", "/proc", "--dev", "/dev"]
    for system in (
        "/usr",
        "/lib",
        "/lib64",
        "/lib32",
        "/bin",
        "/etc/ld.so.cache",
        "/etc/alternatives",
        *also,
    ):
        wrap += ["--ro-bind-try", str(system), str(system)]
    prefixes = {
        sys.prefix,
        sys.base_prefix,
        sys.exec_prefix,
        str(Path(sys.executable).resolve().parent.parent),
    }
    for prefix in sorted(p for p in prefixes if not Path(p).is_relative_to("/usr")):
        wrap += ["--ro-bind", prefix, prefix]
    wrap += ["--ro-bind", str(PACKAGE), str(PACKAGE), "--ro-bind", str(source), str(source)]
    if out is not None:
        wrap += ["--bind", str(out), str(out), "--chdir", str(out)]
    return [*wrap, "--"]


def _waited(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return process.wait(timeout=max(seconds, 0.0))
    except subprocess.TimeoutExpired:
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _tail(log: Path) -> str:
    with log.open("rb") as handle:
        handle.seek(0, os.SEEK_END)
        handle.seek(max(0, handle.tell() - _STDERR_BYTES))
        return handle.read().decode("utf-8", "replace")
