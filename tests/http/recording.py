"""Records of cases as tests write them over HTTP, and a look at the rows as the application's role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, select, text
from starlette.testclient import TestClient

from api.settings import Settings
from geo.db import APP_ROLE, make_engine
from geo.history import touch
from geo.tables import ClearanceCase, Event
from tests.people import app_url, owner_session

PROJECT = "HONGHA"  # these tests change cases of this project only
HOUSE = {
    "kind": "house", "description": "Nhà hai tầng", "quantity": "85,5", "unit": "m²", "measured_on": "2026-03-02",
}  # fmt: skip
LAND = {
    "kind": "land", "description": "Đất ở", "quantity": "100.5", "unit": "m²", "price_vnd": "30.000.000",
    "coefficient": "1,15", "basis": "QĐ 56/2024/QĐ-UBND", "level": "A",
}  # fmt: skip
NASTY = "<script>alert(1)</script> \"'& 😀 \u202eẩn\u202c {{ 7*7 }}"


def set_step(settings: Settings, code: str, step: str) -> None:
    with owner_session(settings) as session:
        case = session.scalars(select(ClearanceCase).where(ClearanceCase.code == code)).one()
        case.step = step
        touch(session, case.project_id)  # what was computed of the project counts no more
        session.add(
            Event(
                effective_on=case.step_on,
                actor="tests",
                kind="test",
                object_type="case",
                object_code="-",
                after={},
            )
        )


def add(client: TestClient, code: str, part: str, fields: dict[str, Any], **more: Any) -> str:
    answer = client.post(f"/api/cases/{code}/{part}", json={"fields": fields, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["code"])


def edit(client: TestClient, code: str, path: str, version: int, fields: dict[str, Any], **more: Any) -> Any:
    return client.patch(f"/api/cases/{code}/{path}", json={"version": version, "fields": fields, **more})


@contextmanager
def as_app(settings: Settings, *, people: str) -> Iterator[Connection]:
    """A connection as the role of the application that sees all cases; nothing stays."""
    url = str(settings.database_url)
    mine = app_url(url)
    engine = make_engine(mine) if mine else make_engine(url, role=APP_ROLE)
    with engine.connect() as connection:
        for name, value in (("reach", "all"), ("people", people)):
            connection.execute(
                text("select set_config(:n, :v, true)"), {"n": f"duonggang.{name}", "v": value}
            )
        yield connection
    engine.dispose()
