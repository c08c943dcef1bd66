"""Schedule files over HTTP: sent, compared, tied to the land, decided by a second person, undone, taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import text
from starlette.testclient import TestClient

from api.rightsfile import system
from api.settings import Settings
from api.usecases import schedule_imports
from api.usecases.imports import kept_files, uploads_folder
from api.work.worker import working
from geo import scope
from geo.schedules.door import read_schedule
from geo.schedules.limits import LIMITS
from geo.server.processes import pauses
from geo.tables import ScheduleImport
from tests.http.browsing import PAGE, enter, page, said, token_of
from tests.people import Tester, make_tester, owner_session
from tests.unit.pmxml_text import pmxml
from tests.unit.schedule_texts import mspdi, xer
from tests.unit.test_sent_baselines import with_baselines

PROJECT = "VD4"  # these tests replace the network of this project and put it back
NAP = f"/du-an/{PROJECT}/tien-do/nap"


@pytest.fixture(scope="module")
def people(portfolio_settings: Settings) -> dict[str, Tester]:
    wanted = {
        "one": ("importer", (PROJECT,), "TD1"),
        "two": ("board", (PROJECT,), "TD2"),
        "stranger": ("importer", ("QL6",), "TD3"),
    }
    return {
        name: make_tester(portfolio_settings, f"td.{name}", role, projects=projects, person=person)
        for name, (role, projects, person) in wanted.items()
    }


@pytest.fixture(scope="module", autouse=True)
def worker(portfolio_settings: Settings) -> Iterator[None]:
    with working(portfolio_settings):
        yield


@pytest.fixture
def as_(app: FastAPI, people: dict[str, Tester]) -> Iterator[Callable[[str], TestClient]]:
    opened: dict[str, TestClient] = {}

    def give(name: str) -> TestClient:
        if name not in opened:
            opened[name] = TestClient(app, base_url="https://127.0.0.1", follow_redirects=False)
            enter(opened[name], people[name])
        return opened[name]

    yield give
    for client in opened.values():
        client.close()


def send(
    browser: TestClient, content: str | bytes, name: str = "tiến độ.xml", *, address: str = NAP
) -> Response:
    form = {"csrf": token_of(page(browser, "/tai-khoan"))}
    sent = content if isinstance(content, bytes) else content.encode()
    return browser.post(address, data=form, files={"tep": (name, sent)}, headers=PAGE)


def read(browser: TestClient, number: int) -> dict[str, Any]:
    """The import once it is read."""
    for _ in pauses(90.0):
        answer: dict[str, Any] = browser.get(f"/api/projects/{PROJECT}/schedules/{number}").json()
        if answer["state"] not in ("waiting", "reading"):
            return answer
    raise AssertionError(f"import {number} is not read: {answer['state']}, {answer['phase']}")


def refused_for(browser: TestClient, content: str | bytes, name: str) -> str:
    """Sends a file that is refused; the words of its page."""
    number = number_of(send(browser, content, name))
    answer = read(browser, number)
    assert answer["state"] == "refused", answer
    html = said(page(browser, f"{NAP}/{number}"))
    assert "Tệp không được nhận, mạng không đổi" in html
    for fault in answer["faults"]:
        assert fault["vi"] in html
    assert press(browser, number, "chap-nhan").status_code == 403
    return html


def press(browser: TestClient, number: int, what: str, **form: str) -> Response:
    form["csrf"] = token_of(page(browser, "/tai-khoan"))
    return browser.post(f"{NAP}/{number}/{what}", data=form, headers=PAGE)


def number_of(answer: Response) -> int:
    assert answer.status_code == 303, said(answer.text)[:800]
    return int(answer.headers["location"].split("?")[0].rsplit("/", 1)[1])


def state_of(settings: Settings) -> tuple[int, int, int]:
    """Activities, links and revision of the project's network."""
    with owner_session(settings) as session:
        found = session.execute(
            text(
                "select (select count(*) from activity a where a.project_id = p.id), "
                "(select count(*) from link k where k.project_id = p.id), p.revision from project p where p.code = :c"
            ),
            {"c": PROJECT},
        ).one()
        return int(found[0]), int(found[1]), int(found[2])


