"""Where things lie in the checkout, and the two settings that matter before the application can read its own."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
ASSETS = ROOT / "maps" / "assets"
RUNTIME_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"  # holds everything of the runtime lock


def home() -> Path:
    """The data directory: DUONGGANG_HOME, else `.duonggang` in the checkout."""
    return Path(_setting("DUONGGANG_HOME") or ROOT / ".duonggang").expanduser().absolute()


def uses_own_cluster() -> bool:
    """Is the database ours to run, because DUONGGANG_DATABASE_URL names no other?"""
    return not _setting("DUONGGANG_DATABASE_URL")


def _setting(name: str) -> str:
    """From the environment, else from `.env` in the checkout, as the application reads it."""
    if name in os.environ:
        return os.environ[name].strip()
    try:
        lines = (ROOT / ".env").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ""
    for line in lines:
        key, found, value = line.removeprefix("export ").partition("=")
        if found and key.strip() == name:
            return value.split(" #")[0].strip().strip("\"'")
    return ""
