"""Papers that were made from the data of cases."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import BigInteger, Text

from geo.tables.base import Base


class CasePaper(Base):
    """A paper as it was made, never changed: its number in its ward, year and kind, and the SHA-256 of its two files.

    `shown` and `masked` are the protected fields that stand in it in clear and as dots, by the rights of `actor`.
    """

    __tablename__ = "case_paper"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("clearance_case.id", ondelete="CASCADE"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"))
    kind: Mapped[str]
    year: Mapped[int]
    number: Mapped[int]
    symbol: Mapped[str]
    dated_on: Mapped[date]
    data_date: Mapped[date]
    shown: Mapped[list[str]] = mapped_column(ARRAY(Text))
    masked: Mapped[list[str]] = mapped_column(ARRAY(Text))
    docx_sha256: Mapped[str]
    pdf_sha256: Mapped[str]
    actor: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    is_demo: Mapped[bool]
    __table_args__ = (
        UniqueConstraint("ward_code", "year", "kind", "number"),
        CheckConstraint("number > 0 and year between 2000 and 2100", name="numbered"),
        CheckConstraint("extract(year from dated_on) = year", name="dated"),
        CheckConstraint("docx_sha256 ~ '^[0-9a-f]{64}$' and pdf_sha256 ~ '^[0-9a-f]{64}$'", name="hashes"),
    )


class PaperTemplate(Base):
    """The words of a kind of paper from a day on; added, never changed. The newest row of the newest day counts."""

    __tablename__ = "paper_template"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    from_on: Mapped[date]
    opening: Mapped[str]
    paragraphs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    recipients: Mapped[list[str]] = mapped_column(ARRAY(Text))
    document: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    __table_args__ = (
        Index(None, "kind", "from_on"),
        CheckConstraint("btrim(opening) <> '' and cardinality(paragraphs) > 0", name="says_something"),
    )