def test_a_schedule_is_compared_tied_accepted_by_a_second_person_and_undone(
    as_: Callable[[str], TestClient], portfolio_settings: Settings, tmp_path: Path
) -> None:
    before = state_of(portfolio_settings)
    assert options_of(as_("two")) == ("pass", [])
    content = mspdi().replace("<ScheduleFromStart>1", "<ScheduleFromStart>0")
    number = number_of(send(as_("one"), content))
    assert number_of(send(as_("one"), content)) == number  # the same bytes that still wait are one import
    assert read(as_("one"), number)["state"] == "ready"
    assert number_of(send(as_("one"), content)) == number
    assert state_of(portfolio_settings) == before
    app: Any = as_("one").app
    with app.state.sessions.begin() as session:  # the sender's file is no leftover to the worker
        scope.enter(session, system("máy chủ"))
        row = session.get_one(ScheduleImport, number)
        assert row.stored_as in kept_files(session)
    html = said(page(as_("one"), f"{NAP}/{number}"))
    assert "Trùng 4 / 4 công việc" in html
    assert "Độ trễ theo phần trăm" in html
    assert "không tự xác nhận" in html
    assert press(as_("one"), number, "chap-nhan").status_code == 403
    assert as_("stranger").get(f"{NAP}/{number}", headers=PAGE).status_code == 404
    answer = as_("two").get(f"/api/projects/{PROJECT}/schedules/{number}?verdict=same").json()
    assert len(answer["rows"]) == answer["summary"]["compared"]["same"] == 4
    front = answer_front(portfolio_settings)
    refused = press(as_("one"), number, "gan", **{f"mui:{front}": "2, KHONGCO", "xong": "5"})
    assert refused.status_code == 422
    assert "không có công việc mã này" in said(refused.text)
    assert press(as_("one"), number, "gan", **{f"mui:{front}": "2, 3", "xong": "5"}).status_code == 303
    assert press(as_("two"), number, "chap-nhan").status_code == 303
    assert state_of(portfolio_settings)[:2] == (4, 3)
    shown = said(page(as_("two"), f"/du-an/{PROJECT}/duong-gang"))
    assert "Cọc Km1+000" in shown
    state, (option,) = options_of(as_("two"))
    assert (state, option[:24]) == ("fail", "Dự án lập từ ngày kết th")
    assert option in said(page(as_("two"), f"/du-an/{PROJECT}/chat-luong"))
    for form in ("mspdi", "xer"):
        taken = as_("two").get(f"/du-an/{PROJECT}/tien-do/tai-ve?dang={form}")
        assert taken.status_code == 200, taken.text[:500]
        path = tmp_path / f"tai-ve.{form}"
        path.write_bytes(taken.content)
        again = read_schedule(path).imported
        codes = {a.code for a in again.net.activities}
        assert {"2", "3", "4", "5"} < codes
        assert any("mũi" in a.name_vi for a in again.net.activities), "the land is there as a possession"
    assert as_("two").get(f"/api/projects/{PROJECT}/schedules/file?dang=json").json()["activities"]
    assert press(as_("two"), number, "hoan-tac", ly_do="thử").status_code == 303
    assert state_of(portfolio_settings)[:2] == before[:2]
    assert "đã hoàn tác" in said(page(as_("one"), NAP))
    assert options_of(as_("two")) == ("pass", [])


