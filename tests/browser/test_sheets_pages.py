"""The weekly table, writing by a sheet, and a paper, in a browser at a desk and on a phone."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

PROJECT = "TRANHUNGDAO"
SIZES = {"desk": (1280, 900), "phone": (390, 844)}


def fits(page: Page) -> bool:
    """Whether nothing makes the page wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width <= 0


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_a_figure_of_the_weekly_table_opens_the_list_with_its_count(
    page: Page, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"/bieu-tong-hop?tuan=2026-11&du-an={PROJECT}")
    assert fits(page)
    assert (
        page.locator("table.weekly thead th").first.evaluate("e => getComputedStyle(e).position") == "sticky"
    )
    link = page.locator('tr.weekly-project td[data-column="22"] a')
    shown = int(link.inner_text().replace(".", "").replace("*", ""))
    link.click()
    page.wait_for_url("**/ho-so?cot=22*")
    assert fits(page)
    heading = page.locator("h2", has_text="hồ sơ").first.inner_text()
    assert int(re.sub(r"\D", "", heading.split("hồ sơ")[0])) == shown
    expect(page.get_by_text("biểu tổng hợp, cột 22")).to_be_visible()


def test_a_list_is_downloaded_edited_tried_and_written_in_the_browser(page: Page, tmp_path: Path) -> None:
    page.goto(f"/du-an/{PROJECT}/ho-so?buoc=S60")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Tải danh sách (Excel)").click()
    original, changed = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    waiting.value.save_as(original)
    with zipfile.ZipFile(original) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = noted(content.decode()).encode()
            target.writestr(name, content)
    page.goto(f"/du-an/{PROJECT}/ghi-theo-bang")
    page.get_by_label("Bảng (XLSX hoặc CSV)").set_input_files(changed)
    page.get_by_role("button", name="Thử (chưa ghi)").click()
    expect(page.locator("#ket-qua h2")).to_contain_text("1 dòng được nhận")
    expect(page.locator("#ket-qua")).to_contain_text("đã gặp gia đình <b>")
    page.get_by_role("button", name="Ghi 1 dòng được nhận").click()
    expect(page.locator("#ket-qua h2")).to_contain_text("Đã ghi 1 hồ sơ")
    page.set_viewport_size({"width": 390, "height": 844})
    assert fits(page)


def noted(sheet: str) -> str:
    """The sheet with a note in the first row of cases: the column is found by the cells that may be filled in."""
    row = re.search(r'<row r="(\d+)"[^>]*>(?:(?!</row>).)*t="s"><v>\d+</v></c><c r="B\d+" s="\d+"><v>', sheet)
    assert row
    cell = re.search(rf'<c r="(M{row[1]})" (s="\d+")(/>| t="s"><v>\d+</v></c>)', sheet)
    assert cell
    written = f'<c r="{cell[1]}" {cell[2]} t="inlineStr"><is><t>đã gặp gia đình &lt;b&gt;</t></is></c>'
    return sheet.replace(cell[0], written)


def test_a_paper_is_made_on_the_case_page_and_its_pdf_downloaded(page: Page, tmp_path: Path) -> None:
    page.goto(f"/du-an/{PROJECT}/ho-so?buoc=S90")
    page.locator("tbody th a").first.click()
    part = page.locator("#van-ban")
    part.get_by_label("Mẫu văn bản").select_option("bien-ban-ban-giao")
    part.get_by_label("Ngày văn bản").fill("2026-03-12")
    part.get_by_role("button", name="Lập văn bản").click()
    page.wait_for_url("**da_lap=*")
    expect(part).to_contain_text("/BB-BG")
    with page.expect_download() as waiting:
        part.get_by_role("link", name="Tải PDF").first.click()
    waiting.value.save_as(tmp_path / "x.pdf")
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")
    page.set_viewport_size({"width": 390, "height": 844})
    assert fits(page)
