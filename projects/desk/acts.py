"""What is to be done next in a case: a step of the headline or a fact beside it, with the words of its button.

The road is that of `projects.clearance` without its side roads; a side road is next only when the facts say that the
case is on it (persuasion ended, objections left).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from projects.clearance import allowed_steps
from projects.law.clock import Clock, Frame
from projects.law.facts import KINDS, STEP_FACTS
from projects.law.plan_clocks import objections
from projects.law.timeline import Timeline
from projects.law.tracks import NEEDS
from projects.steps import STEPS

Pair = tuple[str, str]
Kind = Literal["step", "fact", "none"]


@dataclass(frozen=True, slots=True)
class Act:
    """The next act of a case: `kind` step or fact with its code; none where nothing may be recorded (a pause)."""

    kind: Kind
    code: str
    verb: Pair
    button: Pair


# code: verb, English verb, button, English button
_WORDS = """
S05 | Lập kế hoạch thu hồi đất | Make the recovery plan | Ghi kế hoạch | Record the plan
S10 | Họp với người có đất | Hold the residents' meeting | Ghi biên bản họp | Record the meeting
S20 | Ban hành thông báo thu hồi đất | Issue the notice of recovery | Ghi thông báo | Record the notice
S31 | Vận động kiểm đếm | Persuade to allow the inventory | Ghi biên bản | Record it
S32 | Ra quyết định kiểm đếm bắt buộc | Decide the compulsory inventory | Ghi quyết định | Record the decision
S33 | Cưỡng chế kiểm đếm | Enforce the inventory | Ghi quyết định | Record the decision
S30 | Kiểm đếm đất, tài sản | Take the inventory | Ghi kiểm đếm | Record the inventory
S40 | Xác nhận nguồn gốc đất | Confirm the land's origin | Ghi xác nhận | Record the origin
S50 | Lập dự thảo phương án | Draft the plan | Ghi dự thảo | Record the draft
S60 | Niêm yết phương án | Post the plan | Ghi niêm yết | Record the posting
S61 | Đối thoại | Hold the dialogue | Ghi biên bản | Record the dialogue
S70 | Thẩm định phương án | Appraise the plan | Ghi thẩm định | Record the appraisal
S80 | Phê duyệt phương án | Approve the plan | Ghi phê duyệt | Record the approval
S85 | Vận động thực hiện phương án | Persuade to accept the plan | Ghi biên bản | Record it
S90 | Ra quyết định thu hồi đất | Decide the recovery | Ghi quyết định | Record the decision
S95 | Vận động bàn giao | Persuade to hand over | Ghi biên bản | Record it
S97 | Ra quyết định cưỡng chế thu hồi | Decide the enforcement | Ghi quyết định | Record the decision
S100 | Nhận bàn giao mặt bằng | Take the land over | Ghi bàn giao | Record the handover
S105 | Giao mặt bằng cho chủ đầu tư | Hand the land to the investor | Ghi bàn giao | Record the handover
notice.served | Gửi thông báo thu hồi đến người có đất | Serve the notice | Ghi ngày gửi | Record the service
notice.reissued | Ban hành lại thông báo thu hồi đất | Issue the notice again | Ghi thông báo lại | Record the notice
inventory.persuasion_ended | Kết thúc vận động kiểm đếm | End the persuasion on the inventory | Ghi biên bản | Record it
posting.ended | Kết thúc niêm yết phương án | End the posting | Ghi kết thúc | Record the end
opinions.held | Họp lấy ý kiến sau niêm yết | Hold the opinion meeting | Ghi biên bản | Record the meeting
dialogue.ended | Kết thúc đối thoại | End the dialogue | Ghi biên bản | Record it
appraisal.received | Trình hồ sơ thẩm định | Submit for appraisal | Ghi ngày nhận | Record the receipt
approval.effective | Ghi ngày phương án có hiệu lực | Record when the approval takes effect | Ghi ngày | Record the day
plan.sent | Gửi phương án đã duyệt | Send the approved plan | Ghi ngày gửi | Record the sending
payment.full | Chi trả tiền bồi thường | Pay the compensation | Ghi chi trả | Record the payment
payment.deposited | Gửi tiền vào tài khoản tiền gửi | Put the money on deposit | Ghi gửi tiền | Record the deposit
refusal.persuasion_ended | Kết thúc vận động thực hiện phương án | End that persuasion | Ghi biên bản | Record it
handover.persuasion_ended | Kết thúc vận động bàn giao | End the persuasion to hand over | Ghi biên bản | Record it
enforcement.received | Giao quyết định cưỡng chế | Deliver the enforcement decision | Ghi ngày nhận | Record the receipt
complaint.accepted | Thụ lý khiếu nại | Accept the complaint | Ghi thụ lý | Record it
complaint.settled_first | Giải quyết khiếu nại lần đầu | Settle the complaint | Ghi giải quyết | Record the settlement
complaint.settled_second | Giải quyết khiếu nại lần hai | Settle the second complaint | Ghi giải quyết | Record it
resettlement.stock | Bố trí quỹ tái định cư | Find resettlement stock | Ghi bố trí | Record the stock
resettlement.drawn | Bốc thăm tái định cư | Draw the plot | Ghi bốc thăm | Record the draw
resettlement.handed | Bàn giao đất, nhà tái định cư | Hand over the plot or home | Ghi bàn giao | Record the handover
resettlement.posting_ended | Kết thúc niêm yết bố trí tái định cư | End the posting | Ghi kết thúc | Record it
"""
WORDS: dict[str, tuple[Pair, Pair]] = {
    code: ((verb, verb_en), (button, button_en))
    for code, verb, verb_en, button, button_en in (
        tuple(part.strip() for part in line.split("|")) for line in _WORDS.strip().splitlines()
    )
}
FACT_STEPS = {kind: step for step, kind in STEP_FACTS.items()}
NOTHING = Act("none", "", ("Đang tạm dừng", "Paused"), ("Xem hồ sơ", "Open the case"))
# What a clock without a date asks to be recorded.
DATES = {
    "TB": "notice.served", "QD": "notice.served", "PA-05": "opinions.held", "PA-06": "opinions.held",
    "PA-07": "appraisal.received", "TT-01": "approval.effective", "BG-01": "plan.sent", "CC-05": "enforcement.received",
}  # fmt: skip
# The road forward where there is one way only.
_ROAD = {
    "S00": "S05", "S05": "S10", "S10": "S20", "S20": "S30", "S32": "S30", "S33": "S30", "S50": "S60", "S61": "S70",
    "S70": "S80", "S80": "S90", "S85": "S90", "S90": "S100", "S97": "S100", "S101": "S100", "S100": "S105",
}  # fmt: skip


def step_act(code: str) -> Act:
    """The act of recording a step of the headline."""
    verb, button = WORDS[code]
    return Act("step", code, verb, button)


def fact_act(kind: str) -> Act:
    """The act of recording a fact beside the headline."""
    label = KINDS[kind]
    verb, button = WORDS.get(kind, ((label.label_vi, label.label_en), ("Ghi sự việc", "Record it")))
    return Act("fact", kind, verb, button)


def next_step(step: str, line: Timeline, clocks: tuple[Clock, ...]) -> str | None:
    """The next step of the headline by the facts; None where none may follow by itself (paused, handed over, left)."""
    ready = {clock.rule for clock in clocks if clock.state == "open_since"}
    if step in ("S30", "S40"):
        other, kind = ("S40", "origin.confirmed") if step == "S30" else ("S30", "inventory.done")
        wanted: str | None = "S50" if line.has(kind) else other
    elif step == "S31":
        wanted = "S32" if "KD-06" in ready else "S30"
    elif step == "S95":
        wanted = "S97" if "BG-03" in ready else "S100"
    elif step == "S60":
        wanted = "S61" if objections(line.last("opinions.held")) else "S70"
    else:
        wanted = _ROAD.get(step)
    return wanted if wanted is None or wanted in _allowed(step, wanted) else None


def _allowed(step: str, wanted: str) -> tuple[str, ...]:
    """The steps that may follow; the order of inventory and origin is told by what is wanted."""
    before = {("S30", "S50"): "S40", ("S40", "S50"): "S30"}.get((step, wanted), "S20")
    return allowed_steps(step, came_from=before if step in ("S30", "S40") else None)


def act_of(clock: Clock | None, frame: Frame, step: str, clocks: tuple[Clock, ...]) -> Act:
    """What a case does about a clock (None: no clock): the missing date, the fact that ends it, else the next step."""
    line = frame.line
    if step in ("X1", "X2"):
        return NOTHING
    if clock is not None:
        if clock.state == "no_date":
            kind = DATES.get(clock.rule) or DATES.get(clock.rule[:2])
            if kind is not None and may_record(kind, line):
                return fact_act(kind)
        if clock.state == "lapsed" and clock.rule in ("TB-09", "TB-11"):
            return fact_act("notice.reissued")
        if clock.then in KINDS and may_record(clock.then, line):
            return fact_act(clock.then)
    wanted = next_step(step, line, clocks)
    if wanted is None:
        return NOTHING if step != "S105" else fact_act("payment.full")
    return step_act(wanted)


def may_record(kind: str, line: Timeline) -> bool:
    """Whether what must lie before a fact is recorded."""
    return kind not in NEEDS or line.has(*NEEDS[kind][1])


def order_of(step: str) -> int:
    """Where a step stands on the road."""
    return STEPS[step].order if step in STEPS else 0
