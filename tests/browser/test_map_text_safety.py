"""Names are text: no property of the data and no text of the page ever becomes markup or script."""

from __future__ import annotations

from typing import Any

import folium
from markupsafe import Markup
from playwright.sync_api import Browser

from maps.portfolio_map import ProjectPopup, portfolio_map
from maps.project_map import project_map
from tests.browser import map_land as land
from tests.browser.map_page import page, served

EVIL = '<img src=x onerror="window.ran=1">\'"`</script><script>window.ran=2</script>{{7*191}}'
# Without the policy the browser is no help: what does not run here is harmless by construction.
OPEN = "/khong-chinh-sach"


def hostile(text: str) -> str:
    return EVIL + text


def hostile_site() -> dict[str, Any]:
    portfolio = portfolio_map(
        projects_url="/api/portfolio.geojson",
        wards_url="/api/wards.geojson",
        lang="vi",
        popups={"TULIEN": ProjectPopup(facts=[(EVIL, EVIL)], claims=[(EVIL, EVIL, EVIL)])},
        attribution=[EVIL],
    )
    project = project_map(
        code=EVIL,
        parcels_url="/api/parcels.geojson",
        axis_url="/api/axis.geojson",
        wards_url="/api/wards.geojson",
        lang="vi",
        step_labels={hostile("S80"): EVIL},
        obstacle_labels={hostile("GIA_DAT"): EVIL},
        land_labels={hostile("ODT"): EVIL},
        attribution=[EVIL],
    )
    return {
        f"{OPEN}/danh-muc": page(portfolio),
        f"{OPEN}/ban-do": page(project, foot=land.strip(hostile)),
        "/api/portfolio.geojson": land.collection(land.projects(hostile), attribution=EVIL),
        "/api/wards.geojson": land.collection(land.ward_areas(hostile) + land.ward_centres(hostile)),
        "/api/parcels.geojson": land.collection(land.parcels(60, hostile), data_date=EVIL),
        "/api/axis.geojson": land.collection(land.axis(hostile)),
    }


READY = "dgMap.ready.then(() => new Promise((go) => setTimeout(go, 50)))"
MARKUP = "document.querySelectorAll('img, .dg-map script, #map_dg [onerror]').length"


def test_hostile_names_stay_text_on_the_portfolio(browser: Browser) -> None:
    with served(hostile_site()) as base:
        tab = browser.new_page(reduced_motion="reduce")
        tab.goto(f"{base}{OPEN}/danh-muc")
        tab.evaluate(READY)
        label = tab.locator(".dg-label-project", has_text="Cầu Tứ Liên +85")
        label.hover()
        label.click()
        assert "<img src=x" in tab.locator(".dg-card").inner_text()
        assert "{{7*191}}" in tab.locator(".dg-attribution").inner_text()
        assert tab.evaluate(MARKUP) == 0
        assert tab.evaluate("window.ran") is None
        tab.close()


def test_hostile_names_stay_text_on_the_project_map(browser: Browser) -> None:
    with served(hostile_site()) as base:
        tab = browser.new_page(reduced_motion="reduce")
        tab.goto(f"{base}{OPEN}/ban-do")
        tab.evaluate(READY)
        tab.get_by_role("button", name="Vướng mắc", exact=True).click()
        for parcel in ("p10", "p11", "p30"):
            assert tab.evaluate("(id) => dgMap.selectParcel(id)", parcel)
            assert "<img src=x" in tab.locator(".dg-card").inner_text()
        tab.keyboard.press("Escape")
        # Tooltips of parcels, runs and fronts: the pointer walks over the middle of the map.
        tab.evaluate("dgMap.closePopup(); dgMap.setZoom(17, { animate: false })")
        for step in range(12):
            tab.mouse.move(500 + 25 * step, 330 + 6 * step)
        assert tab.evaluate(MARKUP) == 0
        assert tab.evaluate("window.ran") is None
        tab.close()


def test_the_same_name_runs_in_a_folium_popup_so_these_tests_can_fail(browser: Browser) -> None:
    m = folium.Map(location=[21.03, 105.83], tiles=None, zoom_start=12)
    m.default_js = [("leaflet", "/tinh/v/leaflet/dist/leaflet.js")]
    m.default_css = [("leaflet_css", "/tinh/v/leaflet/dist/leaflet.css")]
    # The name less its "</script>", which would break the page before the popup opens.
    folium.Popup(EVIL.split("'")[0], show=True).add_to(folium.CircleMarker([21.03, 105.83]).add_to(m))
    # Folium parses the text with jQuery; this line does the same without shipping it.
    parse = "(t) => [...Object.assign(document.createElement('p'), { innerHTML: t }).children]"
    shim = f"<script>window.$ = {parse};</script>"
    html = page(m).replace("</head>", Markup(shim) + "</head>")
    with served({f"{OPEN}/folium": html, "/folium": html}) as base:
        tab = browser.new_page(reduced_motion="reduce")
        tab.goto(f"{base}{OPEN}/folium")
        tab.wait_for_function("window.ran === 1")
        tab.close()
