"""The records of a case: people with rights in it, what stands on the land, and the plan of compensation.

Codes are given per case and never again: P1 a party, K1 an inventory item, B1 a line of the plan. Money is whole đồng.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geo.tables.base import Base, Versioned


class OfCase:
    """The columns that tie a record to its case and say who sees it."""

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("clearance_case.id", ondelete="CASCADE"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), index=True)
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    version: Mapped[int] = mapped_column(server_default="1")


class Person(Versioned, Base):
    """A person, household or organisation, protected data; `ward_code` and `project_id` where it was entered first."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), index=True)
    kind: Mapped[str]  # person | household | organisation
    full_name: Mapped[str | None]
    id_number: Mapped[str | None] = mapped_column(index=True)
    birth_date: Mapped[date | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    address: Mapped[str | None]
    bank_account: Mapped[str | None]
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    version: Mapped[int] = mapped_column(server_default="1")


class CaseParty(OfCase, Versioned, Base):
    """A person's part in a case: `reach` present | absent | unreachable, `share` in percent, `signs` for the case.

    Who left the case stays with `active` false, because papers and facts name the code.
    """

    __tablename__ = "case_party"
    code: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[str]
    share: Mapped[Decimal | None]
    relation: Mapped[str | None]
    reach: Mapped[str] = mapped_column(server_default="present")
    signs: Mapped[bool] = mapped_column(server_default="false")
    active: Mapped[bool] = mapped_column(server_default="true")
    note: Mapped[str | None]
    __table_args__ = (UniqueConstraint("case_id", "code"), UniqueConstraint("case_id", "person_id"))


class InventoryItem(OfCase, Versioned, Base):
    """Something that stands on the land of a case, as it was counted; `party` is the code of its owner."""

    __tablename__ = "inventory_item"
    code: Mapped[str]
    kind: Mapped[str]
    description: Mapped[str]
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    condition: Mapped[str | None]
    party: Mapped[str | None]
    measured_on: Mapped[date]
    document: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default="true")
    __table_args__ = (UniqueConstraint("case_id", "code"),)


class Relocation(Versioned, Base):
    """Graves or a piece of a utility that must be moved: at a place of the project, with or without a case.

    `state`: counted → planned → paid → moved, reached on `state_on` by `document`. `count` graves or poles, `length_m`.
    """

    __tablename__ = "relocation"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), index=True)
    case_id: Mapped[int | None] = mapped_column(
        ForeignKey("clearance_case.id", ondelete="CASCADE"), index=True
    )
    code: Mapped[str]
    kind: Mapped[str]
    description: Mapped[str]
    owner: Mapped[str | None]
    count: Mapped[int]
    length_m: Mapped[Decimal | None]
    from_m: Mapped[Decimal | None]
    to_m: Mapped[Decimal | None]
    state: Mapped[str] = mapped_column(server_default="counted")
    state_on: Mapped[date]
    document: Mapped[str | None]
    note: Mapped[str | None]
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    version: Mapped[int] = mapped_column(server_default="1")
    __table_args__ = (UniqueConstraint("project_id", "code"),)


class CompensationPlan(OfCase, Versioned, Base):
    """A version of the plan of a case; approved by `document` on `decided_on` its lines stand for good.

    `reason`: why a version follows another (a correction, PA-13).
    """

    __tablename__ = "compensation_plan"
    number: Mapped[int]
    reason: Mapped[str | None]
    opened_step: Mapped[str]  # where the case stood when the version was begun
    document: Mapped[str | None]
    decided_on: Mapped[date | None]
    __table_args__ = (UniqueConstraint("case_id", "number"),)


class CompensationLine(OfCase, Versioned, Base):
    """A line of a version of the plan: quantity × price × coefficient = `amount_vnd` (a deduction is taken off)."""

    __tablename__ = "compensation_line"
    plan: Mapped[int]
    code: Mapped[str]
    kind: Mapped[str]
    description: Mapped[str]
    party: Mapped[str | None]
    item: Mapped[str | None]  # code of the inventory item
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    price_vnd: Mapped[Decimal]
    coefficient: Mapped[Decimal]
    amount_vnd: Mapped[Decimal]
    rule: Mapped[str | None]  # id of a rule of the law, such as TH-01
    basis: Mapped[str]
    level: Mapped[str]  # how far the basis was verified: A | B | C | U
    __table_args__ = (UniqueConstraint("case_id", "plan", "code"),)


class ResettlementPlot(Versioned, Base):
    """A plot of land or a flat of a resettlement site (`site` is its code in the project); `held` is not given out."""

    __tablename__ = "resettlement_plot"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    site: Mapped[str]
    ward_code: Mapped[str | None] = mapped_column(ForeignKey("ward.code"), index=True)
    code: Mapped[str]
    kind: Mapped[str]  # land | flat
    area_m2: Mapped[Decimal]
    held: Mapped[bool] = mapped_column(server_default="false")
    note: Mapped[str | None]
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    version: Mapped[int] = mapped_column(server_default="1")
    __table_args__ = (UniqueConstraint("project_id", "site", "code"),)


class Allocation(OfCase, Versioned, Base):
    """A plot given to a case, for one of its parties or ('') for the case; over when it was released, with a reason."""

    __tablename__ = "allocation"
    plot_id: Mapped[int] = mapped_column(ForeignKey("resettlement_plot.id", ondelete="CASCADE"))
    party: Mapped[str]
    drawn_on: Mapped[date]
    document: Mapped[str]
    handed_on: Mapped[date | None]
    hand_document: Mapped[str | None]
    released_on: Mapped[date | None]
    release_reason: Mapped[str | None]
    __table_args__ = (
        # Whatever races: a plot is with one case, and nobody holds two.
        Index("uq_allocation_plot", "plot_id", unique=True, postgresql_where="released_on is null"),
        Index("uq_allocation_party", "case_id", "party", unique=True, postgresql_where="released_on is null"),
    )
