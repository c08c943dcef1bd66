"""Imports over HTTP, as people meet them: sent, compared, decided by a second person, undone; nobody gets around it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import text
from starlette.testclient import TestClient

from api.settings import Settings
from api.usecases import imports
from api.work.worker import working
from geo.server.processes import pauses
from tests.http.browsing import PAGE, enter, page, said, token_of
from tests.people import Tester, make_tester, owner_session

PROJECT = "NGOCHOI"  # these tests put real land into this project and take it out again
ELSEWHERE = "QL6"


@pytest.fixture(scope="module")
def people(portfolio_settings: Settings) -> dict[str, Tester]:
    """Two importers and a board of the project, a second account of the first, one of another project, a leader."""
    wanted = {
        "one": ("importer", (PROJECT,), "NAP1"),
        "one again": ("board", (PROJECT,), "NAP1"),
        "two": ("board", (PROJECT,), "NAP2"),
        "stranger": ("importer", (ELSEWHERE,), "NAP3"),
        "leader": ("ward_leader", (), "NAP4"),
        "city": ("leadership", (), "NAP5"),
    }
    return {
        name: make_tester(
            portfolio_settings,
            f"nap.{name.replace(' ', '-')}",
            role,
            projects=projects,
            person=person,
            wards=("00097",) if role == "ward_leader" else (),
        )
        for name, (role, projects, person) in wanted.items()
    }


@pytest.fixture(scope="module", autouse=True)
def worker(portfolio_settings: Settings) -> Iterator[None]:
    with working(portfolio_settings):
        yield


@pytest.fixture
def as_(app: FastAPI, people: dict[str, Tester]) -> Iterator[Callable[[str], TestClient]]:
    """A function that gives the signed-in browser of one of the people."""
    opened: dict[str, TestClient] = {}

    def give(name: str) -> TestClient:
        if name not in opened:
            opened[name] = TestClient(app, base_url="https://127.0.0.1", follow_redirects=False)
            enter(opened[name], people[name])
        return opened[name]

    yield give
    for client in opened.values():
        client.close()


@pytest.fixture(scope="module")
def axis(portfolio_settings: Settings) -> tuple[float, float]:
    """A point of the project's axis or area in EPSG:5897."""
    with owner_session(portfolio_settings) as session:
        row = session.execute(
            text(
                "select ST_X(g), ST_Y(g) from (select ST_Transform(ST_PointOnSurface(q.geom), 5897) g from parcel q "
                "join project p on p.id = q.project_id where p.code = :c limit 1) s"
            ),
            {"c": PROJECT},
        ).one()
        return float(row[0]), float(row[1])


_sheet = iter(range(900, 2000))


@pytest.fixture
def file_of(tmp_path: Path, axis: tuple[float, float], portfolio_settings: Settings) -> Callable[..., Path]:
    """A function that makes a GeoPackage of lots on a sheet of its own."""
    with owner_session(portfolio_settings) as session:
        ward = session.scalar(
            text(
                "select q.ward_code from parcel q join project p on p.id = q.project_id where p.code = :c limit 1"
            ),
            {"c": PROJECT},
        )

    def make(*east: float, sheet: str | None = None, name: str = "thua.gpkg", **more: Any) -> Path:
        x, y = axis
        frame = gpd.GeoDataFrame(
            {"to": sheet or str(next(_sheet)), "thua": [str(n) for n, _ in enumerate(east, 1)], "loai_dat": "ODT",
             "phuong": ward, **more},
            geometry=[shapely.box(x + e, y, x + e + 8, y + 8) for e in east], crs=5897,
        )  # fmt: skip
        path = tmp_path / f"{next(_sheet)}" / name
        path.parent.mkdir()
        frame.to_file(path, driver="GPKG")
        return path

    return make


def send(
    browser: TestClient, file: Path, *, project: str = PROJECT, token: bool = True, **more: str
) -> Response:
    form = {"du_an": project, **more}
    if token:
        form["csrf"] = token_of(page(browser, "/tai-khoan"))
    with file.open("rb") as opened:
        return browser.post("/nap", data=form, files={"tep": (file.name, opened)}, headers=PAGE)


def number_of(answer: Response) -> int:
    assert answer.status_code == 303, said(answer.text)[:800]
    return int(answer.headers["location"].split("?")[0].rsplit("/", 1)[1])


def read(browser: TestClient, number: int) -> dict[str, Any]:
    """The import once it is read."""
    for _ in pauses(60.0):
        found: dict[str, Any] = browser.get(f"/api/imports/{number}").json()
        if found["state"] not in ("waiting", "reading"):
            return found
    raise AssertionError(found)


def press(browser: TestClient, number: int, what: str, **form: str) -> Response:
    form["csrf"] = token_of(page(browser, "/tai-khoan"))
    return browser.post(f"/nap/{number}/{what}", data=form, headers=PAGE)


