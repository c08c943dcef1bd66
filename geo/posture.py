"""How a database stands: who the connected role is in it, what is protected, and how the server is set up.

Read from catalogues with the rights of whoever is connected (the application, as a rule). Each question gives the
offenders by name; nobody to name means that all is well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from geo.server.places import APP_ROLE

# Tables whose rows are people or land of a ward, and the schema of their earlier versions (migration 0007; a test
# compares). All are under row-level security, for their owner too.
PROTECTED = (
    "clearance_case", "case_fact", "case_document", "document_upload",
    "case_obstacle", "case_contact", "case_complaint", "case_paper",
    "parcel", "parcel_front", "parcel_alignment", "taking", "import_batch", "event",
    "holder", "proposal", "import_upload", "import_proposal", "proposal_parcel", "parcel_lineage", "account",
    "account_scope", "delegation", "login_session", "api_token", "sign_in", "rate_window", "person", "case_party",
    "inventory_item", "relocation", "compensation_plan", "compensation_line", "resettlement_plot", "allocation",
    "law_setting", "saved_filter", "scenario", "conclusion", "assignment", "bottleneck_entry", "schedule_import",
    "snapshot", "notice", "notice_preference", "outgoing", "case_lookup", "satisfaction",
)  # fmt: skip
PAST = (
    "clearance_case",
    "case_fact",
    "case_document",
    "case_obstacle",
    "case_contact",
    "case_complaint",
    "parcel",
    "parcel_front",
    "parcel_alignment",
    "taking",
    "import_batch",
    "holder",
    "parcel_lineage",
    "person",
    "case_party",
    "inventory_item",
    "relocation",
    "compensation_plan",
    "compensation_line",
    "resettlement_plot",
    "allocation",
    "law_setting",
    "conclusion",
    "assignment",
    "scenario",
)
_TABLES = ", ".join([*(f"('public', '{n}')" for n in PROTECTED), *(f"('past', '{n}')" for n in PAST)])
_ME = "current_user::regrole"
_NOT_OF_EXTENSIONS = "not exists (select from pg_depend d where d.objid = x.oid and d.deptype = 'e')"
_OURS = "('public', 'past', 'past_view')"
_APPEND_ONLY = (
    "('public.event'), ('public.sign_in'), ('past.clearance_case'), ('past.parcel'), ('past.holder')"
)

QUESTIONS: Mapping[str, str] = {
    "superuser": "select rolname from pg_roles where rolname = current_user and rolsuper",
    "bypassrls": "select rolname from pg_roles where rolname = current_user and rolbypassrls",
    "attributes": """
        select word from pg_roles,
            lateral (values ('CREATEROLE', rolcreaterole), ('CREATEDB', rolcreatedb), ('REPLICATION', rolreplication))
            as has (word, yes) where rolname = current_user and yes""",
    "login": "select session_user::text where session_user <> current_user",
    "membership": f"select roleid::regrole::text from pg_auth_members where member = {_ME}",
    "ownership": f"""
        select oid::regclass::text from pg_class where relowner = {_ME}
        union all select oid::regprocedure::text from pg_proc where proowner = {_ME}
        union all select 'schema ' || nspname from pg_namespace where nspowner = {_ME}
        union all select 'database ' || datname from pg_database where datdba = {_ME}""",
    "creating": r"""
        select 'database ' || current_database() where has_database_privilege(current_database(), 'create')
        union all select 'schema ' || nspname from pg_namespace
            where nspname !~ '^pg_' and has_schema_privilege(oid, 'create')""",
    "unprotected": f"""
        select t.s || '.' || t.n from (values {_TABLES}) t (s, n)
        left join pg_namespace ns on ns.nspname = t.s
        left join pg_class c on c.relnamespace = ns.oid and c.relname = t.n
        where not coalesce(c.relrowsecurity, false)""",
    "unforced": f"""
        select t.s || '.' || t.n from (values {_TABLES}) t (s, n)
        left join pg_namespace ns on ns.nspname = t.s
        left join pg_class c on c.relnamespace = ns.oid and c.relname = t.n
        where not coalesce(c.relforcerowsecurity, false)""",
    "policies": f"""
        select t.s || '.' || t.n from (values {_TABLES}) t (s, n) where not exists (
            select from pg_policies p where p.schemaname = t.s and p.tablename = t.n
            and '{APP_ROLE}' = any (p.roles) and p.cmd in ('SELECT', 'ALL'))""",
    "open_policies": f"""
        select p.schemaname || '.' || p.tablename || ' ' || p.policyname from pg_policies p
        where p.schemaname in {_OURS} and (btrim(p.qual, '() ') = 'true' or btrim(p.with_check, '() ') = 'true'
            or 'public' = any (p.roles))""",
    "views": f"""
        select x.oid::regclass::text from pg_class x join pg_namespace n on n.oid = x.relnamespace
        where x.relkind in ('v', 'm') and n.nspname in {_OURS} and {_NOT_OF_EXTENSIONS}
        and not coalesce('security_invoker=true' = any (x.reloptions) or 'security_invoker=on' = any (x.reloptions),
            false)""",
    "definers": f"""
        select x.oid::regprocedure::text from pg_proc x join pg_namespace n on n.oid = x.pronamespace
        where x.prosecdef and n.nspname in {_OURS} and {_NOT_OF_EXTENSIONS}
        and not exists (select from unnest(coalesce(x.proconfig, '{{}}')) c where c like 'search_path=%')""",
    "history_rights": f"""
        select t.name from (values {_APPEND_ONLY}) t (name)
        where has_table_privilege(to_regclass(t.name), 'delete, truncate')
            or has_any_column_privilege(to_regclass(t.name), 'update')""",
    "history_triggers": """
        select t.name from (values ('event_append_only'), ('event_chained')) t (name)
        where not exists (select from pg_trigger g where g.tgrelid = to_regclass('public.event')
            and g.tgname = t.name and g.tgenabled in ('O', 'A'))
        union all select 'session_replication_role' where current_setting('session_replication_role') <> 'origin'""",
    "checksums": "select 'data_checksums' where current_setting('data_checksums') <> 'on'",
    "durability": """
        select name from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit')
            and setting = 'off'""",
    "values_in_log": """
        select name from pg_settings where (name = 'log_error_verbosity' and setting <> 'terse')
            or (name = 'log_parameter_max_length_on_error' and setting <> '0')
            or (name = 'log_statement' and setting in ('mod', 'all'))
            or (name = 'log_min_duration_statement' and setting <> '-1')""",
    "unencrypted": """
        select inet_server_addr()::text where inet_server_addr() is not null
            and not (inet_server_addr() <<= '127.0.0.0/8' or inet_server_addr() = '::1')
            and not exists (select from pg_stat_ssl where pid = pg_backend_pid() and ssl)""",
}


def offenders(connection: Connection) -> dict[str, list[str]]:
    """For each question of `QUESTIONS` the names that stand against it, sorted."""
    return {
        name: sorted(str(each) for each in connection.scalars(text(question)))
        for name, question in QUESTIONS.items()
    }


def data_directory(connection: Connection) -> str | None:
    """Where the server keeps its data, None when the connected role may not know."""
    found: str | None = connection.scalar(
        text("select setting from pg_settings where name = 'data_directory'")
    )
    return found


def clock_offset(connection: Connection, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float:
    """Seconds by which the database's clock is ahead of `now`, the half of the question's time taken off."""
    before = now()
    there: datetime = connection.scalar(text("select clock_timestamp()"))
    after = now()
    return (there - before - (after - before) / 2).total_seconds()
