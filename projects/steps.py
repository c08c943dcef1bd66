"""The steps of land clearance as a table: code, wording, colour group, order, and what each rests on.

Source: fact sheet 1.3 (state machine) as corrected by the rule table, section 3 (S05, S85, S105 added; S30 and
S40 side by side). Groups 1–7 are the colour groups of the map; 0 has no colour of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A headline state of a clearance case.

    `needs` are the steps that the law puts directly before it; `paper_*` is the document that proves it, in
    words, with the article (`basis`) where the text of the law was read.
    """

    code: str
    label_vi: str
    label_en: str
    group: int  # 0 none, 1 not notified … 7 handed over
    order: int  # position on the road from S00 to handover, for sorting and "least advanced"
    needs: tuple[str, ...]
    paper_vi: str
    paper_en: str
    basis: str = ""


STEP_GROUPS: dict[int, tuple[str, str]] = {
    1: ("Chưa thông báo", "Not notified"),
    2: ("Đã thông báo", "Notified"),
    3: ("Kiểm đếm, nguồn gốc", "Inventory, origin"),
    4: ("Phương án", "Compensation plan"),
    5: ("Đã duyệt PA", "Plan approved"),
    6: ("Đã có QĐ thu hồi", "Recovery decided"),
    7: ("Đã bàn giao", "Handed over"),
}

_LAW = "Luật Đất đai 31/2024/QH15, Điều "

