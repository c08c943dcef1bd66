"""What happened to a case beside its headline, day by day, with its paper."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import BigInteger

from geo.tables.base import Base, Versioned


class CaseFact(Versioned, Base):
    """A fact (`projects.law.facts.Fact`) of a case; added, never changed. One that was wrong carries `void_reason`.

    A row `with_step` holds what the event of a step has no place for: signer, body, file, a later day; it counts with
    that event only. Project and ward are those of the case, by a trigger. `amount` in đồng is shown by right.
    """

    __tablename__ = "case_fact"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("clearance_case.id", ondelete="CASCADE"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), index=True)
    kind: Mapped[str]
    happened_on: Mapped[date]
    land: Mapped[str] = mapped_column(server_default="")
    party: Mapped[str] = mapped_column(server_default="")
    value: Mapped[str] = mapped_column(server_default="")
    amount: Mapped[Decimal | None]
    until_on: Mapped[date | None]
    document: Mapped[str] = mapped_column(server_default="")
    signer: Mapped[str] = mapped_column(server_default="")
    body: Mapped[str] = mapped_column(server_default="")
    file: Mapped[str] = mapped_column(server_default="")
    with_step: Mapped[bool] = mapped_column(server_default="false")
    void_reason: Mapped[str | None]
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    __table_args__ = (
        Index(None, "project_id", "kind"),
        CheckConstraint("land in ('', 'agri', 'non_agri')", name="land_known"),
        CheckConstraint("amount is null or amount > 0", name="amount_positive"),
        CheckConstraint("file ~ '^([0-9a-f]{64})?$'", name="file_hash"),
        CheckConstraint("void_reason is null or btrim(void_reason) <> ''", name="void_has_reason"),
    )
