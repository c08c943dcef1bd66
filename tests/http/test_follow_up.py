"""Obstacles, contacts, complaints and promises over HTTP: who may what, conflicts, keys, words, lists that add up."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from api.settings import Settings
from geo.tables import ClearanceCase
from tests.http.browsing import enter, page, send
from tests.people import Tester, make_tester, owner_session

NASTY = "<script>alert(1)</script> “ngoặc” 'nháy' 😀 \u202eđảo &amp;"
Browse = Callable[[str], TestClient]


@pytest.fixture(scope="module")
def free_cases(portfolio_settings: Settings) -> Iterator[str]:
    """Codes of open cases of one project, those without an obstacle first, each given once."""
    with owner_session(portfolio_settings) as session:
        query = select(ClearanceCase.code).where(
            ClearanceCase.code.like("VD1-%"),
            ClearanceCase.step.not_in(("S100", "S105", "X2")),
        )
        return iter(
            session.scalars(query.order_by(ClearanceCase.obstacle.nulls_first(), ClearanceCase.code)).all()
        )


@pytest.fixture
def case(free_cases: Iterator[str], client: TestClient) -> str:
    """A case of this test's own, without an open obstacle."""
    code = next(free_cases)
    state = client.get(f"/api/cases/{code}").json()["present"]
    if state["obstacle"]:
        client.patch(f"/api/cases/{code}", json={"version": state["version"], "obstacle": None})
    return code


