"""Selecting on the time–location chart, the map, the Gantt or the network drawing selects on all of them: in one page,
and between tabs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Browser, Page, StorageState, expect

from tests.browser.conftest import desktop, watch

CODE = "TULIEN"
BASE = f"/du-an/{CODE}"
READY = """() => { const land = window.dgMap?.dg.land;
    return Boolean(land?.styled && !land.partial && land.gl.loaded()); }"""
# The cases whose land the map lights.
LIT = """() => { const filter = dgMap.dg.land.gl.getFilter("lit");
    return filter[0] === "match" ? [...filter[2]].sort((a, b) => a - b) : []; }"""
BANDS = """() => document.querySelectorAll("svg.dg-time .dg-time-chosen").length"""


def case_of_a_front(api: APIRequestContext) -> dict[str, Any]:
    """A case with a place on the axis whose front has works, and all that belongs to it."""
    rows = api.get(f"/api/cases?project={CODE}&mo=1&limit=50").json()["rows"]
    for row in rows:
        said = api.get(f"/api/projects/{CODE}/chosen?chon=ho-so:{row['code']}").json()
        if said["activities"] and said["runs"]:
            return dict(said)
    raise AssertionError


def lit(page: Page, said: dict[str, Any], *, fitted: bool = True) -> None:
    """Every pane of the page shows the selection; the map moved to it, unless it was chosen on the map."""
    expect(page.locator("#chon [data-said=label]")).to_have_text(said["label_vi"], timeout=20_000)
    if page.locator(".gantt").count():
        marked = page.locator(".gantt g.is-chosen").evaluate_all("all => all.map(one => one.dataset.chon)")
        drawn = page.locator(".gantt g[data-chon]").evaluate_all("all => all.map(one => one.dataset.chon)")
        belongs = {f"viec:{code}" for code in said["activities"]} | {
            f"ho-so:{code}" for code in said["cases"]
        }
        assert set(marked) == belongs & set(drawn) != set()
    if page.locator("svg.dg-time").count():
        assert page.evaluate(BANDS) == len(said["runs"]) > 0
    if page.locator(".dg-map").count():
        page.wait_for_function(READY)
        numbers = (
            [] if said["outlines"] else said["numbers"]
        )  # a chosen parcel is lit without the rest of its case
        page.wait_for_function("n => dgMap.dg.land.chosen.length === n", arg=len(numbers))
        assert sorted(page.evaluate("() => dgMap.dg.land.chosen")) == sorted(numbers)
        assert page.locator("path.dg-chosen-parcel").count() == len(said["outlines"])
        assert page.evaluate(LIT) == sorted(numbers)
        assert not fitted or page.evaluate(
            "([w, s, e, n]) => dgMap.getBounds().contains([[s, w], [n, e]])", said["bounds"]
        )


def test_a_selection_in_the_address_shows_on_chart_map_and_gantt(page: Page, api: APIRequestContext) -> None:
    said = case_of_a_front(api)
    for path in ("/ly-trinh?", "/duong-gang?tat_ca=1&", "/ban-do?", "/ba-khung?tat_ca=1&"):
        page.goto(f"{BASE}{path}chon={said['chon']}")
        lit(page, said)


def test_what_is_clicked_in_one_pane_is_selected_in_the_others(page: Page, api: APIRequestContext) -> None:
    page.goto(f"{BASE}/ba-khung?tat_ca=1")
    page.wait_for_function(READY)
    # The Gantt: an activity.
    bar = page.locator(".gantt-narrow g[data-chon^='viec:PIE']").first
    name = str(bar.get_attribute("data-chon"))
    bar.locator("rect.task").click()
    said = api.get(f"/api/projects/{CODE}/chosen?chon={name}").json()
    lit(page, said)
    assert f"chon={name.replace(':', '%3A')}" in page.url
    # The chart: land, by key as well; its second press opens the list.
    land = page.locator("svg.dg-time a[data-chon^='doan:']").nth(3)
    run = str(land.get_attribute("data-chon"))
    land.focus()
    page.keyboard.press("Enter")
    lit(page, api.get(f"/api/projects/{CODE}/chosen?chon={run}").json())
    # The map: a parcel.
    parcel = api.get(f"/api/land-map/parcels?case={case_of_a_front(api)['cases'][0]}&project={CODE}").json()
    inside = parcel["features"][0]["properties"]["id"]
    page.evaluate("id => dgMap.selectParcel(id)", inside)
    lit(page, api.get(f"/api/projects/{CODE}/chosen?chon=thua:{inside}").json(), fitted=False)
    page.get_by_role("button", name="Bỏ chọn").click()
    expect(page.locator("#chon")).to_be_hidden()
    assert "chon=" not in page.url
    assert page.locator(".is-chosen").count() == 0
    assert page.evaluate(BANDS) == 0
    assert page.evaluate("() => dgMap.dg.land.chosen") == []


def test_open_tabs_of_a_project_follow_one_another_and_other_projects_do_not(
    browser: Browser, live_server: str, signed_in: StorageState, api: APIRequestContext, problems: list[str]
) -> None:
    said = case_of_a_front(api)
    with desktop(browser, live_server, signed_in) as context:
        chart, gantt, foreign = (context.new_page() for _ in range(3))
        for page in (chart, gantt, foreign):
            watch(page, live_server, problems)
        chart.goto(f"{BASE}/ly-trinh")
        gantt.goto(f"{BASE}/duong-gang?tat_ca=1")
        foreign.goto("/du-an/QL1A/ly-trinh")
        line = chart.locator(f"svg.dg-time a[data-chon='viec:{said['activities'][-1]}']").last
        line.focus()
        chart.keyboard.press("Enter")
        own = api.get(f"/api/projects/{CODE}/chosen?chon=viec:{said['activities'][-1]}").json()
        lit(chart, own)
        lit(gantt, own)
        # What follows is in the links to the other pages, and a page opened from them has it.
        gantt.locator("nav.tabs a", has_text="Lý trình – thời gian").first.click()
        lit(gantt, own)
        expect(foreign.locator("#chon")).to_be_hidden()
        assert "chon" not in foreign.url
        gantt.get_by_role("button", name="Bỏ chọn").click()
        expect(chart.locator("#chon")).to_be_hidden()
    assert problems == []


def test_the_drawing_of_the_network_lights_what_is_chosen_and_chooses(
    browser: Browser, live_server: str, signed_in: StorageState, api: APIRequestContext, problems: list[str]
) -> None:
    said = case_of_a_front(api)
    marked = "all => all.map(one => one.dataset.chon)"
    with desktop(browser, live_server, signed_in) as context:
        drawing, chart = context.new_page(), context.new_page()
        for page in (drawing, chart):
            watch(page, live_server, problems)
        drawing.goto(f"{BASE}/duong-gang/mang?tat_ca=1&chon={said['chon']}")
        chart.goto(f"{BASE}/ly-trinh")
        expect(drawing.locator("#chon [data-said=label]")).to_have_text(said["label_vi"])
        drawn = set(drawing.locator(".netmap a[data-chon]").evaluate_all(marked))
        lit_boxes = drawing.locator(".netmap a.is-chosen")
        works = {f"viec:{code}" for code in said["activities"]}
        assert set(lit_boxes.evaluate_all(marked)) == works & drawn != set()
        # One box of a front: chosen with the first click, here and in the other tab; the second click opens its row.
        name = f"viec:{said['activities'][-1]}"
        box = drawing.locator(f".netmap a[data-chon='{name}']")
        box.click()
        own = api.get(f"/api/projects/{CODE}/chosen?chon={name}").json()
        expect(lit_boxes).to_have_count(1)
        assert lit_boxes.evaluate_all(marked) == [name]
        lit(chart, own)
        assert "/duong-gang/mang" in drawing.url
        box.click()
        drawing.wait_for_url(f"**/duong-gang?*chon=*#cv-{said['activities'][-1]}")
        lit(drawing, own)
        # And what another tab chooses or clears, the drawing follows.
        drawing.go_back()
        expect(lit_boxes).to_have_count(1)
        chart.get_by_role("button", name="Bỏ chọn").click()
        expect(lit_boxes).to_have_count(0)
        expect(drawing.locator("#chon")).to_be_hidden()
    assert problems == []


def test_what_is_not_there_is_said_and_nothing_is_marked(page: Page, problems: list[str]) -> None:
    page.goto(f"{BASE}/duong-gang?chon=viec:<b>KHONG</b>")
    expect(page.locator("#chon")).to_contain_text("“viec:<b>KHONG</b>” không có trong dự án")
    assert page.locator(".is-chosen").count() == 0
    assert [one for one in problems if "404" not in one] == []
    problems.clear()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_three_panes_fit(page: Page, width: int, api: APIRequestContext) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{BASE}/ba-khung?chon={case_of_a_front(api)['chon']}")
    expect(page.locator("#chon")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    heights = [box["height"] for pane in page.locator(".pane").all() if (box := pane.bounding_box())]
    assert len(heights) == 3
    assert min(heights) > 200
    assert re.search(
        r"Km\d", page.locator(".pane-time").inner_text() or page.locator(".pane-time").text_content() or ""
    )