def test_a_file_is_compared_accepted_by_a_second_person_and_undone(
    as_: Callable[[str], TestClient], file_of: Callable[..., Path], portfolio_settings: Settings
) -> None:
    with owner_session(portfolio_settings) as session:
        project = session.scalar(text("select id from project where code = :c"), {"c": PROJECT})
        before = session.scalar(text("select land_state(:p)"), {"p": project})
    number = number_of(send(as_("one"), file_of(0, 10, 20, name="Thửa <b>mới.gpkg")))
    html = page(as_("one"), f"/nap/{number}")
    assert "Lần nhập" in html
    found = read(as_("one"), number)
    assert (found["state"], found["faults"]) == ("ready", [])
    assert found["summary"]["kinds"]["added"]["parcels"] == 3
    html = page(as_("one"), f"/nap/{number}")
    assert "<b>mới" not in html
    assert "không tự xác nhận" in said(html)
    assert "Không tìm thấy điều gì sai" in said(page(as_("one"), f"/nap/{number}/hinh-hoc"))
    fabric = said(page(as_("one"), f"/du-an/{PROJECT}/hinh-hoc"))
    assert "Hình học thửa" in fabric
    assert "chưa nạp" in fabric  # boundaries of its wards: nobody is told that a ward is right
    for wrong in ("404/404", "<b>", "12"):
        asked = page(as_("one"), f"/du-an/{PROJECT}/hinh-hoc?thua={wrong}")
        assert "từng mang số này" in said(asked)
        assert "<b>" not in asked
    assert as_("stranger").get(f"/du-an/{PROJECT}/hinh-hoc", headers=PAGE).status_code == 404
    shapes = as_("one").get(f"/api/imports/{number}/changes.geojson").json()
    assert len(shapes["features"]) == 3
    assert press(as_("one"), number, "chap-nhan").status_code == 403
    assert press(as_("two"), number, "chap-nhan").status_code == 303
    assert read(as_("two"), number)["decided_by"] == "nap.two"
    with owner_session(portfolio_settings) as session:
        real = session.scalar(
            text("select count(*) from parcel where project_id = :p and not is_demo"), {"p": project}
        )
        assert real == 3
    assert press(as_("two"), number, "hoan-tac", ly_do="thử").status_code == 303
    with owner_session(portfolio_settings) as session:
        assert session.scalar(text("select land_state(:p)"), {"p": project}) == before
    assert "đã hoàn tác" in said(page(as_("city"), f"/nap?du-an={PROJECT}"))


@pytest.mark.parametrize("second", ["one", "one again"])
def test_nobody_accepts_or_refuses_their_own_import(
    as_: Callable[[str], TestClient], file_of: Callable[..., Path], second: str
) -> None:
    number = number_of(send(as_("one"), file_of(0)))
    assert read(as_("one"), number)["state"] == "ready"
    assert press(as_(second), number, "chap-nhan").status_code == 403
    assert press(as_(second), number, "tu-choi", ly_do="x").status_code == 403
    assert read(as_("one"), number)["state"] == "ready"
    press(as_("one"), number, "huy")


def test_the_browser_it_was_sent_from_decides_nothing(
    app: FastAPI, people: dict[str, Tester], file_of: Callable[..., Path]
) -> None:
    with TestClient(app, base_url="https://127.0.0.1", follow_redirects=False) as browser:
        enter(browser, people["one"])
        number = number_of(send(browser, file_of(0)))
        assert read(browser, number)["state"] == "ready"
        browser.post("/dang-xuat", data={"csrf": token_of(page(browser, "/tai-khoan"))}, headers=PAGE)
        enter(browser, people["two"])
        assert press(browser, number, "chap-nhan").status_code == 403
        press(browser, number, "huy")


