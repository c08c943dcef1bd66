"""People: accounts with their scopes, sessions, tokens, sign-ins; and the protected data of holders.

An account is known by its name, which is never given to somebody else: the history names it. Times are the database's.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import BigInteger, Text

from geo.tables.base import Base, Versioned


class Account(Base):
    """A local account. `epoch` grows with every change of password, role, scope or state: older sessions end."""

    __tablename__ = "account"
    name: Mapped[str] = mapped_column(primary_key=True)
    display_name: Mapped[str]
    role: Mapped[str]
    person: Mapped[str]  # the human being: equal for two accounts of one person (staff number, else the name)
    organisation: Mapped[str | None]
    password_hash: Mapped[str]
    must_change: Mapped[bool]
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    epoch: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    created_by: Mapped[str]
    disabled_at: Mapped[datetime | None]
    __table_args__ = (CheckConstraint("name ~ '^[a-z0-9][a-z0-9._-]{1,39}$'", name="name_plain"),)


class AccountScope(Base):
    """A ward or a project that an account works for."""

    __tablename__ = "account_scope"
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    __table_args__ = (CheckConstraint("kind in ('ward', 'project')", name="kind_known"),)


class Delegation(Base):
    """Uỷ quyền: `taker` may act on behalf of `giver` from `starts_on` to `ends_on`, both inclusive."""

    __tablename__ = "delegation"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    giver: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    taker: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("giver <> taker", name="two_accounts"),
        CheckConstraint("starts_on <= ends_on", name="in_order"),
    )


class LoginSession(Base):
    """A signed-in browser; the cookie's secret is kept as SHA-256 only."""

    __tablename__ = "login_session"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    epoch: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    network: Mapped[str]
    agent: Mapped[str]
    device: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None]


class ApiToken(Base):
    """A program's key: acts for its account, within `scopes` ('read', 'write'), until it expires."""

    __tablename__ = "api_token"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    name: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class SignIn(Base):
    """One try to sign in, append-only. `account` only when it exists: people type passwords into the wrong field."""

    __tablename__ = "sign_in"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    account: Mapped[str | None]
    outcome: Mapped[str]  # ok | wrong | locked | disabled | unknown
    network: Mapped[str]
    agent: Mapped[str]
    __table_args__ = (Index(None, "account", "at"), Index(None, "network", "at"))


class RateWindow(Base):
    """Hits of one key in one window, shared by all workers; an unlogged table."""

    __tablename__ = "rate_window"
    key: Mapped[str] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)
    hits: Mapped[int]
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)


class Holder(Versioned, Base):
    """Chủ sử dụng: the protected data of a case, one row a case. `amount_vnd` is the approved compensation in đồng."""

    __tablename__ = "holder"
    case_id: Mapped[int] = mapped_column(
        ForeignKey("clearance_case.id", ondelete="CASCADE"), primary_key=True
    )
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), index=True)
    full_name: Mapped[str | None]
    id_number: Mapped[str | None]
    birth_date: Mapped[date | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    address: Mapped[str | None]
    bank_account: Mapped[str | None]
    amount_vnd: Mapped[Decimal | None]
    is_demo: Mapped[bool]
    version: Mapped[int] = mapped_column(server_default="1")


class Proposal(Base):
    """Đề nghị: a change that needs a second person. `body` is the change as it was asked for, `seen` its version.

    Nobody who stands in (`proposed_by`, `person`, `on_behalf_of`, `device`) may confirm it.
    """

    __tablename__ = "proposal"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("clearance_case.id", ondelete="CASCADE"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), index=True)
    kind: Mapped[str]  # case.step | holder.amount
    body: Mapped[dict[str, Any]]
    seen: Mapped[int]
    proposed_by: Mapped[str] = mapped_column(ForeignKey("account.name"))
    person: Mapped[str]
    on_behalf_of: Mapped[str | None]
    device: Mapped[str]
    proposed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    event_id: Mapped[int] = mapped_column(BigInteger)  # the event that tells of the proposal
    state: Mapped[str] = mapped_column(server_default="pending")  # pending | confirmed | refused | stale
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("state in ('pending', 'confirmed', 'refused', 'stale')", name="state_known"),
        CheckConstraint("decided_by is distinct from proposed_by", name="two_people"),
        # One open proposal of a kind for a case: two would be decided against each other.
        Index("uq_proposal_open", "case_id", "kind", unique=True, postgresql_where=text("state = 'pending'")),
    )
