"""Land on every alignment that it touches; alignments in several parts; chainage equations

Revision: 0008
Follows: 0007

What a parcel covers of its nearest alignment is copied to the new table with the change that wrote the parcel, so that
it is known then too; other alignments are measured by the next import, load or `duonggang land locate`.
"""

from __future__ import annotations

from alembic import op

from geo.migrations import access
from geo.migrations.row_versions import altering, unversion_table, version_table

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLE = """
create table parcel_alignment (
    parcel_id uuid not null constraint fk_parcel_alignment_parcel_id references parcel (id) on delete cascade,
    alignment_id integer not null
        constraint fk_parcel_alignment_alignment_id references alignment (id) on delete cascade,
    part integer not null, from_m double precision not null, to_m double precision not null, side text not null,
    project_id integer not null constraint fk_parcel_alignment_project_id references project (id) on delete cascade,
    case_id integer not null
        constraint fk_parcel_alignment_case_id references clearance_case (id) on delete cascade,
    ward_code text not null constraint fk_parcel_alignment_ward_code references ward (code),
    change bigint not null default 0,
    constraint pk_parcel_alignment primary key (parcel_id, alignment_id, part)
);
create index ix_parcel_alignment_alignment_id on parcel_alignment (alignment_id);
create index ix_parcel_alignment_project_id on parcel_alignment (project_id);
create index ix_parcel_alignment_case_id on parcel_alignment (case_id);
create index ix_parcel_alignment_ward_code on parcel_alignment (ward_code);
"""
# Whose land it is stands here as well: with it 50,000 rows are read without their parcels, whose rows are wide, and
# row-level security needs no look at another table.
FOLLOWS = """
create function parcel_alignment_follows() returns trigger language plpgsql as $$
begin
    update parcel_alignment set case_id = new.case_id, ward_code = new.ward_code, project_id = new.project_id
    where parcel_id = new.id;
    return null;
end $$;
create trigger alignment_follows after update of case_id, ward_code, project_id on parcel for each row
    when ((old.case_id, old.ward_code, old.project_id) is distinct from (new.case_id, new.ward_code, new.project_id))
    execute function parcel_alignment_follows();
"""
# Rows are read by the owner here, whom forced row-level security shows nothing without maintenance.
FILLED = """
select set_config('duonggang.maintenance', 'on', true);
insert into parcel_alignment
    (parcel_id, alignment_id, part, from_m, to_m, side, project_id, case_id, ward_code, change)
select id, alignment_id, 0, from_m, to_m, side, project_id, case_id, ward_code, change from parcel
where alignment_id is not null and from_m is not null and to_m is not null and side is not null;
"""


def upgrade() -> None:
    connection = op.get_bind()
    with altering(connection, "alignment"):
        for schema in ("public", "past"):
            op.execute(
                f"alter table {schema}.alignment add column equations jsonb not null default '[]', "
                f"alter column geom type geometry(Geometry, 4326)"
            )
        op.execute(
            "alter table alignment add constraint ck_alignment_is_line "
            "check (geometrytype(geom) in ('LINESTRING', 'MULTILINESTRING'))"
        )
    op.execute(TABLE)
    op.execute(FILLED)
    op.execute(FOLLOWS)
    version_table(connection, "parcel_alignment")
    access.protect(connection, "public", "parcel_alignment", access.CASE_ROWS, "")
    access.protect(connection, "past", "parcel_alignment", access.CASE_ROWS, "")
    access.grant_reading(connection)


def downgrade() -> None:
    connection = op.get_bind()
    access.unprotect(connection, "past", "parcel_alignment")
    access.unprotect(connection, "public", "parcel_alignment")
    unversion_table(connection, "parcel_alignment")
    op.execute("drop trigger alignment_follows on parcel; drop function parcel_alignment_follows()")
    op.execute("drop table parcel_alignment")
    with altering(connection, "alignment"):
        op.execute("alter table alignment drop constraint ck_alignment_is_line")
        for schema in ("public", "past"):
            op.execute(
                f"alter table {schema}.alignment drop column equations, "
                f"alter column geom type geometry(LineString, 4326)"
            )
    access.grant_reading(connection)
