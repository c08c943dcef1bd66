"""The tracks beside the land: money, resettlement, complaint. Their states from facts, and what may be recorded next.

None of them holds the land track up: a complaint never does (KN-01), and money is a proof for one of the seven roads
only (QD-01e).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from projects.law.breach import Breach, missing, too_short
from projects.law.clock import Frame, run
from projects.law.facts import KINDS, Fact
from projects.law.interest import PAID
from projects.law.plan_clocks import posting_rule
from projects.law.timeline import Timeline

# kind that brings the state: code, wording. The latest fact of a track decides.
MONEY: dict[str, tuple[str, str, str]] = {
    "": ("none", "chưa lập phương án được duyệt", "no approved plan"),
    "approval.decided": ("approved", "đã phê duyệt", "approved"),
    "payment.invited": ("invited", "đã mời nhận tiền", "invited"),
    "payment.part": ("part", "đã trả một phần", "paid in part"),
    "payment.full": ("full", "đã trả đủ", "paid in full"),
    "payment.refused": ("refused", "không nhận tiền", "refused"),
    "payment.disputed": ("disputed", "đang tranh chấp", "in dispute"),
    "payment.deposited": ("deposited", "đã gửi tài khoản tiền gửi", "deposited"),
}
RESETTLEMENT: dict[str, tuple[str, str, str]] = {
    "": ("none", "không phải tái định cư hoặc chưa xác định", "none, or not found yet"),
    "resettlement.needed": ("needed", "phải tái định cư, chưa có quỹ", "needed, no stock"),
    "resettlement.stock": ("stock", "đã có quỹ đất, nhà", "stock found"),
    "resettlement.posted": ("posted", "đang niêm yết bố trí", "allocation posted"),
    "resettlement.posting_ended": ("posted", "hết niêm yết bố trí", "allocation posted"),
    "resettlement.approved": ("approved", "đã duyệt bố trí", "allocation approved"),
    "resettlement.drawn": ("drawn", "đã bốc thăm", "drawn"),
    "resettlement.temporary": ("temporary", "đang tạm cư", "temporary housing"),
    "resettlement.handed": ("handed", "đã bàn giao đất, nhà", "handed over"),
}
COMPLAINT: dict[str, tuple[str, str, str]] = {
    "": ("none", "không có khiếu nại", "no complaint"),
    "complaint.received": ("received", "đã nhận đơn", "received"),
    "complaint.accepted": ("accepted", "đã thụ lý", "accepted"),
    "complaint.declined": ("declined", "không thụ lý", "declined"),
    "complaint.settled_first": ("settled_first", "đã giải quyết lần đầu", "settled first"),
    "complaint.second_accepted": ("second", "đã thụ lý lần hai", "second accepted"),
    "complaint.settled_second": ("settled_second", "đã giải quyết lần hai", "settled second"),
    "complaint.withdrawn": ("withdrawn", "đã rút", "withdrawn"),
    "complaint.unlawful": ("unlawful", "kết luận trái pháp luật", "found unlawful"),
    "suit.filed": ("suit", "đã khởi kiện", "suit filed"),
}
TRACKS = {"money": MONEY, "resettlement": RESETTLEMENT, "complaint": COMPLAINT}

# Who may follow: kind, rule, and the facts of which one must lie before it.
_NEEDS = """
notice.served TB-02 notice.issued
notice.newspaper TB-03 notice.issued
notice.reissued TB-10 notice.issued
consent.early TB-08 notice.issued
inventory.persuasion_ended KD-05 inventory.persuasion
inventory.compelled_received KD-08 inventory.compelled
inventory.enforcement_posted KD-08 inventory.enforced
inventory.enforcement_broadcast KD-08 inventory.enforced
inventory.enforcement_received KD-08 inventory.enforced
inventory.board_set KD-09 inventory.compelled
inventory.board_persuasion KD-10 inventory.board_set
inventory.compliance KD-10 inventory.compelled
posting.ended PA-03 posting.started
opinions.held PA-04 posting.started
dialogue.ended PA-06 opinions.held dialogue.opened
appraisal.received PA-08 opinions.held
appraisal.returned PA-07 appraisal.received
appraisal.resumed PA-07 appraisal.returned
approval.effective TT-01 approval.decided
plan.sent PA-12 approval.decided
refusal.persuasion_ended QD-02 refusal.persuasion
proof.on_site_temporary QD-01b approval.decided
proof.land_handed QD-01c approval.decided
proof.home_handed QD-01d approval.decided
proof.land_with_home QD-01đ approval.decided
proof.money_for_home QD-01e approval.decided
proof.free_handover QD-01g approval.decided
recovery.received KN-05 recovery.decided
recovery.adjusted QD-06 recovery.decided
handover.persuasion_ended BG-02 handover.persuasion
enforcement.board_set CC-03 recovery.decided
enforcement.plan_approved CC-04 enforcement.board_set
enforcement.posted CC-02 enforcement.decided
enforcement.received CC-02 enforcement.decided
enforcement.compliance CC-06 enforcement.decided
assets.notified CC-10 enforcement.decided
assets.fetched CC-10 assets.notified
payment.invited TT-01 approval.decided
payment.part TT-01 approval.decided
payment.full TT-01 approval.decided
payment.refused TT-06 payment.invited
payment.deposited TT-06 payment.refused payment.disputed
resettlement.posted TDC-02 resettlement.needed
resettlement.posting_ended TDC-02 resettlement.posted
resettlement.approved TDC-02 resettlement.posting_ended
resettlement.drawn HN-09 resettlement.stock
resettlement.handed TDC-01 resettlement.approved resettlement.drawn
resettlement.temporary TDC-05 resettlement.needed
complaint.accepted KN-06 complaint.received
complaint.declined KN-06 complaint.received
complaint.settled_first KN-07 complaint.accepted
complaint.second_accepted KN-08 complaint.settled_first complaint.accepted
complaint.settled_second KN-09 complaint.second_accepted
complaint.withdrawn KN-04 complaint.received
complaint.unlawful KN-02 complaint.received suit.filed
"""
NEEDS: dict[str, tuple[str, tuple[str, ...]]] = {
    kind: (rule, tuple(before))
    for kind, rule, *before in (row.split() for row in _NEEDS.strip().splitlines())
}
# A time that had to last: the fact that begins it, and its rule; '' where the regime decides (posting).
_LASTING = {
    "inventory.persuasion_ended": ("inventory.persuasion", "KD-05"),
    "posting.ended": ("posting.started", ""),
    "refusal.persuasion_ended": ("refusal.persuasion", "QD-02"),
    "handover.persuasion_ended": ("handover.persuasion", "BG-02"),
    "resettlement.posting_ended": ("resettlement.posted", "TDC-02"),
}


@dataclass(frozen=True, slots=True)
class TrackState:
    """Where a track is: code and words of the state, and the fact that brought it (None at its beginning)."""

    track: str
    code: str
    label_vi: str
    label_en: str
    since: date | None = None
    by: Fact | None = None


def track_state(line: Timeline, track: str, *, party: str | None = None) -> TrackState:
    """The state of `track` (money, resettlement, complaint) for a person, or for the case without one."""
    table = TRACKS[track]
    last = line.last(*(kind for kind in table if kind), party=party)
    # A temporary home is no end: what was found before it is not undone, and it does not undo a handover.
    if (
        last
        and last.kind == "resettlement.temporary"
        and (handed := line.last("resettlement.handed", party=party))
    ):
        last = handed
    if last and last.kind == "approval.decided" and (paid := line.last(*_payments(), party=party)):
        last = paid  # a plan that was corrected does not undo what was paid
    code, vi, en = table[last.kind if last else ""]
    return TrackState(track, code, vi, en, last.on if last else None, last)


def paid_so_far(line: Timeline, *, party: str | None = None) -> Decimal:
    """What was paid or deposited, in đồng; amounts that the reader may not see count as nothing."""
    return sum((fact.amount or Decimal(0) for fact in line.all(*PAID, party=party)), Decimal(0))


def next_facts(line: Timeline, track: str, *, party: str | None = None) -> tuple[str, ...]:
    """The kinds of fact of a track that may be recorded next, in the order of the vocabulary."""
    kinds = [kind.code for kind in KINDS.values() if kind.track == track]
    return tuple(kind for kind in kinds if _may_follow(line, kind, party))


def check_fact(
    fact: Fact, frame: Frame, *, owed: Decimal | None = None, among: Sequence[Fact] = ()
) -> tuple[Breach, ...]:
    """What is wrong with recording `fact` in a case; empty: nothing.

    A fact without the one that the law puts before it (on the same day or earlier, `among` the facts of the same entry
    too) is refused with the article; so is more money than is `owed`. A time that was ended too early is told, not
    refused: it did happen, and the guard of the next step refuses to build on it.
    """
    line = Timeline(tuple(sorted((*frame.line.facts, *among), key=lambda other: other.on)))
    line = Timeline(tuple(other for other in line.facts if other.on <= fact.on))
    found: list[Breach] = []
    if not _may_follow(line, fact.kind, fact.party or None):
        rule, before = NEEDS[fact.kind]
        found.append(replace(missing(frame.book.get(rule, on=fact.on), *before[:1]), blocking=True))
    if fact.kind in _LASTING:
        found += [replace(breach, blocking=False) for breach in _short(fact, replace(frame, line=line))]
    if owed is not None and fact.kind in PAID and fact.amount is not None:
        total = paid_so_far(line, party=fact.party or None) + fact.amount
        if total > owed:
            rule_ = frame.book.get("TT-01", on=fact.on)
            vi = f"Tổng đã trả {total:,.0f} đ lớn hơn số được duyệt {owed:,.0f} đ.".replace(",", ".")
            en = f"Paid {total:,.0f} đ in all, more than the approved {owed:,.0f} đ."
            found.append(Breach.of(rule_, "amount", vi, en))
    return tuple(found)


def _may_follow(line: Timeline, kind: str, party: str | None) -> bool:
    """Whether the fact that `kind` needs before it is there, for this person or for everybody."""
    return kind not in NEEDS or line.has(*NEEDS[kind][1], party=party)


def _short(fact: Fact, frame: Frame) -> list[Breach]:
    begins, code = _LASTING[fact.kind]
    begun = frame.line.last(begins, party=fact.party or None)
    if begun is None:
        return []
    code = code or posting_rule(frame, begun.on)[0]
    rule = frame.book.get(code, on=begun.on)
    return too_short(rule, run(frame, code, begun), fact.on)


def _payments() -> tuple[str, ...]:
    return tuple(kind for kind in MONEY if kind.startswith("payment."))
