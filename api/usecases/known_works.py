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
from geo.networks import load_plans_of
from geo.tables import Project
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
_WRITER = text("select cast(pg_current_xact_id_if_assigned() as text)")


def writer(session: Session) -> str | None:
    """The number of this transaction if it has written, else None.

    What it wrote may be taken back, and the next to write makes the same revision: what is made of it may be kept under
    this number only.
    """
    number: str | None = session.scalar(_WRITER)
    return number


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
    if ctx.known is None and writer(session) is None:
        stamps = {project.id: [] for project in projects}
        for number, *counts in session.execute(STAMP, {"projects": list(stamps)}):
            stamps[number].append(tuple(counts))
    keys = {p.id: (p.id, law.holidays, tuple(stamps[p.id])) if stamps else None for p in projects}
    found: dict[int, Works | None] = {}
    for number, key in keys.items():
        if key and (kept := ctx.cache.peek(("works", *key, day))) is not None:
            found[number] = kept
    plans = {n: ctx.cache.peek(("plan", *key)) for n, key in keys.items() if key and n not in found}
    missing = [p for p in projects if p.id not in found and plans.get(p.id) is None]
    if missing:
        plans |= load_plans_of(session, missing, calendars)
    for number, plan in plans.items():
        works = found[number] = _works(plan, holiday_list(law.holidays), day)
        if plan is not None and (key := keys[number]):
            ctx.cache.keep(("plan", *key), plan)
            ctx.cache.keep(("works", *key, day), works)
    return found


def _works(plan: Plan | None, holidays: str, day: date) -> Works | None:
    return None if plan is None else plan_works(replace(plan, holidays=holidays), day)
