"""What was assigned ("6 rõ"), the meeting conclusions that assigned it, and the progress of the five bottlenecks."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from geo.tables.base import Base, Versioned


class Conclusion(Versioned, Base):
    """Kết luận: the numbered paper of a meeting; the assignments that it made name it."""

    __tablename__ = "conclusion"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    held_on: Mapped[date]
    title: Mapped[str]
    chair: Mapped[str]  # who concluded: name or office
    entered_by: Mapped[str]
    is_demo: Mapped[bool] = mapped_column(server_default="false")


class Assignment(Versioned, Base):
    """Giao việc "6 rõ": who (`body`, `person`), what, when, responsibility (`lead`, `joint`), product, authority.

    `account`: of the person, where there is one. `dues`: [[set on, due on], …], the last one is `due_on`. `tier`: how
    high an overdue one has climbed, `climbs` how often since the due date was set. `source_kind`, `source_code`: the
    line that it was made from. `parent_id`: the assignment above it in the chain.
    """

    __tablename__ = "assignment"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("assignment.id", ondelete="SET NULL"), index=True
    )
    conclusion_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("conclusion.id", ondelete="SET NULL"), index=True
    )
    source_kind: Mapped[str]  # case | obstacle | report | conclusion | bottleneck | parent | free
    source_code: Mapped[str] = mapped_column(server_default="")
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id", ondelete="SET NULL"), index=True)
    ward_code: Mapped[str | None] = mapped_column(ForeignKey("ward.code"), index=True)
    body_kind: Mapped[str]  # ward | board | department | city
    body: Mapped[str]
    person: Mapped[str]
    account: Mapped[str | None]
    what: Mapped[str]
    due_on: Mapped[date]
    dues: Mapped[list[Any]] = mapped_column(JSONB)
    lead: Mapped[str]
    joint: Mapped[list[str]] = mapped_column(ARRAY(Text))
    product: Mapped[str]
    authority: Mapped[str]
    tier: Mapped[str]
    climbs: Mapped[int] = mapped_column(server_default="0")
    given_on: Mapped[date]
    given_by: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="given")
    state_on: Mapped[date]
    said: Mapped[str | None]  # why it was returned, withdrawn or given another date
    done_on: Mapped[date | None]
    done_by: Mapped[str | None]
    evidence: Mapped[str | None]  # number of the paper, or "tài liệu <id>" of the case
    confirmed_by: Mapped[str | None]
    asked: Mapped[str | None]  # what has to be explained
    asked_on: Mapped[date | None]
    asked_by: Mapped[str | None]
    answer: Mapped[str | None]
    answered_on: Mapped[date | None]
    answered_by: Mapped[str | None]
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    version: Mapped[int] = mapped_column(server_default="1")
    __table_args__ = (
        Index(None, "due_on"),
        Index(None, "account"),
        CheckConstraint(
            "state in ('given', 'accepted', 'returned', 'done', 'confirmed', 'withdrawn')", name="state_known"
        ),
        CheckConstraint(
            "state not in ('done', 'confirmed') or (done_on is not null and btrim(evidence) <> '')",
            name="evidence_to_close",
        ),
        CheckConstraint(
            "btrim(body) <> '' and btrim(person) <> '' and btrim(what) <> '' and btrim(lead) <> '' "
            "and btrim(product) <> '' and btrim(authority) <> ''",
            name="six_clear",
        ),
    )


class BottleneckEntry(Base):
    """A stand of one of the five bottlenecks on a day, with its paper; only added to.

    `part` of `whole` in `unit` where it is a count.
    """

    __tablename__ = "bottleneck_entry"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str]
    day: Mapped[date]
    part: Mapped[Decimal | None]
    whole: Mapped[Decimal | None]
    unit: Mapped[str] = mapped_column(server_default="")
    said: Mapped[str]
    document: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    __table_args__ = (
        Index(None, "code", "day"),
        CheckConstraint("(part is null) = (whole is null) and (whole is null or whole > 0)", name="counted"),
    )
