"""People, sessions, tokens and sign-ins in words."""

from __future__ import annotations

from api.pages.labels import Pair
from projects.rights import Rights

OUTCOMES: dict[str, Pair] = {
    "ok": ("vào được", "signed in"),
    "wrong": ("sai mật khẩu", "wrong password"),
    "unknown": ("không có tài khoản", "no such account"),
    "disabled": ("tài khoản đã khoá", "account disabled"),
    "locked": ("tạm khoá vì thử nhiều lần", "locked: too many tries"),
}
# Shape and colour of each outcome, as for the lights of a project.
OUTCOME_LIGHTS = {"ok": "ok", "wrong": "risk", "unknown": "risk", "disabled": "late", "locked": "late"}

STATES: dict[str, Pair] = {
    "open": ("đang dùng", "in use"),
    "new": ("chưa đổi mật khẩu lần đầu", "first password not changed"),
    "disabled": ("đã khoá", "disabled"),
}

TOKEN_SCOPES: dict[str, Pair] = {"read": ("đọc", "read"), "write": ("ghi", "write")}

ENDED: dict[str, Pair] = {
    "signed out": ("đã đăng xuất", "signed out"),
    "signed in anew": ("đăng nhập lại", "signed in anew"),
    "expired": ("hết hạn", "expired"),
    "ended by hand": ("bị kết thúc", "ended by hand"),
    "account changed": ("đổi quyền", "account changed"),
    "account disabled": ("khoá tài khoản", "account disabled"),
    "account enabled": ("mở khoá", "account enabled"),
    "password reset": ("đặt lại mật khẩu", "password reset"),
    "password changed": ("đổi mật khẩu", "password changed"),
}

# What a role is for, in one line; what exactly it may do stands in the rights table.
ROLE_WORK: dict[str, Pair] = {
    "ward_officer": (
        "Ghi bước, ngày hẹn, vướng mắc của hồ sơ; giữ dữ liệu chủ sử dụng.",
        "Records steps, promised dates and obstacles; keeps the holders' data.",
    ),
    "ward_leader": (
        "Như cán bộ phường; thêm đính chính và xác nhận việc cần hai người.",
        "As a ward officer; also corrects and confirms what needs two people.",
    ),
    "board": (
        "Theo dõi hồ sơ của dự án; ghi bàn giao, tạm dừng, đưa ra khỏi ranh giới.",
        "Follows the project's cases; records possession, pauses and exclusions.",
    ),
    "department": (
        "Xem hồ sơ của dự án, xác nhận việc cần hai người; không thấy tên chủ sử dụng.",
        "Reads the project's cases and confirms what needs two people; sees no holders.",
    ),
    "leadership": (
        "Xem toàn thành phố; không thấy dữ liệu cá nhân, không ghi.",
        "Reads the whole city; sees no personal data and writes nothing.",
    ),
    "importer": (
        "Xem hồ sơ của dự án được giao để nạp và đối chiếu dữ liệu.",
        "Reads the assigned projects' cases to load and compare data.",
    ),
    "auditor": (
        "Xem mọi hồ sơ, mọi sự kiện, tài khoản và nhật ký đăng nhập; không ghi.",
        "Reads all cases, events, accounts and sign-ins; writes nothing.",
    ),
    "administrator": (
        "Lập tài khoản, giao quyền, khoá; không thấy hồ sơ nào.",
        "Makes accounts, gives rights, disables; sees no case.",
    ),
}

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("coc_coc", "Cốc Cốc"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
    ("python", "Python"),
    ("testclient", "testclient"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def agent_words(agent: str, lang: str) -> str:
    """A browser's own description in words that a person recognises: "Chrome trên Windows"."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser and system:
        return f"{browser} {'trên' if lang == 'vi' else 'on'} {system}"
    return browser or system or ("không rõ" if lang == "vi" else "unknown")


def role_words(rights: Rights, code: str, lang: str) -> str:
    """What a role is called; its code when the table does not have it any more."""
    role = rights.roles.get(code)
    return code if role is None else role.vi if lang == "vi" else role.en
