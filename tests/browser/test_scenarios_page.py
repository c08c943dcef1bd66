"""What-if in a browser: "15 days later for all of a ward" is tried and kept without a script; nothing overflows."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, StorageState, expect

PATH = "/du-an/THUONGCAT/kich-ban"


def test_a_ward_15_days_later_is_tried_and_kept_on_a_phone_without_a_script(
    browser: Browser, live_server: str, signed_in: StorageState
) -> None:
    with browser.new_context(
        base_url=live_server,
        storage_state=signed_in,
        java_script_enabled=False,
        viewport={"width": 390, "height": 800},
    ) as context:
        page = context.new_page()
        page.goto(PATH)
        ward = page.locator("#nhom optgroup").nth(1).locator("option").first
        name = str(ward.text_content()).partition("của ")[2].partition(" (")[0]
        page.select_option("#nhom", value=str(ward.get_attribute("value")))
        page.get_by_role("button", name="Tính thử nhóm này").click()
        expect(page.locator("#khac-di")).to_contain_text(f"{name}: muộn hơn dự báo 15 ngày")
        expect(page.locator("#ket-qua h2")).to_contain_text("so với dự báo")
        page.get_by_label("Tên kịch bản").first.fill("Phường chậm 15 ngày")
        page.get_by_label("Lãnh đạo thành phố").first.check()
        page.get_by_role("button", name="Giữ kịch bản").click()
        expect(page.get_by_role("status").first).to_contain_text("Đã giữ kịch bản")
        expect(page.locator("#kich-ban")).to_contain_text("Phường chậm 15 ngày")
        page.goto("/du-an/THUONGCAT/go-vuong")
        expect(page.locator(".lead")).to_contain_text("Đây là bộ nhỏ nhất")


def test_both_pages_fit_a_phone_and_a_desk_and_complain_of_nothing(page: Page) -> None:
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for path in (f"{PATH}?thay=critical~%2B15~", "/du-an/THUONGCAT/go-vuong?can=10"):
            page.goto(path)
            expect(page.locator(".lead")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def alert(page: Page, sentence: str) -> None:
    """The refusal says just this."""
    expect(page.locator("#tu-choi li")).to_have_text([sentence])


def test_what_was_entered_wrong_is_said_and_stays_in_its_form(page: Page) -> None:
    group = page.get_by_role("button", name="Tính thử nhóm này")
    page.goto(PATH)
    ward = str(page.locator("#nhom optgroup").nth(1).locator("option").nth(1).get_attribute("value"))
    page.select_option("#nhom", ward)
    for entered, why in (
        ("abc", "Phải là số nguyên."),
        ("1.5", "Phải là số nguyên."),
        ("99999", "Phải là số nguyên từ -3650 đến 3650."),
    ):
        page.fill("#n-so", entered)
        group.click()
        alert(page, why)
        assert (page.input_value("#nhom"), page.input_value("#n-so")) == (ward, entered)
    page.fill("#n-so", "")
    page.fill("#n-ngay", "2026-06-01")
    page.locator("#v-dai").fill("5000")
    work = str(page.locator("#viec option").nth(2).get_attribute("value"))
    page.select_option("#viec", work)
    page.get_by_role("button", name="Tính thử việc này").click()
    alert(page, "Phải là số nguyên từ 0 đến 3650.")
    assert (page.input_value("#viec"), page.input_value("#v-dai")) == (work, "5000")
    assert page.input_value("#n-so") == "15"  # of the other form, as it is at first
    case = page.locator("#chon tbody input[type=checkbox]").first
    case.check()
    page.fill("#ho_so_them", "<i>KHONG</i>")
    page.get_by_role("button", name="Tính thử các hồ sơ này").click()
    alert(page, "Nêu ngày bàn giao, hoặc chọn sớm nhất theo luật.")
    expect(case).to_be_checked()
    page.fill("#h-ngay", "2027-06-01")
    page.get_by_role("button", name="Tính thử các hồ sơ này").click()
    alert(page, "Không có hồ sơ: <i>KHONG</i>.")
    assert (page.input_value("#h-ngay"), page.input_value("#ho_so_them")) == ("2027-06-01", "<i>KHONG</i>")
    page.fill("#ho_so_them", "")
    page.get_by_role("button", name="Tính thử các hồ sơ này").click()
    expect(page.locator("#khac-di li")).to_have_count(1)
    expect(page.locator("#tu-choi")).to_have_count(0)


def test_two_clicks_try_once_and_keep_once_and_the_back_button_doubles_nothing(
    page: Page, problems: list[str]
) -> None:
    page.goto(PATH)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "lam=nhom" in request.url else None)
    page.get_by_role("button", name="Tính thử nhóm này").dblclick()
    tried = page.locator("#khac-di li")
    expect(tried).to_have_count(1)
    assert len(asked) == 1
    page.get_by_role("button", name="Tính thử nhóm này").click()  # said anew of one group: it replaces
    expect(tried).to_have_count(1)
    name = page.locator("#ten")
    keep = page.get_by_role("button", name="Giữ kịch bản")
    name.fill("   ")
    keep.click()
    expect(page.locator("#tu-choi")).to_be_visible()
    expect(tried).to_have_count(1)  # what is tried is still there
    problems.clear()  # a 422 is logged by the browser itself
    kept = page.locator("#kich-ban tbody th", has_text="Bấm hai lần")
    name.fill("Bấm hai lần")
    page.locator("#giu").get_by_label("Lãnh đạo thành phố").check()
    keep.dblclick()
    expect(page.get_by_role("status").filter(has_text="Đã giữ kịch bản")).to_be_visible()
    expect(kept).to_have_count(1)
    page.reload()
    expect(kept).to_have_count(1)
    page.goto(f"{PATH}?thay=critical~%2B15~")
    name.fill("Bấm hai lần nữa")
    keep.click()
    expect(kept).to_have_count(2)
    page.go_back()
    expect(keep).to_be_enabled()
    expect(keep).to_have_text("Giữ kịch bản")
    expect(kept).to_have_count(2)
    # What stood in the form of one scenario is not in that of another which now has its place.
    shared = page.locator("#kich-ban input[type=checkbox]")
    assert shared.evaluate_all("ticks => ticks.every(tick => tick.checked === tick.defaultChecked)")
    expect(page.locator("#kich-ban tbody details[open]")).to_have_count(0)
    for _ in range(2):
        kept.last.locator("xpath=..").get_by_text("Sửa, chia sẻ, bỏ").click()
        kept.last.locator("xpath=..").get_by_role("button", name="Bỏ kịch bản").dblclick()
        expect(page.get_by_role("status").filter(has_text="Đã bỏ kịch bản")).to_be_visible()
        page.goto(PATH)
    expect(kept).to_have_count(0)
