"""The records of a case in a real browser, on a desk and on a phone: nothing too wide, forms work, text stays text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import APIRequestContext, Page, expect

from tests.browser.test_people_pages import SCROLL, look

PROJECT = "HONGHA"
PARTS = ("nguoi-lien-quan", "kiem-ke", "boi-thuong", "tien", "tai-dinh-cu")
NASTY = '<img src=x onerror="window.hit=1"> "\'& 😀 \u202eẩn\u202c {{ 7*7 }}'


@pytest.fixture(scope="module")
def used() -> list[str]:
    """Cases that a test of this file took."""
    return []


@pytest.fixture
def pick_case(api: APIRequestContext, used: list[str]) -> Callable[[], str]:
    """A function that gives a case with parties, inventory and lines, each once."""
    rows = api.get(f"/api/cases?project={PROJECT}&limit=300").json()["rows"]

    def pick() -> str:
        for row in rows:
            code = str(row["code"])
            parts = ("parties", "inventory")
            full = all(api.get(f"/api/cases/{code}/{part}").json()["rows"] for part in parts)
            if code not in used and full and api.get(f"/api/cases/{code}/compensation").json()["lines"]:
                used.append(code)
                return code
        raise AssertionError("no case with records")

    return pick


@pytest.mark.parametrize("width", [1280, 390])
def test_the_parts_fold_on_a_phone_and_fit_every_width(
    page: Page, pick_case: Callable[[], str], width: int
) -> None:
    code = pick_case()
    look(page, f"/ho-so/{code}", width)
    page.goto(f"/ho-so/{code}", wait_until="networkidle")
    for name in PARTS:
        part = page.locator(f"#{name} details[data-part]")
        assert (part.get_attribute("open") is not None) == (width >= 860)
    for address in (f"?sua=P1#{PARTS[0]}", f"?sua=K1#{PARTS[1]}", f"#{PARTS[3]}"):
        page.goto("about:blank")
        page.goto(f"/ho-so/{code}{address}", wait_until="networkidle")
        part = page.locator(f"#{address.partition('#')[2]} details[data-part]")
        expect(part).to_have_attribute("open", "")
        assert page.evaluate(SCROLL) <= 0


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("project", "end"), [("TULIEN", "tai-dinh-cu?khu=THULAM"), ("HONGHA", "di-doi?sua=H1")]
)
def test_the_pages_of_a_project_fit_every_width(page: Page, width: int, project: str, end: str) -> None:
    look(page, f"/du-an/{project}/{end}", width)


def test_an_item_is_added_on_a_phone_and_hostile_text_is_shown_as_text(
    page: Page, pick_case: Callable[[], str]
) -> None:
    code = pick_case()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/ho-so/{code}#kiem-ke")
    part = page.locator("#kiem-ke")
    part.get_by_text("Thêm mục kiểm kê").click()
    part.locator("#kiem-ke-them-kind").select_option("tree")
    part.locator("#kiem-ke-them-description").fill(NASTY)
    part.locator("#kiem-ke-them-quantity").fill("12,5")
    part.locator("#kiem-ke-them-unit").fill("cây")
    part.get_by_role("button", name="Thêm", exact=True).first.click()
    page.wait_for_url(f"**/ho-so/{code}?ghi=kiem-ke#kiem-ke")
    expect(part.get_by_text("Đã ghi.")).to_be_visible()
    expect(part.locator("table").first).to_contain_text(NASTY)
    assert page.evaluate("window.hit") is None
    assert page.evaluate(SCROLL) <= 0


def test_a_change_on_an_old_version_shows_both_values_and_then_goes_through(
    page: Page, api: APIRequestContext, pick_case: Callable[[], str], problems: list[str]
) -> None:
    code = pick_case()
    page.goto(f"/ho-so/{code}?sua=K1#kiem-ke")
    row = api.get(f"/api/cases/{code}/inventory").json()["rows"][0]
    other = {"version": row["version"], "fields": {"quantity": "77"}}
    assert api.patch(f"/api/cases/{code}/inventory/K1", data=other).status == 200
    page.locator("#kiem-ke-sua-quantity").fill("88")
    page.locator("#kiem-ke").get_by_role("button", name="Ghi", exact=True).first.click()
    clash = page.locator("#kiem-ke .differs", has_text="quantity")
    expect(clash).to_contain_text("77")
    expect(clash).to_contain_text("88")
    assert [p for p in problems if "409" not in p] == []
    problems.clear()
    page.locator("#kiem-ke").get_by_role("button", name="Ghi", exact=True).first.click()
    page.wait_for_url(f"**/ho-so/{code}?ghi=kiem-ke#kiem-ke")
    assert api.get(f"/api/cases/{code}/inventory").json()["rows"][0]["quantity"] == "88"
