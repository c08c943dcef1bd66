"""Events say on whose behalf, with which paper, what they correct, and in which change

Revision: 0005
Follows: 0004

The new columns are hashed after the old ones, as a framed name and a framed value and only where they are not NULL:
rows of before keep their hash. Recorded times never run backwards, so that "known at" follows the chain even when the
machine's clock is set back.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = ("on_behalf_of", "document_hash", "corrects", "change")

DIGEST = """
create or replace function event_digest(e event) returns bytea language plpgsql stable as $$
begin
    return sha256(e.previous_hash || convert_to(
        event_field(e.id::text)
        || event_field(trunc(extract(epoch from e.recorded_at) * 1000000)::text)
        || event_field(trunc(extract(epoch from e.effective_on))::text)
        || event_field(e.actor) || event_field(e.kind) || event_field(e.project_code)
        || event_field(e.object_type) || event_field(e.object_code)
        || event_field(e.before::text) || event_field(e.after::text)
        || event_field(e.document) || event_field(e.reason)
        || event_field(e.idempotency_key) || event_field(e.request_hash){later}, 'UTF8'));
end $$;
"""
LATER = """
        || event_later('on_behalf_of', e.on_behalf_of) || event_later('document_hash', e.document_hash)
        || event_later('corrects', e.corrects::text) || event_later('change', e.change::text)"""
FIELD = """
create function event_later(name text, value text) returns text language sql stable as $$
    select case when value is null then '' else event_field(name) || event_field(value) end
$$;
"""

# One number for all that a transaction writes; rows of the projection and events carry it.
CHANGE = """
create sequence change_seq;
create function this_change() returns bigint language plpgsql volatile as $$
declare
    found text := current_setting('duonggang.change', true);
begin
    if coalesce(found, '') = '' then
        found := nextval('change_seq')::text;
        perform set_config('duonggang.change', found, true);
    end if;
    return found::bigint;
end $$;
"""

# As in 0004, and: the change is the transaction's, and time does not run backwards.
TRIGGER = """
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

BEFORE = """
create or replace function event_is_chained() returns trigger language plpgsql volatile as $$
begin
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'event: write history in a read committed transaction'
            using errcode = 'invalid_transaction_state';
    end if;
    perform pg_advisory_xact_lock(7205132);
    new.id := nextval('event_id_seq');
    new.recorded_at := clock_timestamp();
    select chain_hash into new.previous_hash from event order by id desc limit 1;
    if not found then
        new.previous_hash := decode(repeat('00', 32), 'hex');
    end if;
    new.chain_hash := event_digest(new);
    return new;
end $$;
"""


def upgrade() -> None:
    op.add_column("event", sa.Column("on_behalf_of", sa.Text(), nullable=True))
    op.add_column("event", sa.Column("document_hash", sa.Text(), nullable=True))
    op.add_column("event", sa.Column("corrects", sa.BigInteger(), nullable=True))
    op.add_column("event", sa.Column("change", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_event_change"), "event", ["change"], unique=False)
    op.create_index(
        op.f("ix_event_corrects"),
        "event",
        ["corrects"],
        unique=False,
        postgresql_where=sa.text("corrects is not null"),
    )
    op.execute(FIELD)
    op.execute(DIGEST.format(later=LATER))
    op.execute(CHANGE)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute(BEFORE)
    op.execute(DIGEST.format(later=""))
    op.execute("drop function this_change()")
    op.execute("drop sequence change_seq")
    op.execute("drop function event_later(text, text)")
    op.drop_index(op.f("ix_event_corrects"), table_name="event")
    op.drop_index(op.f("ix_event_change"), table_name="event")
    for name in reversed(COLUMNS):
        op.drop_column("event", name)
