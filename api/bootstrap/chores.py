"""Deleting what can be built again, and resolving the locks anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from api.bootstrap import places
from api.bootstrap.progress import SetupError, run, step
from geo import cluster

_CACHES = (
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".import_linter_cache",
    "build",
    "dist",
)
_OURS = ("api", "geo", "maps", "projects", "tests")


def clean(*, data: bool) -> None:
    """Delete the environment, the browser assets and all caches; with `data` the database and its folder too."""
    if data:
        _clean_data()
    folders = [places.ROOT / name for name in _CACHES]
    folders += [places.VENV, places.ASSETS / "node_modules", *places.ROOT.glob("*.egg-info")]
    for name in _OURS:
        folders += (places.ROOT / name).rglob("__pycache__")
    with step("Xoá môi trường và tệp tạm", "deleting environment and caches"):
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
    if not data and places.home().exists():
        print(
            f"  Giữ lại dữ liệu ở {places.home()}; xoá bằng `make clean DATA=1` · the data is kept",
            flush=True,
        )


def lock(*, upgrade: bool) -> None:
    """Write requirements.lock and requirements-dev.lock from pyproject.toml, with hashes and without an index."""
    with tempfile.TemporaryDirectory(prefix="duonggang-lock-") as folder:
        python, uv = Path(folder) / "bin" / "python", Path(folder) / "bin" / "uv"
        with step("Chuẩn bị công cụ chốt phiên bản", "preparing the resolver"):
            run([sys.executable, "-m", "venv", folder], cwd=places.ROOT)
            run([python, "-m", "pip", "-q", "--disable-pip-version-check", "install", "uv"], cwd=places.ROOT)
        compiling: list[str | Path] = [
            uv,
            "pip",
            "compile",
            "pyproject.toml",
            "--quiet",
            "--universal",
            "--python-version",
            "3.11",
        ]
        compiling += [
            "--generate-hashes",
            "--no-emit-index-url",
            "--no-header",
            *(["--upgrade"] if upgrade else []),
        ]
        index = _index(python)
        with step("Chốt thư viện chạy", "locking what the product runs on"):
            run([*compiling, "--group", "setup", "-o", places.RUNTIME_LOCK], cwd=places.ROOT, env=index)
        with step("Chốt công cụ kiểm tra", "locking the tools"):
            # Constrained by name, so that the tools run beside exactly what the product runs on.
            constraint: list[str | Path] = ["-c", places.RUNTIME_LOCK.name, "-o", places.DEV_LOCK]
            run([*compiling, "--group", "dev", *constraint], cwd=places.ROOT, env=index)


def _clean_data() -> None:
    home = places.home()
    with step(f"Xoá dữ liệu {home}", "deleting the data"):
        try:
            cluster.destroy(home)
        except cluster.ClusterError as error:
            raise SetupError(error.vi, error.en) from error
        if home == places.ROOT / ".duonggang":
            shutil.rmtree(home, ignore_errors=True)
    if home.exists() and any(home.iterdir()):
        # A folder that the user chose may hold things of others.
        print(
            f"  Cụm cơ sở dữ liệu đã xoá; tệp khác ở {home} còn nguyên · other files there are kept",
            flush=True,
        )


def _index(python: Path) -> dict[str, str]:
    """The machine's own package index, if pip is told of one: the resolver does not read pip's settings."""
    if any(name in os.environ for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")):
        return {}
    asked = subprocess.run(
        [python, "-m", "pip", "config", "get", "global.index-url"],
        capture_output=True,
        text=True,
        check=False,
    )
    url = os.environ.get("PIP_INDEX_URL") or asked.stdout.strip()
    return {"UV_DEFAULT_INDEX": url} if url else {}
