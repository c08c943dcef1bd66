"""Every page as people meet it: no complaint of the browser, no other host, no sideways scrolling on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.portfolio_codes import LINES

PAGES = [
    "/danh-muc",
    "/ban-do",
    "/du-an/TULIEN/ban-do",
    "/du-an/TULIEN/mat-bang",
    "/du-an/HOTAY/mat-bang?lien=100",
    "/du-an/TULIEN/duong-gang",
    "/du-an/TULIEN/rui-ro",
    "/du-an/TULIEN/chat-luong",
    "/du-an/TULIEN/ho-so",
    "/du-an/TULIEN/thong-tin",
    "/du-an/CCC/ban-do",
    "/du-an/CVCNS/ban-do",
    "/ho-so/TULIEN-0001",
    "/du-an/TULIEN/ghi-hang-loat?tu_km=Km0&den_km=Km1",
    "/bao-cao-cham",
    "/bao-cao-cham/TULIEN",
]


# Whether the map has drawn a piece of land: its tiles are painted by WebGL, not as elements.
PAINTED = """() => { const land = window.dgMap?.dg.land;
    return Boolean(land?.styled && land.gl.queryRenderedFeatures({ layers: ["parcels", "cells"] }).length); }"""


def open_quietly(page: Page, address: str) -> None:
    response = page.goto(address, wait_until="networkidle")
    assert response is not None
    assert response.status == 200


@pytest.mark.parametrize("address", [*PAGES, "/docs"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_page_opens_without_a_complaint(page: Page, address: str, lang: str) -> None:
    open_quietly(page, f"{address}{'&' if '?' in address else '?'}lang={lang}")
    if address != "/docs":
        assert page.locator("html").get_attribute("lang") == lang


@pytest.mark.parametrize("code", LINES)
def test_the_map_of_every_line_draws_its_axis_and_land(page: Page, code: str) -> None:
    open_quietly(page, f"/du-an/{code}/ban-do")
    page.wait_for_function("window.dgMap && dgMap.ready")
    page.evaluate("() => dgMap.ready.then(() => true)")
    expect(page.locator("#dg-legend, .dg-legend").first).to_be_visible()
    assert page.locator(".leaflet-map-pane svg path").count() > 0
    page.wait_for_function(PAINTED)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("width", [390, 320])
def test_a_phone_never_scrolls_sideways(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    open_quietly(page, address)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


# Tables whose rows are to be read on a phone; the weekly form, the table of rights and the tornado's bars scroll.
READ = [
    "/giao-viec",
    "/du-an/TULIEN/tong-quan",
    "/du-an/TULIEN/mat-bang",
    "/du-an/TULIEN/thu-hoi",
    "/du-an/TULIEN/tai-dinh-cu",
    "/du-an/TULIEN/di-doi",
    "/du-an/TULIEN/rui-ro",
    "/du-an/TULIEN/chat-luong",
    "/du-an/TULIEN/ho-so",
    "/du-an/TULIEN/thong-tin",
]
CUT_OFF = """() => [...document.querySelectorAll("table.data:not(.tornado)")]
    .filter((table) => table.offsetParent && table.scrollWidth > table.closest(".scroll, .card").clientWidth + 1)
    .map((table) => table.caption?.textContent.trim() ?? table.id)"""


@pytest.mark.parametrize("address", READ)
def test_on_a_phone_the_rows_of_a_table_stand_one_by_one(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_quietly(page, address)
    expect(page.locator("table.is-stacked >> visible=true").first).to_be_visible()
    assert page.evaluate(CUT_OFF) == []


def test_control_without_the_script_they_are_cut_off(page: Page, problems: list[str]) -> None:
    page.route("**/js/stack.js*", lambda route: route.abort())
    page.set_viewport_size({"width": 390, "height": 844})
    for address in READ:
        open_quietly(page, address)
        assert page.evaluate(CUT_OFF), address
    problems.clear()


def test_the_portfolio_leads_to_a_project_and_back(page: Page) -> None:
    open_quietly(page, "/")
    assert page.url.endswith("/danh-muc")
    page.get_by_role("link", name="Cầu Tứ Liên").first.click()
    page.wait_for_url("**/du-an/TULIEN/ban-do*")
    page.go_back()
    page.wait_for_url("**/danh-muc*")
    expect(page.get_by_role("link", name="Cầu Tứ Liên").first).to_be_visible()


def test_invented_land_is_marked_on_every_page_that_shows_it(page: Page) -> None:
    for address in PAGES:
        if "/CCC/" in address:
            continue
        open_quietly(page, address)
        expect(page.get_by_text("dữ liệu minh hoạ").first).to_be_visible()


def test_an_unknown_page_says_so_in_words(page: Page, problems: list[str]) -> None:
    response = page.goto("/du-an/KHONGCO/ban-do")
    assert response is not None
    assert response.status == 404
    expect(page.get_by_text("Không có dự án này.")).to_be_visible()
    problems.clear()  # the browser logs the 404 itself, which is what was provoked
