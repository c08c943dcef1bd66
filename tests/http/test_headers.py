"""Every answer carries the security headers, whoever makes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from api import middleware
from api.app import create_app
from api.routes import system
from api.settings import Settings
from api.usecases.signin import Limits

PAGE = {"accept": "text/html"}
EXACT = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
POLICY = ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
ORIGIN = "https://duonggang.example"


def missing(answer: Response) -> list[str]:
    """What an answer lacks; empty when it carries everything."""
    found = [name for name, value in EXACT.items() if answer.headers.get(name) != value]
    policy = answer.headers.get("content-security-policy", "")
    found += [part for part in POLICY if part not in policy.split("; ")]
    if not re.search(r"script-src 'self' 'nonce-[\w-]{20,}'(;|$)", policy):
        found.append("script-src")
    if "camera=()" not in answer.headers.get("permissions-policy", ""):
        found.append("permissions-policy")
    if not re.fullmatch(r"[0-9a-f]{16}", answer.headers.get("x-request-id", "")):
        found.append("x-request-id")
    if "cache-control" not in answer.headers:
        found.append("cache-control")
    return found


ANSWERS: dict[str, tuple[int, Callable[[TestClient, TestClient], Response]]] = {
    "a page": (200, lambda c, _: c.get("/danh-muc", headers=PAGE)),
    "json": (200, lambda c, _: c.get("/api/projects")),
    "liveness": (200, lambda c, _: c.get("/khoe")),
    "a static file": (200, lambda c, _: c.get("/tinh/a/css/base.css")),
    "a static file, HEAD": (200, lambda c, _: c.head("/tinh/a/css/base.css")),
    "a vendor's file": (200, lambda c, _: c.get("/tinh/v/leaflet/dist/leaflet.js")),
    "an unchanged file": (304, lambda c, _: _again(c, "/tinh/a/css/base.css")),
    "a redirect": (303, lambda _, v: v.get("/danh-muc", headers=PAGE)),
    "the sign-in page": (200, lambda _, v: v.get("/dang-nhap", headers=PAGE)),
    "not signed in": (401, lambda _, v: v.get("/api/projects")),
    "a write without the form's token": (403, lambda _, v: v.post("/dang-nhap", data={"ten": "x"})),
    "a write from elsewhere": (
        403,
        lambda c, _: c.patch("/api/cases/X", json={}, headers={"origin": "https://evil.example"}),
    ),
    "a secret in the address": (403, lambda c, _: c.get("/api/projects?token=x")),
    "no such page": (404, lambda c, _: c.get("/khong-co", headers=PAGE)),
    "no such file": (404, lambda c, _: c.get("/tinh/a/khong-co.css")),
    "no such thing": (404, lambda c, _: c.get("/api/projects/KHONGCO")),
    "another method": (405, lambda c, _: c.put("/api/projects", json={})),
    "HEAD of a page": (405, lambda c, _: c.head("/danh-muc")),
    "a stale version": (409, lambda c, _: c.patch("/api/cases/NGOCHOI-0001", json={"version": 999})),
    "no length": (411, lambda c, _: c.patch("/api/cases/X", content=iter([b"{}"]))),
    "too large": (413, lambda c, _: c.patch("/api/cases/X", content=b" " * 1_000_001)),
    "another host": (421, lambda c, _: c.get("/danh-muc", headers={"host": "evil.example"})),
    "not well formed": (422, lambda c, _: c.patch("/api/cases/NGOCHOI-0001", content=b"{")),
}


def _again(client: TestClient, path: str) -> Response:
    return client.get(path, headers={"if-none-match": client.get(path).headers["etag"]})


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_carries_the_headers(client: TestClient, visitor: TestClient, name: str) -> None:
    status, ask = ANSWERS[name]
    answer = ask(client, visitor)
    assert answer.status_code == status, answer.text
    assert missing(answer) == []


def test_a_failure_carries_the_headers(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(system, "readiness", fails)
    answer = client.get("/san-sang")
    assert (answer.status_code, missing(answer)) == (500, [])


def test_a_refusal_for_too_many_carries_the_headers(portfolio_settings: Settings) -> None:
    app = create_app(
        portfolio_settings, today=lambda: date(2026, 11, 22), limits=Limits(anonymous_per_minute=1)
    )
    with TestClient(app, base_url="https://127.0.0.1", client=("198.51.100.9", 1)) as client:
        answers = [client.get("/dang-nhap") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert missing(answers[1]) == []
    assert int(answers[1].headers["retry-after"]) > 0


def test_without_the_middleware_they_are_missed(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the tests above."""
    with TestClient(app, base_url="http://127.0.0.1") as client:
        monkeypatch.setattr(middleware.Carry, "_dress", lambda *_: None)
        assert len(missing(client.get("/tinh/a/css/base.css"))) >= len(EXACT)


@pytest.fixture(scope="module")
def behind_a_proxy(portfolio_settings: Settings) -> FastAPI:
    changed = {"demo": False, "origin": ORIGIN, "trusted_proxies": "127.0.0.1"}
    return create_app(portfolio_settings.model_copy(update=changed))


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("duonggang.example", ORIGIN, 401),
        ("DuongGang.example", ORIGIN, 401),
        ("duonggang.example", None, 401),
        ("127.0.0.1", None, 401),  # a check of the machine itself, by a program
        ("duonggang.example", "http://duonggang.example", 403),
        ("duonggang.example", "https://duonggang.example:8443", 403),
        ("duonggang.example", "https://evil.example", 403),
        ("127.0.0.1:8000", "http://127.0.0.1:8000", 403),
        ("evil.example", ORIGIN, 421),
        ("duonggang.example.evil.example", ORIGIN, 421),
    ],
)
def test_behind_a_proxy_the_configured_origin_is_the_own_one(
    behind_a_proxy: FastAPI, host: str, origin: str | None, status: int
) -> None:
    """The proxy speaks http to us: the scheme of the connection says nothing. 401 is past the origin's check."""
    headers = {"host": host} | ({"origin": origin} if origin else {})
    with TestClient(behind_a_proxy, base_url="http://127.0.0.1") as client:
        answer = client.patch("/api/cases/NGOCHOI-0001", json={"version": 1}, headers=headers)
    assert answer.status_code == status


def test_https_is_demanded_for_a_year_where_the_origin_is_https_only(
    behind_a_proxy: FastAPI, client: TestClient
) -> None:
    with TestClient(behind_a_proxy, base_url="http://127.0.0.1") as proxied:
        answer = proxied.get("/khoe", headers={"host": "duonggang.example"})
    assert "max-age=31536000" in answer.headers["strict-transport-security"]
    assert "strict-transport-security" not in client.get("/khoe").headers


@pytest.mark.parametrize(
    ("written", "own"),
    [
        ("https://Duonggang.Example", "https://duonggang.example"),
        ("https://duonggang.example/", "https://duonggang.example"),
        ("https://duonggang.example:443", "https://duonggang.example"),
        ("https://duonggang.example:8443", "https://duonggang.example:8443"),
    ],
)
def test_an_origin_is_compared_as_browsers_write_it(written: str, own: str) -> None:
    assert Settings(_env_file=None, origin=written).own_origin == own
