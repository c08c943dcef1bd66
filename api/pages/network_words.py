"""What events of networks and baselines are called, and their fields."""

from __future__ import annotations

from api.pages.event_words import tell
from api.pages.labels import Pair

# The fields of rows as conflicts and the list of changes name them.
ROW_WORDS: dict[str, Pair] = {
    "code": ("Mã", "Code"),
    "name_vi": ("Tên", "Name (Vietnamese)"),
    "name_en": ("Tên tiếng Anh", "Name (English)"),
    "kind": ("Loại", "Kind"),
    "calendar": ("Lịch", "Calendar"),
    "duration_days": ("Thời lượng (ngày)", "Duration (days)"),
    "duration_minutes": ("Thời lượng (phút)", "Duration (minutes)"),
    "remaining_days": ("Còn lại (ngày)", "Remaining (days)"),
    "remaining_minutes": ("Còn lại (phút)", "Remaining (minutes)"),
    "actual_start": ("Bắt đầu thực tế", "Actual start"),
    "actual_finish": ("Kết thúc thực tế", "Actual finish"),
    "constraints": ("Ràng buộc", "Constraints"),
    "front": ("Mũi thi công", "Work front"),
    "possession": ("Nhận mặt bằng", "Possession"),
    "sender_code": ("Mã bên gửi", "Sender's code"),
    "pred": ("Việc trước", "Predecessor"),
    "succ": ("Việc sau", "Successor"),
    "type": ("Loại quan hệ", "Type"),
    "lag_days": ("Độ trễ (ngày)", "Lag (days)"),
    "lag_minutes": ("Độ trễ (phút)", "Lag (minutes)"),
    "lag_calendar": ("Lịch của độ trễ", "Calendar of the lag"),
}

tell(
    "network.change",
    "Sửa mạng tiến độ",
    "Network changed",
    {
        "activities": ("Công việc", "Activities"),
        "links": ("Quan hệ", "Links"),
        "versions": ("Phiên bản", "Versions"),
        "hash": ("Mã băm của mạng", "Hash of the network"),
        "undoes": ("Hoàn tác lần", "Takes back"),
    },
)
tell("network.undo", "Hoàn tác sửa mạng", "Change of a network taken back")
tell("network.import", "Nhập mạng tiến độ", "Network imported")
tell(
    "baseline.set",
    "Đặt đường cơ sở",
    "Baseline set",
    {
        "name": ("Tên", "Name"),
        "known_event": ("Đến lần ghi số", "Up to event"),
        "data_date": ("Ngày số liệu", "Data date"),
    },
)
tell("baseline.drop", "Bỏ đường cơ sở", "Baseline dropped", {"dropped": ("Đã bỏ", "Dropped")})
