"""The chain under many writers, through the migration, and under the server's own anchoring."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from api.anchoring import anchoring
from api.settings import Settings
from geo.anchor import read_anchors
from geo.chain import verify
from geo.db import make_engine, make_sessions
from geo.history import record
from geo.importing import EVENT_COLUMNS, _copy
from geo.migrate import differences, downgrade, upgrade
from geo.tables import Event
from tests.people import app_url

DAY = date(2026, 3, 13)
OLD_ROW = (
    "insert into event (effective_on, actor, kind, object_type, object_code, after) "
    "values ('2026-01-05', 'dòng lệnh', 'case.step', 'case', :code, '{\"step\": \"S20\"}')"
)
CHAIN = text("select id, chain_hash, previous_hash from event order by id")
LOCK_LINE = "perform pg_advisory_xact_lock(7205132);"


@pytest.fixture
def own(make_database: Callable[[], str]) -> Iterator[Engine]:
    """A database of this test alone: what is committed here disturbs nobody."""
    engine = make_engine(make_database(), maintenance=True)
    upgrade(engine)
    yield engine
    engine.dispose()


def write(engine: Engine, code: str, *, hold: Callable[[], None] = lambda: None) -> int:
    """One event in a transaction of its own, which commits after `hold`."""
    with make_sessions(engine).begin() as session:
        event = record(
            session, kind="case.step", object_type="case", object_code=code, actor="t", effective_on=DAY
        )
        hold()
        return event.id


def faults(engine: Engine) -> str | None:
    with make_sessions(engine)() as session:
        found = verify(session).fault
        return None if found is None else found.kind


def test_eight_writers_leave_one_chain_in_the_order_of_its_numbers(own: Engine) -> None:
    def work(writer: int) -> list[int]:
        return [write(own, f"W{writer}-{n}") for n in range(25)]

    with ThreadPoolExecutor(8) as pool:
        written = [number for numbers in pool.map(work, range(8)) for number in numbers]
    with own.connect() as connection:
        rows = connection.execute(CHAIN).all()
        times = connection.scalars(text("select recorded_at from event order by id")).all()
    assert sorted(written) == [row.id for row in rows]
    assert len(rows) == 200
    assert [row.previous_hash for row in rows[1:]] == [row.chain_hash for row in rows[:-1]]
    assert list(times) == sorted(times)
    assert faults(own) is None


def interleaved(engine: Engine) -> tuple[int, int, bool]:
    """Two transactions: the second writes while the first is open. Gives both numbers, and whether it waited."""
    with ThreadPoolExecutor(1) as pool:
        with make_sessions(engine).begin() as first:
            event = record(
                first, kind="case.step", object_type="case", object_code="A", actor="t", effective_on=DAY
            )
            other = pool.submit(write, engine, "B")
            time.sleep(0.4)
            waited = not other.done()
        return event.id, other.result(10), waited


def test_a_writer_waits_for_the_one_before_it_and_follows_it(own: Engine) -> None:
    write(own, "0")
    first, second, waited = interleaved(own)
    assert waited
    assert first < second
    assert faults(own) is None


def test_without_the_lock_the_same_two_writers_fork_the_chain(own: Engine) -> None:
    """The control of the two tests above."""
    with own.begin() as connection:
        source = connection.scalar(text("select pg_get_functiondef('event_is_chained'::regproc)"))
        assert source.count(LOCK_LINE) == 1
        connection.exec_driver_sql(source.replace(LOCK_LINE, "").replace("%", "%%"))
    write(own, "0")
    _, _, waited = interleaved(own)
    assert not waited
    assert faults(own) is not None


def test_a_transaction_that_is_rolled_back_leaves_a_gap_and_a_whole_chain(own: Engine) -> None:
    def fail() -> None:
        raise RuntimeError

    first = write(own, "A")
    with pytest.raises(RuntimeError):
        write(own, "B", hold=fail)
    assert write(own, "C") > first + 1
    assert faults(own) is None


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_snapshot_older_than_the_lock_is_refused(own: Engine, level: str) -> None:
    strict = own.execution_options(isolation_level=level)
    with pytest.raises(DBAPIError, match="read committed"):
        write(strict, "A")
    assert write(own, "A")


def test_six_thousand_events_by_copy_are_chained(own: Engine) -> None:
    rows = (
        (DAY, "dòng lệnh", "case.import", "TULIEN", "case", f"TULIEN-{n:05}", '{"step": "S20", "version": 1}')
        for n in range(6_000)
    )
    with make_sessions(own).begin() as session:
        _copy(session, "event", EVENT_COLUMNS, rows)
    assert faults(own) is None


def test_events_of_before_the_chain_are_chained_by_the_migration(make_database: Callable[[], str]) -> None:
    engine = make_engine(make_database(), maintenance=True)
    upgrade(engine, "0003")
    with engine.begin() as connection:
        for code in ("A", "B", "C"):
            connection.execute(text(OLD_ROW), {"code": code})
        numbered = OLD_ROW.replace("(effective_on", "(id, effective_on").replace("('2026", "(1000, '2026")
        connection.execute(text(numbered), {"code": "Z"})
    upgrade(engine)
    assert faults(engine) is None
    with engine.connect() as connection:
        before = connection.execute(CHAIN).all()
    assert [row.id for row in before] == [1, 2, 3, 1000]
    with pytest.raises(ProgrammingError, match="append-only"), engine.begin() as connection:
        connection.execute(text("update event set actor = 'x'"))
    downgrade(engine, "0003")
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(CHAIN).all() == before
    assert write(engine, "D") > 1000  # although nobody had told the sequence of that number
    downgrade(engine, "0003")
    with engine.begin() as connection:
        connection.execute(text(OLD_ROW), {"code": "E"})  # numbers come from the default again
    upgrade(engine)
    assert faults(engine) is None
    assert differences(engine) == []
    engine.dispose()


def test_a_server_anchors_at_its_start_while_it_runs_and_at_its_end(own: Engine, tmp_path: Path) -> None:
    path = tmp_path / "anchor.jsonl"
    settings = settings_of(own)
    first = write(own, "A")
    with anchoring(settings, path, every=0.05):
        wait_for(lambda: path.exists() and first in anchored(path))
        second = write(own, "B")
        wait_for(lambda: second in anchored(path))
    with anchoring(settings, path, every=600):
        third = write(own, "C")
    assert third in anchored(path)  # the end did not wait for its turn
    with make_sessions(own)() as session:
        assert verify(session, read_anchors(path).anchors).fault is None
        newest = session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert json.loads(path.read_text().splitlines()[-1])["hash"] == newest.chain_hash.hex()


def test_an_anchor_that_cannot_be_written_is_said_and_stops_nothing(
    own: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(own, "A")
    with anchoring(settings_of(own), tmp_path / "gone" / "anchor.jsonl"):
        pass
    assert "could not anchor the history" in caplog.text


def settings_of(engine: Engine) -> Settings:
    url = engine.url.render_as_string(hide_password=False)
    return Settings(_env_file=None, database_url=url, app_database_url=app_url(url))


def anchored(path: Path) -> list[int]:
    return [anchor.event_id for anchor in read_anchors(path).anchors]


def wait_for(happened: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.02)