@pytest.fixture(scope="module")
def people(portfolio_settings: Settings) -> dict[str, Tester]:
    """One account per role, each of all wards or of the project."""
    return {
        role: make_tester(
            portfolio_settings, f"td-{role}".replace("_", "-"), role,
            wards=None if role.startswith("ward") else (), projects=("VD1",) if role in ("board", "department") else (),
        )
        for role in ("ward_officer", "ward_leader", "board", "department", "leadership", "auditor")
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


def add(client: TestClient, case: str, key: str | None = None, **more: Any) -> dict[str, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    answer = client.post(f"/api/cases/{case}/obstacles", json={"cause": "DON_GIA"} | more, headers=headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def section(text: str, name: str) -> str:
    found = re.search(rf'<section class="card desk" id="{name}">.*?</section>', text, re.DOTALL)
    return found[0] if found else ""


def test_an_obstacle_goes_through_its_life_and_the_headline_follows(client: TestClient, case: str) -> None:
    made = add(client, case, owner="Tổ GPMB", due_on="2026-03-20", opened_on="2026-03-01")
    headline = client.get(f"/api/cases/{case}").json()["present"]
    assert headline["obstacle"] == "DON_GIA"
    path = f"/api/cases/{case}/obstacles/{made['id']}"
    other = client.patch(path, json={"version": 1, "solution": "đối thoại"})
    merged = client.patch(path, json={"version": 1, "owner": "UBND phường"})
    assert (other.json()["version"], merged.json()["version"]) == (2, 3)
    clash = client.patch(path, json={"version": 1, "owner": "Sở"})
    assert clash.status_code == 409
    body = clash.json()
    assert (body["fields"], body["current"]["owner"], body["wanted"]["owner"]) == (
        ["owner"], "UBND phường", "Sở",
    )  # fmt: skip
    assert client.patch(path, json={"version": 3, "resolved_on": "2026-03-12"}).status_code == 422
    done = {"version": 3, "resolved_on": "2026-03-12", "how": "đã thống nhất đơn giá"}
    assert client.patch(path, json=done).status_code == 200
    assert client.get(f"/api/cases/{case}").json()["present"]["obstacle"] is None
    rows = client.get(f"/api/cases/{case}/obstacles").json()["rows"]
    assert ("DON_GIA", "2026-03-12", "đã thống nhất đơn giá") in [
        (r["cause"], r["resolved_on"], r["how"]) for r in rows
    ]
    assert client.patch(path, json={"version": 4, "owner": "x"}).status_code == 422
    assert client.patch(f"/api/cases/VD1-0001/obstacles/{made['id']}", json=done).status_code == 404


def test_the_plain_way_of_writing_a_headline_keeps_the_obstacles(client: TestClient, case: str) -> None:
    version = client.get(f"/api/cases/{case}").json()["present"]["version"]
    answer = client.patch(
        f"/api/cases/{case}", json={"version": version, "obstacle": "MO_MA", "effective_on": "2026-03-13"}
    )
    assert answer.status_code == 200
    rows = client.get(f"/api/cases/{case}/obstacles").json()["rows"]
    assert [(r["cause"], r["main"], r["tier"], r["opened_on"]) for r in rows][:1] == [
        ("MO_MA", True, "ward", "2026-03-13")
    ]


def test_the_same_key_writes_once(client: TestClient, case: str) -> None:
    assert add(client, case, key="vm-key-0001") == add(client, case, key="vm-key-0001")
    again = client.post(
        f"/api/cases/{case}/obstacles", json={"cause": "MO_MA"}, headers={"Idempotency-Key": "vm-key-0001"}
    )
    assert again.status_code == 422
    said = {"met_on": "2026-03-10", "way": "phone", "with_whom": "bà Ba", "said": "hẹn lại"}
    for _ in range(2):
        client.post(f"/api/cases/{case}/contacts", json=said, headers={"Idempotency-Key": f"tx-{case}-01"})
    answer = client.get(f"/api/cases/{case}/contacts").json()
    assert (len(answer["rows"]), answer["persuasions"]) == (1, 1)


def test_higher_levels_take_over_what_has_come_up_to_them(
    client: TestClient, case: str, people: dict[str, Tester], portfolio_settings: Settings
) -> None:
    made = add(client, case)
    path = f"/api/cases/{case}/obstacles/{made['id']}"
    as_role = {role: people[role].headers for role in people}
    for role in ("department", "leadership", "auditor"):
        refused = client.patch(path, json={"version": 1, "solution": "x"}, headers=as_role[role])
        assert refused.status_code == 403, role
        opening = client.post(f"/api/cases/{case}/obstacles", json={"cause": "VON"}, headers=as_role[role])
        assert opening.status_code == 403, role
    raise_to(portfolio_settings, made["id"], "department")
    taken = client.patch(path, json={"version": 2, "solution": "hỗ trợ thêm"}, headers=as_role["department"])
    assert taken.status_code == 200
    still = client.patch(path, json={"version": 3, "solution": "x"}, headers=as_role["leadership"])
    assert still.status_code == 403
    owner = client.patch(path, json={"version": 3, "owner": "x"}, headers=as_role["department"])
    assert owner.status_code == 403
    raise_to(portfolio_settings, made["id"], "city")
    done = {"version": 4, "resolved_on": "2026-03-13", "how": "Thành phố quyết"}
    assert client.patch(path, json=done, headers=as_role["leadership"]).status_code == 200
    assert client.get(f"/api/cases/{case}").json()["present"]["obstacle"] is None


def raise_to(settings: Settings, number: int, tier: str) -> None:
    """What a climb does, without its clock."""
    from geo.history import record
    from geo.tables import CaseObstacle

    with owner_session(settings) as session:
        row = session.get_one(CaseObstacle, number)
        row.tier, row.version = tier, row.version + 1
        session.flush()
        record(
            session, kind="test", object_type="test", object_code="t", actor="test",
            effective_on=row.opened_on,
        )  # fmt: skip


def test_contacts_and_complaints_are_for_those_who_may_read_peoples_data(
    client: TestClient, case: str, people: dict[str, Tester], browse: Browse
) -> None:
    said = {"met_on": "2026-03-10", "way": "meeting", "with_whom": "Ông Tư Kín", "said": "Lời kín 7781"}
    assert client.post(f"/api/cases/{case}/contacts", json=said).status_code == 201
    letter = {"number": "Đ-7781", "received_on": "2026-03-11", "about": "plan", "content": "Đơn kín 7781"}
    assert client.post(f"/api/cases/{case}/complaints", json=letter).status_code == 201
    for role in ("department", "leadership"):
        for name in ("contacts", "complaints"):
            answer = client.get(f"/api/cases/{case}/{name}", headers=people[role].headers)
            assert answer.status_code == 403
        for path in (f"/api/cases/{case}", f"/api/cases/{case}/obstacles"):
            text = client.get(path, headers=people[role].headers).text
            assert "7781" not in text, path
            assert "Tư Kín" not in text, path
        shown = page(browse(role), f"/ho-so/{case}")
        assert "Tư Kín" not in shown
        assert section(shown, "tiep-xuc") == section(shown, "khieu-nai") == ""
    mine = page(browse("ward_officer"), f"/ho-so/{case}")
    assert "Lời kín 7781" in section(mine, "tiep-xuc")
    assert "Đơn kín 7781" in section(mine, "khieu-nai")
    everything = client.get(f"/api/cases/{case}").text
    assert "Lời kín" not in everything  # in the history what was said is masked, for everybody


def test_a_complaint_moves_only_as_the_law_lets_it_and_leaves_its_facts(
    client: TestClient, case: str
) -> None:
    letter = {
        "number": "15/Đ-KN",
        "received_on": "2026-03-02",
        "about": "recovery",
        "content": "…",
        "party": "P1",
    }
    made = client.post(f"/api/cases/{case}/complaints", json=letter).json()
    path = f"/api/cases/{case}/complaints/{made['id']}"
    jump = {"version": 1, "state": "settled_first", "on": "2026-03-09", "document": "1/QĐ"}
    assert client.patch(path, json=jump).status_code == 422
    early = {"version": 1, "state": "accepted", "on": "2026-03-01", "document": "1/TB"}
    assert client.patch(path, json=early).status_code == 422
    assert client.patch(path, json=early | {"on": "2026-03-09"}).status_code == 200
    stale = client.patch(path, json=early | {"state": "withdrawn", "on": "2026-03-10"})
    assert (stale.status_code, stale.json()["current"]["state"]) == (409, "accepted")
    facts = client.get(f"/api/cases/{case}/facts").json()["facts"]
    found = [(f["kind"], f["on"], f["document"]) for f in facts if f["kind"].startswith("complaint.")]
    assert found == [
        ("complaint.received", "2026-03-02", "15/Đ-KN"),
        ("complaint.accepted", "2026-03-09", "1/TB"),
    ]
    clocks = client.get(f"/api/cases/{case}/complaints").json()["rows"][0]["deadlines"]
    assert [(c["rule"], c["on"], c["days_left"]) for c in clocks] == [("KN-07", "2026-04-08", 26)]
    assert client.post(f"/api/cases/{case}/complaints", json=letter).status_code == 422


def test_the_forms_write_and_a_refusal_keeps_what_was_entered(browse: Browse, case: str) -> None:
    browser = browse("ward_officer")
    entered = {
        "cause": "",
        "opened_on": "2026-03-01",
        "owner": NASTY,
        "solution": "",
        "due_on": "mai",
        "key": "k",
    }
    refused = send(browser, f"/ho-so/{case}/vuong-mac", entered)
    assert refused.status_code == 422
    shown = section(refused.text, "vuong-mac")
    assert "Không phải ngày" in shown
    assert html.escape("<script>alert(1)</script>", quote=False) in shown
    assert "<script>alert" not in shown
    good = entered | {"cause": "NGUON_GOC", "due_on": "2026-03-05"}
    done = send(browser, f"/ho-so/{case}/vuong-mac", good)
    assert (done.status_code, done.headers["location"]) == (303, f"/ho-so/{case}?xong=vuong-mac#vuong-mac")
    text = page(browser, f"/ho-so/{case}")
    shown = section(text, "vuong-mac")
    assert "<script>alert" not in text
    assert "quá hạn 8 ngày" in shown
    number = re.search(r'id="vuong-mac-(\d+)"', shown)
    assert number
    form = {
        "version": "1",
        "key": "k2",
        "cu_owner": NASTY,
        "owner": NASTY,
        "cu_due_on": "",
        "due_on": "2026-04-01",
    }
    at = f"/ho-so/{case}/vuong-mac/{number[1]}"
    assert send(browser, at, form).status_code == 303
    clash = send(browser, at, form | {"key": "k3", "due_on": "2026-05-01"})
    assert clash.status_code == 409
    both = section(clash.text, "vuong-mac")
    assert "01/04/2026" in both
    assert "01/05/2026" in both


def test_the_history_tells_of_everything_about_the_case_newest_first(
    client: TestClient, browse: Browse, case: str
) -> None:
    made = add(client, case, owner="Tổ GPMB")
    client.patch(f"/api/cases/{case}/obstacles/{made['id']}", json={"version": 1, "due_on": "2026-04-30"})
    said = {"met_on": "2026-03-10", "way": "meeting", "with_whom": "Ông Tư", "said": "chưa đồng ý"}
    client.post(f"/api/cases/{case}/contacts", json=said)
    fact = {"facts": [{"kind": "notice.served", "on": "2026-02-10", "land": "agri", "document": "1/BB"}]}
    assert client.post(f"/api/cases/{case}/facts", json=fact).status_code < 300
    shown = re.search(
        r'id="lich-su">.*?</section>', page(browse("ward_officer"), f"/ho-so/{case}"), re.DOTALL
    )
    assert shown
    heads = re.findall(r"<p><b>([^<]+)</b> ·", shown[0])
    assert heads[:4] == ["Ghi sự việc", "Tiếp xúc chủ sử dụng", "Sửa vướng mắc", "Mở vướng mắc"]
    assert heads[-1] == "Nhập hồ sơ"
    assert "Hạn xử lý: – → <b>30/04/2026</b>" in shown[0]
    assert "chưa đồng ý" not in shown[0]
    numbers = [int(n) for n in re.findall(r'id="lan-ghi-(\d+)"', shown[0])]
    assert numbers == sorted(numbers, reverse=True)


def test_the_list_of_obstacles_adds_up_by_tier_cause_and_ward(client: TestClient) -> None:
    whole = client.get("/api/obstacles", params={"project": "VD1", "limit": 500}).json()
    assert whole["total"] == len(whole["rows"]) > 20
    for group in ("by_tier", "by_cause", "by_ward"):
        assert sum(g["obstacles"] for g in whole[group]) == whole["total"]
        assert sum(g["overdue"] for g in whole[group]) == whole["overdue"]
    late = client.get("/api/obstacles", params={"project": "VD1", "overdue": "1", "limit": 500}).json()
    assert late["total"] == whole["overdue"] == sum((r["days_left"] or 0) < 0 for r in whole["rows"])
    cause = whole["by_cause"][0]["code"]
    some = client.get("/api/obstacles", params={"project": "VD1", "cause": cause}).json()
    assert some["total"] == whole["by_cause"][0]["obstacles"]
    assert client.get("/api/obstacles", params={"project": "KHONGCO"}).status_code == 404


def test_every_number_of_the_obstacle_page_opens_the_list_that_makes_it(browse: Browse) -> None:
    text = page(browse("board"), "/vuong-mac?du_an=VD1")
    links = re.findall(r'<a href="(/vuong-mac\?[^"]+)"><b>([\d.]+)</b></a>', text)
    assert len(links) > 4
    for link, number in links[:6]:
        inner = page(browse("board"), html.unescape(link))
        head = re.search(r"<h2>([\d.]+) vướng mắc đang mở", inner)
        assert head
        assert head[1] == number, link


def test_promises_are_counted_by_ward_and_each_number_has_its_list(client: TestClient, case: str) -> None:
    def promise(day: str) -> None:
        version = client.get(f"/api/cases/{case}").json()["present"]["version"]
        answer = client.patch(f"/api/cases/{case}", json={"version": version, "promised_on": day})
        assert answer.status_code == 200, answer.text

    before = client.get(f"/api/cases/{case}/commitments").json()["rows"]
    promise("2026-05-01")
    promise("2026-05-31")
    rows = client.get(f"/api/cases/{case}/commitments").json()["rows"]
    assert len(rows) == len(before) + 2
    assert (rows[-1]["promised"], rows[-1]["slip_days"], rows[-1]["state"]) == ("2026-05-31", 30, "open")
    assert rows[-2]["state"] == "moved"
    later = client.get(f"/api/cases/{case}/commitments", params={"ngay": "2026-06-01"}).json()["rows"]
    assert later[-1]["state"] in ("broken", "kept")
    found = client.get("/api/commitments", params={"project": "VD1", "listed": "1", "limit": 500}).json()
    assert found["total"] == found["whole"]["promises"] == sum(x["tally"]["promises"] for x in found["lines"])
    broken = client.get(
        "/api/commitments", params={"project": "VD1", "state": "broken", "listed": "1"}
    ).json()
    assert broken["total"] == broken["whole"]["broken"]


def test_what_is_seen_as_known_then_does_not_hold_what_came_later(client: TestClient, case: str) -> None:
    add(client, case)
    events = client.get(f"/api/cases/{case}").json()["about"]
    moment = events[0]["recorded_at"]
    client.patch(
        f"/api/cases/{case}/obstacles/{client.get(f'/api/cases/{case}/obstacles').json()['rows'][0]['id']}",
        json={"version": 1, "owner": "về sau"},
    )
    now = client.get(f"/api/cases/{case}/obstacles").json()["rows"]
    then = client.get(f"/api/cases/{case}/obstacles", params={"known_at": moment}).json()["rows"]
    assert (now[0]["owner"], then[0]["owner"]) == ("về sau", None)
