"""Runs the migrations on an engine and says whether tables and migrations are in step."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from geoalchemy2.alembic_helpers import include_object
from sqlalchemy import Engine, text

from geo.tables import Base
from projects.errors import Fault, InvalidInput

NO_POSTGIS = Fault(
    "DUONGGANG_DATABASE_URL",
    "Cơ sở dữ liệu chưa có PostGIS: nhờ quản trị chạy “create extension postgis” trong đó.",
    "The database has no PostGIS: have an administrator run “create extension postgis” in it.",
)
SCRIPTS = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 7_205_131  # two servers that start at once migrate one after the other


def config() -> Config:
    """Alembic's configuration without an ini file."""
    cfg = Config()
    cfg.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return cfg


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Brings the database to `revision` in one transaction; does nothing when it is there already."""
    with engine.begin() as connection:
        connection.execute(text("set local statement_timeout = 0"))
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        if not connection.scalar(text("select 1 from pg_extension where extname = 'postgis'")):
            raise InvalidInput([NO_POSTGIS])
        cfg = config()
        cfg.attributes["connection"] = connection
        command.upgrade(cfg, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Takes the database back to `revision`; used to test that each migration can be undone."""
    with engine.begin() as connection:
        cfg = config()
        cfg.attributes["connection"] = connection
        command.downgrade(cfg, revision)


def current_revision(engine: Engine) -> str | None:
    """The revision the database is at, None when it was never migrated."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str | None:
    """The newest revision that the code knows."""
    return ScriptDirectory.from_config(config()).get_current_head()


def differences(engine: Engine) -> list[object]:
    """What autogenerate would still change: empty when tables and migrations are in step."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": include_object, "compare_type": True}
        )
        return list(compare_metadata(context, Base.metadata))
