"""Guards of the recovery decision (S90) on each of its roads, and of a handover before it."""

from __future__ import annotations

from projects.law.breach import Breach, Move, missing, too_short, too_soon
from projects.law.clock import Frame, run
from projects.law.decision_clocks import PROOFS, proof_of
from projects.law.facts import Fact
from projects.law.plan_guards import posting_faults
from projects.law.regime import RESOLUTION
from projects.law.timeline import read_count
from projects.law.waiting import consent_day, notice_of, waits

FAST_LANES = ("QD-08", "QD-09", "QD-10")


def decide_recovery(frame: Frame, move: Move) -> list[Breach]:
    """S90: notice served and waited for on every road; then one of seven proofs, the road after a refusal, or a
    fast lane of Resolution 254/2025 with its ground."""
    if move.wanted != "S90" or move.backward:
        return []
    return [*_waited(frame, move), *_road(frame, move)]


def hand_over_early(frame: Frame, move: Move) -> list[Breach]:
    """S100 before S90: the recorded consent of each person to earlier recovery (TB-08)."""
    early = move.step in ("S30", "S40", "S50", "S60", "S61", "S70", "S80", "S85")
    if move.wanted != "S100" or not early or consent_day(frame):
        return []
    return [missing(frame.book.get("TB-08", on=move.on), "consent.early")]


def _waited(frame: Frame, move: Move) -> list[Breach]:
    """TB-04…07: served on each, and the least time over for each person and kind of land; TB-08 and TB-10 lift it."""
    if notice_of(frame) is None:
        return []  # the order of the steps asks for it
    found: list[Breach] = []
    for clock in waits(frame):
        if clock.waived:
            continue
        rule = frame.book.get(clock.rule, on=clock.started or move.on)
        if clock.missing:
            served = frame.book.get("TB-02", on=move.on)
            vi, en = clock.missing
            found.append(Breach.of(served, "facts", f"{vi[0].upper()}{vi[1:]}.", f"{en[0].upper()}{en[1:]}."))
        else:
            found += too_soon(rule, clock, move.on)
    return list(dict.fromkeys(found))


def _road(frame: Frame, move: Move) -> list[Breach]:
    line = frame.line
    lanes = line.all("fast_lane")
    approved = line.has("approval.decided")
    if not approved and move.step in ("S80", "S85"):
        return [missing(frame.book.get("TDC-01", on=move.on), "approval.decided")]
    if not approved:
        return _before_plan(frame, move, lanes)
    if proof_of(frame) is not None:
        return []
    if any(fact.value.startswith("QD-10") for fact in lanes):
        return _before_resettlement(frame, move)
    begun = line.last("refusal.persuasion")
    if begun is not None:
        return _after_refusal(frame, move, begun)
    rule = frame.book.get("TDC-01", on=move.on)
    return [
        Breach.of(
            rule, "facts",
            "Còn người phải tái định cư chưa có căn cứ nào của Điều 87 khoản 5 (QD-01b…g).",
            "A person who is to be resettled has none of the proofs of Art. 87(5) (QD-01b…g).",
        )
    ]  # fmt: skip


def _after_refusal(frame: Frame, move: Move, begun: Fact) -> list[Breach]:
    """QD-02, QD-03: 10 days of persuasion, and more than 10 days after its end."""
    first, second = frame.book.get("QD-02", on=begun.on), frame.book.get("QD-03", on=move.on)
    ended = frame.line.first("refusal.persuasion_ended", since=begun.on)
    if ended is None:
        return [
            missing(second, "refusal.persuasion_ended"),
            *too_soon(first, run(frame, "QD-02", begun), move.on),
        ]
    found = too_short(first, run(frame, "QD-02", begun), ended.on)
    return [*found, *too_soon(second, run(frame, "QD-03", ended), move.on)]


def _before_plan(frame: Frame, move: Move, lanes: tuple[Fact, ...]) -> list[Breach]:
    """QD-08, QD-09: from the posting to the decision, from 2026-01-01 on, for a plan without resettlement."""
    grounds = [fact for fact in lanes if fact.value[:5] in ("QD-08", "QD-09")]
    rule = frame.book.get(grounds[-1].value[:5] if grounds else "QD-08", on=move.on)
    if not grounds:
        return [missing(rule, "fast_lane")]
    found = []
    if move.on < RESOLUTION or frame.regime().code != "G26":
        vi = "Chỉ áp dụng từ 01/01/2026 cho hồ sơ theo Nghị quyết 254/2025/QH15."
        found.append(
            Breach.of(rule, "effective_on", vi, "Only from 2026-01-01, under Resolution 254/2025/QH15.")
        )
    if frame.line.has("resettlement.needed"):
        vi = "Phương án có tái định cư: không thu hồi trước khi duyệt phương án."
        found.append(
            Breach.of(rule, "facts", vi, "The plan has resettlement: no recovery before its approval.")
        )
    found += posting_faults(frame, move)
    if rule.id == "QD-09" and not enough_consent(grounds[-1].value):
        vi = "Phải có trên 75 % người sử dụng đất đồng ý, ghi “QD-09 số đồng ý/tổng số”."
        en = "More than 75 % of the land users must agree, written “QD-09 agree/all”."
        found.append(Breach.of(rule, "facts", vi, en))
    return found


def _before_resettlement(frame: Frame, move: Move) -> list[Breach]:
    """QD-10: after the approval, with temporary housing arranged or paid for each who is to be resettled."""
    rule = frame.book.get("QD-10", on=move.on)
    found = []
    if move.on < RESOLUTION:
        found.append(Breach.of(rule, "effective_on", "Chỉ áp dụng từ 01/01/2026.", "Only from 2026-01-01."))
    for fact in frame.line.all("resettlement.needed"):
        if not frame.line.has("resettlement.temporary", party=fact.party or None):
            found.append(missing(rule, "resettlement.temporary"))
            break
    return found


def enough_consent(value: str) -> bool:
    """Whether "QD-09 agree/all" says strictly more than 75 %, with counts that can be."""
    count = read_count(value.removeprefix("QD-09"))
    if count is None:
        return False
    agree, everybody = count
    return agree <= everybody and 4 * agree > 3 * everybody


__all__ = ["FAST_LANES", "PROOFS", "decide_recovery", "enough_consent", "hand_over_early"]
