"""Who sees which rows, as SQL: the conditions of row-level security, and how a table is put under them.

The conditions read the settings of the transaction (`geo.scope`). Each stands in a sub-select, which is computed once
per query and not once per row. Nothing set means nothing seen.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from geo.server.places import APP_ROLE
from projects.errors import Fault, InvalidInput

APP = APP_ROLE


def setting(name: str) -> str:
    """The value of a setting of the transaction, an empty text when it is not set."""
    return f"(select coalesce(current_setting('duonggang.{name}', true), ''))"


REACH = setting("reach")
ACCOUNT = setting("account")
OVERSIGHT = f"{setting('oversight')} = 'on'"
PEOPLE = f"{setting('people')} = 'on'"
MAINTENANCE = f"{setting('maintenance')} = 'on'"
SIGNED_IN = f"{REACH} in ('none', 'scoped', 'all', 'calculation')"
DOOR = f"{REACH} = 'door'"
OWN_ROWS = (
    f"({REACH} = 'scoped' and (ward_code = any ((select string_to_array({setting('wards')}, ','))::text[]) "
    "or project_id = any ((select reach_projects())::int[])))"
)
CASE_ROWS = f"{REACH} in ('all', 'calculation') or {OWN_ROWS}"
CASE_WRITE = f"{REACH} = 'all' or {OWN_ROWS}"
HOLDER_ROWS = f"{PEOPLE} and ({CASE_WRITE})"
# A proposal about money holds the amount: for those who may see people's data.
PROPOSAL_ROWS = f"(kind <> 'holder.amount' or {PEOPLE}) and ({CASE_WRITE})"
FRONT_ROWS = (
    f"{REACH} in ('all', 'calculation') "
    f"or ({REACH} = 'scoped' and exists (select from {{schema}}.parcel p where p.id = parcel_id))"
)
# An event of a case is seen by whoever sees the case; of an account by the account itself and by oversight.
_OF_MY_CASES = (
    f"({REACH} = 'scoped' and exists (select from public.clearance_case c where c.code = object_code))"
)
EVENT_ROWS = (
    f"case when object_type in ('case', 'proposal') then {REACH} in ('all', 'calculation') or {_OF_MY_CASES} "
    f"when object_type = 'holder' then {PEOPLE} and ({REACH} = 'all' or {_OF_MY_CASES}) "
    f"when object_type = 'account' then {OVERSIGHT} or object_code = {ACCOUNT} "
    f"else {SIGNED_IN} end"
)
# The same since migration 0017: what is told of the parts of a case is seen like the case, and what is told of people
# by those who may read people's data. The object of such an event is the code of the case.
OF_CASES = ("case", "proposal", "fact", "document", "obstacle", "commitment", "inventory", "plot", "paper")
OF_PEOPLE = ("holder", "party", "compensation", "contact", "complaint")
EVENT_ROWS_OF_PARTS = (
    f"case when object_type in {OF_CASES} then {REACH} in ('all', 'calculation') or {_OF_MY_CASES} "
    f"when object_type in {OF_PEOPLE} then {PEOPLE} and ({REACH} = 'all' or {_OF_MY_CASES}) "
    f"when object_type = 'account' then {OVERSIGHT} or object_code = {ACCOUNT} "
    f"else {SIGNED_IN} end"
)
# Nobody writes history in another's name.
EVENT_WRITE = f"{SIGNED_IN} and actor = {ACCOUNT}"


def own(column: str) -> str:
    """Rows of accounts: for signing in, for oversight, and one's own."""
    return f"{DOOR} or {OVERSIGHT} or {column} = {ACCOUNT}"


