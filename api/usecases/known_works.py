"""The works of a project, read and compiled once as long as its network stays the same."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.context import Context
from geo.networks import load_plan
from geo.tables import Project
from projects.works import Works, plan_works

# What the network's rows look like from outside: a new, changed or removed row changes a count or a newest change. Two
# writes of one transaction have the same number, so a transaction that writes reads anew.
STAMP = text(
    """
    select pg_current_xact_id_if_assigned() is not null,
           (select array[count(*), coalesce(max(change), 0)] from activity where project_id = :project),
           (select array[count(*), coalesce(max(change), 0)] from link where project_id = :project),
           (select array[count(*), coalesce(max(change), 0)] from work_front where project_id = :project),
           (select array[count(*), coalesce(max(change), 0)] from project_network where project_id = :project)
    """
)


def known_works(session: Session, ctx: Context, project: Project, day: date) -> Works | None:
    """The works of `project` on a data date, without land; None without a network.

    Land changes far more often than the network: its revision does not count here. What was known at another moment
    is read anew.
    """

    def make() -> Works | None:
        plan = load_plan(session, project, ctx.calendars)
        return None if plan is None else plan_works(plan, day)

    if ctx.known is not None:
        return make()
    writing, *counts = session.execute(STAMP, {"project": project.id}).one()
    if writing:
        return make()
    stamp = tuple(map(tuple, counts))
    made: Works | None = ctx.cache.get(("works", project.id, day, stamp), make)
    return made
