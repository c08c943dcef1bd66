"""Facts of a case: written once, with what their kind demands, by those who may, and void ones stay to be read."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from api.settings import Settings
from geo.tables import CaseFact, Event
from tests.people import Tester, make_tester, owner_session

PROJECT = "CVCNS"  # these tests change cases of this project only
SERVED = {"kind": "notice.served", "on": "2026-02-10", "land": "agri", "document": "12/BB-GN"}


@pytest.fixture
def code(client: TestClient) -> str:
    rows = client.get(f"/api/cases?project={PROJECT}&buoc=S20&limit=500").json()["rows"]
    return str(next(row["code"] for row in rows if row["step"] == "S20"))


def post(client: TestClient, code: str, *facts: dict[str, Any], key: str | None = None) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"/api/cases/{code}/facts", json={"facts": list(facts)}, headers=headers)


def events(settings: Settings, code: str) -> int:
    with owner_session(settings) as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(Event)
                .where(Event.object_type == "fact", Event.object_code == code)
            )
            or 0
        )


def test_a_fact_is_told_beside_the_steps_of_the_history_in_the_order_of_days(
    client: TestClient, code: str
) -> None:
    assert post(client, code, SERVED).status_code == 201
    facts = client.get(f"/api/cases/{code}/facts").json()["facts"]
    assert {"notice.issued", "notice.served"} <= {fact["kind"] for fact in facts}
    assert [fact["on"] for fact in facts] == sorted(fact["on"] for fact in facts)


def test_the_same_key_writes_once_and_another_content_under_it_is_refused(
    client: TestClient, portfolio_settings: Settings, code: str
) -> None:
    before = events(portfolio_settings, code)
    first = post(client, code, SERVED, key="fact-key-1")
    again = post(client, code, SERVED, key="fact-key-1")
    assert first.json() == again.json()
    assert events(portfolio_settings, code) == before + 1
    assert post(client, code, SERVED | {"on": "2026-02-11"}, key="fact-key-1").status_code == 422


def test_every_fault_of_an_entry_is_listed_and_nothing_is_written(
    client: TestClient, portfolio_settings: Settings, code: str
) -> None:
    before = events(portfolio_settings, code)
    answer = post(
        client,
        code,
        {"kind": "notice.served", "on": "2099-01-01"},
        {"kind": "nothing.such", "on": "2026-01-01"},
        {"kind": "payment.full", "on": "2026-03-01", "amount": "1.5", "document": "PC 1"},
        {"kind": "approval.decided", "on": "2026-03-01"},
    )
    assert answer.status_code == 422
    wheres = {fault["where"] for fault in answer.json()["faults"]}
    assert {"facts[0].on", "facts[0].land", "facts[1].kind", "facts[2].amount", "facts[3].kind"} <= wheres
    assert events(portfolio_settings, code) == before


def test_a_void_fact_counts_no_more_and_stays_to_be_read_with_its_reason(
    client: TestClient, code: str, third: TestClient, portfolio_settings: Settings
) -> None:
    number = post(client, code, SERVED | {"value": "nhầm"}).json()["ids"][0]
    leader = make_tester(portfolio_settings, "facts-leader", "ward_leader", projects=[PROJECT])
    url = f"/api/cases/{code}/facts/{number}/void"
    assert third.post(url, json={"reason": "  "}, headers=leader.headers).status_code == 422
    assert third.post(url, json={"reason": "nhầm hộ"}, headers=leader.headers).status_code == 200
    answer = third.get(f"/api/cases/{code}/facts", headers=leader.headers).json()
    assert number not in {fact["id"] for fact in answer["facts"]}
    assert [each["void_reason"] for each in answer["void"] if each["fact"]["id"] == number] == ["nhầm hộ"]


def test_amounts_are_for_those_whose_role_sees_money(
    client: TestClient, code: str, third: TestClient, portfolio_settings: Settings
) -> None:
    paid = {"kind": "payment.part", "on": "2026-03-01", "amount": "9842300000", "document": "PC 7"}
    assert post(client, code, paid).status_code == 201
    department: Tester = make_tester(portfolio_settings, "facts-dept", "department", projects=[PROJECT])
    theirs = third.get(f"/api/cases/{code}/facts", headers=department.headers)
    assert "payment.part" in theirs.text
    assert "9842300000" not in theirs.text
    assert "9842300000" in client.get(f"/api/cases/{code}/facts").text  # the control: it is there to be seen
    with owner_session(portfolio_settings) as session:
        told = session.scalars(select(Event.after).where(Event.object_type == "fact")).all()
        assert "9842300000" not in str(told)


def test_a_fact_of_a_case_out_of_reach_is_not_there(
    code: str, third: TestClient, portfolio_settings: Settings
) -> None:
    stranger = make_tester(portfolio_settings, "facts-stranger", "ward_officer", wards=["00004"])
    assert third.get(f"/api/cases/{code}/facts", headers=stranger.headers).status_code == 404
    sent = third.post(f"/api/cases/{code}/facts", json={"facts": [SERVED]}, headers=stranger.headers)
    assert sent.status_code == 404
    with owner_session(portfolio_settings) as session:
        assert session.scalar(select(func.count()).select_from(CaseFact)) is not None
