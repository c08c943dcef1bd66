"""Row versions: what makes a table of the projection readable as it was known at any event.

A versioned table carries in `change` the transaction that wrote each row (`this_change()`). What an UPDATE or DELETE
ends is kept in `past.<table>`, with `until` = the change that ended it. `past_view.<table>` is the table as known at
an event (`geo.moment`). All functions take the connection of a migration; tables live in `public`.

A row that is rewritten with equal values keeps its version, and so does one in which only columns of `apart` differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, text

# The rows of changes whose number is not above the newest known one and that were recorded later all the same: they
# were open at that moment, so there are never more than connections. Asked in each statement anew, because such a
# change may be committed while the reader reads.
LATE = """
create view past_view.late with (security_invoker = true) as
select id from public.change
where before > id and before >= current_setting('duonggang.known_change')::bigint
  and id <= current_setting('duonggang.known_change')::bigint
  and event_id > current_setting('duonggang.known')::bigint
"""

# Definer's rights: the writer may have none on `past`, and the owner has rows under row-level security only with
# `duonggang.maintenance`. A function of an ordinary owner cannot carry that setting in a SET clause, so it is set and
# put back by hand; an error between the two puts it back as well.
FUNCTIONS = """
create function past.stamp() returns trigger language plpgsql as $$
begin
    new.change := old.change;
    if new *<> old then
        new.change := public.this_change();
    end if;
    return new;
end $$;

create function past.keep() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
    same text := '';
begin
    if not exists (select from gone) then
        return null;
    end if;
    if tg_op = 'UPDATE' then
        if coalesce(current_setting('duonggang.change', true), '') = '' then
            return null;  -- no row was stamped: nothing ended
        end if;
        same := ' and not exists (select from came where came.change = gone.change and '
            || '(' || tg_argv[1] || ') = (' || tg_argv[2] || '))';
    end if;
    perform set_config('duonggang.maintenance', 'on', true);
    -- Planned anew each time: a plan for one row is a disaster for a hundred thousand.
    execute 'insert into past.' || quote_ident(tg_table_name) || ' (' || tg_argv[0] || ', until) select ' || tg_argv[0]
        || ', $1 from gone where change <> $1' || same using public.this_change();
    perform set_config('duonggang.maintenance', was, true);
    return null;
end $$;

create function past.refuse_truncate() returns trigger language plpgsql as $$
begin
    raise exception 'row versions of %: truncate refused, delete the rows', tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

create function past.is_append_only() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' or pg_trigger_depth() < 2 then
        raise exception 'past.% is append-only: % refused', tg_table_name, tg_op
            using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;

create function past.is_read_only() returns trigger language plpgsql as $$
begin
    raise exception 'past_view.%: what was known then cannot be written', tg_table_name
        using errcode = 'insufficient_privilege';
end $$;
"""

STAMP_APART = """
create function past.stamp_{name}() returns trigger language plpgsql as $$
declare
    probe public.{name};
begin
    new.change := old.change;
    probe := new;
    {resets}
    if probe *<> old then
        new.change := public.this_change();
    end if;
    return new;
end $$
"""

TRIGGERS = """
create trigger version_stamp before update on public.{name} for each row execute function past.{stamp}();
create trigger version_updated after update on public.{name} referencing old table as gone new table as came
    for each statement execute function past.keep({columns}, {gone_key}, {came_key});
create trigger version_deleted after delete on public.{name} referencing old table as gone
    for each statement execute function past.keep({columns});
create trigger version_truncate before truncate on public.{name}
    for each statement execute function past.refuse_truncate();
"""

PAST = """
create table past.{name} (like public.{name}, until bigint not null);
create index on past.{name} ({key});
create index on past.{name} (until);
create trigger append_only before insert or update or delete or truncate on past.{name}
    for each statement execute function past.is_append_only();
"""

# A flat union, its conditions outside: so the planner may look into both halves by index. The first two conditions
# ask for the change that wrote the row, the last for the change that ended it. `+ 0` keeps the planner from the
# statistics of `change`: after a large import, when all rows have one value, it would expect no row at all.
VIEW = """
create view past_view.{name} with (security_invoker = true) as
select {columns} from (
    select {columns}, null::bigint as until from public.{name}
    union all
    select {columns}, until from past.{name}
) version
where change <= current_setting('duonggang.known_change')::bigint
  and change + 0 <> all (array(select id from past_view.late))
  and (until is null or until > current_setting('duonggang.known_change')::bigint
       or until = any (array(select id from past_view.late)));
"""

EVENTS = """
create view past_view.event with (security_invoker = true) as
select {columns} from public.event where id <= current_setting('duonggang.known')::bigint;
"""

READ_ONLY = """
create trigger read_only instead of insert or update or delete on past_view.{name}
    for each row execute function past.is_read_only()
