"""Facts of a case: what happened on which day, with its paper. Clocks, guards and tracks read nothing else.

A step of the headline is a fact too (`STEP_FACTS`); its day and paper come from the history. All other facts are
recorded beside the headline, many of them for one holder or one kind of land only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

LANDS = ("agri", "non_agri")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened. Empty text: not said, or for everybody.

    `land`: agri | non_agri; `party`: code of the person it concerns; `value`: what the kind says it holds (a rule id, a
    count "78/100", a place); `amount` in đồng; `until`: a later day that the paper sets; `document` number, `signer`
    and `body` (who signed, for which authority); `file`: SHA-256 of the scan; `id`: of the row, 0 from a step.
    """

    kind: str
    on: date
    land: str = ""
    party: str = ""
    value: str = ""
    amount: Decimal | None = None
    until: date | None = None
    document: str = ""
    signer: str = ""
    body: str = ""
    file: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class FactKind:
    """A kind of fact: words, the rules that ask for it, and what it must carry besides its day.

    `wants`: names of fields that may not be empty; `track`: land | money | resettlement | complaint; `step`: the
    headline step that is this fact, '' for one recorded beside the headline.
    """

    code: str
    label_vi: str
    label_en: str
    track: str
    rules: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    step: str = ""


_STEPS = {
    "S05": "plan.made",
    "S10": "meeting.held",
    "S20": "notice.issued",
    "S31": "inventory.persuasion",
    "S32": "inventory.compelled",
    "S33": "inventory.enforced",
    "S30": "inventory.done",
    "S40": "origin.confirmed",
    "S50": "draft.made",
    "S60": "posting.started",
    "S61": "dialogue.opened",
    "S70": "appraisal.done",
    "S80": "approval.decided",
    "S85": "refusal.persuasion",
    "S90": "recovery.decided",
    "S95": "handover.persuasion",
    "S97": "enforcement.decided",
    "S100": "handover.done",
    "S105": "handover.investor",
    "S101": "reoccupied",
    "X1": "paused",
    "X2": "left",
}
STEP_FACTS: dict[str, str] = _STEPS

