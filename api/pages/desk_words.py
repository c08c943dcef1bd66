"""Words of the follow-up: its fields, its coded values, and its events; puts them where events are told of."""

from __future__ import annotations

from api.pages.event_words import tell, value_words
from api.pages.labels import Pair
from api.usecases import complaints, contacts
from projects.codes import OBSTACLES
from projects.law.facts import KINDS
from projects.tiers import TIERS

FIELD_WORDS: dict[str, Pair] = {
    "cause": ("Nguyên nhân", "Cause"),
    "opened_on": ("Phát sinh ngày", "Since"),
    "owner": ("Phụ trách", "Owner"),
    "tier": ("Cấp xử lý", "Tier"),
    "solution": ("Giải pháp đề xuất", "Proposed solution"),
    "due_on": ("Hạn xử lý", "Due"),
    "climbs": ("Số lần lên cấp", "Climbs"),
    "resolved_on": ("Gỡ ngày", "Resolved on"),
    "how": ("Cách gỡ", "How it was resolved"),
    "met_on": ("Ngày tiếp xúc", "Day of the contact"),
    "way": ("Cách tiếp xúc", "Way"),
    "with_whom": ("Gặp ai", "With whom"),
    "said": ("Nội dung", "What was said"),
    "next_on": ("Hẹn lần sau", "Next contact"),
    "corrects": ("Thay cho dòng", "In the place of row"),
    "number": ("Số đơn", "Number"),
    "received_on": ("Nhận ngày", "Received on"),
    "about": ("Khiếu nại về", "About"),
    "decision": ("Quyết định bị khiếu nại", "Decision"),
    "party": ("Người khiếu nại", "Complainant"),
    "content": ("Nội dung đơn", "Content"),
    "state": ("Tình trạng", "State"),
    "state_on": ("Từ ngày", "Since"),
}
_STATES = {state: complaints.state_words(state) for state in complaints.NEXT}

tell("obstacle.open", "Mở vướng mắc", "Obstacle opened", FIELD_WORDS)
tell("obstacle.change", "Sửa vướng mắc", "Obstacle changed")
tell("obstacle.resolve", "Gỡ vướng mắc", "Obstacle resolved")
tell("obstacle.climb", "Vướng mắc quá hạn, lên cấp", "Overdue obstacle climbed a tier")
tell("contact.add", "Tiếp xúc chủ sử dụng", "Contact with the holder")
tell("contact.correct", "Đính chính nhật ký tiếp xúc", "Contact corrected")
tell("complaint.add", "Nhận đơn khiếu nại", "Complaint registered")
tell("complaint.state", "Bước giải quyết khiếu nại", "Complaint moved on")
tell(
    "fact.record",
    "Ghi sự việc",
    "Fact recorded",
    {
        "facts": ("Sự việc", "Fact"),
        "kind": ("Loại", "Kind"),
        "on": ("Ngày", "Day"),
        "land": ("Loại đất", "Land"),
        "value": ("Giá trị", "Value"),
        "until": ("Thời hạn", "Until"),
        "signer": ("Người ký", "Signer"),
        "body": ("Cơ quan ký", "Signed for"),
        "file": ("Tệp", "File"),
    },
)
tell("fact.void", "Bỏ sự việc ghi sai", "Fact declared void", {"void": ("Đã bỏ", "Void")})
value_words("kind", {code: (kind.label_vi, kind.label_en) for code, kind in KINDS.items()})
value_words(
    "land", {"agri": ("nông nghiệp", "agricultural"), "non_agri": ("phi nông nghiệp", "non-agricultural")}
)
value_words("cause", OBSTACLES)
value_words("tier", TIERS)
value_words("way", contacts.WAYS)
value_words("about", complaints.ABOUT)
value_words("state", _STATES)
