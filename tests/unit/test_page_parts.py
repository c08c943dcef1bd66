"""The pure parts of pages: chart, strips, filters, sentences, history, the form's parser."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from api.pages import case, case_history, case_parts, filters, network, sentences, strips
from api.pages.gantt import LABELS, TIMELINE, Bar, gantt
from api.pages.rendering import environment, link
from api.usecases.visible import driving_land
from projects.errors import InvalidInput
from projects.impact import ProjectDelay
from tests.unit import invented_cases as ic
from tests.unit import invented_delay as idl
from tests.unit import invented_views as iv


def bar(start: date, finish: date, *, late_finish: date | None = None, rests_in_flood: bool = False) -> Bar:
    return Bar("A", "Công việc", "task", start, finish, late_finish or finish, False, rests_in_flood)


def test_a_bar_is_as_long_as_its_days_including_the_last() -> None:
    first, last = date(2026, 4, 1), date(2026, 4, 10)
    chart = gantt([bar(first, last), bar(last, last)], data_date=first, planned=None)
    assert chart is not None
    ten, one = chart.rows
    assert ten.width == pytest.approx(10 * one.width, rel=0.05)
    assert ten.x + ten.width == pytest.approx(one.x + one.width, abs=0.2)


def test_chart_keeps_every_mark_inside_its_width() -> None:
    day = date(2026, 3, 13)
    bars = [
        bar(day - timedelta(days=200), day, late_finish=date(2040, 1, 1), rests_in_flood=True),
        bar(day, date(2031, 1, 1)),
    ]
    chart = gantt(bars, data_date=day, planned=date(2032, 6, 30))
    assert chart is not None
    xs = [tick.x for tick in chart.ticks] + [row.float_x for row in chart.rows] + [chart.today_x]
    xs += [x + width for row in chart.rows for x, width in row.closed]
    assert chart.planned_x is not None
    assert min(xs) >= LABELS
    assert max([*xs, chart.planned_x]) <= LABELS + TIMELINE + 0.1
    assert len(chart.rows[0].closed) == 8  # a flood season each year, cut at both ends
    assert chart.rows[1].closed == ()


def test_nothing_to_draw_gives_no_chart() -> None:
    assert gantt([], data_date=date(2026, 3, 13), planned=None) is None


def test_wards_that_overlap_meet_at_the_middle_and_an_enclosed_one_is_left_out() -> None:
    spans = [("a", 0.0, 500.0), ("b", 400.0, 900.0), ("c", 450.0, 480.0), ("d", 900.0, 1000.0)]
    assert strips.apart(spans) == [("a", 0.0, 450.0), ("b", 450.0, 900.0), ("d", 900.0, 1000.0)]


def test_a_large_network_draws_what_is_critical_and_every_milestone() -> None:
    rows = network.activity_rows(idl.SCHEDULE, idl.delay())
    many = [*rows, *(replace(rows[2], code=f"X{i}") for i in range(80))]
    assert {row.code for row in network.drawn(many, all_of_them=False)} == {"P-T5", "PIL-T5", "DECK", "OPEN"}
    assert len(network.drawn(many, all_of_them=True)) == 85
    assert len(network.drawn(rows, all_of_them=False)) == 5


def test_drivers_of_an_activity_are_split_into_activities_and_land_cases() -> None:
    possession = network.activity_rows(idl.SCHEDULE, idl.delay())[0]
    assert possession.drivers == ()
    assert possession.cases == ("HH-0302", "HH-0303", "HH-0304", "HH-0305")


def test_the_chain_says_how_long_work_rests_between_its_links() -> None:
    waits = network.waits(idl.CHAIN)
    assert waits["DECK"] == (date(2026, 12, 1) - idl.CHAIN[2].finish).days - 1
    assert "OPEN" not in waits


def test_releases_group_the_driving_cases_by_front_most_days_first() -> None:
    found = driving_land(idl.delay()).releases
    assert [(r.front, r.size, r.gains, r.alone, r.driving) for r in found] == [
        ("T5", 11, 21, 0, 11),
        ("T1", 14, 8, 0, 14),
        ("NUT", 1, 4, 4, 1),
    ]


@pytest.mark.parametrize(
    ("slip", "vi", "en"),
    [
        (85, "Cầu Tứ Liên chậm 85 ngày: hoàn thành 30/06/2027 → 23/09/2027.", "is 85 days late"),
        (1, "Cầu Tứ Liên chậm 1 ngày: hoàn thành 30/06/2027 → 23/09/2027.", "is 1 day late"),
        (-3, "Cầu Tứ Liên sớm 3 ngày: hoàn thành 30/06/2027 → 23/09/2027.", "is 3 days early"),
        (0, "Cầu Tứ Liên đúng kế hoạch: 30/06/2027.", "is on plan"),
        (None, "chưa công bố kế hoạch nên không có ngày lệch", "no plan is published"),
    ],
)
def test_conclusion_says_the_slip_in_words(slip: int | None, vi: str, en: str) -> None:
    view = iv.project(delay=idl.delay(slip_days=slip))
    assert vi in sentences.project_conclusion(view, iv.WARDS, "vi").first
    assert en in sentences.project_conclusion(view, iv.WARDS, "en").first


def test_conclusion_names_the_land_and_the_best_release() -> None:
    second = sentences.project_conclusion(iv.project(), iv.WARDS, "vi").second
    assert second == (
        "26 hồ sơ (26 thửa) ở P. Hồng Hà, X. Đông Anh giữ đường găng. "
        "Bàn giao xong 11 hồ sơ của mũi T5 lấy lại được 21 ngày."
    )


def test_a_project_without_network_is_never_called_on_time() -> None:
    said = sentences.project_conclusion(iv.bare(), iv.WARDS, "vi")
    assert said.light == "none"
    assert "không đánh giá được" in said.first


def test_without_driving_land_the_works_are_named_as_the_cause() -> None:
    free: ProjectDelay = idl.delay(drivers=(), critical_cases=frozenset(), wards=())
    said = sentences.project_conclusion(iv.project(delay=free), iv.WARDS, "vi")
    assert "Không hồ sơ nào giữ đường găng" in said.second


def test_without_parcels_nothing_is_said_of_land_that_holds_the_path() -> None:
    free: ProjectDelay = idl.delay(drivers=(), critical_cases=frozenset(), wards=())
    view = iv.project(delay=free)
    none = replace(view, summary=replace(view.summary, land=replace(view.summary.land, parcels=0)))
    said = sentences.project_conclusion(none, iv.WARDS, "vi")
    assert said.second == "Chưa nhập thửa nên chưa biết hồ sơ nào giữ đường găng."


def test_portfolio_conclusion_counts_the_late_and_names_the_latest() -> None:
    said = sentences.portfolio_conclusion(iv.overview(), "vi")
    assert said.first == (
        "3 trên 4 dự án có tiến độ chậm so với kế hoạch; chậm nhất là Quốc lộ 6, Ba La – Xuân Mai: +120 ngày."
    )
    assert said.second == "2 dự án chưa có tiến độ nên không đánh giá được."


def test_filters_hold_together_and_an_empty_one_passes_everything() -> None:
    rows = iv.overview().rows
    wards = {"TULIEN": [("00097", "P. Hồng Hà")]}
    assert len(filters.matching(rows, {"nhom": "", "den": ""}, wards)) == len(rows)
    assert [r.facts.code for r in filters.matching(rows, {"phuong": "00097"}, wards)] == ["TULIEN"]
    assert filters.matching(rows, {"phuong": "00097", "den": "ok"}, wards) == []


def test_history_tells_what_changed_in_words() -> None:
    newest = case_history.history(ic.case().history, "vi")[0]
    assert newest.kind == ("Ghi bước", "Step recorded")
    assert [(c.label[0], c.before, c.after) for c in newest.changes] == [
        ("Bước", "Đã thẩm định", "Đã phê duyệt phương án"),
        ("Ngày của bước", "06/02/2026", "05/03/2026"),
        ("Ngày hẹn bàn giao", "31/03/2026", "28/04/2026"),
    ]


def test_both_states_of_a_conflict_are_compared_field_by_field() -> None:
    current = {"step": "S90", "step_on": "2026-03-10", "promised_on": None, "obstacle": None, "note": None}
    wanted = {"step": "S80", "effective_on": "2026-03-13", "promised_on": None, "obstacle": "", "note": None}
    found = {c.label[0]: (c.current, c.wanted, c.differs) for c in case_parts.compared(current, wanted, "vi")}
    assert found["Bước"] == ("Đã có quyết định thu hồi", "Đã phê duyệt phương án", True)
    assert found["Ngày của bước"] == ("10/03/2026", "13/03/2026", True)
    assert found["Vướng mắc"] == ("–", "–", False)


ENTERED = {
    "step": "S90",
    "effective_on": "2026-03-13",
    "promised_on": "",
    "document": " 12/QĐ ",
    "obstacle": "",
    "reason": "  ",
    "note": "một\r\nhai",
}


def test_the_form_is_read_into_a_change() -> None:
    seen, change = case.parse(ENTERED, "3")
    assert seen == 3
    assert change.document == "12/QĐ"
    assert change.note == "một\nhai"
    assert (change.promised_on, change.obstacle, change.reason) == (None, None, None)


def test_every_fault_of_the_form_is_told_at_once() -> None:
    bad = ENTERED | {"step": "", "effective_on": "13/03/2026", "promised_on": "mai"}
    with pytest.raises(InvalidInput) as refused:
        case.parse(bad, "x")
    assert [fault.where for fault in refused.value.faults] == [
        "version",
        "step",
        "effective_on",
        "promised_on",
    ]


def test_a_missing_effective_date_is_a_fault_of_its_field() -> None:
    with pytest.raises(InvalidInput) as refused:
        case.parse(ENTERED | {"effective_on": " "}, "3")
    assert [fault.where for fault in refused.value.faults] == ["effective_on"]


def test_links_leave_out_empty_keys_and_escape_the_rest() -> None:
    assert link("/danh-muc", {"den": "late", "phuong": "", "nhom": None}) == "/danh-muc?den=late"
    assert link("/x", {"nhom": "Cầu & đường"}) == "/x?nhom=C%E1%BA%A7u+%26+%C4%91%C6%B0%E1%BB%9Dng"


def test_every_template_of_the_pages_is_sound() -> None:
    """A block that stands twice, or a tag that is not closed, is found here and not by who opens the page."""
    names = environment().list_templates()
    assert len(names) > 100
    for name in names:
        environment().get_template(name)
