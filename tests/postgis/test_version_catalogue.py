"""Every table of the projection is versioned, whole; and migration 0006 leaves nothing when it is undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from geo.db import make_engine, make_sessions
from geo.migrate import downgrade, upgrade
from geo.moment import look_back
from geo.tables import Base, Event
from tests.postgis.random_edits import TABLES

# Tables whose earlier rows nobody needs, and why.
UNVERSIONED = {
    "event": "is the history itself, only appended to; past_view.event ends at the event looked back to",
    "change": "says with which event the versions became known",
    "account": "people's rights hold as they are now; every change is an event",
    "account_scope": "as account",
    "api_token": "as account",
    "bottleneck_entry": "only added to; each is an event",
    "case_lookup": "a number of how often; each time is an event",
    "case_paper": "only appended to; each is an event with the hashes of its files",
    "delegation": "as account",
    "document_upload": "a file on its way; the paper that it becomes is an event and versioned",
    "login_session": "a technical row; ended, never changed back",
    "proposal": "its proposal and its decision are events",
    "import_proposal": "states of work; proposing, deciding and undoing are events",
    "schedule_import": "states of work; proposing, deciding and undoing are events",
    "import_upload": "only appended to; the file's hash is in the event",
    "proposal_parcel": "rows on their way; what is accepted is versioned where it goes",
    "notice": "a line for one person; what it tells of is an event",
    "notice_preference": "a person's own; every change is an event",
    "outgoing": "on its way; what it tells of is an event or a snapshot",
    "paper_template": "only added to; every change is an event",
    "rate_window": "counts of a minute",
    "saved_filter": "a person's own; every change is an event",
    "satisfaction": "only added to; each is an event without its words",
    "sender_profile": "every change is an event",
    "sign_in": "only appended to",
    "snapshot": "made once from versioned tables, never changed",
    "ward_history": "old units stay what they were; every import is an event",
}
COLUMNS = text(
    "select attname, format_type(atttypid, atttypmod) from pg_attribute "
    "where attrelid = to_regclass(:name) and attnum > 0 and not attisdropped order by attnum"
)
TRIGGERS = text(
    "select tgname from pg_trigger where tgrelid = to_regclass(:name) and not tgisinternal and tgenabled = 'O' "
    "order by tgname"
)
DEFAULT = text(
    "select pg_get_expr(adbin, adrelid) from pg_attrdef d join pg_attribute a "
    "on a.attrelid = d.adrelid and a.attnum = d.adnum "
    "where a.attname = 'change' and d.adrelid = to_regclass('public.' || :name)"
)
# All that a database is made of, apart from what extensions brought; OIDs are left out.
SHAPE = """
select 'column', c.oid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull::text,
       coalesce(pg_get_expr(adbin, adrelid), '')
from pg_attribute a join pg_class c on c.oid = a.attrelid
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where attnum > 0 and not attisdropped and c.relkind in ('r', 'v', 'S', 'i') and {ours}
union all
select 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid), coalesce(p.proacl::text, ''), '', ''
from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname !~ '^(pg_|information_schema)'
    and not exists (select from pg_depend where objid = p.oid and deptype = 'e')
