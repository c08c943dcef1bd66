"""Vector tiles

Revision: 0009
Follows: 0011

Row-level security lets no condition of a reader be looked up in an index before the rules themselves were asked,
unless its operator cannot tell anything of a row it is not shown: `&&` of PostGIS cannot (it gives true or false and
fails for no value), but is not marked so. Marking it takes a superuser: `geo.server` does it for the private cluster,
an administrator for a database of one's own. Without it tiles are right and slow.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0011"
branch_labels = None
depends_on = None

LEAKPROOF = """
do $$ begin
    if (select rolsuper from pg_roles where rolname = current_user) then
        alter function geometry_overlaps(geometry, geometry) leakproof;
    end if;
end $$
"""


def upgrade() -> None:
    op.execute(LEAKPROOF)
    # Looking back asks the versions of parcels by place as well.
    op.execute("create index parcel_geom_idx on past.parcel using gist (geom)")


def downgrade() -> None:
    op.execute("drop index past.parcel_geom_idx")
