"""The city's land in a headless Chromium: opened, moved, clicked, and following a change, with nothing in the console.

Drawn without a graphics card (SwiftShader), on the machine that also serves: a desk computer is quicker.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright
from sqlalchemy import text

from api.bootstrap.system import chromium
from tests.bench.fabric import PARCELS, PROJECTS, Fabric
from tests.bench.measuring import figure, seconds
from tests.bench.test_writes import server
from tests.browser.conftest import ARGUMENTS, desktop, watch
from tests.browser.test_land_map import STEP
from tests.conftest import ROOT
from tests.people import Tester, make_tester, owner_session

TILES = """() => { const land = window.dgMap?.dg.land;
    return Boolean(land?.styled && land.gl.loaded() && land.gl.areTilesLoaded()); }"""
COUNTED = "() => Number.isFinite(window.dgMap?.dg.land?.facts?.parcels)"
RENDERED = "() => dgMap.dg.land.gl.queryRenderedFeatures({ layers: ['parcels'] }).length"
LONGEST = 120_000  # ms
# Away from the middle, so that moving about does not pass over what is clicked.
CASE = text(
    """
    select c.code, ST_X(ST_PointOnSurface(p.geom)), ST_Y(ST_PointOnSurface(p.geom))
    from clearance_case c join parcel p on p.case_id = c.id
    where c.step = 'S80' and p.geom && ST_MakeEnvelope(105.851, 21.031, 105.856, 21.036, 4326)
    order by c.id limit 1
    """
)


@pytest.fixture(scope="module")
def writer(fabric: Fabric) -> Tester:
    """Whoever looks and changes: of every ward."""
    return make_tester(fabric.settings, "to-truong-do", "ward_leader", wards=None)


@pytest.fixture(scope="module")
def address(fabric: Fabric) -> Iterator[str]:
    """A server on the city, alone with it."""
    settings = fabric.settings
    with server(
        8769, "ours", str(settings.database_url), str(settings.app_database_url), str(settings.home)
    ) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    program = chromium()
    if program is None:
        pytest.skip("no Chromium")
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def signed_in(browser: Browser, address: str, writer: Tester) -> StorageState:
    """What the browser keeps after signing in; onward to a page that waits for no calculation."""
    with desktop(browser, address) as context:
        page = context.new_page()
        page.goto("/dang-nhap?tiep=/tai-khoan")
        page.get_by_label("Tên đăng nhập").fill(writer.name)
        page.get_by_label("Mật khẩu").fill(writer.password)
        page.locator("#vao").click()
        page.wait_for_url("**/tai-khoan")
        return context.storage_state()


@contextmanager
def visiting(browser: Browser, address: str, state: StorageState) -> Iterator[tuple[Page, list[int]]]:
    """An empty page whose console has to stay empty, and the bytes that came over the network, one entry a file."""
    problems: list[str] = []
    sizes: list[int] = []
    with desktop(browser, address, state) as context:
        context.set_default_timeout(LONGEST)
        page = context.new_page()
        watch(page, address, problems)
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
        yield page, sizes
    assert problems == []


def until(page: Page, condition: str, **values: object) -> Callable[[], object]:
    """Waiting for a condition of the page, as work to be timed."""
    return lambda: page.wait_for_function(condition, polling=50, timeout=LONGEST, **values)


def test_the_city_in_a_browser(
    fabric: Fabric, browser: Browser, address: str, signed_in: StorageState, writer: Tester
) -> None:
    with owner_session(fabric.settings) as session:
        code, lon, lat = session.execute(CASE).one()
    with visiting(browser, address, signed_in) as (page, sizes):
        began = time.perf_counter()
        page.goto("/ban-do", wait_until="commit")
        until(page, TILES)()
        drawn = time.perf_counter() - began
        until(page, COUNTED)()
        counted = time.perf_counter() - began
        assert page.evaluate("() => dgMap.dg.land.facts.parcels") == PARCELS
        weight = sum(sizes) / 1024
        page.screenshot(path=ROOT / "build" / "city-far.png")
        zooms = []
        for zoom in range(12, 19):
            page.evaluate("([z, a, o]) => dgMap.setView([a, o], z, { animate: false })", [zoom, lat, lon])
            zooms.append(seconds(until(page, TILES)))
        pans = []
        for step in ([600, 0], [0, 400], [-600, 0], [0, -400], [900, 600], [-900, -600]):
            page.evaluate("(by) => dgMap.panBy(by, { animate: false })", step)
            pans.append(seconds(until(page, TILES)))
        until(page, f"() => ({RENDERED})() > 50")()
        box = page.locator(".dg-map").bounding_box()
        assert box is not None
        page.evaluate("([a, o]) => dgMap.setView([a, o], 18, { animate: false })", [lat, lon])
        until(page, TILES)()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        clicked = seconds(lambda: expect(page.locator(".dg-card")).to_contain_text(code, timeout=LONGEST))
        page.screenshot(path=ROOT / "build" / "city-near.png")
        until(page, f"(at) => ({STEP})(at) === 'S80'", arg=[lon, lat])()
        page.evaluate("() => { window.stillHere = true; }")
        changed(address, code, writer)
        seen = seconds(until(page, f"(at) => ({STEP})(at) === 'S85'", arg=[lon, lat]))
        assert page.evaluate("() => window.stillHere")
    place = f"bản đồ toàn thành phố trong Chromium, {PARCELS} thửa"
    figure(f"{place}: đến khi vẽ xong", "s", drawn)
    figure(f"{place}: đến khi có mọi số đếm", "s", counted)
    figure(f"{place}: cả trang truyền đi", "kB", weight)
    figure(f"{place}: phóng một bậc, chậm nhất trong 7", "s", max(zooms))
    figure(f"{place}: kéo, chậm nhất trong 6", "s", max(pans))
    figure(f"{place}: bấm thửa đến khi có thẻ", "s", clicked)
    figure(f"{place}: thay đổi của người khác hiện ra (hỏi mỗi 4 s)", "s", seen)


def test_the_weight_of_a_project_page(browser: Browser, address: str, signed_in: StorageState) -> None:
    with visiting(browser, address, signed_in) as (page, sizes):
        page.goto(f"/du-an/B{PROJECTS // 2:02d}/ban-do", timeout=10 * LONGEST)
        until(page, TILES)()
        until(page, COUNTED)()
        page.wait_for_load_state("networkidle")
        figure(f"trang bản đồ dự án, {PARCELS // PROJECTS} thửa: cả trang", "kB", sum(sizes) / 1024)


def changed(address: str, code: str, writer: Tester) -> None:
    """The case goes one step on, as somebody else's program does it."""
    body = {
        "version": 1,
        "step": "S85",
        "effective_on": "2026-03-13",
        "document": "3/BB",
        "signer": "Nguyễn Văn Một",
    }
    head = {"Content-Type": "application/json"} | writer.headers
    asked = urllib.request.Request(
        f"{address}/api/cases/{code}", json.dumps(body).encode(), head, method="PATCH"
    )
    with urllib.request.urlopen(asked, timeout=LONGEST / 1000) as answer:
        assert answer.status == 200
