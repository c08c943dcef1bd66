"""Clocks of payment (TT-01) per person, from the day on which the approval takes effect."""

from __future__ import annotations

from collections.abc import Sequence

from projects.law.clock import Clock, Frame, blank, run
from projects.law.facts import Fact
from projects.law.waiting import persons

NO_EFFECT = (
    "chưa ghi ngày quyết định phê duyệt phương án có hiệu lực",
    "the day on which the approval takes effect is not recorded",
)


def money_clocks(frame: Frame) -> tuple[Clock, ...]:
    """One clock per person; paid in full or deposited ends it (the day of deposit counts as paid, TT-06)."""
    line = frame.line
    effect = line.last("approval.effective")
    facts = line.all(
        "payment.invited", "payment.part", "payment.full", "payment.refused", "payment.deposited"
    )
    if effect is None:
        if not line.has("approval.decided") or line.has("payment.full", "payment.deposited"):
            return ()
        return (blank(frame, "TT-01", missing=NO_EFFECT),)
    found = []
    for party in _paid(frame, facts):
        paid = line.first("payment.full", "payment.deposited", party=party or None, since=effect.on)
        clock = run(frame, "TT-01", effect, end=paid, party=party)
        if clock.state == "late":
            note = (
                "từ ngày 31 phải trả thêm tiền chậm trả (TT-02)",
                "extra money is owed from day 31 on (TT-02)",
            )
            clock = run(frame, "TT-01", effect, end=paid, party=party, notes=(note,))
        found.append(clock)
    return tuple(found)


def _paid(frame: Frame, facts: Sequence[Fact]) -> tuple[str, ...]:
    """Who is paid: those whom the plan names, else those whom the payments name, else one for everybody."""
    if frame.payees is None:
        return persons(frame, facts)
    return frame.payees or tuple(dict.fromkeys(fact.party for fact in facts if fact.party)) or ("",)
