"""The application over HTTP on the loaded portfolio, on a fixed day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import app_engine, create_app
from api.settings import Settings
from tests.people import Tester

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
