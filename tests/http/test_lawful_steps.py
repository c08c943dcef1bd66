"""The law stands before a step and before a correction: refused with the article, open when the facts are there."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.usecases import cases

PROJECT = "QL6"  # these tests and those of many cases at once change cases of this project only
SIGNED = {"document": "9/QĐ", "signer": "Nguyễn Văn Một"}


def fresh(client: TestClient, step: str) -> dict[str, Any]:
    """The newest case at a step that nobody has changed."""
    rows = client.get(f"/api/cases?project={PROJECT}&buoc={step}&limit=500").json()["rows"]
    return max((row for row in rows if row["version"] == 1), key=lambda row: (row["step_on"], row["code"]))


def move(client: TestClient, code: str, version: int, step: str, day: str, **more: Any) -> Any:
    body = {"version": version, "step": step, "effective_on": day} | SIGNED | more
    return client.patch(f"/api/cases/{code}", json=body)


def test_a_posting_that_was_not_ended_does_not_lead_to_the_appraisal_and_the_article_is_named(
    client: TestClient,
) -> None:
    row = fresh(client, "S60")
    answer = move(client, row["code"], 1, "S70", "2026-04-20")
    assert answer.status_code == 422
    assert "Điều" in answer.text
    assert "PA-0" in answer.text
    assert client.get(f"/api/cases/{row['code']}").json()["row"]["version"] == 1


def test_the_same_step_is_open_when_its_facts_come_along_with_it_all_in_one_event(client: TestClient) -> None:
    row = fresh(client, "S60")
    facts = [
        {"kind": "posting.ended", "on": "2026-03-30", "document": "4/BB"},
        {"kind": "opinions.held", "on": "2026-03-31", "value": "1/1", "document": "5/BB"},
        {"kind": "appraisal.received", "on": "2026-04-02", "document": "6/TTr"},
    ]
    answer = move(client, row["code"], 1, "S70", "2026-04-20", facts=facts)
    assert answer.status_code == 200, answer.text
    history = client.get(f"/api/cases/{row['code']}").json()["history"]
    assert next(event["kind"] for event in history) == "case.step"
    told = client.get(f"/api/cases/{row['code']}/facts").json()["facts"]
    assert {"posting.ended", "opinions.held", "appraisal.received", "appraisal.done"} <= {
        fact["kind"] for fact in told
    }
    assert next(fact for fact in told if fact["kind"] == "appraisal.done")["signer"] == SIGNED["signer"]


def test_a_posting_of_less_than_ten_days_is_too_short(client: TestClient) -> None:
    row = fresh(client, "S60")
    facts = [
        {"kind": "posting.ended", "on": row["step_on"], "document": "4/BB"},
        {"kind": "opinions.held", "on": "2026-03-31", "value": "1/1", "document": "5/BB"},
        {"kind": "appraisal.received", "on": "2026-04-02", "document": "6/TTr"},
    ]
    answer = move(client, row["code"], 1, "S70", "2026-04-20", facts=facts)
    assert answer.status_code == 422
    assert "PA-03" in answer.text


def test_without_the_law_the_refused_step_would_be_written(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the refusals above are the law's."""
    row = fresh(client, "S60")
    monkeypatch.setattr(cases, "breaches_of", lambda *_, **__: ())
    assert move(client, row["code"], 1, "S70", "2026-04-20").status_code == 200


def test_a_step_without_who_signed_its_paper_is_refused(client: TestClient) -> None:
    row = fresh(client, "S80")
    answer = move(client, row["code"], 1, "S85", "2026-03-13", signer=" ")
    assert answer.status_code == 422
    assert [fault["where"] for fault in answer.json()["faults"]] == ["signer"]


def test_facts_without_a_step_have_a_way_of_their_own(client: TestClient) -> None:
    row = fresh(client, "S80")
    fact = {"kind": "plan.sent", "on": "2026-03-12", "document": "1/BB"}
    answer = client.patch(f"/api/cases/{row['code']}", json={"version": 1, "note": "x", "facts": [fact]})
    assert answer.status_code == 422
    assert "facts" in {fault["where"] for fault in answer.json()["faults"]}
