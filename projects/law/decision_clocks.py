"""Clocks of the recovery decision: the seven proofs of ten days each, and the eighth road after a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from projects.law.clock import Clock, Frame, blank, run
from projects.law.facts import Fact
from projects.law.waiting import earliest_decision, notice_of, waits

PROOFS = {
    "proof.on_site_temporary": "QD-01b",
    "proof.land_handed": "QD-01c",
    "proof.home_handed": "QD-01d",
    "proof.land_with_home": "QD-01đ",
    "proof.money_for_home": "QD-01e",
    "proof.free_handover": "QD-01g",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """What opens the recovery decision: the rule, the fact that proves it last, and the day from which it holds."""

    rule: str
    fact: Fact
    on: date


def proof_of(frame: Frame) -> Proof | None:
    """The proof of LĐĐ Art. 87(5) that the case has; None while there is none.

    (a) an approved plan is enough where nobody is to be resettled and nobody refused; otherwise every person who is to
    be resettled, or who refused, needs one of (b) to (g). Each of them needs the approved plan too.
    """
    line = frame.line
    approved = line.last("approval.decided")
    if approved is None:
        return None
    needy = line.all("resettlement.needed")
    refused = line.all("refusal.persuasion")
    if not needy and not refused:
        return Proof("QD-01a", approved, approved.on)
    found = []
    for party in dict.fromkeys(fact.party for fact in (*needy, *refused)):
        proofs = [(fact, rule) for fact, rule in _proofs(frame) if not party or fact.party in ("", party)]
        if refused and not needy:
            proofs = [(fact, rule) for fact, rule in proofs if fact.on >= refused[-1].on]
        if not proofs:
            return None
        found.append(proofs[0])
    fact, rule = max(found, key=lambda pair: pair[0].on)
    return Proof(rule, fact, max(fact.on, approved.on))


def decision_clocks(frame: Frame) -> tuple[Clock, ...]:
    """The ten days of the decision (QD-01a…g) and the ten and ten days after a refusal (QD-02, QD-03)."""
    line = frame.line
    decided = line.first("recovery.decided")
    found: list[Clock] = []
    for begun in line.all("refusal.persuasion")[-1:]:
        ended = line.first("refusal.persuasion_ended", since=begun.on)
        found.append(run(frame, "QD-02", begun, end=ended or decided))
        if ended:
            found.append(run(frame, "QD-03", ended, end=decided))
    proof = proof_of(frame)
    if proof is None:
        if line.has("approval.decided") and not line.has("refusal.persuasion", "recovery.decided"):
            awaited = ("chờ một trong bảy căn cứ quyết định thu hồi", "one of the seven proofs is awaited")
            found.append(blank(frame, "QD-01a", notes=(awaited,)))
        return tuple(found)
    if decided and decided.on < proof.on:
        return tuple(
            found
        )  # a fast lane: the plan came after the decision, nothing was to be decided in ten days
    return (*found, _ten_days(frame, proof, decided))


def _ten_days(frame: Frame, proof: Proof, decided: Fact | None) -> Clock:
    """The ten days of a proof; they run only once the waiting is over, and not with a notice that lapsed."""
    notice = notice_of(frame)
    allowed = earliest_decision(waits(frame)) if notice else None
    if notice is None or allowed is None:
        missing = (
            "chưa ghi đủ ngày gửi thông báo thu hồi nên chưa biết từ ngày nào được quyết định",
            "the service of the notice is not recorded in full, so the first lawful day is not known",
        )
        if decided:
            return run(frame, proof.rule, proof.fact, on=proof.on, end=decided)
        return blank(frame, proof.rule, missing=missing)
    notes = []
    if not decided and frame.today > notice.lapses:
        notes.append(
            (
                "thông báo hết hiệu lực: ban hành lại trước khi quyết định",
                "the notice lapsed: issue it again first",
            )
        )
    if allowed > proof.on:
        notes.append(
            (
                "tính từ ngày hết thời gian chờ của thông báo",
                "counted from the end of the notice's waiting time",
            )
        )
    return run(frame, proof.rule, proof.fact, on=max(proof.on, allowed), end=decided, notes=notes)


def _proofs(frame: Frame) -> list[tuple[Fact, str]]:
    """Proof facts with their rules, by day; a resettlement plot or home that was handed over is one too."""
    found = [(fact, PROOFS[fact.kind]) for fact in frame.line.all(*PROOFS)]
    for fact in frame.line.all("resettlement.handed"):
        wanted = frame.line.last("resettlement.needed", party=fact.party or None)
        flat = (fact.value or (wanted.value if wanted else "")).startswith(("flat", "căn", "nhà"))
        found.append((fact, "QD-01d" if flat else "QD-01c"))
    return sorted(found, key=lambda pair: pair[0].on)
