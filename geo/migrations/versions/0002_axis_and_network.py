"""Axis and network

Revision: 0002
Follows: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_geospatial_table(
        "alignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("start_m", sa.Double(), nullable=False),
        sa.Column("length_m", sa.Double(), nullable=False),
        sa.Column("published_length_m", sa.Double(), nullable=True),
        sa.Column("is_ring", sa.Boolean(), nullable=False),
        sa.Column("schematic", sa.Boolean(), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="LINESTRING",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_alignment_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alignment")),
        sa.UniqueConstraint("project_id", "code", name=op.f("uq_alignment_project_id_code")),
    )
    op.create_geospatial_index(
        "idx_alignment_geom", "alignment", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(op.f("ix_alignment_project_id"), "alignment", ["project_id"], unique=False)
    op.create_geospatial_table(
        "corridor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("derived", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
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
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_corridor_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corridor")),
    )
    op.create_geospatial_index(
        "idx_corridor_geom", "corridor", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(op.f("ix_corridor_project_id"), "corridor", ["project_id"], unique=False)
    op.create_geospatial_table(
        "section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("component_code", sa.Text(), nullable=True),
        sa.Column("alignment_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("from_m", sa.Double(), nullable=True),
        sa.Column("to_m", sa.Double(), nullable=True),
        sa.Column("width_m", sa.Double(), nullable=True),
        sa.Column(
            "area",
            Geometry(
                geometry_type="POLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("status_vi", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alignment_id"], ["alignment.id"], name=op.f("fk_section_alignment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_section_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("project_id", "code", name=op.f("uq_section_project_id_code")),
    )
    op.create_geospatial_index(
        "idx_section_area", "section", ["area"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(op.f("ix_section_alignment_id"), "section", ["alignment_id"], unique=False)
    op.create_index(op.f("ix_section_project_id"), "section", ["project_id"], unique=False)
    op.create_geospatial_table(
        "work_front",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_m", sa.Double(), nullable=True),
        sa.Column("to_m", sa.Double(), nullable=True),
        sa.Column(
            "area",
            Geometry(
                geometry_type="POLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("needs_land", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_work_front_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_work_front_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_front")),
        sa.UniqueConstraint("project_id", "code", name=op.f("uq_work_front_project_id_code")),
    )
    op.create_geospatial_index(
        "idx_work_front_area",
        "work_front",
        ["area"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_work_front_project_id"), "work_front", ["project_id"], unique=False)
    op.create_index(op.f("ix_work_front_section_id"), "work_front", ["section_id"], unique=False)
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("front_id", sa.Integer(), nullable=True),
        sa.Column("not_before", sa.Date(), nullable=True),
        sa.Column("actual_start", sa.Date(), nullable=True),
        sa.Column("actual_finish", sa.Date(), nullable=True),
        sa.Column("remaining", sa.Integer(), nullable=True),
        sa.CheckConstraint("duration >= 0", name=op.f("ck_activity_duration_not_negative")),
        sa.ForeignKeyConstraint(
            ["front_id"], ["work_front.id"], name=op.f("fk_activity_front_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_activity_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("project_id", "code", name=op.f("uq_activity_project_id_code")),
    )
    op.create_index(op.f("ix_activity_front_id"), "activity", ["front_id"], unique=False)
    op.create_index(op.f("ix_activity_project_id"), "activity", ["project_id"], unique=False)
    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("pred_id", sa.Integer(), nullable=False),
        sa.Column("succ_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("lag", sa.Integer(), nullable=False),
        sa.CheckConstraint("type in ('FS','SS','FF','SF')", name=op.f("ck_link_type_known")),
        sa.CheckConstraint("pred_id <> succ_id", name=op.f("ck_link_no_self_link")),
        sa.ForeignKeyConstraint(
            ["pred_id"], ["activity.id"], name=op.f("fk_link_pred_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_link_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["succ_id"], ["activity.id"], name=op.f("fk_link_succ_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("pred_id", "succ_id", "type", name=op.f("uq_link_pred_id_succ_id_type")),
    )
    op.create_index(op.f("ix_link_pred_id"), "link", ["pred_id"], unique=False)
    op.create_index(op.f("ix_link_project_id"), "link", ["project_id"], unique=False)
    op.create_index(op.f("ix_link_succ_id"), "link", ["succ_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_link_succ_id"), table_name="link")
    op.drop_index(op.f("ix_link_project_id"), table_name="link")
    op.drop_index(op.f("ix_link_pred_id"), table_name="link")
    op.drop_table("link")
    op.drop_index(op.f("ix_activity_project_id"), table_name="activity")
    op.drop_index(op.f("ix_activity_front_id"), table_name="activity")
    op.drop_table("activity")
    op.drop_index(op.f("ix_work_front_section_id"), table_name="work_front")
    op.drop_index(op.f("ix_work_front_project_id"), table_name="work_front")
    op.drop_geospatial_index(
        "idx_work_front_area", table_name="work_front", postgresql_using="gist", column_name="area"
    )
    op.drop_geospatial_table("work_front")
    op.drop_index(op.f("ix_section_project_id"), table_name="section")
    op.drop_index(op.f("ix_section_alignment_id"), table_name="section")
    op.drop_geospatial_index(
        "idx_section_area", table_name="section", postgresql_using="gist", column_name="area"
    )
    op.drop_geospatial_table("section")
    op.drop_index(op.f("ix_corridor_project_id"), table_name="corridor")
    op.drop_geospatial_index(
        "idx_corridor_geom", table_name="corridor", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("corridor")
    op.drop_index(op.f("ix_alignment_project_id"), table_name="alignment")
    op.drop_geospatial_index(
        "idx_alignment_geom", table_name="alignment", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("alignment")
