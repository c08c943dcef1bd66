"""The land of the cases of projects, read once as long as no parcel and no front of them changes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.known_works import writer
from geo.case_land import CaseLand, load_case_land
from geo.tables import Project

# As for networks (`api.usecases.known_works`): a new, changed or removed row changes a count or a newest change.
STAMP = text(
    """
    select project_id, 1, count(*), max(change) from parcel
    where project_id = any(cast(:projects as smallint[])) group by 1
    union all
    select project_id, 2, count(*), max(change) from work_front
    where project_id = any(cast(:projects as smallint[])) group by 1
    union all
    select w.project_id, 3, count(*), max(f.change) from parcel_front f join work_front w on w.id = f.front_id
    where w.project_id = any(cast(:projects as smallint[])) group by 1
    order by 1, 2
    """
)


def known_land(session: Session, ctx: Context, projects: Sequence[Project]) -> dict[int, CaseLand]:
    """The land of each project's cases by its id. Cases move every day, their land seldom.

    What was known at another moment is read anew, and by a transaction that writes. Ask inside
    `geo.scope.calculating`.
    """
    if ctx.known is not None or writer(session) is not None:
        return load_case_land(session, projects)
    stamps: dict[int, list[object]] = {project.id: [] for project in projects}
    for number, *counts in session.execute(STAMP, {"projects": list(stamps)}):
        stamps[number].append(tuple(counts))
    keys = {p: ("land", p, tuple(stamp)) for p, stamp in stamps.items()}
    found: dict[int, CaseLand] = {
        p: kept for p, key in keys.items() if (kept := ctx.cache.peek(key)) is not None
    }
    missing = [p for p in projects if p.id not in found]
    if missing:
        found |= (fresh := load_case_land(session, missing))
        for project, land in fresh.items():
            ctx.cache.keep(keys[project], land)
    return found
