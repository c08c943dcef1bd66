"""Papers and pictures on a phone: the camera, a connection that breaks in a photo and in a step, nothing doubled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Browser, Page, Route, StorageState, expect

from tests import document_files as files
from tests.browser.conftest import watch

PROJECT = "TULIEN"  # these tests change cases of this project only
PLACE = (105.8412345, 21.0612345)
WITHOUT_CONNECTION = "net::ERR_"


@pytest.fixture
def phone(browser: Browser, live_server: str, signed_in: StorageState, problems: list[str]) -> Iterator[Page]:
    """A phone of 390 px that knows where it is."""
    with browser.new_context(
        base_url=live_server, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", viewport={"width": 390, "height": 844},
        has_touch=True, is_mobile=True, storage_state=signed_in, permissions=["geolocation"],
        geolocation={"longitude": PLACE[0], "latitude": PLACE[1], "accuracy": 8},
    ) as context:  # fmt: skip
        page = context.new_page()
        watch(page, live_server, problems)
        yield page
    assert [p for p in problems if WITHOUT_CONNECTION not in p] == []


def a_case(api: APIRequestContext, skip: int, step: str = "S90") -> dict[str, Any]:
    rows = api.get(f"/api/cases?project={PROJECT}&buoc={step}&limit=500").json()["rows"]
    row: dict[str, Any] = [r for r in rows if r["version"] == 1][skip]
    return row


def papers(api: APIRequestContext, code: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = api.get(f"/api/cases/{code}/documents").json()["rows"]
    return rows


def photo(folder: Path, name: str = "IMG_0001.jpg", **options: Any) -> Path:
    path = folder / name
    path.write_bytes(files.jpeg(1600, 1200, taken="2026:03:12 08:15:30", **options))
    return path


def test_a_photo_goes_straight_into_the_case(phone: Page, api: APIRequestContext, tmp_path: Path) -> None:
    code = a_case(api, 0)["code"]
    phone.goto(f"/ho-so/{code}")
    camera = phone.get_by_label("Chụp ảnh")
    assert camera.get_attribute("capture") == "environment"
    for each in (camera, phone.get_by_label("Chọn tệp có sẵn"), phone.get_by_role("button", name="Gửi tệp")):
        box = each.bounding_box()
        assert box is not None
        assert box["height"] >= 44
    camera.set_input_files(photo(tmp_path, place=PLACE, mark=101))
    expect(phone.locator("[data-queue] li")).to_have_attribute("data-state", "done")
    expect(phone.locator("[data-papers] li")).to_contain_text("Ảnh hiện trường")
    (row,) = papers(api, code)
    assert (row["place_source"], row["document_kind"]) == ("exif", "ANH_HIEN_TRUONG")
    assert (row["lon"], row["lat"]) == (pytest.approx(PLACE[0], abs=1e-6), pytest.approx(PLACE[1], abs=1e-6))
    image = phone.locator("[data-papers] img").first
    image.scroll_into_view_if_needed()
    phone.wait_for_function("() => document.querySelector('[data-papers] img').naturalWidth > 0")
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_the_place_of_the_device_is_sent_only_when_it_is_ticked(
    phone: Page, api: APIRequestContext, tmp_path: Path
) -> None:
    code = a_case(api, 1)["code"]
    phone.goto(f"/ho-so/{code}")
    phone.get_by_label("Chụp ảnh").set_input_files(photo(tmp_path, mark=102))
    expect(phone.locator("[data-queue] li").nth(0)).to_have_attribute("data-state", "done")
    phone.get_by_label("Kèm vị trí của máy này").check()
    expect(phone.get_by_text("đã có vị trí, sai số 8 m")).to_be_visible()
    phone.get_by_label("Chụp ảnh").set_input_files(photo(tmp_path, "b.jpg", mark=1030))
    expect(phone.locator("[data-queue] li").nth(1)).to_have_attribute("data-state", "done")
    second, first = papers(api, code)
    assert (first["place_source"], first["lon"]) == (None, None)
    assert (second["place_source"], second["lon"]) == ("browser", pytest.approx(PLACE[0]))


def test_a_connection_cut_in_the_middle_of_a_photo_goes_on_where_it_broke(
    phone: Page, api: APIRequestContext, tmp_path: Path, problems: list[str]
) -> None:
    code = a_case(api, 2)["code"]
    big = tmp_path / "lớn.jpg"
    big.write_bytes(files.noisy(1000, 1000))
    assert big.stat().st_size > 3 * 256 * 1024  # several pieces
    phone.goto(f"/ho-so/{code}")
    offsets: list[int] = []
    uploads: list[str] = []

    def pieces(route: Route) -> None:
        uploads.append(route.request.url)
        if route.request.method == "PATCH" and route.request.url == uploads[0]:
            offsets.append(int(route.request.headers["upload-offset"]))
            if len(offsets) == 2:
                route.abort("connectionreset")  # the request is lost
                return
            if len(offsets) == 3:
                route.fetch()  # the server takes it, the answer is lost
                route.abort("connectionreset")
                return
        route.continue_()

    phone.route("**/api/cases/*/uploads/*", pieces)
    phone.get_by_label("Chụp ảnh").set_input_files(big)
    item = phone.locator("[data-queue] li")
    expect(item).to_contain_text("chưa gửi được, đang thử lại sau")
    assert papers(api, code) == []
    item.get_by_role("button", name="Thử lại").click()
    expect(item).to_have_attribute("data-state", "broken")
    phone.get_by_label("Chụp ảnh").set_input_files(
        photo(tmp_path, mark=104)
    )  # chosen meanwhile: stays listed
    item.first.get_by_role("button", name="Thử lại").click()
    expect(item.nth(0)).to_have_attribute("data-state", "done", timeout=20_000)
    expect(item.nth(1)).to_have_attribute("data-state", "done", timeout=20_000)
    piece = 256 * 1024
    assert offsets[:4] == [0, piece, piece, 2 * piece]  # the third was there already
    assert len(papers(api, code)) == 2
    problems.clear()  # the cut ones


def test_without_a_connection_photos_stay_listed_and_are_sent_when_it_is_back(
    phone: Page, api: APIRequestContext, tmp_path: Path, problems: list[str]
) -> None:
    code = a_case(api, 3)["code"]
    phone.goto(f"/ho-so/{code}")
    phone.context.set_offline(True)
    phone.get_by_label("Chụp ảnh").set_input_files(
        [photo(tmp_path, "a.jpg", mark=105), photo(tmp_path, "b.jpg", mark=1066)]
    )
    items = phone.locator("[data-queue] li")
    expect(items.nth(0)).to_have_attribute("data-state", "broken")
    expect(items.nth(1)).to_have_attribute("data-state", "broken")
    phone.context.set_offline(False)
    expect(items.nth(0)).to_have_attribute("data-state", "done", timeout=20_000)
    expect(items.nth(1)).to_have_attribute("data-state", "done", timeout=20_000)
    assert sorted(row["filename"] for row in papers(api, code)) == ["a.jpg", "b.jpg"]
    expect(phone.locator("#giay-to [data-count]")).to_have_text("2")
    problems.clear()


def test_a_step_that_fails_to_send_stays_and_is_written_once(
    phone: Page, api: APIRequestContext, problems: list[str]
) -> None:
    code = a_case(api, 4)["code"]
    phone.goto(f"/ho-so/{code}")
    keys: list[str] = []

    def step(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        keys.append((route.request.post_data or "").partition("key=")[2].partition("&")[0])
        if len(keys) == 1:
            route.abort("connectionreset")  # the request is lost
        elif len(keys) == 2:
            route.fetch()  # the server writes it, the answer is lost
            route.abort("connectionreset")
        else:
            route.continue_()

    phone.route(f"**/ho-so/{code}", step)
    phone.get_by_label("Bước", exact=True).select_option("S100")
    phone.get_by_label("Số văn bản").first.fill("16/BB-BGMB")
    phone.locator("#signer").fill("Nguyễn Văn Một")
    phone.get_by_role("button", name="Ghi thay đổi").click()
    unsent = phone.locator("[data-unsent]")
    expect(unsent).to_contain_text("Chưa gửi được, đang thử lại sau")
    expect(phone.get_by_label("Số văn bản").first).to_have_value("16/BB-BGMB")
    unsent.get_by_role("button", name="Thử lại").click()
    expect(unsent).to_be_visible()
    phone.wait_for_url("**/ho-so/*da_ghi=2*", timeout=20_000)  # tried again by itself
    assert len(keys) == 3
    assert len(set(keys)) == 1
    history = api.get(f"/api/cases/{code}").json()["history"]
    assert [event["kind"] for event in history] == ["case.step", "case.import"]
    problems.clear()


def test_a_conflict_met_by_a_retry_shows_both_values_and_keeps_the_photos(
    phone: Page, api: APIRequestContext, tmp_path: Path, problems: list[str]
) -> None:
    code = a_case(api, 5)["code"]
    phone.goto(f"/ho-so/{code}")
    phone.context.set_offline(True)
    phone.get_by_label("Chụp ảnh").set_input_files(photo(tmp_path, mark=107))
    phone.get_by_label("Ngày hẹn bàn giao").fill("2026-06-15")
    phone.get_by_role("button", name="Ghi thay đổi").click()
    expect(phone.locator("[data-unsent]")).to_contain_text("Chưa gửi được")
    other = api.patch(f"/api/cases/{code}", data={"version": 1, "promised_on": "2026-04-28"})
    assert other.ok
    phone.route("**/api/cases/*/uploads", lambda route: route.abort("connectionreset"))
    phone.context.set_offline(False)
    phone.locator("[data-unsent-again]").click()
    expect(phone.get_by_text("người khác vừa sửa hồ sơ này")).to_be_visible(timeout=20_000)
    expect(phone.get_by_text("28/04/2026").first).to_be_visible()
    expect(phone.get_by_label("Ngày hẹn bàn giao")).to_have_value("2026-06-15")
    expect(phone.locator("[data-queue] li")).to_have_attribute("data-state", "broken")  # still there
    phone.unroute("**/api/cases/*/uploads")
    phone.locator("[data-queue] li").get_by_role("button", name="Thử lại").click()
    expect(phone.locator("[data-queue] li")).to_have_attribute("data-state", "done", timeout=20_000)
    phone.get_by_role("button", name="Ghi thay đổi").click()
    phone.wait_for_url("**/ho-so/*da_ghi=3*")
    assert len(papers(api, code)) == 1
    problems.clear()


def test_a_refused_file_says_why_and_names_are_text(
    page: Page, api: APIRequestContext, tmp_path: Path, problems: list[str]
) -> None:
    code = a_case(api, 6)["code"]
    page.goto(f"/ho-so/{code}")
    bad = tmp_path / "<img src=x onerror=window.ran=1>.jpg"
    bad.write_bytes(files.HTML)
    good = tmp_path / "\u202egpj.<b>đẹp 😀.jpg"
    good.write_bytes(files.jpeg(mark=108))
    page.get_by_label("Chọn tệp có sẵn").set_input_files([bad, good])
    page.get_by_label("Loại giấy tờ").select_option("BB_KIEM_DEM")  # what the paper is has opened
    page.get_by_role("button", name="Gửi tệp").click()
    items = page.locator("[data-queue] li")
    expect(items.nth(0)).to_have_attribute("data-state", "refused")
    expect(items.nth(0)).to_contain_text("Trang web (HTML, XML)")
    expect(items.nth(0)).to_contain_text(bad.name)
    expect(items.nth(1)).to_have_attribute("data-state", "done")
    expect(page.locator("[data-papers]")).to_contain_text(good.name)
    assert page.evaluate("window.ran") is None
    expect(page.get_by_label("Tệp của giấy tờ")).to_contain_text("Biên bản kiểm đếm")
    problems.clear()  # the 422 itself
