"""The rhythm of reports: snapshots of periods, notices and how each person wants them, what waits to be sent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from geo.tables.base import Base


class Snapshot(Base):
    """The figures of all projects at the end of a week, month or quarter; made once, never changed."""

    __tablename__ = "snapshot"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]  # week | month | quarter
    first: Mapped[date]
    last: Mapped[date]
    numbers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    __table_args__ = (
        UniqueConstraint("kind", "last"),
        CheckConstraint("kind in ('week', 'month', 'quarter') and first <= last", name="a_period"),
    )


class Notice(Base):
    """One line for one account; its words stand in both languages."""

    __tablename__ = "notice"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name", ondelete="CASCADE"))
    kind: Mapped[str]
    said_vi: Mapped[str]
    said_en: Mapped[str]
    href: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    read_at: Mapped[datetime | None]
    __table_args__ = (Index(None, "account", "id"),)


class NoticePreference(Base):
    """What an account wants: kinds of notices it does not, the reports it gets by mail, its calendar's address."""

    __tablename__ = "notice_preference"
    account: Mapped[str] = mapped_column(ForeignKey("account.name", ondelete="CASCADE"), primary_key=True)
    muted: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    mail_to: Mapped[str | None]
    mailed: Mapped[list[str]] = mapped_column(
        ARRAY(Text), server_default=text("'{}'")
    )  # week | month | quarter
    calendar_hash: Mapped[bytes | None] = mapped_column(unique=True)


class Outgoing(Base):
    """A mail or a call of a webhook that is on its way. `about`: what it tells of, so that it goes out once."""

    __tablename__ = "outgoing"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    channel: Mapped[str]  # mail | webhook
    target: Mapped[str]
    about: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    body: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="queued")  # queued | sent | given_up
    tries: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    error: Mapped[str | None]
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    sent_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_outgoing_waiting", "next_at", postgresql_where=text("state = 'queued'")),
        CheckConstraint("channel in ('mail', 'webhook')", name="channel_known"),
        CheckConstraint("state in ('queued', 'sent', 'given_up')", name="state_known"),
    )


class CaseLookup(Base):
    """How often the look-up code of a case was made anew: the code follows from it (`api.usecases.lookup`)."""

    __tablename__ = "case_lookup"
    case_id: Mapped[int] = mapped_column(
        ForeignKey("clearance_case.id", ondelete="CASCADE"), primary_key=True
    )
    epoch: Mapped[int]


class Satisfaction(Base):
    """What a household said of a step, once per case and step: 1 to 5, and words if it wanted."""

    __tablename__ = "satisfaction"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("clearance_case.id", ondelete="CASCADE"))
    step: Mapped[str]
    score: Mapped[int]
    said: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    __table_args__ = (
        UniqueConstraint("case_id", "step"),
        CheckConstraint("score between 1 and 5", name="one_to_five"),
        CheckConstraint("length(said) <= 500", name="said_short"),
    )
