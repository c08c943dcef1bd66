"""Signing in, the account, the administration and the as-of bar in a real browser, on a desk and on phones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import APIRequestContext, Browser, Page, StorageState, expect

from api.settings import Settings
from tests.browser.conftest import desktop, sign_in, watch
from tests.people import Tester, make_tester

WIDTHS = [1280, 390, 320]
OVERSIGHT = [
    "/tai-khoan",
    "/quyen",
    "/quan-tri/tai-khoan",
    "/quan-tri/tai-khoan?moi=1",
    "/quan-tri/tai-khoan/canbo",
    "/quan-tri/phien?het=1",
    "/quan-tri/ma?het=1",
    "/quan-tri/dang-nhap",
    "/quan-tri/su-kien",
    "/quan-tri/tai-khoan/khong.co",
]
SCROLL = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
Open = Callable[[str], Page]


@pytest.fixture(scope="module")
def states(browser: Browser, live_server: str, portfolio_settings: Settings) -> dict[str, StorageState]:
    """What the browsers of an administrator and of an auditor keep after signing in."""
    found: dict[str, StorageState] = {}
    for role in ("administrator", "auditor"):
        who = make_tester(portfolio_settings, f"trinh-duyet-{role}", role)
        with desktop(browser, live_server) as context:
            found[role] = sign_in(context.new_page(), who.name, who.password)
    return found


@pytest.fixture
def open_as(
    browser: Browser, live_server: str, states: dict[str, StorageState], problems: list[str]
) -> Iterator[Open]:
    """Opens a page as somebody ("" is nobody); complaints fail the test."""
    opened = []

    def open_page(role: str) -> Page:
        context = desktop(browser, live_server, states.get(role))
        opened.append(context)
        page = context.new_page()
        watch(page, live_server, problems)
        return page

    yield open_page
    for context in opened:
        context.close()
    assert problems == []


def look(page: Page, address: str, width: int, *, status: int = 200) -> None:
    """Opens an address, unfolds all that folds, and finds nothing wider than the window."""
    page.set_viewport_size({"width": width, "height": 844})
    answer = page.goto(address, wait_until="networkidle")
    assert answer is not None
    assert answer.status == status
    assert page.evaluate(SCROLL) <= 0
    folds = page.locator("details")
    for at in range(folds.count()):
        fold = folds.nth(at)
        summary = fold.locator("summary").first
        if fold.get_attribute("open") is not None or not summary.is_visible():
            continue
        summary.click()
        assert page.evaluate(SCROLL) <= 0, summary.inner_text()
        if (
            fold.get_attribute("data-fold") is not None
        ):  # it lies over the page: out of the way of the next one
            page.keyboard.press("Escape")
            expect(fold).not_to_have_attribute("open", "")


def test_the_secure_cookie_of_this_host_works_over_plain_http_on_the_loopback(
    page: Page, live_server: str
) -> None:
    """`page` was signed in with the real form on http://127.0.0.1; the cookie has the prefix that asks for https."""
    assert live_server.startswith("http://127.0.0.1:")
    page.goto("/tai-khoan")
    cookie = next(c for c in page.context.cookies() if c["name"] == "__Host-phien")
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    assert page.evaluate("document.cookie") == ""
    expect(page.get_by_role("heading", name="Tài khoản của tôi")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_no_page_of_oversight_complains_or_scrolls_sideways(
    open_as: Open, problems: list[str], role: str, width: int
) -> None:
    page = open_as(role)
    for address in OVERSIGHT:
        look(page, address, width, status=404 if "khong.co" in address else 200)
        if "khong.co" in address:
            assert [p for p in problems if "404" not in p] == []
            problems.clear()  # the 404 is logged by the browser itself


@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_of_a_ward_leader_neither_complain_nor_scroll(page: Page, width: int) -> None:
    for address in ("/tai-khoan", "/quyen", "/ho-so/TULIEN-0001", "/ho-so/TULIEN-0001?ngay=2026-03-20"):
        look(page, address, width)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_sign_in_page_neither_complains_nor_scrolls(open_as: Open, width: int) -> None:
    look(open_as(""), "/dang-nhap", width)


@pytest.mark.parametrize("width", [1280, 320])
def test_one_click_on_a_demo_card_leads_in_and_the_header_leads_out(open_as: Open, width: int) -> None:
    page = open_as("")
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/bao-cao-cham?ngay=2026-03-20")
    page.get_by_role("button", name="Kiểm toán").click()
    page.wait_for_url("**/bao-cao-cham?ngay=2026-03-20")  # where the reader wanted to go
    if width < 860:
        page.locator("details.nav-fold > summary").click()
    expect(page.get_by_text("Kiểm toán (minh hoạ)").locator("visible=true")).to_be_visible()
    page.get_by_role("button", name="Đăng xuất").locator("visible=true").click()
    page.wait_for_url("**/dang-nhap")
    page.goto("/danh-muc")
    assert urlsplit(page.url).path == "/dang-nhap"


def test_an_account_is_made_by_finding_wards_in_the_list_and_a_double_click_makes_one(
    open_as: Open, api: APIRequestContext
) -> None:
    page = open_as("administrator")
    page.goto("/quan-tri/tai-khoan?moi=1")
    page.get_by_label("Tên đăng nhập").fill("tu.trinh.duyet")
    page.get_by_label("Họ và tên").fill("Người Trong Trình Duyệt")
    page.locator("#vai_tro").select_option("ward_officer")
    wards = page.locator("fieldset.many").first
    wards.get_by_label("Tìm trong danh sách").fill("hong ha")
    expect(wards.locator(".many-box label:visible")).to_have_count(1)
    wards.locator(".many-box label:visible input").check()
    expect(wards.locator("[data-count]")).to_have_text("(1 / 126)")
    wards.get_by_label("Tìm trong danh sách").press("Enter")
    assert urlsplit(page.url).query == "moi=1"  # finding does not send the form
    page.get_by_role("button", name="Lập tài khoản").last.dblclick()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#mat-khau-moi")).to_have_text(re.compile(r"^[\w-]{20,}$"))
    page.goto("/quan-tri/tai-khoan?tim=tu.trinh.duyet")
    expect(page.get_by_role("heading", name="1 tài khoản")).to_be_visible()
    expect(page.locator("tbody")).to_contain_text("1 phường, xã")


def test_the_bar_changes_the_day_and_the_moment_and_leads_back_to_now(page: Page) -> None:
    page.goto("/du-an/TULIEN/ho-so?mo=1")
    bar = page.locator(".asof")
    expect(bar).to_contain_text("Số liệu đến hết ngày 13/03/2026")
    bar.get_by_text("Đổi thời điểm").click()
    page.keyboard.press("Escape")
    expect(bar.get_by_label("Số liệu đến hết ngày")).not_to_be_visible()
    bar.get_by_text("Đổi thời điểm").click()
    bar.get_by_label("Số liệu đến hết ngày").fill("2026-03-20")
    bar.get_by_role("button", name="Xem").click()
    page.wait_for_url("**ngay=2026-03-20**")
    query = parse_qs(urlsplit(page.url).query)
    assert query == {"mo": ["1"], "ngay": ["2026-03-20"]}
    expect(bar).to_contain_text("20/03/2026")
    page.get_by_role("link", name="Báo cáo chậm").first.click()
    expect(page.locator(".asof")).to_contain_text("20/03/2026")
    page.locator(".asof").get_by_role("link", name="Về bây giờ").click()
    expect(page.locator(".asof")).to_contain_text("13/03/2026")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/danh-muc")


def test_masked_fields_open_with_a_reason_on_one_page_only(
    page: Page, api: APIRequestContext, tester: Tester
) -> None:
    code = "HONGHA-0003"
    version = api.get(f"/api/cases/{code}/holder").json()["version"]
    changes = {"full_name": "Lê Văn Mở", "id_number": "001088123456"}
    assert api.patch(f"/api/cases/{code}/holder", data={"version": version, "changes": changes}).ok
    page.goto(f"/ho-so/{code}")
    card = page.locator("#chu-su-dung")
    expect(card).to_contain_text("•••456")
    expect(card).not_to_contain_text("001088123456")
    card.get_by_text("Mở trường được che").click()
    card.get_by_label("Số định danh cá nhân").first.check()
    card.get_by_label("Lý do").first.fill("đối chiếu")
    card.get_by_role("button", name="Mở và ghi lại").click()
    expect(page.locator("#chu-su-dung")).to_contain_text("001088123456")
    page.get_by_role("link", name="EN").click()
    assert urlsplit(page.url).path == f"/ho-so/{code}"
    expect(page.locator("#chu-su-dung")).not_to_contain_text("001088123456")


def test_a_case_looked_back_to_offers_nothing_to_write(page: Page, api: APIRequestContext) -> None:
    page.goto("/ho-so/HONGHA-0003?lang=vi")
    expect(page.locator("#ghi")).to_be_visible()
    moment = page.evaluate("new Date(Date.now() - 1000).toISOString()")
    page.goto(f"/ho-so/HONGHA-0003?biet_den={moment}")
    expect(page.locator(".asof-past")).to_contain_text("chỉ đọc")
    expect(page.locator("main form[method=post]")).to_have_count(0)


def test_the_measure_of_sideways_scrolling_finds_what_is_too_wide(page: Page) -> None:
    """The control of the walks above."""
    page.set_viewport_size({"width": 320, "height": 844})
    page.goto("/tai-khoan")
    assert page.evaluate(SCROLL) <= 0
    page.evaluate("document.querySelector('h1').textContent = 'x'.repeat(200)")
    assert page.evaluate(SCROLL) > 0
