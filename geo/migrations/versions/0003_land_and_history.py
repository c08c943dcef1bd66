"""Land and history

Revision: 0003
Follows: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


APPEND_ONLY = """
create function event_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'event is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger event_append_only before update or delete or truncate on event
    for each statement execute function event_is_append_only();
"""


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("project_code", sa.Text(), nullable=True),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("object_code", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("request_hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_event_idempotency_key")),
    )
    op.create_index(
        op.f("ix_event_object_type_object_code_id"),
        "event",
        ["object_type", "object_code", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_event_project_code_effective_on"), "event", ["project_code", "effective_on"], unique=False
    )
    op.create_table(
        "clearance_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ward_code", sa.Text(), nullable=False),
        sa.Column("holder_kind", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("step_on", sa.Date(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("obstacle", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_clearance_case_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"], name=op.f("fk_clearance_case_ward_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearance_case")),
        sa.UniqueConstraint("code", name=op.f("uq_clearance_case_code")),
    )
    op.create_index(
        op.f("ix_clearance_case_project_id_step"), "clearance_case", ["project_id", "step"], unique=False
    )
    op.create_index(op.f("ix_clearance_case_ward_code"), "clearance_case", ["ward_code"], unique=False)
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("source_crs", sa.Text(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_import_batch_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("project_id", "sha256", name=op.f("uq_import_batch_project_id_sha256")),
    )
    op.create_index(op.f("ix_import_batch_project_id"), "import_batch", ["project_id"], unique=False)
    op.create_geospatial_table(
        "parcel",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("map_series", sa.Text(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("map_version", sa.Text(), server_default="1", nullable=False),
        sa.Column("ward_code", sa.Text(), nullable=False),
        sa.Column("land_use", sa.Text(), nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.Column("area_stated_m2", sa.Double(), nullable=True),
        sa.Column("alignment_id", sa.Integer(), nullable=True),
        sa.Column("from_m", sa.Double(), nullable=True),
        sa.Column("to_m", sa.Double(), nullable=True),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column(
            "source_geom",
            Geometry(
                dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry", nullable=False
            ),
            nullable=False,
        ),
        sa.Column("source_srid", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alignment_id"], ["alignment.id"], name=op.f("fk_parcel_alignment_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_parcel_batch_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["clearance_case.id"], name=op.f("fk_parcel_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_parcel_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"], name=op.f("fk_parcel_ward_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
        sa.UniqueConstraint(
            "project_id",
            "map_series",
            "sheet",
            "number",
            "map_version",
            name=op.f("uq_parcel_project_id_map_series_sheet_number_map_version"),
        ),
    )
    op.create_geospatial_index(
        "idx_parcel_geom", "parcel", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(op.f("ix_parcel_batch_id"), "parcel", ["batch_id"], unique=False)
    op.create_index(op.f("ix_parcel_case_id"), "parcel", ["case_id"], unique=False)
    op.create_index(op.f("ix_parcel_project_id_from_m"), "parcel", ["project_id", "from_m"], unique=False)
    op.create_index(op.f("ix_parcel_ward_code"), "parcel", ["ward_code"], unique=False)
    op.create_table(
        "parcel_front",
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.Column("front_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["front_id"], ["work_front.id"], name=op.f("fk_parcel_front_front_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["parcel_id"], ["parcel.id"], name=op.f("fk_parcel_front_parcel_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("parcel_id", "front_id", name=op.f("pk_parcel_front")),
    )
    op.create_index(op.f("ix_parcel_front_front_id"), "parcel_front", ["front_id"], unique=False)
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    op.drop_index(op.f("ix_parcel_front_front_id"), table_name="parcel_front")
    op.drop_table("parcel_front")
    op.drop_index(op.f("ix_parcel_ward_code"), table_name="parcel")
    op.drop_index(op.f("ix_parcel_project_id_from_m"), table_name="parcel")
    op.drop_index(op.f("ix_parcel_case_id"), table_name="parcel")
    op.drop_index(op.f("ix_parcel_batch_id"), table_name="parcel")
    op.drop_geospatial_index(
        "idx_parcel_geom", table_name="parcel", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("parcel")
    op.drop_index(op.f("ix_import_batch_project_id"), table_name="import_batch")
    op.drop_table("import_batch")
    op.drop_index(op.f("ix_clearance_case_ward_code"), table_name="clearance_case")
    op.drop_index(op.f("ix_clearance_case_project_id_step"), table_name="clearance_case")
    op.drop_table("clearance_case")
    op.drop_index(op.f("ix_event_project_code_effective_on"), table_name="event")
    op.drop_index(op.f("ix_event_object_type_object_code_id"), table_name="event")
    op.drop_table("event")
    op.execute("drop function event_is_append_only()")
