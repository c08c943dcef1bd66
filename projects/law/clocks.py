"""All legal clocks of a case on a day, and what they come to: next earliest day, next deadline, colour, gaps.

A clock is about what the law says, not about progress: one that has not begun is left out, one that has begun and
lacks its date is kept as a fault (`no_date`). Headline for lists: `headline`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from projects.calendars import Calendar
from projects.law.blackouts import Bans
from projects.law.clock import LIGHTS, Clock, Frame, Thresholds
from projects.law.complaint_clocks import complaint_clocks
from projects.law.days import CIVIL_CODE, Counting
from projects.law.decision_clocks import decision_clocks
from projects.law.facts import Fact
from projects.law.handover_clocks import handover_clocks
from projects.law.money_clocks import money_clocks
from projects.law.plan_clocks import plan_clocks
from projects.law.regime import Override
from projects.law.rules import RuleBook
from projects.law.timeline import of_case
from projects.law.waiting import validity, waits


def make_frame(
    facts: Iterable[Fact],
    *,
    book: RuleBook,
    today: date,
    office: Calendar,
    regime_override: Override | None = None,
    thresholds: Thresholds | None = None,
    people: Sequence[str] = (),
    lands: Sequence[str] = (),
    bans: Bans | None = None,
    counting: Counting = CIVIL_CODE,
    payees: Sequence[str] | None = None,
) -> Frame:
    """What clocks and guards are computed from. `office`: calendar of the offices (VN5); other names: see `Frame`."""
    return Frame(
        of_case(facts, today=today), book, office, today, regime_override, thresholds or Thresholds(),
        tuple(people), tuple(lands), bans, counting, None if payees is None else tuple(payees),
    )  # fmt: skip


def clocks(
    facts: Iterable[Fact],
    *,
    book: RuleBook,
    today: date,
    office: Calendar,
    regime_override: Override | None = None,
    thresholds: Thresholds | None = None,
    people: Sequence[str] = (),
    lands: Sequence[str] = (),
    bans: Bans | None = None,
    counting: Counting = CIVIL_CODE,
    payees: Sequence[str] | None = None,
) -> tuple[Clock, ...]:
    """Every clock of the case that has begun by `today`, ended ones too, open and urgent ones first.

    Raises `InvalidInput` when a day falls outside the calendar.
    """
    return clocks_of(
        make_frame(
            facts, book=book, today=today, office=office, regime_override=regime_override, thresholds=thresholds,
            people=people, lands=lands, bans=bans, counting=counting, payees=payees,
        )
    )  # fmt: skip


def clocks_of(frame: Frame) -> tuple[Clock, ...]:
    """`clocks` for a frame that is already made. A case that left the boundary has none that is open."""
    groups = (validity, waits, plan_clocks, decision_clocks, money_clocks, handover_clocks, complaint_clocks)
    found = [clock for group in groups for clock in group(frame)]
    if _left(frame):
        found = [clock for clock in found if not clock.open and clock.state != "not_started"]
    elif _cleared(frame):
        found = [clock for clock in found if not clock.open or _outlives(frame, clock)]
    return tuple(sorted(found, key=urgency))


def urgency(clock: Clock) -> tuple[int, int, str]:
    """For sorting: red, amber, grey faults, green, then what is done; within a colour by days left."""
    rank = {"late": 0, "risk": 1, "none": 2, "ok": 3}[clock.light] if clock.open else 4
    left = clock.days_left if clock.days_left is not None else -(clock.days_since or 0)
    return (rank, left, clock.rule)


@dataclass(frozen=True, slots=True)
class Headline:
    """One line about a case: the next deadline or lapse, the next earliest day, the worst colour, and the greys.

    `next_earliest`: the first lawful day of the recovery decision or other waited-for act, the latest of all clocks
    that hold the same act; `ready`: acts that may be done and are not; `greys`: clocks that lack a date.
    """

    light: str = "none"
    next_due: Clock | None = None
    next_earliest: Clock | None = None
    ready: tuple[Clock, ...] = ()
    greys: tuple[Clock, ...] = ()
    late: tuple[Clock, ...] = field(default=())


def headline(found: Sequence[Clock]) -> Headline:
    """What the clocks of a case come to. `light` none: no open clock has a date, a fault to be listed."""
    open_ones = [clock for clock in found if clock.open]
    dated = [clock for clock in open_ones if clock.state != "no_date"]
    limits = [c for c in dated if c.nature in ("max", "valid") and c.days_left is not None]
    waiting: dict[str, Clock] = {}
    for clock in dated:
        if clock.state == "running" and clock.earliest:
            held = waiting.get(clock.then)
            if held is None or (held.earliest or date.min) < clock.earliest:
                waiting[clock.then] = clock
    order = {"late": 0, "risk": 1, "ok": 2, "none": 3}
    return Headline(
        light=min((c.light for c in dated), key=lambda name: order[name], default="none"),
        next_due=min(limits, key=lambda c: (c.days_left or 0, c.rule), default=None),
        next_earliest=min(waiting.values(), key=lambda c: (c.earliest or date.max, c.rule), default=None),
        ready=tuple(c for c in dated if c.state == "open_since" and not _held(c, waiting)),
        greys=tuple(c for c in open_ones if c.state == "no_date"),
        late=tuple(c for c in dated if c.state in ("late", "lapsed")),
    )


def _held(clock: Clock, waiting: dict[str, Clock]) -> bool:
    """Whether another clock still holds the same act back."""
    return clock.then in waiting


def _cleared(frame: Frame) -> bool:
    """Whether the land is handed over and nobody came back to it."""
    last = frame.line.last("handover.done", "handover.investor", "reoccupied")
    return last is not None and last.kind != "reoccupied"


def _outlives(frame: Frame, clock: Clock) -> bool:
    """Whether a clock goes on after the handover: money, complaints, assets, and the plan after a fast lane (QD-11)."""
    late_plan = clock.rule.startswith("PA-") and frame.line.has("fast_lane")
    return late_plan or clock.rule.startswith(("TT-", "KN-", "TDC-")) or clock.rule == "CC-10"


def _left(frame: Frame) -> bool:
    left = frame.line.last("left")
    return left is not None and not any(fact.on > left.on for fact in frame.line.all("paused"))


__all__ = [
    "LIGHTS",
    "Clock",
    "Frame",
    "Headline",
    "Thresholds",
    "clocks",
    "clocks_of",
    "headline",
    "make_frame",
]
