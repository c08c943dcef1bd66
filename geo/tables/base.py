"""The declarative base: constraint naming, column types and one metadata for all tables."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import MetaData, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import BigInteger, DateTime, Numeric, Text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Declarative base: text columns are `text`, dates are `date`, constraints have stable names."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        dict[str, Any]: JSONB,
        Decimal: Numeric,
        datetime: DateTime(timezone=True),
    }


class Versioned:
    """Mixin of the tables of which every version is kept (migration 0006, `geo.moment`).

    `change` is the transaction that wrote the row, given by the database whatever the writer says.
    """

    change: Mapped[int] = mapped_column(
        BigInteger,
        server_default=text("this_change()"),
        deferred=True,  # nobody reads it in Python, and the database changes it with every update
        sort_order=1_000,
    )
