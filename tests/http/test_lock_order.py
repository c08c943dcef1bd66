"""Every write takes the lock of the history last, so no two of them can wait for each other."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from api.usecases import cases
from geo.history import record, touch
from geo.tables import Event, Project
from tests.people import owner_session

PROJECT = "NGOCHOI"
DAY = date(2026, 11, 20)


def import_beside_an_edit(app: FastAPI, edit: Callable[[], int]) -> int:
    """Takes the project's row as an import does, starts an edit of one of its cases, then writes its own event."""
    with ThreadPoolExecutor(1) as pool:
        with owner_session(app.state.settings) as session:
            touch(session, session.scalars(select(Project.id).where(Project.code == PROJECT)).one())
            answer = pool.submit(edit)
            time.sleep(0.5)
            record(
                session,
                kind="parcels.import",
                object_type="import",
                object_code="0",
                actor="t",
                effective_on=DAY,
            )
        return answer.result(30)


@pytest.fixture
def edit(client: TestClient) -> Callable[[], int]:
    """An edit of a case over HTTP; gives the status of the answer."""
    case = client.get("/api/cases", params={"project": PROJECT, "limit": 500}).json()["rows"][-2]
    body = {"version": case["version"], "effective_on": DAY.isoformat(), "reason": "thứ tự khoá"}
    return lambda: client.patch(f"/api/cases/{case['code']}", json=body).status_code


def test_an_edit_and_an_import_of_one_project_wait_in_one_order(
    app: FastAPI, edit: Callable[[], int]
) -> None:
    assert import_beside_an_edit(app, edit) == 200


def test_with_the_history_first_they_wait_for_each_other(
    app: FastAPI, edit: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: the order that the edit had before events were chained."""
    waiting: list[int] = []

    def record_first(session: Any, **values: Any) -> Event:
        event = record(session, **values)
        touch(session, waiting.pop())
        return event

    monkeypatch.setattr(cases, "touch", lambda session, project_id: waiting.append(project_id))
    monkeypatch.setattr(cases, "record", record_first)
    refused = False
    try:
        refused = import_beside_an_edit(app, edit) != 200
    except OperationalError as error:  # of the two, PostgreSQL ended this one
        refused = "deadlock" in str(error)
    assert refused
