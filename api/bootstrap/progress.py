"""Steps that say what they do and how long it took, and programs that are silent unless they fail."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_HEARTBEAT = 15.0  # seconds between signs of life
_TAIL = 30  # lines of a failed program's output that are shown


class SetupError(Exception):
    """Set-up cannot go on; `vi` and `en` each say why, and what to do, in one sentence."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


@contextmanager
def step(vi: str, en: str) -> Iterator[None]:
    """Print what begins, and the seconds it took when it is done."""
    began = time.monotonic()
    print(f"▸ {vi} · {en} …", end="", flush=True)
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f" {time.monotonic() - began:.1f} s", flush=True)


def run(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None) -> None:
    """Run a program silently, with a dot now and then; raises SetupError after showing the end of its output."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            while True:
                try:
                    code = process.wait(timeout=_HEARTBEAT)
                    break
                except subprocess.TimeoutExpired:
                    print(".", end="", flush=True)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        if code == 0:
            return
        output.seek(0)
        lines = output.read().decode(errors="replace").splitlines()
    print("", *lines[-_TAIL:], sep="\n  ", flush=True)
    name = " ".join(Path(str(part)).name for part in command[:4])
    raise SetupError(
        f"Lệnh {name} … không chạy được (mã {code}); lý do ở các dòng trên.",
        f"The command {name} … failed (code {code}); the lines above say why.",
    )
