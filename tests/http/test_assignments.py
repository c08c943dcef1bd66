"""Assignments over HTTP: six clear things, one click from a line, evidence to close, two at once, debts, the chain."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, text
from starlette.testclient import TestClient

from api.settings import Settings
from api.usecases.assignment_climbing import climb_assignments
from geo.tables import Assignment, ClearanceCase, PortfolioState, Project
from tests.http.browsing import enter, page, said, send
from tests.people import Tester, make_tester, owner_session

PROJECT = "HOTAY"
SIX = {
    "body_kind": "ward", "person": "Nguyễn Văn Thử", "what": "Gỡ vướng mắc <b>đất</b> 😀", "due_on": "2026-03-20",
    "product": "Biên bản bàn giao", "authority": "Chủ tịch UBND phường", "project": PROJECT,
}  # fmt: skip
Browse = Callable[[str], TestClient]


@pytest.fixture(scope="module")
def ward(portfolio_settings: Settings) -> str:
    """A ward of the project."""
    with owner_session(portfolio_settings) as session:
        query = select(ClearanceCase.ward_code).join(Project, Project.id == ClearanceCase.project_id)
        return str(session.scalars(query.where(Project.code == PROJECT).limit(1)).first() or "00103")


@pytest.fixture(scope="module")
def people(portfolio_settings: Settings, ward: str) -> dict[str, Tester]:
    """One account of each role that has to do with assignments."""
    in_ward = ("ward_officer", "ward_leader")
    return {
        role: make_tester(
            portfolio_settings, f"gv-{role}".replace("_", "-"), role, wards=(ward,) if role in in_ward else (),
            projects=(PROJECT,) if role in ("board", "department") else (),
        )
        for role in (*in_ward, "board", "department", "leadership", "auditor")
    }  # fmt: skip


@pytest.fixture
def browse(app: FastAPI, people: dict[str, Tester]) -> Iterator[Browse]:
    """The browser of a role, each its own."""
    opened: dict[str, TestClient] = {}

    def of(role: str) -> TestClient:
        if role not in opened:
            opened[role] = TestClient(app, base_url="https://127.0.0.1", follow_redirects=False)
            enter(opened[role], people[role])
        return opened[role]

    yield of
    for browser in opened.values():
        browser.close()


@pytest.fixture
def call(app: FastAPI, people: dict[str, Tester]) -> Iterator[Callable[..., Any]]:
    """A program's request as a role."""
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:

        def ask(role: str, method: str, path: str, json: Any = None, key: str | None = None) -> Any:
            headers = people[role].headers | ({"Idempotency-Key": key} if key else {})
            return client.request(method, path, json=json, headers=headers)

        yield ask


