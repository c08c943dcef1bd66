"""The demo's accounts: one per role, with passwords that follow from this installation's secret.

They exist in demo mode only: in earnest the server lets none of them in. Nothing of them is the same on two machines,
so a demo left running has no password that the internet knows.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.context import Context
from api.passwords import hash_password, verify
from api.usecases.accounts import AccountChange, add_account
from api.usecases.facts import all_ward_labels, project_labels
from geo.people import scope_of
from geo.tables import Account, ClearanceCase, Project

WARDS = 3  # how many go to the ward accounts
SHOWN = "TULIEN"  # the project that the README walks through: its wards and its board come first
BOARD_PROJECTS = 3


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A name, what the person is, and the password of this installation."""

    name: str
    role: str
    vi: str
    en: str
    password: str


# Invented people: names of roles, not of persons.
_ACCOUNTS = (
    ("canbo", "ward_officer", "Cán bộ phường (minh hoạ)", "Ward officer (demo)"),
    ("lanhdao.phuong", "ward_leader", "Lãnh đạo phường (minh hoạ)", "Ward leader (demo)"),
    ("ban.qlda", "board", "Ban quản lý dự án (minh hoạ)", "Project board (demo)"),
    ("so.nganh", "department", "Sở, ngành (minh hoạ)", "Department (demo)"),
    ("lanhdao.tp", "leadership", "Lãnh đạo thành phố (minh hoạ)", "City leadership (demo)"),
    ("nhaplieu", "importer", "Người nạp dữ liệu (minh hoạ)", "Importer (demo)"),
    ("kiemtoan", "auditor", "Kiểm toán (minh hoạ)", "Auditor (demo)"),
    ("quantri", "administrator", "Quản trị hệ thống (minh hoạ)", "Administrator (demo)"),
)


def demo_accounts(secret: str) -> tuple[DemoAccount, ...]:
    """The accounts with their passwords on this installation."""
    return tuple(DemoAccount(n, role, vi, en, _password(secret, n)) for n, role, vi, en in _ACCOUNTS)


def demo_scopes(session: Session) -> dict[str, tuple[str, ...]]:
    """The demo accounts that can enter, each with the wards and projects it works for, in Vietnamese words."""
    wards, projects = all_ward_labels(session), project_labels(session)
    names = [name for name, *_ in _ACCOUNTS]
    usable = session.scalars(
        select(Account.name).where(Account.name.in_(names), Account.is_demo, Account.disabled_at.is_(None))
    )
    found: dict[str, tuple[str, ...]] = {}
    for name in usable:
        mine = scope_of(session, name)
        found[name] = (
            *(wards.get(code, code) for code in mine[0]),
            *(projects.get(code, (code, code))[0] for code in mine[1]),
        )
    return found


def load_demo_accounts(session: Session, ctx: Context, secret: str) -> int:
    """Makes the accounts that are missing and mends the passwords of an older secret; gives how many were made."""
    made = 0
    wards, projects = _wards(session), _projects(session)
    everything = tuple(session.scalars(select(Project.code).order_by(Project.sort)))
    for demo in demo_accounts(secret):
        row = session.get(Account, demo.name)
        if row is not None:
            if row.is_demo and not verify(row.password_hash, demo.password):
                row.password_hash, row.must_change = hash_password(demo.password), False
                row.epoch += 1
            continue
        in_ward = demo.role in ("ward_officer", "ward_leader")
        wanted = AccountChange(
            display_name=demo.vi,
            role=demo.role,
            wards=wards if in_ward else (),
            projects={"board": projects, "importer": projects, "department": everything}.get(demo.role, ()),
        )
        if (in_ward and not wards) or (
            demo.role in ("board", "importer", "department") and not wanted.projects
        ):
            continue  # nothing loaded yet that they could work on
        add_account(session, ctx, demo.name, wanted, password=demo.password, demo=True)
        made += 1
    return made


def _wards(session: Session) -> tuple[str, ...]:
    """The wards with most cases, those of the project that is shown first."""
    shown = func.count(ClearanceCase.id).filter(Project.code == SHOWN)
    query = (
        select(ClearanceCase.ward_code)
        .join(Project, Project.id == ClearanceCase.project_id)
        .group_by(ClearanceCase.ward_code)
        .order_by(shown.desc(), func.count(ClearanceCase.id).desc(), ClearanceCase.ward_code)
        .limit(WARDS)
    )
    return tuple(session.scalars(query))


def _projects(session: Session) -> tuple[str, ...]:
    """The first projects of the portfolio that have cases, the one that is shown before all."""
    query = (
        select(Project.code)
        .join(ClearanceCase, ClearanceCase.project_id == Project.id)
        .group_by(Project.code, Project.sort)
        .order_by((Project.code == SHOWN).desc(), Project.sort)
        .limit(BOARD_PROJECTS)
    )
    return tuple(session.scalars(query))


def _password(secret: str, name: str) -> str:
    digest = hmac.new(secret.encode(), b"demo\0" + name.encode(), hashlib.sha256).hexdigest()
    return "-".join(digest[at : at + 4] for at in range(0, 16, 4))
