"""Guards of the plan: posting long enough, opinions taken, dialogue held where objections are left."""

from __future__ import annotations

from projects.law.breach import Breach, Move, missing, too_short, too_soon
from projects.law.clock import Frame, run
from projects.law.plan_clocks import objections, posting, posting_rule


def posting_faults(frame: Frame, move: Move) -> list[Breach]:
    """PA-02, PA-03: the posting was ended, and not before its 10 (30) days."""
    line = frame.line
    begun = line.last("posting.started")
    clock = posting(frame)
    if begun is None or clock is None:
        return []  # the order of the steps asks for it
    code, _ = posting_rule(frame, begun.on)
    rule = frame.book.get(code, on=begun.on)
    ended = line.first("posting.ended", since=begun.on)
    if ended is None:
        return [missing(rule, "posting.ended"), *too_soon(rule, clock, move.on)]
    return too_short(rule, clock, ended.on)


def discuss(frame: Frame, move: Move) -> list[Breach]:
    """S61: the dialogue comes after the posting and the direct meeting (PA-04)."""
    if move.wanted != "S61":
        return []
    return [*posting_faults(frame, move), *_opinions(frame, move)]


def appraise(frame: Frame, move: Move) -> list[Breach]:
    """S70: posting over, opinions taken, dialogue where objections are left (PA-05, PA-06), dossier in (PA-08)."""
    if move.wanted != "S70" or move.backward:
        return []
    line = frame.line
    found = [*posting_faults(frame, move), *_opinions(frame, move)]
    if objections(line.last("opinions.held")) and not line.has("dialogue.opened", "dialogue.ended"):
        code = "PA-06" if frame.regime().code == "G26" else "PA-05"
        found.append(missing(frame.book.get(code, on=move.on), "dialogue.ended"))
    if not line.has("appraisal.received"):
        found.append(missing(frame.book.get("PA-08", on=move.on), "appraisal.received"))
    return found


def _opinions(frame: Frame, move: Move) -> list[Breach]:
    rule = frame.book.get("PA-04", on=move.on)
    held = frame.line.last("opinions.held")
    if held is None:
        return [missing(rule, "opinions.held")]
    begun = frame.line.last("posting.started")
    if begun is None:
        return []
    code, _ = posting_rule(frame, begun.on)
    clock = run(frame, code, begun)
    if clock.earliest and held.on < clock.earliest:
        vi = f"Họp lấy ý kiến {held.on:%d/%m/%Y} trước khi đủ thời gian niêm yết ({clock.earliest:%d/%m/%Y})."
        en = f"Opinion meeting on {held.on:%d/%m/%Y} before the posting was over ({clock.earliest:%d/%m/%Y})."
        return [Breach.of(rule, "facts", vi, en)]
    return []
