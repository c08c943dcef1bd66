"""Words of assignments: fields, codes and events; puts them where events are told of."""

from __future__ import annotations

from api.pages import desk_words
from api.pages.event_words import tell, value_words
from api.pages.labels import Pair
from api.usecases.assigning import SOURCES
from api.usecases.assignment_acts import ACT_WORDS
from projects.bottlenecks import BOTTLENECKS
from projects.duties import BODY_KINDS, STATES

FIELD_WORDS: dict[str, Pair] = {
    "body_kind": ("Loại cơ quan", "Kind of body"),
    "body": ("Cơ quan nhận việc", "Body"),
    "person": ("Người chịu trách nhiệm", "Person responsible"),
    "account": ("Tài khoản của người ấy", "Their account"),
    "what": ("Việc", "What"),
    "due_on": ("Hạn xong", "Due"),
    "dues": ("Các hạn đã đặt", "Due dates set"),
    "lead": ("Chủ trì", "Lead"),
    "joint": ("Phối hợp", "Joint"),
    "product": ("Sản phẩm", "Product"),
    "authority": ("Thẩm quyền quyết định", "Deciding authority"),
    "given_on": ("Giao ngày", "Given on"),
    "given_by": ("Người giao", "Given by"),
    "state": ("Tình trạng", "State"),
    "state_on": ("Từ ngày", "Since"),
    "said": ("Lý do", "Reason"),
    "done_on": ("Xong ngày", "Done on"),
    "done_by": ("Người báo xong", "Reported by"),
    "evidence": ("Văn bản chứng minh", "Evidence"),
    "confirmed_by": ("Người xác nhận", "Confirmed by"),
    "asked": ("Yêu cầu giải trình", "To be explained"),
    "asked_on": ("Yêu cầu ngày", "Asked on"),
    "asked_by": ("Người yêu cầu", "Asked by"),
    "answer": ("Giải trình", "Explanation"),
    "answered_on": ("Giải trình ngày", "Explained on"),
    "answered_by": ("Người giải trình", "Explained by"),
    "source_kind": ("Từ dòng nào", "Made from"),
    "source_code": ("Mã dòng", "Code of the line"),
    "parent_id": ("Việc cấp trên", "Assignment above"),
    "conclusion_id": ("Kết luận", "Conclusion"),
    "ward_code": ("Phường, xã", "Ward"),
    "project": ("Dự án", "Project"),
    "tier": ("Cấp đang xử lý", "Tier"),
    "number": ("Số kết luận", "Number"),
    "held_on": ("Họp ngày", "Held on"),
    "title": ("Nội dung", "Title"),
    "chair": ("Người kết luận", "Concluded by"),
    "code": ("Điểm nghẽn", "Bottleneck"),
    "day": ("Ngày số liệu", "Day"),
    "part": ("Đã đạt", "Part"),
    "whole": ("Tổng số", "Whole"),
    "unit": ("Đơn vị", "Unit"),
    "document": ("Văn bản, nguồn", "Paper, source"),
}

# A field that obstacles and contacts have too keeps their words, whichever part is loaded first.
_OWN = {name: pair for name, pair in FIELD_WORDS.items() if name not in desk_words.FIELD_WORDS}
tell("assignment.give", "Giao việc", "Assignment given", _OWN)
for _verb, (_vi, _en) in ACT_WORDS.items():
    tell(f"assignment.{_verb}", f"Giao việc: {_vi.lower()}", f"Assignment: {_en.lower()}")
tell("assignment.climb", "Việc quá hạn, lên cấp", "Overdue assignment climbed a tier")
tell("conclusion.add", "Ghi kết luận cuộc họp", "Conclusion entered")
tell("bottleneck.enter", "Ghi tiến độ điểm nghẽn", "Progress of a bottleneck entered")
value_words("state", STATES)
value_words("body_kind", {code: (vi, en) for code, (vi, en, _) in BODY_KINDS.items()})
value_words("source_kind", SOURCES)
value_words("code", BOTTLENECKS)
