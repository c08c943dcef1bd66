"""The law of a case: its clocks on a day, and what a move would breach. Facts are stored, rules are files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.calendars import working_calendars
from api.context import Context
from api.lawfiles import bans, competences, rule_book
from api.usecases.case_facts import facts_of
from geo.tables import ClearanceCase, Parcel
from projects.calendars import VN5
from projects.codes import land_kind
from projects.errors import Fault
from projects.law.clock import Clock, Thresholds
from projects.law.clocks import clocks
from projects.law.facts import Fact
from projects.law.guards import Breach, check_lawful


def clocks_of_cases(
    session: Session,
    ctx: Context,
    codes: Sequence[str],
    *,
    today: date,
    thresholds: Thresholds | None = None,
    facts: Mapping[str, tuple[Fact, ...]] | None = None,
) -> dict[str, tuple[Clock, ...]]:
    """The clocks of each case on the day `today`, urgent ones first. Three queries whatever the number of cases."""
    told = facts_of(session, ctx, codes) if facts is None else facts
    lands = lands_of(session, codes)
    return {
        code: clocks(
            told.get(code, ()),
            book=rule_book(),
            today=today,
            office=working_calendars()[VN5],
            thresholds=thresholds,
            lands=lands.get(code, ()),
            bans=bans(),
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
    return check_lawful(
        step,
        wanted,
        (*told, *more),
        on=on,
        book=rule_book(),
        office=working_calendars()[VN5],
        bans=bans(),
        competences=competences(),
        lands=lands_of(session, [code]).get(code, ()),
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
