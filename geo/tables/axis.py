"""Where a project lies: alignments with measures, sections, work fronts and the corridor."""

from __future__ import annotations

import uuid

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geo.tables.base import Base, Versioned


class Alignment(Versioned, Base):
    """Tim tuyến: a line with measures, in one part or several. `start_m` is the chainage of its first vertex; a ring
    is allowed. `equations` are the jumps of its stakes, (back, ahead) stations in m (`projects.stationing`).
    """

    __tablename__ = "alignment"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    code: Mapped[str]
    name_vi: Mapped[str]
    name_en: Mapped[str]
    start_m: Mapped[float]
    length_m: Mapped[float]  # measured in EPSG:5897
    published_length_m: Mapped[float | None]
    is_ring: Mapped[bool]
    schematic: Mapped[bool]
    accuracy_m: Mapped[float]
    source: Mapped[str]
    geom: Mapped[WKBElement] = mapped_column(Geometry("GEOMETRY", srid=4326))  # LineString or MultiLineString
    equations: Mapped[list[list[float]]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    __table_args__ = (
        UniqueConstraint("project_id", "code"),
        CheckConstraint("geometrytype(geom) in ('LINESTRING', 'MULTILINESTRING')", name="is_line"),
    )


class Section(Versioned, Base):
    """Đoạn tuyến: a chainage interval of one alignment, or an area (then without alignment)."""

    __tablename__ = "section"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    component_code: Mapped[str | None]
    alignment_id: Mapped[int | None] = mapped_column(
        ForeignKey("alignment.id", ondelete="CASCADE"), index=True
    )
    code: Mapped[str]
    name_vi: Mapped[str]
    name_en: Mapped[str]
    from_m: Mapped[float | None]
    to_m: Mapped[float | None]
    width_m: Mapped[float | None]
    area: Mapped[WKBElement | None] = mapped_column(Geometry("POLYGON", srid=4326))
    status_vi: Mapped[str | None]
    source: Mapped[str]
    __table_args__ = (UniqueConstraint("project_id", "code"),)


class WorkFront(Versioned, Base):
    """Mũi thi công: the stretch (or area) that opens when the last case on it is handed over, or, with `run_m`, as soon
    as that many metres in one piece are free."""

    __tablename__ = "work_front"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id", ondelete="CASCADE"), index=True)
    code: Mapped[str]
    name_vi: Mapped[str]
    name_en: Mapped[str]
    kind: Mapped[str]  # the kind of works that the template builds on it: road, approach, pier_river, …
    from_m: Mapped[float | None]
    to_m: Mapped[float | None]
    area: Mapped[WKBElement | None] = mapped_column(Geometry("POLYGON", srid=4326))
    needs_land: Mapped[bool]
    run_m: Mapped[float | None]
    __table_args__ = (UniqueConstraint("project_id", "code"),)


class Corridor(Versioned, Base):
    """Phạm vi GPMB: a surveyed polygon, else the alignment widened by the right of way (`derived`).

    One is current; those before it stay for comparison.
    """

    __tablename__ = "corridor"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    version: Mapped[int] = mapped_column(server_default="1")
    is_current: Mapped[bool] = mapped_column(server_default="true")
    derived: Mapped[bool]
    source: Mapped[str]
    filename: Mapped[str | None]
    sha256: Mapped[str | None]
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=4326))
    __table_args__ = (
        UniqueConstraint("project_id", "version"),
        Index("uq_corridor_current", "project_id", unique=True, postgresql_where=text("is_current")),
    )


class Taking(Versioned, Base):
    """Diện tích thu hồi: what the current corridor takes of a parcel, measured in EPSG:5897.

    `rest_m2` is what stays of the parcel, `largest_rest_m2` its largest part in one piece.
    """

    __tablename__ = "taking"
    corridor_id: Mapped[int] = mapped_column(ForeignKey("corridor.id", ondelete="CASCADE"), primary_key=True)
    parcel_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("parcel.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    taken_m2: Mapped[float]
    rest_m2: Mapped[float]
    largest_rest_m2: Mapped[float]
