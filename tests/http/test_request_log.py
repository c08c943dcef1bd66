"""One line per request, with nothing of what was asked, typed or stored."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from api import logs
from api.routes import system
from api.usecases.demo import demo_accounts
from geo.scope import door

CANARY = "079188001234"
KEYS = {"time", "level", "event", "request_id", "method", "route", "status", "ms", "session", "role"}


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The lines of the log so far."""
    root, ours = logging.getLogger(), logging.getLogger("duonggang")
    before = root.handlers[:], root.level, ours.level
    stream = io.StringIO()
    logs.configure(stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], root.level = before[:2]
    ours.setLevel(before[2])
    structlog.reset_defaults()


Lines = Callable[[], list[dict[str, Any]]]


def test_a_request_is_one_line_with_the_route_and_not_the_address(client: TestClient, lines: Lines) -> None:
    answer = client.get("/api/projects/TULIEN?ngay=2026-03-20")
    (line,) = lines()
    assert set(line) == KEYS
    assert line["event"] == "request"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/projects/{code}", 200)
    assert (line["role"], line["session"]) == ("ward_leader", None)  # a program has a token, no session
    assert line["request_id"] == answer.headers["x-request-id"]
    assert line["ms"] > 0


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/tinh/a/css/base.css", "/tinh/a/…"),
        ("/tinh/v/leaflet/dist/leaflet.js", "/tinh/v/leaflet/…"),
        (f"/{CANARY}", "–"),
        (f"/ho-so/{CANARY}", "/ho-so/{code}"),
    ],
)
def test_static_files_and_unknown_addresses_have_names_too(
    client: TestClient, lines: Lines, path: str, route: str
) -> None:
    client.get(path)
    assert [line["route"] for line in lines()] == [route]


def test_who_is_signed_in_is_told_by_session_and_role_not_by_name(
    app: FastAPI, visitor: TestClient, lines: Lines
) -> None:
    form = visitor.get("/dang-nhap").text
    accounts = demo_accounts(app.state.settings.secret_key)
    (demo,) = (each for each in accounts if each.name == "quantri")
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', form)
    assert token is not None
    data = {"ten": demo.name, "mat_khau": demo.password, "csrf": token[1]}
    assert visitor.post("/dang-nhap", data=data).status_code == 303
    visitor.get("/tai-khoan")
    last = lines()[-1]
    assert last["role"] == "administrator"
    assert isinstance(last["session"], int)
    assert "quantri" not in json.dumps(lines())


def test_nothing_that_was_sent_comes_out(client: TestClient, visitor: TestClient, lines: Lines) -> None:
    headers = {
        "user-agent": CANARY,
        "referer": f"https://127.0.0.1/{CANARY}",
        "x-forwarded-for": CANARY,
        "x-request-id": CANARY,
        "accept-language": CANARY,
        "cookie": f"__Host-phien={CANARY}; __Host-may={CANARY}; x={CANARY}",
    }
    client.get(f"/danh-muc?ten={CANARY}&lang={CANARY}", headers=headers)
    client.get("/api/projects", headers={"authorization": f"Bearer dg_{CANARY}"})
    client.get(f"/api/cases/{CANARY}")
    client.patch("/api/cases/NGOCHOI-0001", json={"version": 1, "note": CANARY, CANARY: CANARY})
    client.patch("/api/cases/NGOCHOI-0001", content=f'{{"{CANARY}'.encode())
    client.request(f"X{CANARY}", "/danh-muc")
    visitor.post("/dang-nhap", data={"ten": CANARY, "mat_khau": CANARY, "csrf": CANARY})
    visitor.post("/dang-nhap", content=CANARY.encode(), headers={"content-type": "multipart/form-data"})
    said = lines()
    assert len(said) >= 8
    assert CANARY not in json.dumps(said)


def an_exception(*_: object, **__: object) -> None:
    raise RuntimeError(CANARY)


@pytest.fixture
def a_database_error(app: FastAPI) -> Callable[..., None]:
    """What PostgreSQL says of a row, with its value."""

    def fails(*_: object, **__: object) -> None:
        with app.state.sessions.begin() as session:
            door(session)
            statement = text("insert into rate_window (key, ends_at, hits) values (:key, now(), 1)")
            for _again in range(2):
                session.execute(statement, {"key": CANARY})

    return fails


def test_what_an_exception_says_does_not_come_out_but_where_it_was(
    client: TestClient, lines: Lines, monkeypatch: pytest.MonkeyPatch, a_database_error: Callable[..., None]
) -> None:
    for fails, kind in [(an_exception, "RuntimeError"), (a_database_error, "IntegrityError")]:
        monkeypatch.setattr(system, "readiness", fails)
        answer = client.get("/san-sang")
        assert answer.status_code == 500
        error, request = lines()[-2], lines()[-1]
        assert (error["event"], request["event"]) == ("unexpected error", "request")
        assert error["request_id"] == request["request_id"] == answer.headers["x-request-id"]
        assert error["raised"]["type"].endswith(kind)
        assert any("test_request_log.py" in frame for frame in error["raised"]["frames"])
        assert request["route"] == "/san-sang"
    assert CANARY not in json.dumps(lines())


def test_without_the_filter_the_exception_speaks(
    client: TestClient, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above."""
    stream = io.StringIO()
    logs.configure(stream=stream, guarded=False)
    monkeypatch.setattr(system, "readiness", an_exception)
    client.get("/san-sang")
    assert CANARY in stream.getvalue()
