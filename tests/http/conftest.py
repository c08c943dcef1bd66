"""The application over HTTP on the loaded portfolio, on a fixed day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import app_engine, create_app
from api.settings import Settings
from tests.http.browsing import enter
from tests.people import Tester, make_tester

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def app(portfolio_settings: Settings) -> Iterator[FastAPI]:
    """The real application, the same function that the server calls."""
    engine = app_engine(portfolio_settings)
    yield create_app(portfolio_settings, engine=engine, today=lambda: TODAY)
    engine.dispose()


@pytest.fixture
def client(app: FastAPI, tester: Tester) -> Iterator[TestClient]:
    """A program of a ward leader of every ward, who gets server errors as answers, as a user would."""
    with TestClient(
        app, base_url="http://127.0.0.1", raise_server_exceptions=False, headers=tester.headers
    ) as opened:
        yield opened


@pytest.fixture
def visitor(app: FastAPI) -> Iterator[TestClient]:
    """A browser that is not signed in; over https, because the session's cookie goes over nothing else."""
    with TestClient(
        app, base_url="https://127.0.0.1", raise_server_exceptions=False, follow_redirects=False
    ) as opened:
        yield opened


@pytest.fixture(scope="session")
def people(portfolio_settings: Settings) -> dict[str, Tester]:
    """An account of each role that matters here, and one that is worked on."""
    made = {
        role: make_tester(portfolio_settings, f"qt-{role}".replace("_", "-"), role, wards=wards)
        for role, wards in (("administrator", ()), ("auditor", ()), ("ward_leader", ("00097",)))
    }
    return made | {"other": make_tester(portfolio_settings, "qt-khac", "ward_officer", wards=("00097",))}


@pytest.fixture
def admin(visitor: TestClient, people: dict[str, Tester]) -> TestClient:
    """The administrator's browser."""
    enter(visitor, people["administrator"])
    return visitor


@pytest.fixture
def auditor(app: FastAPI, people: dict[str, Tester]) -> Iterator[TestClient]:
    """The auditor's browser."""
    with TestClient(app, base_url="https://127.0.0.1", follow_redirects=False) as browser:
        enter(browser, people["auditor"])
        yield browser


@pytest.fixture
def third(app: FastAPI) -> Iterator[TestClient]:
    """A browser of somebody else."""
    with TestClient(app, base_url="https://127.0.0.1", follow_redirects=False) as browser:
        yield browser
