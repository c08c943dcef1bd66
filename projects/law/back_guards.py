"""Guards of the way back: behind a recovery decision only by a finding that it is unlawful, or by adjusting it."""

from __future__ import annotations

from projects.law.breach import Breach, Move, missing
from projects.law.clock import Frame

_BEHIND = ("S90", "S95", "S97", "S100", "S101", "S105")


def back_faults(frame: Frame, move: Move) -> list[Breach]:
    """KN-02, QD-06: back from S90 and beyond, and out of the boundary after it; no enforcement of an unlawful decision.

    A complaint that is not settled stops nothing (KN-01).
    """
    line, book = frame.line, frame.book
    decided = line.last("recovery.decided")
    since = decided.on if decided else None
    unlawful = line.first("complaint.unlawful", since=since)
    if move.step in _BEHIND and (move.wanted == "X2" or move.wanted not in _BEHIND):
        if unlawful or line.first("recovery.adjusted", since=since):
            return []
        rule = book.get("QD-06" if move.wanted == "X2" else "KN-02", on=move.on)
        return [missing(rule, "complaint.unlawful", "recovery.adjusted")]
    enforcing = move.wanted == "S97" or (move.step == "S97" and not line.has("enforcement.compliance"))
    if unlawful and enforcing:
        vi = f"Đã có kết luận trái pháp luật ngày {unlawful.on:%d/%m/%Y}: dừng cưỡng chế chưa xong."
        en = f"Found unlawful on {unlawful.on:%d/%m/%Y}: enforcement that is not finished stops."
        return [Breach.of(book.get("KN-02", on=move.on), "step", vi, en)]
    return []
