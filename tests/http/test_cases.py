from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from starlette.testclient import TestClient

from api.usecases import cases as cases_module
from geo.tables import Event
from tests.people import owner_session

DAY = "2026-03-13"
PROJECT = "NGOCHOI"  # these tests change cases of this project only


@pytest.fixture
def pick_case(client: TestClient) -> Callable[[str], dict[str, Any]]:
    """A function that gives a case of the project at a step, never the same twice."""
    used: set[str] = set()

    def pick(step: str) -> dict[str, Any]:
        rows = client.get("/api/cases", params={"project": PROJECT, "buoc": step, "limit": 500}).json()[
            "rows"
        ]
        row: dict[str, Any] = next(r for r in rows if r["code"] not in used and r["version"] == 1)
        used.add(row["code"])
        return row

    return pick


def events_of(app: FastAPI, code: str) -> list[Event]:
    with owner_session(app.state.settings) as session:
        return list(
            session.scalars(select(Event).where(Event.object_code == code, Event.kind != "case.import"))
        )


def test_a_step_is_written_as_one_event_with_both_states(
    app: FastAPI, client: TestClient, pick_case: Callable[[str], dict[str, Any]]
) -> None:
    case = pick_case("S80")
    body = {"version": 1, "step": "S85", "effective_on": DAY, "document": "12/BB", "signer": "Nguyễn Văn Một"}
    answer = client.patch(f"/api/cases/{case['code']}", json=body)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["step"], answer.json()["version"]) == ("S85", 2)
    (event,) = events_of(app, case["code"])
    assert event.before is not None
    assert event.after is not None
    assert (event.before["step"], event.after["step"], event.document) == ("S80", "S85", "12/BB")
    shown = client.get(f"/api/cases/{case['code']}").json()
    assert shown["row"]["step"] == "S85"
    assert shown["history"][0]["after"]["step"] == "S85"


def test_a_stale_version_is_refused_with_both_states(
    app: FastAPI, client: TestClient, pick_case: Callable[[str], dict[str, Any]]
) -> None:
    code = pick_case("S80")["code"]
    first = {"version": 1, "promised_on": "2026-05-05", "effective_on": DAY}
    assert client.patch(f"/api/cases/{code}", json=first).status_code == 200
    late = client.patch(f"/api/cases/{code}", json={"version": 1, "promised_on": "2026-06-06"})
    assert late.status_code == 409
    assert late.json()["error"] == "StaleVersion"
    assert late.json()["current"]["promised_on"] == "2026-05-05"
    assert late.json()["wanted"]["promised_on"] == "2026-06-06"
    assert len(events_of(app, code)) == 1


def test_an_illegal_step_is_refused_with_every_reason(
    app: FastAPI, client: TestClient, pick_case: Callable[[str], dict[str, Any]]
) -> None:
    code = pick_case("S80")["code"]
    answer = client.patch(
        f"/api/cases/{code}", json={"version": 1, "step": "S10", "effective_on": "2030-01-01"}
    )
    assert answer.status_code == 422
    body = answer.json()
    assert body["error"] == "IllegalStep"
    assert {fault["where"] for fault in body["faults"]} >= {"step", "effective_on"}
    assert "S90" in body["allowed"]
    assert events_of(app, code) == []


def test_the_same_key_writes_once_and_answers_the_same(
    app: FastAPI, client: TestClient, pick_case: Callable[[str], dict[str, Any]]
) -> None:
    code = pick_case("S80")["code"]
    body = {"version": 1, "promised_on": "2026-07-07", "effective_on": DAY}
    headers = {"Idempotency-Key": f"once-{code}"}
    answers = [client.patch(f"/api/cases/{code}", json=body, headers=headers) for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 200]
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert len(events_of(app, code)) == 1
    other = client.patch(f"/api/cases/{code}", json=body | {"promised_on": "2026-08-08"}, headers=headers)
    assert other.status_code == 422
    assert other.json()["error"] == "KeyReused"


def test_of_many_writers_with_the_same_version_one_wins(
    app: FastAPI, client: TestClient, pick_case: Callable[[str], dict[str, Any]]
) -> None:
    code = pick_case("S80")["code"]
    statuses = _race(client, code, writers=8)
    assert sorted(statuses) == [200] + [409] * 7
    assert len(events_of(app, code)) == 1


