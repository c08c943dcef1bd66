"""Portfolio

Revision: 0001
Follows:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portfolio_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("data_date", sa.Date(), nullable=False),
        sa.Column("files_sha256", sa.Text(), nullable=False),
        sa.Column("demo_seed", sa.Integer(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_portfolio_state_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_state")),
    )
    op.create_table(
        "project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("group_vi", sa.Text(), nullable=False),
        sa.Column("group_en", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("investor", sa.Text(), nullable=True),
        sa.Column("investment", sa.Numeric(), nullable=True),
        sa.Column("length_m", sa.Double(), nullable=True),
        sa.Column("area_ha", sa.Numeric(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("planned_finish", sa.Date(), nullable=True),
        sa.Column("planned_label_vi", sa.Text(), nullable=True),
        sa.Column("planned_source", sa.Text(), nullable=True),
        sa.Column("template", sa.Text(), nullable=True),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("bottlenecks", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source_file", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("code", name=op.f("uq_project_code")),
    )
    op.create_geospatial_table(
        "ward",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_type", sa.Text(), nullable=False),
        sa.Column("area_km2", sa.Numeric(), nullable=False),
        sa.Column("centre_lat", sa.Double(), nullable=False),
        sa.Column("centre_lon", sa.Double(), nullable=False),
        sa.Column(
            "boundary",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("boundary_source", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ward")),
    )
    op.create_geospatial_index(
        "idx_ward_boundary", "ward", ["boundary"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("subject_vi", sa.Text(), nullable=False),
        sa.Column("subject_en", sa.Text(), nullable=False),
        sa.Column("ward_code", sa.Text(), nullable=True),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.Column("numerator", sa.Numeric(), nullable=True),
        sa.Column("denominator", sa.Numeric(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("quoted_percent", sa.Text(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("as_of_label", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("note_vi", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_claim_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"], name=op.f("fk_claim_ward_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("project_id", "code", name=op.f("uq_claim_project_id_code")),
    )
    op.create_index(op.f("ix_claim_project_id"), "claim", ["project_id"], unique=False)
    op.create_table(
        "component",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("investor", sa.Text(), nullable=True),
        sa.Column("investment", sa.Numeric(), nullable=True),
        sa.Column("note_vi", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_component_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_component")),
        sa.UniqueConstraint("project_id", "code", name=op.f("uq_component_project_id_code")),
    )
    op.create_index(op.f("ix_component_project_id"), "component", ["project_id"], unique=False)
    op.create_table(
        "milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("planned_label_vi", sa.Text(), nullable=True),
        sa.Column("actual_on", sa.Date(), nullable=True),
        sa.Column("activity_code", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_milestone_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint("project_id", "code", name=op.f("uq_milestone_project_id_code")),
    )
    op.create_index(op.f("ix_milestone_project_id"), "milestone", ["project_id"], unique=False)
    op.create_table(
        "project_ward",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("ward_code", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_ward_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"], name=op.f("fk_project_ward_ward_code")),
        sa.PrimaryKeyConstraint("project_id", "ward_code", name=op.f("pk_project_ward")),
    )
    op.create_table(
        "resettlement_site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("ward_code", sa.Text(), nullable=True),
        sa.Column("plots", sa.Integer(), nullable=True),
        sa.Column("area_ha", sa.Numeric(), nullable=True),
        sa.Column("note_vi", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_resettlement_site_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"], name=op.f("fk_resettlement_site_ward_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resettlement_site")),
        sa.UniqueConstraint("project_id", "code", name=op.f("uq_resettlement_site_project_id_code")),
    )
    op.create_index(
        op.f("ix_resettlement_site_project_id"), "resettlement_site", ["project_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_resettlement_site_project_id"), table_name="resettlement_site")
    op.drop_table("resettlement_site")
    op.drop_table("project_ward")
    op.drop_index(op.f("ix_milestone_project_id"), table_name="milestone")
    op.drop_table("milestone")
    op.drop_index(op.f("ix_component_project_id"), table_name="component")
    op.drop_table("component")
    op.drop_index(op.f("ix_claim_project_id"), table_name="claim")
    op.drop_table("claim")
    op.drop_geospatial_index(
        "idx_ward_boundary", table_name="ward", postgresql_using="gist", column_name="boundary"
    )
    op.drop_geospatial_table("ward")
    op.drop_table("project")
    op.drop_table("portfolio_state")