def test_baselines_of_a_file_are_shown_then_kept_with_the_senders_dates_and_go_with_the_undo(
    as_: Callable[[str], TestClient], portfolio_settings: Settings, tmp_path: Path
) -> None:
    network = f"/api/projects/{PROJECT}/network"
    mine = as_("two")
    before = {row["id"] for row in mine.get(f"{network}/baselines").json()["baselines"]}
    number = number_of(send(as_("one"), with_baselines(mspdi())))
    summary = read(as_("one"), number)["summary"]
    counted = [(b["name"], b["activities"], b["of"], b["without"]) for b in summary["baselines"]]
    assert counted == [("Baseline", 2, 4, ["4", "5"]), ("Baseline 3", 1, 4, ["3", "4", "5"])]
    html = said(page(as_("one"), f"{NAP}/{number}"))
    assert "Đường cơ sở trong tệp (2)" in html
    assert "Đường cơ sở “Baseline 3”: kết thúc trước bắt đầu" in html
    assert {row["id"] for row in mine.get(f"{network}/baselines").json()["baselines"]} == before
    assert press(mine, number, "chap-nhan").status_code == 303
    kept = [row for row in mine.get(f"{network}/baselines").json()["baselines"] if row["id"] not in before]
    assert [(row["source"]["name"], row["source"]["import"]) for row in kept] == [
        ("Baseline 3", number),
        ("Baseline", number),
    ]
    compared = mine.get(f"{network}/baselines/{kept[1]['id']}/comparison").json()
    (pile,) = (p for p in compared["compared"]["works"] if p["code"] == "2")
    assert (pile["before"]["start"], pile["before"]["finish"], pile["before"]["days"]) == (
        "2026-08-24",
        "2026-08-26",
        3.0,
    )
    assert set(compared["added"]) >= {"4", "5"}
    assert compared["compared"]["links_known"] is False
    shown = said(page(mine, f"/du-an/{PROJECT}/duong-gang/co-so?so={kept[1]['id']}&voi={kept[0]['id']}"))
    assert "chỉ có ngày: quan hệ và dự trữ không so được" in shown
    assert "2 / 4 công việc" in shown
    assert "“Baseline” không ghi việc hoàn thành dự án: lấy ngày muộn nhất trong đó" in shown
    gantt = said(page(mine, f"/du-an/{PROJECT}/duong-gang?co_so={kept[1]['id']}&tat_ca=1"))
    assert "đường cơ sở 24/08/2026 – 26/08/2026" in gantt
    if not before:  # the earliest baseline of the project is its plan
        answer = mine.get(f"/api/projects/{PROJECT}/schedule").json()
        assert answer["planned_dates"]["source"]["import"] == number
        (row,) = (a for a in answer["activities"] if a["code"] == "2")
        assert (row["planned_start"], row["planned_finish"]) == ("2026-08-24", "2026-08-26")
    report = mine.get(f"/api/reports/delay?du_an={PROJECT}")
    assert report.status_code == 200, report.text[:500]
    path = tmp_path / "tai-ve.xml"
    path.write_bytes(mine.get(f"/du-an/{PROJECT}/tien-do/tai-ve?dang=mspdi").content)
    taken = read_schedule(path).imported.baselines
    assert [(b.number, set(b.dates)) for b in taken] == [(0, {"2", "3"}), (3, {"2"})]
    assert press(mine, number, "hoan-tac", ly_do="thử").status_code == 303
    assert {row["id"] for row in mine.get(f"{network}/baselines").json()["baselines"]} == before


def options_of(browser: TestClient) -> tuple[str, list[str]]:
    """What the checks of the schedule say of options that the calculation lacks."""
    findings = browser.get(f"/api/projects/{PROJECT}/quality").json()["findings"]
    (found,) = (finding for finding in findings if finding["code"] == "gao-options")
    return found["state"], [offender["vi"] for offender in found["offenders"]]


def answer_front(settings: Settings) -> str:
    with owner_session(settings) as session:
        code = session.scalar(
            text(
                "select f.code from work_front f join project p on p.id = f.project_id where p.code = :c "
                "and f.needs_land order by f.code limit 1"
            ),
            {"c": PROJECT},
        )
        return str(code)


def test_a_file_with_faults_is_refused_with_all_of_them_and_nothing_is_written(
    as_: Callable[[str], TestClient], portfolio_settings: Settings
) -> None:
    before = state_of(portfolio_settings)
    links = (("2", "3", "PR_FS", 0), ("3", "2", "PR_FS", 0), ("4", "99", "PR_FS", 0), ("5", "98", "PR_FS", 0))
    html = refused_for(as_("one"), xer(links=links), "vong.xer")
    assert "TASKPRED.pred_task_id chỉ tới 99" in html
    assert "TASKPRED.pred_task_id chỉ tới 98" in html
    html = refused_for(as_("one"), xer(links=links[:2]), "vong.xer")
    assert "Vòng lặp phụ thuộc: A1010 → A1020 → A1010" in html
    number = number_of(send(as_("one"), "<b>không phải</b> tiến độ", "<script>.xml"))
    assert read(as_("one"), number)["faults"][0]["vi"].startswith("Nội dung không phải MS Project XML")
    for address in (NAP, f"{NAP}/{number}"):
        assert "<script>.xml" not in page(as_("one"), address)
    assert state_of(portfolio_settings) == before
    assert send(as_("stranger"), mspdi()).status_code == 404