def test_without_the_bar_one_person_would_do_and_the_database_still_says_no(
    as_: Callable[[str], TestClient], file_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with the check off the page offers it, and the function in the database is the second door."""
    number = number_of(send(as_("one"), file_of(0)))
    read(as_("one"), number)
    monkeypatch.setattr(imports, "bar", lambda *_, **__: ("", ""))
    # The page now offers the button.
    assert "Chấp nhận và ghi" in said(page(as_("one"), f"/nap/{number}"))
    answer = press(as_("one"), number, "chap-nhan")
    assert answer.status_code == 403
    assert "không tự chấp nhận" in said(answer.text)
    monkeypatch.undo()
    press(as_("one"), number, "huy")


def test_with_both_doors_open_one_person_accepts(
    as_: Callable[[str], TestClient],
    file_of: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    portfolio_settings: Settings,
) -> None:
    """The control of the controls: only the two checks stand between a proposer and the land."""
    number = number_of(send(as_("one"), file_of(0)))
    read(as_("one"), number)
    monkeypatch.setattr(imports, "bar", lambda *_, **__: ("", ""))
    with owner_session(portfolio_settings) as session:
        session.execute(text("update import_proposal set needs_second = false where id = :n"), {"n": number})
    assert press(as_("one"), number, "chap-nhan").status_code == 303
    assert read(as_("one"), number)["state"] == "accepted"
    assert press(as_("two"), number, "hoan-tac", ly_do="thử").status_code == 303


def test_other_roles_are_refused_and_foreign_projects_are_not_there(
    as_: Callable[[str], TestClient], file_of: Callable[..., Path]
) -> None:
    file = file_of(0)
    assert send(as_("leader"), file).status_code == 403
    assert send(as_("city"), file).status_code == 403
    assert send(as_("stranger"), file).status_code == 404
    assert send(as_("one"), file, token=False).status_code == 403
    number = number_of(send(as_("one"), file))
    read(as_("one"), number)
    for way in (f"/nap/{number}", f"/api/imports/{number}", f"/api/imports/{number}/changes.geojson"):
        assert as_("stranger").get(way).status_code == 404
        assert as_("leader").get(way).status_code == 403
        assert as_("city").get(way).status_code == 200
    for what in ("huy", "doc-lai", "chap-nhan"):
        assert press(as_("stranger"), number, what).status_code == 404
    assert press(as_("city"), number, "chap-nhan").status_code == 403
    assert as_("stranger").get("/api/imports").json()["total"] == 0
    press(as_("one"), number, "huy")


def test_the_same_file_is_one_import_and_faults_are_all_listed(
    as_: Callable[[str], TestClient], file_of: Callable[..., Path]
) -> None:
    good = file_of(0)
    number = number_of(send(as_("one"), good))
    assert number_of(send(as_("one"), good)) == number
    read(as_("one"), number)
    press(as_("one"), number, "huy")
    bad = file_of(0, 10, loai_dat=["XYZ", None])
    refused = number_of(send(as_("one"), bad))
    found = read(as_("one"), refused)
    assert found["state"] == "refused"
    assert len(found["faults"]) == 2
    html = said(page(as_("one"), f"/nap/{refused}"))
    assert "Tệp không được nhận: 2 lỗi" in html
    assert "XYZ" in html


def test_what_is_no_map_or_too_large_is_refused_in_words(
    as_: Callable[[str], TestClient], tmp_path: Path
) -> None:
    empty = tmp_path / "rong.gpkg"
    empty.write_bytes(b"")
    assert "Tệp rỗng" in send(as_("one"), empty).text
    hostile = tmp_path / "la.gpkg"
    hostile.write_text("<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>")
    found = read(as_("one"), number_of(send(as_("one"), hostile)))
    assert found["state"] == "refused"
    csrf = token_of(page(as_("one"), "/tai-khoan"))
    answer = as_("one").post(
        "/nap", content=b"x", headers=PAGE | {"content-length": str(300 * 2**20), "x-csrf-token": csrf}
    )
    assert answer.status_code == 413


def test_progress_needs_no_script(as_: Callable[[str], TestClient], file_of: Callable[..., Path]) -> None:
    number = number_of(send(as_("one"), file_of(*(i * 9.0 for i in range(40)))))
    answer = as_("one").get(f"/nap/{number}", headers=PAGE)
    if "đang đọc" in answer.text or "chờ đọc" in answer.text:
        assert answer.headers["refresh"].startswith("2; url=/nap/")
    read(as_("one"), number)
    assert "refresh" not in as_("one").get(f"/nap/{number}", headers=PAGE).headers
    press(as_("one"), number, "huy")
    assert json.loads(as_("one").get(f"/api/imports/{number}").text)["state"] == "cancelled"


def test_a_refused_file_is_read_again_as_its_preview_says(
    as_: Callable[[str], TestClient], file_of: Callable[..., Path]
) -> None:
    number = number_of(send(as_("one"), file_of(0, 10, to=None, la_ban_do=["71", "71"])))
    assert read(as_("one"), number)["state"] == "refused"
    assert f"/nap/{number}/xem-truoc" in page(as_("one"), f"/nap/{number}")
    preview = page(as_("one"), f"/nap/{number}/xem-truoc")
    assert "la_ban_do" in preview
    assert as_("stranger").get(f"/nap/{number}/xem-truoc", headers=PAGE).status_code == 404
    assert as_("city").get(f"/nap/{number}/xem-truoc", headers=PAGE).status_code == 403
    form = {"csrf": token_of(preview), "viec": "dung", "cot-sheet": "la_ban_do"}
    kept = as_("one").post(f"/nap/{number}/xem-truoc", data=form, headers=PAGE)
    assert (kept.status_code, kept.headers["location"]) == (303, f"/nap/{number}")
    found = read(as_("one"), number)
    assert (found["state"], found["faults"]) == ("ready", [])
    press(as_("one"), number, "huy")
