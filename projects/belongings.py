"""What is counted on the land, who has a part in a case, and what must be moved: the coded words and their order."""

from __future__ import annotations

from datetime import date

from projects.errors import Fault

Pair = tuple[str, str]

ROLES: dict[str, Pair] = {
    "holder": ("Chủ sử dụng đất", "Holder of the land"),
    "co_holder": ("Đồng sử dụng", "Co-holder"),
    "household": ("Thành viên hộ", "Member of the household"),
    "user": ("Người đang sử dụng, thuê, mượn", "User, tenant"),
    "asset_owner": ("Chủ tài sản trên đất", "Owner of assets"),
    "rights": ("Người có quyền lợi liên quan", "Person with rights"),
    "heir": ("Người thừa kế", "Heir"),
    "representative": ("Người đại diện, được uỷ quyền", "Representative"),
}
PEOPLE: dict[str, Pair] = {
    "person": ("Cá nhân", "Person"),
    "household": ("Hộ gia đình", "Household"),
    "organisation": ("Tổ chức", "Organisation"),
}
REACH: dict[str, Pair] = {
    "present": ("có mặt", "present"),
    "absent": ("vắng mặt", "absent"),
    "unreachable": ("không liên lạc được", "cannot be reached"),
}
ITEMS: dict[str, Pair] = {
    "house": ("Nhà ở", "House"),
    "structure": ("Công trình, vật kiến trúc", "Structure"),
    "tree": ("Cây lâu năm", "Trees"),
    "crop": ("Cây hằng năm, hoa màu", "Crops"),
    "livestock": ("Vật nuôi, thuỷ sản", "Livestock, fish"),
    "grave": ("Mồ mả", "Graves"),
    "other": ("Tài sản khác", "Other assets"),
}
CONDITIONS: dict[str, Pair] = {
    "new": ("mới", "new"),
    "good": ("tốt", "good"),
    "worn": ("cũ", "worn"),
    "poor": ("hư hỏng", "in poor state"),
}
MOVED_KINDS: dict[str, Pair] = {
    "grave": ("Mộ", "Graves"),
    "power": ("Điện", "Power"),
    "water": ("Nước", "Water"),
    "telecom": ("Viễn thông", "Telecom"),
    "cable": ("Cáp", "Cables"),
    "drain": ("Thoát nước", "Drains"),
    "gas": ("Khí đốt", "Gas"),
}
UTILITIES = tuple(kind for kind in MOVED_KINDS if kind != "grave")
STATES: dict[str, Pair] = {
    "counted": ("đã kiểm đếm", "counted"),
    "planned": ("đã có phương án", "plan made"),
    "paid": ("đã chi trả", "paid"),
    "moved": ("đã di chuyển", "moved"),
}
_ORDER = tuple(STATES)


def move_faults(state: str, wanted: str, *, since: date, on: date, document: str, reason: str) -> list[Fault]:
    """Why graves or a utility may not go from `state` to `wanted` on this day; nothing when they may.

    One state at a time, each with its paper; backwards with a reason; never before the day of the state before.
    """
    faults: list[Fault] = []
    here, there = _ORDER.index(state), _ORDER.index(wanted)
    if there > here + 1:
        missing = STATES[_ORDER[here + 1]]
        faults.append(Fault("state", f"Chưa qua “{missing[0]}”.", f"The state “{missing[1]}” comes before."))
    if there == here:
        faults.append(Fault("state", "Đang ở tình trạng này.", "It is in this state."))
    if there < here and not reason:
        faults.append(Fault("reason", "Lùi tình trạng phải nêu lý do.", "Going back needs a reason."))
    if there > here and not document:
        faults.append(Fault("document", "Thiếu số văn bản.", "The document number is missing."))
    if there > here and on < since:
        faults.append(
            Fault("state_on", "Trước ngày của tình trạng trước.", "Before the day of the state before.")
        )
    return faults
