"""The one gate to projects and cases: a code that names nothing (or nothing for you) is NotFound."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.tables import ClearanceCase, PortfolioState, Project, Ward
from projects.errors import NotFound

# What no code can look like is answered without asking the database: it may hold a NUL byte or be endless.
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,63}")


def access_project(session: Session, code: str) -> Project:
    """The project with this code. Raises NotFound."""
    row = session.scalar(select(Project).where(Project.code == code)) if CODE.fullmatch(code) else None
    if row is None:
        raise NotFound("project", code)
    return row


def access_case(session: Session, code: str, *, for_update: bool = False) -> ClearanceCase:
    """The case with this code, read afresh; `for_update` holds its row until the transaction ends.

    Raises NotFound.
    """
    query = select(ClearanceCase).where(ClearanceCase.code == code).execution_options(populate_existing=True)
    if for_update:
        query = query.with_for_update()
    row = session.scalar(query) if CODE.fullmatch(code) else None
    if row is None:
        raise NotFound("case", code)
    return row


def project_code_of(session: Session, case: ClearanceCase) -> str:
    """The code of the project that a case belongs to."""
    return session.get_one(Project, case.project_id).code


def access_ward(session: Session, code: str) -> Ward:
    """The ward with this code. Raises NotFound."""
    row = session.get(Ward, code) if CODE.fullmatch(code) else None
    if row is None:
        raise NotFound("ward", code)
    return row


def portfolio_state(session: Session) -> PortfolioState:
    """The one row that says what was loaded and the data date. Raises NotFound before the first load."""
    row = session.get(PortfolioState, 1)
    if row is None:
        raise NotFound("portfolio", "data/portfolio")
    return row
