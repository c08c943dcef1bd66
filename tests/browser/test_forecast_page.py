"""“Vì sao ngày này?” of a case in a browser, and the rule of a front set with the form of the land page."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from api.settings import Settings
from tests.browser.conftest import desktop, sign_in
from tests.people import make_tester

PROJECT = "QL1A"  # these tests change fronts of this project only
WIDTH = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_each_part_of_a_forecast_is_told_and_fits_a_phone(page: Page) -> None:
    page.goto("/ho-so/VD25-0175", wait_until="networkidle")
    why = page.locator("#vi-sao-ngay-nay")
    expect(why.locator("li")).to_have_count(2)
    expect(why).to_contain_text("Ngày hẹn bàn giao đã ghi: 15/04/2026")
    expect(why).to_contain_text("Luật chưa cho phép trước ngày 08/05/2026 (TB-07")
    expect(page.locator(".lead")).to_contain_text("sớm hơn ngày sớm nhất luật cho phép")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(WIDTH) <= 0


def test_a_board_sets_with_how_long_a_run_a_front_opens(
    browser: Browser, live_server: str, portfolio_settings: Settings
) -> None:
    who = make_tester(portfolio_settings, "bm-ban", "board", projects=(PROJECT,))
    with desktop(browser, live_server) as context:
        page = context.new_page()
        sign_in(page, who.name, who.password)
        page.goto(f"/du-an/{PROJECT}/mat-bang", wait_until="networkidle")
        rules = page.locator("#mo-mui")
        expect(rules).to_contain_text("Mỗi mũi mở khi mọi thửa của nó đã bàn giao")
        first = rules.locator("details").first
        first.locator("summary").click()
        first.get_by_label("Mở khi có đoạn liền mạch").fill("250")
        first.get_by_role("button", name="Đặt quy tắc").click()
        page.wait_for_url("**/mat-bang**")
        expect(rules).to_contain_text("đủ 250 m liền mạch")
        first.locator("summary").click()
        first.get_by_label("Mở khi có đoạn liền mạch").fill("99999")
        first.get_by_role("button", name="Đặt quy tắc").click()
        expect(rules.get_by_role("alert")).to_contain_text("không quá")
        first.get_by_label("Mở khi có đoạn liền mạch").fill("")
        first.get_by_role("button", name="Đặt quy tắc").click()
        expect(rules).to_contain_text("Mỗi mũi mở khi mọi thửa của nó đã bàn giao")
