"""`/khoe` says that the process lives, `/san-sang` that it can do its work; neither tells strangers more."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, event, text
from starlette.testclient import TestClient

from api.app import create_app
from api.rightsfile import rights
from api.settings import Settings
from api.usecases.audit import anchor_history
from api.usecases.readiness import Check, readiness
from geo.db import make_engine, make_sessions
from geo.history import record
from geo.migrate import upgrade
from geo.scope import enter
from geo.tables import PortfolioState
from projects.rights import Principal
from tests.people import app_url, make_tester, owner_session

NAMES = ["database", "migrations", "portfolio", "chain", "anchor", "clock", "disk"]


@pytest.fixture(scope="module")
def settings(portfolio_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """With an anchor of now, as a server has it after its start."""
    anchor = tmp_path_factory.mktemp("mount") / "anchor.jsonl"
    changed = portfolio_settings.model_copy(update={"anchor": anchor})
    with owner_session(changed) as session:
        anchor_history(session, anchor, now=datetime.now(UTC))
    return changed


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=100, free=50))


@pytest.fixture
def anybody(settings: Settings, roomy: None) -> Iterator[TestClient]:
    app = create_app(settings)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def dead_app(settings: Settings, revived: list[str]) -> FastAPI:
    """An application whose database does not answer."""
    nowhere = make_engine("postgresql+psycopg://nobody@/none?host=/nonexistent")
    return create_app(settings, engine=nowhere, revive=lambda: revived.append("again"))


def test_the_process_says_that_it_lives_and_nothing_else(anybody: TestClient) -> None:
    assert anybody.get("/khoe").json() == {"status": "ok"}


def test_it_lives_without_a_database_and_without_asking_one(settings: Settings, roomy: None) -> None:
    engine = make_engine(str(settings.app_database_url or settings.database_url))
    asked: list[str] = []
    event.listen(engine, "do_connect", lambda *_: asked.append("connect"))
    with TestClient(create_app(settings, engine=engine), base_url="http://127.0.0.1") as client:
        assert client.get("/khoe", headers={"authorization": "Bearer dg_x"}).status_code == 200
        client.cookies.set("__Host-phien", "x")
        assert client.get("/khoe").status_code == 200
        assert asked == []
        client.get("/san-sang")
        assert asked, "the control: the other one does ask"
    with TestClient(dead_app(settings, []), base_url="http://127.0.0.1") as client:
        assert client.get("/khoe").status_code == 200


def test_a_ready_server_names_its_checks_and_no_figure(anybody: TestClient) -> None:
    answer = anybody.get("/san-sang")
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"status": "ready", "checks": [{"name": name, "ok": True} for name in NAMES]}


def test_a_dead_database_is_said_by_name_and_started_again(settings: Settings, roomy: None) -> None:
    revived: list[str] = []
    app = dead_app(settings, revived)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        answer = client.get("/san-sang")
        page = client.get("/san-sang", headers={"accept": "text/html"})
    assert (answer.status_code, page.status_code) == (503, 503)
    body = answer.json()
    assert body["status"] == "not ready"
    assert [(check["name"], check["ok"]) for check in body["checks"]] == [
        (name, name == "disk") for name in NAMES
    ]
    assert all(set(check) == {"name", "ok"} for check in body["checks"])
    assert revived


def test_oversight_sees_the_figures_and_others_do_not(settings: Settings, roomy: None) -> None:
    auditor = make_tester(settings, "readiness.auditor", "auditor")
    leader = make_tester(settings, "readiness.leader", "ward_leader", wards=None)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        told = client.get("/san-sang", headers=auditor.headers).json()
        plain = client.get("/san-sang", headers=leader.headers).json()
    assert told["version"]
    assert all(check["figure"] for check in told["checks"])
    assert "version" not in plain
    assert all(set(check) == {"name", "ok"} for check in plain["checks"])


# --- every check forced -------------------------------------------------------------------------------------


@pytest.fixture
def owner(settings: Settings) -> Iterator[Engine]:
    """The owner, whose changes in a test are taken back at its end."""
    engine = make_engine(str(settings.database_url), maintenance=True)
    yield engine
    engine.dispose()


def red(settings: Settings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> list[str]:
    engine = make_engine(str(settings.app_database_url or settings.database_url))
    try:
        checks = readiness(
            make_sessions(engine).begin, home=settings.home, anchor_file=settings.anchor_file, now=now
        )
    finally:
        engine.dispose()
    assert [check.name for check in checks] == NAMES
    return [check.name for check in checks if not check.ok]


def test_an_old_schema_is_not_ready(settings: Settings, owner: Engine, roomy: None) -> None:
    with owner.begin() as connection:
        have = connection.scalar(text("select version_num from alembic_version"))
        connection.execute(text("update alembic_version set version_num = '0005'"))
    try:
        assert red(settings) == ["migrations"]
    finally:
        with owner.begin() as connection:
            connection.execute(text("update alembic_version set version_num = :v"), {"v": have})
    assert red(settings) == []


def test_a_full_disk_is_not_ready(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=1000, free=99))
    assert red(settings) == ["disk"]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=1000, free=100))
    assert red(settings) == []


@pytest.mark.parametrize("seconds", [-3600, -2.5, 2.5, 86_400, 365 * 86_400])
def test_a_clock_that_jumped_is_not_ready(settings: Settings, roomy: None, seconds: float) -> None:
    assert red(settings, now=lambda: datetime.now(UTC) + timedelta(seconds=seconds)) == ["clock"]


@pytest.mark.parametrize("seconds", [-1.5, 0, 1.5])
def test_a_little_drift_is_ready(settings: Settings, roomy: None, seconds: float) -> None:
    assert red(settings, now=lambda: datetime.now(UTC) + timedelta(seconds=seconds)) == []


def test_a_damaged_anchor_file_is_not_ready(settings: Settings, roomy: None, tmp_path: Path) -> None:
    (tmp_path / "anchor.jsonl").write_text('{"at": 1}\n')
    assert red(settings.model_copy(update={"anchor": tmp_path / "anchor.jsonl"})) == ["anchor"]


def test_an_anchor_behind_by_more_than_fifteen_minutes_is_not_ready(
    make_database: Callable[[], str], tmp_path: Path, roomy: None
) -> None:
    """On a database of its own: its history is moved in time, and it is empty at first."""
    url = make_database()
    engine = make_engine(url, maintenance=True)
    upgrade(engine)
    settings = Settings(
        _env_file=None,
        home=tmp_path,
        database_url=url,
        app_database_url=app_url(url),
        anchor=tmp_path / "anchor.jsonl",
    )
    day = datetime(2026, 3, 13, tzinfo=UTC).date()
    assert red(settings) == ["portfolio", "chain"]
    with make_sessions(engine).begin() as session:
        session.add(PortfolioState(id=1, data_date=day, files_sha256="0" * 64))
        record(session, kind="t", object_type="portfolio", object_code="x", actor="t", effective_on=day)
    assert red(settings) == [], "what is younger than a quarter of an hour need not be there yet"
    aged = (
        "alter table event disable trigger event_append_only",
        "update event set recorded_at = recorded_at - interval '16 minutes'",
        "alter table event enable trigger event_append_only",
    )
    with engine.begin() as connection:
        for statement in aged:
            connection.execute(text(statement))
    assert red(settings) == ["anchor"]
    with make_sessions(engine)() as session:
        anchor_history(session, settings.anchor_file, now=datetime.now(UTC))
    assert red(settings) == [], "nothing new was recorded: an old anchor is as good as a fresh one"
    engine.dispose()


def test_what_nobody_may_see_is_not_needed_for_it(settings: Settings, roomy: None) -> None:
    """The checks run with no reach at all, as for the public."""
    engine = make_engine(str(settings.app_database_url or settings.database_url))
    sessions = make_sessions(engine)
    with sessions.begin() as session:
        enter(session, Principal("", "", rights().roles["public"]))
        assert session.scalar(text("select count(*) from event")) == 0
    checks = readiness(sessions.begin, home=settings.home, anchor_file=settings.anchor_file)
    engine.dispose()
    assert [check for check in checks if not check.ok] == []
    assert all(isinstance(check, Check) for check in checks)
