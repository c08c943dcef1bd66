"""Which step may follow which, and what a refusal says."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest

from projects.clearance import (
    LAND_CODES,
    OBSTACLES,
    STEP_GROUPS,
    STEPS,
    allowed_steps,
    check_transition,
    gives_possession,
    is_cleared,
    land_kind,
    needs_document,
    needs_reason,
    wants_land,
)
from projects.errors import IllegalStep
from projects.steps import basis_en, rests_on

DAY = date(2026, 3, 10)


def go(step: str, wanted: str, **change: Any) -> None:
    """A complete and lawful request, with the named fields changed."""
    fields: dict[str, Any] = {
        "document": "412/QĐ-UBND",
        "reason": "Theo biên bản 22/BB",
        "effective_on": date(2026, 3, 12),
        "step_on": DAY,
        "today": date(2026, 3, 13),
    }
    check_transition(step, wanted, **(fields | change))


def refusal(step: str, wanted: str, **change: Any) -> IllegalStep:
    with pytest.raises(IllegalStep) as refused:
        go(step, wanted, **change)
    return refused.value


def test_table_has_all_steps_of_the_fact_sheet_and_its_corrections() -> None:
    numbered = "S00 S05 S10 S20 S30 S31 S32 S33 S40 S50 S60 S61 S70 S80 S85 S90 S95 S97 S100 S101 S105 X1 X2"
    assert set(STEPS) == set(numbered.split())
    assert STEPS["S31"].label_vi == "Không phối hợp kiểm đếm – đang vận động"
    assert STEPS["S90"].label_vi == "Đã có quyết định thu hồi"
    assert len({step.order for step in STEPS.values()}) == len(STEPS)
    assert all(step.label_vi and step.label_en and step.paper_vi and step.paper_en for step in STEPS.values())


@pytest.mark.parametrize(
    ("group", "steps"),
    [
        (0, "X1 X2"),
        (1, "S00 S05 S10"),
        (2, "S20 S31 S32 S33"),
        (3, "S30 S40"),
        (4, "S50 S60 S61 S70"),
        (5, "S80 S85"),
        (6, "S90 S95 S97 S101"),
        (7, "S100 S105"),
    ],
)
def test_steps_have_the_colour_group_of_the_map(group: int, steps: str) -> None:
    assert {code for code, step in STEPS.items() if step.group == group} == set(steps.split())
    assert group == 0 or group in STEP_GROUPS


def test_usual_road_needs_a_document_at_each_step_and_no_reason() -> None:
    road = ["S00", "S05", "S10", "S20", "S30", "S40", "S50", "S60", "S70", "S80", "S90", "S100", "S105"]
    for step, wanted in itertools.pairwise(road):
        came_from = "S20" if step == "S30" else None
        go(step, wanted, reason=None, came_from=came_from)
        missing = refusal(step, wanted, document="  ", came_from=came_from)
        assert [fault.where for fault in missing.faults] == ["document"], (step, wanted)


def test_holder_who_refuses_is_persuaded_before_every_compulsion() -> None:
    for step, wanted in [
        ("S20", "S31"), ("S31", "S32"), ("S32", "S33"), ("S33", "S30"), ("S31", "S30"), ("S80", "S85"),
        ("S85", "S90"), ("S90", "S95"), ("S95", "S97"), ("S97", "S100"),
    ]:  # fmt: skip
        go(step, wanted, reason=None)
    for step, wanted in [("S20", "S32"), ("S31", "S33"), ("S90", "S97"), ("S70", "S85")]:
        refusal(step, wanted)


def test_inventory_and_origin_come_in_either_order_and_the_draft_needs_both() -> None:
    go("S20", "S40")
    go("S40", "S30", came_from="S20")
    go("S30", "S50", came_from="S40")
    go("S40", "S50", came_from="S30")
    go("S40", "S50")  # unknown history: origin is taken to follow the inventory
    assert "S50" not in allowed_steps("S30", came_from="S20")
    assert "S50" not in allowed_steps("S40", came_from="S20")
    assert "biên bản kiểm đếm" in refusal("S40", "S50", came_from="S20").faults[0].vi
    assert "xác nhận nguồn gốc đất" in refusal("S30", "S50").faults[0].vi


def test_refusal_names_the_missing_predecessor_with_its_article() -> None:
    refused = refusal("S30", "S50")
    assert refused.faults[0].where == "step"
    assert refused.faults[0].vi == (
        "Chưa ghi được “Đã lập dự thảo phương án”. Thiếu: xác nhận nguồn gốc đất "
        "(Luật Đất đai 31/2024/QH15, Điều 87 khoản 2 điểm c)."
    )
    assert refused.faults[0].en == (
        "“Draft plan made” cannot be recorded yet. Missing: confirmation of the land's origin "
        "(Land Law 31/2024/QH15, Art. 87(2)(c))."
    )
    skipped = refusal("S50", "S80")
    assert "niêm yết công khai" in skipped.faults[0].vi
    assert "thẩm định" in skipped.faults[0].vi
    assert "Nghị quyết 254/2025/QH15, Điều 3 khoản 9 điểm b" in skipped.faults[0].vi
    assert skipped.allowed == allowed_steps("S50")


def test_possession_needs_the_handover_to_the_clearance_unit_first() -> None:
    assert "đơn vị bồi thường" in refusal("S90", "S105").faults[0].vi
    assert (is_cleared("S100"), gives_possession("S100")) == (True, False)
    assert (is_cleared("S105"), gives_possession("S105")) == (True, True)
    assert not is_cleared("S101")
    assert [code for code in STEPS if not wants_land(code)] == ["X2"]


def test_backward_move_needs_a_reason() -> None:
    for step in ("S60", "S61", "S70", "S80", "S85"):
        go(step, "S50", document=None)
        assert [f.where for f in refusal(step, "S50", reason=" ").faults] == ["reason"]
        assert needs_reason(step, "S50")
        assert not needs_document(step, "S50")


def test_going_back_behind_the_recovery_decision_needs_document_and_reason() -> None:
    for step in ("S90", "S95", "S97"):
        go(step, "S80")
        faults = refusal(step, "S80", document=None, reason=None).faults
        assert [fault.where for fault in faults] == ["document", "reason"]
        assert "Điều 40 khoản 1" in faults[1].vi


@pytest.mark.parametrize(
    ("step", "wanted", "words"),
    [
        ("S60", "S90", "Nghị quyết 254/2025/QH15, Điều 3 khoản 3"),
        ("S30", "S100", "Điều 85 khoản 2"),
        ("S80", "S100", "Điều 85 khoản 2"),
        ("S00", "S20", "cấp khu vực"),
        ("S20", "S20", "12 tháng"),
        ("S100", "S101", "hiện trạng"),
        ("S50", "X1", "tạm dừng"),
        ("S90", "X2", "ra khỏi ranh giới"),
    ],
)
def test_unusual_moves_name_their_ground(step: str, wanted: str, words: str) -> None:
    go(step, wanted)
    faults = refusal(step, wanted, reason=None).faults
    assert [fault.where for fault in faults] == ["reason"]
    assert words in faults[0].vi.lower() or words in faults[0].vi
    assert needs_document(step, wanted)


def test_fast_lane_starts_at_the_posting_only() -> None:
    assert [code for code in STEPS if "S90" in allowed_steps(code)] == ["S60", "S80", "S85", "X1"]


def test_pause_ends_where_it_began() -> None:
    assert allowed_steps("X1", came_from="S40") == ("S40", "X2")
    go("X1", "S40", came_from="S40")
    refusal("X1", "S50", came_from="S40")
    assert "S40" in allowed_steps("X1")


def test_lost_land_is_won_back_and_what_the_investor_holds_is_not_paused() -> None:
    assert allowed_steps("S105") == ("S101",)
    assert set(allowed_steps("S101")) == {"S100", "S97", "X1", "X2"}
    assert allowed_steps("X2") == ()


def test_allowed_steps_lists_ordinary_moves_first() -> None:
    assert allowed_steps("S60") == ("S61", "S70", "S50", "S90", "S100", "X1", "X2")


@pytest.mark.parametrize("step", list(STEPS))
def test_exactly_the_allowed_steps_are_accepted(step: str) -> None:
    for came_from in (None, "S20", "S30", "S40"):
        for wanted in STEPS:
            if wanted in allowed_steps(step, came_from=came_from):
                go(step, wanted, came_from=came_from)
            else:
                refused = refusal(step, wanted, came_from=came_from)
                assert [fault.where for fault in refused.faults] == ["step"]
                assert refused.faults[0].vi != refused.faults[0].en


def test_dates_lie_between_the_present_step_and_today() -> None:
    go("S80", "S90", effective_on=DAY)
    go("S80", "S90", effective_on=date(2026, 3, 13))
    before = refusal("S80", "S90", effective_on=date(2026, 3, 9))
    assert [fault.where for fault in before.faults] == ["effective_on"]
    assert "10/03/2026" in before.faults[0].vi
    assert "13/03/2026" in refusal("S80", "S90", effective_on=date(2026, 3, 14)).faults[0].vi


def test_all_faults_come_at_once() -> None:
    faults = refusal(
        "S60", "S90", document=None, reason=None, effective_on=date(2026, 3, 20), step_on=date(2026, 3, 25)
    ).faults
    assert [fault.where for fault in faults] == ["document", "reason", "effective_on", "effective_on"]
    faults = refusal("S60", "S80", effective_on=date(2026, 3, 20)).faults
    assert [fault.where for fault in faults] == ["step", "effective_on"]


def test_unknown_and_repeated_steps_are_refused_in_words() -> None:
    assert "S99" in refusal("S20", "S99").faults[0].vi
    assert "S98" in refusal("S98", "S20").faults[0].en
    assert "đang ở bước" in refusal("S50", "S50").faults[0].vi
    assert "Không có đường pháp lý" in refusal("S90", "S20").faults[0].vi


def test_citations_read_as_english_in_english() -> None:
    for step in STEPS.values():
        assert not set(basis_en(step.basis).split()) & {"Luật", "Điều", "khoản", "điểm", "Nghị"}, step.code
    assert basis_en("Luật Đất đai 31/2024/QH15, Điều 87 khoản 2 điểm c, d").endswith("Art. 87(2)(c)–(d)")
    assert rests_on("S30") == {"S00", "S05", "S10", "S20"}


def test_code_lists_have_both_languages_and_mixed_land_takes_the_longer_notice() -> None:
    assert {"NGUON_GOC", "DON_GIA", "KHONG_PHOI_HOP", "VON", "NHAN_LUC"} <= set(OBSTACLES)
    assert all(vi and en for vi, en in OBSTACLES.values())
    assert {kind for _, _, kind in LAND_CODES.values()} == {"agri", "non_agri"}
    assert land_kind("LUC") == land_kind("luc + CLN") == "agri"
    assert land_kind("ONT+CLN") == land_kind("ODT") == land_kind("???") == "non_agri"


def test_a_case_with_its_origin_confirmed_may_still_refuse_the_inventory() -> None:
    assert "S31" in allowed_steps("S40", came_from="S20")
    assert "S31" not in allowed_steps("S40", came_from="S30")
    go("S40", "S31", came_from="S20")
    with pytest.raises(IllegalStep):
        go("S40", "S31", came_from="S30")
