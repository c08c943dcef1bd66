"""Row versions: every earlier state can be read exactly, and nothing of it can be changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from geo.db import make_engine
from geo.migrate import upgrade
from tests.postgis.random_edits import EVENT, TABLES, known_with, play, wrong

WARD = "insert into ward values (:code, :name, 'xã', 1.50, 21, 105)"
# What the views lean on, each with what takes it away and what puts it back.
EVERY = {
    name: (
        ";".join(f"alter table {table} disable trigger version_{name}" for table in TABLES),
        ";".join(f"alter table {table} enable trigger version_{name}" for table in TABLES),
    )
    for name in ("stamp", "updated", "deleted")
}
LATE = "create or replace view past_view.late with (security_invoker = true) as {} from change where {}"
OVERTAKEN = {
    "late": (
        LATE.format("select id", "false"),
        LATE.format(
            "select id",
            "before > id and before >= current_setting('duonggang.known_change')::bigint "
            "and id <= current_setting('duonggang.known_change')::bigint "
            "and event_id > current_setting('duonggang.known')::bigint",
        ),
    )
}


ACCOUNT = """
insert into account (name, display_name, role, person, password_hash, must_change, created_by)
values ('ai-do', 'Ai đó', 'board', 'ai-do', '-', false, 'thử')
"""


@pytest.fixture(scope="module")
def city(make_database: Callable[[], str]) -> Iterator[Engine]:
    """A database for random edits; each test plays on with what the one before it left."""
    engine = make_engine(make_database(), maintenance=True)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text(ACCOUNT))  # rows that are kept for somebody need somebody
    yield engine
    engine.dispose()


@pytest.fixture
def own(make_database: Callable[[], str]) -> Iterator[Engine]:
    """A database of this test alone, with one ward that one event made known."""
    engine = make_engine(make_database(), maintenance=True)
    upgrade(engine)
    with engine.begin() as connection:
        add(connection, "00001")
        connection.execute(EVENT)
    yield engine
    engine.dispose()


def add(connection: Connection, code: str, name: str = "một") -> None:
    connection.execute(text(WARD), {"code": code, "name": name})


def rename(connection: Connection, name: str) -> int | None:
    """Gives the ward a name and writes the event of it."""
    connection.execute(text("update ward set name = :name where code = '00001'"), {"name": name})
    event: int | None = connection.scalar(EVENT)
    return event


def names(engine: Engine, event_id: int | None) -> list[str]:
    """The names of all wards as known with the event."""
    assert event_id is not None
    return [row.split('"')[3] for row in known_with(engine, event_id)["ward"]]


def count(engine: Engine, name: str) -> int:
    with engine.connect() as connection:
        return connection.scalar(text(f"select count(*) from {name}")) or 0


def test_each_event_shows_exactly_the_rows_of_its_commit_then_and_after_all_later_edits(city: Engine) -> None:
    played = play(city, seed=1, edits=1_200)
    assert played.wrong_at_once == []
    assert wrong(city, played) == []
    # That it was a test: transactions, rolled back work, old rows of every table, changes that others overtook.
    assert (played.edits >= 1_200, len(played.then) > 100, played.undone > 50) == (True, True, True)
    assert [name for name in TABLES if count(city, f"past.{name}") == 0] == []
    assert count(city, "change where before > id") > 20


@pytest.mark.parametrize("broken", [*EVERY, *OVERTAKEN])
def test_the_control_without_a_trigger_or_the_overtaken_changes_the_same_test_turns_red(
    city: Engine, broken: str
) -> None:
    take_away, put_back = (EVERY | OVERTAKEN)[broken]
    with city.begin() as connection:
        connection.execute(text(take_away))
    try:
        played = play(city, seed=2, edits=150)
        assert wrong(city, played) != []
    finally:
        with city.begin() as connection:
            connection.execute(text(put_back))
    played = play(city, seed=3, edits=50)
    assert played.wrong_at_once + wrong(city, played) == []


def test_changes_whose_numbers_run_against_their_events_are_shown_in_the_order_of_events(own: Engine) -> None:
    """The first writer's change has the lower number and waits for the second writer's row."""
    with own.connect() as first, own.connect() as second:
        add(first, "00002", "của người thứ nhất")
        one = rename(second, "của người thứ hai")
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(rename, first, "sau cùng")
            second.commit()
            two = waiting.result(10)
        first.commit()
    with own.connect() as connection:
        order = connection.scalars(text("select id from change where id > 0 order by event_id")).all()
    assert order == [1, 3, 2]
    assert names(own, one) == ["của người thứ hai"]
    assert names(own, two) == ["sau cùng", "của người thứ nhất"]


def test_a_reader_does_not_see_a_change_that_is_committed_while_it_reads(own: Engine) -> None:
    with own.connect() as slow, own.connect() as reader:
        add(slow, "00002", "chậm")  # a lower number than that of the event looked back to
        with own.begin() as quick:
            event = rename(quick, "nhanh")
        reader.execute(text("set local search_path = past_view, public"))
        known = text(
            "select set_config('duonggang.known', :n, true), set_config('duonggang.known_change', '3', true)"
        )
        reader.execute(known, {"n": str(event)})
        assert reader.scalars(text("select name from ward")).all() == ["nhanh"]
        slow.execute(EVENT)
        slow.commit()
        assert reader.scalars(text("select name from ward")).all() == ["nhanh"]
        assert reader.scalar(text("select count(*) from public.ward")) == 2  # it did happen


def test_what_is_rolled_back_leaves_no_trace(own: Engine) -> None:
    with own.connect() as connection:
        rename(connection, "bỏ")
        connection.rollback()
        savepoint = connection.begin_nested()
        rename(connection, "bỏ")
        connection.execute(text("delete from ward"))
        savepoint.rollback()
        event = rename(connection, "hai")
        connection.commit()
    assert (count(own, "past.ward"), count(own, "change where id > 0")) == (1, 2)
    assert names(own, event) == ["hai"]


def test_rows_that_no_one_ever_saw_are_not_kept(own: Engine) -> None:
    with own.begin() as connection:
        for name in ("hai", "ba", "bốn"):
            rename(connection, name)
        add(connection, "00002")
        connection.execute(text("delete from ward where code = '00002'"))
    assert count(own, "past.ward") == 1


@pytest.mark.parametrize(
    "statement", ["update ward set name = name", "update ward set change = 0", "delete from ward where false"]
)
def test_a_statement_that_changes_nothing_makes_no_version_and_no_change(own: Engine, statement: str) -> None:
    with own.begin() as connection:
        connection.execute(text(statement))
        assert connection.scalar(text("select current_setting('duonggang.change', true)")) in (None, "")
        assert connection.scalar(text("select change from ward")) == 1
    assert (count(own, "past.ward"), count(own, "change where id > 0")) == (0, 1)


def test_equal_rows_keep_their_version_beside_rows_that_change(own: Engine) -> None:
    with own.begin() as connection:
        add(connection, "00002", "hai")
        before = connection.scalar(EVENT)
    with own.begin() as connection:
        connection.execute(text("update ward set name = 'một'"))
        after = connection.scalar(EVENT)
    assert count(own, "past.ward") == 1
    assert (names(own, before), names(own, after)) == (["một", "hai"], ["một", "một"])


def test_a_project_whose_revision_grew_has_no_new_version(own: Engine) -> None:
    with own.begin() as connection:
        connection.execute(
            text(
                "insert into project (code, name_vi, name_en, kind, group_vi, group_en, sort, bottlenecks, facts, "
                "source_file) values ('A', 'a', 'a', 'road', 'g', 'g', 1, '{}', '{}', 'f')"
            )
        )
        connection.execute(EVENT)
        (made,) = connection.execute(text("select change from project")).one()
    with own.begin() as connection:
        connection.execute(text("update project set revision = revision + 1"))
        connection.execute(EVENT)
    with own.connect() as connection:
        assert connection.execute(text("select revision, change from project")).one() == (1, made)
    assert count(own, "past.project") == 0
    with own.begin() as connection:
        connection.execute(text("update project set revision = revision + 1, name_vi = 'b'"))
        connection.execute(EVENT)
    assert count(own, "past.project") == 1  # the control: with anything else it has one


def test_rows_without_an_event_are_refused_at_the_commit(own: Engine) -> None:
    with own.connect() as connection:
        connection.execute(text("update ward set name = 'lén'"))
        with pytest.raises(IntegrityError, match="without an event"):
            connection.commit()
    with own.connect() as connection:
        assert connection.scalar(text("select name from ward")) == "một"
        rename(connection, "có ghi")
        connection.commit()  # the control: the same with an event goes through


@pytest.mark.parametrize(
    "statement",
    [
        "update past.ward set name = 'x'",
        "update past.ward set until = until + 1",
        "delete from past.ward",
        "truncate past.ward",
        "insert into past.ward select *, 9 from ward",
        "truncate ward cascade",
    ],
)
def test_versions_cannot_be_changed_deleted_or_invented(own: Engine, statement: str) -> None:
    with own.begin() as connection:
        event = rename(connection, "hai")
    with pytest.raises(ProgrammingError, match=r"refused"), own.begin() as connection:
        connection.execute(text(statement))
    assert count(own, "past.ward") == 1
    assert names(own, event) == ["hai"]


def test_a_transaction_has_one_change_and_leaves_no_setting(own: Engine) -> None:
    with own.connect() as connection:
        mine = text("select this_change()")
        setting = text("select coalesce(current_setting(:name, true), '')")
        first = connection.scalar(mine)
        rename(connection, "hai")
        connection.execute(text("delete from ward"))
        assert connection.scalar(mine) == first
        assert connection.scalar(setting, {"name": "duonggang.change"}) == str(first)
        assert connection.scalar(setting, {"name": "duonggang.maintenance"}) == "on"  # as the engine has it
        connection.commit()
        assert connection.scalar(setting, {"name": "duonggang.change"}) == ""
        assert connection.scalar(mine) == (first or 0) + 1


@pytest.mark.parametrize("value", ["on", ""])
def test_a_maintenance_stays_as_it_was(own: Engine, value: str) -> None:
    with own.begin() as connection:
        connection.execute(text("select set_config('duonggang.maintenance', :v, true)"), {"v": value})
        connection.execute(text("update ward set name = 'hai'"))
        assert connection.scalar(text("show duonggang.maintenance")) == value
        connection.rollback()


def test_triggers_do_their_work_where_forced_row_security_shows_the_writer_nothing(own: Engine) -> None:
    with own.begin() as connection:
        for table in ("past.ward", "change"):
            connection.execute(text(f"alter table {table} enable row level security"))
            connection.execute(text(f"alter table {table} force row level security"))
            maintenance = "using (current_setting('duonggang.maintenance', true) = 'on')"
            connection.execute(text(f"create policy maintenance on {table} {maintenance}"))
        connection.execute(text("create policy append on event for insert with check (true)"))
    with own.begin() as connection:
        connection.execute(text("set local duonggang.maintenance = ''"))
        connection.execute(text("update ward set name = 'hai'"))
        connection.execute(text(EVENT.text.removesuffix(" returning id")))
        hidden = [
            connection.scalar(text(f"select count(*) from {t}")) for t in ("past.ward", "change", "event")
        ]
        assert hidden == [0, 0, 0]  # but:
    with own.begin() as connection:
        connection.execute(text("set local duonggang.maintenance = 'on'"))
        assert connection.scalar(text("select name from past.ward")) == "một"
        assert (
            connection.scalar(text("select count(*) from change where event_id is not null and id > 0")) == 2
        )
        linked = text("select previous_hash = lag(chain_hash) over (order by id) from event")
        assert connection.scalars(linked).all() == [None, True]


def test_tables_of_a_session_do_not_stand_before_ours(own: Engine) -> None:
    """A definer's function that looked into pg_temp first would write its history into a table that is thrown away."""
    with own.begin() as connection:
        connection.execute(
            text("create temp table change (id bigint, event_id bigint, before bigint) on commit drop")
        )
        connection.execute(text("create temp table ward (like public.ward) on commit drop"))
        connection.execute(text("update public.ward set name = 'hai'"))
        event = connection.scalar(text(EVENT.text.replace("into event", "into public.event")))
    assert (count(own, "change where id > 0"), count(own, "past.ward")) == (2, 1)
    assert names(own, event) == ["hai"]
    with own.connect() as connection:
        open_ = text(
            "select proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.prosecdef "
            "and n.nspname in ('public', 'past', 'past_view') "
            "and not exists (select from pg_depend where objid = p.oid and deptype = 'e') "
            "and not coalesce(p.proconfig, '{}') @> '{\"search_path=public, pg_temp\"}'"
        )
        assert connection.scalars(open_).all() == []
        control = open_.text.replace("and not coalesce", "and coalesce")
        assert "keep" in connection.scalars(text(control)).all()


def test_history_is_refused_in_a_change_that_was_made_up(own: Engine) -> None:
    with own.connect() as connection:
        connection.execute(text("set local duonggang.change = '77'"))
        with pytest.raises(DBAPIError, match="change 77"):
            rename(connection, "hai")
