"""Papers and pictures of a case, and uploads on their way."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import BigInteger

from geo.tables.base import Base, Versioned


class CaseDocument(Versioned, Base):
    """A paper or picture of a case. The file lies once per content below the data directory (`geo.documents.keeping`).

    `taken_at`, `lon`, `lat` are a remark of the camera (`place_source` exif) or the browser; what counts is `added_at`,
    the server's. `distance_m` is to the nearest parcel of the case, in EPSG:5897. Project and ward are those of the
    case; a trigger lets them follow. A withdrawn one stays with its reason.
    """

    __tablename__ = "case_document"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("clearance_case.id", ondelete="CASCADE"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), index=True)
    kind: Mapped[str]  # of projects.documents.KINDS
    number: Mapped[str] = mapped_column(server_default="")
    signed_on: Mapped[date | None]
    signer: Mapped[str] = mapped_column(server_default="")
    title: Mapped[str] = mapped_column(server_default="")
    filename: Mapped[str]  # as delivered: text, never a path
    sha256: Mapped[str]
    bytes: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    width: Mapped[int | None]
    height: Mapped[int | None]
    pages: Mapped[int | None]
    has_copies: Mapped[bool]
    taken_at: Mapped[datetime | None]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    place_source: Mapped[str | None]
    distance_m: Mapped[float | None]
    scan: Mapped[str]  # of projects.documents.SCANS
    actor: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="file_hash"),
        CheckConstraint("place_source in ('exif', 'browser')", name="place_source_known"),
        CheckConstraint(
            "(withdrawn_at is null) = (withdrawn_reason is null) and (withdrawn_reason is null or "
            "btrim(withdrawn_reason) <> '')",
            name="withdrawn_has_reason",
        ),
        Index(
            "uq_case_document_standing",
            "case_id",
            "sha256",
            unique=True,
            postgresql_where="withdrawn_at is null",
        ),
    )


class DocumentUpload(Base):
    """A file on its way: `received` bytes of it are on the disk. Seen by nobody but its sender.

    open → done (`document_id`) | refused (`faults`). `about` is what is said of the paper.
    """

    __tablename__ = "document_upload"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"))
    key: Mapped[str]
    case_id: Mapped[int] = mapped_column(ForeignKey("clearance_case.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str]
    sha256: Mapped[str]
    bytes: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, server_default="0")
    about: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default="open")
    faults: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    document_id: Mapped[int | None] = mapped_column(BigInteger)
    touched_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    __table_args__ = (
        UniqueConstraint("account", "key"),
        CheckConstraint("state in ('open', 'done', 'refused')", name="state_known"),
        CheckConstraint("received between 0 and bytes", name="received_within"),
    )
