"""The board engineer edits one duration and sees completion move; the pages fit phone and desk, and need no mouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from api.settings import Settings
from tests.browser.conftest import desk_of
from tests.people import Tester, make_tester

CODE = "QL1A"
BASE = f"/du-an/{CODE}/duong-gang"
SIDEWAYS = """[...document.querySelectorAll(".scroll:not(.zoomable)")]
    .filter(part => part.scrollWidth > part.clientWidth + 1).map(part => part.innerText.slice(0, 40))"""
PAGES = ("", "/mang", "/sua?viec=OPEN", "/tien-do", "/co-so")


@pytest.fixture(scope="module")
def planner(portfolio_settings: Settings) -> Tester:
    return make_tester(portfolio_settings, "bql-trinh-duyet", "board", projects=(CODE,))


@pytest.fixture
def desk(browser: Browser, live_server: str, planner: Tester, problems: list[str]) -> Iterator[Page]:
    with desk_of(browser, live_server, planner, problems) as page:
        yield page


def test_a_longer_duration_moves_completion_on_the_page_and_one_click_takes_it_back(desk: Page) -> None:
    desk.goto(BASE)
    finish = desk.locator(".figures dd").nth(1).inner_text()
    code = (
        desk.locator("#mang tbody tr:has(.gang)", has_text="thi công")
        .last.locator("th")
        .inner_text()
        .split()[0]
    )
    desk.goto(f"{BASE}/sua?viec={code}")
    duration = desk.get_by_label("Thời lượng (ngày làm việc)")
    days = int(duration.input_value())
    duration.fill(str(days + 120))
    desk.locator("#sua-reason").fill("Thiếu một mũi thi công")
    desk.get_by_role("button", name="Ghi công việc").click()
    expect(desk.get_by_text("Dự báo hoàn thành nay là")).to_be_visible()
    assert desk.locator("#hoan-thanh").inner_text() != finish
    desk.get_by_role("button", name="Hoàn tác").first.click()
    expect(desk.locator("#hoan-thanh")).to_have_text(finish)
    expect(desk.get_by_label("Thời lượng (ngày làm việc)")).to_have_value(str(days))


def test_every_page_fits_a_phone_and_a_desk_and_is_reached_by_keys(desk: Page) -> None:
    for width in (390, 1280):
        desk.set_viewport_size({"width": width, "height": 844})
        for path in PAGES:
            desk.goto(f"{BASE}{path}")
            wide = desk.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (path, width, wide)
    # On a phone rows stand one under another and the Gantt is the narrow one: nothing is read by moving it sideways.
    desk.set_viewport_size({"width": 390, "height": 844})
    for address in (BASE, f"{BASE}/mang", "/bao-cao-cham/QL6", "/bao-cao-cham"):
        desk.goto(address)
        expect(desk.locator("table.is-stacked").first).to_be_visible()
        assert desk.evaluate(SIDEWAYS) == [], address
    desk.goto(BASE)
    assert [desk.locator(f".gantt-{shape}").is_visible() for shape in ("wide", "narrow")] == [False, True]
    cell = desk.locator("#mang td[data-head]").first
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Công việc: "'
    assert cell.get_attribute("role") == "cell"
    desk.set_viewport_size({"width": 1280, "height": 844})
    assert [desk.locator(f".gantt-{shape}").is_visible() for shape in ("wide", "narrow")] == [True, False]
    desk.goto(f"{BASE}/mang")
    box = desk.locator(".netmap a").first
    box.focus()
    expect(box).to_be_focused()
    desk.keyboard.press("Enter")  # chooses; the second press opens the row
    expect(desk.locator("#chon")).to_be_visible()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/duong-gang?*chon=*#*")
    desk.goto(BASE)
    bar = desk.locator(".gantt a").first
    bar.focus()
    desk.keyboard.press("Enter")
    assert "#cv-" in desk.url


def test_a_baseline_is_compared_on_a_phone_without_moving_anything_sideways(desk: Page) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.goto(f"{BASE}/co-so")
    desk.get_by_text("Đặt đường cơ sở từ điều đang biết").click()
    desk.get_by_label("Tên").fill("Đường cơ sở để so trên điện thoại")
    desk.locator("#dat-reason").fill("Giao ban")
    desk.get_by_role("button", name="Đặt đường cơ sở").click()
    row = desk.locator("tr", has=desk.locator("th", has_text="Đường cơ sở để so trên điện thoại"))
    row.get_by_role("link", name="hiện nay").click()
    desk.goto(f"{desk.url.split('#')[0]}&tat_ca=1")
    expect(desk.locator("#so-sanh table.is-stacked")).to_have_count(2)
    assert desk.evaluate("document.documentElement.scrollWidth") <= 390
    assert desk.evaluate(SIDEWAYS) == []
    # Under two rows of heads a cell says its group and its column.
    cells = desk.locator("#so-sanh tbody tr").first.locator("td[data-head]")
    heads = cells.evaluate_all("all => all.map(cell => cell.dataset.head)")
    assert len(heads) == 12
    assert heads[0] == "Đường cơ sở · Bắt đầu"
    assert heads[7] == "Hiện nay · Dự trữ, ngày"
    assert heads[9] == "Chênh lệch, ngày · Kết thúc"
