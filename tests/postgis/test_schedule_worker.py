"""The worker reads schedule files: one at a time, to the end whatever is killed, and lets go of what is cancelled."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from api.settings import Settings
from api.usecases import imports, schedule_imports, schedule_reading
from api.usecases.imports import kept_files, room, uploads_folder
from api.usecases.schedule_reading import read_waiting
from api.work import queue, worker
from api.work.queue import put_schedule
from api.work.worker import working
from geo.access import access_project
from geo.db import make_engine, make_sessions
from geo.schedules.door import Read
from geo.tables import ScheduleImport
from geo.uploads import store
from tests.people import system_context
from tests.postgis.reading_worker import held, idle, process, reached, worker_settings
from tests.unit.schedule_texts import mspdi, xer

_mark = iter(range(10_000))


@pytest.fixture(scope="module")
def settings(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return worker_settings(make_database(), tmp_path_factory.mktemp("tiendo"), others=("KHAC",))


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    made = make_engine(str(settings.database_url), maintenance=True)
    yield made
    made.dispose()


def another() -> str:
    """A schedule that no other test has sent."""
    return mspdi(before=f"<!-- {next(_mark)} -->")


def propose(
    settings: Settings, engine: Engine, content: str, *, project: str = "VIEC", queued: bool = True
) -> int:
    kept = store([content.encode()], uploads_folder(settings.home), most_bytes=10**9, room_bytes=10**9)
    with make_sessions(engine).begin() as session:
        number, _ = schedule_imports.propose(
            session, system_context(), access_project(session, project), kept, "tiến độ.xml",
            queue=put_schedule if queued else lambda *_: None,
        )  # fmt: skip
        return number


def row(engine: Engine, number: int) -> ScheduleImport:
    with make_sessions(engine)() as session:
        found = session.get_one(ScheduleImport, number)
        assert isinstance(found.rows, list)
        assert isinstance(found.document, dict)
        return found


def until(engine: Engine, number: int, *states: str) -> ScheduleImport:
    return reached(lambda: row(engine, number), *states)


def now(settings: Settings, engine: Engine, number: int, **more: Any) -> str | None:
    """Reads here, without a queue."""
    return read_waiting(
        make_sessions(engine), uploads_folder(settings.home), number, enter=lambda session: None, **more
    )


def test_killed_while_it_is_read_another_worker_finishes_it(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = propose(settings, engine, another())
    with held(settings, "schedule_import", "checking"), process(settings) as first:
        until(engine, number, "reading")
        first.send_signal(signal.SIGKILL)
        first.wait()
    halfway = row(engine, number)
    assert (halfway.state, halfway.document, halfway.rows) == ("reading", {}, [])
    begun: list[int] = []

    def counted(sessions: Any, folder: Path, number: int, times: int, **more: Any) -> str | None:
        begun.append(times)
        return read_waiting(sessions, folder, number, times, **more)

    monkeypatch.setattr(worker, "read_waiting", counted)
    with working(settings, dead_after=2.0):
        found = until(engine, number, "ready", "refused")
    assert (found.state, found.faults, found.format) == ("ready", [], "mspdi")
    assert begun == [1]  # the one that was killed counts
    assert found.summary["compared"]["same"] == 4
    assert found.ties["finish"] == "5"
    assert len(found.rows) == 4


def test_cancelled_while_it_is_read_it_stays_cancelled_and_its_child_ends(
    settings: Settings, engine: Engine
) -> None:
    number = propose(settings, engine, another())
    with working(settings):
        until(engine, number, "reading")
        with make_sessions(engine).begin() as session:
            schedule_imports.cancel(session, system_context(), "VIEC", number)
        idle(engine, queue.READ_SCHEDULE)
    found = row(engine, number)
    assert (found.state, found.document, found.rows) == ("cancelled", {}, [])
    # Cancelled before its turn it is not begun at all.
    waiting = propose(settings, engine, another(), queued=False)
    with make_sessions(engine).begin() as session:
        schedule_imports.cancel(session, system_context(), "VIEC", waiting)
    assert now(settings, engine, waiting, read=lambda *_, **__: pytest.fail("it was read")) is None


def test_progress_is_told_in_order_and_two_workers_never_read_one_file(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = propose(settings, engine, another(), queued=False)
    seen: list[str] = []
    tell = schedule_reading._Place.tell

    def told(at: Any, phase: str) -> None:
        tell(at, phase)
        seen.append(row(engine, number).phase)

    def read(path: Path, *, filename: str, watch: Callable[[str], None]) -> Read:
        assert now(settings, engine, number) is None  # another worker meanwhile
        watch("opening")
        return schedule_reading.read_schedule(path, filename=filename, watch=watch)

    monkeypatch.setattr(schedule_reading._Place, "tell", told)
    assert now(settings, engine, number, read=read) == "ready"
    order = list(schedule_reading.PHASES)
    later = seen[1:]  # the first is the one above
    assert later == sorted(later, key=order.index)
    assert later[-2:] == ["reckoning", "comparing"]
    assert now(settings, engine, number) is None  # it is read: nothing to do


@pytest.mark.parametrize("alone", [True, False])
def test_one_file_is_read_at_a_time_by_all_workers_together(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch, alone: bool
) -> None:
    """Without the common lock (the control) two workers read two files at once."""
    busy, most, guard = [0], [0], threading.Lock()

    def slow(*_: Any, **__: Any) -> None:
        with guard:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        time.sleep(1.0)
        with guard:
            busy[0] -= 1

    monkeypatch.setattr(worker, "read_waiting", slow)
    with make_sessions(engine).begin() as session:
        for number in (-1, -2):
            if alone:
                put_schedule(session, number)
            else:
                queue._put(session, queue.READ_SCHEDULE, f"own {number}", number)
    with working(settings), working(settings):
        idle(engine, queue.READ_SCHEDULE)
    assert most[0] == (1 if alone else 2)


def test_every_fault_stays_with_the_import_and_a_fault_of_ours_says_so(
    settings: Settings, engine: Engine
) -> None:
    links = (("2", "3", "PR_FS", 0), ("4", "99", "PR_FS", 0), ("5", "98", "PR_FS", 0))
    number = propose(settings, engine, xer(links=links), queued=False)
    assert now(settings, engine, number) == "refused"
    found = row(engine, number)
    assert [fault["vi"][:36] for fault in found.faults] == [
        "TASKPRED.pred_task_id chỉ tới 99, kh", "TASKPRED.pred_task_id chỉ tới 98, kh",
    ]  # fmt: skip
    assert (found.format, found.document) == ("", {})

    def breaks(*_: Any, **__: Any) -> Read:
        raise RuntimeError

    # A file that ended three workers is not given to a fourth.
    number = propose(settings, engine, another(), queued=False)
    folder, sessions = uploads_folder(settings.home), make_sessions(engine)
    with pytest.raises(RuntimeError):
        read_waiting(sessions, folder, number, 2, enter=lambda session: None, read=breaks)
    number = propose(settings, engine, another(), queued=False)
    assert read_waiting(sessions, folder, number, 3, enter=lambda session: None, read=breaks) == "refused"
    assert "lỗi của máy chủ" in row(engine, number).faults[0]["vi"]
    number = propose(settings, engine, another(), queued=False)
    with pytest.raises(RuntimeError):
        now(settings, engine, number, read=breaks)
    assert "lỗi của máy chủ" in row(engine, number).faults[0]["vi"]


def test_kept_schedule_files_count_in_the_quota_and_those_of_refused_ones_go(
    settings: Settings, engine: Engine
) -> None:
    quota = 10**9
    with make_sessions(engine)() as session:
        project = access_project(session, "KHAC").id
        assert room(session, project, quota) == quota
    content = another()
    number = propose(settings, engine, content, project="KHAC", queued=False)
    for state, gone in (("waiting", 0), ("reading", 0), ("refused", 1), ("cancelled", 1)):
        with make_sessions(engine).begin() as session:
            kept = session.get_one(ScheduleImport, number)
            kept.state = state
        with make_sessions(engine)() as session:
            assert quota - room(session, project, quota) == (0 if gone else len(content.encode()))
            assert (kept.stored_as in kept_files(session)) is not bool(gone)
    assert set(imports.SCHEDULES_GONE).isdisjoint(schedule_imports.OPEN)