"""

COLUMNS = text(
    "select quote_ident(attname) from pg_attribute where attrelid = to_regclass('public.' || :name) "
    "and attnum > 0 and not attisdropped order by attnum"
)
KEY = text(
    "select quote_ident(a.attname) from pg_index i join pg_attribute a on a.attrelid = i.indrelid "
    "and a.attnum = any (i.indkey) where i.indrelid = to_regclass('public.' || :name) and i.indisprimary "
    "order by array_position(i.indkey::int2[], a.attnum)"
)
# Plain copies of the other btree indexes, so that a view can be asked like the table.
OTHER_INDEXES = text(
    "select pg_get_indexdef(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indexrelid "
    "join pg_am m on m.oid = c.relam where i.indrelid = to_regclass('public.' || :name) "
    "and not i.indisprimary and m.amname = 'btree' order by c.relname"
)


def create_machinery(connection: Connection) -> None:
    """Makes both schemas and the functions that all versioned tables share."""
    for statement in ("create schema past", "create schema past_view", FUNCTIONS, LATE):
        connection.execute(text(statement))
    create_event_view(connection)


def drop_machinery(connection: Connection) -> None:
    """Drops both schemas; refused by PostgreSQL as long as a table is versioned."""
    connection.execute(text("drop view past_view.event; drop view past_view.late; drop schema past_view"))
    for name in ("stamp", "keep", "refuse_truncate", "is_append_only", "is_read_only"):
        connection.execute(text(f"drop function past.{name}()"))
    connection.execute(text("drop schema past"))


def version_table(connection: Connection, name: str, *, apart: Sequence[str] = ()) -> None:
    """Versions the table `name`: rows that are there belong to change 0, the change before all others.

    A `change` column that the table has already is kept. `apart` are columns that make no version when they alone
    change; of them a view shows what is true now.
    """
    connection.execute(
        text(
            f"alter table public.{name} add column if not exists change bigint not null default 0;"
            f"alter table public.{name} alter column change set default this_change()"
        )
    )
    connection.execute(text(PAST.format(name=name, key=", ".join(_key(connection, name)))))
    for definition in connection.scalars(OTHER_INDEXES, {"name": name}).all():
        place = definition.index(" USING ")
        connection.execute(text(f"create index on past.{name}{definition[place:]}"))
    _connect(connection, name, apart)


def unversion_table(connection: Connection, name: str, *, apart: Sequence[str] = ()) -> None:
    """Takes the table back to what it was, its versions lost."""
    _disconnect(connection, name, apart)
    connection.execute(text(f"drop table past.{name}; alter table public.{name} drop column change"))


def refresh_table(connection: Connection, name: str, *, apart: Sequence[str] = ()) -> None:
    """After columns of `public.<name>` and likewise of `past.<name>` were added or dropped: triggers and view anew."""
    _disconnect(connection, name, apart)
    _connect(connection, name, apart)


@contextmanager
def altering(connection: Connection, name: str, *, apart: Sequence[str] = ()) -> Iterator[None]:
    """`refresh_table` around changes that a view would refuse, such as another type of a column."""
    _disconnect(connection, name, apart)
    yield
    _connect(connection, name, apart)


def create_event_view(connection: Connection) -> None:
    """Makes `past_view.event`, anew when it is there: to be called again after the history got a column."""
    columns = ", ".join(connection.scalars(COLUMNS, {"name": "event"}))
    connection.execute(text("drop view if exists past_view.event"))
    connection.execute(text(EVENTS.format(columns=columns)))
    connection.execute(text(READ_ONLY.format(name="event")))


def _key(connection: Connection, name: str) -> Sequence[str]:
    return connection.scalars(KEY, {"name": name}).all()


def _connect(connection: Connection, name: str, apart: Sequence[str]) -> None:
    columns = ", ".join(connection.scalars(COLUMNS, {"name": name}))
    stamp = "stamp"
    if apart:
        stamp = f"stamp_{name}"
        resets = " ".join(f"probe.{column} := old.{column};" for column in apart)
        connection.execute(text(STAMP_APART.format(name=name, resets=resets)))
    key = _key(connection, name)
    gone, came = (", ".join(f"{side}.{column}" for column in key) for side in ("gone", "came"))
    arguments = {"columns": _quote(columns), "gone_key": _quote(gone), "came_key": _quote(came)}
    connection.execute(text(TRIGGERS.format(name=name, stamp=stamp, **arguments)))
    connection.execute(text(VIEW.format(name=name, columns=columns)))
    connection.execute(text(READ_ONLY.format(name=name)))


def _disconnect(connection: Connection, name: str, apart: Sequence[str]) -> None:
    connection.execute(text(f"drop view past_view.{name}"))
    for trigger in ("stamp", "updated", "deleted", "truncate"):
        connection.execute(text(f"drop trigger version_{trigger} on public.{name}"))
    if apart:
        connection.execute(text(f"drop function past.stamp_{name}()"))


def _quote(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
