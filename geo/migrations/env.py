"""Alembic environment: on the connection it is given, else on DUONGGANG_DATABASE_URL for bare `alembic`."""

from __future__ import annotations

import os

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, create_engine

from geo.tables import Base


def run(connection: Connection) -> None:
    """Runs the migrations with the GeoAlchemy2 helpers, without which PostGIS' own tables would be dropped."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=alembic_helpers.include_object,
        process_revision_directives=alembic_helpers.writer,
        render_item=alembic_helpers.render_item,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with create_engine(os.environ["DUONGGANG_DATABASE_URL"]).begin() as own:
        run(own)
