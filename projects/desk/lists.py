"""The named lists that a ward asks for (fact sheet 6B): which case stands on which, and the sentence that answers.

All are read from the facts of one case on one day; a case may stand on several lists.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from projects.codes import OBSTACLES
from projects.desk.acts import Pair, act_of, fact_act, order_of, step_act
from projects.desk.desk import Desk, Entry, days_of, desk_of, office_clocks, with_lists
from projects.law.clock import Clock, Frame
from projects.law.timeline import read_count
from projects.law.waiting import RULES

LAPSE_DAYS = 60
# In the order of the questions: what each is called, in both languages.
LISTS: dict[str, Pair] = {
    "nhan-tien-chua-giao": ("Nhận tiền, chưa giao", "Paid, not handed over"),
    "chua-nhan-tien": ("Chưa nhận tiền", "Not paid yet"),
    "khong-nhan-tien": ("Không nhận, tranh chấp", "Refused or in dispute"),
    "sap-het-hieu-luc": ("Thông báo sắp hết hiệu lực", "Notice about to lapse"),
    "du-ngay-chua-quyet": ("Đủ ngày, chưa quyết định", "May be decided, not decided"),
    "het-niem-yet-chua-hop": ("Hết niêm yết, chưa họp", "Posting over, no meeting"),
    "y-kien-khac": ("Còn ý kiến khác", "Objections left"),
    "khong-phoi-hop": ("Không phối hợp kiểm đếm", "Refuses the inventory"),
    "chua-ro-nguon-goc": ("Chưa rõ nguồn gốc", "Origin not confirmed"),
    "tai-dinh-cu": ("Chờ tái định cư", "Waiting for resettlement"),
    "thieu-ngay": ("Thiếu ngày", "Dates missing"),
}
_WAITS = frozenset(RULES.values())
_LANDS: dict[str, Pair] = {
    "agri": ("đất nông nghiệp", "agricultural"),
    "non_agri": ("đất phi nông nghiệp", "other land"),
}
_TRACK: dict[str, Pair] = {
    "resettlement.needed": ("chưa có quỹ", "no stock yet"),
    "resettlement.stock": ("đã có quỹ", "stock found"),
    "resettlement.posted": ("đang niêm yết bố trí", "allocation posted"),
    "resettlement.posting_ended": ("hết niêm yết bố trí", "posting over"),
    "resettlement.approved": ("đã duyệt bố trí", "allocation approved"),
    "resettlement.drawn": ("đã bốc thăm", "drawn"),
    "resettlement.temporary": ("đang tạm cư", "in temporary housing"),
}
_AFTER = {
    "resettlement.needed": "resettlement.stock", "resettlement.stock": "resettlement.drawn",
    "resettlement.posted": "resettlement.posting_ended", "resettlement.approved": "resettlement.drawn",
    "resettlement.posting_ended": "resettlement.drawn", "resettlement.temporary": "resettlement.stock",
    "resettlement.drawn": "resettlement.handed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ask:
    """One case on one day, as the lists look at it."""

    frame: Frame
    step: str
    obstacle: str | None
    clocks: tuple[Clock, ...]
    lapse_days: int


def full_desk(frame: Frame, step: str, obstacle: str | None, *, lapse_days: int = LAPSE_DAYS) -> Desk:
    """The desk of a case with every named list that it stands on."""
    clocks = office_clocks(frame)
    desk = desk_of(frame, step, clocks)
    asked = Ask(frame, step, obstacle, clocks, lapse_days)
    found = {}
    for name, answer in _ASK.items():
        entry = answer(asked)
        if entry is not None:
            found[name] = entry
    return with_lists(desk, found)


def _paid_not_given(ask: Ask) -> Entry | None:
    paid = ask.frame.line.last("payment.full", "payment.deposited")
    if paid is None or _given(ask.frame, ask.step):
        return None
    since = (ask.frame.today - paid.on).days
    vi, en = (
        ("Nhận đủ tiền", "Paid in full")
        if paid.kind == "payment.full"
        else ("Gửi tiền vào tài khoản", "On deposit")
    )
    return Entry(
        (f"{vi} {paid.on:%d/%m/%Y}, {since} ngày rồi", f"{en} {paid.on:%d/%m/%Y}, {since} days ago"), -since
    )


def _not_paid(ask: Ask) -> Entry | None:
    line = ask.frame.line
    approved = line.last("approval.decided")
    if approved is None or line.has("payment.full", "payment.deposited"):
        return None
    clock = next((c for c in ask.clocks if c.rule == "TT-01"), None)
    last = line.last("payment.refused", "payment.disputed", "payment.part", "payment.invited")
    if last is None:
        said: Pair = (
            f"Chưa mời nhận tiền; duyệt {approved.on:%d/%m/%Y}",
            f"Not invited; approved {approved.on:%d/%m/%Y}",
        )
    else:
        vi, en = _WHY_UNPAID[last.kind]
        reason = f": {last.value}" if last.value else ""
        paper = f", {last.document}" if last.document else ""
        said = (f"{vi} {last.on:%d/%m/%Y}{reason}{paper}", f"{en} {last.on:%d/%m/%Y}{reason}{paper}")
    left = days_of(clock, ask.frame) if clock else None
    if last is not None and last.kind in ("payment.refused", "payment.disputed"):
        return Entry(said, left, clock, fact_act("payment.deposited"))
    return Entry(said, left, clock, fact_act("payment.full"))


def _refused(ask: Ask) -> Entry | None:
    """Of those not paid, the ones who refuse the money or whose land is in dispute: the next act is the deposit."""
    entry = _not_paid(ask)
    return entry if entry is not None and entry.act == fact_act("payment.deposited") else None


_WHY_UNPAID: dict[str, Pair] = {
    "payment.refused": ("Không nhận tiền", "Refused on"),
    "payment.disputed": ("Đang tranh chấp từ", "In dispute since"),
    "payment.part": ("Mới trả một phần", "Paid in part"),
    "payment.invited": ("Đã mời nhận tiền", "Invited"),
}


def _lapsing(ask: Ask) -> Entry | None:
    clock = next(
        (
            c
            for c in ask.clocks
            if c.nature == "valid" and c.days_left is not None and c.days_left <= ask.lapse_days
        ),
        None,
    )
    if clock is None or clock.lapses is None or clock.started is None:
        return None
    issued, last = f"{clock.started:%d/%m/%Y}", f"{clock.lapses:%d/%m/%Y}"
    vi = f"Ban hành {issued}, hiệu lực đến hết {last}"
    en = f"Issued {issued}, valid to the end of {last}"
    return Entry((vi, en), clock.days_left, clock, act_of(clock, ask.frame, ask.step, ask.clocks))


def _enough_days(ask: Ask) -> Entry | None:
    waits = [c for c in ask.clocks if c.rule in _WAITS]
    if not waits or any(c.state != "open_since" for c in waits) or ask.step in ("X1", "X2"):
        return None
    parts = [_counted(clock, ask.frame) for clock in waits]
    approved = ask.frame.line.has("approval.decided")
    vi = "; ".join(dict.fromkeys(part[0] for part in parts)) + ("" if approved else "; phương án chưa duyệt")
    en = "; ".join(dict.fromkeys(part[1] for part in parts)) + ("" if approved else "; plan not approved")
    last = max(waits, key=lambda c: c.earliest or ask.frame.today)
    return Entry((vi, en), -(last.days_since or 0), last)


def _counted(clock: Clock, frame: Frame) -> Pair:
    """From which day the waiting was counted: "đất nông nghiệp: gửi 01/02/2026 + 60 ngày"."""
    if clock.started is None or clock.earliest is None:
        return ("", "")
    vi, en = _LANDS.get(clock.land, ("", ""))
    amount = frame.book.get(clock.rule, on=clock.started).days(clock.land)
    day, first = f"{clock.started:%d/%m/%Y}", f"{clock.earliest:%d/%m/%Y}"
    return (
        f"{vi}: {amount} ngày tính từ {day}, được quyết định từ {first}",
        f"{en}: {amount} days from {day}, may be decided from {first}",
    )


def _no_meeting(ask: Ask) -> Entry | None:
    clock = next((c for c in ask.clocks if c.rule == "PA-04" and c.state == "open_since"), None)
    if clock is None or clock.started is None:
        return None
    since = clock.days_since or 0
    vi = f"Hết niêm yết {clock.started:%d/%m/%Y}, {since} ngày chưa họp lấy ý kiến"
    en = f"Posting over on {clock.started:%d/%m/%Y}, no opinion meeting for {since} days"
    return Entry((vi, en), -since, clock, fact_act("opinions.held"))


def _disagree(ask: Ask) -> Entry | None:
    held = ask.frame.line.all("opinions.held")
    if not held or ask.frame.line.has("dialogue.ended", "appraisal.done", "approval.decided"):
        return None
    count = read_count(held[-1].value)
    if count is None or count[0] >= count[1]:
        return None
    names = ", ".join(fact.party for fact in held if fact.party)
    against = count[1] - count[0]
    clock = next((c for c in ask.clocks if c.rule in ("PA-05", "PA-06")), None)
    vi = f"{against}/{count[1]} không đồng ý, họp {held[-1].on:%d/%m/%Y}" + (f": {names}" if names else "")
    en = f"{against} of {count[1]} disagree, meeting of {held[-1].on:%d/%m/%Y}" + (
        f": {names}" if names else ""
    )
    return Entry((vi, en), clock.days_left if clock else None, clock)


def _refuses(ask: Ask) -> Entry | None:
    line = ask.frame.line
    begun = line.last("inventory.persuasion")
    if (
        begun is None
        or line.first("inventory.done", since=begun.on)
        or ask.step not in ("S31", "S32", "S33", "X1")
    ):
        return None
    times = len(line.all("inventory.persuasion", "inventory.board_persuasion"))
    wait = next((c for c in ask.clocks if c.rule == "KD-06"), None)
    said, left = _compelled(ask.frame, wait)
    vi, en = f"Vận động {times} lần, từ {begun.on:%d/%m/%Y}; {said[0]}", f"Persuaded {times} times; {said[1]}"
    ready = wait is not None and wait.state == "open_since"
    return Entry((vi, en), left, wait, step_act("S32") if ready and ask.step == "S31" else None)


def _compelled(frame: Frame, wait: Clock | None) -> tuple[Pair, int | None]:
    """Whether the inventory may be compelled, and from which day."""
    ordered = frame.line.last("inventory.compelled")
    if ordered:
        return (f"đã quyết định bắt buộc {ordered.on:%d/%m/%Y}", f"compelled on {ordered.on:%d/%m/%Y}"), None
    if wait is None or wait.earliest is None:
        return (
            "chưa đủ điều kiện: chưa ghi kết thúc vận động",
            "may not be compelled: persuasion has not ended",
        ), None
    day = f"{wait.earliest:%d/%m/%Y}"
    if wait.state == "open_since":
        return (f"đủ điều kiện bắt buộc từ {day}", f"may be compelled since {day}"), -(wait.days_since or 0)
    return (f"được bắt buộc từ {day}", f"may be compelled from {day}"), wait.days_left


def _no_origin(ask: Ask) -> Entry | None:
    line = ask.frame.line
    notice = line.first("notice.issued")
    if notice is None or line.has("origin.confirmed", "draft.made") or order_of(ask.step) >= order_of("S50"):
        return None
    since = (ask.frame.today - notice.on).days
    stuck_vi, stuck_en = OBSTACLES.get(ask.obstacle or "", ("chưa ghi vướng mắc", "no ask.obstacle recorded"))
    counted = (
        ("đã kiểm đếm", "inventory done") if line.has("inventory.done") else ("chưa kiểm đếm", "no inventory")
    )
    vi, en = (
        f"Kẹt ở: {stuck_vi}; {counted[0]}, {since} ngày từ thông báo",
        f"Stuck at: {stuck_en}; {counted[1]}",
    )
    return Entry(
        (vi, en),
        -since,
        None,
        step_act("S40") if ask.step in _TO_ORIGIN else None,
    )


_TO_ORIGIN = ("S20", "S30")  # steps from which the origin is recorded as the headline


def _resettle(ask: Ask) -> Entry | None:
    line = ask.frame.line
    needed = line.last("resettlement.needed")
    if needed is None or line.has("resettlement.handed"):
        return None
    last = line.last(*_TRACK) or needed
    drawn, stock = line.last("resettlement.drawn"), line.last("resettlement.stock")
    kind = {"land": ("đất ở", "land"), "flat": ("căn hộ", "flat")}.get(
        needed.value, (needed.value, needed.value)
    )
    site = f", {stock.value}" if stock and stock.value else ""
    draw = (
        (f"bốc thăm {drawn.on:%d/%m/%Y}", f"drawn {drawn.on:%d/%m/%Y}")
        if drawn
        else ("chưa bốc thăm", "not drawn")
    )
    state = _TRACK[last.kind]
    since = (ask.frame.today - needed.on).days
    vi = f"Đủ điều kiện {kind[0]} từ {needed.on:%d/%m/%Y}: {state[0]}{site}; {draw[0]}"
    en = f"Entitled to {kind[1]} since {needed.on:%d/%m/%Y}: {state[1]}{site}; {draw[1]}"
    return Entry((vi, en), -since, None, fact_act(_AFTER[last.kind]))


def _no_dates(ask: Ask) -> Entry | None:
    greys = [c for c in ask.clocks if c.state == "no_date" and c.missing]
    if not greys:
        return None
    said = list(dict.fromkeys(c.missing for c in greys if c.missing))
    text = ("; ".join(vi for vi, _ in said).capitalize(), "; ".join(en for _, en in said).capitalize())
    return Entry(text, None, greys[0], act_of(greys[0], ask.frame, ask.step, ask.clocks))


def _given(frame: Frame, step: str) -> bool:
    last = frame.line.last("handover.done", "handover.investor", "reoccupied")
    return step in ("S100", "S105", "X2") or (last is not None and last.kind != "reoccupied")


_ASK: dict[str, Callable[[Ask], Entry | None]] = {
    "nhan-tien-chua-giao": _paid_not_given,
    "chua-nhan-tien": _not_paid,
    "khong-nhan-tien": _refused,
    "sap-het-hieu-luc": _lapsing,
    "du-ngay-chua-quyet": _enough_days,
    "het-niem-yet-chua-hop": _no_meeting,
    "y-kien-khac": _disagree,
    "khong-phoi-hop": _refuses,
    "chua-ro-nguon-goc": _no_origin,
    "tai-dinh-cu": _resettle,
    "thieu-ngay": _no_dates,
}
