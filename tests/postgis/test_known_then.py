"""As it was known then: which event a moment means, and that every reader shows what was known with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import DataError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from api.context import Context
from api.usecases.calculation import calculate
from api.usecases.listing import CaseFilter, case_list, case_view
from geo import moment
from geo.chain import head, short_head, verify
from geo.db import make_engine, make_sessions
from geo.history import case_state, record, touch
from geo.importing import import_parcels
from geo.migrate import upgrade
from geo.moment import known_event, look_back, resolve
from geo.store import load_cases
from geo.tables import ClearanceCase, Event, Parcel, PortfolioState, Project
from projects.errors import InvalidInput
from tests.people import system_context
from tests.postgis.land_rows import add_event, add_project, add_ward, lot, table

DAY = date(2026, 3, 13)


@pytest.fixture
def own(make_database: Callable[[], str]) -> Iterator[Engine]:
    """A database of this test alone: what is committed here disturbs nobody."""
    engine = make_engine(make_database(), maintenance=True)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(own: Engine) -> sessionmaker[Session]:
    return make_sessions(own)


def write(sessions: sessionmaker[Session], hold: Callable[[], None] = lambda: None) -> int:
    with sessions.begin() as session:
        event_id = add_event(session)
        hold()
    return event_id


def recorded(sessions: sessionmaker[Session], event_id: int) -> datetime:
    with sessions() as session:
        return session.get_one(Event, event_id).recorded_at


def asked(sessions: sessionmaker[Session], known_at: datetime) -> int:
    with sessions() as session:
        return resolve(session, known_at)


def refused(sessions: sessionmaker[Session], known_at: datetime) -> str:
    with pytest.raises(InvalidInput) as refusal:
        asked(sessions, known_at)
    (fault,) = refusal.value.faults
    assert fault.where == "known_at"
    assert fault.vi != fault.en
    return fault.en


def test_a_moment_means_the_last_event_recorded_by_then(sessions: sessionmaker[Session]) -> None:
    ids = [write(sessions) for _ in range(4)]
    times = [recorded(sessions, event_id) for event_id in ids]
    step = timedelta(microseconds=1)
    assert [asked(sessions, at) for at in times] == ids
    assert [asked(sessions, at - step) for at in times[1:]] == ids[:-1]
    assert asked(sessions, datetime.now(UTC)) == ids[-1]


def test_a_moment_before_the_first_event_or_in_the_future_is_refused(sessions: sessionmaker[Session]) -> None:
    now = datetime.now(UTC)
    assert "Nothing was recorded yet" in refused(sessions, now)
    first = recorded(sessions, write(sessions))
    before = refused(sessions, first - timedelta(microseconds=1))
    shown = datetime.strptime(before.split(" from ")[1].split(" on;")[0], "%Y-%m-%d %H:%M:%S")
    assert first <= shown.replace(tzinfo=moment.HANOI) <= first + timedelta(seconds=1)
    assert "before now" in refused(sessions, datetime.now(UTC) + timedelta(minutes=1))
    with pytest.raises(ValueError, match="zone"):
        asked(sessions, datetime(2026, 3, 13, 8, 0))


def test_a_moment_before_the_versions_of_rows_is_refused(make_database: Callable[[], str]) -> None:
    engine = make_engine(make_database(), maintenance=True)
    upgrade(engine, "0005")
    old = text(
        "insert into event (effective_on, actor, kind, object_type, object_code) "
        "values ('2026-03-13', 'test', 'test', 'test', 'TEST') returning id, recorded_at"
    )
    with engine.begin() as connection:
        _, early = connection.execute(old).one()
        newest, late = connection.execute(old).one()
    upgrade(engine)
    sessions = make_sessions(engine)
    assert asked(sessions, late) == newest
    assert "older versions were not kept" in refused(sessions, early)
    assert asked(sessions, recorded(sessions, later := write(sessions))) == later
    engine.dispose()


def test_a_transaction_is_known_with_its_last_event_and_not_in_parts(sessions: sessionmaker[Session]) -> None:
    def several() -> list[int]:
        with sessions.begin() as session:
            return [add_event(session) for _ in range(3)]

    first, second = several(), several()
    times = [recorded(sessions, event_id) for event_id in first + second]
    assert "older versions were not kept" in refused(sessions, times[1])  # in the middle of the very first
    assert [asked(sessions, at) for at in times[2:]] == [first[-1], first[-1], first[-1], second[-1]]


def interleaved(sessions: sessionmaker[Session]) -> tuple[int, int, int]:
    """A moment while an event is being written: what it means, the event, what it means afterwards."""
    write(sessions)
    with ThreadPoolExecutor(1) as pool:
        with sessions.begin() as session:
            event_id = add_event(session)
            known_at = datetime.now(UTC)
            asking = pool.submit(asked, sessions, known_at)
            time.sleep(0.3)
        at_once = asking.result(10)
    return at_once, event_id, asked(sessions, known_at)


def test_a_moment_means_the_same_event_for_ever_although_one_was_being_written(
    sessions: sessionmaker[Session],
) -> None:
    at_once, event_id, afterwards = interleaved(sessions)
    assert at_once == event_id == afterwards


def test_the_control_without_the_lock_the_same_moment_means_two_events(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moment, "WAIT", text("select 1"))
    at_once, event_id, afterwards = interleaved(sessions)
    assert at_once < event_id == afterwards


def test_a_reader_holds_up_no_writer_and_a_moment_that_is_long_past_waits_for_none(
    sessions: sessionmaker[Session],
) -> None:
    first = write(sessions)
    second = write(sessions)
    with sessions.begin() as reader:
        assert resolve(reader, datetime.now(UTC)) == second  # took the lock, and gave it back:
        with ThreadPoolExecutor(1) as pool:
            third = pool.submit(write, sessions).result(3)
    with sessions.begin() as writer:
        add_event(writer)
        with sessions() as reader:
            reader.execute(text("set local lock_timeout = 1"))
            assert resolve(reader, recorded(sessions, first)) == first
            assert resolve(reader, recorded(sessions, third) - timedelta(microseconds=1)) == second


def context() -> Context:
    return replace(system_context(today=DAY), calendars={})


def answers(session: Session, ctx: Context) -> dict[str, Any]:
    """What the readers of the application say about the project."""
    ctx = replace(ctx, known=known_event(session))
    project = session.scalars(select(Project).where(Project.code == "TULIEN")).one()
    calculation = calculate(session, ctx, project, DAY)
    codes = sorted(calculation.cases)
    return {
        "cases": load_cases(session, project, as_of=DAY),
        "calculation": calculation,
        "list": case_list(session, ctx, "TULIEN", CaseFilter()),
        "pages": [case_view(session, ctx, code) for code in codes],
        "parcels": session.scalars(select(Parcel.number).order_by(Parcel.number)).all(),
        "events": session.scalars(select(Event.id).order_by(Event.id)).all(),
        "head": short_head(session),
    }


@pytest.fixture
def stages(sessions: sessionmaker[Session]) -> dict[int, dict[str, Any]]:
    """A project whose land is imported, moves on, loses a case and gets its name changed: answers by event."""
    ctx = context()
    said: dict[int, dict[str, Any]] = {}

    def stage(work: Callable[[Session], None]) -> None:
        with sessions.begin() as session:
            work(session)
            touch(session, session.scalars(select(Project.id)).one())
            event_id = add_event(session)
        with sessions() as session:
            said[event_id] = answers(session, ctx)

    def begin(session: Session) -> None:
        add_ward(session)
        project = add_project(session, fronts=[("A", 0, 300), ("B", 300, 1000)])
        project.facts = dict.fromkeys(("short_vi", "short_en", "summary_vi", "summary_en"), "")
        session.add(PortfolioState(id=1, data_date=DAY, files_sha256="0"))
        session.flush()

    def take(session: Session) -> None:
        land = table(lot(100, 5), lot(280, 5, width=40), lot(500, -15))
        import_parcels(session, "TULIEN", land, actor="tester", is_demo=False, effective_on=DAY)

    def move(session: Session) -> None:
        case = session.scalars(select(ClearanceCase).where(ClearanceCase.code == "TULIEN-0002")).one()
        before = case_state(case)
        case.step, case.version, case.note = "S40", 2, "đã kiểm đếm"
        session.flush()
        record(
            session, kind="case.step", object_type="case", object_code=case.code, actor="t", effective_on=DAY,
            project_code="TULIEN", before=before, after=case_state(case),
        )  # fmt: skip

    def lose(session: Session) -> None:
        session.delete(
            session.scalars(select(ClearanceCase).where(ClearanceCase.code == "TULIEN-0001")).one()
        )
        session.flush()

    def rename(session: Session) -> None:
        session.execute(update(Project).values(name_vi="Cầu Tứ Liên"))

    for work in (begin, take, move, lose, rename):
        stage(work)
    return said


def test_every_reader_says_what_it_said_then(
    sessions: sessionmaker[Session], stages: dict[int, dict[str, Any]]
) -> None:
    ctx = context()  # one cache for all moments and for now
    for event_id, said in stages.items():
        with sessions() as session:
            look_back(session, event_id)
            assert known_event(session) == event_id
            assert answers(session, ctx) == said
    with sessions() as session:
        assert known_event(session) is None
        assert answers(session, ctx) == list(stages.values())[-1]
    assert (
        len({repr(said["list"]) for said in stages.values()}) > 3
    )  # the control: they did not all say the same


def test_the_same_statement_on_one_connection_then_and_now_gives_the_right_rows(
    own: Engine, stages: dict[int, dict[str, Any]]
) -> None:
    """After five uses psycopg has the server keep a statement with its plan, made for other tables."""
    query = select(Parcel.number).order_by(Parcel.number)
    moments: list[int | None] = [*stages, None, None]
    with own.connect() as connection:
        for turn in range(60):
            event_id = moments[turn % len(moments)]
            with Session(connection) as session, session.begin():
                if event_id is not None:
                    look_back(session, event_id)
                shown = session.scalars(query).all()
                assert shown == stages[event_id or max(stages)]["parcels"]
        kept = connection.scalars(text("select statement from pg_prepared_statements")).all()
        assert any("FROM parcel" in statement for statement in kept)


@pytest.mark.parametrize(
    "statement",
    [
        "update project set name_vi = 'x'",
        "delete from parcel",
        "insert into ward (code, name, unit_type, area_km2, centre_lat, centre_lon) values ('9', 'x', 'x', 1, 1, 1)",
        "insert into event (effective_on, actor, kind, object_type, object_code) values (now(), 'x', 'x', 'x', 'x')",
        "update event set actor = 'x'",
        "delete from event",
    ],
)
def test_what_was_known_then_cannot_be_written(
    sessions: sessionmaker[Session], stages: dict[int, dict[str, Any]], statement: str
) -> None:
    with sessions() as session:
        look_back(session, max(stages))
        with pytest.raises(ProgrammingError, match="cannot be written"):
            session.execute(text(statement))


def test_an_object_that_is_changed_after_looking_back_is_not_saved(
    sessions: sessionmaker[Session], stages: dict[int, dict[str, Any]]
) -> None:
    with sessions() as session:
        look_back(session, max(stages))
        session.scalars(select(Project)).one().name_vi = "x"
        with pytest.raises(ProgrammingError, match="cannot be written"):
            session.commit()


def test_looking_back_ends_with_the_transaction(
    sessions: sessionmaker[Session], stages: dict[int, dict[str, Any]]
) -> None:
    with sessions() as session:
        path = session.scalar(text("show search_path"))
        look_back(session, min(stages))
        look_back(session, max(stages))  # again, elsewhere
        assert session.scalar(text("show search_path")) == f"past_view, {path}"
        session.commit()
        assert session.scalar(text("show search_path")) == path
        assert known_event(session) is None


@pytest.mark.parametrize("missing", ["duonggang.known", "duonggang.known_change"])
def test_the_views_fail_closed_without_a_moment(
    sessions: sessionmaker[Session], stages: dict[int, dict[str, Any]], missing: str
) -> None:
    with sessions() as session:
        look_back(session, max(stages))
        session.execute(text("select set_config(:name, '', true)"), {"name": missing})
        with pytest.raises(DataError, match="bigint"):
            session.execute(text("select * from parcel")).all()
    with sessions() as session, pytest.raises((ProgrammingError, DataError)):
        session.execute(text("select * from past_view.parcel")).all()
    with sessions() as session:
        look_back(session, 0)
        assert session.scalars(select(Parcel.id)).all() == []
        assert session.scalars(select(Event.id)).all() == []


def test_a_session_that_read_before_cannot_look_back(
    sessions: sessionmaker[Session], stages: dict[int, dict[str, Any]]
) -> None:
    with sessions() as session:
        kept = session.scalars(select(Project)).one()
        with pytest.raises(RuntimeError, match="before the first read"):
            look_back(session, min(stages))
        assert kept.code == "TULIEN"


def test_a_check_of_the_history_never_looks_back(
    sessions: sessionmaker[Session], stages: dict[int, dict[str, Any]]
) -> None:
    with sessions() as session:
        now, verdict = head(session), verify(session)
    with sessions() as session:
        look_back(session, min(stages))
        assert (head(session), verify(session)) == (now, verdict)
        assert short_head(session) == stages[min(stages)]["head"]  # on a report it is the head of then
