"""What the corridor takes of each parcel; corridors get versions

Revision: 0012
Follows: 0013
"""

from __future__ import annotations

from alembic import op

from geo.migrations import access
from geo.migrations.row_versions import altering, unversion_table, version_table

revision = "0012"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = """
create table taking (
    corridor_id integer not null constraint fk_taking_corridor_id references corridor (id) on delete cascade,
    parcel_id uuid not null constraint fk_taking_parcel_id references parcel (id) on delete cascade,
    taken_m2 float8 not null, rest_m2 float8 not null, largest_rest_m2 float8 not null,
    constraint pk_taking primary key (corridor_id, parcel_id)
);
create index ix_taking_parcel_id on taking (parcel_id);
"""
COLUMNS = (
    ("version", "integer not null default 1"),
    ("is_current", "boolean not null default true"),
    ("filename", "text"),
    ("sha256", "text"),
)


def upgrade() -> None:
    connection = op.get_bind()
    with altering(connection, "corridor"):
        for schema in ("public", "past"):
            for name, kind in COLUMNS:
                op.execute(f"alter table {schema}.corridor add column {name} {kind}")
    op.execute("create unique index uq_corridor_current on corridor (project_id) where is_current")
    op.create_unique_constraint(op.f("uq_corridor_project_id_version"), "corridor", ["project_id", "version"])
    op.execute(TABLES)
    version_table(connection, "taking")
    for schema in ("public", "past"):
        access.protect(connection, schema, "taking", access.FRONT_ROWS, "")
    access.grant_reading(connection)


def downgrade() -> None:
    connection = op.get_bind()
    for schema in ("public", "past"):
        access.unprotect(connection, schema, "taking")
    unversion_table(connection, "taking")
    op.execute("drop table taking")
    op.drop_constraint(op.f("uq_corridor_project_id_version"), "corridor")
    op.execute("drop index uq_corridor_current")
    with altering(connection, "corridor"):
        op.execute(
            "delete from corridor where not is_current"
        )  # no change of land: versions are not kept any more
        for schema in ("public", "past"):
            for name, _ in COLUMNS:
                op.execute(f"alter table {schema}.corridor drop column {name}")
    access.grant_reading(connection)
