"""Importing as people do it: a form, a comparison on a map, a second person, and back; no error in the console."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from api.settings import Settings
from api.work.worker import working
from tests.browser.conftest import desktop, sign_in, watch
from tests.people import make_tester, owner_session

PROJECT = "MESO"
SHOTS = os.environ.get("DUONGGANG_SHOTS")


@pytest.fixture
def person(
    browser: Browser, live_server: str, portfolio_settings: Settings, problems: list[str]
) -> Iterator[Callable[[str, str], Page]]:
    """A function that gives the signed-in page of somebody new, by name and role."""
    with ExitStack() as stack:

        def give(name: str, role: str) -> Page:
            made = make_tester(portfolio_settings, name, role, projects=(PROJECT,))
            context = stack.enter_context(desktop(browser, live_server))
            page = context.new_page()
            sign_in(page, made.name, made.password)
            watch(page, live_server, problems)
            return page

        yield give


@pytest.fixture
def worker(portfolio_settings: Settings) -> Iterator[None]:
    with working(portfolio_settings):
        yield


def file_of(settings: Settings, path: Path, *, shift: float = 0.0, count: int = 40) -> Path:
    """Lots in four rows beside a parcel of the project; every third moves, one is smaller, the last is left out."""
    with owner_session(settings) as session:
        x, y, ward = session.execute(
            text(
                "select ST_X(g), ST_Y(g), w from (select ST_Transform(ST_PointOnSurface(q.geom), 5897) g, "
                "q.ward_code w "
                "from parcel q join project p on p.id = q.project_id where p.code = :c order by q.id limit 1) s"
            ),
            {"c": PROJECT},
        ).one()
    boxes = []
    for n in range(count):
        dx = shift if n % 3 == 0 else 0.0
        left, low = x + 12 * (n % 10) + dx, y + 20 * (n // 10)
        boxes.append(shapely.box(left, low, left + (6 if shift and n == 4 else 11), low + 18))
    frame = gpd.GeoDataFrame(
        {"to": "901", "thua": [str(n) for n in range(count)], "loai_dat": "ODT", "phuong": ward},
        geometry=boxes, crs=5897,
    )  # fmt: skip
    frame.to_file(path, driver="GPKG")
    return path


def shot(page: Page, name: str) -> None:
    """A picture at 1280 and 390 px where DUONGGANG_SHOTS names a folder."""
    if SHOTS:
        for width, height in ((1280, 900), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(400)
            page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})


def send(page: Page, file: Path, *, full: bool = False) -> str:
    page.goto("/nap")
    page.set_input_files("#tep", str(file))
    if full:
        page.get_by_label("Tệp là toàn bộ thửa").check()
    shot(page, "nap")
    page.get_by_role("button", name="Gửi và so sánh").click()
    page.wait_for_url("**/nap/*")
    expect(page.get_by_role("heading", name="Quyết định")).to_be_visible(timeout=60_000)
    return page.url


def take(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Chấp nhận và ghi vào đất").click()
    expect(page.locator(".sub .import-state")).to_have_text("đã chấp nhận", timeout=60_000)


def test_two_people_import_compare_and_undo(
    person: Callable[[str, str], Page],
    worker: None,
    portfolio_settings: Settings,
    tmp_path: Path,
    problems: list[str],
) -> None:
    sender, board = person("nap.trinh-duyet-1", "importer"), person("nap.trinh-duyet-2", "board")
    first = send(sender, file_of(portfolio_settings, tmp_path / "một.gpkg"))
    expect(sender.get_by_text("không tự xác nhận")).to_be_visible()
    expect(sender.get_by_role("button", name="Chấp nhận")).to_have_count(0)
    take(board, first)
    second = send(sender, file_of(portfolio_settings, tmp_path / "hai.gpkg", shift=3.0, count=39), full=True)
    board.goto(second)
    board.evaluate("dgMap.ready.then(() => true)")
    drawn = board.evaluate(
        "(() => { let n = 0; dgMap.eachLayer((l) => { if (l instanceof L.Polygon) n += 1; }); return n; })()"
    )
    assert drawn >= 15 + 14
    shot(board, "so-sanh")
    board.goto(f"{second}/hinh-hoc")
    shot(board, "hinh-hoc")
    take(board, second)
    for address in (second, first):
        board.goto(address)
        board.get_by_label("Lý do").fill("thử hoàn tác")
        board.get_by_role("button", name="Hoàn tác lần nhập này").click()
        expect(board.locator(".sub .import-state")).to_have_text("đã hoàn tác", timeout=60_000)
    board.goto("/nap")
    shot(board, "lich-su")
    assert problems == []