# The projects of the scope as numbers, and what everybody may know of the history: its head, and what was recorded
# when. Definer's rights, because rows of the history are hidden and these are not about rows.
FUNCTIONS = """
create function reach_projects() returns int[] language sql stable set search_path = public, pg_temp as $$
    select coalesce(array_agg(id), '{}') from project
    where code = any (string_to_array(coalesce(current_setting('duonggang.projects', true), ''), ','))
$$;
create function person_of(name text) returns text
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
    found text;
begin
    perform set_config('duonggang.maintenance', 'on', true);
    select a.person into found from account a where a.name = person_of.name;
    perform set_config('duonggang.maintenance', was, true);
    return found;
end $$;
create function history_head() returns table (id bigint, hash bytea, recorded_at timestamptz, counted bigint)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
begin
    perform set_config('duonggang.maintenance', 'on', true);
    return query select e.id, e.chain_hash, e.recorded_at, (select count(*) from event x where x.id <= e.id)
        from event e order by e.id desc limit 1;
    perform set_config('duonggang.maintenance', was, true);
end $$;
create function history_short() returns text
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
    known bigint := nullif(current_setting('duonggang.known', true), '')::bigint;
    found text;
begin
    perform set_config('duonggang.maintenance', 'on', true);
    select encode(chain_hash, 'hex') into found from event e
        where known is null or e.id <= known order by e.id desc limit 1;
    perform set_config('duonggang.maintenance', was, true);
    return found;
end $$;
create function history_followed(at timestamptz) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
    found boolean;
begin
    perform set_config('duonggang.maintenance', 'on', true);
    found := exists (select from event where recorded_at > at
        and id >= coalesce((select c.event_id from change c where c.id = 0), 0));
    perform set_config('duonggang.maintenance', was, true);
    return found;
end $$;
create function history_floor() returns table (id bigint, recorded_at timestamptz)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
begin
    perform set_config('duonggang.maintenance', 'on', true);
    -- A transaction is known as a whole: shown from the time of its last event on.
    return query select f.id, (select max(e.recorded_at) from event e where e.id = f.id or e.change = f.change)
        from event f where f.id >= coalesce((select c.event_id from change c where c.id = 0), 0)
        order by f.id limit 1;
    perform set_config('duonggang.maintenance', was, true);
end $$;
create function history_known(at timestamptz, floor bigint) returns bigint
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
    found bigint;
begin
    perform set_config('duonggang.maintenance', 'on', true);
    with newest as (
        select id, change from event where recorded_at <= at and id >= floor order by recorded_at desc, id desc limit 1
    )
    select case
        when exists (select from event e where e.id > newest.id and e.change = newest.change)
        then (select max(e.id) from event e where e.id < c.event_id)
        else newest.id end into found
    from newest left join change c on c.id = newest.change;
    perform set_config('duonggang.maintenance', was, true);
    return found;
end $$;
"""
DROP_FUNCTIONS = """
drop function history_known(timestamptz, bigint); drop function history_floor();
drop function history_followed(timestamptz); drop function history_short(); drop function history_head();
drop function person_of(text); drop function reach_projects();
"""

_ROLE = text("select rolsuper, rolcreaterole from pg_roles where rolname = current_user")
NO_ROLE = Fault(
    "DUONGGANG_DATABASE_URL",
    f"Thiếu vai trò {APP}: nhờ quản trị chạy “create role {APP} login”, đặt mật khẩu, rồi thử lại.",
    f"The role {APP} is missing: have an administrator run “create role {APP} login” with a password, then try again.",
)


def need_role(connection: Connection) -> None:
    """The role of the application, made when it is missing and may be made. Raises InvalidInput otherwise."""
    if connection.scalar(text("select 1 from pg_roles where rolname = :role"), {"role": APP}):
        return
    me = connection.execute(_ROLE).one()
    if not (me.rolsuper or me.rolcreaterole):
        raise InvalidInput([NO_ROLE])
    connection.execute(text(f"create role {APP} nologin"))
    connection.execute(text(f"grant {APP} to current_user"))


def protect(connection: Connection, schema: str, name: str, sees: str, writes: str) -> None:
    """Puts a table under row-level security, its owner too. `writes` empty: the application writes no row of it."""
    table = f"{schema}.{name}"
    sees = sees.replace("{schema}", schema)
    statements = [
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        f"create policy owner on {table} to current_user using ({MAINTENANCE}) with check ({MAINTENANCE})",
        f"create policy app_reads on {table} for select to {APP} using ({sees})",
    ]
    if writes:
        statements += [
            f"create policy app_adds on {table} for insert to {APP} with check ({writes})",
            f"create policy app_changes on {table} for update to {APP} using ({writes}) with check ({writes})",
            f"create policy app_removes on {table} for delete to {APP} using ({writes})",
        ]
    for statement in statements:
        connection.execute(text(statement.replace(":", r"\:")))


def unprotect(connection: Connection, schema: str, name: str) -> None:
    """Takes a table out of row-level security."""
    table = f"{schema}.{name}"
    for policy in ("owner", "app_reads", "app_adds", "app_changes", "app_removes"):
        connection.execute(text(f"drop policy if exists {policy} on {table}"))
    connection.execute(text(f"alter table {table} no force row level security"))
    connection.execute(text(f"alter table {table} disable row level security"))


def grant_reading(connection: Connection) -> None:
    """Lets the application read all tables and views; what it sees there is up to the policies."""
    for schema in ("public", "past", "past_view"):
        connection.execute(text(f"grant usage on schema {schema} to {APP}"))
        connection.execute(text(f"grant select on all tables in schema {schema} to {APP}"))


def revoke(connection: Connection) -> None:
    """Takes from the application what it was granted in this database."""
    for schema in ("public", "past", "past_view"):
        connection.execute(text(f"revoke all on all tables in schema {schema} from {APP}"))
        connection.execute(text(f"revoke all on all sequences in schema {schema} from {APP}"))
        connection.execute(text(f"revoke usage on schema {schema} from {APP}"))
