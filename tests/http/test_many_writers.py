"""Many officers on one case: nothing that was acknowledged is lost, doubled or written over unseen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from api.settings import Settings
from api.usecases import cases as cases_module
from geo.tables import Event
from tests.http.writers import DAY, FIELDS, contend, overwritten
from tests.people import owner_session

PROJECT = "YTE"  # these tests change cases of this project only


@pytest.fixture
def pick_case(client: TestClient) -> Callable[[], str]:
    """A function that gives a case that nobody changed yet, never the same twice."""
    rows = client.get(f"/api/cases?project={PROJECT}&buoc=S80&limit=500").json()["rows"]
    codes = [str(row["code"]) for row in rows if row["version"] == 1]
    return codes.pop


def written(settings: Settings, code: str) -> list[Event]:
    with owner_session(settings) as session:
        query = select(Event).where(Event.object_code == code, Event.kind != "case.import")
        return list(session.scalars(query.order_by(Event.id)))


def test_32_officers_with_25_edits_each_lose_nothing(
    portfolio_settings: Settings, client: TestClient, pick_case: Callable[[], str]
) -> None:
    code = pick_case()
    ledger = contend(client, code, writers=32, edits=25)
    events = {event.reason: event for event in written(portfolio_settings, code)}
    assert len(events) == len(written(portfolio_settings, code)) == len(ledger) > 200
    for entry in ledger:
        after = events[entry.key].after or {}
        assert (after["version"], after[entry.field]) == (entry.version, entry.value)
    assert [entry.version for entry in ledger] == list(range(2, len(ledger) + 2))
    assert overwritten(ledger) == []
    assert sum(entry.merged > 0 for entry in ledger) > 100  # many met somebody else's change of another field
    shown = client.get(f"/api/cases/{code}").json()["present"]
    last = {entry.field: entry.value for entry in ledger}
    assert {name: shown[name] for name in FIELDS} == last


def test_without_the_version_check_acknowledged_edits_are_lost(
    client: TestClient, pick_case: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above."""
    monkeypatch.setattr(cases_module, "check_version", lambda *_, **__: None)
    assert overwritten(contend(client, pick_case(), writers=8, edits=6)) != []


@pytest.mark.parametrize("times", [2, 3, 4, 5])
@pytest.mark.parametrize("way", ["patch", "form", "correction"])
def test_a_request_sent_several_times_at_once_is_written_once_and_answered_alike(
    portfolio_settings: Settings, client: TestClient, pick_case: Callable[[], str], way: str, times: int
) -> None:
    code = pick_case()
    send = {"patch": patch, "form": form, "correction": correction}[way](client, code)
    before = len(written(portfolio_settings, code))
    answers = at_once(send, times)
    assert len(written(portfolio_settings, code)) == before + 1
    assert answers[0][0] in (200, 303)
    assert answers == [answers[0]] * times
    assert send() == answers[0]


def test_without_the_lookup_of_the_key_the_same_request_is_not_answered_alike(
    client: TestClient, pick_case: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above."""
    monkeypatch.setattr(cases_module, "already_written", lambda *_: None)
    answers = at_once(patch(client, pick_case()), 4)
    assert [status for status, _ in answers] != [200] * 4


Send = Callable[[], tuple[int, Any]]


def patch(client: TestClient, code: str) -> Send:
    headers = {"Idempotency-Key": f"twice-{code}"}
    body = {"version": 1, "note": "một lần", "effective_on": DAY}

    def send() -> tuple[int, Any]:
        answer = client.patch(f"/api/cases/{code}", json=body, headers=headers)
        return answer.status_code, answer.json()

    return send


def form(client: TestClient, code: str) -> Send:
    data = {"version": "1", "key": f"form-{code}", "step": "S80", "effective_on": DAY, "note": "một lần"}

    def send() -> tuple[int, Any]:
        answer = client.post(f"/ho-so/{code}", data=data, follow_redirects=False)
        return answer.status_code, answer.headers.get("location")

    return send


def correction(client: TestClient, code: str) -> Send:
    assert client.patch(f"/api/cases/{code}", json={"version": 1, "note": "sai"}).status_code == 200
    event = client.get(f"/api/cases/{code}").json()["history"][0]["id"]
    headers = {"Idempotency-Key": f"correct-{code}"}
    body = {"version": 2, "note": "đúng", "reason": "gõ nhầm"}

    def send() -> tuple[int, Any]:
        answer = client.post(f"/api/cases/{code}/events/{event}/correction", json=body, headers=headers)
        return answer.status_code, answer.json()

    return send


def at_once(send: Send, times: int) -> list[tuple[int, Any]]:
    answers: list[tuple[int, Any]] = []
    start = threading.Barrier(times)

    def one() -> None:
        start.wait()
        answers.append(send())

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
