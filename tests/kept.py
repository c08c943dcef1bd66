"""A loaded demo portfolio that is kept between test runs: `python -m tests.kept FOLDER` makes one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from api.settings import Settings
from geo import cluster
from tests.people import app_url

DATABASE = "duonggang_kept"


def demo_settings(home: Path, url: str) -> Settings:
    """The settings of a server on the demo portfolio, for tests."""
    return Settings(
        _env_file=None,
        home=home,
        database_url=url,
        app_database_url=app_url(url),
        secret="for tests only 0123456789abcdefghij",
        demo=True,
        requests_per_minute=10_000_000,
        risk_iterations=500,
    )


@contextmanager
def kept_copy(kept: Path) -> Iterator[Path]:
    """The home of a running cluster that begins with the files of `kept`, and is gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="duonggang-"))
    try:
        if os.geteuid() == 0:
            home.chmod(0o711)  # the server's user must pass through
        subprocess.run(["cp", "-a", "--reflink=auto", kept / "pg", home / "pg"], check=True)
        cluster.ensure_running(home, settings=cluster.FAST)
        yield home
    finally:
        cluster.destroy(home)
        shutil.rmtree(home, ignore_errors=True)


def kept_url(home: Path) -> str:
    """The address of the loaded database in a `kept_copy`."""
    return make_url(cluster.status(home).url).set(database=DATABASE).render_as_string(hide_password=False)


def make(kept: Path) -> None:
    """Load the demo portfolio into a cluster of its own at `kept` and stop it."""
    from api.commands.server import prepare

    kept.mkdir(mode=0o711)
    cluster.ensure_running(kept, settings=cluster.FAST)
    try:
        prepare(demo_settings(kept / "home", url := cluster.add_database(kept, DATABASE)), url)
    finally:
        cluster.stop(kept)


if __name__ == "__main__":
    make(Path(sys.argv[1]).resolve())
