"""A worker or the database is killed while a sheet is being written: all its rows are there, or none (bar F3, scaled).

KILLS=100 in the environment makes the run of the bar; fewer in CI for its time.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from geo.db import make_engine, make_sessions
from geo.migrate import upgrade
from geo.tables import PortfolioState
from tests.postgis.case_rows import FIRST, add_cases

ROOT = Path(__file__).resolve().parents[2]
ROWS = 12
KILLS = int(os.environ.get("KILLS", "2"))
# Writes a sheet and tells of every row; stops there and waits, so that the kill falls where it is meant to.
WORKER = """
import sys
from datetime import date
from geo.db import make_engine, make_sessions
from geo.importers.casesheet import CaseSheet, SheetRow
from tests.people import system_context
import api.usecases.bulk as bulk
from api.usecases.by_sheet import write_sheet

url, name, stop, at_once = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "together"
codes = [f"{name}-{n:04d}" for n in range(1, 13)]
plain, done = bulk._one, 0
engine = make_engine(url, maintenance=True)
sessions = make_sessions(engine)

def told(session, *args, **more):
    global done
    outcome = plain(session, *args, **more)
    done += 1
    if done == stop:
        session.flush()
        if at_once:
            from sqlalchemy import text
            print("row", session.scalar(text("select pg_backend_pid()")), flush=True)
            sys.stdin.readline()
    return outcome

bulk._one = told
rows = [SheetRow(n, code, 1, step="S80", promised_on=date(2026, 9, 1)) for n, code in enumerate(codes, 2)]
pieces = [rows] if at_once else [[row] for row in rows]
for n, piece in enumerate(pieces):
    with sessions.begin() as session:
        sheet = CaseSheet(name, f"{name}-{n}".ljust(64, "0")[:64], tuple(piece))
        answer = write_sheet(session, system_context(), "TULIEN", sheet)
        assert answer.written, answer
    if not at_once and n + 1 == stop:
        print("row", 0, flush=True)
        sys.stdin.readline()
print("done", flush=True)
engine.dispose()
"""


@dataclass(frozen=True)
class World:
    url: str
    engine: Engine

    def moved(self, name: str) -> int:
        """How many cases of a round were changed."""
        found = text("select count(*) from clearance_case where version > 1 and code like :name")
        with self.engine.connect() as connection:
            return connection.scalar(found, {"name": f"{name}-%"}) or 0

    def events(self, kind: str) -> int:
        with self.engine.connect() as connection:
            found = text("select count(*) from event where kind = :kind")
            return connection.scalar(found, {"kind": kind}) or 0


@pytest.fixture(scope="module")
def world(make_database: Callable[[], str]) -> Iterator[World]:
    url = make_database()
    engine = make_engine(url, maintenance=True)
    upgrade(engine)
    with make_sessions(engine).begin() as session:
        session.add(PortfolioState(id=1, data_date=FIRST, files_sha256="0"))
        rounds = ["one-by-one", *(f"{killed}-{n}" for killed in ("worker", "database") for n in range(KILLS))]
        add_cases(session, [f"{name}-{n:04d}" for name in rounds for n in range(1, ROWS + 1)])
    yield World(url, engine)
    engine.dispose()


def written(
    world: World, name: str, stop: int, how: str, end: Callable[[subprocess.Popen[str], int], None]
) -> None:
    """A worker that writes a sheet and is ended after `stop` rows."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, world.url, name, str(stop), how],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        said = process.stdout.readline().split()
        assert said[:1] == ["row"], said
        end(process, int(said[1]))
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def worker_killed(process: subprocess.Popen[str], backend: int) -> None:
    process.kill()
    process.wait()


@pytest.mark.parametrize("number", range(KILLS))
@pytest.mark.parametrize("killed", ["worker", "database"])
def test_a_kill_in_the_middle_leaves_nothing_and_the_sheet_can_be_written_then(
    world: World, killed: str, number: int
) -> None:
    name = f"{killed}-{number}"
    before = world.events("case.edit"), world.events("sheet.apply")
    stop = 1 + (number * 5 + 2) % (ROWS - 1)

    def session_ended(process: subprocess.Popen[str], backend: int) -> None:
        with world.engine.connect() as connection:
            connection.execute(text("select pg_terminate_backend(:pid)"), {"pid": backend})
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.wait(timeout=60) != 0

    end = worker_killed if killed == "worker" else session_ended
    written(world, name, stop, "together", end)
    assert (world.moved(name), world.events("case.edit"), world.events("sheet.apply")) == (0, *before)

    def goes_on(process: subprocess.Popen[str], backend: int) -> None:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.wait(timeout=60) == 0

    written(world, name, stop, "together", goes_on)
    assert (world.moved(name), world.events("case.edit"), world.events("sheet.apply")) == (
        ROWS, before[0] + ROWS, before[1] + 1,
    )  # fmt: skip


def test_the_proof_sees_half_a_sheet_when_rows_are_written_one_by_one(world: World) -> None:
    written(world, "one-by-one", 5, "one by one", worker_killed)
    assert 0 < world.moved("one-by-one") < ROWS
