"""What the clearance desk follows up on a case: its obstacles, the contacts with its holder, complaints."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from geo.tables.base import Base, Versioned


class CaseObstacle(Versioned, Base):
    """Vướng mắc: a coded cause with whoever has to remove it, until when, and how high it has climbed.

    Open while `resolved_on` is empty; one open row for a cause. The headline of the case names the main one
    (`geo.migrations.obstacle_rules`). `climbs`: how often it has climbed since its due date was set.
    """

    __tablename__ = "case_obstacle"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("clearance_case.id", ondelete="CASCADE"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), index=True)
    cause: Mapped[str]  # code of `projects.codes.OBSTACLES`
    opened_on: Mapped[date]
    owner: Mapped[str | None]  # account, or role and body in words
    tier: Mapped[str] = mapped_column(server_default="ward")  # ward | department | city
    solution: Mapped[str | None]
    due_on: Mapped[date | None]
    climbs: Mapped[int] = mapped_column(server_default="0")
    resolved_on: Mapped[date | None]
    how: Mapped[str | None]
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    told: Mapped[bool] = mapped_column(server_default="true")  # false until the headline's event is written
    version: Mapped[int] = mapped_column(server_default="1")
    __table_args__ = (
        Index("ix_case_obstacle_due_on", "due_on", postgresql_where=text("resolved_on is null")),
        Index(
            "uq_case_obstacle_open",
            "case_id",
            "cause",
            unique=True,
            postgresql_where=text("resolved_on is null"),
        ),
    )


class CaseContact(Versioned, Base):
    """One contact with the holder; never changed, a later row may correct it. `next_on`: when to speak again."""

    __tablename__ = "case_contact"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("clearance_case.id", ondelete="CASCADE"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), index=True)
    met_on: Mapped[date]
    way: Mapped[str]  # meeting | phone | letter | loudspeaker
    with_whom: Mapped[str]
    said: Mapped[str]
    next_on: Mapped[date | None]
    actor: Mapped[str]
    corrects: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("case_contact.id", ondelete="CASCADE")
    )
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    __table_args__ = (
        Index(
            "uq_case_contact_corrects",
            "corrects",
            unique=True,
            postgresql_where=text("corrects is not null"),
        ),
    )


class CaseComplaint(Versioned, Base):
    """Khiếu nại: about which decision, by whom, and how far its settlement has come. It blocks no step by itself."""

    __tablename__ = "case_complaint"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("clearance_case.id", ondelete="CASCADE"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), index=True)
    number: Mapped[str]
    received_on: Mapped[date]
    about: Mapped[str]  # inventory | plan | recovery | enforcement | other
    decision: Mapped[str | None]  # number of the decision complained of
    party: Mapped[str] = mapped_column(server_default="")
    content: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="received")
    state_on: Mapped[date]
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    version: Mapped[int] = mapped_column(server_default="1")
    __table_args__ = (UniqueConstraint("case_id", "number"),)
