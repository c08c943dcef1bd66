"""The worklist in a browser: each of the ten questions of a ward in two clicks at most, keys, a step in three taps."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Browser, Locator, Page, expect

PROJECT = "VD25"  # these tests change cases of this project only
WORK = f"/viec-hom-nay?du-an={PROJECT}"


def rows(api: APIRequestContext, **query: str) -> list[dict[str, Any]]:
    wanted: dict[str, str | float | bool] = {"du-an": PROJECT, "limit": 500, **query}
    answer = api.get("/api/worklist", params=wanted)
    assert answer.ok, answer.text()
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def tell(api: APIRequestContext, code: str, *facts: dict[str, str]) -> None:
    answer = api.post(f"/api/cases/{code}/facts", data={"facts": list(facts)})
    assert answer.status == 201, answer.text()


def at(api: APIRequestContext, step: str, skip: int = 0) -> str:
    """A case at a step that no earlier fact of these tests touched."""
    found = api.get(f"/api/cases?project={PROJECT}&buoc={step}&limit=500").json()["rows"]
    codes: list[str] = [row["code"] for row in found]
    return codes[-1 - skip]


@pytest.fixture(scope="module")
def questions() -> dict[str, str]:
    """What the answer to each question must say: filled by `ask_for`."""
    return {
        "nhan-tien-chua-giao": "Nhận đủ tiền",
        "chua-nhan-tien": "mời nhận tiền",
        "khong-nhan-tien": "Không nhận tiền",
        "sap-het-hieu-luc": "hiệu lực đến hết 01/04/2026",
        "du-ngay-chua-quyet": "ngày tính từ",
        "het-niem-yet-chua-hop": "Hết niêm yết 10/03/2026, 3 ngày chưa họp lấy ý kiến",
        "y-kien-khac": "22/100 không đồng ý, họp 12/03/2026: P2",
        "khong-phoi-hop": "Vận động",
        "chua-ro-nguon-goc": "Kẹt ở:",
        "tai-dinh-cu": "Đủ điều kiện đất ở từ 10/03/2026",
    }


@pytest.fixture
def told(api: APIRequestContext, questions: dict[str, str]) -> dict[str, str]:
    """The questions, after the facts that the invented land lacks were told; once is enough."""
    if not rows(api, ds="y-kien-khac"):
        one, other = at(api, "S60"), at(api, "S60", 1)
        ended = {"kind": "posting.ended", "on": "2026-03-10", "document": "5/BB"}
        tell(api, one, ended)
        opinions = {
            "kind": "opinions.held",
            "on": "2026-03-12",
            "document": "6/BB",
            "value": "78/100",
            "party": "P2",
        }
        tell(api, other, ended, opinions)
        needed = {"kind": "resettlement.needed", "on": "2026-03-10", "document": "7/TB", "value": "land"}
        tell(api, at(api, "S80"), needed)
        notice = at(api, "S31")
        for fact in api.get(f"/api/cases/{notice}/facts").json()["facts"]:
            if fact["kind"] == "notice.issued":
                answer = api.post(f"/api/cases/{notice}/facts/{fact['id']}/void", data={"reason": "sai năm"})
                assert answer.ok, answer.text()
        tell(api, notice, {"kind": "notice.issued", "on": "2025-04-01", "document": "8/TB"})
    return questions


def test_each_of_the_ten_questions_is_answered_in_at_most_two_clicks(
    page: Page, api: APIRequestContext, told: dict[str, str]
) -> None:
    page.goto(WORK)
    first = page.locator(".work-row").first
    expect(first).to_contain_text("quá hạn")  # 1: what first, how many days: no click
    expect(first.locator(".work-days b")).to_have_text(str(-rows(api)[0]["days"]))
    for name, words in told.items():  # 2–8: one click each
        page.goto(WORK)
        link = page.locator(f".work-lists [data-list={name}]")
        count = int(link.locator("b").inner_text().replace(".", ""))
        link.click()
        expect(page.locator(".work-head h2")).to_contain_text(f": {count} /".replace(",", "."))
        told_too = api.get("/api/worklist", params={"du-an": PROJECT, "ds": name, "limit": 1}).json()
        assert (told_too["total"], told_too["counts"][name]) == (count, count)
        expect(page.locator(".work-row").filter(has_text=words).first).to_be_visible()
    code = rows(api)[3]["code"]  # 9: find the case and open its form
    page.goto(WORK)
    page.get_by_role("searchbox").fill(code)
    page.get_by_role("button", name="Lọc").click()
    page.locator("[data-act]").first.click()
    expect(page).to_have_url(re.compile(rf"/ho-so/{code}(\?|$|#)"))
    page.goto(WORK)  # 10: the weekly table stands beside the lists as soon as there is one
    there = api.get("/bieu-tong-hop").status == 200
    expect(page.locator(".work-lists a[href^='/bieu-tong-hop']")).to_have_count(1 if there else 0)


def test_the_keys_walk_open_and_stay_quiet_while_typing(page: Page, api: APIRequestContext) -> None:
    page.goto(WORK)
    page.keyboard.press("j")
    page.keyboard.press("j")
    codes = [row["code"] for row in rows(api)]
    focused = "document.activeElement.closest('[data-code]')?.dataset.code"
    assert page.evaluate(focused) == codes[1]
    page.keyboard.press("k")
    assert page.evaluate(focused) == codes[0]
    page.keyboard.press("/")
    page.keyboard.type("je")
    expect(page.get_by_role("searchbox")).to_have_value("je")
    page.get_by_role("searchbox").fill("")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.wait_for_url("**/ho-so/*")
    assert codes[0] in page.url
    page.go_back()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/ho-so/{codes[0]}*")


def test_a_phone_records_the_next_step_in_three_taps(
    browser: Browser, live_server: str, signed_in: Any, api: APIRequestContext
) -> None:
    ready = [
        r
        for r in rows(api, ds="lam-duoc-ngay")
        if (r["step"], r["act"]["code"]) == ("S40", "S50") and not r["lacking"]
    ]
    known, row = ready[0], next(r for r in ready[1:] if r["ward"] == ready[0]["ward"])
    signed = {
        "version": 1, "step": "S50", "effective_on": "2026-03-13", "document": "1/DT", "signer": "Lê Văn Năm",
        "body": "Trung tâm phát triển quỹ đất",
    }  # fmt: skip
    assert api.patch(f"/api/cases/{known['code']}", data=signed).ok
    with browser.new_context(
        base_url=live_server, locale="vi-VN", viewport={"width": 390, "height": 844}, storage_state=signed_in,
        has_touch=True, is_mobile=True,
    ) as context:  # fmt: skip
        page = context.new_page()
        page.goto(f"{WORK}&q={row['code']}")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        for target in (*page.locator(".bottom a").all(), page.locator("[data-act]").first):
            assert tall(target) >= 44
        taps = tapper(page)
        taps(page.locator("[data-act]").first)
        page.wait_for_url("**/ho-so/*")
        expect(page.get_by_label("Bước", exact=True)).to_have_value("S50")
        expect(page.get_by_role("textbox", name="Người ký", exact=True)).to_have_value("Lê Văn Năm")
        expect(page.locator("#effective_on")).to_have_value("2026-03-13")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        taps(page.locator("#document"))
        page.keyboard.type("2/DT")
        save = page.get_by_role("button", name="Ghi thay đổi")
        assert tall(save) >= 44
        assert taps(save) == 3
        page.wait_for_url("**/ho-so/*da_ghi=2*")
    stored = api.get(f"/api/cases/{row['code']}").json()
    assert stored["row"]["step"] == "S50"
    assert stored["history"][0]["document"] == "2/DT"


def tall(target: Locator) -> float:
    """The height of a target in px."""
    box = target.bounding_box()
    assert box is not None
    return box["height"]


def tapper(page: Page) -> Callable[[Locator], int]:
    """A finger that counts its taps."""
    count = 0

    def tap(target: Locator) -> int:
        nonlocal count
        target.tap()
        count += 1
        return count

    return tap
