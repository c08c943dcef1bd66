"""A schedule file waits, is read in the background, and is ready or refused

Revision: 0034
Follows: 0033
"""

from __future__ import annotations

from alembic import op

from geo.migrations import access

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

WAITING = """
alter table schedule_import
    alter state set default 'waiting', alter format set default '', alter document set default '{}',
    alter summary set default '{}', alter rows set default '[]', alter ties set default '{}',
    add phase text not null default 'waiting', add faults jsonb not null default '[]', add read_at timestamptz,
    drop constraint ck_schedule_import_state_known,
    add constraint ck_schedule_import_state_known check
        (state in ('waiting','reading','ready','refused','accepted','rejected','cancelled','undone'));
update schedule_import set phase = 'done', read_at = proposed_at;
alter table schedule_import add constraint ck_schedule_import_read_whole check
    (state not in ('ready','accepted','rejected','undone') or (format <> '' and read_at is not null));
drop index uq_schedule_import_ready;
create unique index uq_schedule_import_open on schedule_import (project_id, sha256)
    where state in ('waiting','reading','ready');
"""
READING = "format, document, summary, rows, phase, faults, read_at"
BEFORE = """
delete from schedule_import where state in ('waiting','reading','refused','cancelled');
drop index uq_schedule_import_open;
alter table schedule_import drop constraint ck_schedule_import_read_whole,
    drop constraint ck_schedule_import_state_known,
    add constraint ck_schedule_import_state_known check (state in ('ready','accepted','rejected','undone')),
    drop column phase, drop column faults, drop column read_at,
    alter state set default 'ready', alter format drop default, alter document drop default,
    alter summary drop default, alter rows drop default, alter ties drop default;
create unique index uq_schedule_import_ready on schedule_import (project_id, sha256) where state = 'ready';
"""


def upgrade() -> None:
    op.execute(WAITING)
    op.execute(f"grant update ({READING}) on schedule_import to {access.APP}")


def downgrade() -> None:
    op.execute(f"revoke update ({READING}) on schedule_import from {access.APP}")
    op.execute(BEFORE)
