"""What events of networks and baselines are called, and their fields."""

from __future__ import annotations

from api.pages.event_words import tell

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
