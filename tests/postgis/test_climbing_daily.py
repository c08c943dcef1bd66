"""Overdue obstacles climb by command, and by the worker: at its start, and from then on once a day; never twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from api.cli import app
from api.settings import Settings
from api.work.queue import DAILY, DAILY_AT, OFTEN, OFTEN_AT, make_queue
from api.work.worker import working
from geo.db import make_engine, make_sessions
from geo.migrate import upgrade
from geo.server.processes import pauses
from geo.tables import CaseObstacle, PortfolioState
from tests.people import app_url
from tests.postgis.case_rows import add_cases

CODES = ("VD1-0001", "VD1-0002")
CLIMBS = text("select count(*) from event where kind = 'obstacle.climb' and actor = 'system'")


@pytest.fixture
def url(make_database: Callable[[], str]) -> str:
    """A database with two overdue obstacles on its data date."""
    made = make_database()
    engine = make_engine(made, maintenance=True)
    upgrade(engine)
    with make_sessions(engine).begin() as session:
        session.add(PortfolioState(id=1, data_date=date(2026, 3, 13), files_sha256="x", demo_seed=1))
        for case in add_cases(session, CODES, project="VD1"):
            case.obstacle = "MO_MA"
            session.flush()
            row = session.query(CaseObstacle).filter_by(case_id=case.id).one()
            row.due_on = date(2026, 3, 12)
    engine.dispose()
    return made


def climbs(url: str) -> int:
    engine = make_engine(url, maintenance=True)
    try:
        with engine.begin() as connection:
            return int(connection.scalar(CLIMBS) or 0)
    finally:
        engine.dispose()


def test_the_command_does_every_climb_once_and_says_which(url: str) -> None:
    def run(*words: str) -> str:
        result = CliRunner(env={"DUONGGANG_DATABASE_URL": url}).invoke(app, ["follow", "climb", *words])
        assert result.exit_code == 0, result.output
        return result.stdout

    assert [each["case"] for each in json.loads(run("--json"))] == list(CODES)
    assert json.loads(run("--json")) == []
    assert run("--ngay", "2026-03-27").count("department → city") == 2
    assert climbs(url) == 4


def test_the_worker_does_what_was_missed_when_it_starts_as_the_applications_role(
    url: str, tmp_path: Path
) -> None:
    own = app_url(url)
    if own is None:
        pytest.skip("needs the run's private cluster")
    settings = Settings(
        _env_file=None, home=tmp_path, database_url=url, app_database_url=own,
        secret="for tests only 0123456789abcdefghij", obstacle_period_days=7,
    )  # fmt: skip
    with working(settings):
        for _ in pauses(20.0):
            if climbs(url):
                break
    with working(settings):
        pass
    assert climbs(url) == len(CODES)


def test_the_queue_has_the_daily_work_once_a_day_and_at_most_one_of_it_waiting() -> None:
    done: list[int] = []
    queue = make_queue("postgresql+psycopg://nobody@nowhere/none", print, daily=lambda: done.append(1))
    periodic = [
        (p.cron, p.task.name, p.task.queueing_lock) for p in queue.periodic_registry.periodic_tasks.values()
    ]
    assert periodic == [(DAILY_AT, DAILY, DAILY), (OFTEN_AT, OFTEN, OFTEN)]
    queue.tasks[DAILY].func(timestamp=0)
    assert done == [1]
