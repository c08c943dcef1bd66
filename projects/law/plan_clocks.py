"""Clocks of the land track up to the approved plan: plan of recovery, inventory, posting, opinions, appraisal."""

from __future__ import annotations

from datetime import date, timedelta

from projects.law.clock import Clock, Frame, Notes, blank, run, since
from projects.law.facts import Fact
from projects.law.regime import RESOLUTION
from projects.law.timeline import read_count

_AFTER_POSTING = (
    "opinions.held", "dialogue.opened", "appraisal.received", "appraisal.done", "approval.decided", "recovery.decided",
)  # fmt: skip
_STRADDLES = (
    "niêm yết bắc qua 01/01/2026: chưa có quy định, lấy thời gian dài hơn; cán bộ pháp chế quyết định",
    "posting straddles 2026-01-01: not regulated, the longer time is taken; the legal officer decides",
)

_CHOSEN = (
    "niêm yết bắc qua 01/01/2026: áp dụng 10 ngày theo lựa chọn ghi trong biên bản kết thúc niêm yết",
    "posting straddles 2026-01-01: ten days by the choice written in the record of its end",
)


def plan_clocks(frame: Frame) -> tuple[Clock, ...]:
    """Everything from the investor's request to the sending of the approved plan, only what has begun."""
    found = [
        *_request(frame),
        *_inventory(frame),
        *_posting(frame),
        *_dialogue(frame),
        *_appraisal(frame),
        *_sending(frame),
    ]
    return tuple(found)


def _request(frame: Frame) -> list[Clock]:
    asked = frame.line.first("plan.asked")
    return [run(frame, "KH-01", asked, end=frame.line.first("plan.made", since=asked.on))] if asked else []


def _inventory(frame: Frame) -> list[Clock]:
    line, found = frame.line, []
    if begun := line.last("inventory.persuasion"):
        counted = line.first("inventory.done", since=begun.on)
        ended = line.first("inventory.persuasion_ended", since=begun.on)
        compelled = line.first("inventory.compelled", since=begun.on)
        if ended or compelled or not counted:
            found.append(run(frame, "KD-05", begun, end=ended or compelled))
        if ended and (compelled or not counted):
            found.append(run(frame, "KD-06", ended, end=compelled))
    if board := line.last("inventory.board_persuasion"):
        found.append(
            run(
                frame,
                "KD-10",
                board,
                end=line.first("inventory.done", "inventory.compliance", since=board.on),
            )
        )
    for asked in line.all("police.asked", value="inventory")[-1:]:
        found.append(run(frame, "KD-12", asked, end=line.first("inventory.done", since=asked.on)))
    return found


def posting_rule(frame: Frame, started: date) -> tuple[str, Notes]:
    """PA-02 or PA-03 for a posting begun on that day, and what is in doubt about it.

    Begun before 2026-01-01: 30 days whatever the regime; not ended by then, it is flagged (no text settles it), and the
    legal officer may choose the shorter time: the record of its end then says "PA-03".
    """
    if started < RESOLUTION:
        ended = frame.line.first("posting.ended", since=started)
        if ended and ended.value == "PA-03" and ended.on >= RESOLUTION and frame.regime().code == "G26":
            return "PA-03", [_CHOSEN]
        over = started + timedelta(days=frame.book.get("PA-02", on=started).days())
        return "PA-02", [_STRADDLES] if frame.regime().code == "G26" and over >= RESOLUTION else []
    return ("PA-03" if frame.regime().code == "G26" else "PA-02"), []


def posting(frame: Frame) -> Clock | None:
    """The clock of the posting that stands: 10 days, 30 under the older law."""
    begun = frame.line.last("posting.started")
    if begun is None:
        return None
    code, notes = posting_rule(frame, begun.on)
    ended = frame.line.first("posting.ended", since=begun.on) or frame.line.first(
        *_AFTER_POSTING, since=begun.on
    )
    return run(frame, code, begun, end=ended, notes=notes)


