"""A process that has one format's driver loaded and reads each file in a fork of its own, under the child's limits.

Run as a program it is that process: request paths come in by line, wait statuses go out. The real child starts Python
and GDAL for every file, which takes most of a second; damage by the thousand needs sixty a second.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from geo.importers import child, sandbox
from geo.importers.formats import DRIVERS, FORMATS
from geo.importers.limits import Limits

_SECONDS = 30


@contextmanager
def fork_reader(kind: str) -> Iterator[list[int]]:
    """While open, files are read by forks instead of children of their own; yields their wait statuses."""
    statuses: list[int] = []
    root = str(Path(__file__).resolve().parents[2])
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.fork_reader", kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=root,
        env={**sandbox.environment(Path("/tmp")), "PYTHONPATH": root},
    )
    assert server.stdin is not None
    assert server.stdout is not None
    into, back = server.stdin, server.stdout

    def run_child(
        request: Path,
        source: Path,
        out: Path,
        limits: Limits,
        *,
        isolate: bool | None = None,
        module: str = sandbox.CHILD,
        also: Sequence[Path] = (),
        watch: Callable[[], None] = lambda: None,
    ) -> None:
        into.write(f"{request}\n")
        into.flush()
        status = int(back.readline())
        statuses.append(status)
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            raise sandbox.ChildFailed("killed" if number in (signal.SIGXCPU, signal.SIGKILL) else "crash", "")
        if status != 0:
            raise sandbox.ChildFailed("crash", "")

    real = sandbox.run_child
    sandbox.run_child = run_child
    try:
        yield statuses
    finally:
        sandbox.run_child = real
        into.close()
        server.wait(timeout=20)
        back.close()


def main(kind: str) -> None:
    """Serves until its input ends."""
    from geo.importers import drawing, filecrs, layers, shapes, tables, textcodes

    assert all((drawing, filecrs, layers, shapes, tables, textcodes))  # loaded once, for all forks
    known = next(f for f in FORMATS if f == kind)
    if known in DRIVERS:
        gdal = child.lock_gdal(known)
        child.lock_gdal = lambda kind: gdal
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                signal.alarm(_SECONDS)
                code = child.main(["", line.strip()])
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        print(status, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
