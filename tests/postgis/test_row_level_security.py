"""The catalogue, read as a linter reads code: no table with people or land of a ward is without its rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from geo.db import APP_ROLE, make_engine
from geo.migrate import upgrade
from tests.people import app_url

# Tables with no rows to hide, and why. A new table is in this list or under row-level security.
OPEN = {
    "activity": "schedule network: published plan and templates",
    "alembic_version": "one number",
    "alignment": "published axis",
    "baseline": "names of moments of the schedule network",
    "change": "numbers of transactions",
    "claim": "published figures",
    "component": "published facts",
    "corridor": "published corridor",
    "link": "schedule network",
    "milestone": "published dates",
    "paper_template": "words of papers, no people",
    "portfolio_state": "data date",
    "project": "published facts",
    "project_network": "how the schedule network is counted",
    "project_ward": "which ward a project crosses",
    "resettlement_site": "published facts",
    "section": "published facts",
    "sender_profile": "names an office and its column headings",
    "spatial_ref_sys": "of PostGIS",
    "ward": "official units",
    "ward_history": "official units of before",
    "work_front": "published facts",
}
PERSONAL_COLUMNS = [
    "ward_code", "account", "actor", "full_name", "id_number", "phone", "email", "address", "bank_account",
    "amount_vnd",
]  # fmt: skip

TABLES = """
    select c.relname, n.nspname, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner) as owner
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname in ('public', 'past') order by 2, 1
"""


@pytest.fixture
def owner(engine: Engine) -> Iterator[Connection]:
    """The owner in maintenance, of which nothing stays."""
    with engine.connect() as connection:
        yield connection
        connection.rollback()


def without_rules(connection: Connection) -> list[str]:
    """Tables with ward or person data that are not under forced row-level security: the linter."""
    return [
        f"{row.nspname}.{row.relname}"
        for row in connection.execute(text(TABLES))
        if row.relname not in OPEN and not (row.relrowsecurity and row.relforcerowsecurity)
    ]


def open_policies(connection: Connection) -> list[str]:
    """Policies that let everything through."""
    rows = connection.execute(
        text(
            "select tablename, policyname, coalesce(qual, 'true') q, coalesce(with_check, 'true') w, cmd "
            "from pg_policies"
        )
    )
    loose = {"true", "(true)"}
    return [
        f"{r.tablename}.{r.policyname}"
        for r in rows
        if (r.q in loose and r.cmd != "INSERT") or (r.w in loose and r.cmd in ("INSERT", "ALL"))
    ]


def loose_views(connection: Connection) -> list[str]:
    """Views that would read with their owner's rights."""
    rows = connection.execute(
        text(
            "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where c.relkind in ('v', 'm') and n.nspname in ('public', 'past', 'past_view') "
            "and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') "
            "and not coalesce(c.reloptions::text[] @> array['security_invoker=true'], false)"
        )
    )
    return list(rows.scalars())


def loose_functions(connection: Connection) -> list[str]:
    """Functions with definer's rights whose search path the caller could bend."""
    rows = connection.execute(
        text(
            "select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
            "where p.prosecdef and n.nspname in ('public', 'past', 'past_view') "
            "and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') "
            "and not exists (select from unnest(p.proconfig) s where s like 'search_path=%pg_temp')"
        )
    )
    return list(rows.scalars())


LINTS: dict[str, tuple[Callable[[Connection], list[str]], str]] = {
    "row security forced": (without_rules, "alter table parcel no force row level security"),
    "row security on": (without_rules, "alter table past.clearance_case disable row level security"),
    "no open policy": (open_policies, f"create policy loose on parcel for select to {APP_ROLE} using (true)"),
    "no open write": (
        open_policies,
        f"create policy loose on event for insert to {APP_ROLE} with check (true)",
    ),
    "views of the invoker": (loose_views, "create view all_parcels as select * from parcel"),
    "fixed search path": (
        loose_functions,
        "create function loose() returns int language sql security definer as 'select 1'",
    ),
}


