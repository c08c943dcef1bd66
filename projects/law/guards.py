"""Whether a step is lawful on a day: every legal fault, with rule and article.

It goes with `projects.clearance`, which judges the order of the steps, the document and the reason. Here: facts that
the law puts before the step, days before the earliest lawful one, the lapse of the notice, bans, and the way back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

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

__all__ = ["Breach", "check_lawful"]

Guard = Callable[[Frame, Move], list[Breach]]

# Steps that may not be taken on a notice that lapsed: all work between the notice and the recovery decision.
_ON_NOTICE = ("S31", "S32", "S33", "S30", "S40", "S50", "S60", "S61", "S70", "S80", "S85", "S90")


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
    if step not in STEPS or wanted not in STEPS or wanted == "X1" or step == "X1":
        return ()  # a pause and its end change nothing that the law asks for
    frame = make_frame(
        facts, book=book, today=on, office=office, regime_override=regime_override,
        people=people, lands=lands, bans=bans, counting=counting,
    )  # fmt: skip
    move = Move(step, wanted, on)
    found = [breach for guard in _guards() for breach in guard(frame, move)]
    if competences is not None and wanted in SIGNED:
        warning = competent(competences, SIGNED[wanted], on=on, delegations=delegations).warning
        if warning:
            found.append(Breach("NĐ49", "", "signer", warning.vi, warning.en, blocking=False))
    return tuple(found)


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
