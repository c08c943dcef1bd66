"""Guards of compulsion: inventory (S32, S33, then S30) and recovery (S95, S97, then S100)."""

from __future__ import annotations

from projects.law.blackouts import INVENTORY, RECOVERY, day_bans, sentence
from projects.law.breach import Breach, Move, missing, too_short, too_soon
from projects.law.clock import Frame, run


def compel_inventory(frame: Frame, move: Move) -> list[Breach]:
    """S32: 15 days of persuasion, and more than 10 days after its end (KD-05, KD-06)."""
    if move.wanted != "S32":
        return []
    return _persuaded(frame, move, "inventory.persuasion", "KD-05", "KD-06")


def enforce_inventory(frame: Frame, move: Move) -> list[Breach]:
    """S33: the compulsory decision was received, or its refusal is on record (KD-08)."""
    if move.wanted != "S33" or frame.line.has("inventory.compelled_received"):
        return []
    return [missing(frame.book.get("KD-08", on=move.on), "inventory.compelled_received")]


def carry_out_inventory(frame: Frame, move: Move) -> list[Breach]:
    """S33 → S30 against the holder's will: KD-08…12. With a record of compliance nothing is enforced."""
    line, book = frame.line, frame.book
    if move.step != "S33" or move.wanted != "S30" or line.has("inventory.compliance"):
        return []
    found = []
    for kind in ("posted", "broadcast", "received"):
        if not line.has(f"inventory.enforcement_{kind}"):
            found.append(missing(book.get("KD-08", on=move.on), f"inventory.enforcement_{kind}"))
    if not line.has("inventory.board_set"):
        found.append(missing(book.get("KD-09", on=move.on), "inventory.board_set"))
    board = line.last("inventory.board_persuasion")
    rule = book.get("KD-10", on=move.on)
    if board is None:
        found.append(missing(rule, "inventory.board_persuasion"))
    else:
        found += too_soon(rule, run(frame, "KD-10", board), move.on)
    return [*found, *_police(frame, move, INVENTORY), *_banned(frame, move, INVENTORY)]


def persuade_handover(frame: Frame, move: Move) -> list[Breach]:
    """S95: only after the handover date of the plan that was sent (BG-01), where one is recorded."""
    dates = [fact.until for fact in frame.line.all("plan.sent") if fact.until]
    if move.wanted != "S95" or not dates or move.on > max(dates):
        return []
    day = f"{max(dates):%d/%m/%Y}"
    return [
        Breach.of(
            frame.book.get("BG-01", on=move.on), "effective_on",
            f"Chưa hết thời hạn bàn giao {day}.", f"The handover date {day} has not passed.",
        )
    ]  # fmt: skip


def decide_enforcement(frame: Frame, move: Move) -> list[Breach]:
    """S95 → S97: 10 days of persuasion, and more than 10 days after its end (BG-02, BG-03)."""
    if move.wanted != "S97" or move.step != "S95":
        return []
    return _persuaded(frame, move, "handover.persuasion", "BG-02", "BG-03")


def carry_out_recovery(frame: Frame, move: Move) -> list[Breach]:
    """S97 → S100 against the holder's will: CC-02…04, police letter, bans. With a record of compliance none of it."""
    line, book = frame.line, frame.book
    if move.step != "S97" or move.wanted != "S100" or line.has("enforcement.compliance"):
        return []
    asked = (
        ("CC-02", "enforcement.posted"), ("CC-02", "enforcement.received"),
        ("CC-03", "enforcement.board_set"), ("CC-04", "enforcement.plan_approved"),
    )  # fmt: skip
    found = [missing(book.get(code, on=move.on), kind) for code, kind in asked if not line.has(kind)]
    return [*found, *_police(frame, move, RECOVERY), *_banned(frame, move, RECOVERY)]


def _persuaded(frame: Frame, move: Move, kind: str, lasting: str, after: str) -> list[Breach]:
    """Persuasion that lasted (`lasting`), was ended on record, and more than the days of `after` since its end."""
    begun = frame.line.last(kind)
    if begun is None:
        return []  # the order of the steps asks for it
    first, second = frame.book.get(lasting, on=begun.on), frame.book.get(after, on=move.on)
    ended = frame.line.first(f"{kind}_ended", since=begun.on)
    if ended is None:
        return [missing(second, f"{kind}_ended"), *too_soon(first, run(frame, lasting, begun), move.on)]
    found = too_short(first, run(frame, lasting, begun), ended.on)
    return [*found, *too_soon(second, run(frame, after, ended), move.on)]


def _police(frame: Frame, move: Move, kind: str) -> list[Breach]:
    """KD-12: when the police were asked, 5 working days lie between the letter and the act."""
    letters = frame.line.all("police.asked", value=kind)
    if not letters:
        return []
    rule = frame.book.get("KD-12", on=letters[-1].on)
    return too_soon(rule, run(frame, "KD-12", letters[-1]), move.on)


def _banned(frame: Frame, move: Move, kind: str) -> list[Breach]:
    if frame.bans is None:
        return []
    found = day_bans(move.on, bans=frame.bans, kind=kind)
    if not found:
        return []
    vi, en = sentence(found)
    known = [ban for ban in found if ban.level != "U"]
    first = (known or list(found))[0]
    day = f"{move.on:%d/%m/%Y}"
    return [
        Breach(first.rule, first.basis, "effective_on", f"Không được cưỡng chế ngày {day}: {vi}.",
               f"No enforcement on {day}: {en}.", blocking=bool(known))
    ]  # fmt: skip
