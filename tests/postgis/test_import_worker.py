"""The worker on a real database as the application's role: once in effect, whatever is killed and whoever is slow."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from sqlalchemy import Engine, text

from api.settings import Settings
from api.usecases import imports
from api.usecases.imports import uploads_folder
from api.work.queue import READ, put
from api.work.worker import working
from geo.access import access_project
from geo.db import make_engine, make_sessions
from geo.importers.options import ReadingOptions
from geo.proposing import deciding
from geo.tables import ImportProposal
from geo.uploads import store
from projects.errors import InvalidInput, NoRoom
from tests.people import system_context
from tests.postgis.land_rows import EAST, NORTH
from tests.postgis.reading_worker import held, idle, process, reached, worker_settings


@pytest.fixture(scope="module")
def settings(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return worker_settings(make_database(), tmp_path_factory.mktemp("viec"))


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    made = make_engine(str(settings.database_url), maintenance=True)
    yield made
    made.dispose()


_sheet = iter(range(1, 1000))


def file_of(folder: Path, count: int) -> Path:
    """A GeoPackage of that many lots of 3 × 3 m beside the axis, on a sheet of its own."""
    at = np.arange(count)
    x, y = EAST + 5 + 4 * (at % 1400), NORTH + 5 + 4 * (at // 1400) * 1.0
    frame = gpd.GeoDataFrame(
        {"to": str(next(_sheet)), "thua": [str(n) for n in at], "loai_dat": "ODT", "phuong": "00097"},
        geometry=shapely.box(x, y, x + 3, y + 3), crs=5897,
    )  # fmt: skip
    path = folder / f"thua{frame['to'].iloc[0]}.gpkg"
    frame.to_file(path)
    return path


def propose(settings: Settings, engine: Engine, file: Path, *, queued: bool = True) -> int:
    with file.open("rb") as source:
        kept = store(source, uploads_folder(settings.home), most_bytes=10**9, room_bytes=10**9)
    with make_sessions(engine).begin() as session:
        number, _ = imports.propose(
            session, system_context(), access_project(session, "VIEC"), kept, file.name,
            options=ReadingOptions(), full_fabric=False, queue=put if queued else lambda *_: None,
        )  # fmt: skip
        return number


def row(engine: Engine, number: int) -> ImportProposal:
    with make_sessions(engine)() as session:
        return session.get_one(ImportProposal, number)


def until(engine: Engine, number: int, *states: str, phase: str = "") -> ImportProposal:
    return reached(lambda: row(engine, number), *states, phase=phase)


def counts(engine: Engine) -> tuple[int, ...]:
    with engine.connect() as connection:
        return tuple(
            connection.scalar(text(f"select count(*) from {t}"))
            for t in ("parcel", "clearance_case", "import_batch")
        )


def test_a_worker_in_the_server_reads_what_was_put_in(
    settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    number = propose(settings, engine, file_of(tmp_path, 50))
    with working(settings):
        found = until(engine, number, "ready", "refused")
    assert (found.state, found.faults) == ("ready", [])
    assert found.summary["kinds"]["added"]["parcels"] == 50
    assert counts(engine) == (0, 0, 0)


@pytest.mark.parametrize("phase", ["reading", "staging"])
def test_killed_in_the_middle_another_finishes_it_once(
    settings: Settings, engine: Engine, tmp_path: Path, phase: str
) -> None:
    number = propose(settings, engine, file_of(tmp_path, 30_000))
    with held(settings, "import_proposal", phase), process(settings) as first:
        until(engine, number, "reading", phase=phase)
        first.send_signal(signal.SIGKILL)
        first.wait()
    halfway = row(engine, number)
    assert halfway.state == "reading"
    assert counts(engine) == (0, 0, 0)
    with engine.connect() as connection:
        assert (
            connection.scalar(
                text("select count(*) from proposal_parcel where proposal_id = :n"), {"n": number}
            )
            == 0
        )
    with process(settings):
        found = until(engine, number, "ready", "refused")
    assert (found.state, found.faults) == ("ready", [])
    with engine.connect() as connection:
        assert (
            connection.scalar(
                text("select count(*) from proposal_parcel where proposal_id = :n"), {"n": number}
            )
            == 30_000
        )


def test_an_acceptance_that_is_cut_off_leaves_nothing(
    settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    number = propose(settings, engine, file_of(tmp_path, 2_000))
    with working(settings):
        until(engine, number, "ready")
    before = counts(engine)
    own = make_engine(str(settings.database_url), maintenance=True)
    with own.connect() as victim:
        pid = victim.scalar(text("select pg_backend_pid()"))
        victim.execute(text("select land_accept(:n, current_date, 'x')"), {"n": number})
        # The control: inside the transaction all of it is there.
        assert victim.scalar(text("select count(*) from parcel")) == before[0] + 2_000
        with engine.connect() as killer:
            killer.execute(text("select pg_terminate_backend(:p)"), {"p": pid})
            killer.commit()
        victim.invalidate()
    own.dispose()
    assert counts(engine) == before
    assert row(engine, number).state == "ready"
    with make_sessions(engine).begin() as session:
        deciding.accept(session, number, day=date(2026, 3, 13), actor="hai")
    assert counts(engine)[0] == before[0] + 2_000


def test_cancelled_while_it_is_read_it_stays_cancelled(
    settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    number = propose(settings, engine, file_of(tmp_path, 30_000))
    with working(settings):
        until(engine, number, "reading")
        with make_sessions(engine).begin() as session:
            imports.cancel(session, system_context(), number)
        idle(engine, READ)
    assert row(engine, number).state == "cancelled"
    with engine.connect() as connection:
        assert connection.scalar(text(f"select to_regclass('staging.rows_{number}')")) is None


def test_the_same_file_from_many_hands_at_once_is_one_import(
    settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    file = file_of(tmp_path, 20)
    found: list[int] = []
    start = threading.Barrier(6)

    def send() -> None:
        start.wait()
        found.append(propose(settings, engine, file))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


def test_a_file_that_fills_its_disk_or_quota_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "uploads"
    with pytest.raises(NoRoom):
        store([b"x" * 100] * 10, folder, most_bytes=10_000, room_bytes=500)
    with pytest.raises(InvalidInput, match="larger"):
        store([b"x" * 100] * 10, folder, most_bytes=500, room_bytes=10_000)

    def cut() -> Iterator[bytes]:
        yield b"x" * 100
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store(cut(), folder, most_bytes=10_000, room_bytes=10_000)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoom, match="disk is full"):
        store([b"x"], folder, most_bytes=10_000, room_bytes=10_000)
    assert list(folder.iterdir()) == []
    monkeypatch.undo()
    kept = store([b"abc"], folder, most_bytes=10_000, room_bytes=10_000)
    assert (folder / kept.name).read_bytes() == b"abc"
    assert (folder / kept.name).stat().st_mode & 0o777 == 0o600
    shutil.rmtree(folder)