@pytest.mark.parametrize("name", LINTS)
def test_the_catalogue_is_clean_and_the_lint_can_fail(owner: Connection, name: str) -> None:
    lint, fault = LINTS[name]
    assert lint(owner) == []
    owner.execute(text(fault))
    assert lint(owner) != []


def test_every_table_with_a_personal_column_is_known_as_such(owner: Connection) -> None:
    rows = owner.execute(
        text(
            "select table_name from information_schema.columns where table_schema = 'public' and column_name = any(:c)"
        ),
        {"c": PERSONAL_COLUMNS},
    )
    published = {"claim", "project_ward", "resettlement_site", "ward_history"}  # the ward of a published fact
    assert set(rows.scalars()) & set(OPEN) == published


def test_the_list_of_open_tables_names_only_tables(owner: Connection) -> None:
    assert set(OPEN) <= {row.relname for row in owner.execute(text(TABLES))}


def test_the_role_of_the_application_owns_nothing_and_is_bound(owner: Connection) -> None:
    role = owner.execute(text("select * from pg_roles where rolname = :r"), {"r": APP_ROLE}).mappings().one()
    assert not any(role[right] for right in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb"))
    owned = "select count(*) from pg_class where pg_get_userbyid(relowner) = :r"
    assert owner.scalar(text(owned), {"r": APP_ROLE}) == 0
    schemas = "select count(*) from pg_namespace where has_schema_privilege(:r, oid, 'create') "
    schemas += "and nspname !~ '^pg_temp'"
    assert owner.scalar(text(schemas), {"r": APP_ROLE}) == 0


def test_the_owner_sees_nothing_without_maintenance(database_url: str, engine: Engine) -> None:
    insert = """
        insert into ward (code, name, unit_type, area_km2, centre_lat, centre_lon)
        values ('W-RLS', 'x', 'phường', 1, 21, 105);
        insert into account (name, display_name, role, person, password_hash, must_change, created_by)
        values ('rls.probe', 'x', 'auditor', 'x', 'x', false, 'x');
        insert into event (effective_on, actor, kind, object_type, object_code)
        values ('2026-01-01', 'x', 'test', 'account', 'rls.probe')
    """
    with engine.connect() as with_maintenance:
        with_maintenance.execute(text(insert))
        assert with_maintenance.scalar(text("select count(*) from account where name = 'rls.probe'")) == 1
        with_maintenance.execute(text("set local duonggang.maintenance = ''"))
        assert with_maintenance.scalar(text("select count(*) from account")) == 0
        assert with_maintenance.scalar(text("select count(*) from event")) == 0
        with_maintenance.rollback()


@pytest.fixture(scope="module")
def app_engine(make_database: Callable[[], str]) -> Iterator[tuple[Engine, Engine]]:
    """Owner and application on a database of their own."""
    url = make_database()
    own = make_engine(url, maintenance=True)
    upgrade(own)
    mine = app_url(url)
    app = make_engine(mine) if mine else make_engine(url, role=APP_ROLE)
    yield own, app
    app.dispose()
    own.dispose()


HIDDEN = (
    "clearance_case", "parcel", "parcel_front", "event", "holder", "proposal", "account", "account_scope",
    "delegation", "login_session", "api_token", "sign_in", "rate_window",
)  # fmt: skip


@pytest.fixture(scope="module")
def filled(app_engine: tuple[Engine, Engine]) -> tuple[Engine, Engine]:
    """Two wards, two projects, a case with a holder in each combination, and accounts."""
    own, app = app_engine
    with own.begin() as connection:
        for ward in ("W1", "W2"):
            connection.execute(
                text(
                    "insert into ward (code, name, unit_type, area_km2, centre_lat, centre_lon) "
                    "values (:w, :w, 'phường', 1, 21, 105)"
                ),
                {"w": ward},
            )
        for project in ("P1", "P2"):
            connection.execute(
                text(
                    "insert into project (code, name_vi, name_en, kind, group_vi, group_en, sort, bottlenecks, facts, "
                    "source_file) values (:p, :p, :p, 'road', 'x', 'x', 1, '{}', '{}', 'x')"
                ),
                {"p": project},
            )
            for ward in ("W1", "W2"):
                connection.execute(
                    text(
                        "with c as (insert into clearance_case "
                        "(project_id, code, ward_code, holder_kind, step, step_on, is_demo) "
                        "select id, :c, :w, 'household', 'S00', '2026-01-01', true from project where code = :p "
                        "returning *) "
                        "insert into holder (case_id, project_id, ward_code, full_name, is_demo) "
                        "select id, project_id, ward_code, code, true from c"
                    ),
                    {"p": project, "w": ward, "c": f"{project}-{ward}"},
                )
                connection.execute(
                    text(
                        "insert into event (effective_on, actor, kind, project_code, object_type, object_code) "
                        "values ('2026-01-01', 'x', 'case.import', :p, 'case', :c)"
                    ),
                    {"p": project, "c": f"{project}-{ward}"},
                )
        connection.execute(
            text(
                "insert into account (name, display_name, role, person, password_hash, must_change, created_by) "
                "values ('mot', 'x', 'ward_officer', 'x', 'x', false, 'x'), "
                "('hai', 'x', 'auditor', 'x', 'x', false, 'x')"
            )
        )
    return own, app


def seen(app: Engine, table: str, column: str, **settings: str) -> set[str]:
    """What the application's role sees of a column under these settings."""
    with app.connect() as connection:
        for name, value in settings.items():
            connection.execute(
                text("select set_config(:n, :v, true)"), {"n": f"duonggang.{name}", "v": value}
            )
        found = set(connection.execute(text(f"select {column} from {table}")).scalars())
        connection.rollback()
    return found


@pytest.mark.parametrize("table", HIDDEN)
def test_without_settings_the_application_sees_no_row(filled: tuple[Engine, Engine], table: str) -> None:
    assert seen(filled[1], table, "'row'") == set()


ALL_CASES = {"P1-W1", "P1-W2", "P2-W1", "P2-W2"}
REACHES: tuple[tuple[dict[str, str], set[str], set[str]], ...] = (
    # settings, cases seen, holders seen
    ({"reach": "none", "account": "mot"}, set(), set()),
    ({"reach": "door"}, set(), set()),
    ({"reach": "calculation"}, ALL_CASES, set()),
    ({"reach": "all"}, ALL_CASES, set()),
    ({"reach": "all", "people": "on"}, ALL_CASES, ALL_CASES),
    ({"reach": "scoped", "wards": "W1"}, {"P1-W1", "P2-W1"}, set()),
    ({"reach": "scoped", "wards": "W1", "people": "on"}, {"P1-W1", "P2-W1"}, {"P1-W1", "P2-W1"}),
    ({"reach": "scoped", "projects": "P2", "people": "on"}, {"P2-W1", "P2-W2"}, {"P2-W1", "P2-W2"}),
    ({"reach": "scoped", "wards": "W2", "projects": "P1"}, {"P1-W1", "P1-W2", "P2-W2"}, set()),
    ({"reach": "scoped", "wards": "W", "people": "on"}, set(), set()),
    ({"reach": "anything else", "wards": "W1", "people": "on"}, set(), set()),
)


@pytest.mark.parametrize(("settings", "cases", "holders"), REACHES)
def test_each_reach_sees_exactly_its_cases_their_events_and_holders(
    filled: tuple[Engine, Engine], settings: dict[str, str], cases: set[str], holders: set[str]
) -> None:
    app = filled[1]
    assert seen(app, "clearance_case", "code", **settings) == cases
    assert seen(app, "event", "object_code", **settings) == cases
    assert seen(app, "holder", "full_name", **settings) == holders


def test_what_one_transaction_may_see_does_not_stay_for_the_next(filled: tuple[Engine, Engine]) -> None:
    app = filled[1]
    for turn in range(2_000):
        wide = turn % 3 == 0
        with app.connect() as connection:
            if wide:
                connection.execute(text("select set_config('duonggang.reach', 'all', true)"))
            found = connection.scalar(text("select count(*) from clearance_case"))
            assert found == (4 if wide else 0)


def test_a_setting_for_the_session_would_stay(filled: tuple[Engine, Engine]) -> None:
    """The control of the test above: not local to the transaction, the setting is there for the next one."""
    single = create_engine(filled[1].url, pool_size=1, max_overflow=0)
    with single.connect() as connection:
        connection.execute(text(f"set role {APP_ROLE}"))
        connection.execute(text("select set_config('duonggang.reach', 'all', false)"))
        connection.commit()
    with single.connect() as connection:
        connection.execute(text(f"set role {APP_ROLE}"))
        assert connection.scalar(text("select count(*) from clearance_case")) == 4
    single.dispose()


WRITES_REFUSED = (
    "update event set actor = 'x'", "delete from event", "truncate event",
    "update past.clearance_case set code = 'x'", "delete from past.holder", "truncate past.parcel",
    "insert into past.clearance_case select *, 1 from clearance_case",
    "delete from clearance_case", "update clearance_case set ward_code = 'W2'", "delete from account",
    "update sign_in set outcome = 'ok'", "delete from sign_in", "delete from login_session",
    "alter table event disable trigger all", "drop table event", "alter table parcel disable row level security",
    "set role duonggang", "update proposal set proposed_by = 'hai'", "delete from holder",
    "update change set event_id = 1", "insert into parcel_front select * from parcel_front",
    "update project set name_vi = 'x'", "update ward set name = 'x'", "create table mine (a int)",
)  # fmt: skip


@pytest.mark.parametrize("statement", WRITES_REFUSED)
def test_the_application_cannot_rewrite_history_or_leave_its_rights(
    filled: tuple[Engine, Engine], statement: str
) -> None:
    with filled[1].connect() as connection:
        for name, value in (("reach", "all"), ("people", "on"), ("oversight", "on"), ("maintenance", "on")):
            connection.execute(
                text("select set_config(:n, :v, true)"), {"n": f"duonggang.{name}", "v": value}
            )
        with pytest.raises((ProgrammingError, DBAPIError)) as refused:
            connection.execute(text(statement))
        assert (
            "permission denied" in str(refused.value)
            or "append-only" in str(refused.value)
            or "must be owner" in str(refused.value)
        ), statement
        connection.rollback()


def test_nobody_writes_history_in_anothers_name(filled: tuple[Engine, Engine]) -> None:
    add = text(
        "insert into event (effective_on, actor, kind, object_type, object_code) "
        "values ('2026-01-01', :actor, 'test', 'portfolio', 'x')"
    )
    with filled[1].connect() as connection:
        connection.execute(
            text(
                "select set_config('duonggang.reach', 'all', true), set_config('duonggang.account', 'mot', true)"
            )
        )
        connection.execute(add, {"actor": "mot"})  # the control: in one's own name it is written
        with pytest.raises(ProgrammingError, match="row-level security"):
            connection.execute(add, {"actor": "hai"})
        connection.rollback()


def test_an_officer_changes_no_row_of_another_ward(filled: tuple[Engine, Engine]) -> None:
    with filled[1].connect() as connection:
        for name, value in (("reach", "scoped"), ("wards", "W1"), ("account", "mot")):
            connection.execute(
                text("select set_config(:n, :v, true)"), {"n": f"duonggang.{name}", "v": value}
            )
        changed = connection.execute(text("update clearance_case set note = 'x' where code like '%W2'"))
        assert changed.rowcount == 0
        mine = connection.execute(text("update clearance_case set note = 'x' where code like '%W1'"))
        assert mine.rowcount == 2
        connection.rollback()
