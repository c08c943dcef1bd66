"""The four folders are the import packages; nothing else may answer to their plain names."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("api", "geo", "maps", "projects")


@pytest.mark.parametrize("name", PACKAGES)
def test_the_package_is_the_folder_of_this_checkout(name: str) -> None:
    file = importlib.import_module(name).__file__
    assert file is not None
    assert Path(file).resolve().parent == ROOT / name


@pytest.mark.parametrize("name", PACKAGES)
def test_no_test_folder_hides_a_package(name: str) -> None:
    assert not list((ROOT / "tests").rglob(f"{name}/")), "tests/<package> would be imported in its place"


@pytest.mark.parametrize("module", ["api.bootstrap.__main__", "api.bootstrap.environment", "geo.cluster"])
def test_set_up_and_cluster_need_no_installed_package(module: str) -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {module}"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
