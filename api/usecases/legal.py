"""The law of a case: its clocks on a day, and what a move would breach. Facts are stored, rules are files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.calendars import working_calendars
from api.context import Context
from api.usecases.case_facts import facts_of
from api.usecases.law_now import bans_of, law_of
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


def clocks_of_cases(
    session: Session,
    ctx: Context,
    codes: Sequence[str],
    *,
    today: date,
    facts: Mapping[str, tuple[Fact, ...]] | None = None,
) -> dict[str, tuple[Clock, ...]]:
    """The clocks of each case on the day `today`, urgent ones first. Five queries whatever the number of cases."""
    told = facts_of(session, ctx, codes) if facts is None else facts
    lands, law = lands_of(session, codes), law_of(session, ctx, today=today)
    projects, bans = projects_of(session, codes) if law.overrides else {}, bans_of(law)
    return {
        code: clocks(
            told.get(code, ()),
            book=law.book,
            today=today,
            office=working_calendars()[VN5],
            regime_override=law.override(projects.get(code)),
            thresholds=law.thresholds,
            lands=lands.get(code, ()),
            bans=bans,
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
    return _breaches(law, bans_of(law), (*told, *more), lands, project, step=step, wanted=wanted, on=on)


def breaches_of_cases(
    session: Session, ctx: Context, moves: Mapping[str, tuple[str, str]], *, on: date
) -> dict[str, tuple[Breach, ...]]:
    """What moves of several cases, each from a step to a wanted one on day `on`, would breach. Five queries in all."""
    codes = list(moves)
    told, lands, law = facts_of(session, ctx, codes), lands_of(session, codes), law_of(session, ctx, today=on)
    projects, bans = projects_of(session, codes) if law.overrides else {}, bans_of(law)
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
        )
        for code, (step, wanted) in moves.items()
    }


def _breaches(
    law: Law, bans: Bans, facts: Sequence[Fact], lands: Sequence[str], project: str | None, *,
    step: str, wanted: str, on: date,
) -> tuple[Breach, ...]:  # fmt: skip
    return check_lawful(
        step,
        wanted,
        facts,
        on=on,
        book=law.book,
        office=working_calendars()[VN5],
        bans=bans,
        competences=law.competences,
        delegations=law.delegations,
        regime_override=law.override(project),
        lands=lands,
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


def projects_of(session: Session, codes: Sequence[str]) -> dict[str, str]:
    """The project of each case, by code."""
    rows = session.execute(
        select(ClearanceCase.code, Project.code)
        .join(Project, Project.id == ClearanceCase.project_id)
        .where(ClearanceCase.code.in_(codes))
    )
    return dict(rows.all())
