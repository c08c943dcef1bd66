"""What the portfolio files say: wards, projects, their parts, milestones, claims and resettlement sites."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import BigInteger, Text

from geo.tables.base import Base, Versioned


class Ward(Versioned, Base):
    """One of the 126 wards and communes: facts typed by us, boundary loaded from an official file."""

    __tablename__ = "ward"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    unit_type: Mapped[str]  # 'phường' or 'xã'
    area_km2: Mapped[Decimal]
    centre_lat: Mapped[float]
    centre_lon: Mapped[float]
    boundary: Mapped[WKBElement | None] = mapped_column(Geometry("MULTIPOLYGON", srid=4326))
    boundary_source: Mapped[str | None]


class WardHistory(Base):
    """An old district, ward or commune and one ward of today that has land of it; published, with its source.

    Texts are '' where the source is silent. `share`: whole | part | ''.
    """

    __tablename__ = "ward_history"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    old_level: Mapped[str]  # quận | huyện | thị xã | phường | xã | thị trấn
    old_name: Mapped[str]
    old_district: Mapped[str]  # of an old ward or commune
    old_code: Mapped[str] = mapped_column(index=True)  # what map series are called by
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code", ondelete="CASCADE"), index=True)
    share: Mapped[str]
    source: Mapped[str]
    __table_args__ = (
        UniqueConstraint("old_name", "old_district", "ward_code"),
        CheckConstraint("share in ('whole', 'part', '')", name="share_known"),
        CheckConstraint("source <> ''", name="sourced"),
    )


class Project(Versioned, Base):
    """A project of the portfolio. `planned_finish` is a sourced date, never derived from the network."""

    __tablename__ = "project"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_vi: Mapped[str]
    name_en: Mapped[str]
    kind: Mapped[str]  # road | bridge | lakeside | site | programme
    group_vi: Mapped[str]
    group_en: Mapped[str]
    parent_code: Mapped[str | None]
    investor: Mapped[str | None]
    investment: Mapped[Decimal | None]  # tỷ đồng
    length_m: Mapped[float | None]  # as published
    area_ha: Mapped[Decimal | None]  # as published
    started_on: Mapped[date | None]
    planned_finish: Mapped[date | None]
    planned_label_vi: Mapped[str | None]  # what the plan says in words, e.g. "Quý IV/2026"
    planned_source: Mapped[str | None]
    template: Mapped[str | None]  # network template, data/templates/<name>.toml
    sort: Mapped[int]
    bottlenecks: Mapped[list[str]] = mapped_column(ARRAY(Text))
    facts: Mapped[dict[str, Any]]  # short_name_vi, short_name_en, summary_vi, summary_en, notes …
    source_file: Mapped[str]
    # Grows in every transaction that changes something of the project, under the row's lock: what is
    # computed from the project may be kept as long as this number stays the same.
    revision: Mapped[int] = mapped_column(BigInteger, server_default="0")


class Component(Versioned, Base):
    """Dự án thành phần: a part of a project with its own owner and money."""

    __tablename__ = "component"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    code: Mapped[str]
    name_vi: Mapped[str]
    name_en: Mapped[str]
    investor: Mapped[str | None]
    investment: Mapped[Decimal | None]  # tỷ đồng
    note_vi: Mapped[str | None]
    source: Mapped[str]
    __table_args__ = (UniqueConstraint("project_id", "code"),)


class Milestone(Versioned, Base):
    """Mốc: planned date with its source; the forecast comes from the activity it is tied to."""

    __tablename__ = "milestone"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    code: Mapped[str]
    name_vi: Mapped[str]
    name_en: Mapped[str]
    planned_on: Mapped[date | None]
    planned_label_vi: Mapped[str | None]
    actual_on: Mapped[date | None]
    activity_code: Mapped[str | None]  # node of the network; 'LAND' = last handover of all land
    source: Mapped[str]
    __table_args__ = (UniqueConstraint("project_id", "code"),)


class Claim(Versioned, Base):
    """A published figure: quoted with its date and source, never mixed with counted rows."""

    __tablename__ = "claim"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    code: Mapped[str]
    subject_vi: Mapped[str]
    subject_en: Mapped[str]
    ward_code: Mapped[str | None] = mapped_column(ForeignKey("ward.code"))
    value: Mapped[Decimal | None]
    numerator: Mapped[Decimal | None]
    denominator: Mapped[Decimal | None]
    unit: Mapped[str]
    quoted_percent: Mapped[str | None]  # as printed, even when the arithmetic is wrong
    as_of: Mapped[date | None]
    as_of_label: Mapped[str | None]  # when the source gives a month or "cuối 2025" only
    source: Mapped[str]
    confidence: Mapped[str]  # V2 | V | E | I | U, as in the fact sheet
    note_vi: Mapped[str | None]
    __table_args__ = (UniqueConstraint("project_id", "code"),)


class ProjectWard(Versioned, Base):
    """A ward that a project crosses; `basis` says whether a source states it or only our line does."""

    __tablename__ = "project_ward"
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), primary_key=True)
    basis: Mapped[str]  # 'source' | 'map'


class ResettlementSite(Versioned, Base):
    """Khu tái định cư that a source names for a project; `ready_on`: its plots can be handed over from that day on,
    None where they can be now."""

    __tablename__ = "resettlement_site"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    code: Mapped[str]
    name_vi: Mapped[str]
    ward_code: Mapped[str | None] = mapped_column(ForeignKey("ward.code"))
    plots: Mapped[int | None]
    area_ha: Mapped[Decimal | None]
    ready_on: Mapped[date | None]
    note_vi: Mapped[str | None]
    source: Mapped[str]
    __table_args__ = (UniqueConstraint("project_id", "code"),)


class PortfolioState(Versioned, Base):
    """One row: the data date that the portfolio stands on and the hash of the files it was loaded from."""

    __tablename__ = "portfolio_state"
    id: Mapped[int] = mapped_column(primary_key=True)
    data_date: Mapped[date]
    files_sha256: Mapped[str]
    demo_seed: Mapped[int | None]
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
