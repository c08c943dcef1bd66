"""Leases of tiles: they spare asking, and let nobody through who would be refused if asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from api import guard
from api.app import app_engine, create_app
from api.middleware import CLOSED, HEADERS
from api.settings import Settings
from api.usecases.signin import Limits
from geo import account_news
from projects.rights import Principal
from tests.http.browsing import enter
from tests.http.conftest import TODAY
from tests.http.test_tiles import address, middle, state
from tests.people import Tester, make_tester, owner_session


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """An entry for each request that went the long way."""
    found: list[object] = []
    real = guard.identify

    def counted(*arguments: Any, **more: Any) -> Principal:
        found.append(arguments)
        return real(*arguments, **more)

    monkeypatch.setattr(guard, "identify", counted)
    return found


@pytest.fixture
def other(portfolio_settings: Settings) -> Iterator[FastAPI]:
    """The same application a second time, as another process has it: it shares the database alone."""
    engine = app_engine(portfolio_settings)
    yield create_app(portfolio_settings, engine=engine, today=lambda: TODAY)
    engine.dispose()


def leased(client: TestClient, asked: list[object]) -> str:
    """The address of a tile that this client has a lease for."""
    facts = state(client)
    tile = address(middle(facts, 13), facts["version"])
    assert client.get(tile).status_code == 200
    before = len(asked)
    assert client.get(tile).status_code == 200
    assert len(asked) == before
    return tile


def sign_out_elsewhere(other: FastAPI, visitor: TestClient) -> None:
    """Signs the visitor's session out through the other application."""
    with TestClient(other, base_url="https://127.0.0.1", follow_redirects=False) as browser:
        browser.cookies.update(dict(visitor.cookies))
        token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/tai-khoan").text)
        assert token is not None
        assert browser.post("/dang-xuat", data={"csrf": token[1]}).status_code == 303


def test_the_short_way_of_tiles_ends_with_the_session(
    visitor: TestClient, tester: Tester, asked: list[object]
) -> None:
    enter(visitor, tester)
    facts = state(visitor)
    tile = address(middle(facts, 13), facts["version"])
    first = visitor.get(tile)
    before = len(asked)
    again = visitor.get(tile)
    assert len(asked) == before  # let in by the lease
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    fresh = visitor.get(address(middle(facts, 14), facts["version"]))  # a tile that is not kept yet
    assert (fresh.status_code, len(asked)) == (200, before)
    token = re.search(r'name="csrf" value="([^"]+)"', visitor.get("/tai-khoan").text)
    assert token is not None
    assert visitor.post("/dang-xuat", data={"csrf": token[1]}).status_code == 303
    assert visitor.get(tile).status_code == 401


def test_the_short_way_ends_with_the_session_that_another_process_ended(
    visitor: TestClient, tester: Tester, other: FastAPI, asked: list[object]
) -> None:
    enter(visitor, tester)
    tile = leased(visitor, asked)
    sign_out_elsewhere(other, visitor)
    assert visitor.get(tile).status_code == 401


