"""The pages of a network: what they show, in both languages, and that their forms write as the API does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.settings import Settings
from geo.schedules.door import read_schedule
from projects.interchange.docbaselines import baselines_in
from projects.interchange.imported import Agreed
from tests.http.browsing import enter
from tests.http.network_rows import driving_task
from tests.people import Tester, make_tester

CODE = "QL1A"
BASE = f"/du-an/{CODE}/duong-gang"
NET = f"/api/projects/{CODE}/network"


@pytest.fixture(scope="module")
def planner(portfolio_settings: Settings) -> Tester:
    return make_tester(portfolio_settings, "bql-trang", "board", projects=(CODE,))


@pytest.fixture
def browser(app: FastAPI, planner: Tester) -> Iterator[TestClient]:
    with TestClient(app, base_url="https://127.0.0.1", follow_redirects=False) as client:
        enter(client, planner)
        yield client


def form_of(html: str, act: str) -> dict[str, str]:
    """The hidden fields and values of the first form that does `act`."""
    block = next(
        f for f in re.findall(r"<form.*?</form>", html, re.DOTALL) if f'name="lam" value="{act}"' in f
    )
    found = {}
    for tag in re.findall(r"<input[^>]*>", block):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', block, re.DOTALL):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected[^>]*>([^<]*)', options)
        found[name] = chosen[1] if chosen and chosen[1] is not None else chosen[2] if chosen else ""
    return found


def work(browser: TestClient) -> tuple[str, int]:
    row = driving_task(browser, CODE)
    return row["code"], row["duration"]


def test_a_form_changes_one_duration_shows_the_new_completion_and_is_taken_back(browser: TestClient) -> None:
    code, days = work(browser)
    before = browser.get(f"{NET}/rows").json()["hash"]
    first = date.fromisoformat(browser.get(f"/api/projects/{CODE}/schedule").json()["forecast_finish"])
    page = browser.get(f"{BASE}/sua", params={"viec": code})
    assert page.status_code == 200
    form = form_of(page.text, "sua") | {"duration": str(days + 90), "reason": "Thiếu thiết bị"}
    done = browser.post(f"{BASE}/sua", data=form)
    assert done.status_code == 303, done.text
    page = browser.get(done.headers["location"])
    shown = re.search(r'id="hoan-thanh">(\d\d)/(\d\d)/(\d{4})<', page.text)
    assert shown is not None
    assert date(int(shown[3]), int(shown[2]), int(shown[1])) > first
    assert "Thiếu thiết bị" in page.text
    assert browser.post(f"{BASE}/sua", data=form).headers["location"] == done.headers["location"]
    stale = browser.post(f"{BASE}/sua", data=form | {"key": "mot-khoa-khac", "duration": str(days + 5)})
    assert stale.status_code == 409
    assert str(days + 90) in stale.text
    assert str(days + 5) in stale.text
    back = browser.post(f"{BASE}/sua", data=form_of(page.text, "hoan-tac"))
    assert back.status_code == 303
    assert browser.get(f"{NET}/rows").json()["hash"] == before


def test_a_refused_form_lists_every_fault_and_keeps_what_was_entered(browser: TestClient) -> None:
    code, _ = work(browser)
    page = browser.get(f"{BASE}/sua", params={"viec": code})
    fresh = page.text[page.text.index("Thêm quan hệ") :]
    form = form_of(fresh, "noi") | {"pred": "OPEN", "succ": code, "type": "FS", "lag": "0", "reason": ""}
    refused = browser.post(f"{BASE}/sua", data=form)
    assert refused.status_code == 422
    assert "Vòng lặp phụ thuộc" in refused.text
    assert "Ghi lý do" in refused.text
    wrong = browser.post(f"{BASE}/sua", data=form_of(page.text, "sua") | {"duration": "ba <b>ngày</b>"})
    assert wrong.status_code == 422
    assert "ba &lt;b&gt;" in wrong.text


def test_progress_of_several_activities_is_one_write(browser: TestClient) -> None:
    before = browser.get(f"{NET}/rows").json()["hash"]
    page = browser.get(f"{BASE}/tien-do", params={"tat_ca": 1})
    form = form_of(page.text, "tien-do")
    lines = [n for n in range(int(form["so"])) if f"remaining-{n}" in form and not form[f"actual_start-{n}"]][
        :2
    ]
    for n in lines:
        form |= {f"actual_start-{n}": "2026-03-02", f"remaining-{n}": "7"}
    done = browser.post(f"{BASE}/tien-do", data=form)
    assert done.status_code == 303, done.text
    rows = browser.get(f"{NET}/rows").json()["activities"]
    for n in lines:
        assert rows[form[f"ma-{n}"]]["actual_start"] == "2026-03-02"
        assert rows[form[f"ma-{n}"]]["remaining_days"] == 7
    changes = browser.get(f"{NET}/changes").json()["changes"]
    assert len(changes[0]["rows"]) == len(lines) == 2
    late = {**form_of(browser.get(f"{BASE}/tien-do", params={"tat_ca": 1}).text, "tien-do")}
    late |= {"actual_start-0": "2026-12-01", "remaining-1": "x"}
    refused = browser.post(f"{BASE}/tien-do", data=late)
    assert refused.status_code == 422
    assert browser.post(f"{NET}/undo", json={}, headers=csrf(browser)).status_code == 200
    assert browser.get(f"{NET}/rows").json()["hash"] == before


def csrf(browser: TestClient) -> dict[str, str]:
    page = browser.get(f"{BASE}/sua").text
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return {"x-csrf-token": found[1]}


def test_the_gantt_shows_baseline_land_links_and_filters(browser: TestClient) -> None:
    page = browser.get(f"{BASE}/co-so").text
    form = form_of(page, "dat") | {"ten": "Gốc <i>", "reason": "Phê duyệt"}
    done = browser.post(f"{BASE}/co-so", data=form)
    assert done.status_code == 303, done.text
    number = browser.get(f"{NET}/baselines").json()["baselines"][0]["id"]
    chart = browser.get(BASE, params={"co_so": number}).text
    assert 'class="base"' in chart
    assert "Gốc &lt;i&gt;" in chart
    assert 'class="land' in chart
    assert "arrow-critical" in chart
    plain = browser.get(BASE, params={"an": "ca-hai"}).text
    assert 'class="land' not in plain
    assert 'class="arrow' not in plain
    few = browser.get(BASE, params={"gang": 1, "tim": "nghiem thu"}).text
    assert "nghiệm thu" in few
    assert browser.get(BASE, params={"co_so": 999_999}).status_code == 404
    compared = browser.get(f"{BASE}/co-so", params={"so": number}).text
    assert "0 ngày" in compared
    for lang in ("vi", "en"):
        for path in ("", "/mang", "/sua", "/tien-do", "/co-so"):
            assert browser.get(f"{BASE}{path}", params={"lang": lang}).status_code == 200, path
    # Other tests of this project begin without a baseline.
    gone = browser.post(f"{NET}/baselines/{number}/drop", json={"reason": "Thử xong"}, headers=csrf(browser))
    assert gone.status_code == 200, gone.text


def test_the_drawing_and_the_paths_lead_to_the_chosen_milestone(browser: TestClient) -> None:
    page = browser.get(f"{BASE}/mang").text
    assert page.count('class="box') > 10
    assert "Đường 1" in page
    assert "box-path" in page
    other = browser.get(f"{BASE}/mang", params={"moc": "LAND", "duong": 2})
    assert other.status_code == 200
    assert browser.get(f"{BASE}/mang", params={"moc": "KHONG"}).status_code == 404


def test_parameters_of_the_template_change_durations_and_are_taken_back(browser: TestClient) -> None:
    before = browser.get(f"{NET}/rows").json()
    page = browser.get(f"{BASE}/sua").text
    form = form_of(page, "tham-so") | {"reason": "Thêm một tổ", "p-subgrade_crews": "2"}
    done = browser.post(f"{BASE}/sua", data=form)
    assert done.status_code == 303, done.text
    now = browser.get(f"{NET}/rows").json()["activities"]
    changed = {code for code, row in now.items() if row != before["activities"][code]}
    assert changed
    assert all(code.startswith("SUB-") for code in changed)
    for code in changed:
        assert now[code]["duration_days"] == -(-before["activities"][code]["duration_days"] // 2)
    wrong = browser.post(f"{BASE}/sua", data=form | {"key": "khoa-khac-1", "p-subgrade_crews": "hai"})
    assert wrong.status_code == 422
    assert browser.post(f"{NET}/undo", json={}, headers=csrf(browser)).status_code == 200
    assert browser.get(f"{NET}/rows").json()["hash"] == before["hash"]


def days_of(dates: Agreed) -> tuple[set[str], set[str]]:
    """The days that a start and a finish may mean: midnight ends the day before it; a milestone there is either."""
    start, finish, _ = dates
    before = (finish - timedelta(minutes=1)).date().isoformat()
    if start == finish:
        days = {start.date().isoformat(), before}
        return days, days
    return {start.date().isoformat()}, {before}


def test_the_newest_baseline_set_here_goes_out_with_its_dates_whatever_was_changed_since(
    browser: TestClient, tmp_path: Path
) -> None:
    key, url = csrf(browser), f"/api/projects/{CODE}/schedules/file"
    then = {a["code"]: a for a in browser.get(f"/api/projects/{CODE}/schedule").json()["activities"]}
    assert "baselines" not in browser.get(url, params={"dang": "json"}).json()
    numbers = [
        browser.post(f"{NET}/baselines", json={"name": name, "reason": "Phê duyệt"}, headers=key).json()["id"]
        for name in ("Lập lần đầu", "Lập lần hai")
    ]
    code, days = work(browser)
    edit = {
        "verb": "change", "code": code, "seen": browser.get(f"{NET}/rows").json()["versions"][code],
        "fields": {"duration": days + 30},
    }  # fmt: skip
    done = browser.post(f"{NET}/changes", json={"steps": [edit], "reason": "thử"}, headers=key)
    assert done.status_code == 200, done.text
    now = {a["code"]: a for a in browser.get(f"/api/projects/{CODE}/schedule").json()["activities"]}
    assert now[code]["early_finish"] > then[code]["early_finish"]
    written = browser.get(url, params={"dang": "json"}).json()
    (own,) = baselines_in(written, {row["code"] for row in written["activities"]})
    assert (own.number, own.name, own.date) == (0, "Lập lần hai", datetime(2026, 3, 13))
    assert own.dates.keys() == {row["code"] for row in written["activities"]}
    for each, said in own.dates.items():
        starts, finishes = days_of(said)
        assert then[each]["early_start"] in starts, each
        assert then[each]["early_finish"] in finishes, each
    assert own.dates[code].days == days
    path = tmp_path / "tai-ve.xml"
    path.write_bytes(browser.get(url, params={"dang": "mspdi"}).content)
    (taken,) = read_schedule(path).imported.baselines
    no_zero = {each: said._replace(days=said.days or None) for each, said in own.dates.items()}
    assert (taken.number, taken.dates) == (0, no_zero)  # a milestone has no duration there
    assert browser.get(url, params={"dang": "xer"}).status_code == 200
    undone = browser.post(f"{NET}/undo", json={"reason": "thử xong"}, headers=key)
    assert undone.status_code == 200, undone.text
    for number in numbers:
        gone = browser.post(f"{NET}/baselines/{number}/drop", json={"reason": "Thử xong"}, headers=key)
        assert gone.status_code == 200, gone.text
    assert "baselines" not in browser.get(url, params={"dang": "json"}).json()
