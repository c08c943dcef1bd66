"""The land map in a real browser: tiles that can be moved, pointed at, filtered, chosen, and that follow an edit."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Page, expect

PROJECT = "NGOCHOI"  # these tests change cases of this project only
DRAWN = """() => { const land = window.dgMap?.dg.land;
    return Boolean(land?.styled && !land.partial && land.gl.loaded() && land.gl.areTilesLoaded()); }"""
STEP = """([lon, lat]) => { const { gl } = dgMap.dg.land;
    return gl.queryRenderedFeatures(gl.project([lon, lat]), { layers: ["parcels"] })[0]?.properties.s ?? null; }"""


def drawn(page: Page) -> None:
    page.wait_for_function(DRAWN)


def untouched(api: APIRequestContext) -> dict[str, Any]:
    """A case at S80 that nobody changed yet, with a place inside its first parcel."""
    rows = api.get(f"/api/cases?project={PROJECT}&buoc=S80&limit=500").json()["rows"]
    code = next(row["code"] for row in rows if row["version"] == 1)
    found = api.get(f"/api/land-map/search?q={code}&project={PROJECT}").json()["found"]
    return {"code": code, "at": [found[0]["lon"], found[0]["lat"]]}


def test_a_parcel_answers_a_click_with_its_case_and_a_link_shows_it_again(
    page: Page, api: APIRequestContext
) -> None:
    case = untouched(api)
    page.goto(f"/du-an/{PROJECT}/ban-do#18/{case['at'][1]}/{case['at'][0]}")
    drawn(page)
    box = page.locator(".dg-map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".dg-card")).to_contain_text(case["code"], timeout=20_000)
    page.wait_for_url(re.compile("thua="))
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator(".dg-card")).to_contain_text(case["code"], timeout=20_000)
    expect(page.get_by_role("link", name="Mở hồ sơ")).to_have_attribute("href", f"/ho-so/{case['code']}")


def test_a_change_made_elsewhere_is_seen_without_loading_the_page_again(
    page: Page, api: APIRequestContext
) -> None:
    case = untouched(api)
    page.goto(f"/du-an/{PROJECT}/ban-do#18/{case['at'][1]}/{case['at'][0]}")
    drawn(page)
    assert page.evaluate(STEP, case["at"]) == "S80"
    page.evaluate("() => { window.stillHere = true; }")
    change = {
        "version": 1,
        "step": "S85",
        "effective_on": "2026-03-13",
        "document": "3/BB",
        "signer": "Nguyễn Văn Một",
    }
    assert api.patch(f"/api/cases/{case['code']}", data=change).status == 200
    page.wait_for_function(f"(at) => ({STEP})(at) === 'S85'", arg=case["at"])
    assert page.evaluate("() => window.stillHere")


def test_far_out_the_city_is_counted_in_cells_and_says_so(page: Page) -> None:
    page.goto("/ban-do")
    drawn(page)
    kinds = page.evaluate(
        "() => [...new Set(dgMap.dg.land.gl.queryRenderedFeatures({ layers: ['parcels', 'cells'] })"
        ".map((f) => f.sourceLayer))]"
    )
    assert kinds == ["cells"]
    expect(page.locator(".dg-attribution")).to_contain_text("Ô tổng hợp")
    expect(page.locator(".dg-attribution")).to_contain_text("Số liệu đến")
    page.evaluate("() => dgMap.setView([21.0605, 105.842], 17, { animate: false })")
    drawn(page)
    page.wait_for_function(
        "() => dgMap.dg.land.gl.queryRenderedFeatures({ layers: ['parcels'] }).length > 20"
    )
    expect(page.locator(".dg-attribution")).not_to_contain_text("Ô tổng hợp")


def test_a_filter_and_a_hidden_row_stand_in_the_address_and_on_the_map(page: Page) -> None:
    page.goto("/du-an/TULIEN/ban-do#16/21.0605/105.842")
    drawn(page)
    count = "() => dgMap.dg.land.gl.queryRenderedFeatures({ layers: ['parcels'] }).length"
    whole = page.evaluate(count)
    page.get_by_text("Lọc thửa").click()
    page.locator("#dg-f-vuong").select_option("NGUON_GOC")
    page.wait_for_function(f"(whole) => ({count})() < whole", arg=whole)
    assert "vuong=NGUON_GOC" in page.url
    page.reload()
    drawn(page)
    page.wait_for_function(f"(whole) => ({count})() < whole", arg=whole)
    kept = page.evaluate(
        "() => dgMap.dg.land.gl.queryRenderedFeatures({ layers: ['parcels'] }).map((f) => f.properties.v)"
    )
    assert set(kept) == {"NGUON_GOC"}


def test_another_day_is_read_on_the_map_and_the_page_says_which_day_it_keeps(page: Page) -> None:
    page.goto("/du-an/TULIEN/ban-do")
    drawn(page)
    with page.expect_request(lambda asked: "/o/du-an/" in asked.url and "ngay=" in asked.url):
        page.locator("#dg-day").focus()
        page.keyboard.press("ArrowRight")
    expect(page.locator(".dg-time")).to_contain_text("Bản đồ: cuối ngày 14/03/2026")
    expect(page.get_by_role("link", name="Mở cả trang ngày này")).to_have_attribute(
        "href", re.compile("ngay=2026-03-14")
    )


def test_measuring_goes_by_keyboard_and_a_picture_can_be_taken(page: Page) -> None:
    page.goto("/du-an/TULIEN/ban-do#16/21.0605/105.842")
    drawn(page)
    page.get_by_role("button", name="Đo").click()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    page.keyboard.press("Enter")
    expect(page.locator(".dg-measured")).to_contain_text(re.compile(r"Dài \d"))
    with page.expect_download() as download:
        page.get_by_role("button", name="Ảnh PNG").click()
    assert download.value.suggested_filename == "ban-do-tulien-2026-03-13.png"


def test_paper_names_title_legend_scale_day_and_demo_mark_of_a_map(page: Page) -> None:
    page.goto(f"/du-an/{PROJECT}/ban-do")
    drawn(page)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 990})  # the width of the paper
    page.wait_for_timeout(400)
    drawn(page)
    expect(page.locator(".print-head")).to_contain_text("Số liệu đến 13/03/2026")
    expect(page.locator(".print-head")).to_contain_text("Bản đồ đất")
    expect(page.locator(".dg-attribution")).to_contain_text("dữ liệu minh hoạ")
    for shown in (".dg-map", ".dg-legend, #dg-legend", ".leaflet-control-scale", ".dg-attribution"):
        expect(page.locator(shown).first).to_be_visible()
    for hidden in (".bar", ".sub", ".dg-tools", ".dg-switch", ".leaflet-control-zoom"):
        expect(page.locator(hidden).first).to_be_hidden()


@pytest.mark.parametrize("way", ["button", "menu"])
def test_the_land_is_on_the_paper(page: Page, way: str) -> None:
    """A browser prints no WebGL: without the picture in its place the map was an empty box."""
    page.add_init_script("window.print = () => {}")
    page.goto(f"/du-an/{PROJECT}/ban-do")
    drawn(page)
    if way == "button":
        page.get_by_role("button", name="In", exact=True).click()
        page.wait_for_selector(".dg-paper", state="attached")
    images = re.findall(
        rb"/Subtype /Image\s*/Width (\d+)\s*/Height (\d+)", page.pdf(format="A4", print_background=True)
    )
    assert any(int(width) > 600 and int(height) > 300 for width, height in images)
    if way == "button":
        colours = page.evaluate(
            """async () => {
                const canvas = await dgMap.picture();
                const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
                const seen = new Set();
                for (let i = 0; i < data.length; i += 4) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
                return seen.size;
            }"""
        )
        assert colours > 50


def test_an_area_on_the_map_becomes_a_list_a_trial_and_a_writing(page: Page, api: APIRequestContext) -> None:
    case = untouched(api)
    page.goto(f"/du-an/{PROJECT}/ban-do#18/{case['at'][1]}/{case['at'][0]}")
    drawn(page)
    box = page.locator(".dg-map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    assert page.evaluate("() => !window.L.PM")  # the drawing library comes when it is needed
    page.get_by_role("button", name="Chọn chữ nhật").click()
    page.wait_for_function("() => dgMap.pm?.globalDrawModeEnabled()")
    page.mouse.click(x - 12, y - 12)
    page.mouse.move(x + 12, y + 12, steps=4)
    page.mouse.click(x + 12, y + 12)
    page.get_by_role("button", name="Hồ sơ trong vùng").click()
    page.wait_for_url("**/ghi-hang-loat?**")
    for tick in page.locator("input[name=ho_so]").all():
        tick.set_checked((tick.get_attribute("value") or "").startswith(f"{case['code']}@"))
    page.get_by_label("Mốc hẹn mới").fill("2026-11-30")
    page.get_by_role("button", name="Thử (chưa ghi)").click()
    expect(page.get_by_role("status").first).to_contain_text("1 được nhận, 0 bị từ chối")
    assert api.get(f"/api/cases/{case['code']}").json()["row"]["version"] == 1
    page.get_by_role("button", name="Ghi 1 hồ sơ được nhận").click()
    expect(page.get_by_role("status").first).to_contain_text("Đã ghi 1 hồ sơ")
    assert api.get(f"/api/cases/{case['code']}").json()["row"]["promised_on"] == "2026-11-30"


@pytest.mark.parametrize("width", [390, 1280])
def test_every_tool_is_reached_with_the_tab_key(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/du-an/TULIEN/ban-do")
    drawn(page)
    tools = page.locator(".dg-tools")
    if tools.get_attribute("open") is None:
        tools.locator("> summary").press("Enter")
    reached: set[str] = set()
    page.locator(".dg-tools > summary").focus()
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("() => document.activeElement.id || document.activeElement.textContent"))
    assert {"dg-search", "dg-day", "Đo", "In", "Ảnh PNG", "Chọn chữ nhật", "Chọn đa giác"} <= reached
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
