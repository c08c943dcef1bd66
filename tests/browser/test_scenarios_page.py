"""What-if in a browser: "15 days later for all of a ward" is tried and kept without a script; nothing overflows."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, StorageState, expect

PATH = "/du-an/THUONGCAT/kich-ban"


def test_a_ward_15_days_later_is_tried_and_kept_on_a_phone_without_a_script(
    browser: Browser, live_server: str, signed_in: StorageState
) -> None:
    with browser.new_context(
        base_url=live_server,
        storage_state=signed_in,
        java_script_enabled=False,
        viewport={"width": 390, "height": 800},
    ) as context:
        page = context.new_page()
        page.goto(PATH)
        ward = page.locator("#nhom optgroup").nth(1).locator("option").first
        name = str(ward.text_content()).partition("của ")[2].partition(" (")[0]
        page.select_option("#nhom", value=str(ward.get_attribute("value")))
        page.get_by_role("button", name="Tính thử nhóm này").click()
        expect(page.locator("#khac-di")).to_contain_text(f"{name}: muộn hơn dự báo 15 ngày")
        expect(page.locator("#ket-qua h2")).to_contain_text("so với dự báo")
        page.get_by_label("Tên kịch bản").first.fill("Phường chậm 15 ngày")
        page.get_by_label("Lãnh đạo thành phố").first.check()
        page.get_by_role("button", name="Giữ kịch bản").click()
        expect(page.get_by_role("status").first).to_contain_text("Đã giữ kịch bản")
        expect(page.locator("#kich-ban")).to_contain_text("Phường chậm 15 ngày")
        page.goto("/du-an/THUONGCAT/go-vuong")
        expect(page.locator(".lead")).to_contain_text("Đây là bộ nhỏ nhất")


def test_both_pages_fit_a_phone_and_a_desk_and_complain_of_nothing(page: Page) -> None:
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for path in (f"{PATH}?thay=critical~%2B15~", "/du-an/THUONGCAT/go-vuong?can=10"):
            page.goto(path)
            expect(page.locator(".lead")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