_ROWS: tuple[tuple[str, str, str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    # code, track, label_vi, label_en, rules, wants
    (
        "plan.asked",
        "land",
        "Nhận đề nghị của chủ đầu tư kèm hồ sơ dự án",
        "Investor's request received",
        ("KH-01",),
        ("document",),
    ),
    (
        "notice.served",
        "land",
        "Đã gửi thông báo thu hồi đến người có đất",
        "Notice served on the holder",
        ("TB-02", "TB-04", "TB-05", "TB-06", "TB-07"),
        ("land",),
    ),
    (
        "notice.newspaper",
        "land",
        "Đăng báo, phát thanh xong lần thứ ba (không liên lạc được)",
        "Third newspaper and radio issue (cannot be reached)",
        ("TB-03",),
        ("document",),
    ),
    (
        "notice.reissued",
        "land",
        "Ban hành lại thông báo thu hồi",
        "Notice issued again",
        ("TB-10", "TB-11"),
        ("document",),
    ),
    (
        "consent.early",
        "land",
        "Đồng ý thu hồi sớm (từng người)",
        "Agrees to earlier recovery",
        ("TB-08",),
        ("document",),
    ),
    (
        "inventory.persuasion_ended",
        "land",
        "Kết thúc vận động kiểm đếm",
        "Persuasion on the inventory ended",
        ("KD-05", "KD-06"),
        ("document",),
    ),
    (
        "inventory.compelled_received",
        "land",
        "Đã nhận QĐ kiểm đếm bắt buộc, hoặc có biên bản từ chối, vắng mặt",
        "Compulsory decision received or recorded",
        ("KD-08",),
        ("document",),
    ),
    (
        "inventory.enforcement_posted",
        "land",
        "Niêm yết QĐ cưỡng chế kiểm đếm ở hai nơi",
        "Inventory enforcement posted at two places",
        ("KD-08",),
        ("document",),
    ),
    (
        "inventory.enforcement_broadcast",
        "land",
        "Phát thanh QĐ cưỡng chế kiểm đếm",
        "Inventory enforcement broadcast",
        ("KD-08",),
        ("document",),
    ),
    (
        "inventory.enforcement_received",
        "land",
        "Đã nhận QĐ cưỡng chế kiểm đếm, hoặc có biên bản",
        "Inventory enforcement received or recorded",
        ("KD-08",),
        ("document",),
    ),
    (
        "inventory.board_set",
        "land",
        "Thành lập Ban cưỡng chế kiểm đếm",
        "Board of inventory enforcement set up",
        ("KD-09",),
        ("document",),
    ),
    (
        "inventory.board_persuasion",
        "land",
        "Ban cưỡng chế bắt đầu vận động (5 ngày làm việc)",
        "Board begins to persuade (5 working days)",
        ("KD-10",),
        ("document",),
    ),
    (
        "police.asked",
        "land",
        "Đề nghị công an tham gia (value: inventory hoặc recovery)",
        "Police asked to take part (value: inventory or recovery)",
        ("KD-12",),
        ("document", "value"),
    ),
    ("posting.ended", "land", "Kết thúc niêm yết", "Posting ended", ("PA-02", "PA-03"), ("document",)),
    (
        "opinions.held",
        "land",
        "Họp lấy ý kiến (value: số đồng ý/tổng số)",
        "Opinion meeting (value: agree/all)",
        ("PA-04",),
        ("document",),
    ),
    ("dialogue.ended", "land", "Kết thúc đối thoại", "Dialogue ended", ("PA-05", "PA-06"), ("document",)),
    (
        "appraisal.received",
        "land",
        "Cơ quan thẩm định nhận đủ hồ sơ",
        "Complete dossier received for appraisal",
        ("PA-07", "PA-08"),
        ("document",),
    ),
    (
        "appraisal.returned",
        "land",
        "Trả lại phương án để hoàn thiện",
        "Plan returned for revision",
        ("PA-07",),
        ("document",),
    ),
    (
        "appraisal.resumed",
        "land",
        "Nhận lại phương án đã hoàn thiện",
        "Revised plan received",
        ("PA-07",),
        ("document",),
    ),
    (
        "approval.effective",
        "land",
        "QĐ phê duyệt phương án có hiệu lực",
        "Approval takes effect",
        ("TT-01",),
        (),
    ),
    (
        "plan.sent",
        "land",
        "Đã gửi phương án được duyệt (until: ngày phải bàn giao)",
        "Approved plan sent (until: handover date)",
        ("PA-12", "BG-01"),
        ("document",),
    ),
    (
        "refusal.persuasion_ended",
        "land",
        "Kết thúc vận động thực hiện phương án",
        "Persuasion on the plan ended",
        ("QD-02", "QD-03"),
        ("document",),
    ),
    (
        "proof.on_site_temporary",
        "land",
        "Tái định cư tại chỗ, đã đồng ý nhận tiền tạm cư",
        "Resettled on the spot, accepts temporary-housing money",
        ("QD-01b",),
        ("document",),
    ),
    (
        "proof.land_handed",
        "land",
        "Đã bàn giao đất tái định cư trên thực địa",
        "Resettlement land handed over on the ground",
        ("QD-01c",),
        ("document",),
    ),
    (
        "proof.home_handed",
        "land",
        "Đã bàn giao nhà tái định cư",
        "Resettlement home handed over",
        ("QD-01d",),
        ("document",),
    ),
    (
        "proof.land_with_home",
        "land",
        "Đã bàn giao đất ở có nhà",
        "Residential land with a house handed over",
        ("QD-01đ",),
        ("document",),
    ),
    (
        "proof.money_for_home",
        "land",
        "Đồng ý và đã nhận tiền tự lo chỗ ở",
        "Agrees and has received the money to find a home",
        ("QD-01e",),
        ("document",),
    ),
    (
        "proof.free_handover",
        "land",
        "Tự nguyện bàn giao, đã bố trí tạm cư hoặc nhận tiền tạm cư",
        "Hands over freely, temporary housing arranged or paid",
        ("QD-01g",),
        ("document",),
    ),
    (
        "fast_lane",
        "land",
        "Căn cứ thu hồi trước (value: QD-08, QD-09 đồng ý/tổng số, QD-10)",
        "Ground of earlier recovery (value: QD-08, QD-09 agree/all, QD-10)",
        ("QD-08", "QD-09", "QD-10"),
        ("document", "value"),
    ),
    (
        "handover.persuasion_ended",
        "land",
        "Kết thúc vận động bàn giao",
        "Persuasion to hand over ended",
        ("BG-02", "BG-03"),
        ("document",),
    ),
    (
        "enforcement.board_set",
        "land",
        "Thành lập Ban cưỡng chế thu hồi",
        "Board of recovery enforcement set up",
        ("CC-03",),
        ("document",),
    ),
    (
        "enforcement.plan_approved",
        "land",
        "Duyệt phương án, kinh phí cưỡng chế",
        "Enforcement plan and budget approved",
        ("CC-04",),
        ("document",),
    ),
    (
        "enforcement.posted",
        "land",
        "Niêm yết QĐ cưỡng chế thu hồi ở hai nơi",
        "Recovery enforcement posted at two places",
        ("CC-02",),
        ("document",),
    ),
    (
        "enforcement.received",
        "land",
        "Đã nhận QĐ cưỡng chế thu hồi, hoặc có biên bản (until: thời hạn dài hơn trong QĐ)",
        "Enforcement received or recorded (until: a longer time in the decision)",
        ("CC-02", "CC-05"),
        ("document",),
    ),
    (
        "enforcement.compliance",
        "land",
        "Biên bản ghi nhận chấp hành",
        "Record of compliance",
        ("CC-07",),
        ("document",),
    ),
    (
        "assets.notified",
        "land",
        "Chủ tài sản nhận thông báo đến nhận lại tài sản",
        "Owner told to fetch the assets",
        ("CC-10",),
        ("document",),
    ),
    ("payment.invited", "money", "Đã mời nhận tiền", "Invited to be paid", ("TT-01",), ("document",)),
    ("payment.part", "money", "Đã chi trả một phần", "Paid in part", ("TT-01",), ("document", "amount")),
    ("payment.full", "money", "Đã chi trả đủ", "Paid in full", ("TT-01",), ("document", "amount")),
    ("payment.refused", "money", "Không nhận tiền", "Refuses the money", ("TT-06",), ("document",)),
    (
        "payment.deposited",
        "money",
        "Đã gửi tiền vào tài khoản tiền gửi",
        "Put on the deposit account",
        ("TT-06",),
        ("document", "amount"),
    ),
    (
        "resettlement.needed",
        "resettlement",
        "Đủ điều kiện tái định cư (value: land, flat)",
        "Entitled to resettlement (value: land, flat)",
        ("TDC-01", "HN-08"),
        ("document", "value"),
    ),
    (
        "resettlement.stock",
        "resettlement",
        "Đã có quỹ (value: khu)",
        "Stock found (value: site)",
        ("HN-09",),
        ("value",),
    ),
    (
        "resettlement.posted",
        "resettlement",
        "Niêm yết dự kiến bố trí tái định cư",
        "Planned allocation posted",
        ("TDC-02",),
        ("document",),
    ),
    (
        "resettlement.posting_ended",
        "resettlement",
        "Kết thúc niêm yết bố trí tái định cư",
        "Posting of the allocation ended",
        ("TDC-02",),
        ("document",),
    ),
    (
        "resettlement.drawn",
        "resettlement",
        "Đã bốc thăm (value: ô, căn)",
        "Plot drawn (value: plot, flat)",
        ("TDC-01",),
        ("document", "value"),
    ),
    (
        "resettlement.handed",
        "resettlement",
        "Đã bàn giao đất, nhà tái định cư",
        "Plot or home handed over",
        ("QD-01c", "QD-01d"),
        ("document",),
    ),
    (
        "resettlement.temporary",
        "resettlement",
        "Đã bố trí tạm cư hoặc chi tiền tạm cư",
        "Temporary housing arranged or paid",
        ("TDC-05", "QD-10"),
        ("document",),
    ),
    (
        "complaint.received",
        "complaint",
        "Đã nhận đơn khiếu nại",
        "Complaint received",
        ("KN-05", "KN-06"),
        ("document",),
    ),
    ("complaint.accepted", "complaint", "Đã thụ lý", "Complaint accepted", ("KN-06", "KN-07"), ("document",)),
    (
        "complaint.declined",
        "complaint",
        "Không thụ lý, đã trả lời",
        "Not accepted, answered",
        ("KN-06",),
        ("document",),
    ),
    (
        "complaint.settled_first",
        "complaint",
        "Quyết định giải quyết lần đầu",
        "First settlement",
        ("KN-07", "KN-08"),
        ("document",),
    ),
    (
        "complaint.second_accepted",
        "complaint",
        "Thụ lý lần hai",
        "Second complaint accepted",
        ("KN-09",),
        ("document",),
    ),
    (
        "complaint.settled_second",
        "complaint",
        "Quyết định giải quyết lần hai",
        "Second settlement",
        ("KN-09",),
        ("document",),
    ),
    ("complaint.withdrawn", "complaint", "Rút khiếu nại", "Complaint withdrawn", (), ("document",)),
    (
        "complaint.unlawful",
        "complaint",
        "Kết luận quyết định trái pháp luật",
        "Decision found unlawful",
        ("KN-02",),
        ("document",),
    ),
    ("suit.filed", "complaint", "Đã khởi kiện", "Suit filed", ("KN-10",), ("document",)),
)

KINDS: dict[str, FactKind] = {
    code: FactKind(code, vi, en, track, rules, wants) for code, track, vi, en, rules, wants in _ROWS
}