def test_without_the_version_check_updates_are_lost(
    app: FastAPI,
    client: TestClient,
    pick_case: Callable[[str], dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control of the test above: with the defence off, more than one writer is told that it saved."""
    code = pick_case("S80")["code"]

    monkeypatch.setattr(cases_module, "check_version", lambda *_, **__: None)
    statuses = _race(client, code, writers=8)
    assert statuses.count(200) > 1


def _race(client: TestClient, code: str, *, writers: int) -> list[int]:
    statuses: list[int] = []
    start = threading.Barrier(writers)

    def write(day: int) -> None:
        start.wait()
        body = {"version": 1, "promised_on": f"2026-09-{day:02d}", "effective_on": DAY}
        statuses.append(client.patch(f"/api/cases/{code}", json=body).status_code)

    threads = [threading.Thread(target=write, args=(day,)) for day in range(1, writers + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def test_a_key_of_one_case_cannot_write_another(
    client: TestClient, pick_case: Callable[[str], dict[str, Any]]
) -> None:
    first, second = pick_case("S80")["code"], pick_case("S80")["code"]
    headers = {"Idempotency-Key": f"shared-{first}"}
    body = {"version": 1, "promised_on": "2026-05-20"}
    assert client.patch(f"/api/cases/{first}", json=body, headers=headers).status_code == 200
    answer = client.patch(f"/api/cases/{second}", json=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (422, "KeyReused")
    assert client.get(f"/api/cases/{second}").json()["row"]["version"] == 1


@pytest.mark.parametrize("day", ["2020-01-01", "2026-11-23"])
def test_an_edit_is_true_between_its_step_and_today(
    client: TestClient, pick_case: Callable[[str], dict[str, Any]], day: str
) -> None:
    code = pick_case("S80")["code"]
    body = {"version": 1, "promised_on": "2026-12-20", "effective_on": day}
    answer = client.patch(f"/api/cases/{code}", json=body)
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["where"] == "effective_on"


def test_a_past_data_date_shows_the_case_as_it_was_then(
    client: TestClient, pick_case: Callable[[str], dict[str, Any]]
) -> None:
    code = pick_case("S80")["code"]
    body = {
        "version": 1,
        "step": "S85",
        "effective_on": "2026-04-20",
        "document": "77/BB",
        "signer": "Nguyễn Văn Một",
    }
    assert client.patch(f"/api/cases/{code}", json=body).status_code == 200
    steps = [
        client.get(f"/api/cases/{code}", params={"ngay": day}).json()["row"]["step"]
        for day in ("2026-04-19", "2026-04-20")
    ]
    assert steps == ["S80", "S85"]


def test_unknown_fields_and_missing_version_are_refused_by_name(client: TestClient) -> None:
    answer = client.patch(f"/api/cases/{PROJECT}-0001", json={"step": "S90", "colour": "red"})
    assert answer.status_code == 422
    assert {f["where"] for f in answer.json()["faults"]} == {"body.version", "body.colour"}


@pytest.mark.parametrize("code", ["KHONG-CO", "x", "%00", "../etc", "A" * 500])
def test_a_case_that_does_not_exist_is_404(client: TestClient, code: str) -> None:
    answer = client.get(f"/api/cases/{code}")
    assert answer.status_code == 404
    assert answer.json()["error"] == "NotFound"


@pytest.mark.parametrize(
    ("field", "value"),
    [("note", "x" * 501), ("document", "a\x07b"), ("obstacle", "KHONG_CO"), ("promised_on", "1999-01-01")],
)
def test_a_bad_field_is_refused_and_nothing_is_written(
    app: FastAPI, client: TestClient, pick_case: Callable[[str], dict[str, Any]], field: str, value: str
) -> None:
    code = pick_case("S80")["code"]
    answer = client.patch(f"/api/cases/{code}", json={"version": 1, field: value})
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["where"] == field
    assert events_of(app, code) == []


def test_a_list_counts_what_it_lists(client: TestClient) -> None:
    every = client.get("/api/cases", params={"project": PROJECT, "limit": 1}).json()["total"]
    by_group = [
        client.get("/api/cases", params={"project": PROJECT, "buoc": str(g), "limit": 1}).json()["total"]
        for g in range(1, 8)
    ]
    assert sum(by_group) == every > 0


def test_events_are_not_lost_between_counting_and_listing(app: FastAPI, client: TestClient) -> None:
    with owner_session(app.state.settings) as session:
        counted = session.scalar(
            select(func.count()).where(Event.kind == "case.import", Event.project_code == PROJECT)
        )
    assert counted == client.get("/api/cases", params={"project": PROJECT}).json()["total"]
