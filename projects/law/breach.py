"""A breach of the law by a move, with its article; and the move itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from projects.errors import Fault
from projects.law.clock import Clock
from projects.law.facts import KINDS, STEP_FACTS
from projects.law.rules import Rule
from projects.steps import STEPS, basis_en


@dataclass(frozen=True, slots=True)
class Move:
    """A step that is wanted, from the present one, with effect on a day."""

    step: str
    wanted: str
    on: date

    @property
    def backward(self) -> bool:
        """Whether it goes back on the road."""
        return STEPS[self.wanted].order < STEPS[self.step].order and self.step != "S101"


@dataclass(frozen=True, slots=True)
class Breach:
    """What is wrong in law: rule, article, field to mend (step, effective_on, facts, signer) and the sentence.

    `blocking` False: it is shown, and the move is not refused for it.
    """

    rule: str
    basis: str
    where: str
    vi: str
    en: str
    blocking: bool = True

    @classmethod
    def of(cls, rule: Rule, where: str, vi: str, en: str) -> Breach:
        """A breach of a rule, with its article behind the sentence; a rule that is no verified law does not block."""
        cited_vi = f" {rule.basis} ({rule.id})." if rule.basis else f" ({rule.id})."
        cited_en = f" {basis_en(rule.basis)} ({rule.id})." if rule.basis else f" ({rule.id})."
        return cls(rule.id, rule.basis, where, vi + cited_vi, en + cited_en, blocking=rule.is_law)

    @property
    def fault(self) -> Fault:
        """As a fault for the form."""
        return Fault(self.where, self.vi, self.en)


def missing(rule: Rule, *kinds: str) -> Breach:
    """A fact that the law puts before the step is not recorded."""
    steps = {fact: STEPS[step] for step, fact in STEP_FACTS.items()}
    words = [KINDS[kind] if kind in KINDS else steps[kind] for kind in kinds]
    vi, en = "; ".join(word.label_vi for word in words), "; ".join(word.label_en for word in words)
    return Breach.of(rule, "facts", f"Chưa ghi: {vi}.", f"Not recorded: {en}.")


def too_soon(rule: Rule, clock: Clock, on: date) -> list[Breach]:
    """The breach of an act on day `on` before the earliest day of a clock; empty when it is late enough."""
    if clock.earliest is None or on >= clock.earliest:
        return []
    day = f"{clock.earliest:%d/%m/%Y}"
    return [
        Breach.of(
            rule,
            "effective_on",
            f"Ngày {on:%d/%m/%Y} quá sớm, sớm nhất là {day}: {clock.label_vi}.",
            f"{on:%d/%m/%Y} is too early, not before {day}: {clock.label_en}.",
        )
    ]


def too_short(rule: Rule, clock: Clock, ended: date) -> list[Breach]:
    """The breach of a time that had to last and was ended before its earliest day; empty when it was long enough."""
    if clock.earliest is None or ended >= clock.earliest:
        return []
    return [
        Breach.of(
            rule,
            "facts",
            f"{clock.label_vi}: kết thúc {ended:%d/%m/%Y}, phải kéo dài đến {clock.earliest:%d/%m/%Y}.",
            f"{clock.label_en}: ended {ended:%d/%m/%Y}, had to last to {clock.earliest:%d/%m/%Y}.",
        )
    ]
