"""Notices with their wishes, the calendar by a secret, what waits to be sent, and the review page: over HTTP."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, text
from starlette.testclient import TestClient

from api.settings import Settings
from geo.tables import Event
from tests.http.browsing import PAGE, enter, page, said, send
from tests.people import Tester, make_tester, owner_session

WARD = "00103"


@pytest.fixture(scope="module")
def leader(portfolio_settings: Settings) -> Tester:
    return make_tester(portfolio_settings, "nhip-phuong", "ward_leader", wards=(WARD,))


@pytest.fixture(scope="module")
def city(portfolio_settings: Settings) -> Tester:
    return make_tester(portfolio_settings, "nhip-tp", "leadership")


def give(app: FastAPI, city: Tester, **more: Any) -> Any:
    body = {
        "body_kind": "ward", "ward_code": WARD, "person": "Người thử", "what": "Họp dân; nói, rõ <b>",
        "due_on": "2026-03-19", "product": "Biên bản", "authority": "UBND phường", "project": "HOTAY",
        "account": "nhip-phuong",
    } | more  # fmt: skip
    with TestClient(app, base_url="http://127.0.0.1", headers=city.headers) as client:
        answer = client.post("/api/assignments", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()


def test_a_notice_reaches_its_reader_alone_is_marked_read_and_can_be_muted(
    app: FastAPI, visitor: TestClient, third: TestClient, leader: Tester, city: Tester
) -> None:
    made = give(app, city)
    enter(visitor, leader)
    enter(third, city)
    line = f'href="/giao-viec/{made["id"]}"'
    first = page(visitor, "/thong-bao")
    assert line in first
    assert "Họp dân; nói, rõ &lt;b&gt;" in first
    assert 'class="tag">mới' in first
    assert 'class="tag">mới' not in page(visitor, "/thong-bao")
    assert line not in page(third, "/thong-bao")
    kept = {"nhan": ["assignment.climb"], "thu": "", "ky": []}
    assert send(visitor, "/thong-bao", kept).status_code == 303
    assert line not in page(visitor, "/thong-bao")


@pytest.mark.parametrize(
    "wrong", [{"thu": "không phải"}, {"ky": ["week"]}, {"thu": "a@b, c@d", "ky": ["week"]}, {"ky": ["năm"]}]
)
def test_wishes_that_cannot_be_kept_are_refused(
    visitor: TestClient, leader: Tester, wrong: dict[str, Any]
) -> None:
    enter(visitor, leader)
    assert send(visitor, "/thong-bao", wrong).status_code == 422


def test_the_calendar_opens_by_its_secret_alone_and_a_new_one_voids_it(
    app: FastAPI,
    visitor: TestClient,
    third: TestClient,
    leader: Tester,
    city: Tester,
    portfolio_settings: Settings,
) -> None:
    made = give(app, city, what="Lịch: việc này")
    enter(visitor, leader)

    def address() -> str:
        shown = send(visitor, "/thong-bao/lich").text
        found = re.search(r"https?://[^/]+(/lich/[\w-]+\.ics)", shown)
        assert found
        return found[1]

    old = address()
    answer = third.get(old)
    assert answer.headers["content-type"].startswith("text/calendar")
    assert f"UID:gv-{made['id']}@" in answer.text
    assert "DTSTART;VALUE=DATE:20260319" in answer.text
    assert old not in page(visitor, "/thong-bao")
    new = address()
    assert third.get(old).status_code == 404
    assert third.get(new).status_code == 200
    with owner_session(portfolio_settings) as session:
        session.execute(text("update account set disabled_at = now() where name = 'nhip-phuong'"))
    assert third.get(new).status_code == 404
    with owner_session(portfolio_settings) as session:
        session.execute(text("update account set disabled_at = null where name = 'nhip-phuong'"))


def test_what_could_not_be_sent_is_shown_and_can_be_tried_again(
    admin: TestClient, auditor: TestClient, portfolio_settings: Settings
) -> None:
    with owner_session(portfolio_settings) as session:
        session.execute(
            text(
                "insert into outgoing (channel, target, about, subject, body, state, tries, error) values "
                "('mail', 'a@b.invalid', 'thu:1', 'Thư <b>', 'x', 'given_up', 14, 'ConnectionRefusedError: away')"
            )
        )
        number = session.scalar(text("select id from outgoing where about = 'thu:1'"))
    html = page(admin, "/quan-tri/thu-gui")
    assert "ConnectionRefusedError: away" in html
    assert "Thư &lt;b&gt;" in html
    assert "ConnectionRefusedError: away" in page(auditor, "/quan-tri/thu-gui")
    assert send(auditor, f"/quan-tri/thu-gui/{number}").status_code == 403
    assert send(admin, f"/quan-tri/thu-gui/{number}").status_code == 303
    with owner_session(portfolio_settings) as session:
        row = session.execute(text("select state, tries from outgoing where about = 'thu:1'")).one()
        assert (row.state, row.tries) == ("queued", 0)
        assert session.scalar(select(Event.actor).where(Event.kind == "outgoing.again")) == "qt-administrator"
        session.execute(text("delete from outgoing where about = 'thu:1'"))


def test_the_review_page_has_the_late_ones_first_and_leads_to_what_is_owed(
    app: FastAPI, visitor: TestClient, city: Tester
) -> None:
    made = give(app, city, due_on="2026-03-13", what="Sẽ nợ")
    enter(visitor, city)
    html = page(visitor, "/giao-ban?ngay=2026-03-31")
    slips = [
        int(n.replace(".", ""))
        for n in re.findall(r"class=\"chip chip-late\">.*?\+([\d.]+)\s+ngày", html, re.DOTALL)
    ]
    assert slips == sorted(slips, reverse=True)
    assert len(slips) > 3
    assert f'href="/giao-viec/{made["id"]}?ngay=2026-03-31"' in html
    assert "du_an=HOTAY" in html
    assert "Chỉ những gì đã đổi" in said(html)
    assert visitor.get("/giao-ban?ky=nam", headers=PAGE).status_code == 422
