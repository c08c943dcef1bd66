"""Makes cases with their first line of history, without land."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from geo.history import case_state, record
from geo.tables import ClearanceCase
from tests.postgis.land_rows import WARD, add_project, add_ward

FIRST = date(2026, 3, 1)


def add_cases(
    session: Session, codes: Sequence[str], *, project: str = "TULIEN", step: str = "S80", told: bool = True
) -> list[ClearanceCase]:
    """A project with a ward and these cases, imported on the first day; without `told` no event says so."""
    add_ward(session)
    project_id = add_project(session, project).id
    cases = []
    for code in codes:
        case = ClearanceCase(
            project_id=project_id, code=code, ward_code=WARD, holder_kind="household", step=step,
            step_on=FIRST, is_demo=True, version=1,
        )  # fmt: skip
        session.add(case)
        session.flush()
        cases.append(case)
        if not told:
            continue
        record(
            session,
            kind="case.import",
            object_type="case",
            object_code=code,
            project_code=project,
            actor="nạp",
            effective_on=FIRST,
            after=case_state(case),
        )
    return cases
