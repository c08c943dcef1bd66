"""Papers and pictures of a case over HTTP: sent in pieces that break off anywhere, kept once, seen by right."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import select, text
from starlette.testclient import TestClient

from api.settings import Settings
from api.usecases import document_uploads
from geo import scope
from geo.tables import CaseDocument, ClearanceCase, Event
from projects.rights import Principal
from tests import document_files as files
from tests.http.browsing import PAGE, enter, page, said, token_of
from tests.people import Tester, make_tester, owner_session

PROJECT = "TULIEN"  # these tests change cases of this project only
NASTY = "<script>alert(1)</script> \u202egpj.exe 😀 \"'.jpg"


@pytest.fixture(scope="module")
def codes(portfolio_settings: Settings) -> Iterator[str]:
    """Codes of cases of the project, each given once."""
    with owner_session(portfolio_settings) as session:
        query = select(ClearanceCase.code).where(ClearanceCase.code.like(f"{PROJECT}-%"))
        found = list(session.scalars(query.order_by(ClearanceCase.code.desc())))
    return iter(found)


@pytest.fixture
def case(codes: Iterator[str]) -> str:
    return next(codes)


@pytest.fixture(scope="module")
def others(portfolio_settings: Settings, codes: Iterator[str]) -> dict[str, Tester]:
    """People of other reach: an officer of another ward, a department, an auditor, two of this project."""
    with owner_session(portfolio_settings) as session:
        wards = {w for (w,) in session.execute(text(
            "select distinct ward_code from clearance_case c join project p on p.id = c.project_id where p.code = :p"
        ), {"p": PROJECT})}  # fmt: skip
        foreign = session.scalar(
            text("select code from ward where not code = any(:w) limit 1"), {"w": list(wards)}
        )
    return {
        "foreign": make_tester(portfolio_settings, "gt-phuong-khac", "ward_officer", wards=(str(foreign),)),
        "department": make_tester(portfolio_settings, "gt-so", "department", projects=(PROJECT,)),
        "board": make_tester(portfolio_settings, "gt-ban", "board", projects=(PROJECT,)),
        "auditor": make_tester(portfolio_settings, "gt-kiem-toan", "auditor"),
        "leader": make_tester(portfolio_settings, "gt-lanh-dao", "ward_leader", wards=tuple(wards)),
    }


def announced(content: bytes, name: str = "anh.jpg", **more: Any) -> dict[str, Any]:
    return {
        "name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(),
        "key": secrets.token_urlsafe(12), "kind": "ANH_HIEN_TRUONG",
    } | more  # fmt: skip


def piece(client: TestClient, at: str, content: bytes, offset: int, length: int) -> Response:
    return client.patch(
        at,
        content=content[offset : offset + length],
        headers={"Upload-Offset": str(offset), "content-type": "application/offset+octet-stream"},
    )


def whole(client: TestClient, code: str, content: bytes, **more: Any) -> Response:
    """Announces, sends and finishes."""
    there = client.post(f"/api/cases/{code}/uploads", json=announced(content, **more))
    assert there.status_code == 200, there.text
    at = f"/api/cases/{code}/uploads/{there.json()['id']}"
    offset = there.json()["offset"]
    while there.json()["state"] == "open" and offset < len(content):
        there = piece(client, at, content, offset, 400_000)
        assert there.status_code == 200, there.text
        offset = there.json()["offset"]
    return client.post(at) if there.json()["state"] == "open" else there


def events(settings: Settings, code: str, kind: str) -> list[Event]:
    with owner_session(settings) as session:
        query = select(Event).where(Event.object_code == code, Event.kind == kind).order_by(Event.id)
        found = list(session.scalars(query))
        session.expunge_all()
    return found


def kept(settings: Settings) -> list[Path]:
    return [path for path in (settings.home / "documents").glob("??/*") if path.is_file()]


def test_a_picture_sent_in_pieces_is_a_paper_of_the_case_with_one_event(
    client: TestClient, case: str, portfolio_settings: Settings
) -> None:
    content = files.jpeg(place=(105.84, 21.06), taken="2026:03:12 08:15:30", mark=1)
    done = whole(
        client, case, content, number="12/BB", signed_on="2026-03-12", signer="Ông A", title="Cổng nhà"
    )
    assert (done.status_code, done.json()["state"], done.json()["duplicate"]) == (200, "done", False), (
        done.text
    )
    (row,) = client.get(f"/api/cases/{case}/documents").json()["rows"]
    assert row["sha256"] == hashlib.sha256(content).hexdigest()
    assert (row["number"], row["signed_on"], row["scan"]) == ("12/BB", "2026-03-12", "not_configured")
    assert row["place_source"] == "exif"
    assert row["taken_at"].startswith("2026-03-12T08:15:30")
    with owner_session(portfolio_settings) as session:  # an oracle of its own: geography, not a projection
        far = session.scalar(
            text(
                "select min(st_distance(p.geom::geography, st_setsrid(st_makepoint(:x, :y), 4326)::geography)) "
                "from parcel p join clearance_case c on c.id = p.case_id where c.code = :c"
            ),
            {"x": 105.84, "y": 21.06, "c": case},
        )
    assert row["distance_m"] == pytest.approx(far, rel=1e-3)
    (event,) = events(portfolio_settings, case, "document.add")
    assert (event.document, event.document_hash) == ("12/BB", row["sha256"])
    for path in kept(portfolio_settings):
        assert path.stat().st_mode & 0o777 == 0o600


def test_an_upload_goes_on_after_a_cut_at_every_place(client: TestClient, case: str) -> None:
    content = files.jpeg(64, 48, mark=2)
    what = announced(content)
    cuts = sorted({0, 1, 2, len(content) // 3, len(content) // 2, len(content) - 1, len(content)})
    for start, end in pairwise(cuts):
        there = client.post(
            f"/api/cases/{case}/uploads", json=what
        ).json()  # as a page does that was loaded anew
        assert (there["state"], there["offset"]) == ("open", start)
        at = f"/api/cases/{case}/uploads/{there['id']}"
        early = client.post(at)
        assert (early.status_code, early.json()["error"]) == (409, "OffsetDiffers")
        wrong = piece(client, at, content, min(start + 1, len(content)), 5)
        assert (wrong.status_code, wrong.headers["upload-offset"]) == (409, str(start))
        assert piece(client, at, content, start, end - start).json()["offset"] == end
        head = client.head(at)
        assert (head.status_code, head.headers["upload-offset"]) == (200, str(end))
    answers = [client.post(at).json() for _ in range(3)]  # the answer was lost twice
    assert [a["state"] for a in answers] == ["done"] * 3
    assert len({a["document"] for a in answers}) == 1
    assert len(client.get(f"/api/cases/{case}/documents").json()["rows"]) == 1


def test_another_key_for_the_same_file_goes_on_with_the_same_upload(client: TestClient, case: str) -> None:
    content = files.jpeg(mark=3)
    first = client.post(f"/api/cases/{case}/uploads", json=announced(content)).json()
    piece(client, f"/api/cases/{case}/uploads/{first['id']}", content, 0, 100)
    again = client.post(f"/api/cases/{case}/uploads", json=announced(content)).json()
    assert (again["id"], again["offset"]) == (first["id"], 100)


def test_the_same_key_for_another_file_is_refused(client: TestClient, case: str) -> None:
    key = secrets.token_urlsafe(12)
    assert client.post(f"/api/cases/{case}/uploads", json=announced(b"a", key=key)).status_code == 200
    other = client.post(f"/api/cases/{case}/uploads", json=announced(b"b", key=key))
    assert (other.status_code, other.json()["error"]) == (422, "KeyReused")


def test_what_was_damaged_on_its_way_is_not_said_to_be_sent(client: TestClient, case: str) -> None:
    content = files.jpeg(mark=4)
    there = client.post(f"/api/cases/{case}/uploads", json=announced(content)).json()
    at = f"/api/cases/{case}/uploads/{there['id']}"
    piece(client, at, bytes(len(content)), 0, len(content))
    broken = client.post(at)
    assert (broken.status_code, broken.json()["error"], broken.json()["offset"]) == (409, "HashDiffers", 0)
    piece(client, at, content, 0, len(content))
    assert client.post(at).json()["state"] == "done"


def test_the_same_content_is_kept_once_and_nobody_learns_of_the_other_case(
    client: TestClient,
    app: FastAPI,
    codes: Iterator[str],
    others: dict[str, Tester],
    portfolio_settings: Settings,
) -> None:
    content = files.jpeg(mark=5)
    here, there = next(codes), next(codes)
    before = len(kept(portfolio_settings))
    mine = whole(client, here, content).json()
    with TestClient(app, base_url="http://127.0.0.1", headers=others["leader"].headers) as other:
        began = other.post(f"/api/cases/{there}/uploads", json=announced(content)).json()
        assert (began["state"], began["offset"], began["duplicate"]) == (
            "open",
            0,
            False,
        )  # all of it must be sent
        theirs = whole(other, there, content).json()
    assert mine["duplicate"] is theirs["duplicate"] is False
    assert mine["document"] != theirs["document"]
    assert len(kept(portfolio_settings)) - before == 3  # the original and its two copies
    again = whole(client, here, content).json()
    assert (again["duplicate"], again["document"]) == (True, mine["document"])
    assert len(events(portfolio_settings, here, "document.add")) == 1


@pytest.mark.parametrize(
    "name", ["an SVG with script", "HEIC", "PDF with JavaScript", "DOCX with macros", "a pixel bomb"]
)
def test_a_refused_file_leaves_a_sentence_and_nothing_else(
    client: TestClient, case: str, name: str, portfolio_settings: Settings
) -> None:
    content, word = files.HOSTILE[name]
    before = len(kept(portfolio_settings))
    refused = whole(client, case, content, name="ảnh.jpg")
    assert (refused.status_code, refused.json()["state"]) == (422, "refused")
    assert word in refused.json()["detail"]
    assert client.get(f"/api/cases/{case}/documents").json()["rows"] == []
    assert events(portfolio_settings, case, "document.add") == []
    assert len(kept(portfolio_settings)) == before
    assert list((portfolio_settings.home / "documents").glob(".looking-*")) == []


def test_without_the_look_the_refused_file_would_be_kept(
    client: TestClient, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same bytes with the child's verdict taken away."""
    from geo.documents import checking

    content, _ = files.HOSTILE["an SVG with script"]
    monkeypatch.setattr(checking, "_ask", lambda *_: {"media_type": "application/pdf"})
    assert whole(client, case, content).json()["state"] == "done"


