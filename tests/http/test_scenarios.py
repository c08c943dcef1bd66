"""What-if and kept scenarios over HTTP: what is tried is what comes, nothing live moves, the law stands in the way."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from api.settings import Settings
from tests.http.browsing import enter, page, send
from tests.people import Tester, make_tester, owner_session

PROJECT = "YTE"
API = f"/api/projects/{PROJECT}"
PROJECTS = {"board": (PROJECT,), "department": ("MESO",)}
TABLES = ("clearance_case", "activity", "link", "case_fact", "project", "event")
HASHES = " union all ".join(
    f"select '{t}', md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {t} t" for t in TABLES
)


def fingerprint(settings: Settings) -> str:
    """A hash over every row that a calculation rests on, and the history."""
    with owner_session(settings) as session:
        rows = session.execute(text(HASHES)).all()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


@pytest.fixture(scope="module")
def people(portfolio_settings: Settings) -> dict[str, Tester]:
    return {
        role: make_tester(
            portfolio_settings, f"kb-{role}".replace("_", "-"), role, projects=PROJECTS.get(role, ()),
            wards=("00097",) if role.startswith("ward") else (),
        )
        for role in ("ward_officer", "board", "leadership", "department", "administrator")
    }  # fmt: skip


@pytest.fixture
def board(app: FastAPI, people: dict[str, Tester]) -> Iterator[TestClient]:
    """A program of the project's board."""
    with TestClient(app, base_url="http://127.0.0.1", headers=people["board"].headers) as opened:
        yield opened


def as_role(app: FastAPI, who: Tester) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1", headers=who.headers)


@pytest.fixture(scope="module")
def driving(app: FastAPI, tester: Tester) -> str:
    """A case that holds the completion of the project, and can be promised anew."""
    with TestClient(app, base_url="http://127.0.0.1", headers=tester.headers) as client:
        delay = client.get(API).json()["delay"]
        return str(delay["drivers"][0]["code"])


def test_what_is_tried_is_what_the_schedule_says_after_the_same_change_is_recorded(
    client: TestClient, board: TestClient, driving: str, portfolio_settings: Settings
) -> None:
    before = fingerprint(portfolio_settings)
    now = board.get(f"{API}/schedule").json()
    on = (date.fromisoformat(now["forecast_finish"]) + timedelta(20)).isoformat()
    tried = board.post(f"{API}/what-if", json={"cases": [{"code": driving, "on": on}]})
    assert tried.status_code == 200, tried.text
    body = tried.json()
    assert body["finish"]["before"] == now["forecast_finish"]
    assert body["finish"]["days"] < 0
    assert body["chain"][0]["code"] == driving
    assert (body["moved"]["cases"], body["moved"]["named"][0]["after"]) == (1, on)
    assert fingerprint(portfolio_settings) == before
    assert board.get(f"{API}/schedule").json() == now

    state = client.get(f"/api/cases/{driving}").json()["present"]
    change = {"version": state["version"], "promised_on": on}
    assert client.patch(f"/api/cases/{driving}", json=change).status_code == 200
    assert fingerprint(portfolio_settings) != before  # the control: a real change shows
    real = board.get(f"{API}/schedule").json()
    rows = {a["code"]: a["early_finish"] for a in real["activities"]}
    assert real["forecast_finish"] == body["finish"]["after"]
    assert {m["code"]: m["after"] for m in body["milestones"]} == {
        m["code"]: rows[m["code"]] for m in body["milestones"]
    }
    assert real["driving_chain"] == [item["code"] for item in body["chain"]]
    back = {"version": state["version"] + 1, "promised_on": state["promised_on"]}
    assert client.patch(f"/api/cases/{driving}", json=back).status_code == 200