_ROWS: tuple[tuple[str, int, tuple[str, ...], str, str, str, str, str], ...] = (
    # code, group, needs, label_vi, label_en, paper_vi, paper_en, basis
    (
        "S00",
        1,
        (),
        "Trong ranh giới, chưa thông báo",
        "Inside the boundary, not notified",
        "ranh giới giải phóng mặt bằng",
        "clearance boundary",
        "",
    ),
    (
        "S05",
        1,
        ("S00",),
        "Đã lập kế hoạch thu hồi đất",
        "Recovery plan made",
        "kế hoạch thu hồi đất",
        "plan of land recovery",
        "Nghị định 102/2024/NĐ-CP, Điều 28 khoản 1",
    ),
    (
        "S10",
        1,
        ("S05",),
        "Đã họp dân",
        "Residents' meeting held",
        "biên bản họp dân",
        "minutes of the residents' meeting",
        _LAW + "87 khoản 1",
    ),
    (
        "S20",
        2,
        ("S10",),
        "Đã thông báo thu hồi đất",
        "Recovery notice issued",
        "thông báo thu hồi đất",
        "notice of land recovery",
        _LAW + "85 khoản 1, Điều 87 khoản 2 điểm a",
    ),
    (
        "S31",
        2,
        ("S20",),
        "Không phối hợp kiểm đếm – đang vận động",
        "Refuses inventory – persuasion",
        "biên bản vận động kiểm đếm (15 ngày)",
        "record of persuasion to allow the inventory (15 days)",
        _LAW + "87 khoản 2 điểm đ",
    ),
    (
        "S32",
        2,
        ("S31",),
        "QĐ kiểm đếm bắt buộc",
        "Compulsory inventory decided",
        "quyết định kiểm đếm bắt buộc",
        "decision on compulsory inventory",
        _LAW + "87 khoản 2 điểm đ",
    ),
    (
        "S33",
        2,
        ("S32",),
        "Cưỡng chế kiểm đếm",
        "Inventory enforced",
        "quyết định cưỡng chế kiểm đếm",
        "decision to enforce the inventory",
        _LAW + "87 khoản 2 điểm đ, Điều 88 khoản 2",
    ),
    (
        "S30",
        3,
        ("S20",),
        "Đã kiểm đếm",
        "Inventory done",
        "biên bản kiểm đếm",
        "inventory record",
        _LAW + "87 khoản 2 điểm c, d",
    ),
    (
        "S40",
        3,
        ("S20",),
        "Đã xác nhận nguồn gốc đất",
        "Land origin confirmed",
        "xác nhận nguồn gốc đất",
        "confirmation of the land's origin",
        _LAW + "87 khoản 2 điểm c",
    ),
    (
        "S50",
        4,
        ("S30", "S40"),
        "Đã lập dự thảo phương án",
        "Draft plan made",
        "dự thảo phương án bồi thường, hỗ trợ, tái định cư",
        "draft plan of compensation, support and resettlement",
        _LAW + "87 khoản 3 điểm a",
    ),
    (
        "S60",
        4,
        ("S50",),
        "Đang niêm yết công khai",
        "Plan posted",
        "biên bản niêm yết công khai phương án (10 ngày)",
        "record of public posting of the plan (10 days)",
        "Nghị quyết 254/2025/QH15, Điều 3 khoản 9 điểm b",
    ),
    (
        "S61",
        4,
        ("S60",),
        "Đang đối thoại",
        "Dialogue",
        "biên bản lấy ý kiến còn ý kiến không đồng ý",
        "record of opinions with objections left",
        _LAW + "87 khoản 3 điểm a; Nghị quyết 254/2025/QH15, Điều 3 khoản 9 điểm b",
    ),
    (
        "S70",
        4,
        ("S60",),
        "Đã thẩm định",
        "Plan appraised",
        "văn bản thẩm định phương án",
        "appraisal of the plan",
        _LAW + "87 khoản 3 điểm b; Nghị định 88/2024/NĐ-CP, Điều 3 khoản 3",
    ),
    (
        "S80",
        5,
        ("S70",),
        "Đã phê duyệt phương án",
        "Plan approved",
        "quyết định phê duyệt phương án",
        "decision that approves the plan",
        _LAW + "87 khoản 3 điểm c",
    ),
    (
        "S85",
        5,
        ("S80",),
        "Không đồng ý / không phối hợp thực hiện phương án – đang vận động",
        "Disagrees with the plan – persuasion",
        "biên bản vận động thực hiện phương án (10 ngày)",
        "record of persuasion on the plan (10 days)",
        _LAW + "87 khoản 6",
    ),
    (
        "S90",
        6,
        ("S80",),
        "Đã có quyết định thu hồi",
        "Recovery decided",
        "quyết định thu hồi đất",
        "recovery decision",
        _LAW + "87 khoản 5",
    ),
    (
        "S95",
        6,
        ("S90",),
        "Vận động bàn giao",
        "Persuasion to hand over",
        "biên bản vận động bàn giao đất (10 ngày)",
        "record of persuasion to hand over (10 days)",
        _LAW + "87 khoản 7",
    ),
    (
        "S97",
        6,
        ("S95",),
        "QĐ cưỡng chế thu hồi",
        "Enforcement decided",
        "quyết định cưỡng chế thu hồi đất",
        "decision to enforce the recovery",
        _LAW + "87 khoản 7 điểm b, Điều 89 khoản 3",
    ),
    (
        "S101",
        6,
        ("S100",),
        "Tái lấn chiếm",
        "Re-encroached",
        "biên bản hiện trạng tái lấn chiếm",
        "record of re-encroachment on site",
        "",
    ),
    (
        "S100",
        7,
        ("S90",),
        "Đã bàn giao mặt bằng",
        "Handed over to the clearance unit",
        "biên bản bàn giao đất cho đơn vị bồi thường, giải phóng mặt bằng",
        "record of handover to the clearance unit",
        _LAW + "85 khoản 4, Điều 87 khoản 7",
    ),
    (
        "S105",
        7,
        ("S100",),
        "Đã bàn giao mặt bằng cho chủ đầu tư",
        "Handed over to the investor",
        "biên bản bàn giao mặt bằng cho chủ đầu tư, ban quản lý dự án",
        "record of handover to the investor or project board",
        "",
    ),
    (
        "X1",
        0,
        (),
        "Tạm dừng (điều chỉnh quy hoạch/ranh giới, tòa án)",
        "Paused (planning or boundary change, court)",
        "văn bản tạm dừng",
        "document that pauses the case",
        "",
    ),
    (
        "X2",
        0,
        (),
        "Đưa ra khỏi ranh giới",
        "Taken out of the boundary",
        "quyết định điều chỉnh ranh giới",
        "decision that changes the boundary",
        "",
    ),
)

STEPS: dict[str, Step] = {
    code: Step(code, label_vi, label_en, group, order, needs, paper_vi, paper_en, basis)
    for order, (code, group, needs, label_vi, label_en, paper_vi, paper_en, basis) in enumerate(_ROWS)
}


def rests_on(code: str) -> frozenset[str]:
    """All steps that the law puts before `code`, not counting itself."""
    found: set[str] = set()
    queue = list(STEPS[code].needs)
    while queue:
        step = queue.pop()
        if step not in found:
            found.add(step)
            queue.extend(STEPS[step].needs)
    return frozenset(found)


def basis_en(basis: str) -> str:
    """A Vietnamese citation in English words: 'Luật Đất đai 31/2024/QH15, Điều 87 khoản 2 điểm c' →
    'Land Law 31/2024/QH15, Art. 87(2)(c)'."""
    words = {"Luật Đất đai": "Land Law", "Nghị định": "Decree", "Nghị quyết": "Resolution", "Điều": "Art."}
    for vietnamese, english in words.items():
        basis = basis.replace(vietnamese, english)
    basis = re.sub(r" khoản (\w+)", r"(\1)", basis)
    basis = re.sub(r" điểm (\w), (\w)\b", r"(\1)–(\2)", basis)
    return re.sub(r" điểm (\w)", r"(\1)", basis)
