"""The append-only history that every write leaves behind."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import FetchedValue, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import BigInteger

from geo.tables.base import Base


class Event(Base):
    """Append-only history: recorded_at = when we knew, effective_on = when it was true.

    Triggers refuse UPDATE, DELETE and TRUNCATE, and give every new row its number, its recorded time and its
    place in the hash chain (`geo.chain`), whatever the writer says. Numbers grow in the order of the chain and
    may have gaps.
    """

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    effective_on: Mapped[date]
    actor: Mapped[str]
    kind: Mapped[str]  # case.step | case.promise | parcels.import | wards.import | portfolio.load
    project_code: Mapped[str | None]
    object_type: Mapped[str]
    object_code: Mapped[str]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    document: Mapped[str | None]
    reason: Mapped[str | None]
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)
    request_hash: Mapped[str | None]
    on_behalf_of: Mapped[str | None]  # account name of the person in whose place the actor acted
    document_hash: Mapped[str | None]  # SHA-256 of the paper's file, where there is one
    corrects: Mapped[int | None] = mapped_column(BigInteger)  # the event whose content this one replaces
    seconds: Mapped[int | None] = mapped_column(
        BigInteger
    )  # the proposal's event that a second person confirmed
    # All that one transaction wrote carries one number (`this_change()`).
    change: Mapped[int | None] = mapped_column(BigInteger, server_default=FetchedValue(), index=True)
    previous_hash: Mapped[bytes] = mapped_column(
        server_default=FetchedValue()
    )  # 32 zero bytes in the first row
    chain_hash: Mapped[bytes] = mapped_column(server_default=FetchedValue())
    __table_args__ = (
        Index(None, "object_type", "object_code", "id"),
        Index(None, "object_type", "object_code", "effective_on"),
        Index(None, "project_code", "effective_on"),
        Index(None, "recorded_at", "id"),
        Index(None, "corrects", postgresql_where=text("corrects is not null")),
    )


class Change(Base):
    """All that one transaction wrote, and its first event: from then on it was known. Written by triggers only."""

    __tablename__ = "change"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)  # NULL only inside the transaction
    before: Mapped[int | None] = mapped_column(
        BigInteger
    )  # the greatest change that an earlier event made known
    __table_args__ = (Index("ix_change_overtaken", "before", "id", postgresql_where=text("before > id")),)
