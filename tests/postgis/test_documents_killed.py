"""kill -9 in an upload at every place: no row points to a missing file, no orphan is left after the sweep (bar F4)."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from api.settings import Settings
from api.usecases.document_sweep import sweep_documents
from api.usecases.document_uploads import store_of
from geo.db import make_engine, make_sessions
from geo.migrate import upgrade
from tests.people import app_url, make_tester, owner_session
from tests.postgis.case_rows import add_cases
from tests.postgis.document_process import CASE, WARD, WHO

ROOT = Path(__file__).resolve().parents[2]
POINTS = ("piece", "look", "copies", "kept", "row", "committed")
ROUNDS = int(os.environ.get("KILLS", "1"))


@pytest.fixture(scope="module")
def settings(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation with one case and somebody who may send papers into it."""
    url = make_database()
    engine = make_engine(url, maintenance=True)
    upgrade(engine)
    with make_sessions(engine).begin() as session:
        add_cases(session, [CASE])
    engine.dispose()
    made = Settings(
        _env_file=None, home=tmp_path_factory.mktemp("home"), database_url=url, app_database_url=app_url(url),
        secret="for tests only 0123456789abcdefghij", demo=True,
    )  # fmt: skip
    make_tester(made, WHO, "ward_officer", wards=(WARD,))
    return made


def run(settings: Settings, point: str, mark: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.postgis.document_process",
            settings.model_dump_json(),
            point,
            str(mark),
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


def pointing_nowhere(settings: Settings) -> list[int]:
    """Rows whose file is missing or another one."""
    folder = settings.home / "documents"
    with owner_session(settings) as session:
        rows = session.execute(text("select id, sha256, has_copies from case_document")).all()
    wrong = []
    for number, sha256, copies in rows:
        place = folder / sha256[:2] / sha256
        whole = place.is_file() and hashlib.sha256(place.read_bytes()).hexdigest() == sha256
        if not whole or (
            copies and not all(place.with_name(f"{sha256}.{c}.jpg").is_file() for c in ("view", "thumb"))
        ):
            wrong.append(number)
    return wrong


def orphans(settings: Settings) -> list[str]:
    """Files and folders below the documents that nothing names."""
    folder = settings.home / "documents"
    with owner_session(settings) as session:
        named = set(session.scalars(text("select sha256 from case_document")))
        going = set(session.scalars(text("select id from document_upload where state = 'open'")))
    kept = [path for path in folder.glob("??/*") if path.name[:64] not in named]
    parts = [path for path in folder.glob("parts/*") if int(path.stem) not in going]
    return [str(path.relative_to(folder)) for path in (*kept, *parts, *folder.glob(".looking-*"))]


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_this_place_loses_nothing_and_leaves_nothing(settings: Settings, point: str) -> None:
    for n in range(ROUNDS):
        mark = 10 * POINTS.index(point) + 1000 * n + 1
        killed = run(settings, point, mark)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert pointing_nowhere(settings) == []
        with owner_session(settings) as session:
            sweep_documents(session, settings, age=0.0)
        assert orphans(settings) == []
        again = run(settings, "", mark)  # the sender tries again with the same key
        assert again.stdout == "done\n", again.stderr
        assert pointing_nowhere(settings) == []
        with owner_session(settings) as session:
            sweep_documents(session, settings, age=0.0)
            events = session.scalar(text("select count(*) from event where kind = 'document.add'"))
            assert events == session.scalar(text("select count(*) from case_document"))
        assert orphans(settings) == []


def test_an_orphan_is_there_to_be_swept_and_a_young_one_stays(settings: Settings) -> None:
    """The control of the sweep: killed between file and row, there is something that no row names."""
    assert run(settings, "kept", 77).returncode == -signal.SIGKILL
    left = orphans(settings)
    assert any(name.count("/") == 1 and not name.startswith("parts") for name in left)
    with owner_session(settings) as session:
        assert sweep_documents(session, settings, age=3600.0) == 0  # its row may be on the way
    assert orphans(settings) == left
    with owner_session(settings) as session:
        assert sweep_documents(session, settings, age=0.0) > 0
    assert orphans(settings) == []


def test_with_the_row_before_the_file_a_kill_leaves_a_row_that_points_nowhere(settings: Settings) -> None:
    """The control of the order."""
    assert pointing_nowhere(settings) == []
    run(settings, "wrong order", 88)
    assert len(pointing_nowhere(settings)) == 1
    assert store_of(settings).folder.is_dir()
