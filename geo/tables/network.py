"""The schedule network as rows: activities and the links between them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geo.tables.base import Base, Versioned


class Activity(Versioned, Base):
    """Công việc of the dependency network; durations in working days of the named calendar."""

    __tablename__ = "activity"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    code: Mapped[str]
    name_vi: Mapped[str]
    name_en: Mapped[str]
    kind: Mapped[str]  # task | milestone | possession
    duration: Mapped[int]
    calendar: Mapped[str]
    front_id: Mapped[int | None] = mapped_column(ForeignKey("work_front.id", ondelete="CASCADE"), index=True)
    not_before: Mapped[date | None]
    actual_start: Mapped[date | None]
    actual_finish: Mapped[date | None]
    remaining: Mapped[int | None]
    __table_args__ = (
        UniqueConstraint("project_id", "code"),
        CheckConstraint("duration >= 0", name="duration_not_negative"),
    )


class Link(Versioned, Base):
    """Quan hệ: FS, SS, FF or SF with a lag in working days of the predecessor's calendar."""

    __tablename__ = "link"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    pred_id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), index=True)
    succ_id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), index=True)
    type: Mapped[str]
    lag: Mapped[int]
    __table_args__ = (
        UniqueConstraint("pred_id", "succ_id", "type"),
        CheckConstraint("type in ('FS','SS','FF','SF')", name="type_known"),
        CheckConstraint("pred_id <> succ_id", name="no_self_link"),
    )
