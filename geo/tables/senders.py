"""How the files of one sender are read: a profile per sender and kind of file; its history is in the events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Identity, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.tables.base import Base


class SenderProfile(Base):
    """`options` is a `geo.importers.options.ReadingOptions` as a dict; `version` grows with every change.

    Control points belong to one file and are never part of a profile.
    """

    __tablename__ = "sender_profile"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    sender: Mapped[str]  # the office or firm, in its own words
    format: Mapped[str | None]  # of geo.importers.formats; None: any
    options: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(server_default="1")
    saved_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    saved_by: Mapped[str]
    __table_args__ = (CheckConstraint("name <> '' and length(name) <= 80", name="name_short"),)
