"""The works of a project, read and compiled once as long as its network stays the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.calendars import holiday_list
from api.context import Context
from api.usecases.law_now import calendars_on, law_of
from geo.networks import load_plan
from geo.tables import Project
from projects.works import Works, plan_works

# What the network's rows look like from outside: a new, changed or removed row changes a count or a newest change. Two
# writes of one transaction have the same number, so a transaction that writes reads anew.
STAMP = text(
    """
    select project_id, kind, count(*), max(change)
    from (
        select project_id, 1 as kind, change from activity
        union all select project_id, 2, change from link
        union all select project_id, 3, change from work_front
        union all select project_id, 4, change from project_network
    ) rows
    where project_id = any(cast(:projects as smallint[]))
    group by 1, 2
    order by 1, 2
    """
)
WRITING = text("select pg_current_xact_id_if_assigned() is not null")


def known_works(
    session: Session, ctx: Context, projects: Sequence[Project], day: date
) -> dict[int, Works | None]:
    """The works of each project on a data date, without land, by its id; None without a network.

    Land changes far more often than the network: its revision does not count here. What was known at another moment
    is read anew.
    """
    law = law_of(session, ctx, today=day)
    calendars = calendars_on(session, ctx, day)
    stamps: dict[int, list[object]] | None = None
    if ctx.known is None and not session.scalar(WRITING):
        stamps = {project.id: [] for project in projects}
        for number, *counts in session.execute(STAMP, {"projects": list(stamps)}):
            stamps[number].append(tuple(counts))
    found: dict[int, Works | None] = {}
    for project in projects:

        def make(project: Project = project) -> Works | None:
            plan = load_plan(session, project, calendars)
            if plan is None:
                return None
            return plan_works(replace(plan, holidays=holiday_list(law.holidays)), day)

        key = None if stamps is None else ("works", project.id, day, law.holidays, tuple(stamps[project.id]))
        found[project.id] = make() if key is None else ctx.cache.get(key, make)
    return found
