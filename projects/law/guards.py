"""Whether a step is lawful on a day: every legal fault, with rule and article.

It goes with `projects.clearance`, which judges the order of the steps, the document and the reason. Here: facts that
the law puts before the step, days before the earliest lawful one, the lapse of the notice, bans, and the way back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from projects.calendars import Calendar
from projects.law.back_guards import back_faults
from projects.law.blackouts import Bans
from projects.law.breach import Breach, Move
from projects.law.clock import Frame
from projects.law.clocks import make_frame
from projects.law.competence import SIGNED, Competences, Delegation, competent
from projects.law.days import CIVIL_CODE, Counting
from projects.law.enforcement_guards import (
    carry_out_inventory,
    carry_out_recovery,
    compel_inventory,
    decide_enforcement,
    enforce_inventory,
    persuade_handover,
)
from projects.law.facts import Fact
from projects.law.plan_guards import appraise, discuss
from projects.law.recovery_guards import decide_recovery, hand_over_early
from projects.law.regime import Override
from projects.law.rules import RuleBook
from projects.law.waiting import notice_of
from projects.steps import STEPS

__all__ = ["Breach", "Court", "Move", "check_lawful", "first_lawful_day", "judge"]

Guard = Callable[[Frame, Move], list[Breach]]

# Steps that may not be taken on a notice that lapsed: all work between the notice and the recovery decision.
_ON_NOTICE = ("S31", "S32", "S33", "S30", "S40", "S50", "S60", "S61", "S70", "S80", "S85", "S90")


@dataclass(frozen=True, slots=True)
class Court:
    """What a move is held against besides the facts: rules, office calendar, bans, competence, and what the case is.

    Without `bans` or `competences` those are not judged. `people`, `lands`, `override`: see `Frame`.
    """

    book: RuleBook
    office: Calendar
    bans: Bans | None = None
    competences: Competences | None = None
    delegations: tuple[Delegation, ...] = ()
    override: Override | None = None
    people: tuple[str, ...] = ()
    lands: tuple[str, ...] = ()
    counting: Counting = CIVIL_CODE


def check_lawful(
    step: str,
    wanted: str,
    facts: Iterable[Fact],
    *,
    on: date,
    book: RuleBook,
    office: Calendar,
    bans: Bans | None = None,
    competences: Competences | None = None,
    delegations: Sequence[Delegation] = (),
    regime_override: Override | None = None,
    people: Sequence[str] = (),
    lands: Sequence[str] = (),
    counting: Counting = CIVIL_CODE,
) -> tuple[Breach, ...]:
    """Every breach of the law by a move from `step` to `wanted` that takes effect on day `on`; empty: lawful.

    `facts`: all facts of the case that stand, those entered together with the move included, without the move itself.
    A breach with `blocking` False is shown and does not refuse: its rule is not verified, or only a ground is unknown.
    """
    court = Court(
        book,
        office,
        bans,
        competences,
        tuple(delegations),
        regime_override,
        tuple(people),
        tuple(lands),
        counting,
    )
    return judge(Move(step, wanted, on), facts, court)


def judge(move: Move, facts: Iterable[Fact], court: Court) -> tuple[Breach, ...]:
    """`check_lawful` for a move and all that it is held against as values."""
    if move.step not in STEPS or move.wanted not in STEPS or "X1" in (move.step, move.wanted):
        return ()  # a pause and its end change nothing that the law asks for
    frame = make_frame(
        facts, book=court.book, today=move.on, office=court.office, regime_override=court.override,
        people=court.people, lands=court.lands, bans=court.bans, counting=court.counting,
    )  # fmt: skip
    found = [breach for guard in _guards() for breach in guard(frame, move)]
    if court.competences is not None and move.wanted in SIGNED:
        who = competent(court.competences, SIGNED[move.wanted], on=move.on, delegations=court.delegations)
        if who.warning:
            vi, en = who.warning.vi, who.warning.en
            found.append(Breach(who.rule or "J", who.basis, "signer", vi, en, blocking=False))
    return tuple(found)


def first_lawful_day(
    step: str, wanted: str, facts: Iterable[Fact], *, start: date, court: Court, horizon: int = 400
) -> date | None:
    """The first day from `start` on which the move is lawful with the facts as they are; None when only waiting does
    not help: a fact is missing, or the notice lapses before. Looks `horizon` days ahead.
    """
    known = tuple(facts)
    for ahead in range(horizon + 1):
        day = start + timedelta(days=ahead)
        blocking = [breach for breach in judge(Move(step, wanted, day), known, court) if breach.blocking]
        if not blocking:
            return day
        coming = any(fact.on > day for fact in known)
        if not coming and any(_lasts(breach) for breach in blocking):
            return None
    return None


def _lasts(breach: Breach) -> bool:
    """Whether waiting does not mend it: something is missing, or the notice lapsed."""
    return breach.where != "effective_on" or breach.rule in ("TB-09", "TB-11")


def _guards() -> tuple[Guard, ...]:
    """Every guard; each says for itself which moves concern it."""
    return (
        alive_notice, compel_inventory, enforce_inventory, carry_out_inventory, discuss, appraise,
        decide_recovery, hand_over_early, persuade_handover, decide_enforcement, carry_out_recovery, back_faults,
    )  # fmt: skip


def alive_notice(frame: Frame, move: Move) -> list[Breach]:
    """TB-09, TB-11: no work goes on a notice that lapsed; issue it again and go on from the step reached (TB-10)."""
    if move.wanted not in _ON_NOTICE or move.backward:
        return []
    notice = notice_of(frame)
    if notice is None or move.on <= notice.lapses:
        return []
    rule = frame.book.get(notice.lapse_rule, on=move.on)
    last = f"{notice.lapses:%d/%m/%Y}"
    return [
        Breach.of(
            rule, "effective_on",
            f"Thông báo thu hồi hết hiệu lực sau ngày {last}: phải ban hành lại (TB-10).",
            f"The notice of recovery lapsed after {last}: issue it again (TB-10).",
        )
    ]  # fmt: skip
