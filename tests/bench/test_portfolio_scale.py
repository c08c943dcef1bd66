"""Twenty projects of 2,000 activities with 50,000 cases of land: from the database to the JSON answer, and over HTTP.

The same portfolio is asked cold, with networks and parcels known and the cases of all projects changed, and again over
HTTP after one new date.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from api.app import app_engine, create_app
from api.commands.shared import command_context
from api.usecases.reports import delay_answer
from tests.bench.measuring import ROUNDS, figure, seconds
from tests.bench.portfolio import ACTIVITIES, PARCELS, PROJECTS, TODAY, Portfolio, lay_portfolio


@pytest.fixture(scope="module")
def portfolio(
    make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portfolio]:
    found = lay_portfolio(make_database(), tmp_path_factory.mktemp("scale"))
    yield found
    found.engine.dispose()


def test_delay_of_twenty_projects_with_50_000_cases_from_the_database(portfolio: Portfolio) -> None:
    with Session(portfolio.engine) as session:
        delay_answer(session, command_context(), None)  # compiled kernels, the server's pages

        def cold() -> None:
            session.expire_all()
            answer = delay_answer(session, command_context(), None)
            assert len(answer["projects"]) == PROJECTS

        ctx = command_context()
        delay_answer(session, ctx, None)

        def changed() -> None:
            session.execute(text("update project set revision = revision + 1"))
            session.commit()
            delay_answer(session, ctx, None)

        one, two = (statistics.median(seconds(work) for _ in range(ROUNDS)) for work in (cold, changed))
        same = statistics.median(seconds(lambda: delay_answer(session, ctx, None)) for _ in range(ROUNDS))
        session.rollback()
    what = f"{PROJECTS} dự án × {ACTIVITIES} việc, {PARCELS * 2 // 3} hồ sơ đất, từ CSDL đến JSON"
    figure(f"{what}: chưa có gì trong bộ nhớ", "s", one)
    figure(f"{what}: mạng và thửa đã biết, hồ sơ mọi dự án đổi", "s", two)
    figure(f"{what}: không có gì đổi", "s", same)


def test_a_new_forecast_of_a_parcel_reaches_milestones_map_and_report_over_http(portfolio: Portfolio) -> None:
    engine = app_engine(portfolio.settings)
    app = create_app(portfolio.settings, engine=engine, today=lambda: TODAY)
    taken = []
    with TestClient(
        app, base_url="http://127.0.0.1", headers={"Authorization": f"Bearer {portfolio.token}"}
    ) as client:
        client.get("/api/reports/delay")
        case = client.get("/api/cases?project=B00&gang=1&limit=1").json()["rows"][0]["code"]
        for n in range(ROUNDS):
            version = client.get(f"/api/cases/{case}").json()["row"]["version"]
            start = time.perf_counter()
            answer = client.patch(
                f"/api/cases/{case}",
                json={"version": version, "promised_on": (TODAY + timedelta(700 + n)).isoformat()},
                headers={"Idempotency-Key": f"scale-{n:04}"},
            )
            assert answer.status_code == 200, answer.text
            report = client.get("/api/reports/delay/B00").json()["projects"][0]
            assert case in {d["case"] for d in report["drivers"]}
            assert (
                client.get("/api/projects/B00").json()["summary"]["forecast_finish"]
                == report["forecast_finish"]
            )
            assert client.get("/api/projects/B00/parcels.geojson").status_code == 200
            taken.append(time.perf_counter() - start)
    engine.dispose()
    figure(
        "ngày hẹn mới của một hồ sơ → mốc, bản đồ, báo cáo qua HTTP (dự án 2.500 hồ sơ)",
        "s",
        statistics.median(taken),
    )
