"""Events chained by hash

Revision: 0004
Follows: 0003

Every event carries the hash of the one before it and a hash of that hash with its own content, so that a row that
is edited, deleted, inserted or swapped later no longer fits (`geo.chain` checks it without these functions).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Own key of the lock under which events get their number; `geo.migrate` has 7205131. A number, not a table lock:
# readers and the tables of the projection are not held up. Taken last in a transaction (`geo.history.record`).
LOCK = 7_205_132

# A field is <octets>:<text>, NULL is N: no text can be moved from one field to the next without a trace.
# Times are microseconds and days are seconds since 1970 in UTC: no setting of a session changes them.
DIGEST = """
create function event_field(value text) returns text language sql stable as $$
    select coalesce(octet_length(convert_to(value, 'UTF8'))::text || ':' || value, 'N')
$$;
create function event_digest(e event) returns bytea language plpgsql stable as $$
begin
    return sha256(e.previous_hash || convert_to(
        event_field(e.id::text)
        || event_field(trunc(extract(epoch from e.recorded_at) * 1000000)::text)
        || event_field(trunc(extract(epoch from e.effective_on))::text)
        || event_field(e.actor) || event_field(e.kind) || event_field(e.project_code)
        || event_field(e.object_type) || event_field(e.object_code)
        || event_field(e.before::text) || event_field(e.after::text)
        || event_field(e.document) || event_field(e.reason)
        || event_field(e.idempotency_key) || event_field(e.request_hash), 'UTF8'));
end $$;
"""

# Volatile, so each query in it sees what was committed while it waited for the lock, and the rows that the same
# statement wrote before. With a snapshot older than the lock the chain would fork, so that is refused.
TRIGGER = f"""
create function event_is_chained() returns trigger language plpgsql volatile as $$
begin
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'event: write history in a read committed transaction'
            using errcode = 'invalid_transaction_state';
    end if;
    perform pg_advisory_xact_lock({LOCK});
    new.id := nextval('event_id_seq');
    new.recorded_at := clock_timestamp();
    select chain_hash into new.previous_hash from event order by id desc limit 1;
    if not found then
        new.previous_hash := decode(repeat('00', 32), 'hex');
    end if;
    new.chain_hash := event_digest(new);
    return new;
end $$;
create trigger event_chained before insert on event for each row execute function event_is_chained();
"""

# The rows of before, in the order of their numbers; new ones come after all of them, however those were numbered.
EXISTING = """
alter table event disable trigger event_append_only;
do $$
declare
    e event;
    previous bytea := decode(repeat('00', 32), 'hex');
begin
    for e in select * from event order by id loop
        e.previous_hash := previous;
        previous := event_digest(e);
        update event set previous_hash = e.previous_hash, chain_hash = previous where id = e.id;
    end loop;
end $$;
alter table event enable trigger event_append_only;
select setval('event_id_seq', max(id)) from event having max(id) > (select last_value from event_id_seq);
"""


def upgrade() -> None:
    op.add_column("event", sa.Column("previous_hash", sa.LargeBinary(), nullable=True))
    op.add_column("event", sa.Column("chain_hash", sa.LargeBinary(), nullable=True))
    op.execute(DIGEST)
    op.execute(EXISTING)
    op.alter_column("event", "previous_hash", nullable=False)
    op.alter_column("event", "chain_hash", nullable=False)
    # The number comes from the trigger, after the lock: a default would take one before it.
    op.execute("alter table event alter column id drop default")
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute("drop trigger event_chained on event")
    op.execute("drop function event_is_chained()")
    op.execute("alter table event alter column id set default nextval('event_id_seq')")
    op.execute("drop function event_digest(event)")
    op.execute("drop function event_field(text)")
    op.drop_column("event", "chain_hash")
    op.drop_column("event", "previous_hash")
