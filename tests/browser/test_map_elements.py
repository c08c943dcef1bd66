"""The map elements in a real browser, under the policy of the app."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from maps.portfolio_map import ProjectPopup, portfolio_map
from maps.project_map import project_map
from tests.browser import map_land as land
from tests.browser.map_page import page, served

PANEL = '<div class="panel"><div id="dg-legend"></div></div>'
POPUP = ProjectPopup(
    facts=[("Dự báo", "24/09/2027"), ("Kế hoạch", "30/06/2027")],
    claims=[("Phương án đã duyệt", "486 / 732 thửa (66,4%)", "13/03/2026 · nguồn")],
)
LIT = """() => {
  const lit = new Set();
  dgMap.eachLayer((layer) => { if (layer.options.look?.lit) lit.add(layer.feature.properties.case); });
  return [...lit];
}"""
COUNT_HIDDEN = (
    "() => { let n = 0; dgMap.eachLayer((l) => { if (l.options.look?.hidden) n += 1; }); return n; }"
)


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """What the site answers; a test that changes an answer works on a copy with a site of its own."""
    portfolio = portfolio_map(
        projects_url="/api/portfolio.geojson",
        wards_url="/api/wards.geojson",
        lang="vi",
        popups={"TULIEN": POPUP},
        attribution=["Ranh giới: dữ liệu thử"],
    )
    project = {
        lang: project_map(
            code="TULIEN",
            parcels_url="/api/parcels.geojson",
            axis_url="/api/axis.geojson",
            wards_url=None,
            lang=lang,
            obstacle_labels={"NGUON_GOC": "Nguồn gốc đất chưa rõ"},
        )
        for lang in ("vi", "en")
    }
    foot = f'<div class="foot">{land.strip()}</div>'
    return {
        "/danh-muc": page(portfolio),
        "/ban-do": page(project["vi"], panel=PANEL, foot=foot),
        "/ban-do-hep": page(project["vi"], foot=foot),
        "/ban-do-en": page(project["en"], panel=PANEL),
        "/api/portfolio.geojson": land.collection(land.projects()),
        "/api/wards.geojson": land.collection(land.ward_areas()),
        "/api/parcels.geojson": land.collection(land.parcels(), data_date="2026-03-13"),
        "/api/axis.geojson": land.collection(land.axis()),
    }


@pytest.fixture(scope="module")
def site(answers: dict[str, Any]) -> Iterator[str]:
    with served(answers) as base:
        yield base


class Visit:
    """One open page: what its console said and which addresses it asked for."""

    def __init__(self, browser: Browser, address: str, width: int = 1280, height: int = 800) -> None:
        self.page: Page = browser.new_page(
            viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        self.console: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(address)
        self.settle()

    def settle(self) -> None:
        """Waits until every first fetch has ended and two frames have been drawn."""
        self.page.evaluate(
            "dgMap.ready.then(() => new Promise((go) => requestAnimationFrame(go))).then(() => null)"
        )
        self.until("true")

    def until(self, condition: str) -> None:
        """Waits for a JavaScript condition; Playwright's own waiting would need `unsafe-eval`."""
        self.page.evaluate(
            f"new Promise((go) => {{ const look = () => (({condition}) ? go(null) : requestAnimationFrame(look));"
            " requestAnimationFrame(look); })"
        )

    def heard(self, name: str) -> None:
        """Starts to collect the details of the document event `dg:<name>` in window.heard."""
        self.page.evaluate(
            "(name) => { window.heard = []; document.addEventListener('dg:' + name, (e) => heard.push(e.detail)); }",
            name,
        )


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Any]:
    opened: list[Visit] = []

    def go(path: str, *, base: str = site, **size: int) -> Visit:
        opened.append(Visit(browser, base + path, **size))
        return opened[-1]

    yield go
    for each in opened:
        each.page.close()


@pytest.mark.parametrize("path", ["/danh-muc", "/ban-do"])
def test_map_obeys_the_policy_and_asks_no_other_host(visit: Any, site: str, path: str) -> None:
    seen = visit(path)
    assert seen.console == []
    assert [url for url in seen.asked if not url.startswith((site, "data:"))] == []


def test_lateness_is_told_by_name_sign_and_shape_at_the_line(visit: Any) -> None:
    page = visit("/danh-muc").page
    assert page.locator(".dg-light-late", has_text="Cầu Tứ Liên +85").locator(".dg-mark-square").count() == 1
    assert page.locator(".dg-light-ok", has_text="Vành đai 1 −3").count() == 1
    assert page.locator(".dg-light-none", has_text="Trục Quốc lộ 1A").inner_text() == "Trục Quốc lộ 1A"


