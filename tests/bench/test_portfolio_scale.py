"""Twenty projects of 2,000 activities with 50,000 cases of land: from the database to the JSON answer, and over HTTP.

The same portfolio is asked cold, with networks known and all land changed, and again over HTTP after one new date.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from api.app import app_engine, create_app
from api.commands.shared import command_context
from api.settings import Settings
from api.usecases.reports import delay_answer
from geo.db import make_engine
from geo.migrate import upgrade
from geo.tables import Activity, Link, Project, Section, WorkFront
from tests.bench.fabric import lay
from tests.bench.measuring import ROUNDS, figure, seconds
from tests.people import app_url, make_tester
from tests.unit.engine_networks import TYPES, layered

PROJECTS = int(os.environ.get("DUONGGANG_BENCH_PROJECTS", "20"))
ACTIVITIES, FRONTS, PARCELS = 2000, 20, 3750 * PROJECTS  # three parcels in two cases
TODAY = date(2026, 3, 13)
ON_FRONTS = """
insert into parcel_front (parcel_id, front_id)
select p.id, f.id from parcel p
join work_front f on f.project_id = p.project_id and f.code = 'F' || lpad((p.case_id % :fronts)::text, 2, '0')
"""


@dataclass(frozen=True)
class Portfolio:
    """The loaded database, and a token of somebody who sees all of it."""

    settings: Settings
    engine: Engine
    token: str


@pytest.fixture(scope="module")
def portfolio(
    make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portfolio]:
    url = make_database()
    engine = make_engine(url, maintenance=True, statement_timeout_ms=0)
    upgrade(engine)
    with engine.begin() as connection:
        lay(connection, parcels=PARCELS, projects=PROJECTS)
    with Session(engine) as session:
        for seed, project in enumerate(session.scalars(select(Project).order_by(Project.code))):
            project.planned_finish = TODAY + timedelta(900)
            add_network(session, project, seed)
        session.execute(text(ON_FRONTS.replace(":fronts", str(FRONTS))))
        session.execute(
            text(
                "insert into event (effective_on, actor, kind, object_type, object_code) values "
                "('2026-03-13', 'bench', 'portfolio.load', 'portfolio', 'networks')"
            )
        )
        session.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))
    settings = Settings(
        _env_file=None, home=tmp_path_factory.mktemp("scale"), database_url=url, app_database_url=app_url(url),
        secret="for tests only 0123456789abcdefghij", demo=True, requests_per_minute=10_000_000,
    )  # fmt: skip
    yield Portfolio(settings, engine, make_tester(settings, "can-bo", "ward_leader", wards=None).token)
    engine.dispose()


def add_network(session: Session, project: Project, seed: int) -> None:
    """A network of `ACTIVITIES` with a possession per front, each before a hundredth of the works."""
    section = Section(
        project_id=project.id, code="D1", name_vi="Đoạn", name_en="Section", status_vi="", source=""
    )
    session.add(section)
    session.flush()
    fronts = [
        WorkFront(project_id=project.id, section_id=section.id, code=f"F{n:02}", name_vi=f"Mũi {n}",
                  name_en=f"Front {n}", kind="road", needs_land=True)
        for n in range(FRONTS)
    ]  # fmt: skip
    session.add_all(fronts)
    session.flush()
    works = ACTIVITIES - FRONTS - 1
    net = layered(works, seed=seed)
    plain = {"project_id": project.id, "calendar": "ALL", "duration": 0}
    rows = [
        plain
        | {"code": "OPEN", "name_vi": "Thông xe", "name_en": "Opening", "kind": "milestone", "front_id": None}
    ]
    rows += [plain | {"code": f"P-{f.code}", "name_vi": f"Nhận {f.code}", "name_en": f"Possession {f.code}",
                      "kind": "possession", "front_id": f.id} for f in fronts]  # fmt: skip
    rows += [plain | {"code": f"A{i}", "name_vi": f"Việc {i}", "name_en": f"Work {i}", "kind": "task",
                      "front_id": None, "duration": d} for i, d in enumerate(net.duration.tolist())]  # fmt: skip
    session.execute(insert(Activity), rows)
    ids = dict(
        session.execute(select(Activity.code, Activity.id).where(Activity.project_id == project.id)).all()
    )
    links = [
        {
            "project_id": project.id,
            "pred_id": ids[f"A{u}"],
            "succ_id": ids[f"A{v}"],
            "type": TYPES[t],
            "lag": lag,
        }
        for u, v, t, lag in zip(
            net.pred.tolist(), net.succ.tolist(), net.type.tolist(), net.lag.tolist(), strict=True
        )
    ]
    ends = set(range(works)) - set(net.pred.tolist())
    tie = {"project_id": project.id, "type": "FS", "lag": 0}
    links += [tie | {"pred_id": ids[f"A{i}"], "succ_id": ids["OPEN"]} for i in sorted(ends)]
    rng = np.random.default_rng(seed)
    for f in fronts:
        for i in rng.choice(works, works // 100, replace=False).tolist():
            links.append(tie | {"pred_id": ids[f"P-{f.code}"], "succ_id": ids[f"A{i}"]})
    session.execute(insert(Link), links)


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
    figure(f"{what}: mạng đã biết, đất mọi dự án đổi", "s", two)
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
                headers={"Idempotency-Key": f"scale-{n}"},
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
