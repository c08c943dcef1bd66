"""The doctor says what is wrong in words, whatever is broken, and changes nothing."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from api import ports
from api.doctor import Finding, diagnose
from api.settings import Settings
from geo.db import make_engine
from geo.migrate import upgrade
from tests.people import app_url


def settings(home: Path, *, url: str | None = None, port: int = 0) -> Settings:
    return Settings(_env_file=None, home=home, database_url=url, port=port)


def about(findings: list[Finding], word: str) -> Finding:
    return next(finding for finding in findings if word in finding.vi)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_nothing_is_made_where_nothing_was(tmp_path: Path) -> None:
    home = tmp_path / "none"
    findings = diagnose(settings(home))
    assert "chưa tạo" in about(findings, "Cụm cơ sở dữ liệu").vi
    assert not home.exists()


def test_a_taken_port_is_named_with_the_program_that_has_it(tmp_path: Path, taken: int) -> None:
    finding = about(diagnose(settings(tmp_path, port=taken)), f":{taken} ")
    assert not finding.ok
    assert str(os.getpid()) in finding.vi
    assert "PORT=" in finding.fix


def test_a_free_port_has_no_listener(taken: int) -> None:
    assert ports.in_use("127.0.0.1", taken)
    assert ports.listener(taken)
    assert ports.listener(1) is None


def test_a_database_that_does_not_answer_is_a_sentence(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://nobody@/nowhere?host={tmp_path}"
    finding = about(diagnose(settings(tmp_path, url=url)), "không trả lời")
    assert not finding.ok
    assert "Traceback" not in finding.vi


def test_a_database_is_followed_from_empty_to_migrated(
    tmp_path: Path, make_database: Callable[[], str]
) -> None:
    url = make_database()
    empty = diagnose(settings(tmp_path, url=url))
    assert about(empty, "PostGIS").ok
    assert about(empty, "Cấu trúc").fix == "duonggang db upgrade"
    assert not about(empty, "bảng danh mục").ok
    engine = make_engine(url, maintenance=True)
    upgrade(engine)
    engine.dispose()
    migrated = diagnose(settings(tmp_path, url=url))
    assert about(migrated, "Cấu trúc").ok
    assert about(migrated, "Danh mục chưa").fix == "duonggang portfolio load"


def test_what_the_web_role_has_too_much_is_named(tmp_path: Path, make_database: Callable[[], str]) -> None:
    url = make_database()
    engine = make_engine(url, maintenance=True)
    upgrade(engine)
    own = Settings(_env_file=None, home=tmp_path, database_url=url, app_database_url=app_url(url), port=0)
    assert [f for f in diagnose(own) if f.name == "history_rights"] == []
    with engine.begin() as connection:
        connection.execute(text("grant delete on event to duonggang_app"))
    engine.dispose()
    (finding,) = (f for f in diagnose(own) if f.name == "history_rights")
    assert not finding.ok
    assert "public.event" in finding.vi
    assert "revoke" in finding.fix


def test_the_private_cluster_is_reported_with_its_process(cluster_home: Path) -> None:
    assert "đang chạy" in about(diagnose(settings(cluster_home)), "Cụm cơ sở dữ liệu").vi
