"""Imports on their way into the land: kept files, what reading them came to, their rows, and the lineage of parcels."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import BigInteger

from geo.tables.base import Base, Versioned


class ImportUpload(Base):
    """A file that was uploaded and kept: `stored_as` is its name below the data directory's `uploads/`.

    `options` are the `ReadingOptions` as JSON. `state`: stored | proposed | removed (the file is gone, the row stays).
    """

    __tablename__ = "import_upload"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    bytes: Mapped[int] = mapped_column(BigInteger)
    stored_as: Mapped[str]
    options: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    actor: Mapped[str]
    uploaded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    state: Mapped[str] = mapped_column(server_default="stored")
    __table_args__ = (CheckConstraint("state in ('stored', 'proposed', 'removed')", name="state_known"),)


class ImportProposal(Base):
    """What an upload would change; its id is the upload's and the undo id.

    waiting → reading → ready | refused → accepted | rejected | cancelled → undone. `done` of `total` rows in `phase`.
    `seen_land` is the state of land and axis that the diff was made on, `change` the transaction that wrote it.
    """

    __tablename__ = "import_proposal"
    id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("import_upload.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(server_default="waiting")
    full_fabric: Mapped[bool]
    fingerprint: Mapped[str]  # of file, options and scope: the same twice is one proposal
    phase: Mapped[str] = mapped_column(server_default="waiting")
    done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int] = mapped_column(server_default="0")
    faults: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    warnings: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    summary: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    seen_land: Mapped[str | None]
    needs_second: Mapped[bool] = mapped_column(server_default="true")
    second_why: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    proposed_by: Mapped[str]
    person: Mapped[str]
    device: Mapped[str]
    proposed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    event_id: Mapped[int] = mapped_column(BigInteger)
    read_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    batch_id: Mapped[int | None]
    change: Mapped[int | None] = mapped_column(BigInteger)
    land_before: Mapped[str | None]
    land_after: Mapped[str | None]
    undone_by: Mapped[str | None]
    undone_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint(
            "state in ('waiting', 'reading', 'ready', 'refused', 'accepted', 'rejected', 'cancelled', 'undone')",
            name="state_known",
        ),
        CheckConstraint(
            "state not in ('accepted', 'undone') or change is not null", name="accepted_by_change"
        ),
        Index(
            "uq_import_proposal_live",
            "project_id",
            "fingerprint",
            unique=True,
            postgresql_where="state in ('waiting', 'reading', 'ready', 'accepted')",
        ),
    )


class ProposalParcel(Base):
    """A row of a proposal and what it would do; `row` counts as in the file, dropped parcels have negative numbers.

    `source_geom` is NULL where the file itself is in WGS 84: `geom` is then as delivered.
    """

    __tablename__ = "proposal_parcel"
    proposal_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    project_id: Mapped[int]
    map_series: Mapped[str]
    sheet: Mapped[str]
    number: Mapped[str]
    map_version: Mapped[str]
    ward_code: Mapped[str]
    land_use: Mapped[str]
    area_m2: Mapped[float]
    area_stated_m2: Mapped[float | None]
    case_code: Mapped[str | None]
    step: Mapped[str | None]
    step_on: Mapped[date | None]
    promised_on: Mapped[date | None]
    obstacle: Mapped[str | None]
    holder_kind: Mapped[str | None]
    alignment_id: Mapped[int | None]
    from_m: Mapped[float | None]
    to_m: Mapped[float | None]
    side: Mapped[str | None]
    fronts: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    source_srid: Mapped[int]
    source_geom: Mapped[WKBElement | None] = mapped_column(Geometry("GEOMETRY", srid=-1, spatial_index=False))
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=4326))
    kind: Mapped[str] = mapped_column(server_default="added")
    parcel_id: Mapped[uuid.UUID | None]
    case_id: Mapped[int | None]
    before_m2: Mapped[float | None]
    fields: Mapped[dict[str, Any] | None]
    geom_before: Mapped[WKBElement | None] = mapped_column(
        Geometry("MULTIPOLYGON", srid=4326, spatial_index=False)
    )
    __table_args__ = (
        CheckConstraint(
            "kind in ('added', 'moved', 'shrunk', 'grown', 'attributes', 'dropped', 'unchanged')",
            name="kind_known",
        ),
        Index(None, "proposal_id", "row"),
    )


class ParcelLineage(Versioned, Base):
    """One parent–child pair of an act (split, merge, renumber): identity and area of both, so old numbers answer."""

    __tablename__ = "parcel_lineage"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    act: Mapped[uuid.UUID]
    kind: Mapped[str]
    ward_code: Mapped[str] = mapped_column(index=True)
    old_id: Mapped[uuid.UUID] = mapped_column(index=True)
    old_series: Mapped[str]
    old_sheet: Mapped[str]
    old_number: Mapped[str]
    old_version: Mapped[str]
    old_m2: Mapped[float]
    new_id: Mapped[uuid.UUID] = mapped_column(index=True)
    new_series: Mapped[str]
    new_sheet: Mapped[str]
    new_number: Mapped[str]
    new_version: Mapped[str]
    new_m2: Mapped[float]
    __table_args__ = (
        CheckConstraint("kind in ('split', 'merge', 'renumber')", name="kind_known"),
        Index("ix_parcel_lineage_old", "project_id", "old_sheet", "old_number"),
    )
