"""A worker that reads files in the background, and the database that it works on: what tests of all kinds of files ask.

Its database is its own, with a project `VIEC` on an axis of 6 km.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Engine, text

from api.settings import Settings
from geo.db import make_engine, make_sessions
from geo.migrate import upgrade
from geo.server.processes import pauses
from geo.tables import ImportProposal, PortfolioState, ScheduleImport
from tests.conftest import ROOT
from tests.people import app_url
from tests.postgis.land_rows import add_event, add_project, add_ward

PROGRAM = [sys.executable, "-c", "from api.cli import main; main()", "worker", "--dead-after", "2"]
# Who would leave the phase waits for a lock that the test has.
HOLD = """
create function hold() returns trigger language plpgsql as
$$ begin perform pg_advisory_xact_lock_shared(4711); return new; end $$;
create trigger hold before update on {table} for each row
    when (old.phase = '{phase}' and new.phase <> old.phase) execute function hold()
"""
BUSY = text(
    "select count(*) from jobs.procrastinate_jobs where status in ('doing', 'todo') and task_name = :task"
)
Import = TypeVar("Import", ImportProposal, ScheduleImport)


def worker_settings(url: str, home: Path, *, others: tuple[str, ...] = ()) -> Settings:
    """Settings of a worker on the empty database `url`, with `VIEC` and `others` for projects in it."""
    own = app_url(url)
    if own is None:
        pytest.skip("needs the run's private cluster")
    engine = make_engine(url, maintenance=True)
    upgrade(engine)
    with make_sessions(engine).begin() as session:
        add_ward(session)
        add_project(session, "VIEC", line=((0, 0), (6000, 0)), fronts=[("A", 0, 6000)])
        for code in others:
            add_project(session, code, line=((0, 0), (6000, 0)))
        session.add(PortfolioState(id=1, data_date=date(2026, 3, 13), files_sha256="x", demo_seed=1))
        add_event(session)
    engine.dispose()
    return Settings(
        _env_file=None, home=home, database_url=url, app_database_url=own,
        secret="for tests only 0123456789abcdefghij",
    )  # fmt: skip


@contextmanager
def process(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A worker as a process of its own."""
    environment = os.environ | {
        "DUONGGANG_HOME": str(settings.home), "DUONGGANG_DATABASE_URL": str(settings.database_url),
        "DUONGGANG_APP_DATABASE_URL": str(settings.app_database_url), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    with subprocess.Popen(PROGRAM, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as started:
        try:
            yield started
        finally:
            started.kill()


@contextmanager
def held(settings: Settings, table: str, phase: str) -> Iterator[None]:
    """A worker that is in the phase stays there until the block ends.

    A phase may last some milliseconds: nobody would see it surely.
    """
    engine = make_engine(str(settings.database_url), maintenance=True)
    try:
        with engine.begin() as connection:
            connection.execute(text(HOLD.format(table=table, phase=phase)))
        with engine.connect() as holder:
            holder.execute(text("select pg_advisory_lock(4711)"))
            yield
            holder.execute(text("select pg_advisory_unlock_all()"))
    finally:
        with engine.begin() as connection:
            connection.execute(text("drop function if exists hold() cascade"))
        engine.dispose()


def reached(look: Callable[[], Import], *states: str, phase: str = "", seconds: float = 90.0) -> Import:
    """The import as `look` finds it once it is in one of the states, and in the phase."""
    ends = time.monotonic() + seconds
    found = look()
    while found.state not in states or phase not in ("", found.phase):
        assert time.monotonic() < ends, f"import is {found.state}/{found.phase}, not {states}"
        time.sleep(0.02)
        found = look()
    return found


def idle(engine: Engine, task: str) -> None:
    """Waits until no such job is being done or to be done."""
    for _ in pauses(90.0):
        with engine.connect() as connection:
            if connection.scalar(BUSY, {"task": task}) == 0:
                return
    raise AssertionError("the worker is still busy")
