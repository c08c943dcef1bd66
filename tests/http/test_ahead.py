"""What a server makes before anybody asks: the portfolio, and one simulation for its kernels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from api.app import app_engine, create_app
from api.commands.server import calculate_ahead, compile_ahead
from api.context import Context
from api.settings import Settings
from api.usecases import calculation, risk
from geo.tables import Project
from tests.people import Tester

TODAY = date(2026, 3, 13)
HTML = {"accept": "text/html"}


def test_a_server_that_has_calculated_ahead_calculates_and_simulates_nothing_for_the_first_pages(
    portfolio_settings: Settings, tester: Tester, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = app_engine(portfolio_settings)
    app = create_app(portfolio_settings, engine=engine, today=lambda: TODAY)
    simulated: list[str] = []
    calculated: list[str] = []
    simulate, calculate = risk.project_risk, calculation._calculated

    def counted_risk(session: Session, ctx: Context, code: str) -> Any:
        simulated.append(code)
        return simulate(session, ctx, code)

    def counted(session: Session, ctx: Context, projects: Sequence[Project], *more: Any) -> Any:
        calculated.extend(project.code for project in projects)
        return calculate(session, ctx, projects, *more)

    monkeypatch.setattr(calculation, "_calculated", counted)
    monkeypatch.setattr("api.commands.server.project_risk", counted_risk)
    calculate_ahead(app)
    assert len(calculated) == len(set(calculated)) > 15
    compile_ahead(app)
    assert len(simulated) == 1
    before = len(calculated)
    again: list[object] = []
    monkeypatch.setattr(risk, "_simulated", lambda *asked: again.append(asked))
    with TestClient(app, base_url="http://127.0.0.1", headers=tester.headers) as client:
        assert client.get(f"/bao-cao-cham/{simulated[0]}", headers=HTML).status_code == 200
        assert client.get("/bao-cao-cham", headers=HTML).status_code == 200
    assert (len(calculated), again) == (before, [])
    engine.dispose()
