"""The follow-up in a real browser: an obstacle from open to resolved, a contact, the lists; on a desk and a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import APIRequestContext, Page, expect
from sqlalchemy import select

from api.settings import Settings
from geo.tables import ClearanceCase
from tests.people import owner_session

SCROLL = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WIDTHS = (1280, 390)
NASTY = "<img src=x onerror=alert(1)> “Bà Sáu” 😀 \u202eđảo"
# Heights of everything that a finger has to hit inside a part of the page.
SMALL = """part => [...part.querySelectorAll('summary, button, select, input:not([type=hidden]), textarea')]
    .filter(e => e.checkVisibility() && !e.closest('.visually-hidden'))
    .filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def cases(portfolio_settings: Settings) -> Iterator[str]:
    """Codes of open cases with an obstacle, each given once; the tests over HTTP take theirs from the other end."""
    with owner_session(portfolio_settings) as session:
        query = select(ClearanceCase.code).where(
            ClearanceCase.code.like("VD1-%"),
            ClearanceCase.obstacle.is_not(None),
            ClearanceCase.step.not_in(("S100", "S105", "X2")),
        )
        return iter(
            session.scalars(query.order_by(ClearanceCase.obstacle.desc(), ClearanceCase.code.desc())).all()
        )


@pytest.fixture
def case(cases: Iterator[str], api: APIRequestContext) -> str:
    """A case of this test's own, its obstacles cleared away."""
    code = next(cases)
    version = api.get(f"/api/cases/{code}").json()["present"]["version"]
    assert api.patch(f"/api/cases/{code}", data={"version": version, "obstacle": None}).ok
    return code


def visit(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(address, wait_until="networkidle")
    assert page.evaluate(SCROLL) <= 0


@pytest.mark.parametrize("width", WIDTHS)
def test_an_obstacle_is_opened_changed_and_resolved_on_the_page_of_its_case(
    page: Page, case: str, width: int
) -> None:
    visit(page, f"/ho-so/{case}", width)
    part = page.locator("#vuong-mac")
    part.get_by_text("Mở vướng mắc", exact=True).first.click()
    part.get_by_label("Nguyên nhân").select_option("NGUON_GOC")
    part.get_by_label("Hạn xử lý").fill("2026-03-05")
    part.get_by_label("Phụ trách").fill(NASTY)
    if width < 600:
        assert part.evaluate(SMALL) == []
    part.get_by_role("button", name="Mở vướng mắc").click()
    page.wait_for_url(re.compile(r"xong=vuong-mac"))
    item = page.locator("#vuong-mac .desk-item").first
    expect(item).to_contain_text(NASTY)
    expect(item).to_contain_text("quá hạn 8 ngày")
    expect(page.locator("dl.facts").first).to_contain_text("Nguồn gốc, loại đất, giấy tờ")
    item.get_by_text("Đã gỡ", exact=True).click()
    item.get_by_label("Cách gỡ").fill("đã có xác nhận nguồn gốc")
    item.get_by_role("button", name="Ghi đã gỡ").click()
    page.wait_for_url(re.compile(r"xong=vuong-mac"))
    expect(page.locator("#vuong-mac")).to_contain_text("Không có vướng mắc nào đang mở")
    assert page.evaluate(SCROLL) <= 0


def test_two_people_on_one_obstacle_see_both_values(
    page: Page, api: APIRequestContext, case: str, problems: list[str]
) -> None:
    made = api.post(f"/api/cases/{case}/obstacles", data={"cause": "DON_GIA"}).json()
    visit(page, f"/ho-so/{case}", 390)
    api.patch(f"/api/cases/{case}/obstacles/{made['id']}", data={"version": 1, "owner": "Sở Nông nghiệp"})
    item = page.locator(f"#vuong-mac-{made['id']}")
    item.get_by_text("Sửa", exact=True).click()
    item.get_by_label("Phụ trách").fill("UBND phường")
    item.get_by_role("button", name="Ghi", exact=True).click()
    expect(page.locator("#vuong-mac table")).to_contain_text("Sở Nông nghiệp")
    expect(page.locator("#vuong-mac table")).to_contain_text("UBND phường")
    assert page.evaluate(SCROLL) <= 0
    problems.clear()  # the answer was 409, and the browser says so
    item = page.locator(f"#vuong-mac-{made['id']}")
    item.get_by_role("button", name="Ghi", exact=True).click()
    page.wait_for_url(re.compile(r"xong=vuong-mac"))
    expect(page.locator(f"#vuong-mac-{made['id']}")).to_contain_text("UBND phường")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_contact_and_a_complaint_are_written_and_shown_as_text(page: Page, case: str, width: int) -> None:
    visit(page, f"/ho-so/{case}", width)
    log = page.locator("#tiep-xuc")
    log.get_by_text("Ghi lần tiếp xúc").click()
    log.get_by_label("Gặp ai").fill("bà Sáu")
    log.get_by_label("Nội dung").fill(NASTY)
    if width < 600:
        assert log.evaluate(SMALL) == []
    log.get_by_role("button", name="Ghi vào nhật ký").click()
    page.wait_for_url(re.compile(r"xong=tiep-xuc"))
    expect(page.locator("#tiep-xuc")).to_contain_text("Đã vận động 1 lần")
    expect(page.locator("#tiep-xuc")).to_contain_text(NASTY)
    part = page.locator("#khieu-nai")
    part.get_by_text("Nhận đơn", exact=True).first.click()
    part.get_by_label("Số đơn").fill("15/Đ-KN")
    part.get_by_label("Nội dung đơn").fill(NASTY)
    if width < 600:
        assert part.evaluate(SMALL) == []
    part.get_by_role("button", name="Nhận đơn").click()
    page.wait_for_url(re.compile(r"xong=khieu-nai"))
    expect(page.locator("#khieu-nai")).to_contain_text("KN-06")
    assert page.evaluate(SCROLL) <= 0


@pytest.mark.parametrize("width", WIDTHS)
def test_the_lists_lead_to_the_cases_in_two_clicks(page: Page, width: int) -> None:
    visit(page, "/vuong-mac", width)
    page.locator(".desk-groups a").first.click()
    page.wait_for_load_state("networkidle")
    assert page.evaluate(SCROLL) <= 0
    page.locator("tbody a").first.click()
    page.wait_for_url(re.compile(r"/ho-so/.+#vuong-mac-\d+"))
    visit(page, "/cam-ket", width)
    page.locator("tbody tr a").first.click()
    page.wait_for_url(re.compile("tung-moc"))
    assert page.evaluate(SCROLL) <= 0
    page.locator("#tung-moc tbody a").first.click()
    page.wait_for_url(re.compile(r"/ho-so/.+#cam-ket"))