def test_a_photo_of_200_mb_is_refused_before_a_byte_is_kept(
    client: TestClient, app: FastAPI, case: str, tester: Tester, portfolio_settings: Settings
) -> None:
    huge = announced(b"x") | {"size": 200 * 2**20}
    refused = client.post(f"/api/cases/{case}/uploads", json=huge)
    assert (refused.status_code, "30 MB" in refused.text) == (422, True)
    parts = portfolio_settings.home / "documents" / "parts"
    before = sorted(parts.iterdir()) if parts.is_dir() else []
    # One that lies about its size, in pieces; one in a single body; one in a body that does not tell its length.
    there = client.post(f"/api/cases/{case}/uploads", json=announced(b"x" * 10)).json()
    at = f"/api/cases/{case}/uploads/{there['id']}"
    assert piece(client, at, b"y" * 11, 0, 11).status_code == 422
    assert piece(client, at, bytes(1_000_001), 0, 1_000_001).status_code == 413
    chunked = client.patch(at, content=iter([b"y"] * 3), headers={"Upload-Offset": "0"})
    assert chunked.status_code == 411
    with TestClient(app, base_url="https://127.0.0.1", follow_redirects=False) as browser:
        enter(browser, tester)
        form = browser.post(
            f"/ho-so/{case}/giay-to",
            content=b"x",
            headers={"content-length": str(200 * 2**20), "content-type": "multipart/form-data; boundary=x"},
        )
        assert form.status_code == 413
        assert "lớn hơn giới hạn" in form.text
    assert sorted(parts.iterdir()) == before
    assert client.get(at).json()["offset"] == 0


