"""The facts of a case in their order, what of them still stands, and how to ask for one of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from projects.law.facts import STEP_FACTS, Fact
from projects.steps import STEPS

# What a later draft makes void: the plan is posted, discussed, appraised and approved anew.
_PLAN = (
    "posting.started", "posting.ended", "opinions.held", "dialogue.opened", "dialogue.ended",
    "appraisal.received", "appraisal.returned", "appraisal.resumed", "appraisal.done",
    "approval.decided", "approval.effective", "plan.sent", "refusal.persuasion", "refusal.persuasion_ended",
)  # fmt: skip
# What falls with a recovery decision that was cancelled.
_RECOVERY = (
    "recovery.decided", "recovery.received", "handover.persuasion", "handover.persuasion_ended",
    "enforcement.decided", "enforcement.board_set", "enforcement.plan_approved", "enforcement.posted",
    "enforcement.received", "enforcement.compliance",
)  # fmt: skip
_ROAD = {kind: STEPS[step].order for step, kind in STEP_FACTS.items()}


@dataclass(frozen=True, slots=True)
class Timeline:
    """Facts by day, those of one day in the order of `timeline`."""

    facts: tuple[Fact, ...]
    _by_kind: Mapping[str, tuple[Fact, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[str, list[Fact]] = {}
        for fact in self.facts:
            index.setdefault(fact.kind, []).append(fact)
        object.__setattr__(self, "_by_kind", {kind: tuple(found) for kind, found in index.items()})

    def all(
        self, *kinds: str, party: str | None = None, since: date | None = None, value: str | None = None
    ) -> tuple[Fact, ...]:
        """Facts of these kinds; with `party` those for that person or for everybody; with `since` from that day on."""
        known = [kind for kind in kinds if kind in self._by_kind]
        if not known:
            return ()
        rows = self._by_kind[known[0]] if len(known) == 1 else self.facts
        return tuple(
            fact
            for fact in rows
            if fact.kind in known
            and (party is None or fact.party in ("", party))
            and (since is None or fact.on >= since)
            and (value is None or fact.value == value)
        )

    def first(self, *kinds: str, party: str | None = None, since: date | None = None) -> Fact | None:
        """The earliest such fact."""
        return next(iter(self.all(*kinds, party=party, since=since)), None)

    def last(self, *kinds: str, party: str | None = None, since: date | None = None) -> Fact | None:
        """The latest such fact."""
        found = self.all(*kinds, party=party, since=since)
        return found[-1] if found else None

    def has(self, *kinds: str, party: str | None = None) -> bool:
        """Whether there is such a fact."""
        return self.first(*kinds, party=party) is not None

    def day(self, *kinds: str) -> date | None:
        """The day of the latest such fact."""
        fact = self.last(*kinds)
        return fact.on if fact else None

    def until(self, day: date) -> Timeline:
        """What had happened by the end of that day, as it stood then."""
        if not self.facts or self.facts[-1].on <= day:
            return self
        return timeline(fact for fact in self.facts if fact.on <= day)

    def parties(self, *kinds: str) -> tuple[str, ...]:
        """The persons whom facts of these kinds name, in order of the facts."""
        return tuple(dict.fromkeys(fact.party for fact in self.all(*kinds) if fact.party))


def timeline(facts: Iterable[Fact]) -> Timeline:
    """The facts by day without those that a later one made void: a plan by a new draft, a recovery decision by going
    back to the approved plan or to a new draft (only after a fast lane may the approval lawfully follow the decision).

    Facts of one day keep the order in which they are given, but a step that was recorded beside the headline lies
    behind it: it goes before the others of its day, in the order of the road.
    """
    standing: list[Fact] = []
    for fact in sorted(facts, key=lambda fact: (fact.on, _place(fact))):
        if fact.kind == "draft.made":
            standing = _without(standing, (*_PLAN, *_RECOVERY))
        elif fact.kind == "approval.decided" and _goes_back(standing):
            standing = _without(standing, _RECOVERY)
        standing.append(fact)
    return Timeline(tuple(standing))


def of_case(facts: Iterable[Fact], *, today: date) -> Timeline:
    """The facts of a case that had happened by `today`, as they stand."""
    return timeline(fact for fact in facts if fact.on <= today)


def read_count(text: str) -> tuple[int, int] | None:
    """A count "agree/all" as two numbers, all of them at least one; None for anything else."""
    found = re.fullmatch(r"\s*([0-9]{1,6})\s*/\s*([0-9]{1,6})\s*", text)
    if found is None or int(found[2]) == 0:
        return None
    return int(found[1]), int(found[2])


def _place(fact: Fact) -> int:
    return _ROAD.get(fact.kind, len(STEPS)) if fact.id else len(STEPS)


def _goes_back(standing: list[Fact]) -> bool:
    """Whether an approval that comes now means that the recovery decision before it is gone."""
    kinds = [fact.kind for fact in standing]
    if "recovery.decided" not in kinds:
        return False
    decided = len(kinds) - 1 - kinds[::-1].index("recovery.decided")
    fast = any(f.kind == "fast_lane" and f.value[:5] in ("QD-08", "QD-09") for f in standing[:decided])
    return not fast or "complaint.unlawful" in kinds[decided:]


def _without(facts: list[Fact], kinds: Collection[str]) -> list[Fact]:
    return [fact for fact in facts if fact.kind not in kinds]
