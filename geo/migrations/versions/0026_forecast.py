"""The rule of a front (a run of free land in one piece) and the day from which a resettlement site can give plots

Revision: 0026
Follows: 0025
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from geo.migrations import access
from geo.migrations.row_versions import altering

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

COLUMNS = (("work_front", "run_m", "double precision"), ("resettlement_site", "ready_on", "date"))


def upgrade() -> None:
    connection = op.get_bind()
    for table, column, kind in COLUMNS:
        with altering(connection, table):
            for schema in ("public", "past"):
                connection.execute(text(f"alter table {schema}.{table} add column {column} {kind}"))
    op.execute("alter table work_front add constraint ck_work_front_run_positive check (run_m > 0)")
    access.grant_reading(connection)
    op.execute(f"grant update (run_m) on work_front to {access.APP}")
    op.execute(f"grant update (ready_on) on resettlement_site to {access.APP}")


def downgrade() -> None:
    connection = op.get_bind()
    op.execute(f"revoke update (run_m) on work_front from {access.APP}")
    op.execute(f"revoke update (ready_on) on resettlement_site from {access.APP}")
    op.execute("alter table work_front drop constraint ck_work_front_run_positive")
    for table, column, _ in COLUMNS:
        with altering(connection, table):
            for schema in ("public", "past"):
                connection.execute(text(f"alter table {schema}.{table} drop column {column}"))
    access.grant_reading(connection)
