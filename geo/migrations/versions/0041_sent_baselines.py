"""Baselines that came with a schedule file: where from, and the sender's dates by activity

Revision: 0041
Follows: 0040
"""

from __future__ import annotations

from alembic import op

from geo.migrations import access
from geo.migrations.row_versions import altering

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

COLUMNS = ("source", "dates")


def upgrade() -> None:
    connection = op.get_bind()
    with altering(connection, "baseline"):
        for schema in ("public", "past"):
            for column in COLUMNS:
                op.execute(f"alter table {schema}.baseline add column {column} jsonb")
    access.grant_reading(connection)


def downgrade() -> None:
    connection = op.get_bind()
    with altering(connection, "baseline"):
        for schema in ("public", "past"):
            for column in COLUMNS:
                op.execute(f"alter table {schema}.baseline drop column {column}")
    access.grant_reading(connection)