def test_project_popup_states_facts_and_dated_claims(visit: Any) -> None:
    page = visit("/danh-muc").page
    page.get_by_role("button", name="Cầu Tứ Liên").click()
    text = page.locator(".dg-card").inner_text()
    for part in (
        "+85 ngày so với kế hoạch",
        "24/09/2027",
        "486 / 732 thửa",
        "13/03/2026",
        "tuyến ước lượng ± 300 m",
    ):
        assert part in text
    assert page.get_by_role("link", name="Mở dự án").get_attribute("href") == "/du-an/TULIEN/ban-do"


def test_invented_land_and_estimated_lines_are_always_named(visit: Any) -> None:
    assert "dữ liệu minh hoạ" in visit("/ban-do").page.locator(".dg-attribution").inner_text()
    assert "Tuyến: ước lượng" in visit("/danh-muc").page.locator(".dg-attribution").inner_text()


def test_step_toggle_hides_its_parcels_and_enters_the_address(visit: Any) -> None:
    seen = visit("/ban-do")
    row = seen.page.locator(".dg-row-toggle", has_text="Đã bàn giao")
    count = int(row.locator(".dg-row-count").inner_text())
    row.click()
    assert seen.page.evaluate(COUNT_HIDDEN) == count > 0
    assert "an=7" in seen.page.url
    again = visit(seen.page.url.removeprefix(seen.page.evaluate("location.origin")))
    assert again.page.evaluate(COUNT_HIDDEN) == count


def test_colour_by_obstacle_names_each_obstacle_with_its_count(visit: Any) -> None:
    page = visit("/ban-do").page
    page.get_by_role("button", name="Vướng mắc", exact=True).click()
    expected = sum(
        f["properties"]["obstacle"] == "NGUON_GOC" and f["properties"]["group"] < 7 for f in land.parcels()
    )
    row = page.get_by_role("button", name="Nguồn gốc đất chưa rõ")
    assert row.locator(".dg-row-count").inner_text() == str(expected)
    assert "mau=vuong-mac" in page.url


@pytest.mark.parametrize("query", ["?thua=p350", "?hoso=HH-0175"])
def test_link_to_a_parcel_or_case_opens_its_popup(visit: Any, query: str) -> None:
    page = visit("/ban-do" + query).page
    assert page.locator(".dg-card-title").inner_text().endswith("thửa 450")
    assert page.get_by_role("link", name="Mở hồ sơ").get_attribute("href") == "/ho-so/HH-0175"


def test_view_in_the_address_shows_the_same_map_to_the_next_person(visit: Any) -> None:
    first = visit("/ban-do#17/21.06000/105.83900")
    assert first.page.evaluate("[dgMap.getZoom(), dgMap.getCenter().lat.toFixed(4)]") == [17, "21.0600"]
    first.page.locator("#map_dg").focus()
    first.page.keyboard.press("ArrowRight")
    first.page.wait_for_url(lambda url: "#17/21.06000/105.83900" not in url)
    address = first.page.url
    second = visit(address.removeprefix(first.page.evaluate("location.origin")))
    assert second.page.evaluate("dgMap.getCenter().lng.toFixed(4)") == first.page.evaluate(
        "dgMap.getCenter().lng.toFixed(4)"
    )


def test_language_link_keeps_view_colouring_and_selection(visit: Any) -> None:
    page = visit("/ban-do?mau=vuong-mac&thua=p350#17/21.06000/105.83900").page
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('a'), {hreflang: 'en', href: '?lang=en'}))"
    )
    page.evaluate(
        "document.querySelector('a[hreflang]').addEventListener('click', (event) => event.preventDefault())"
    )
    page.evaluate("document.querySelector('a[hreflang]').click()")
    href = page.evaluate("document.querySelector('a[hreflang]').href")
    assert "lang=en" in href
    assert "mau=vuong-mac" in href
    assert "thua=p350" in href
    assert "#17/" in href


def test_legend_of_an_area_has_no_rows_about_an_axis(visit: Any, answers: dict[str, Any]) -> None:
    areas = [f for f in land.axis() if f["properties"]["kind"] == "corridor"]
    with served({**answers, "/api/axis.geojson": land.collection(areas)}) as base:
        page = visit("/ban-do", base=base).page
        assert page.get_by_text("Ranh GPMB").is_visible()
        assert not page.get_by_text("Trục: còn vướng").is_visible()


def test_list_and_map_light_each_other(visit: Any) -> None:
    project = visit("/ban-do")
    project.page.evaluate(
        "document.dispatchEvent(new CustomEvent('dg:highlight', { detail: { code: 'HH-0100', from: 'list' } }))"
    )
    assert project.page.evaluate(LIT) == ["HH-0100"]
    portfolio = visit("/danh-muc")
    portfolio.heard("highlight")
    portfolio.page.get_by_role("button", name="Cầu Tứ Liên").hover()
    assert portfolio.page.evaluate("heard") == [{"code": "TULIEN", "from": "map"}]