SECRET = '<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
BAD: Mapping[str, tuple[str, str | bytes, str]] = {
    "truncated": ("cut.xer", xer()[: len(xer()) // 2], "Tệp XER bị cắt cụt"),
    "wrong bytes": (
        "sai.xer",
        xer().encode().replace("Đắp".encode(), b"\xc4\xff\x81p"),
        "không thuộc bảng mã nào",
    ),
    "encoded twice": ("hai.xer", xer().encode().decode("cp1252", "replace").encode(), "mã hoá hai lần"),
    "cut xml": ("cut.xml", mspdi()[: len(mspdi()) // 2], "XML bị cắt cụt hoặc hỏng"),
    "entity": ("ngoai.xml", mspdi(before=SECRET).replace("Mố", "&x;"), "DOCTYPE hoặc thực thể"),
    "entity in utf-16": (
        "ngoai16.xml",
        mspdi(before=SECRET).replace('"UTF-8"', '"UTF-16"').replace("Mố", "&x;").encode("utf-16"),
        "DOCTYPE hoặc thực thể",
    ),
}


@pytest.mark.parametrize("kind", sorted(BAD))
def test_damaged_wrongly_encoded_and_hostile_files_are_refused_over_http(
    as_: Callable[[str], TestClient], portfolio_settings: Settings, kind: str
) -> None:
    before = state_of(portfolio_settings)
    name, content, words = BAD[kind]
    html = refused_for(as_("one"), content, name)
    assert words in html
    assert Path("/etc/hostname").read_text().strip() not in html or "entity" not in kind
    assert state_of(portfolio_settings) == before


def test_a_file_over_the_limit_is_refused_before_it_is_kept(
    as_: Callable[[str], TestClient], portfolio_settings: Settings
) -> None:
    folder = uploads_folder(portfolio_settings.home)
    kept = sorted(folder.iterdir())
    answer = send(as_("one"), b" " * (LIMITS.file_bytes + 2_000_000), "to.xml")
    assert answer.status_code == 413
    answer = send(as_("one"), mspdi().encode() + b" " * LIMITS.file_bytes, "to.xml")
    assert answer.status_code == 422
    assert "Tệp lớn hơn 95 MB" in said(answer.text)
    assert sorted(folder.iterdir()) == kept


def test_one_who_sent_a_file_may_cancel_it_and_send_it_again(
    as_: Callable[[str], TestClient], portfolio_settings: Settings
) -> None:
    content = pmxml()
    number = number_of(send(as_("one"), content))
    shown = as_("one").get(f"{NAP}/{number}", headers=PAGE)
    answer = read(as_("one"), number)
    assert (answer["state"], answer["format"], answer["summary"]["compared"]["same"]) == ("ready", "pmxml", 7)
    if "Refresh" in shown.headers:
        assert "Mỗi lúc chỉ đọc một tệp tiến độ" in said(shown.text)
    assert press(as_("stranger"), number, "huy").status_code == 404
    assert press(as_("one"), number, "huy").status_code == 303
    assert read(as_("one"), number)["state"] == "cancelled"
    assert "đã huỷ" in said(page(as_("one"), f"{NAP}/{number}"))
    assert "Refresh" not in as_("one").get(f"{NAP}/{number}", headers=PAGE).headers
    assert press(as_("two"), number, "chap-nhan").status_code == 403
    again = number_of(send(as_("one"), content))
    assert again != number
    assert press(as_("one"), again, "huy").status_code == 303


def test_without_the_bar_one_person_would_do(
    as_: Callable[[str], TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the refusal above comes from the rule of the second person and from nothing else."""
    number = number_of(send(as_("one"), mspdi(before="<!-- khác -->")))
    assert read(as_("one"), number)["state"] == "ready"
    assert press(as_("one"), number, "tu-choi", ly_do="x").status_code == 403
    monkeypatch.setattr(schedule_imports, "bar", lambda *_, **__: ("", ""))
    assert press(as_("one"), number, "tu-choi", ly_do="x").status_code == 303
