"""Scenarios that people keep: what would be different, and what it gave on the day it was kept."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import BigInteger, Text

from geo.tables.base import Base, Versioned


class Scenario(Versioned, Base):
    """A named set of changes (`projects.scenarios.changes`) of one project, `account`'s own.

    `shared_with`: codes of the roles that may read it too. `data_date`, `revision`, `given`: on which data and at which
    revision of the project it was computed, and what it gave then. One that is withdrawn stays, with `active` false.
    """

    __tablename__ = "scenario"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name", ondelete="CASCADE"))
    name: Mapped[str]
    changes: Mapped[dict[str, Any]]
    shared_with: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    data_date: Mapped[date]
    revision: Mapped[int]
    given: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    active: Mapped[bool] = mapped_column(server_default="true")
    version: Mapped[int] = mapped_column(server_default="1")
    __table_args__ = (
        Index(
            "uq_scenario_name", "project_id", "account", "name", unique=True, postgresql_where=text("active")
        ),
        CheckConstraint("btrim(name) <> '' and length(name) <= 80", name="name_short"),
    )
