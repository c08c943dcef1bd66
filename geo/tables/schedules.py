"""Schedules of other programs: what was read from a file, what it would change, what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import BigInteger

from geo.tables.base import Base


class ScheduleImport(Base):
    """A schedule file: waiting → reading → ready | refused; ready → accepted | rejected; accepted → undone.

    Until it is decided it may be cancelled. `phase` is how far the reading is, `document` a
    `projects.interchange.package`, `rows` the sender's dates beside ours, `ties` the fronts, milestones and finish
    chosen for it; `before` the network that it replaced, `after_hash` that of the network it made.
    """

    __tablename__ = "schedule_import"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str]
    sha256: Mapped[str]
    bytes: Mapped[int] = mapped_column(BigInteger)
    stored_as: Mapped[str]
    format: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default="waiting")
    phase: Mapped[str] = mapped_column(server_default="waiting")
    faults: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    document: Mapped[dict[str, Any]] = mapped_column(server_default="{}", deferred=True)
    summary: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    rows: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]", deferred=True)
    ties: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    proposed_by: Mapped[str]
    person: Mapped[str]
    device: Mapped[str]
    proposed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    event_id: Mapped[int] = mapped_column(BigInteger)
    read_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    before: Mapped[dict[str, Any] | None]
    after_hash: Mapped[str | None]
    undone_by: Mapped[str | None]
    undone_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint(
            "state in ('waiting','reading','ready','refused','accepted','rejected','cancelled','undone')",
            name="state_known",
        ),
        CheckConstraint(
            "state not in ('ready','accepted','rejected','undone') or (format <> '' and read_at is not null)",
            name="read_whole",
        ),
        CheckConstraint(
            "state not in ('accepted','undone') or after_hash is not null", name="accepted_whole"
        ),
        Index(
            "uq_schedule_import_open",
            "project_id",
            "sha256",
            unique=True,
            postgresql_where="state in ('waiting','reading','ready')",
        ),
    )
