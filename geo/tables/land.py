"""The land: accepted files, clearance cases, parcels and the fronts that wait for them."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.tables.base import Base, Versioned


class ImportBatch(Versioned, Base):
    """One accepted file: who, when, which bytes; the hash makes a repeated import a no-op."""

    __tablename__ = "import_batch"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str]
    sha256: Mapped[str]
    source_crs: Mapped[str]
    row_count: Mapped[int]
    is_demo: Mapped[bool]
    imported_at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor: Mapped[str]
    __table_args__ = (UniqueConstraint("project_id", "sha256"),)


class ClearanceCase(Versioned, Base):
    """Hồ sơ GPMB: one holder's plan in one ward of one project; the unit that moves through the steps.

    `version` grows by one with every change; a writer names the version that it read.
    """

    __tablename__ = "clearance_case"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(unique=True)
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), index=True)
    holder_kind: Mapped[str]  # household | organisation
    step: Mapped[str]
    step_on: Mapped[date]  # effective date of the present step
    promised_on: Mapped[date | None]  # handover date promised or forecast by the clearance team
    obstacle: Mapped[str | None]  # cause code of the fact sheet, e.g. NGUON_GOC
    note: Mapped[str | None]
    is_demo: Mapped[bool]
    version: Mapped[int] = mapped_column(server_default="1")
    __table_args__ = (Index(None, "project_id", "step"),)


class Parcel(Versioned, Base):
    """Thửa đất: map series + sheet + number + version, in WGS 84 and as delivered."""

    __tablename__ = "parcel"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    case_id: Mapped[int] = mapped_column(ForeignKey("clearance_case.id", ondelete="CASCADE"), index=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"), index=True)
    map_series: Mapped[str]
    sheet: Mapped[str]
    number: Mapped[str]
    map_version: Mapped[str] = mapped_column(server_default="1")
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), index=True)
    land_use: Mapped[str]  # code as delivered, e.g. ODT, LUC, ONT+CLN
    area_m2: Mapped[float]  # measured in EPSG:5897
    area_stated_m2: Mapped[float | None]  # as written in the file
    alignment_id: Mapped[int | None] = mapped_column(ForeignKey("alignment.id", ondelete="SET NULL"))
    from_m: Mapped[float | None]  # chainage interval on that alignment
    to_m: Mapped[float | None]
    side: Mapped[str | None]  # L | R | B (both: the axis crosses it), looking up-chainage
    is_demo: Mapped[bool]
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=4326))
    source_geom: Mapped[WKBElement] = mapped_column(Geometry("GEOMETRY", srid=-1, spatial_index=False))
    source_srid: Mapped[int]
    __table_args__ = (
        UniqueConstraint("project_id", "map_series", "sheet", "number", "map_version"),
        Index(None, "project_id", "from_m"),
    )


class ParcelFront(Versioned, Base):
    """Which work fronts a parcel lies on; a parcel across a boundary holds up both."""

    __tablename__ = "parcel_front"
    parcel_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("parcel.id", ondelete="CASCADE"), primary_key=True
    )
    front_id: Mapped[int] = mapped_column(
        ForeignKey("work_front.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ParcelAlignment(Versioned, Base):
    """Where a parcel lies on each alignment that it touches: measures in m and side, one row per part.

    `parcel.alignment_id` is the nearest of them. A parcel at a branch or a crossing has several rows. Project, case
    and ward are those of the parcel; a trigger lets them follow.
    """

    __tablename__ = "parcel_alignment"
    parcel_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("parcel.id", ondelete="CASCADE"), primary_key=True
    )
    alignment_id: Mapped[int] = mapped_column(
        ForeignKey("alignment.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # of the alignment, from 0
    from_m: Mapped[float]
    to_m: Mapped[float]
    side: Mapped[str]  # L | R | B, as of a parcel
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("clearance_case.id", ondelete="CASCADE"), index=True)
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), index=True)
