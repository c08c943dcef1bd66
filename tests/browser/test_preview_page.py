"""The preview of an upload in a real browser: hostile text stays text, no page is wider than its window."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from api.settings import Settings
from api.usecases import previews
from api.usecases.previews import UploadedFile
from geo.importers.options import AS_GUESSED
from tests.browser.conftest import desk_of
from tests.people import make_tester
from tests.unit import format_files as files
from tests.unit.importer_files import EAST, NORTH, parcels, square

HOSTILE = '<img src=x onerror="document.title=1">'
SCROLL = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SERIES = ["Bản đồ Đống Đa", "Bản đồ Yên Hoà", "Bản đồ Cầu Giấy"] * 20


def test_a_preview_is_read_filled_in_and_read_again(
    browser: Browser,
    live_server: str,
    portfolio_settings: Settings,
    problems: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shapes = [square(i % 10, north=NORTH + 14 * (i // 10)) for i in range(60)]
    octets = [files.to_tcvn3(name).encode("latin-1") for name in SERIES]
    frame = parcels(60, shapes=shapes, so_la=["3"] * 60, to=None, ghi_chu=HOSTILE)
    path = files.shapefile_with_octets(frame, "ban_do", octets, tmp_path / "a.zip")
    upload = UploadedFile(path, f"thửa {HOSTILE}.zip", "TULIEN", AS_GUESSED)
    monkeypatch.setattr(previews, "upload_file", lambda *_: upload)
    who = make_tester(portfolio_settings, "trinh-duyet-nap", "importer", projects=("TULIEN",))
    with desk_of(browser, live_server, who, problems) as page:
        page.goto(f"{live_server}/nap/1/xem-truoc")
        expect(page.get_by_role("heading", name="Chưa nạp được")).to_be_visible()
        page.get_by_label("Cột: số tờ").select_option("so_la")
        page.get_by_label("Điểm khống chế, mỗi dòng").fill(f"GPS1; {EAST}; {NORTH}; {EAST + 0.3}; {NORTH}")
        page.get_by_role("button", name="Xem lại theo cách đọc này").click()
        expect(page.get_by_role("heading", name="Đọc được, có thể nạp")).to_be_visible()
        expect(page.get_by_text("Bản đồ Yên Hoà").first).to_be_visible()
        expect(page.get_by_role("img", name="Hình thửa trên ranh giới phường, xã")).to_be_visible()
        expect(page.get_by_text("lệch tới 0,30 m")).to_have_count(2)  # in the remarks and beside the points
        assert "Xem trước" in page.title()
        for width in (1280, 390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(SCROLL) <= 0, width
            if shots := os.environ.get("DUONGGANG_SHOTS"):
                page.screenshot(path=Path(shots) / f"preview-{width}.png", full_page=True)