def test_without_listening_that_session_would_still_open_tiles(
    visitor: TestClient, tester: Tester, other: FastAPI, asked: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(visitor, tester)
    monkeypatch.setattr(account_news.Listener, "settle", lambda _: True)  # says it heard, and hears nothing
    monkeypatch.setattr("api.leases.LEASE", 60.0)
    tile = leased(visitor, asked)
    sign_out_elsewhere(other, visitor)
    assert visitor.get(tile).status_code == 200


def test_without_a_listening_connection_every_tile_is_asked_for(
    client: TestClient, asked: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    tile = leased(client, asked)
    news = client.app.state.leases.listener  # type: ignore[attr-defined]
    monkeypatch.setattr(account_news.Listener, "open", lambda _: None)
    news.close()
    before = len(asked)
    for _ in range(3):
        assert client.get(tile).status_code == 200
    assert len(asked) == before + 3


def test_a_backend_that_no_longer_listens_ends_the_leases(client: TestClient, asked: list[object]) -> None:
    tile = leased(client, asked)
    news = client.app.state.leases.listener  # type: ignore[attr-defined]
    news.connection.exec_(b"unlisten *")  # as a pooler does that hands out another backend
    before = len(asked)
    assert client.get(tile).status_code == 200
    assert len(asked) == before + 1
    assert not news.is_open


def test_a_lost_listening_connection_ends_the_leases_and_another_is_made(
    app: FastAPI, client: TestClient, asked: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    tile = leased(client, asked)
    pid = app.state.leases.listener.connection.backend_pid
    with app.state.door.connect() as connection:
        connection.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    before = len(asked)
    assert client.get(tile).status_code == 200
    assert len(asked) == before + 1
    monkeypatch.setattr(account_news, "BETWEEN_TRIES", 0.0)
    assert client.get(tile).status_code == 200
    assert leased(client, asked) == tile


CHANGES = {
    "role": "update account set role = 'auditor' where name = :name",
    "password": "update account set epoch = epoch + 1 where name = :name",
    "state": "update account set disabled_at = clock_timestamp() where name = :name",
    "scope": "delete from account_scope where account = :name",
    "token": "update api_token set ended_at = clock_timestamp() where account = :name",
    "delegation": "update delegation set ended_at = clock_timestamp() where giver = :name",
}


@pytest.mark.parametrize("what", CHANGES)
def test_any_change_of_a_person_in_the_database_is_asked_about_at_the_next_tile(
    app: FastAPI, portfolio_settings: Settings, asked: list[object], what: str
) -> None:
    who = make_tester(portfolio_settings, f"o-{what}", "ward_officer", wards=("00097",))
    with TestClient(app, base_url="http://127.0.0.1", headers=who.headers) as client:
        tile = leased(client, asked)
        with owner_session(portfolio_settings) as session:
            session.execute(text(CHANGES[what]), {"name": who.name})
        before = len(asked)
        answer = client.get(tile)
        assert len(asked) == before + 1
        assert answer.status_code == (401 if what in ("state", "token") else 200)


def test_being_seen_ends_no_lease(
    client: TestClient, portfolio_settings: Settings, asked: list[object]
) -> None:
    tile = leased(client, asked)
    with owner_session(portfolio_settings) as session:
        session.execute(text("update api_token set last_used_at = clock_timestamp()"))
        session.execute(text("update login_session set last_seen_at = clock_timestamp()"))
    before = len(asked)
    assert client.get(tile).status_code == 200
    assert len(asked) == before


def test_leased_tiles_count_as_requests(
    portfolio_settings: Settings, asked: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    who = make_tester(portfolio_settings, "o-nhieu", "ward_officer", wards=("00097",))
    engine = app_engine(portfolio_settings)
    most = 30
    app = create_app(
        portfolio_settings,
        engine=engine,
        today=lambda: TODAY,
        limits=replace(Limits(), requests_per_minute=most),
    )
    with TestClient(app, base_url="http://127.0.0.1", headers=who.headers) as client:
        tile = leased(client, asked)
        got = [client.get(tile).status_code for _ in range(3 * most)]
    engine.dispose()
    assert got.index(429) <= 2 * most
    assert set(got[got.index(429) :]) == {429}


def test_a_lease_ends_after_a_short_time(
    client: TestClient, asked: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    tile = leased(client, asked)
    late = account_news.time.monotonic() + 3.0
    monkeypatch.setattr("api.leases.time.monotonic", lambda: late)
    before = len(asked)
    assert client.get(tile).status_code == 200
    assert len(asked) == before + 1


def test_the_short_way_serves_nobody_else(
    app: FastAPI, client: TestClient, people: dict[str, Tester], visitor: TestClient
) -> None:
    facts = state(client)
    tile = address(middle(facts, 13), facts["version"])
    assert client.get(tile).content
    with TestClient(app, base_url="http://127.0.0.1", headers=people["administrator"].headers) as admin:
        assert admin.get(tile).content == b""
        assert admin.get(tile).content == b""
    assert visitor.get(tile).status_code == 401
    assert client.get(tile).content


def test_what_the_short_way_answers_carries_the_headers_of_every_answer(
    client: TestClient, asked: list[object]
) -> None:
    tile = leased(client, asked)
    before = len(asked)
    answer = client.get(tile)
    assert len(asked) == before
    long = client.get("/api/land-map")
    same = set(HEADERS) | {"Vary"}
    assert {name: answer.headers.get(name) for name in HEADERS} == {n: long.headers[n] for n in HEADERS}
    assert same <= {name for name in same if name in answer.headers}
    assert answer.headers["content-security-policy"] == CLOSED
    assert answer.headers["x-request-id"] != client.get(tile).headers["x-request-id"]
    assert client.get(tile, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_a_lease_opens_nothing_under_a_foreign_host_name(client: TestClient, asked: list[object]) -> None:
    tile = leased(client, asked)
    assert client.get(tile, headers={"Host": "evil.example"}).status_code == 421


def test_without_the_check_of_the_host_it_would(
    client: TestClient, asked: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    tile = leased(client, asked)
    monkeypatch.setattr("api.tiledoor.known_host", lambda *_: True)
    assert client.get(tile, headers={"Host": "evil.example"}).status_code == 200
