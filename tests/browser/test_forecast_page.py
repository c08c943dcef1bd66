"""The rule of a front set with the form of the land page, in a browser."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from api.settings import Settings
from tests.browser.conftest import desktop, sign_in
from tests.people import make_tester

PROJECT = "QL1A"  # these tests change fronts of this project only


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
