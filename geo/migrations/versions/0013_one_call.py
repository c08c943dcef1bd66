"""Coming in and a plain change in one call each

Revision: 0013
Follows: 0008

What every request asks (who is this, has it asked too often) and what most writes are (other fields of a case, on the
version that is there) took five and sixteen statements; each is a function now. An index finds events of a case
by their day.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from geo.migrations import one_call

revision = "0013"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(None, "event", ["object_type", "object_code", "effective_on"])
    connection = op.get_bind()
    for source in (one_call.COME_IN, one_call.WRITE_CASES):
        connection.execute(text(source.replace(":", r"\:")))


def downgrade() -> None:
    op.execute(one_call.DROP)
    op.drop_index("ix_event_object_type_object_code_effective_on", "event")
