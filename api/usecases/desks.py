"""The desks of the cases of a project: clocks of all that are open, made once and kept until something changes.

Two stores. The rows of a project are kept by its revision, so that a page costs nothing while nobody writes. The desk
of each case is kept by what it is made from (its last events, facts, parcels and its state on the day), so that a write
costs the clocks of one case and not of five thousand. Both are made from all land, whoever asks, and hold no amounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from api.calendars import working_calendars
from api.context import Context
from api.usecases.calculation import Calculation, calculate, calculation_key, resolve_day
from api.usecases.case_facts import facts_of
from api.usecases.law_now import bans_of, law_of
from api.usecases.legal import anonymous, whole_rolls
from geo import scope
from geo.tables import Project
from projects.calendars import VN5
from projects.codes import land_kind
from projects.desk.desk import Desk
from projects.desk.lists import full_desk
from projects.law.clocks import make_frame
from projects.law.facts import Fact
from projects.law.settings import Law
from projects.model import CaseState

DONE = ("S105", "X2")  # the investor holds the land, or the boundary left it: nothing is left to do

# What the desk of a case is made from besides its state: a row that is written gets a newer change.
MADE_FROM = text(
    """
    select c.id, c.code, c.change, e.newest, f.changed as facts, p.changed as parcels, p.uses
    from clearance_case c
    left join (select object_code, max(id) as newest from event
               where object_type = 'case' and project_code = :code group by object_code) e on e.object_code = c.code
    left join (select case_id, max(change) as changed from case_fact where project_id = :project
               group by case_id) f on f.case_id = c.id
    left join (select q.case_id, max(q.change) as changed, array_agg(distinct q.land_use order by q.land_use) as uses
               from parcel q join clearance_case d on d.id = q.case_id where d.project_id = :project
               group by q.case_id) p on p.case_id = c.id
    where c.project_id = :project
    """
)


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A case with its desk. `held`: calendar days that the completion comes earlier when its whole group of `size`
    cases is handed over; 0 when it does not hold the critical path."""

    project: str
    case: CaseState
    desk: Desk
    held: int = 0
    size: int = 0
    drives: bool = False


@dataclass(slots=True)
class _Shelf:
    """Desks by case code, each with what it was made from."""

    kept: dict[str, tuple[object, Desk]] = field(default_factory=dict)


def desk_rows(
    session: Session, ctx: Context, project: Project, day: date, *, law: Law | None = None
) -> tuple[DeskRow, ...]:
    """The open cases of a project on a day with their desks, by code; `law` where it is known already."""
    law = law or law_of(session, ctx, today=day)

    def make() -> tuple[DeskRow, ...]:
        assert law is not None
        calculation = calculate(session, ctx, project, day)
        cases = [case for case in calculation.cases.values() if case.step not in DONE]
        shelf: _Shelf = ctx.cache.get(("desks", project.id, ctx.known, day, law.version), _Shelf)
        with scope.calculating(session):
            desks = _desks(session, ctx, project, cases, day, law, shelf)
        held = _held(calculation)
        return tuple(
            DeskRow(
                project.code,
                case,
                desks[case.code],
                *held.get(case.code, (0, 0)),
                calculation.drives(case.code),
            )
            for case in cases
        )

    rows: tuple[DeskRow, ...] = ctx.cache.get(
        ("desk rows", *calculation_key(session, ctx, project, day), law.version), make
    )
    return rows


def make_desks(session: Session, ctx: Context) -> None:
    """Makes the desks of all projects on the data date ahead of the first reader."""
    day = resolve_day(session, None)
    for project in session.scalars(select(Project)):
        desk_rows(session, ctx, project, day)


def _desks(
    session: Session, ctx: Context, project: Project, cases: list[CaseState], day: date, law: Law, shelf: _Shelf
) -> Mapping[str, Desk]:  # fmt: skip
    rows = session.execute(MADE_FROM, {"project": project.id, "code": project.code})
    made_from = {row.code: row for row in rows}
    rolls = whole_rolls(session, {made_from[case.code].id: case.code for case in cases})
    prints = {case.code: (*_print(case, made_from[case.code]), rolls[case.code].people) for case in cases}
    known = shelf.kept
    stale = [case for case in cases if known.get(case.code, (None,))[0] != prints[case.code]]
    told = facts_of(session, ctx, [case.code for case in stale]) if stale else {}
    bans, office = bans_of(law), working_calendars(law.holidays)[VN5]
    for case in stale:
        facts = told.get(case.code, ())
        frame = make_frame(
            map(_plain, facts), book=law.book, today=day, office=office,
            regime_override=law.override(project.code), thresholds=law.thresholds,
            lands=_lands(made_from[case.code].uses), bans=bans,
            people=anonymous(rolls[case.code], facts).people, payees=(),  # shared by readers who may not know people
        )  # fmt: skip
        desk = full_desk(frame, case.step, case.obstacle, lapse_days=law.lapse_days)
        known[case.code] = (prints[case.code], desk)
    return {case.code: known[case.code][1] for case in cases}


def _print(case: CaseState, row: Row[tuple[object, ...]]) -> tuple[object, ...]:
    return (case.step, case.obstacle, row.change, row.newest, row.facts, row.parcels, tuple(row.uses or ()))


def _plain(fact: Fact) -> Fact:
    """A fact without its amount: what is kept is shared by readers who may not see money."""
    return fact if fact.amount is None else replace(fact, amount=None)


def _lands(uses: list[str] | None) -> tuple[str, ...]:
    return tuple(sorted({land_kind(use) for use in uses or ()}))


def _held(calculation: Calculation) -> Mapping[str, tuple[int, int]]:
    """Days that the group of each critical case holds, and how many cases it has."""
    delay = calculation.delay
    return {} if delay is None else {d.code: (d.group_days, d.group_size) for d in delay.drivers}
