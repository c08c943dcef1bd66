"""The preview of an upload shows what the file would become and writes nothing; profiles keep their history."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from api.settings import Settings
from api.usecases import previews
from api.usecases.previews import UploadedFile
from geo.importers.options import AS_GUESSED, ReadingOptions
from projects.errors import NotFound
from tests.http.browsing import enter
from tests.people import Tester, make_tester, owner_session
from tests.unit import format_files as files
from tests.unit.importer_files import EAST, NORTH, WARD, parcels, save

SERIES = ["Bản đồ Đống Đa", "Bản đồ Yên Hoà", "Bản đồ Cầu Giấy"]


@pytest.fixture(scope="module")
def loader(portfolio_settings: Settings) -> Tester:
    return make_tester(portfolio_settings, "xt-importer", "importer", projects=("TULIEN",))


@pytest.fixture
def importer(app: FastAPI, loader: Tester) -> Iterator[TestClient]:
    """The browser of somebody who loads data."""
    with TestClient(app, base_url="https://127.0.0.1", follow_redirects=False) as browser:
        enter(browser, loader)
        yield browser


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch) -> dict[int, UploadedFile]:
    """Uploads by number, in place of their table."""
    there: dict[int, UploadedFile] = {}

    def find(session: object, ctx: object, folder: object, upload_id: int) -> UploadedFile:
        if upload_id not in there:
            raise NotFound("upload", str(upload_id))
        return there[upload_id]

    def keep(session: object, ctx: object, upload_id: int, options: ReadingOptions, *, queue: object) -> None:
        old = there[upload_id]
        there[upload_id] = UploadedFile(old.path, old.filename, old.project, options)

    monkeypatch.setattr(previews, "upload_file", find)
    monkeypatch.setattr(previews, "keep_options", keep)
    return there


def form_of(page: str) -> dict[str, str]:
    """The token of the form."""
    found = re.search(r'name="csrf" value="(\w+)"', page)
    assert found
    return {"csrf": found.group(1)}


def counts(settings: Settings) -> list[int]:
    with owner_session(settings) as session:
        return [
            session.execute(text(f"select count(*) from {table}")).scalar_one()
            for table in ("parcel", "clearance_case", "import_batch", "event")
        ]


def test_a_preview_shows_rows_columns_text_place_and_picture_and_writes_nothing(
    importer: TestClient, uploads: dict[int, UploadedFile], tmp_path: Path, portfolio_settings: Settings
) -> None:
    octets = [files.to_tcvn3(n).encode("latin-1") for n in SERIES]
    path = files.shapefile_with_octets(
        parcels(3, ghi_chu="<script>alert(1)</script>"), "ban_do", octets, tmp_path / "a.zip"
    )
    uploads[7] = UploadedFile(path, "thửa <script>.zip", "TULIEN", AS_GUESSED)
    before = counts(portfolio_settings)
    answer = importer.get("/nap/7/xem-truoc")
    assert answer.status_code == 200
    page = answer.text
    for shown in (
        "Đọc được, có thể nạp",
        "Bản đồ Yên Hoà",
        "tcvn3",
        "B¶n ®å §èng §a",
        "không dùng",
        "Polygon 3",
    ):
        assert shown in page, shown
    assert "EPSG:5897 (VN-2000 / TM-3 105°00′): tệp ghi như vậy." in page
    assert re.search(r'<path class="thumb-shape" d="(M[\d -]+Z){3}"', page)
    assert re.search(r'<path class="thumb-ward" d="[M\d Z-]*"', page)
    assert "<script>" not in page.replace('<script nonce="', "")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert counts(portfolio_settings) == before


def test_a_preview_is_read_again_as_the_form_says_and_the_reading_is_kept_with_the_upload(
    importer: TestClient, uploads: dict[int, UploadedFile], tmp_path: Path
) -> None:
    frame = parcels(2, to=None, phuong=None, so_hieu_la=["7", "8"])
    uploads[8] = UploadedFile(files.table(frame, tmp_path / "a.csv"), "a.csv", None, AS_GUESSED)
    page = importer.get("/nap/8/xem-truoc")
    assert "Chưa nạp được" in page.text
    assert "Toạ độ trong tệp rơi vào Hà Nội nếu đọc theo EPSG:5897" in page.text
    said = form_of(page.text) | {
        "epsg": "5897", "cot-sheet": "so_hieu_la", "chung-ward_code": WARD, "viec": "xem",
        "diem": f"A; {EAST}; {NORTH}; {EAST}; {NORTH}",
    }  # fmt: skip
    again = importer.post("/nap/8/xem-truoc", data=said)
    assert again.status_code == 200
    assert "Đọc được, có thể nạp" in again.text
    assert "Các điểm khống chế khớp (lệch lớn nhất 0,00 m)." in again.text
    kept = importer.post("/nap/8/xem-truoc", data=said | {"viec": "dung"})
    assert (kept.status_code, kept.headers["location"]) == (303, "/nap/8")
    assert uploads[8].options.columns == {"sheet": "so_hieu_la"}
    assert uploads[8].options.crs == 5897
    wrong = importer.post("/nap/8/xem-truoc", data=said | {"epsg": "abc", "diem": "x"})
    assert wrong.status_code == 422
    assert "không phải mã EPSG" in wrong.text
    assert "Dòng 1 của điểm khống chế" in wrong.text


def test_a_profile_is_saved_used_changed_and_never_overwritten_unseen(
    importer: TestClient, uploads: dict[int, UploadedFile], tmp_path: Path, portfolio_settings: Settings
) -> None:
    frame = parcels(2, to=None, la=["7", "8"])
    uploads[9] = UploadedFile(save(frame, tmp_path / "a.gpkg"), "a.gpkg", None, AS_GUESSED)
    token = form_of(importer.get("/nap/9/xem-truoc").text)
    said = token | {
        "cot-sheet": "la",
        "viec": "luu",
        "ho_so_ten": "VPĐK Ba Đình",
        "ho_so_ben_gui": "VPĐK <b>",
    }
    saved = importer.post("/nap/9/xem-truoc", data=said)
    assert saved.status_code == 303
    page = importer.get(saved.headers["location"])
    assert "Đọc được, có thể nạp" in page.text
    assert "VPĐK &lt;b&gt;" in page.text
    assert importer.post("/nap/9/xem-truoc", data=said).status_code == 422  # the name is taken
    changed = said | {"ho_so_phien_ban": "1", "ho_so_ben_gui": "VPĐK"}
    assert importer.post("/nap/9/xem-truoc", data=changed).status_code == 303
    assert importer.post("/nap/9/xem-truoc", data=changed).status_code == 409  # version 1 is gone
    with owner_session(portfolio_settings) as session:
        rows = session.execute(
            text("select before, after from event where kind = 'sender_profile.save' order by id")
        ).all()
    assert [row.after["version"] for row in rows] == [1, 2]
    assert rows[1].before["sender"] == "VPĐK <b>"
    assert rows[1].after["options"]["columns"] == {"sheet": "la"}


def test_a_preview_is_for_those_who_load_data(client: TestClient, importer: TestClient) -> None:
    assert client.get("/nap/1/xem-truoc").status_code == 403
    assert importer.get("/nap/1/xem-truoc").status_code == 404


def test_a_file_that_cannot_be_read_shows_why_and_keeps_the_form(
    importer: TestClient, uploads: dict[int, UploadedFile], tmp_path: Path
) -> None:
    path = tmp_path / "a.dwg"
    path.write_bytes(b"AC1032" + bytes(100))
    uploads[10] = UploadedFile(path, "ban ve.dwg", None, AS_GUESSED)
    page = importer.get("/nap/10/xem-truoc?lang=en")
    assert page.status_code == 200
    assert "in AutoCAD use SAVEAS" in page.text
    assert 'name="epsg"' in page.text
