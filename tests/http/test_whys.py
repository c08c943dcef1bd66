"""“Vì sao ngày này?” over HTTP: an activity, a milestone, a case and a parcel answer down to an event."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

CODE = "VANPHUC"
# Parcels of open cases by how many cases have one of their number: maps begin anew with 1.
NUMBERS = text(
    """
    select p.sheet || ':' || p.number, min(c.code), count(distinct c.code)
    from parcel p join clearance_case c on c.id = p.case_id join project o on o.id = p.project_id
    where o.code = :code group by 1
    having bool_and(c.step not in ('S105', 'X2')) order by 3, 1
    """
)


def ask(client: TestClient, node: str) -> dict[str, Any]:
    found = client.get(f"/api/projects/{CODE}/why/{node}")
    assert found.status_code == 200, found.text
    answer: dict[str, Any] = found.json()
    return answer


@pytest.fixture(scope="module")
def kinds() -> dict[str, tuple[str, str]]:
    """Of each kind what is asked, and the code that answers: filled by the first test that asks."""
    return {}


@pytest.fixture
def nodes(
    client: TestClient, kinds: dict[str, tuple[str, str]], owner: Session
) -> dict[str, tuple[str, str]]:
    if not kinds:
        schedule = client.get(f"/api/projects/{CODE}/schedule").json()
        drivers = client.get(f"/api/reports/delay/{CODE}").json()["projects"][0]["drivers"]
        numbers = owner.execute(NUMBERS, {"code": CODE}).all()
        work = max(
            (a for a in schedule["activities"] if a["kind"] == "task"), key=lambda a: a["early_finish"]
        )
        kinds["activity"] = work["code"], work["code"]
        kinds["milestone"] = schedule["finish_activity"], schedule["finish_activity"]
        kinds["case"] = drivers[0]["case"], drivers[0]["case"]
        kinds["parcel"] = next((number, case) for number, case, cases in numbers if cases == 1)
        kinds["several"] = next((number, case) for number, case, cases in reversed(numbers) if cases > 1)
    return kinds


@pytest.mark.parametrize("kind", ["activity", "milestone", "case", "parcel"])
def test_the_chain_leads_from_its_first_cause_to_what_was_asked(
    client: TestClient, nodes: dict[str, tuple[str, str]], kind: str
) -> None:
    asked, code = nodes[kind]
    found = ask(client, asked)
    assert found["node"] == code
    chain = found["chain"]
    assert chain[-1]["node"] == code
    assert chain[-1]["finish"] == found["early_finish"]
    for before, after in pairwise(chain):
        assert after["after"] == before["node"]
        assert after["because_vi"]
        assert after["because_en"]


@pytest.mark.parametrize("kind", ["activity", "milestone", "case", "parcel"])
def test_a_cause_that_is_land_names_its_event_with_time_and_person(
    client: TestClient, nodes: dict[str, tuple[str, str]], kind: str
) -> None:
    chain = ask(client, nodes[kind][0])["chain"]
    land = [step for step in chain if step["kind"] == "case"]
    assert land or kind == "activity"
    for step in land:
        assert step["parts"], step["node"]
        assert step["events"], step["node"]
        for event in step["events"]:
            assert event["actor"]
            assert event["effective_on"] <= event["recorded_at"][:10]
            assert event["event"] > 0


def test_an_unknown_node_is_not_found(client: TestClient) -> None:
    for node in ("NOT-THERE", "999:999", "1:"):
        assert client.get(f"/api/projects/{CODE}/why/{node}").status_code == 404


def test_a_number_that_several_parcels_have_is_refused_with_their_cases(
    client: TestClient, nodes: dict[str, tuple[str, str]]
) -> None:
    number, case = nodes["several"]
    refused = client.get(f"/api/projects/{CODE}/why/{number}")
    assert refused.status_code == 422
    assert case in refused.text
