"""Papers and pictures of a case over HTTP: seen by right, shown as text, downloaded, withdrawn, sent plainly."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import select, text
from starlette.testclient import TestClient

from api.settings import Settings
from geo import scope
from geo.tables import CaseDocument, ClearanceCase
from projects.rights import Principal
from tests import document_files as files
from tests.http.browsing import PAGE, enter, page, said, token_of
from tests.http.papers import PROJECT, announced, codes_of, events, make_others, whole
from tests.people import Tester, owner_session

NASTY = "<script>alert(1)</script> \u202egpj.exe 😀 \"'.jpg"


@pytest.fixture(scope="module")
def codes(portfolio_settings: Settings) -> Iterator[str]:
    """Codes of cases of the project, each given once, the last first."""
    return reversed(codes_of(portfolio_settings))


@pytest.fixture
def case(codes: Iterator[str]) -> str:
    return next(codes)


@pytest.fixture(scope="module")
def others(portfolio_settings: Settings) -> dict[str, Tester]:
    return make_others(portfolio_settings, "gt")


def test_who_may_see_whose_papers(
    client: TestClient, app: FastAPI, case: str, others: dict[str, Tester], portfolio_settings: Settings
) -> None:
    number = whole(client, case, files.jpeg(mark=8)).json()["document"]
    at = f"/api/cases/{case}/documents"
    statuses = {}
    for name, who in others.items():
        with TestClient(app, base_url="http://127.0.0.1", headers=who.headers) as other:
            statuses[name] = [
                other.get(path).status_code
                for path in (at, f"{at}/{number}/thumb", f"{at}/{number}/view", f"{at}/{number}/file")
            ]
            if name == "foreign":
                gone = other.get("/api/cases/KHONGCO-1/documents")
                assert other.get(at).content == gone.content
                assert other.post(f"/api/cases/{case}/uploads", json=announced(b"x")).status_code == 404
    assert statuses == {
        "foreign": [404] * 4, "department": [403] * 4, "board": [200] * 4, "auditor": [200] * 4, "leader": [200] * 4,
    }  # fmt: skip
    openings = events(portfolio_settings, case, "document.open")
    assert [(e.actor, (e.after or {})["copy"]) for e in openings] == [
        (others[name].name, copy) for name in ("board", "auditor", "leader") for copy in ("view", "original")
    ]
    for role, seen in (
        ("department", False),
        ("leadership", False),
        ("administrator", False),
        ("board", True),
    ):
        asks = Principal("x", "x", app.state.door.rights.roles[role], projects=frozenset({PROJECT}))
        with app.state.sessions() as session:  # straight by SQL, as the application's role
            scope.enter(session, asks)
            rows = session.scalar(text("select count(*) from case_document where id = :i"), {"i": number})
            told = text("select count(*) > 0 from event where object_type = 'document' and object_code = :c")
            assert (rows == 1, session.scalar(told, {"c": case})) == (seen, seen), role


def test_the_original_leaves_as_a_download_in_which_nothing_runs(client: TestClient, case: str) -> None:
    content = files.jpeg(mark=10)
    number = whole(client, case, content, name=NASTY).json()["document"]
    answer = client.get(f"/api/cases/{case}/documents/{number}/file")
    assert answer.content == content
    named = answer.headers["content-disposition"]
    assert named.startswith(f'attachment; filename="giay-to-{number}.jpg"')
    assert re.fullmatch(r"[\w;=\"'%. *-]+", named)
    assert "%E2%80%AE" not in named  # the mark that turns "gpj.exe" round
    assert named.endswith(".jpg")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    for copy in ("view", "thumb"):
        shown = client.get(f"/api/cases/{case}/documents/{number}/{copy}")
        assert shown.headers["content-type"] == "image/jpeg"
        assert shown.headers["content-security-policy"].startswith("sandbox")
        assert b"Exif" not in shown.content


def test_names_and_texts_of_others_are_shown_as_text(
    client: TestClient, app: FastAPI, case: str, tester: Tester
) -> None:
    nasty = '<img src=x onerror=alert(1)> \u202e"quoted" 😀'
    whole(client, case, files.jpeg(mark=11), name=NASTY, number=nasty, signer=nasty, title=nasty)
    with TestClient(app, base_url="https://127.0.0.1", follow_redirects=False) as browser:
        enter(browser, tester)
        html = page(browser, f"/ho-so/{case}")
    assert "<img src=x" not in html
    assert "<script>alert" not in html
    assert said(html).count(nasty) >= 3
    assert NASTY in said(html)


def test_a_withdrawn_paper_is_shown_no_more_and_stays_in_the_history(
    client: TestClient, app: FastAPI, case: str, others: dict[str, Tester], portfolio_settings: Settings
) -> None:
    content = files.jpeg(mark=12)
    number = whole(client, case, content).json()["document"]
    at = f"/api/cases/{case}/documents/{number}"
    with TestClient(app, base_url="http://127.0.0.1", headers=others["board"].headers) as board:
        assert board.post(f"{at}/withdraw", json={"reason": "x"}).status_code == 403
    assert client.post(f"{at}/withdraw", json={"reason": "  "}).status_code == 422
    for expected in (False, True):
        answer = client.post(f"{at}/withdraw", json={"reason": "gửi nhầm hồ sơ"})
        assert (answer.status_code, answer.json()["before"]) == (200, expected)
    assert [client.get(f"{at}/{copy}").status_code for copy in ("file", "view", "thumb")] == [404] * 3
    (row,) = client.get(f"/api/cases/{case}/documents").json()["rows"]
    assert (row["withdrawn_reason"], row["file"]) == ("gửi nhầm hồ sơ", None)
    (event,) = events(portfolio_settings, case, "document.withdraw")
    assert (event.reason, event.document_hash) == ("gửi nhầm hồ sơ", row["sha256"])
    with TestClient(app, base_url="http://127.0.0.1", headers=others["auditor"].headers) as auditor:
        assert auditor.get(f"{at}/file").content == content  # evidence
    again = whole(client, case, content).json()
    assert (again["duplicate"], again["document"] != number) == (False, True)


def test_looking_back_lists_what_was_known_then_and_opens_nothing(
    client: TestClient, case: str, portfolio_settings: Settings
) -> None:
    number = whole(client, case, files.jpeg(mark=13)).json()["document"]
    (event,) = events(portfolio_settings, case, "document.add")
    moment = event.recorded_at.isoformat()
    client.post(f"/api/cases/{case}/documents/{number}/withdraw", json={"reason": "sai"})
    (then,) = client.get(f"/api/cases/{case}/documents", params={"known_at": moment}).json()["rows"]
    assert then["withdrawn_at"] is None
    opened = client.get(f"/api/cases/{case}/documents/{number}/file", params={"known_at": moment})
    assert opened.status_code == 422


@pytest.fixture
def browser(app: FastAPI, tester: Tester) -> Iterator[TestClient]:
    with TestClient(app, base_url="https://127.0.0.1", follow_redirects=False) as opened:
        enter(opened, tester)
        yield opened


def post_form(browser: TestClient, case: str, sent: list[tuple[str, bytes]], **more: str) -> Response:
    data = {
        "csrf": token_of(page(browser, "/tai-khoan")),
        "loai": "BB_KIEM_DEM",
        "key": "khoa-cua-mau-1",
    } | more
    return browser.post(
        f"/ho-so/{case}/giay-to",
        data=data,
        files=[("tep", (name, content, "image/jpeg")) for name, content in sent],
        headers=PAGE,
    )


def test_a_plain_form_works_without_javascript_and_twice_is_once(
    browser: TestClient, client: TestClient, case: str, portfolio_settings: Settings
) -> None:
    sent = [("một.jpg", files.jpeg(mark=14)), ("hai.pdf", files.pdf())]
    for _ in range(2):
        answer = post_form(browser, case, sent, so="7/BB", ngay_ky="2026-03-01")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/ho-so/{case}?da_gui=2#giay-to")
    rows = client.get(f"/api/cases/{case}/documents").json()["rows"]
    assert sorted((r["filename"], r["document_kind"], r["number"]) for r in rows) == [
        ("hai.pdf", "BB_KIEM_DEM", "7/BB"), ("một.jpg", "BB_KIEM_DEM", "7/BB"),
    ]  # fmt: skip
    assert len(events(portfolio_settings, case, "document.add")) == 2
    html = page(browser, f"/ho-so/{case}?da_gui=2")
    assert "Đã gửi 2 tệp." in said(html)
    assert 'capture="environment"' in html


def test_of_several_files_the_bad_ones_are_named_and_the_good_ones_kept(
    browser: TestClient, client: TestClient, case: str
) -> None:
    answer = post_form(browser, case, [("tốt.jpg", files.jpeg(mark=15)), ("<b>xấu.jpg", files.HTML)])
    assert answer.status_code == 422
    assert "<b>xấu.jpg : Trang web (HTML, XML)" in said(answer.text)
    assert "<b>xấu" not in answer.text
    assert [r["filename"] for r in client.get(f"/api/cases/{case}/documents").json()["rows"]] == ["tốt.jpg"]


def test_a_step_names_the_file_of_its_document(
    browser: TestClient, client: TestClient, case: str, portfolio_settings: Settings
) -> None:
    content = files.pdf(pages=2)
    whole(client, case, content, name="qd.pdf", kind="BB_BAN_GIAO")
    sha256 = hashlib.sha256(content).hexdigest()
    state = client.get(f"/api/cases/{case}").json()
    form = {
        "csrf": token_of(page(browser, "/tai-khoan")), "version": str(state["row"]["version"]), "key": "khoa-buoc-tep",
        "step": state["row"]["step"], "effective_on": "2026-11-20", "promised_on": "2026-12-24", "document": "7/QĐ",
        "document_sha256": sha256,
    }  # fmt: skip
    foreign = browser.post(f"/ho-so/{case}", data=form | {"document_sha256": "0" * 64}, headers=PAGE)
    assert (foreign.status_code, "Tệp này không có trong hồ sơ" in said(foreign.text)) == (422, True)
    assert browser.post(f"/ho-so/{case}", data=form, headers=PAGE).status_code == 303
    (event,) = events(portfolio_settings, case, "case.edit")
    assert event.document_hash == sha256
    scripted = browser.post(
        f"/ho-so/{case}", data=form, headers=PAGE | {"x-send": "1"}
    )  # the same, sent by the page
    assert scripted.status_code == 200
    assert scripted.json()["to"].startswith(f"/ho-so/{case}?da_ghi=")
    assert len(events(portfolio_settings, case, "case.edit")) == 1


def test_the_page_asks_for_the_place_of_the_device_only_on_cases(browser: TestClient, case: str) -> None:
    assert "geolocation=(self)" in browser.get(f"/ho-so/{case}", headers=PAGE).headers["permissions-policy"]
    assert "geolocation=()" in browser.get("/danh-muc", headers=PAGE).headers["permissions-policy"]


def test_papers_follow_their_case_to_another_ward(
    client: TestClient, case: str, portfolio_settings: Settings
) -> None:
    number = whole(client, case, files.jpeg(mark=16)).json()["document"]
    with owner_session(portfolio_settings) as session:
        row = session.scalars(select(ClearanceCase).where(ClearanceCase.code == case)).one()
        row.ward_code = session.scalar(
            text("select code from ward where code <> :w limit 1"), {"w": row.ward_code}
        )
        session.flush()
        session.expire_all()
        assert session.get_one(CaseDocument, number).ward_code == row.ward_code
        session.rollback()
