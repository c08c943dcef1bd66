"""A clearance officer records a step in the page; the map and the report show it without a restart."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Page, expect

PROJECT = "VANPHUC"  # these tests change cases of this project only


def a_case(api: APIRequestContext, step: str, skip: int) -> dict[str, Any]:
    rows = api.get(f"/api/cases?project={PROJECT}&buoc={step}&limit=500").json()["rows"]
    row: dict[str, Any] = [r for r in rows if r["version"] == 1][skip]
    return row


def test_a_recorded_step_shows_in_history_map_and_counts(page: Page, api: APIRequestContext) -> None:
    case = a_case(api, "S90", 0)
    page.goto(f"/ho-so/{case['code']}")
    page.get_by_label("Bước", exact=True).select_option("S100")
    page.locator("#document").fill("15/BB-BGMB")
    page.locator("#signer").fill("Nguyễn Văn Một")
    page.get_by_role("button", name="Ghi thay đổi").click()
    page.wait_for_url("**/ho-so/*da_ghi=2*")
    expect(page.locator("#lich-su").get_by_text("15/BB-BGMB").first).to_be_visible()
    features = api.get(f"/api/projects/{PROJECT}/parcels.geojson").json()["features"]
    steps = {f["properties"]["step"] for f in features if f["properties"]["case"] == case["code"]}
    assert steps == {"S100"}


def test_a_double_click_writes_once(page: Page, api: APIRequestContext) -> None:
    case = a_case(api, "S90", 1)
    page.goto(f"/ho-so/{case['code']}")
    page.get_by_label("Ngày hẹn bàn giao").fill("2026-05-25")
    page.get_by_role("button", name="Ghi thay đổi").dblclick()
    page.wait_for_url("**/ho-so/*da_ghi=2*")
    history = api.get(f"/api/cases/{case['code']}").json()["history"]
    assert [event["kind"] for event in history] == ["case.edit", "case.import"]


def test_the_back_button_after_saving_meets_the_conflict_not_a_second_write(
    page: Page, api: APIRequestContext, problems: list[str]
) -> None:
    case = a_case(api, "S90", 2)
    page.goto(f"/ho-so/{case['code']}")
    page.get_by_label("Ngày hẹn bàn giao").fill("2026-05-26")
    page.get_by_role("button", name="Ghi thay đổi").click()
    page.wait_for_url("**/ho-so/*da_ghi=2*")
    page.go_back()
    page.get_by_label("Ngày hẹn bàn giao").fill("2026-05-27")
    page.get_by_role("button", name="Ghi thay đổi").click()
    page.wait_for_load_state("networkidle")
    stored = api.get(f"/api/cases/{case['code']}").json()["row"]
    assert (stored["version"], stored["promised_on"]) in {(2, "2026-05-26"), (3, "2026-05-27")}
    problems.clear()  # a 409 is logged by the browser itself


def test_two_officers_on_one_case_see_both_states(
    page: Page, api: APIRequestContext, problems: list[str]
) -> None:
    case = a_case(api, "S90", 3)
    page.goto(f"/ho-so/{case['code']}")
    other = api.patch(f"/api/cases/{case['code']}", data={"version": 1, "promised_on": "2026-04-28"})
    assert other.ok
    page.get_by_label("Ngày hẹn bàn giao").fill("2026-06-15")
    page.get_by_role("button", name="Ghi thay đổi").click()
    expect(page.get_by_text("người khác vừa sửa hồ sơ này")).to_be_visible()
    expect(page.get_by_text("28/04/2026").first).to_be_visible()
    expect(page.get_by_label("Ngày hẹn bàn giao")).to_have_value("2026-06-15")
    assert problems  # the 409 itself
    problems.clear()
    page.get_by_role("button", name="Ghi thay đổi").click()
    page.wait_for_url("**/ho-so/*da_ghi=3*")


def test_an_illegal_step_keeps_what_was_entered_and_says_why(
    page: Page, api: APIRequestContext, problems: list[str]
) -> None:
    case = a_case(api, "S90", 4)
    page.goto(f"/ho-so/{case['code']}")
    page.get_by_label("Bước", exact=True).select_option("S100")
    page.locator("#note").fill("<img src=x onerror=alert(1)> 😀 ‮")
    page.get_by_role("button", name="Ghi thay đổi").click()
    expect(page.get_by_text("Thiếu số văn bản").first).to_be_visible()
    expect(page.locator("#note")).to_have_value("<img src=x onerror=alert(1)> 😀 ‮")
    problems.clear()  # the 422 itself


@pytest.mark.parametrize("width", [1280, 390])
def test_a_postponed_driver_is_named_by_the_report_page(
    page: Page, api: APIRequestContext, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    (entry,) = api.get("/api/reports/delay/VD25").json()["projects"]
    driver = entry["drivers"][0]
    version = api.get(f"/api/cases/{driver['case']}").json()["row"]["version"]
    later = "2026-12-25" if width == 1280 else "2027-01-25"
    answer = api.patch(f"/api/cases/{driver['case']}", data={"version": version, "promised_on": later})
    assert answer.ok
    page.goto("/bao-cao-cham/VD25", wait_until="networkidle")
    expect(page.get_by_text(driver["case"]).first).to_be_visible()
    moved = api.get("/api/reports/delay/VD25").json()["projects"][0]
    assert moved["slip_days"] > entry["slip_days"]
    assert [d["case"] for d in moved["drivers"]] == [driver["case"]]
