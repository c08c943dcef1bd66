"""The earliest day on which the land of a case can lawfully be with the investor, by the rules of the law.

Only what no road around it can shorten counts: the posting of the plan (PA-02, PA-03), the waiting after the notice
(TB-04…07, TB-13) unless it is lifted (TB-08, TB-10), and the ten and more than ten days after a refusal of the plan
(QD-02, QD-03) while there is no proof of Art. 87(5). Persuasion and enforcement that a holder's own consent ends are no
minimum. Clocks that run are taken from the facts, the others begin on the day after the data date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from projects.calendars import Calendar
from projects.law.clock import Frame, run
from projects.law.clocks import make_frame
from projects.law.days import CIVIL_CODE, Counting, end_day
from projects.law.decision_clocks import proof_of
from projects.law.facts import STEP_FACTS, Fact
from projects.law.plan_clocks import posting, posting_rule
from projects.law.regime import Override
from projects.law.rules import RuleBook
from projects.law.waiting import RULES, consent_day, notice_of, waits
from projects.model import CaseState
from projects.steps import STEPS

# The kinds of fact that the minima are read from; others need not be loaded for a forecast.
KINDS = (
    "notice.issued", "notice.reissued", "notice.served", "notice.newspaper", "consent.early", "inventory.persuasion",
    "inventory.done", "origin.confirmed", "draft.made", "posting.started", "posting.ended", "opinions.held",
    "approval.decided", "refusal.persuasion", "refusal.persuasion_ended", "resettlement.needed",
    "proof.on_site_temporary", "proof.land_handed", "proof.home_handed", "proof.land_with_home",
    "proof.money_for_home", "proof.free_handover", "recovery.decided",
)  # fmt: skip
_DECISION = STEPS["S90"].order
_BEFORE = frozenset(code for code, step in STEPS.items() if step.group and step.order < _DECISION)
WAITS = tuple(dict.fromkeys(RULES.values()))  # the rules of waiting after a notice
# Notices are served by the hundred: thousands of cases differ in nothing that the law looks at.
_Alike = tuple[date, str, date, str, tuple[Fact, ...]]


@dataclass(frozen=True, slots=True)
class LawGround:
    """What the law is asked with: rules, the offices' calendar, the choice of regime, and facts by case code."""

    book: RuleBook
    office: Calendar
    override: Override | None = None
    counting: Counting = CIVIL_CODE
    facts: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    found: dict[_Alike, tuple[LawfulEarliest, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    binding: dict[_Alike, LawfulEarliest | None] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    ends: dict[tuple[tuple[str, ...], date], date] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )  # of the longest time of some rules, by the day on which it begins


@dataclass(frozen=True, slots=True)
class LawfulEarliest:
    """A day before which the law allows step `step`, and so the handover, on no road.

    `rule`, `basis` (article, Vietnamese), `label_vi`, `label_en`: of the rule; `started`: day its time runs from,
    `running`: whether that day is a recorded fact (else the day after the data date is taken, and `begins` is the step
    that will start the clock); `waived_by`: rules that would lift it.
    """

    on: date
    rule: str
    basis: str
    label_vi: str
    label_en: str
    step: str
    started: date
    running: bool
    begins: str = ""
    waived_by: tuple[str, ...] = ()


def lawful_earliest(case: CaseState, data_date: date, ground: LawGround) -> LawfulEarliest | None:
    """The minimum that binds the handover of a case last; None where none lies beyond the day after `data_date`.

    Facts later than the data date do not count. Paused cases and those from the recovery decision on have none.
    """
    if case.step not in _BEFORE:
        return None
    key = (data_date, case.step, case.step_on, case.land, ground.facts.get(case.code, ()))
    try:
        return ground.binding[key]
    except KeyError:
        tomorrow = data_date + timedelta(days=1)
        later = [least for least in minima(case, data_date, ground) if least.on > tomorrow]
        last = ground.binding[key] = max(later, key=lambda least: least.on, default=None)
        return last


def minima(case: CaseState, data_date: date, ground: LawGround) -> tuple[LawfulEarliest, ...]:
    """Every minimum that is still to run for a case at `data_date`, in the order of the road; also those that have
    run out by then."""
    if case.step not in _BEFORE:
        return ()
    key = (data_date, case.step, case.step_on, case.land, ground.facts.get(case.code, ()))
    found = ground.found.get(key)
    if found is None:
        found = ground.found[key] = _minima(case, data_date, ground)
    return found


def _minima(case: CaseState, data_date: date, ground: LawGround) -> tuple[LawfulEarliest, ...]:
    if is_over(case, data_date, ground):
        return ()
    frame = _frame(case, data_date, ground)
    if consent_day(frame):
        return ()
    return tuple(_found(case, frame, data_date + timedelta(days=1)))


def is_over(case: CaseState, data_date: date, ground: LawGround) -> bool:
    """Whether the posting lies behind and every notice is too old to make anybody wait: nothing has to be counted, nor
    on any later day as long as case and facts stay the same."""
    if case.step == "S85" or STEPS[case.step].order <= STEPS["S60"].order:
        return False
    waited = last_wait(case, ground)
    return waited is None or waited <= data_date


def last_wait(case: CaseState, ground: LawGround) -> date | None:
    """The day on which the longest wait from the newest notice of a case is over, None without a notice."""
    days = [fact.on for fact in ground.facts.get(case.code, ()) if fact.kind.startswith("notice.")]
    if case.step == "S20":
        days.append(case.step_on)
    return last_end(ground, WAITS, max(days)) if days else None


def last_end(ground: LawGround, codes: tuple[str, ...], begun: date) -> date:
    """The last end of any version of these rules, for any kind of land; `begun` where the book has none of them."""
    key = codes, begun
    found = ground.ends.get(key)
    if found is None:
        ends = (
            end_day(rule, begun, office=ground.office, case=kind, counting=ground.counting)
            for rule in ground.book.rules
            if rule.id in codes
            for kind in (*(["-"] if rule.amount is not None else []), *(name for name, _ in rule.amounts))
        )
        found = ground.ends[key] = max(ends, default=begun)
    return found


def _found(case: CaseState, frame: Frame, tomorrow: date) -> Iterable[LawfulEarliest]:
    yield from _notice(case, frame, tomorrow)
    yield from _posting(case, frame, tomorrow)
    if case.step == "S85":
        yield from _refusal(frame)


def _frame(case: CaseState, data_date: date, ground: LawGround) -> Frame:
    facts = ground.facts.get(case.code, ())
    kind = STEP_FACTS.get(case.step)
    if kind and not any(fact.kind == kind and fact.on == case.step_on for fact in facts):
        facts = (*facts, Fact(kind, case.step_on))
    return make_frame(
        facts, book=ground.book, today=data_date, office=ground.office, regime_override=ground.override,
        counting=ground.counting,
    )  # fmt: skip


def _notice(case: CaseState, frame: Frame, tomorrow: date) -> Iterable[LawfulEarliest]:
    """The waiting from the service of the notice to the recovery decision."""
    if STEPS[case.step].order < STEPS["S20"].order:
        code = RULES[(frame.regime(on=tomorrow).code, case.land)]
        yield _least(frame, code, tomorrow, "S90", begins="S20", case=case.land)
        return
    notice = notice_of(frame)
    if notice is None:
        return  # nobody recorded when it was issued: nothing is known of the waiting
    for clock in waits(frame):
        if clock.waived:
            continue
        # A person of whose service nothing is recorded was served on the day of issue at the earliest.
        code = clock.rule if clock.started else RULES[(frame.regime().code, clock.land or case.land)]
        begun = clock.started or notice.base.on
        yield _least(frame, code, begun, "S90", case=clock.land or case.land)


def _posting(case: CaseState, frame: Frame, tomorrow: date) -> Iterable[LawfulEarliest]:
    """The posting of the plan, which every road to the appraisal or to an earlier decision passes."""
    order = STEPS[case.step].order
    if order < STEPS["S60"].order:
        yield _least(frame, posting_rule(frame, tomorrow)[0], tomorrow, "S70", begins="S60")
    elif case.step == "S60":
        clock = posting(frame)
        if clock is not None and clock.started is not None and clock.ended is None:
            yield _least(frame, clock.rule, clock.started, "S70")


def _refusal(frame: Frame) -> Iterable[LawfulEarliest]:
    begun = frame.line.last("refusal.persuasion")
    if begun is None or proof_of(frame) is not None:
        return
    ended = frame.line.first("refusal.persuasion_ended", since=begun.on)
    over = ended.on if ended else run(frame, "QD-02", begun).earliest or begun.on
    yield _least(frame, "QD-03", over, "S90")


def _least(
    frame: Frame, code: str, started: date, step: str, *, begins: str = "", case: str = ""
) -> LawfulEarliest:
    rule = frame.book.get(code, on=started)
    on = frame.end(rule, started, case=case)
    return LawfulEarliest(
        on,
        rule.id,
        rule.basis,
        rule.label_vi,
        rule.label_en,
        step,
        started,
        not begins,
        begins,
        rule.waived_by,
    )