def test_a_whole_ward_later_and_more_hands_are_tried_together_with_their_assumption(
    board: TestClient,
) -> None:
    ward = board.get(API).json()["delay"]["wards"][0]["ward_code"]
    later = {"groups": [{"by": "ward", "value": ward, "days": 15}]}
    alone = board.post(f"{API}/what-if", json=later).json()
    assert alone["finish"]["days"] <= 0
    work = [item for item in alone["chain"] if item["kind"] == "task" and item["days"] > 9][-1]
    both = board.post(
        f"{API}/what-if", json=later | {"work": [{"code": work["code"], "crew": 1, "added": 1}]}
    ).json()
    assert both["finish"]["days"] > alone["finish"]["days"]
    (worked,) = both["worked"]
    assert worked["after"] == -(-worked["before"] // 2)
    assert str(worked["after"]) in both["assumptions"][1]["vi"]


def test_a_handover_before_the_lawful_day_is_refused_with_its_article(
    board: TestClient, portfolio_settings: Settings
) -> None:
    with owner_session(portfolio_settings) as session:
        project, early = session.execute(
            text(
                "select p.code, c.code from clearance_case c join project p on p.id = c.project_id "
                "where c.step in ('S05', 'S10', 'S20') and c.promised_on is null order by c.code limit 1"
            )
        ).one()
        late = session.scalar(
            text(
                "select c.code from clearance_case c join project p on p.id = c.project_id "
                "where p.code = :p and c.step = 'S100' order by c.code limit 1"
            ),
            {"p": project},
        )
    who = make_tester(portfolio_settings, f"kb-luat-{project}".lower(), "board", projects=(project,))
    address = f"/api/projects/{project}/what-if"
    soon = "2026-03-20"
    refused = board.post(address, json={"cases": [{"code": early, "on": soon}]}, headers=who.headers)
    assert refused.status_code == 422
    (fault,) = refused.json()["faults"]
    assert fault["where"] == early
    assert re.search(r"Điều \d+", fault["message"]), fault
    english = board.post(
        f"{address}?lang=en", json={"cases": [{"code": early, "on": soon}]}, headers=who.headers
    )
    assert re.search(r"by law \d\d/\d\d/\d{4} at the earliest", english.json()["faults"][0]["message"])
    if late is not None:  # the control: where no waiting runs, the same day is fine
        fine = board.post(address, json={"cases": [{"code": late, "on": soon}]}, headers=who.headers)
        assert fine.status_code == 200, fine.text
    lawful = board.post(address, json={"groups": [{"by": "critical", "soonest": True}]}, headers=who.headers)
    assert lawful.status_code == 200


def test_every_fault_is_listed_and_a_bad_body_is_refused(board: TestClient) -> None:
    bad = {"cases": [{"code": "NO-1", "on": "2027-01-01"}], "work": [{"code": "NO", "remaining": 1}]}
    answer = board.post(f"{API}/what-if", json=bad)
    assert (answer.status_code, [f["where"] for f in answer.json()["faults"]]) == (422, ["NO-1", "NO"])
    for body in ({}, {"groups": [{"by": "street"}]}, {"x": 1}, {"work": [{"code": "A", "duration": 10**9}]}):
        assert board.post(f"{API}/what-if", json=body).status_code == 422, body
    assert board.post("/api/projects/NOPE/what-if", json=bad).status_code == 404


def keep(client: TestClient, name: str, key: str | None = None, **more: Any) -> Any:
    body = {"name": name, "changes": {"groups": [{"by": "critical", "days": 15}]}} | more
    return client.post(f"{API}/scenarios", json=body, headers={"Idempotency-Key": key} if key else {})


def test_a_scenario_is_kept_once_shared_by_role_changed_on_the_version_seen_and_withdrawn(
    app: FastAPI, board: TestClient, people: dict[str, Tester]
) -> None:
    name = "Chậm 15 ngày <b>“phường”</b>"
    made = keep(board, name, key="kb-khoa-0001")
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    assert keep(board, name, key="kb-khoa-0001").json() == made.json()
    assert keep(board, name, key="kb-khoa-0002").status_code == 422  # the name is taken
    assert keep(board, "khác", key="kb-khoa-0001").status_code == 422  # the key is used
    row = board.get(f"{API}/scenarios/{number}").json()
    assert (row["given"]["finish"], row["faults"]) == (row["now"]["finish"], [])
    assert row["mine"] is True

    with as_role(app, people["leadership"]) as leader, as_role(app, people["ward_officer"]) as officer:
        assert leader.get(f"{API}/scenarios/{number}").status_code == 404
        path = f"{API}/scenarios/{number}"
        shared = board.patch(path, json={"version": 1, "shared_with": ["leadership"]})
        assert shared.json() == {"id": number, "name": name, "version": 2}
        assert leader.get(path).json()["name"] == name
        assert number in [r["id"] for r in leader.get(f"{API}/scenarios").json()["rows"]]
        assert officer.get(path).status_code == 404
        assert leader.patch(path, json={"version": 2, "name": "của tôi"}).status_code == 404
        assert leader.post(f"{path}/withdraw", json={"version": 2}).status_code == 404
        assert board.patch(path, json={"version": 2, "shared_with": ["public"]}).status_code == 422

        stale = board.patch(path, json={"version": 1, "name": "mới"})
        assert stale.status_code == 409
        assert (stale.json()["current"]["version"], stale.json()["wanted"]) == (2, {"name": "mới"})
        again = {"version": 2, "changes": {"groups": [{"by": "critical", "days": 40}]}}
        assert (
            board.patch(path, json=again, headers={"Idempotency-Key": "kb-khoa-0003"}).json()["version"] == 3
        )
        assert (
            board.patch(path, json=again, headers={"Idempotency-Key": "kb-khoa-0003"}).json()["version"] == 3
        )
        changed = board.get(path).json()
        assert changed["given"]["finish"]["days"] < row["given"]["finish"]["days"]

        assert board.post(f"{path}/withdraw", json={"version": 2}).status_code == 409
        gone = board.post(
            f"{path}/withdraw", json={"version": 3}, headers={"Idempotency-Key": "kb-khoa-0004"}
        )
        assert gone.json()["version"] == 4
        same = board.post(
            f"{path}/withdraw", json={"version": 3}, headers={"Idempotency-Key": "kb-khoa-0004"}
        )
        assert same.json() == gone.json()
        assert board.get(path).status_code == leader.get(path).status_code == 404


def test_a_kept_scenario_shows_what_it_gave_then_and_gives_now(
    client: TestClient, board: TestClient, driving: str
) -> None:
    finish = date.fromisoformat(board.get(f"{API}/schedule").json()["forecast_finish"])
    on = (finish + timedelta(60)).isoformat()
    number = keep(board, "một hồ sơ muộn", changes={"cases": [{"code": driving, "on": on}]}).json()["id"]
    then = board.get(f"{API}/scenarios/{number}").json()
    state = client.get(f"/api/cases/{driving}").json()["present"]
    moved = {"version": state["version"], "promised_on": (finish + timedelta(10)).isoformat()}
    assert client.patch(f"/api/cases/{driving}", json=moved).status_code == 200
    now = board.get(f"{API}/scenarios/{number}").json()
    assert now["given"] == then["given"]
    assert now["now"]["finish"]["after"] == then["now"]["finish"]["after"]
    assert now["now"]["finish"]["before"] > then["now"]["finish"]["before"]
    assert now["now"]["finish"]["days"] > then["now"]["finish"]["days"]
    back = {"version": state["version"] + 1, "promised_on": state["promised_on"]}
    assert client.patch(f"/api/cases/{driving}", json=back).status_code == 200


def test_land_outside_ones_reach_is_counted_in_a_trial_and_in_a_shared_scenario(
    app: FastAPI, board: TestClient, people: dict[str, Tester], driving: str
) -> None:
    """The department's account is of another project: it sees dates and counts, no case."""
    body = {"cases": [{"code": driving, "on": "2029-01-01"}]}
    number = keep(board, "cho sở xem", changes=body, shared_with=["department"]).json()["id"]
    with as_role(app, people["department"]) as stranger:
        assert stranger.post(f"{API}/what-if", json=body).status_code == 422
        group = stranger.post(f"{API}/what-if", json={"groups": [{"by": "critical", "days": 400}]})
        assert group.status_code == 200
        row = stranger.get(f"{API}/scenarios/{number}")
        for answer in (group, row):
            assert not re.search(rf"{PROJECT}-\d{{4}}", answer.text)
        assert group.json()["moved"]["hidden"] == group.json()["moved"]["cases"] > 0
        assert group.json()["chain"][0]["code"] == ""
        assert (row.json()["cases_hidden"], row.json()["changes"]) == (1, {})
        assert row.json()["now"]["finish"] == board.get(f"{API}/scenarios/{number}").json()["now"]["finish"]
    with as_role(app, people["administrator"]) as administrator:
        assert administrator.post(f"{API}/what-if", json=body).status_code == 403


def test_the_page_tries_keeps_and_compares_without_a_script(app: FastAPI, people: dict[str, Tester]) -> None:
    with TestClient(app, base_url="https://127.0.0.1", follow_redirects=False) as browser:
        enter(browser, people["board"])
        address = f"/du-an/{PROJECT}/kich-ban"
        html = page(browser, address)
        group = re.findall(r'value="(ward~\d+)"', html)[0]
        added = browser.get(address, params={"lam": "nhom", "nhom": group, "so_ngay": "15"})
        assert added.status_code == 303
        tried = page(browser, added.headers["location"].partition("#")[0])
        assert "muộn hơn dự báo 15 ngày" in tried
        wrong = browser.get(address, params={"lam": "nhom", "nhom": group, "so_ngay": "nhiều"})
        assert "Phải là số nguyên" in wrong.text
        assert "không đọc được" in page(browser, f"{address}?thay=x~y~z")
        (thay,) = parse_qs(urlsplit(added.headers["location"]).query)["thay"]
        form = {"lam": "giu", "thay": thay, "ten": "Trang <i>thử</i> “1”", "vai_tro": "leadership"}
        kept = send(browser, address, form)
        assert kept.status_code == 303, kept.text
        shown = page(browser, kept.headers["location"].partition("#")[0])
        assert "Trang &lt;i&gt;thử&lt;/i&gt;" in shown
        assert "<i>thử" not in shown
        assert "So sánh từng mốc" in shown
        assert send(browser, address, form | {"ten": " "}).status_code == 422
        assert send(browser, address, form, token=False).status_code == 403
