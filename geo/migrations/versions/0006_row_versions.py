"""Row versions: the projection as it was known at any event

Revision: 0006
Follows: 0005

See `geo.migrations.row_versions` for how a table is versioned. `change` says with which event each change became
known: its first one. Events of one transaction stand together, because the first of them takes the chain's lock. The
numbers of changes are given out before that lock, so a change may be overtaken by later ones; `before`, the greatest
number recorded earlier, shows which were. A transaction that writes rows without an event is refused at its commit.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geo.migrations.row_versions import create_machinery, drop_machinery, unversion_table, version_table

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = (
    "ward", "project", "component", "milestone", "claim", "project_ward", "resettlement_site", "portfolio_state",
    "alignment", "section", "work_front", "corridor", "activity", "link", "import_batch", "clearance_case",
    "parcel", "parcel_front",
)  # fmt: skip
# `touch` moves the revision with every edit of a case: no version of the project, and of no use in what is past.
APART = {"project": ("revision",)}

# What was there before is known with the newest event that was there.
EXISTING = "insert into change (id, event_id, before) select 0, coalesce(max(id), 0), -1 from event"

# Split in two, because the default of every row asks for the number: only the first row of a transaction pays for
# definer's rights.
CHANGE = """
create function new_change() returns bigint language plpgsql volatile security definer
set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
    found bigint := nextval('change_seq');
begin
    perform set_config('duonggang.maintenance', 'on', true);
    insert into change (id) values (found);
    perform set_config('duonggang.maintenance', was, true);
    perform set_config('duonggang.change', found::text, true);
    return found;
end $$;

create or replace function this_change() returns bigint language plpgsql volatile as $$
declare
    found text := current_setting('duonggang.change', true);
begin
    if found <> '' then
        return found::bigint;
    end if;
    return public.new_change();
end $$;

create function change_has_event() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
    missing boolean;
begin
    perform set_config('duonggang.maintenance', 'on', true);
    missing := exists (select from change where id = new.id and event_id is null);
    perform set_config('duonggang.maintenance', was, true);
    if missing then
        raise exception 'change %: rows were written without an event of the history', new.id
            using errcode = 'integrity_constraint_violation', hint = 'geo.history.record in the same transaction';
    end if;
    return null;
end $$;
create constraint trigger change_has_event after insert on change
    deferrable initially deferred for each row execute function change_has_event();
"""

# As in 0005, and: the first event of a change says when it became known.
TRIGGER = """
create or replace function event_is_chained() returns trigger language plpgsql volatile security definer
set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
    last record;
    first_event bigint;
begin
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'event: write history in a read committed transaction'
            using errcode = 'invalid_transaction_state';
    end if;
    perform set_config('duonggang.maintenance', 'on', true);
    perform pg_advisory_xact_lock(7205132);
    new.id := nextval('event_id_seq');
    new.change := this_change();
    select chain_hash, recorded_at into last from event order by id desc limit 1;
    new.recorded_at := greatest(clock_timestamp(), last.recorded_at);
    new.previous_hash := coalesce(last.chain_hash, decode(repeat('00', 32), 'hex'));
    new.chain_hash := event_digest(new);
    select event_id into first_event from change where id = new.change;
    if not found then
        raise exception using errcode = 'invalid_transaction_state',
            message = 'change ' || new.change || ': no transaction was given this number';
    elsif first_event is null then
        update change set event_id = new.id,
            before = (select max(id) from change where event_id is not null)
        where id = new.change;
    end if;
    perform set_config('duonggang.maintenance', was, true);
    return new;
end $$;
"""

# As 0005 left them.
BEFORE = """
create or replace function this_change() returns bigint language plpgsql volatile as $$
declare
    found text := current_setting('duonggang.change', true);
begin
    if coalesce(found, '') = '' then
        found := nextval('change_seq')::text;
        perform set_config('duonggang.change', found, true);
    end if;
    return found::bigint;
end $$;

create or replace function event_is_chained() returns trigger language plpgsql volatile as $$
declare
    last record;
begin
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'event: write history in a read committed transaction'
            using errcode = 'invalid_transaction_state';
    end if;
    perform pg_advisory_xact_lock(7205132);
    new.id := nextval('event_id_seq');
    new.change := this_change();
    select chain_hash, recorded_at into last from event order by id desc limit 1;
    new.recorded_at := greatest(clock_timestamp(), last.recorded_at);
    new.previous_hash := coalesce(last.chain_hash, decode(repeat('00', 32), 'hex'));
    new.chain_hash := event_digest(new);
    return new;
end $$;
"""


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("before", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        sa.UniqueConstraint("event_id", name=op.f("uq_change_event_id")),
    )
    op.create_index(
        "ix_change_overtaken",
        "change",
        ["before", "id"],
        postgresql_where=sa.text("before > id"),
        unique=False,
    )
    op.create_index(op.f("ix_event_recorded_at_id"), "event", ["recorded_at", "id"], unique=False)
    op.execute(EXISTING)
    op.execute(CHANGE)
    op.execute(TRIGGER)
    connection = op.get_bind()
    create_machinery(connection)
    for name in TABLES:
        version_table(connection, name, apart=APART.get(name, ()))


def downgrade() -> None:
    connection = op.get_bind()
    for name in reversed(TABLES):
        unversion_table(connection, name, apart=APART.get(name, ()))
    drop_machinery(connection)
    op.execute(BEFORE)
    op.execute(
        "drop trigger change_has_event on change; drop function change_has_event(); drop function new_change()"
    )
    op.drop_index(op.f("ix_event_recorded_at_id"), table_name="event")
    op.drop_table("change")