union all
select 'trigger', tgrelid::regclass::text, pg_get_triggerdef(oid), tgenabled::text, '', ''
from pg_trigger where not tgisinternal
union all
select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
from pg_constraint where connamespace = 'public'::regnamespace and conrelid <> 0
union all
select 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid), '', '', ''
from pg_index join pg_class c on c.oid = indexrelid where {ours}
union all
select 'schema', nspname, '', '', '', '' from pg_namespace where nspname !~ '^pg_(toast_)?temp'
""".format(
    ours="c.relnamespace in (select oid from pg_namespace where nspname !~ '^(pg_|information_schema)')"
)


def shape(engine: Engine) -> set[tuple[Any, ...]]:
    with engine.connect() as connection:
        return {tuple(row) for row in connection.execute(text(SHAPE.replace(":", r"\:")))}


def columns(connection: Connection, name: str) -> list[tuple[str, str]]:
    return [tuple(row) for row in connection.execute(COLUMNS, {"name": name})]


def test_every_table_is_versioned_or_listed_here_with_the_reason_why_not(engine: Engine) -> None:
    """A table that is added to the projection must be versioned by its migration, else it is not known then."""
    assert set(Base.metadata.tables) - set(TABLES) == set(UNVERSIONED)
    assert all(UNVERSIONED.values())
    with engine.connect() as connection:
        there = connection.scalars(text("select tablename from pg_tables where schemaname = 'public'")).all()
        kept = connection.scalars(text("select tablename from pg_tables where schemaname = 'past'")).all()
        views = connection.scalars(text("select viewname from pg_views where schemaname = 'past_view'")).all()
    assert set(there) - {"alembic_version", "spatial_ref_sys"} == set(Base.metadata.tables)
    assert set(kept) == set(TABLES)
    assert set(views) == {*TABLES, "event", "late"}


@pytest.mark.parametrize("name", TABLES)
def test_view_and_versions_have_exactly_the_columns_of_the_table(engine: Engine, name: str) -> None:
    with engine.connect() as connection:
        real = columns(connection, f"public.{name}")
        assert ("change", "bigint") in real
        assert {column for column, _ in real} == set(TABLES[name].columns.keys())
        assert columns(connection, f"past_view.{name}") == real
        # A column that a later migration added stands behind `change` here and behind `until` there.
        assert sorted(columns(connection, f"past.{name}")) == sorted([*real, ("until", "bigint")])
        assert connection.scalar(DEFAULT, {"name": name}) == "this_change()"
        ours = connection.scalars(TRIGGERS, {"name": f"public.{name}"}).all()
        assert [t for t in ours if t.startswith("version_")] == [
            "version_deleted",
            "version_stamp",
            "version_truncate",
            "version_updated",
        ]
        assert connection.scalars(TRIGGERS, {"name": f"past.{name}"}).all() == ["append_only"]


def test_the_view_of_the_history_has_its_columns(engine: Engine) -> None:
    with engine.connect() as connection:
        real = columns(connection, "public.event")
        assert columns(connection, "past_view.event") == real
        assert {column for column, _ in real} == set(Event.__table__.columns.keys())


def test_all_views_ask_with_the_rights_of_the_reader(engine: Engine) -> None:
    """Otherwise row-level security would look at their owner, who sees all."""
    with engine.connect() as connection:
        options = connection.execute(
            text(
                "select relname, reloptions from pg_class "
                "where relnamespace = 'past_view'::regnamespace and relkind = 'v'"
            )
        ).all()
    assert len(options) == len(TABLES) + 2
    assert [name for name, said in options if said != ["security_invoker=true"]] == []


def test_a_column_that_was_forgotten_in_a_view_is_found(engine: Engine) -> None:
    """The control of the tests above."""
    with engine.connect() as connection:
        connection.execute(text("alter table ward add column stray text"))
        assert columns(connection, "past_view.ward") != columns(connection, "public.ward")
        connection.rollback()


def test_the_migration_undone_leaves_the_database_as_it_was(make_database: Callable[[], str]) -> None:
    engine = make_engine(make_database(), maintenance=True)
    upgrade(engine, "0005")
    before = shape(engine)
    upgrade(engine, "0006")
    after = shape(engine)
    assert len(after - before) > 300
    downgrade(engine, "0005")
    assert shape(engine) == before
    upgrade(engine, "0006")
    assert shape(engine) == after
    engine.dispose()


WARD = text(
    "insert into ward (code, name, unit_type, area_km2, centre_lat, centre_lon) values (:c, :n, 'xã', 1, 21, 105)"
)
EVENT = text(
    "insert into event (effective_on, actor, kind, object_type, object_code) "
    "values ('2026-03-13', 'test', 'test', 'test', 'TEST') returning id"
)


def test_what_was_there_before_is_known_with_the_newest_event_of_then(
    make_database: Callable[[], str],
) -> None:
    engine = make_engine(make_database(), maintenance=True)
    upgrade(engine, "0005")
    with engine.begin() as connection:
        connection.execute(WARD, {"c": "00001", "n": "một"})
        first = connection.scalar(EVENT)
    with engine.begin() as connection:
        connection.execute(WARD, {"c": "00002", "n": "hai"})
        second = connection.scalar(EVENT)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("update ward set name = 'ba' where code = '00002'"))
        third = connection.scalar(EVENT)
        assert connection.execute(text("select event_id, before from change where id = 0")).one() == (
            second,
            -1,
        )
    shown = {first: [], second: ["hai", "một"], third: ["ba", "một"]}
    for event_id, names in shown.items():
        assert event_id is not None
        with make_sessions(engine)() as session:
            look_back(session, event_id)
            assert session.scalars(text("select name from ward order by name")).all() == names
    engine.dispose()
