"""Compensation money of a project: how many approved plans are paid, and how much of what was approved was paid.

The denominator is what was approved by the day: cases with an approved plan, and their amounts. Where each case stands
is `projects.payments.money_track`, as on the page of the case; amounts are there for who may see them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import Calculation, calculation_key
from api.usecases.case_facts import facts_of
from api.usecases.weekly import sees_money
from geo import scope
from geo.tables import ClearanceCase, Holder, Project
from projects.law.facts import Fact
from projects.payments import MONEY, Money, money_track

MONEY_FACTS = ("approval.", "payment.")
UNPLANNED, SETTLED = "none", ("paid", "deposited")


@dataclass(frozen=True, slots=True)
class Standing:
    """The cases of one state of the money (a key of `MONEY`), and their đồng; None where the reader sees none.

    `unknown`: cases of it whose amounts are not known.
    """

    state: str
    cases: int
    approved: Decimal | None
    paid: Decimal | None
    unknown: int


@dataclass(frozen=True, slots=True)
class Disbursement:
    """What was paid of what was approved, by state; `planned` cases have an approved plan, of `cases` in all.

    `paid` holds what was put on deposit, which the law counts as paid.
    """

    cases: int
    planned: int
    settled: int
    approved: Decimal | None
    paid: Decimal | None
    unknown: int
    states: tuple[Standing, ...]

    @property
    def share(self) -> Decimal | None:
        """The part of the approved amount that was paid."""
        return None if not self.approved or self.paid is None else self.paid / self.approved


def disbursement_of(
    session: Session, ctx: Context, project: Project, made: Calculation, codes: Collection[str]
) -> Disbursement:
    """The disbursement over these cases on the day of the calculation."""
    tracks = money_tracks(session, ctx, project, made)
    shown = sees_money(ctx)
    chosen = [tracks[code] for code in codes]
    states = tuple(
        _standing(state, chosen, shown) for state in MONEY if any(m.state == state for m in chosen)
    )
    with_plan = [row for row in states if row.state != UNPLANNED]
    return Disbursement(
        cases=len(chosen),
        planned=sum(row.cases for row in with_plan),
        settled=sum(row.cases for row in with_plan if row.state in SETTLED),
        approved=sum((row.approved or Decimal(0) for row in with_plan), Decimal(0)) if shown else None,
        paid=sum((row.paid or Decimal(0) for row in with_plan), Decimal(0)) if shown else None,
        unknown=sum(row.unknown for row in with_plan),
        states=states,
    )


def money_tracks(session: Session, ctx: Context, project: Project, made: Calculation) -> Mapping[str, Money]:
    """Where the money of every case of the project stands on the day of the calculation.

    Without amounts, a state rests on the papers alone: for who does not see them.
    """
    shown, day = sees_money(ctx), made.data_date

    def make() -> dict[str, Money]:
        with scope.calculating(session):
            facts = facts_of(session, ctx, list(made.cases))
        return {code: _track(facts.get(code, ()), amounts.get(code), day) for code in made.cases}

    # Amounts are read under the reader's own rights: who sees fewer cases sees fewer of them.
    amounts = _approved(session, project) if shown else {}
    who = hash(frozenset(amounts.items()))
    key = ("money tracks", *calculation_key(session, ctx, project, day), shown, who)
    found: Mapping[str, Money] = ctx.cache.get(key, make)
    return found


def _approved(session: Session, project: Project) -> dict[str, Decimal]:
    rows = session.execute(
        select(ClearanceCase.code, Holder.amount_vnd)
        .join(Holder, Holder.case_id == ClearanceCase.id)
        .where(ClearanceCase.project_id == project.id, Holder.amount_vnd.is_not(None))
    )
    return {code: amount for code, amount in rows if amount is not None}


def _track(facts: Collection[Fact], approved: Decimal | None, day: date) -> Money:
    of_money = [fact for fact in facts if fact.kind.startswith(MONEY_FACTS)]
    approvals = [fact.on for fact in of_money if fact.kind.startswith("approval.")]
    if approvals and min(approvals) > day:
        approved = None  # it was approved after the day that is looked at
    return money_track(of_money, approved, today=day)


def _standing(state: str, tracks: list[Money], shown: bool) -> Standing:
    mine = [money for money in tracks if money.state == state]
    if not shown or state == UNPLANNED:
        return Standing(state, len(mine), None, None, 0)
    amounts = [(money.approved, _paid(money)) for money in mine]
    known = [(approved, paid) for approved, paid in amounts if approved is not None and paid is not None]
    return Standing(
        state,
        len(mine),
        sum((approved for approved, _ in known), Decimal(0)),
        sum((paid for _, paid in known), Decimal(0)),
        len(mine) - len(known),
    )


def _paid(money: Money) -> Decimal | None:
    """What was paid or deposited; a paper that says “in full” without an amount means what was approved."""
    if money.paid is not None and money.deposited is not None:
        return money.paid + money.deposited
    return money.approved if money.state in SETTLED else None


__all__ = ["Disbursement", "Standing", "disbursement_of", "money_tracks"]
