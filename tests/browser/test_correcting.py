"""In the browser: an officer corrects an old record, and two officers change different fields of one case."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Page, expect

PROJECT = "VANPHUC"  # these tests and those of recording change cases of this project only


def a_case(api: APIRequestContext, skip: int) -> str:
    rows = api.get(f"/api/cases?project={PROJECT}&buoc=S80&limit=500").json()["rows"]
    return str([row["code"] for row in rows if row["version"] == 1][skip])


def change(api: APIRequestContext, code: str, **body: Any) -> None:
    answer = api.patch(f"/api/cases/{code}", data=body)
    assert answer.ok, answer.text()


def fits(page: Page) -> bool:
    """Whether nothing sticks out of the page sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("width", [1280, 390])
def test_a_wrong_day_is_corrected_and_stays_in_the_history_struck_through(
    page: Page, api: APIRequestContext, problems: list[str], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    code = a_case(api, 0)
    change(api, code, version=1, step="S85", effective_on="2026-03-13", document="12/QĐ-UBND", signer="Một")
    change(api, code, version=2, note="Đã mời nhận tiền", effective_on="2026-03-13")
    page.goto(f"/ho-so/{code}")
    page.locator("#lich-su li", has_text="12/QĐ-UBND").get_by_role("link", name="Đính chính").click()
    expect(page.get_by_role("heading", name="Đính chính một lần ghi")).to_be_visible()
    expect(page.get_by_label("Số văn bản")).to_have_value("12/QĐ-UBND")
    expect(page.get_by_label("Ngày hiệu lực")).to_have_value("2026-03-13")
    assert fits(page)
    page.get_by_label("Ngày hiệu lực").fill("2016-01-01")
    page.get_by_label("Lý do đính chính").fill("Gõ nhầm ngày ký")
    page.get_by_role("button", name="Ghi đính chính").click()
    expect(page.get_by_text("Ngày hiệu lực phải từ")).to_be_visible()
    expect(page.get_by_label("Lý do đính chính")).to_have_value("Gõ nhầm ngày ký")
    assert fits(page)
    problems.clear()  # the 422 itself
    page.get_by_label("Ngày hiệu lực").fill("2026-03-12")
    page.get_by_label("Số văn bản").fill("21/QĐ-UBND")
    page.get_by_role("button", name="Ghi đính chính").click()
    page.wait_for_url("**/ho-so/*da_ghi=4*")
    replaced = page.locator("#lich-su li", has_text="12/QĐ-UBND")
    expect(replaced).to_contain_text("Đã đính chính ngày")
    expect(replaced.locator("del")).to_contain_text("12/QĐ-UBND")
    expect(replaced.get_by_role("link", name="Đính chính", exact=True)).to_have_count(0)
    replaced.get_by_role("link", name="Xem lần đính chính").click()
    newest = page.locator("#lich-su li:target")
    expect(newest).to_contain_text("Gõ nhầm ngày ký")
    expect(newest).to_contain_text("21/QĐ-UBND")
    assert fits(page)
    present = api.get(f"/api/cases/{code}").json()["present"]
    assert (present["step"], present["step_on"], present["note"]) == ("S85", "2026-03-12", "Đã mời nhận tiền")


@pytest.mark.parametrize("width", [1280, 390])
def test_two_officers_with_different_fields_are_merged_and_told_so(
    page: Page, api: APIRequestContext, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    code = a_case(api, 1)
    page.goto(f"/ho-so/{code}")
    change(api, code, version=1, promised_on="2026-04-28", obstacle="TAI_DINH_CU")
    page.locator("#note").fill("Hẹn họp thôn ngày 20")
    page.get_by_role("button", name="Ghi thay đổi").click()
    page.wait_for_url("**/ho-so/*da_ghi=3*")
    expect(page.get_by_text("Đã gộp với thay đổi của")).to_be_visible()
    expect(page.get_by_label("Ngày hẹn bàn giao")).to_have_value("2026-04-28")
    expect(page.locator("#note")).to_have_value("Hẹn họp thôn ngày 20")
    assert fits(page)
