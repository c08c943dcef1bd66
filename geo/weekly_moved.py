"""Reads graves and utilities for the weekly table: each with its place, and its state at the end of a day.

The state comes from the history, for the row has only the present one; what was put in without a record stands from
its own day on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.weekly import DISTRICTS, OLD_WARD, PART
from projects.weekly.moved import MOVED, Thing, state_then

THINGS = text(
    f"""
    with {OLD_WARD}, {PART}
    select r.project_id, r.code, coalesce(part.component, '') as component, r.ward_code as ward,
           coalesce(old_ward.district, '') as district, r.kind, r.count as things, r.state,
           r.state_on, r.is_demo as demo
    from relocation r
    left join part on part.case_id = r.case_id
    left join old_ward on old_ward.ward_code = r.ward_code
    where r.project_id = any(:projects) order by r.project_id, r.code
    """
)
TOLD = text(
    """
    select project_code, after from event
    where project_code = any(:codes) and object_type in ('relocation', 'inventory')
      and kind in ('relocation.add', 'relocation.move') order by id
    """
)


def read_things(session: Session, projects: Mapping[int, str], *, day: date) -> tuple[Thing, ...]:
    """What was counted by the end of `day` in the way of `projects` (id → code), as far as the session sees it."""
    asked = {"projects": list(projects), "codes": list(projects.values()), "districts": list(DISTRICTS)}
    told: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for project, after in session.execute(TOLD, asked):
        told[project, str(after.get("code"))].append(after)
    found = []
    for row in session.execute(THINGS, asked):
        project = projects[row.project_id]
        said = told.get((project, row.code)) or [{"state": row.state, "state_on": row.state_on.isoformat()}]
        state = state_then(said, day)
        if state is not None:
            place = (project, row.component, row.ward, row.district)
            found.append(Thing(*place, row.kind, row.things, state == MOVED, row.demo, row.code))
    return tuple(found)
