"""The works of a project, read and compiled once as long as its network stays the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.calendars import Changes, holiday_list
from api.context import Context
from api.usecases.law_now import calendars_on, law_of
from geo.networks import load_plan
from geo.tables import Project
from projects.calendars import Calendar
from projects.plan import Plan
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

    Land changes far more often than the network: its revision does not count here, and the rows are the same whatever
    the day. What was known at another moment is read anew.
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
        if stamps is None:
            found[project.id] = _works(_read(session, project, calendars, law.holidays), day)
            continue
        key = (project.id, law.holidays, tuple(stamps[project.id]))
        if (kept := ctx.cache.peek(("works", *key, day))) is None:
            read = partial(_read, session, project, calendars, law.holidays)
            kept = _works(ctx.cache.get(("plan", *key), read), day)
            ctx.cache.keep(("works", *key, day), kept)
        found[project.id] = kept
    return found


def _read(
    session: Session, project: Project, calendars: Mapping[str, Calendar], changes: Changes
) -> Plan | None:
    plan = load_plan(session, project, calendars)
    return None if plan is None else replace(plan, holidays=holiday_list(changes))


def _works(plan: Plan | None, day: date) -> Works | None:
    return None if plan is None else plan_works(plan, day)
