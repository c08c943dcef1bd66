"""Papers and pictures of a case over HTTP: sent in pieces that break off anywhere, kept once, seen by right."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from api.settings import Settings
from api.usecases import document_uploads
from tests import document_files as files
from tests.http.browsing import enter
from tests.http.papers import announced, codes_of, events, kept, make_others, piece, whole
from tests.people import Tester, owner_session

NASTY = "<script>alert(1)</script> \u202egpj.exe 😀 \"'.jpg"


@pytest.fixture(scope="module")
def codes(portfolio_settings: Settings) -> Iterator[str]:
    """Codes of cases of the project, each given once, the first first."""
    return iter(codes_of(portfolio_settings))


@pytest.fixture
def case(codes: Iterator[str]) -> str:
    return next(codes)


@pytest.fixture(scope="module")
def others(portfolio_settings: Settings) -> dict[str, Tester]:
    return make_others(portfolio_settings, "gt2")


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
