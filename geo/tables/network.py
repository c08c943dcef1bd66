"""The schedule network as rows: activities and the links between them, how they are scheduled, and baselines."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import BigInteger, Text

from geo.tables.base import Base, Versioned

EMPTY_LIST = text("'[]'::jsonb")


class Activity(Versioned, Base):
    """Công việc of the dependency network; durations in working days of the named calendar.

    Where the project counts in minutes (`ProjectNetwork.unit`), `minutes` and `remaining_minutes` are exact and the
    days are rounded up. `not_before` is the first constraint if that is a day before which it may not start, the
    others are in `constraints`. Actual dates with a time of the day are in the columns that end in `_at`.
    """

    __tablename__ = "activity"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    code: Mapped[str]
    name_vi: Mapped[str]
    name_en: Mapped[str]
    kind: Mapped[str]  # task | milestone | possession | effort
    duration: Mapped[int]
    calendar: Mapped[str]
    front_id: Mapped[int | None] = mapped_column(ForeignKey("work_front.id", ondelete="CASCADE"), index=True)
    not_before: Mapped[date | None]
    actual_start: Mapped[date | None]
    actual_finish: Mapped[date | None]
    remaining: Mapped[int | None]
    minutes: Mapped[int | None]
    remaining_minutes: Mapped[int | None]
    constraints: Mapped[list[Any]] = mapped_column(JSONB, server_default=EMPTY_LIST)
    actual_start_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    actual_finish_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    sender_code: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    __table_args__ = (
        UniqueConstraint("project_id", "code"),
        CheckConstraint("duration >= 0", name="duration_not_negative"),
    )


class Link(Versioned, Base):
    """Quan hệ: FS, SS, FF or SF with a lag in working days of the predecessor's calendar.

    Where the project counts in minutes, `lag_minutes` is exact, in `lag_calendar` if that is given.
    """

    __tablename__ = "link"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    pred_id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), index=True)
    succ_id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), index=True)
    type: Mapped[str]
    lag: Mapped[int]
    lag_minutes: Mapped[int | None]
    lag_calendar: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    __table_args__ = (
        UniqueConstraint("pred_id", "succ_id", "type"),
        CheckConstraint("type in ('FS','SS','FF','SF')", name="type_known"),
        CheckConstraint("pred_id <> succ_id", name="no_self_link"),
    )


class ProjectNetwork(Versioned, Base):
    """How a project's network is counted and scheduled. A project without a row follows its template, in days.

    With a row, the network belongs to the people of the project: loading the portfolio files leaves it alone.
    `options`: progress, lag_calendar, critical_float_minutes; `calendars`: those that the project defines itself.
    """

    __tablename__ = "project_network"
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    unit: Mapped[str]  # day | minute
    source: Mapped[str]  # edited | imported
    options: Mapped[dict[str, Any]]
    calendars: Mapped[list[Any]] = mapped_column(JSONB)
    finishes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    version: Mapped[int]
    __table_args__ = (
        CheckConstraint("unit in ('day','minute')", name="unit_known"),
        CheckConstraint("source in ('edited','imported')", name="source_known"),
    )


class Baseline(Versioned, Base):
    """Đường cơ sở: a name for what was known of a project with an event, dated on a day. A query, not a copy.

    One that came with a schedule file has a `source` (file, import, number there) and `dates`: by activity start,
    finish, duration in days, names and kind, as the sender gave them.
    """

    __tablename__ = "baseline"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    data_date: Mapped[date]
    known_event: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    document: Mapped[str | None]
    set_by: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    dropped: Mapped[bool] = mapped_column(server_default=text("false"))
    source: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    dates: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), deferred=True)
    __table_args__ = (UniqueConstraint("project_id", "name"),)