def test_filter_of_the_list_filters_the_map(visit: Any) -> None:
    seen = visit("/danh-muc")
    seen.page.evaluate(
        "document.dispatchEvent(new CustomEvent('dg:filter', { detail: { codes: ['TULIEN'] } }))"
    )
    seen.until("document.querySelectorAll('.dg-label-project').length === 1")


def test_refresh_shows_a_changed_parcel_without_reloading(
    browser: Browser, answers: dict[str, Any], visit: Any
) -> None:
    now = land.parcels()
    with served(
        {**answers, "/api/parcels.geojson": lambda: land.collection(now, data_date="2026-03-13")}
    ) as base:
        seen = visit("/ban-do?thua=p350", base=base)
        view = seen.page.evaluate("dgMap.getCenter().toString()")
        now[350]["properties"].update(group=7, step="S105")
        assert seen.page.evaluate("dgMap.refreshParcels()") is True
        assert "đã bàn giao" in seen.page.locator(".dg-facts").inner_text()
        assert seen.page.evaluate("dgMap.getCenter().toString()") == view


def test_failed_fetch_says_so_and_can_be_tried_again(visit: Any, answers: dict[str, Any]) -> None:
    broken = {**answers, "/api/parcels.geojson": None}
    with served(broken) as base:
        seen = visit("/ban-do", base=base)
        page = seen.page
        assert "Không tải được thửa đất. Không có địa chỉ này." in page.get_by_role("alert").inner_text()
        broken["/api/parcels.geojson"] = answers["/api/parcels.geojson"]
        page.get_by_role("button", name="Thử lại").click()
        seen.until("document.querySelector('[role=alert]') === null")
        assert "700 thửa" in page.locator("#dg-legend").inner_text()


def test_project_without_parcels_says_that_none_are_entered(visit: Any, answers: dict[str, Any]) -> None:
    with served({**answers, "/api/parcels.geojson": land.collection([])}) as base:
        assert "Chưa nhập thửa" in visit("/ban-do", base=base).page.locator(".dg-status").inner_text()


def test_driving_parcels_can_be_walked_by_keyboard_and_focus_returns(visit: Any) -> None:
    page = visit("/ban-do").page
    button = page.get_by_role("button", name="Thửa giữ đường găng sau")
    button.focus()
    page.keyboard.press("Enter")
    assert "giữ đường găng" in page.locator(".dg-tag").inner_text()
    assert page.evaluate("document.activeElement.classList.contains('dg-card')")
    assert (
        page.get_by_role("link", name="Vì sao găng?")
        .get_attribute("href")
        .startswith("/du-an/TULIEN/duong-gang#HH-")
    )
    page.keyboard.press("Escape")
    assert page.locator(".dg-card").count() == 0
    assert button.evaluate("(node) => node === document.activeElement")


def test_run_of_the_strip_brings_its_chainage_into_view(visit: Any) -> None:
    seen = visit("/ban-do")
    seen.heard("view")
    seen.page.get_by_role("button", name="Km0+700 – Km0+820").click()
    seen.until("heard.length > 0 && dgMap.getZoom() >= 16")
    shown = seen.page.evaluate("heard.at(-1).alignments[0]")
    assert shown["alignment"] == "A1"
    assert shown["from"] <= 700
    assert 820 <= shown["to"] <= 1500
    assert seen.page.locator(".dg-strip-frame").get_attribute("visibility") == "visible"


@pytest.mark.parametrize("path", ["/danh-muc", "/ban-do-hep"])
def test_controls_on_a_phone_do_not_cover_each_other_and_are_large_enough(visit: Any, path: str) -> None:
    page = visit(path, width=390, height=780).page
    boxes = [
        node.bounding_box()
        for node in page.locator(
            ".leaflet-control-zoom, .dg-switch, details.dg-legend, .leaflet-control-scale, .dg-attribution"
        ).all()
    ]
    assert len(boxes) >= 4
    for a, b in combinations(boxes, 2):
        apart = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
        assert apart or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for node in page.locator(".dg-map button:visible, .leaflet-bar a:visible, .dg-map summary:visible").all():
        assert min(node.bounding_box()["width"], node.bounding_box()["height"]) >= 24


def test_english_map_has_no_vietnamese_words_of_its_own(visit: Any) -> None:
    page = visit("/ban-do-en?lang=en&thua=p350").page
    assert page.get_by_role("button", name="Handover date").count() == 1
    assert page.locator(".dg-card-title").inner_text() == "Sheet 42 – parcel 450"
    assert page.get_by_role("link", name="Open file").get_attribute("href") == "/ho-so/HH-0175?lang=en"
    assert page.get_by_role("button", name="Close").count() == 1
