"""The check code (mã kiểm) of the history is on every delay report and moves with every write."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from starlette.testclient import TestClient

from geo.chain import short_head, verify
from tests.people import owner_session


def code_now(app: FastAPI) -> str:
    with app.state.sessions() as session:
        found = short_head(session)
    assert found is not None
    return found


@pytest.mark.parametrize("path", ["/delay", "/delay/TULIEN"])
def test_the_report_as_json_carries_the_head_of_the_history(
    app: FastAPI, client: TestClient, path: str
) -> None:
    shown = client.get("/api/reports" + path).json()["chain_head"]
    assert re.fullmatch("[0-9a-f]{12}", shown)
    assert shown == code_now(app)


@pytest.mark.parametrize(
    "path",
    [
        "/api/reports/delay",
        "/api/reports/delay/TULIEN",
        "/bao-cao-cham",
        "/bao-cao-cham/tep?dang=json",
        "/bao-cao-cham/TULIEN/tep?dang=json",
    ],
)
def test_an_answer_reads_the_head_of_the_history_once(app: FastAPI, client: TestClient, path: str) -> None:
    read: list[str] = []

    def note(conn: object, cursor: object, statement: str, *_: object) -> None:
        if "history_short" in statement:
            read.append(statement)

    engine = app.state.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(read) == 1


@pytest.mark.parametrize("path", ["/bao-cao-cham", "/bao-cao-cham/TULIEN"])
@pytest.mark.parametrize(("lang", "word"), [("vi", "Mã kiểm"), ("en", "Check code")])
def test_the_report_on_paper_carries_it_at_its_head_and_foot(
    app: FastAPI, client: TestClient, path: str, lang: str, word: str
) -> None:
    page = client.get(path, params={"lang": lang}).text
    assert len(re.findall(rf"{word}[^<]*\b{code_now(app)}\b", page)) == 2


def test_a_write_moves_the_head_and_keeps_the_history_whole(app: FastAPI, client: TestClient) -> None:
    before = code_now(app)
    case = client.get("/api/cases", params={"project": "NGOCHOI", "limit": 500}).json()["rows"][-1]
    body = {"version": case["version"], "effective_on": "2026-03-13", "reason": "kiểm tra mã"}
    assert client.patch(f"/api/cases/{case['code']}", json=body).status_code == 200
    assert client.get("/api/reports/delay").json()["chain_head"] == code_now(app) != before
    with owner_session(app.state.settings) as session:
        verdict = verify(session)
    assert verdict.fault is None
    assert verdict.rows > 1000
