"""Facts of a case: what happened on which day, with its paper. Clocks, guards and tracks read nothing else.

A step of the headline is a fact too (`STEP_FACTS`); its day and paper come from the history. All other facts are
recorded beside the headline, many of them for one holder or one kind of land only.
"""

from __future__ import annotations

from collections.abc import Iterator
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


STEP_FACTS: dict[str, str] = {
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

# Two lines a kind: code, track, rules, wants; then its words.
_TABLE = """
plan.asked | land | KH-01 | document
    Nhận đề nghị của chủ đầu tư kèm hồ sơ dự án | Investor's request received
notice.served | land | TB-02 TB-04 TB-05 TB-06 TB-07 | land
    Đã gửi thông báo thu hồi đến người có đất | Notice served on the holder
notice.newspaper | land | TB-03 | document
    Đăng báo, phát thanh xong lần thứ ba (không liên lạc được) | Third newspaper and radio issue (cannot be reached)
notice.reissued | land | TB-10 TB-11 | document
    Ban hành lại thông báo thu hồi | Notice issued again
consent.early | land | TB-08 | document
    Đồng ý thu hồi sớm (từng người) | Agrees to earlier recovery
inventory.persuasion_ended | land | KD-05 KD-06 | document
    Kết thúc vận động kiểm đếm | Persuasion on the inventory ended
inventory.compelled_received | land | KD-08 | document
    Đã nhận QĐ kiểm đếm bắt buộc, hoặc có biên bản từ chối, vắng mặt | Compulsory decision received or recorded
inventory.enforcement_posted | land | KD-08 | document
    Niêm yết QĐ cưỡng chế kiểm đếm ở hai nơi | Inventory enforcement posted at two places
inventory.enforcement_broadcast | land | KD-08 | document
    Phát thanh QĐ cưỡng chế kiểm đếm | Inventory enforcement broadcast
inventory.enforcement_received | land | KD-08 | document
    Đã nhận QĐ cưỡng chế kiểm đếm, hoặc có biên bản | Inventory enforcement received or recorded
inventory.board_set | land | KD-09 | document
    Thành lập Ban cưỡng chế kiểm đếm | Board of inventory enforcement set up
inventory.board_persuasion | land | KD-10 | document
    Ban cưỡng chế bắt đầu vận động (5 ngày làm việc) | Board begins to persuade (5 working days)
inventory.compliance | land | KD-10 | document
    Biên bản ghi nhận chấp hành kiểm đếm | Record of compliance with the inventory
police.asked | land | KD-12 | document value
    Đề nghị công an tham gia (value: inventory hoặc recovery) | Police asked to take part (value: inventory or recovery)
posting.ended | land | PA-02 PA-03 | document
    Kết thúc niêm yết | Posting ended
opinions.held | land | PA-04 | document
    Họp lấy ý kiến (value: số đồng ý/tổng số) | Opinion meeting (value: agree/all)
dialogue.ended | land | PA-05 PA-06 | document
    Kết thúc đối thoại | Dialogue ended
appraisal.received | land | PA-07 PA-08 | document
    Cơ quan thẩm định nhận đủ hồ sơ | Complete dossier received for appraisal
appraisal.returned | land | PA-07 | document
    Trả lại phương án để hoàn thiện | Plan returned for revision
appraisal.resumed | land | PA-07 | document
    Nhận lại phương án đã hoàn thiện | Revised plan received
approval.effective | land | TT-01 |
    QĐ phê duyệt phương án có hiệu lực | Approval takes effect
plan.sent | land | PA-12 BG-01 | document
    Đã gửi phương án được duyệt (until: ngày phải bàn giao) | Approved plan sent (until: handover date)
refusal.persuasion_ended | land | QD-02 QD-03 | document
    Kết thúc vận động thực hiện phương án | Persuasion on the plan ended
proof.on_site_temporary | land | QD-01b | document
    Tái định cư tại chỗ, đã đồng ý nhận tiền tạm cư | Resettled on the spot, accepts temporary-housing money
proof.land_handed | land | QD-01c | document
    Đã bàn giao đất tái định cư trên thực địa | Resettlement land handed over on the ground
proof.home_handed | land | QD-01d | document
    Đã bàn giao nhà tái định cư | Resettlement home handed over
proof.land_with_home | land | QD-01đ | document
    Đã bàn giao đất ở có nhà | Residential land with a house handed over
proof.money_for_home | land | QD-01e | document
    Đồng ý và đã nhận tiền tự lo chỗ ở | Agrees and has received the money to find a home
proof.free_handover | land | QD-01g | document
    Tự nguyện bàn giao, đã bố trí tạm cư hoặc nhận tiền tạm cư | Hands over freely, temporary housing arranged or paid
fast_lane | land | QD-08 QD-09 QD-10 | document value
    Căn cứ thu hồi trước (value: QD-08, QD-09 78/100, QD-10) | Ground of earlier recovery (value: as there)
recovery.received | land | KN-05 KN-10 | document
    Đã giao QĐ thu hồi đất cho người có đất | Recovery decision received
recovery.adjusted | land | QD-06 | document
    QĐ điều chỉnh thu hồi đất, điều chỉnh phương án | Recovery and plan adjusted by decision
handover.persuasion_ended | land | BG-02 BG-03 | document
    Kết thúc vận động bàn giao | Persuasion to hand over ended
enforcement.board_set | land | CC-03 | document
    Thành lập Ban cưỡng chế thu hồi | Board of recovery enforcement set up
enforcement.plan_approved | land | CC-04 | document
    Duyệt phương án, kinh phí cưỡng chế | Enforcement plan and budget approved
enforcement.posted | land | CC-02 | document
    Niêm yết QĐ cưỡng chế thu hồi ở hai nơi | Recovery enforcement posted at two places
enforcement.received | land | CC-02 CC-05 | document
    Đã nhận QĐ cưỡng chế, hoặc có biên bản (until: thời hạn trong đó) | Enforcement received (until: its time)
enforcement.compliance | land | CC-07 | document
    Biên bản ghi nhận chấp hành | Record of compliance
assets.notified | land | CC-10 | document
    Chủ tài sản nhận thông báo đến nhận lại tài sản | Owner told to fetch the assets
assets.fetched | land | CC-10 | document
    Chủ tài sản đã nhận lại tài sản | Owner has fetched the assets
payment.invited | money | TT-01 | document
    Đã mời nhận tiền | Invited to be paid
payment.part | money | TT-01 | document amount
    Đã chi trả một phần | Paid in part
payment.full | money | TT-01 | document amount
    Đã chi trả đủ | Paid in full
payment.refused | money | TT-06 | document
    Không nhận tiền | Refuses the money
payment.disputed | money | TT-06 | document
    Đất, tài sản đang tranh chấp | Land or assets in dispute
payment.deposited | money | TT-06 | document amount
    Đã gửi tiền vào tài khoản tiền gửi | Put on the deposit account
resettlement.needed | resettlement | TDC-01 HN-08 | document value
    Đủ điều kiện tái định cư (value: land, flat) | Entitled to resettlement (value: land, flat)
resettlement.stock | resettlement | HN-09 | value
    Đã có quỹ (value: khu) | Stock found (value: site)
resettlement.posted | resettlement | TDC-02 | document
    Niêm yết dự kiến bố trí tái định cư | Planned allocation posted
resettlement.posting_ended | resettlement | TDC-02 | document
    Kết thúc niêm yết bố trí tái định cư | Posting of the allocation ended
resettlement.approved | resettlement | TDC-02 | document
    Phê duyệt phương án bố trí tái định cư | Allocation plan approved
resettlement.drawn | resettlement | TDC-01 | document value
    Đã bốc thăm (value: ô, căn) | Plot drawn (value: plot, flat)
resettlement.handed | resettlement | QD-01c QD-01d | document
    Đã bàn giao đất, nhà tái định cư | Plot or home handed over
resettlement.temporary | resettlement | TDC-05 QD-10 | document
    Đã bố trí tạm cư hoặc chi tiền tạm cư | Temporary housing arranged or paid
complaint.received | complaint | KN-05 KN-06 | document
    Đã nhận đơn khiếu nại | Complaint received
complaint.accepted | complaint | KN-06 KN-07 | document
    Đã thụ lý | Complaint accepted
complaint.declined | complaint | KN-06 | document
    Không thụ lý, đã trả lời | Not accepted, answered
complaint.settled_first | complaint | KN-07 KN-08 | document
    Quyết định giải quyết lần đầu | First settlement
complaint.second_accepted | complaint | KN-09 | document
    Thụ lý lần hai | Second complaint accepted
complaint.settled_second | complaint | KN-09 | document
    Quyết định giải quyết lần hai | Second settlement
complaint.withdrawn | complaint |  | document
    Rút khiếu nại | Complaint withdrawn
complaint.unlawful | complaint | KN-02 | document
    Kết luận quyết định trái pháp luật | Decision found unlawful
suit.filed | complaint | KN-10 | document
    Đã khởi kiện | Suit filed
"""


def _read(table: str) -> Iterator[FactKind]:
    lines = table.strip().splitlines()
    for about, words in zip(lines[::2], lines[1::2], strict=True):
        code, track, rules, wants = (part.strip() for part in about.split("|"))
        label_vi, label_en = (part.strip() for part in words.split("|"))
        yield FactKind(code, label_vi, label_en, track, tuple(rules.split()), tuple(wants.split()))


KINDS: dict[str, FactKind] = {kind.code: kind for kind in _read(_TABLE)}