def _posting(frame: Frame) -> list[Clock]:
    clock = posting(frame)
    if clock is None or clock.earliest is None:
        return []
    line, begun = frame.line, clock.started
    opinions = line.first("opinions.held", since=begun)
    over = line.first("posting.ended", since=begun)
    found = [clock]
    skipped = line.has("dialogue.opened", "appraisal.done", "approval.decided")
    if opinions or over or (clock.earliest < frame.today and not skipped):
        start = over or line.last("posting.started")
        if start and not (skipped and not opinions):
            found.append(since(frame, "PA-04", start, on=over.on if over else clock.earliest, end=opinions))
    return found


def objections(line_fact: Fact | None) -> bool | None:
    """Whether the record of opinions ("agree/all") leaves objections; None when it does not say."""
    if line_fact is None:
        return None
    count = read_count(line_fact.value)
    return None if count is None else count[0] < count[1]


def _dialogue(frame: Frame) -> list[Clock]:
    line = frame.line
    opinions, opened = line.last("opinions.held"), line.last("dialogue.opened")
    if not opened and not objections(opinions):
        return []
    after = opinions.on if opinions else opened.on if opened else None
    ended = line.first(
        "dialogue.ended", "appraisal.received", "appraisal.done", "approval.decided", since=after
    )
    code = "PA-06" if frame.regime(on=ended.on if ended else None).code == "G26" else "PA-05"
    if opinions is None and ended:
        return []
    missing = ("chưa ghi ngày họp lấy ý kiến", "the day of the opinion meeting is not recorded")
    return [run(frame, code, opinions, end=ended, missing=missing)]


def _appraisal(frame: Frame) -> list[Clock]:
    line = frame.line
    received, done = line.last("appraisal.received"), line.first("appraisal.done")
    if received is None:
        ready = line.last("opinions.held")
        if ready is None or done or line.has("approval.decided"):
            return []
        if objections(ready) and not line.has("dialogue.ended"):
            return []
        missing = (
            "chưa ghi ngày cơ quan thẩm định nhận đủ hồ sơ",
            "the day of the complete dossier is not recorded",
        )
        return [blank(frame, "PA-07", missing=missing)]
    done = line.first("appraisal.done", "approval.decided", since=received.on)
    still, stands = pauses(frame, received.on, done.on if done else frame.today)
    rule = frame.book.get("PA-07", on=received.on)
    # Days in revision do not count: the clock is moved by them before its end is put on a working day.
    day = frame.end(rule, received.on + timedelta(days=still))
    notes = []
    if still:
        notes.append(
            (f"không tính {still} ngày hoàn thiện phương án", f"{still} days of revision are not counted")
        )
    if stands:
        notes.append(("đang trả lại để hoàn thiện", "returned for revision now"))
    return [run(frame, "PA-07", received, end=done, day=day, notes=notes)]


def pauses(frame: Frame, first: date, last: date) -> tuple[int, bool]:
    """Days on which the appraisal stood still between two days, and whether it stands still on the last one.

    A day counts as still when the plan was out for revision when it began: from the day after the return to the day
    on which the revised plan came back.
    """
    still, out = 0, None
    for fact in frame.line.all("appraisal.returned", "appraisal.resumed", since=first):
        if fact.on > last:
            break
        if fact.kind == "appraisal.returned":
            out = out or fact.on
        elif out is not None:
            still += (fact.on - out).days
            out = None
    return still + ((last - out).days if out else 0), out is not None


def _sending(frame: Frame) -> list[Clock]:
    line, found = frame.line, []
    if approved := line.last("approval.decided"):
        sent = line.first("plan.sent", since=approved.on)
        found.append(since(frame, "PA-12", approved, on=approved.on, end=sent))
    if posted := line.last("resettlement.posted"):
        ended = line.first(
            "resettlement.posting_ended", "resettlement.approved", "resettlement.drawn", since=posted.on
        )
        found.append(run(frame, "TDC-02", posted, end=ended))
    return found
