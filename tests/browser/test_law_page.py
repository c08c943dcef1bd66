"""A day off that the State announced is recorded by the administrator, once, with its paper; others only read."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from api.settings import Settings
from tests.browser.conftest import desk_of, desktop, sign_in, watch
from tests.people import make_tester

PAGE = "/quan-tri/phap-luat"
# Far ahead, so that nothing that other tests reckon is changed by it.
DAY, SINCE, SAID = "2044-09-05", "2044-01-04", "05/09/2044: nghỉ"


def enter(page: Page, day: str, since: str, paper: str) -> None:
    """Fills the form of a day off."""
    form = page.locator("#holiday")
    if not form.evaluate("form => form.open"):
        form.locator("summary").click()
    page.fill("#holiday-ten", day)
    page.fill("#holiday-tu", since)
    page.fill("#holiday-vb", paper)


def test_a_day_off_is_refused_beside_its_field_written_once_and_taken_back(
    browser: Browser, live_server: str, portfolio_settings: Settings, problems: list[str]
) -> None:
    made = make_tester(portfolio_settings, "qt-ngay-nghi", "administrator")
    with desktop(browser, live_server) as context:
        page = context.new_page()
        watch(page, live_server, problems)
        sign_in(page, made.name, made.password)
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(PAGE)
        send = page.locator("#holiday").get_by_role("button", name="Ghi thiết lập")
        for day, since, paper, why in (
            ("2005-01-01", SINCE, "TB 5015", "2045"),
            (DAY, SINCE, "   ", "Phải nêu số văn bản."),
        ):
            enter(page, day, since, paper)
            send.click()
            expect(page.locator("#holiday .field", has_text=why)).to_be_visible()
            assert page.input_value("#holiday-ten") == day  # what was entered stays
        assert [one for one in problems if "422" not in one] == []
        problems.clear()
        page.goto(PAGE)
        enter(page, DAY, SINCE, "TB 5015/2044")
        send.dblclick()
        row = page.locator("#da-dat tr", has_text=SAID)
        expect(row).to_have_count(1)
        expect(row).to_contain_text("04/01/2044")
        # The same again, from a fresh form, is nothing new.
        enter(page, DAY, SINCE, "TB 5015/2044")
        send.click()
        expect(page.get_by_role("status").filter(has_text="Đã ghi")).to_be_visible()
        expect(row).to_have_count(1)
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        row.get_by_role("button", name="Bỏ").click()
        expect(row).to_have_count(0)
    assert problems == []


def test_who_may_not_change_the_law_reads_it_and_is_refused(page: Page) -> None:
    page.goto(PAGE)
    expect(page.locator("#da-dat")).to_be_visible()
    expect(page.locator("#holiday")).to_have_count(0)
    token = page.locator("input[name=csrf]").first.get_attribute("value")
    form: dict[str, str | float | bool] = {
        "csrf": str(token),
        "loai": "holiday",
        "ten": DAY,
        "che_do": "nghi",
        "tu_ngay": SINCE,
        "van_ban": "TB 1",
    }
    assert page.request.post(PAGE, form=form).status == 403
    page.goto(PAGE)
    expect(page.locator("#da-dat")).not_to_contain_text(SAID)


def test_the_back_button_shows_the_form_as_it_was_left_and_writes_nothing_of_its_own(
    browser: Browser, live_server: str, portfolio_settings: Settings, problems: list[str]
) -> None:
    made = make_tester(portfolio_settings, "qt-quay-lai", "administrator")
    with desk_of(browser, live_server, made, problems) as page:
        page.goto(PAGE)
        form = page.locator("#target")
        send = form.get_by_role("button", name="Ghi thiết lập")
        rows = page.locator("#da-dat tr", has_text="04/01/2044")
        form.locator("summary").click()
        rule = str(page.locator("#target-ten option").nth(2).get_attribute("value") or "") or str(
            page.locator("#target-ten option").nth(2).text_content()
        )
        page.select_option("#target-ten", rule)
        page.fill("#target-so", "77")
        page.fill("#target-tu", SINCE)
        page.fill("#target-vb", "TB 77")
        send.dblclick()
        page.wait_for_url("**da_ghi=1**")
        expect(rows).to_have_count(1)
        for days in ("77", "78"):  # the same once more is nothing new; other days are a change of their own
            page.go_back()
            expect(send).to_be_visible()  # not folded away
            entered = [page.input_value(f"#target-{name}") for name in ("ten", "so", "tu", "vb")]
            assert entered == [rule, "77", SINCE, "TB 77"]
            expect(page.locator("#holiday")).not_to_have_attribute("open", "")
            page.fill("#target-so", days)
            send.click()
            page.wait_for_url("**da_ghi=1**")
            expect(rows).to_have_count(1)
            expect(rows).to_contain_text(f"{rule}: {days} ngày")
        rows.get_by_role("button", name="Bỏ").dblclick()
        expect(rows).to_have_count(0)
        page.go_back()
        expect(page.locator("#da-dat")).to_be_visible()
        expect(rows).to_have_count(0)
