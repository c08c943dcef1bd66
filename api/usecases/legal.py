"""The law of a case: its clocks on a day, and what a move would breach. Facts are stored, rules are files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.calendars import working_calendars
from api.context import Context
from api.usecases.case_facts import facts_of
from api.usecases.law_now import bans_of, law_of
from api.usecases.may import is_command
from geo.tables import ClearanceCase, Parcel, Project
from projects.calendars import VN5
from projects.codes import land_kind
from projects.errors import Fault
from projects.law.blackouts import Bans
from projects.law.clock import Clock
from projects.law.clocks import clocks
from projects.law.facts import Fact
from projects.law.guards import Breach, check_lawful
from projects.law.settings import Law

SOMEBODY = "P?"  # one or several of whom the reader may not be told more
ROLL = text("select case_id, people, payees from case_roll(:cases)")


@dataclass(frozen=True, slots=True)
class Roll:
    """Codes of those of a case who must be served, and of those who are paid under its last plan."""

    people: tuple[str, ...] = ()
    payees: tuple[str, ...] = ()


def clocks_of_cases(
    session: Session,
    ctx: Context,
    codes: Sequence[str],
    *,
    today: date,
    facts: Mapping[str, tuple[Fact, ...]] | None = None,
) -> dict[str, tuple[Clock, ...]]:
    """The clocks of each case on the day `today`, urgent ones first. As few queries for many cases."""
    told = facts_of(session, ctx, codes) if facts is None else facts
    lands, law = lands_of(session, codes), law_of(session, ctx, today=today)
    projects, bans = projects_of(session, codes) if law.overrides else {}, bans_of(law)
    rolls = rolls_of(session, ctx, codes, told)
    return {
        code: clocks(
            told.get(code, ()),
            book=law.book,
            today=today,
            office=working_calendars(law.holidays)[VN5],
            regime_override=law.override(projects.get(code)),
            thresholds=law.thresholds,
            lands=lands.get(code, ()),
            bans=bans,
            people=rolls[code].people,
            payees=rolls[code].payees,
        )
        for code in codes
    }


def breaches_of(
    session: Session,
    ctx: Context,
    code: str,
    *,
    step: str,
    wanted: str,
    on: date,
    facts: Sequence[Fact] | None = None,
    more: Sequence[Fact] = (),
) -> tuple[Breach, ...]:
    """What a move of the case from `step` to `wanted` on day `on` would breach.

    `facts`: those of the case where they are known already; `more`: facts entered with the move.
    """
    told = facts_of(session, ctx, [code]).get(code, ()) if facts is None else facts
    law = law_of(session, ctx, today=on)
    project = projects_of(session, [code]).get(code) if law.overrides else None
    lands = lands_of(session, [code]).get(code, ())
    all_told = (*told, *more)
    people = rolls_of(session, ctx, [code], {code: all_told})[code].people
    return _breaches(
        law, bans_of(law), all_told, lands, project, step=step, wanted=wanted, on=on, people=people
    )


def breaches_of_cases(
    session: Session, ctx: Context, moves: Mapping[str, tuple[str, str]], *, on: date
) -> dict[str, tuple[Breach, ...]]:
    """What moves of several cases, each from a step to a wanted one on day `on`, would breach, in few queries."""
    codes = list(moves)
    told, lands, law = facts_of(session, ctx, codes), lands_of(session, codes), law_of(session, ctx, today=on)
    projects, bans = projects_of(session, codes) if law.overrides else {}, bans_of(law)
    rolls = rolls_of(session, ctx, codes, told)
    return {
        code: _breaches(
            law,
            bans,
            told.get(code, ()),
            lands.get(code, ()),
            projects.get(code),
            step=step,
            wanted=wanted,
            on=on,
            people=rolls[code].people,
        )
        for code, (step, wanted) in moves.items()
    }


def _breaches(
    law: Law, bans: Bans, facts: Sequence[Fact], lands: Sequence[str], project: str | None, *,
    step: str, wanted: str, on: date, people: Sequence[str],
) -> tuple[Breach, ...]:  # fmt: skip
    return check_lawful(
        step,
        wanted,
        facts,
        on=on,
        book=law.book,
        office=working_calendars(law.holidays)[VN5],
        bans=bans,
        competences=law.competences,
        delegations=law.delegations,
        regime_override=law.override(project),
        lands=lands,
        people=people,
    )


def law_faults(breaches: Sequence[Breach]) -> list[Fault]:
    """Those that refuse the move, as faults of the form."""
    return [breach.fault for breach in breaches if breach.blocking]


def lands_of(session: Session, codes: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The kinds of land (agri, non_agri) that the parcels of each case have."""
    rows = session.execute(
        select(ClearanceCase.code, Parcel.land_use)
        .join(Parcel, Parcel.case_id == ClearanceCase.id)
        .where(ClearanceCase.code.in_(codes))
        .distinct()
    )
    found: dict[str, set[str]] = {}
    for code, land_use in rows:
        found.setdefault(code, set()).add(land_kind(land_use))
    return {code: tuple(sorted(kinds)) for code, kinds in found.items()}


def rolls_of(
    session: Session, ctx: Context, codes: Sequence[str], told: Mapping[str, Sequence[Fact]]
) -> dict[str, Roll]:
    """Who must be served and who is paid, by case, as the reader may know it. `told`: the facts of each case."""
    rows = session.execute(select(ClearanceCase.id, ClearanceCase.code).where(ClearanceCase.code.in_(codes)))
    found = dict.fromkeys(codes, Roll()) | whole_rolls(session, dict(rows.all()))
    if is_command(ctx) or ctx.principal.role.people:
        return found
    return {code: anonymous(roll, told.get(code, ())) for code, roll in found.items()}


def whole_rolls(session: Session, ids: Mapping[int, str]) -> dict[str, Roll]:
    """The rolls of cases (id → code) in the session's reach, whoever asks."""
    rows = session.execute(ROLL, {"cases": list(ids)}) if ids else ()
    return {ids[number]: Roll(tuple(people), tuple(payees)) for number, people, payees in rows}


def anonymous(roll: Roll, facts: Sequence[Fact]) -> Roll:
    """A roll for who may not read people's data: those whom the facts name, and all others together as `SOMEBODY`.

    Lawful days stay the same: nothing is recorded for any of the others, so they stand alike.
    """
    named = {fact.party for fact in facts}
    return Roll(_told(roll.people, named), _told(roll.payees, named))


def _told(codes: Sequence[str], named: Collection[str]) -> tuple[str, ...]:
    seen = tuple(code for code in codes if code in named)
    return seen if len(seen) == len(codes) else (*seen, SOMEBODY)


def projects_of(session: Session, codes: Sequence[str]) -> dict[str, str]:
    """The project of each case, by code."""
    rows = session.execute(
        select(ClearanceCase.code, Project.code)
        .join(Project, Project.id == ClearanceCase.project_id)
        .where(ClearanceCase.code.in_(codes))
    )
    return dict(rows.all())
