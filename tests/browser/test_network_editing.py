"""Editing a network as people do: they click twice, go back, meet somebody else's change, take it back; a drawing
that is larger than the screen is moved and zoomed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import APIRequestContext, Browser, Page, Playwright, expect

from api.settings import Settings
from tests.browser.conftest import desk_of
from tests.people import Tester, make_tester

CODE = "QL1A"
BASE = f"/du-an/{CODE}/duong-gang"
NET = f"/api/projects/{CODE}/network"
LABEL = "Thời lượng (ngày làm việc)"


@pytest.fixture(scope="module")
def planner(portfolio_settings: Settings) -> Tester:
    return make_tester(portfolio_settings, "bql-sua-mang", "board", projects=(CODE,))


@pytest.fixture
def desk(browser: Browser, live_server: str, planner: Tester, problems: list[str]) -> Iterator[Page]:
    with desk_of(browser, live_server, planner, problems) as page:
        yield page


@pytest.fixture
def program(playwright: Playwright, live_server: str, planner: Tester) -> Iterator[APIRequestContext]:
    context = playwright.request.new_context(base_url=live_server, extra_http_headers=planner.headers)
    yield context
    context.dispose()


def rows(program: APIRequestContext) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = program.get(f"{NET}/rows").json()["activities"]
    return found


def changes(program: APIRequestContext) -> int:
    return len(program.get(f"{NET}/changes?limit=100").json()["changes"])


def some_work(program: APIRequestContext) -> tuple[str, int]:
    """An activity that has not begun, and its duration."""
    schedule = program.get(f"/api/projects/{CODE}/schedule").json()
    row = next(a for a in schedule["activities"] if a["kind"] == "task" and a["actual_start"] is None)
    return row["code"], row["duration"]


def fill(page: Page, days: int) -> None:
    page.get_by_label(LABEL).fill(str(days))
    page.locator("#sua-reason").fill("Thử trên trình duyệt")


def save(page: Page, *, clicks: int = 1) -> None:
    page.get_by_role("button", name="Ghi công việc").click(click_count=clicks)


def saved(page: Page) -> None:
    expect(page.get_by_text("Đã ghi, lần số")).to_be_visible()


def test_two_clicks_write_once_and_going_back_writes_nothing_of_its_own(
    desk: Page, program: APIRequestContext
) -> None:
    code, days = some_work(program)
    before, count = rows(program), changes(program)
    desk.goto(f"{BASE}/sua?viec={code}")
    fill(desk, days + 7)
    save(desk, clicks=2)
    saved(desk)
    assert changes(program) == count + 1
    assert rows(program)[code]["duration_days"] == days + 7
    desk.go_back()
    expect(desk.get_by_label(LABEL)).to_be_visible()
    assert changes(program) == count + 1
    fill(desk, days + 9)  # what the page says now is changed further, and that is a change of its own
    save(desk)
    saved(desk)
    assert rows(program)[code]["duration_days"] == days + 9
    assert changes(program) == count + 2
    for left in (days + 7, days):
        desk.get_by_role("button", name="Hoàn tác").nth(0 if left != days else 2).dblclick()
        expect(desk.get_by_label(LABEL)).to_have_value(str(left))
    assert rows(program) == before
    assert changes(program) == count + 4


def test_a_change_made_meanwhile_is_shown_with_both_values_and_nothing_is_lost(
    desk: Page, program: APIRequestContext, problems: list[str]
) -> None:
    code, days = some_work(program)
    before = rows(program)
    other = desk.context.new_page()
    for page in (desk, other):
        page.goto(f"{BASE}/sua?viec={code}")
    fill(other, days + 5)
    save(other)
    saved(other)
    fill(desk, days + 11)
    save(desk)
    refusal = desk.get_by_role("alert")
    expect(refusal).to_contain_text("Có người vừa sửa đúng mục này")
    expect(refusal.locator("tr.differs")).to_contain_text([f"{days + 5}{days + 11}"])
    expect(desk.get_by_label(LABEL)).to_have_value(str(days + 11))  # what was entered stays
    assert rows(program)[code]["duration_days"] == days + 5
    save(desk)  # knowing both, once more
    saved(desk)
    assert rows(program)[code]["duration_days"] == days + 11
    other.get_by_role("button", name="Hoàn tác").first.click()  # of what has been changed again since
    expect(other.get_by_role("alert")).to_contain_text("Có người vừa sửa đúng mục này")
    assert rows(program)[code]["duration_days"] == days + 11
    for _ in range(2):
        desk.goto(f"{BASE}/sua?viec={code}")
        number = 0 if rows(program)[code]["duration_days"] == days + 11 else 2
        desk.get_by_role("button", name="Hoàn tác").nth(number).click()
        saved(desk)
    assert rows(program) == before
    assert problems
    assert all("409" in problem for problem in problems)  # the browser notes both refusals
    problems.clear()


def test_the_drawing_is_zoomed_by_buttons_and_keys_and_moved_by_dragging(desk: Page) -> None:
    desk.goto(f"{BASE}/mang?tat_ca=1")
    frame, drawing = desk.locator("[data-zoom]"), desk.locator(".netmap")
    width = drawing.evaluate("svg => svg.getBoundingClientRect().width")
    assert width > frame.evaluate("frame => frame.clientWidth")
    frame.scroll_into_view_if_needed()
    desk.get_by_role("button", name="Phóng to").click()
    assert drawing.evaluate("svg => svg.getBoundingClientRect().width") == pytest.approx(
        1.25 * width, rel=0.01
    )
    expect(desk.locator("[data-scale]")).to_have_text("125%")
    frame.focus()
    desk.keyboard.press("-")
    desk.keyboard.press("-")
    expect(desk.locator("[data-scale]")).to_have_text("80%")
    desk.keyboard.press("0")
    expect(desk.locator("[data-scale]")).to_have_text("100%")
    desk.reload()
    path = desk.locator(".netmap a:has(.box-path)").first
    inside = "box => { const [a, b] = [box, box.closest('[data-zoom]')].map(e => e.getBoundingClientRect());"
    assert path.evaluate(
        f"{inside} return a.top >= b.top && a.bottom <= b.bottom; }}"
    )  # the path is what is shown
    path.scroll_into_view_if_needed()
    address, box = desk.url, path.bounding_box()
    assert box is not None
    started = frame.evaluate("frame => frame.scrollLeft")
    x, y = box["x"] + 20, box["y"] + 20
    desk.mouse.move(x, y)
    desk.mouse.down()
    desk.mouse.move(x - 120, y - 5, steps=4)
    desk.mouse.up()
    assert frame.evaluate("frame => frame.scrollLeft") - started == pytest.approx(120, abs=2)
    assert desk.url == address  # a drag that began on a box opens nothing
    desk.get_by_role("button", name="Vừa khung").click()
    assert frame.evaluate("frame => frame.scrollWidth <= frame.clientWidth + 1")
    box_of_first = desk.locator(".netmap a[data-chon]").first
    box_of_first.click()
    expect(box_of_first).to_have_class(re.compile("is-chosen"))
    box_of_first.click()
    desk.wait_for_url("**/duong-gang*#*")  # the first click on one chooses it, the second opens its row
