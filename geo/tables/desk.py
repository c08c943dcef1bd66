"""The desk: dated settings of the law, and the filters that a person keeps."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import BigInteger

from geo.tables.base import Base, Versioned


class LawSetting(Versioned, Base):
    """What the city sets about the law from a day on (`projects.law.settings`); added, never changed.

    The newest row of a key and day counts; one without a value takes back what stood there.
    """

    __tablename__ = "law_setting"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str]
    from_on: Mapped[date]
    value: Mapped[dict[str, Any] | None]
    document: Mapped[str] = mapped_column(server_default="")
    set_by: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    __table_args__ = (
        Index(None, "key", "from_on"),
        CheckConstraint("key ~ '^(threshold|target|rule|delegation|regime|holiday)[.]'", name="key_known"),
    )


class SavedFilter(Base):
    """A filter of a page under a name; its account alone sees it."""

    __tablename__ = "saved_filter"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name", ondelete="CASCADE"))
    page: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    __table_args__ = (
        UniqueConstraint("account", "page", "name"),
        CheckConstraint("btrim(name) <> '' and length(name) <= 60", name="name_short"),
        CheckConstraint("length(query) <= 1000", name="query_short"),
    )
