"""The ten questions of the city's leadership, each answered on screen in at most two clicks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from api.settings import Settings
from tests.browser.conftest import desktop, sign_in
from tests.people import make_tester

REPORT, MORE = "nav:Báo cáo chậm", "more"
# Question → what is clicked, one after the other, and what then stands on the page.
QUESTIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "dự án nào đỏ, đỏ vì đâu, ai chịu trách nhiệm": (
        (REPORT, "row:Cầu Tứ Liên"),
        "Chuỗi giữ ngày hoàn thành",
    ),
    "phường nào giữ hẹn, phường nào không": ((MORE, "nav:Cam kết"), "giữ đúng"),
    "năm phường giữ đường găng của cả danh mục": ((REPORT,), "Phường, xã giữ đường găng của cả danh mục"),
    "không gỡ trong tháng này thì lỡ mốc nào": (("project", "link:Nếu không gỡ trong 30 ngày"), "Thông xe"),
    "việc vượt thẩm quyền phường, chờ sở nào": ((MORE, "nav:Vướng mắc"), "Theo cấp xử lý"),
    "tuần này tăng bao nhiêu hộ, bao nhiêu m²": ((MORE, "nav:Biểu tổng hợp"), "m²"),
    "vướng mắc loại nào nhiều nhất": ((MORE, "nav:Vướng mắc"), "Theo nguyên nhân"),
    "quỹ tái định cư thiếu bao nhiêu suất": (("project", "tab:Tổng quan"), "Tái định cư: cần và có"),
    "số liệu này ai cập nhật, lúc nào": ((REPORT, "row:Cầu Tứ Liên"), "Tuổi số liệu"),
    "kết luận lần trước giao việc gì, xong chưa": ((MORE, "nav:Giao ban"), "Kết luận lần trước"),
}


@pytest.fixture(scope="module")
def leader(browser: Browser, live_server: str, portfolio_settings: Settings) -> Iterator[Page]:
    who = make_tester(portfolio_settings, "ld-muoi-cau", "leadership")
    with desktop(browser, live_server) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        sign_in(page, who.name, who.password)
        yield page


def click(page: Page, what: str) -> None:
    kind, _, words = what.partition(":")
    if kind == "more":
        page.locator(".nav-more > summary").click()
    elif kind == "nav":
        page.locator("header nav").get_by_role("link", name=words, exact=True).locator(
            "visible=true"
        ).first.click()
    elif kind == "row":
        page.locator("table.data").get_by_role("link", name=words, exact=True).first.click()
    elif kind == "tab":
        page.locator("nav.tabs").get_by_role("link", name=words, exact=True).click()
    else:
        page.get_by_role("link", name=re.compile(words)).first.click()


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_leader_finds_the_answer_in_two_clicks(leader: Page, question: str) -> None:
    clicks, answer = QUESTIONS[question]
    begins = (
        "/bao-cao-cham" if clicks[0] == "project" else "/danh-muc"
    )  # where they land, or stand in a meeting
    steps = [("row:Cầu Tứ Liên" if step == "project" else step) for step in clicks]
    assert len(steps) <= 2
    leader.goto(begins)
    for step in steps:
        click(leader, step)
    leader.wait_for_load_state()
    expect(leader.locator("main")).to_contain_text(answer)
    if "năm phường" in question:
        assert leader.locator("#phuong-gang tbody tr").count() >= 5
