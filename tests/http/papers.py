"""Papers for tests over HTTP: sending them as a page does, and what became of them."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Any

from httpx2 import Response
from sqlalchemy import select, text
from starlette.testclient import TestClient

from api.settings import Settings
from geo.tables import ClearanceCase, Event
from tests.people import Tester, make_tester, owner_session

PROJECT = "TULIEN"  # these tests change cases of this project only


def codes_of(settings: Settings) -> list[str]:
    """The codes of the cases of the project."""
    with owner_session(settings) as session:
        query = select(ClearanceCase.code).where(ClearanceCase.code.like(f"{PROJECT}-%"))
        return sorted(session.scalars(query))


def make_others(settings: Settings, mark: str) -> dict[str, Tester]:
    """People of other reach: an officer of another ward, a department, an auditor, two of this project."""
    with owner_session(settings) as session:
        wards = {w for (w,) in session.execute(text(
            "select distinct ward_code from clearance_case c join project p on p.id = c.project_id where p.code = :p"
        ), {"p": PROJECT})}  # fmt: skip
        foreign = session.scalar(
            text("select code from ward where not code = any(:w) limit 1"), {"w": list(wards)}
        )
    return {
        "foreign": make_tester(settings, f"{mark}-phuong-khac", "ward_officer", wards=(str(foreign),)),
        "department": make_tester(settings, f"{mark}-so", "department", projects=(PROJECT,)),
        "board": make_tester(settings, f"{mark}-ban", "board", projects=(PROJECT,)),
        "auditor": make_tester(settings, f"{mark}-kiem-toan", "auditor"),
        "leader": make_tester(settings, f"{mark}-lanh-dao", "ward_leader", wards=tuple(wards)),
    }


def announced(content: bytes, name: str = "anh.jpg", **more: Any) -> dict[str, Any]:
    return {
        "name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(),
        "key": secrets.token_urlsafe(12), "kind": "ANH_HIEN_TRUONG",
    } | more  # fmt: skip


def piece(client: TestClient, at: str, content: bytes, offset: int, length: int) -> Response:
    return client.patch(
        at,
        content=content[offset : offset + length],
        headers={"Upload-Offset": str(offset), "content-type": "application/offset+octet-stream"},
    )


def whole(client: TestClient, code: str, content: bytes, **more: Any) -> Response:
    """Announces, sends and finishes."""
    there = client.post(f"/api/cases/{code}/uploads", json=announced(content, **more))
    assert there.status_code == 200, there.text
    at = f"/api/cases/{code}/uploads/{there.json()['id']}"
    offset = there.json()["offset"]
    while there.json()["state"] == "open" and offset < len(content):
        there = piece(client, at, content, offset, 400_000)
        assert there.status_code == 200, there.text
        offset = there.json()["offset"]
    return client.post(at) if there.json()["state"] == "open" else there


def events(settings: Settings, code: str, kind: str) -> list[Event]:
    with owner_session(settings) as session:
        query = select(Event).where(Event.object_code == code, Event.kind == kind).order_by(Event.id)
        found = list(session.scalars(query))
        session.expunge_all()
    return found


def kept(settings: Settings) -> list[Path]:
    return [path for path in (settings.home / "documents").glob("??/*") if path.is_file()]