def test_without_the_limit_the_large_body_is_read(
    client: TestClient, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with the bound of bodies lifted, a piece above it arrives."""
    from api import middleware

    monkeypatch.setattr(middleware, "LARGEST_BODY", 10**9)
    content = bytes(1_200_000)
    there = client.post(f"/api/cases/{case}/uploads", json=announced(content)).json()
    answer = piece(client, f"/api/cases/{case}/uploads/{there['id']}", content, 0, len(content))
    assert answer.json()["offset"] == len(content)


def test_a_person_has_so_many_uploads_at_once_and_no_more(
    app: FastAPI, case: str, others: dict[str, Tester], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_uploads, "MOST_OPEN", 2)
    with TestClient(app, base_url="http://127.0.0.1", headers=others["board"].headers) as board:
        answers = [board.post(f"/api/cases/{case}/uploads", json=announced(bytes([n]))) for n in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 503]


def test_a_scanner_that_finds_something_refuses_and_one_that_is_silent_lets_try_again(
    client: TestClient, app: FastAPI, case: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(document_uploads, "scan", lambda *_: "Eicar-Signature")
    real = document_uploads.store_of
    with_scanner = app.state.settings.model_copy(update={"clamd_socket": tmp_path / "clamd.ctl"})
    monkeypatch.setattr("api.routes.documents.store_of", lambda _: real(with_scanner))
    refused = whole(client, case, files.jpeg(mark=6))
    assert (refused.status_code, "Eicar-Signature" in refused.json()["detail"]) == (422, True)
    monkeypatch.undo()
    monkeypatch.setattr("api.routes.documents.store_of", lambda _: real(with_scanner))
    silent = whole(client, case, files.jpeg(mark=7))
    assert (silent.status_code, silent.json()["error"]) == (503, "NotNow")
    monkeypatch.setattr(document_uploads, "scan", lambda *_: None)
    assert whole(client, case, files.jpeg(mark=7)).json()["state"] == "done"
    assert client.get(f"/api/cases/{case}/documents").json()["rows"][0]["scan"] == "clean"


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
        who = Principal("x", "x", app.state.door.rights.roles[role], projects=frozenset({PROJECT}))
        with app.state.sessions() as session:  # straight by SQL, as the application's role
            scope.enter(session, who)
            rows = session.scalar(text("select count(*) from case_document where id = :i"), {"i": number})
            told = text("select count(*) > 0 from event where object_type = 'document' and object_code = :c")
            assert (rows == 1, session.scalar(told, {"c": case})) == (seen, seen), role


def test_somebody_elses_upload_is_not_there(
    client: TestClient, app: FastAPI, case: str, others: dict[str, Tester]
) -> None:
    content = files.jpeg(mark=9)
    there = client.post(f"/api/cases/{case}/uploads", json=announced(content)).json()
    at = f"/api/cases/{case}/uploads/{there['id']}"
    with TestClient(app, base_url="http://127.0.0.1", headers=others["leader"].headers) as other:
        assert other.get(at).status_code == 404
        assert piece(other, at, content, 0, 10).status_code == 404
        assert other.post(at).status_code == 404


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
