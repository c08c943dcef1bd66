"""Clocks of complaints per person. A complaint never stops the track by itself (KN-01)."""

from __future__ import annotations

from projects.law.clock import Clock, Frame, run
from projects.law.facts import Fact

HARD = ("hard", "remote", "remote_hard")  # value of the fact that begins it: longer times of KN-07…09
# rule, what starts it, what ends it besides a withdrawal
_CHAIN = (
    ("KN-06", "complaint.received", ("complaint.accepted", "complaint.declined")),
    ("KN-07", "complaint.accepted", ("complaint.settled_first",)),
    ("KN-08", "complaint.settled_first", ("complaint.second_accepted", "suit.filed")),
    ("KN-09", "complaint.second_accepted", ("complaint.settled_second",)),
)


def complaint_clocks(frame: Frame) -> tuple[Clock, ...]:
    """KN-05 and KN-10 from the receipt of the decision, KN-06…09 along each complaint.

    The holder's own times (KN-05, KN-08, KN-10) end quietly: when nobody complained in time they are over, not late.
    """
    line = frame.line
    found: list[Clock] = []
    for received in line.all("recovery.received"):
        for code, kind in (("KN-05", "complaint.received"), ("KN-10", "suit.filed")):
            found += _holders(
                frame, code, received, line.first(kind, party=received.party or None, since=received.on)
            )
    for code, begins, ends in _CHAIN:
        for start in line.all(begins):
            end = line.first(*ends, "complaint.withdrawn", party=start.party or None, since=start.on)
            case = start.value if start.value in HARD else ""
            if code == "KN-08":
                found += _holders(frame, code, start, end, case)
            else:
                found.append(run(frame, code, start, end=end, case=case))
    return tuple(found)


def _holders(frame: Frame, code: str, start: Fact, end: Fact | None, case: str = "") -> list[Clock]:
    clock = run(frame, code, start, end=end, case=case)
    return [clock] if clock.state != "late" or clock.ended else []