def given(call: Callable[..., Any], ward: str, role: str = "department", **more: Any) -> dict[str, Any]:
    answer = call(role, "POST", "/api/assignments", SIX | {"ward_code": ward} | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def act(call: Callable[..., Any], role: str, made: dict[str, Any], verb: str, **more: Any) -> Any:
    body = {"act": verb, "version": made["version"]} | more
    return call(role, "POST", f"/api/assignments/{made['id']}/acts", body)


def test_none_of_the_six_may_be_missing_and_each_that_is_is_named(
    call: Callable[..., Any], ward: str
) -> None:
    for name in ("person", "what", "due_on", "product", "authority"):
        answer = call(
            "department",
            "POST",
            "/api/assignments",
            {k: v for k, v in SIX.items() if k != name} | {"ward_code": ward},
        )
        assert (answer.status_code, [f["where"] for f in answer.json()["faults"]]) == (422, [name])
        assert "Rõ" in answer.json()["faults"][0]["message"]
    nothing = call("department", "POST", "/api/assignments", {"body_kind": "department", "project": PROJECT})
    assert {f["where"] for f in nothing.json()["faults"]} == {
        "body", "person", "what", "due_on", "lead", "product", "authority",
    }  # fmt: skip
    past = call("department", "POST", "/api/assignments", SIX | {"ward_code": ward, "due_on": "2026-03-01"})
    assert past.status_code == 422


def test_an_assignment_goes_through_its_life_and_closes_only_with_evidence_and_a_second_person(
    call: Callable[..., Any], ward: str
) -> None:
    made = given(call, ward, joint=["Sở Xây dựng"])
    assert made["body"].startswith("UBND ")
    assert made["lead"] == made["body"]
    assert (made["tier"], made["state"], made["version"]) == ("ward", "given", 1)
    assert act(call, "department", made, "accept").status_code == 403
    taken = act(call, "ward_officer", made, "accept").json()
    assert act(call, "ward_officer", taken, "done").json()["faults"][0]["where"] == "evidence"
    done = act(call, "ward_officer", taken, "done", evidence="123/BC-UBND").json()
    assert (done["state"], done["done_on"]) == ("done", "2026-03-13")
    assert act(call, "ward_leader", done, "confirm").status_code == 403
    back = act(call, "department", done, "return", said="thiếu biên bản").json()
    assert (back["state"], back["done_on"], back["evidence"]) == ("returned", None, None)
    again = act(call, "ward_leader", back, "done", evidence="124/BC-UBND").json()
    over = act(call, "department", again, "confirm").json()
    assert over["state"] == "confirmed"
    assert act(call, "department", over, "withdraw", said="x").status_code == 422


def test_whoever_reported_it_done_does_not_confirm_it(call: Callable[..., Any]) -> None:
    made = given(call, "", "leadership", body_kind="city", body="Văn phòng UBND Thành phố", ward_code=None)
    done = act(call, "leadership", made, "done", evidence="1/BC").json()
    answer = act(call, "leadership", done, "confirm")
    assert answer.status_code == 422
    assert "người thứ hai" in answer.json()["faults"][0]["message"]


def test_of_two_who_close_one_assignment_the_second_gets_both_states(
    call: Callable[..., Any], browse: Browse, ward: str
) -> None:
    made = given(call, ward)
    first = act(call, "ward_officer", made, "done", evidence="1/BC-UBND")
    assert first.status_code == 200
    second = act(call, "ward_leader", made, "done", evidence="2/BC-UBND")
    assert second.status_code == 409
    body = second.json()
    assert (body["current"]["evidence"], body["wanted"]["evidence"]) == ("1/BC-UBND", "2/BC-UBND")
    assert "evidence" in body["fields"]
    assert "done_by" in body["fields"]
    form = {"act": "done", "version": "1", "evidence": "3/BC-UBND", "key": "gv-hai"}
    shown = send(browse("ward_leader"), f"/giao-viec/{made['id']}", form)
    words = said(shown.text)
    assert shown.status_code == 409
    assert "1/BC-UBND" in words
    assert "3/BC-UBND" in words
    assert call("ward_officer", "GET", f"/api/assignments/{made['id']}").json()["evidence"] == "1/BC-UBND"


def test_the_same_request_twice_gives_one_assignment(call: Callable[..., Any], ward: str) -> None:
    body = SIX | {"ward_code": ward}
    one = call("department", "POST", "/api/assignments", body, key="gv-cung-mot-khoa").json()
    again = call("department", "POST", "/api/assignments", body, key="gv-cung-mot-khoa")
    assert (again.status_code, again.json().get("id")) == (201, one["id"]), again.text
    assert (
        call(
            "department", "POST", "/api/assignments", body | {"person": "X"}, key="gv-cung-mot-khoa"
        ).status_code
        == 422
    )


def test_one_click_on_a_case_or_a_line_of_the_report_fills_all_six(
    browse: Browse, portfolio_settings: Settings, call: Callable[..., Any]
) -> None:
    with owner_session(portfolio_settings) as session:
        cases = select(ClearanceCase.code).join(Project, Project.id == ClearanceCase.project_id)
        case = session.scalars(
            cases.where(Project.code == "TULIEN", ClearanceCase.obstacle.is_not(None))
        ).first()
        place = session.scalar(select(ClearanceCase.ward_code).where(ClearanceCase.code == case))
    boss = browse("leadership")
    assert "/giao-viec/moi?nguon=obstacle" in page(boss, f"/ho-so/{case}")
    assert "/giao-viec/moi?nguon=obstacle" in page(boss, "/vuong-mac?du_an=TULIEN")
    assert "nguon=report&amp;ma=TULIEN" in page(boss, "/bao-cao-cham/TULIEN")
    for query in (f"nguon=case&ma={case}", f"nguon=report&ma=TULIEN&phuong={place}"):
        html = page(boss, f"/giao-viec/moi?{query}")
        fields = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', html))
        fields |= dict(re.findall(r'<select id="(\w+)".*?value="([^"]*)"[^>]* selected', html, re.DOTALL))
        for name in ("person", "what", "due_on", "lead", "product", "authority"):
            assert fields[name], (query, name)
        answer = send(
            boss,
            "/giao-viec",
            {k: v for k, v in fields.items() if k != "csrf"} | {"body_kind": "ward", "ward_code": str(place)},
        )
        assert answer.status_code == 303, said(answer.text)[:800]
    assert call("leadership", "GET", f"/api/assignments?nguon=case&ma={case}").json()["total"] == 1


def test_the_chain_goes_down_in_time_and_closes_from_below(
    call: Callable[..., Any], browse: Browse, ward: str
) -> None:
    top = given(call, "", "leadership", body_kind="department", body="Sở Xây dựng", ward_code=None)
    late = SIX | {"ward_code": ward, "parent_id": top["id"], "due_on": "2026-03-21"}
    assert call("department", "POST", "/api/assignments", late).json()["faults"][0]["where"] == "due_on"
    up = SIX | {"body_kind": "city", "body": "UBND Thành phố", "parent_id": top["id"]}
    assert "body_kind" in {
        f["where"] for f in call("leadership", "POST", "/api/assignments", up).json()["faults"]
    }
    below = given(call, ward, parent_id=top["id"])
    refused = act(call, "department", top, "done", evidence="1/BC")
    assert refused.status_code == 422
    assert f"GV-{below['id']}" in refused.json()["faults"][0]["message"]
    act(call, "ward_leader", below, "done", evidence="2/BC")
    seen = call("ward_leader", "GET", f"/api/assignments/{below['id']}").json()
    act(call, "department", seen, "confirm")
    assert act(call, "department", top, "done", evidence="3/BC").status_code == 200
    assert call("leadership", "GET", f"/api/assignments/{top['id']}").json()["below"] == [f"GV-{below['id']}"]
    assert f"GV-{top['id']}" in said(page(browse("leadership"), f"/giao-viec/{below['id']}"))


def test_an_explanation_is_asked_for_once_and_answered(call: Callable[..., Any], ward: str) -> None:
    made = given(call, ward)
    assert act(call, "ward_leader", made, "explain", answer="x").status_code == 422
    asked = act(call, "department", made, "ask", asked="Vì sao chưa họp dân?").json()
    assert act(call, "department", asked, "ask", asked="nữa").status_code == 422
    rows = call("department", "GET", "/api/assignments?giai_trinh=1").json()["rows"]
    assert made["id"] in [row["id"] for row in rows]
    told = act(call, "ward_leader", asked, "explain", answer="Chờ số liệu <i>đo đạc</i>").json()
    assert (told["answer"], told["answered_by"]) == ("Chờ số liệu <i>đo đạc</i>", "gv-ward-leader")
    assert made["id"] not in [
        r["id"] for r in call("department", "GET", "/api/assignments?giai_trinh=1").json()["rows"]
    ]


def test_every_number_of_the_debts_opens_a_list_of_as_many_rows(
    call: Callable[..., Any], browse: Browse, ward: str
) -> None:
    made = given(call, ward, due_on="2026-03-14")
    moved = act(call, "department", made, "extend", due_on="2026-03-16", said="mưa").json()
    assert [due for _, due in moved["dues"]] == ["2026-03-14", "2026-03-16"]
    boss, numbers = browse("leadership"), 0
    for kind in ("week", "month", "quarter"):
        html = page(boss, f"/giao-viec?ky={kind}&ngay=2026-04-20")
        table = re.search(r'id="no-viec".*?</section>', html, re.DOTALL)
        assert table
        for href, shown in re.findall(r'href="(/giao-viec\?[^"#]*dem=[^"#]*)[^"]*">([\d.]+)</a>', table[0]):
            address = href.replace("&amp;", "&")
            listed = call(
                "leadership", "GET", address.replace("/giao-viec?", "/api/assignments?limit=500&")
            ).json()
            assert listed["total"] == int(shown.replace(".", "")), address
            numbers += 1
    assert numbers > 8
    owed = call("leadership", "GET", "/api/assignments/debts?kind=week&ngay=2026-04-20").json()
    assert (
        sum(body["owed"] for body in owed["bodies"])
        == call("leadership", "GET", "/api/assignments?no=1&ngay=2026-04-20&limit=500").json()["total"]
    )


def test_overdue_work_climbs_once_a_period_and_tells_both_sides(
    call: Callable[..., Any], ward: str, portfolio_settings: Settings
) -> None:
    from datetime import date

    made = given(call, ward, due_on="2026-03-13", account="gv-ward-leader")
    with owner_session(portfolio_settings) as session:
        assert session.get_one(PortfolioState, 1).data_date == date(2026, 3, 13)
        first = [
            c for c in climb_assignments(session, date(2026, 3, 14), every=7) if c.case == f"GV-{made['id']}"
        ]
        again = [
            c for c in climb_assignments(session, date(2026, 3, 14), every=7) if c.case == f"GV-{made['id']}"
        ]
        assert ([(c.tier_from, c.tier_to) for c in first], again) == ([("ward", "department")], [])
        told = session.scalars(
            text("select account from notice where kind = 'assignment.climb' and href = :h"),
            {"h": f"/giao-viec/{made['id']}"},
        ).all()
        assert sorted(told) == ["gv-department", "gv-ward-leader"]
        row = session.get_one(Assignment, made["id"])
        assert (row.tier, row.climbs) == ("department", 1)


def test_nobody_gives_upwards_or_outside_and_nobody_sees_what_is_not_theirs(
    call: Callable[..., Any], ward: str, portfolio_settings: Settings, app: FastAPI
) -> None:
    assert call("ward_officer", "POST", "/api/assignments", SIX | {"ward_code": ward}).status_code == 403
    assert (
        call(
            "ward_leader", "POST", "/api/assignments", SIX | {"body_kind": "department", "body": "Sở"}
        ).status_code
        == 403
    )
    assert call("board", "POST", "/api/assignments", SIX | {"ward_code": ward}).status_code == 403
    other = call("department", "POST", "/api/assignments", SIX | {"project": "TULIEN", "ward_code": "00097"})
    assert other.status_code == 403
    made = given(call, ward)
    stranger = make_tester(portfolio_settings, "gv-nguoi-la", "ward_leader", wards=("10489",))
    with TestClient(app, base_url="http://127.0.0.1", headers=stranger.headers) as client:
        assert client.get(f"/api/assignments/{made['id']}").status_code == 404
        assert made["id"] not in [r["id"] for r in client.get("/api/assignments?limit=500").json()["rows"]]
    assert call("auditor", "GET", f"/api/assignments/{made['id']}").json()["acts"] == []


def test_conclusions_say_what_was_assigned_and_whether_it_is_done(
    call: Callable[..., Any], browse: Browse, ward: str
) -> None:
    boss = browse("leadership")
    form = {
        "number": "12/TB-UBND",
        "held_on": "2026-03-03",
        "title": "Giao ban tháng 3 <x>",
        "chair": "Chủ tịch",
        "key": "kl-1",
    }
    assert send(boss, "/giao-viec/ket-luan", form).status_code == 303
    assert send(boss, "/giao-viec/ket-luan", form | {"key": "kl-2"}).status_code == 422
    number = call("leadership", "GET", "/api/conclusions").json()["rows"][0]["id"]
    html = page(boss, f"/giao-viec/moi?nguon=conclusion&ma={number}")
    assert f'value="{number}" lang="vi" selected' in html
    made = given(call, ward, conclusion_id=number)
    given(call, ward, conclusion_id=number)
    done = act(call, "ward_leader", made, "done", evidence="1/BC").json()
    act(call, "department", done, "confirm")
    stand = call("leadership", "GET", "/api/conclusions").json()["rows"][0]["stand"]
    assert (stand["total"], stand["confirmed"], stand["open"]) == (2, 1, 1)
    assert "Giao ban tháng 3 &lt;x&gt;" in page(boss, "/giao-viec/ket-luan")
    assert "<x>" not in page(boss, "/giao-viec/ket-luan")


def test_the_five_bottlenecks_have_their_own_progress(call: Callable[..., Any], browse: Browse) -> None:
    boss = browse("leadership")
    entry = {
        "code": "ung_ngap", "day": "2026-03-10", "part": "11", "whole": "33", "unit": "điểm úng ngập",
        "said": "Xong 11 điểm", "document": "45/BC-SXD", "key": "dn-1",
    }  # fmt: skip
    assert send(boss, "/giao-viec/diem-nghen", entry).status_code == 303
    assert send(boss, "/giao-viec/diem-nghen", entry | {"key": "dn-2", "part": "40"}).status_code == 422
    assert send(boss, "/giao-viec/diem-nghen", entry | {"key": "dn-3", "document": ""}).status_code == 422
    rows = call("leadership", "GET", "/api/bottlenecks").json()["rows"]
    assert [row["code"] for row in rows] == ["un_tac", "trat_tu", "ung_ngap", "o_nhiem", "an_toan_thuc_pham"]
    assert rows[2]["entries"][0]["part"] == "11"
    assert PROJECT in rows[3]["projects"]
    assert "11 / 33" in said(page(boss, "/giao-viec/diem-nghen"))


def test_the_list_leaves_as_sheets_in_which_nothing_computes(
    call: Callable[..., Any], browse: Browse, ward: str
) -> None:
    made = given(call, ward, what="=HYPERLINK(1)")
    boss = browse("leadership")
    answer = boss.get("/giao-viec/tai-ve?dang=csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 1 + call("leadership", "GET", "/api/assignments").json()["all"]
    assert next(row for row in rows if row[0] == f"GV-{made['id']}")[3] == "'=HYPERLINK(1)"
    assert boss.get("/giao-viec/tai-ve").content[:2] == b"PK"
