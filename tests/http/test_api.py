from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.portfolio_codes import CODES


def test_every_project_that_the_city_named_is_there(client: TestClient) -> None:
    rows = client.get("/api/projects").json()["rows"]
    assert sorted(r["facts"]["code"] for r in rows) == sorted(CODES)


def test_late_projects_come_first_and_unassessable_ones_last(client: TestClient) -> None:
    rows = client.get("/api/projects").json()["rows"]
    order = [(("late", "risk", "ok", "none").index(r["light"]), -(r["slip_days"] or 0)) for r in rows]
    assert order == sorted(order)
    assert all((r["slip_days"] is None) == (r["light"] == "none") for r in rows)


@pytest.mark.parametrize("code", CODES)
def test_a_project_answers_with_facts_claims_and_sources(client: TestClient, code: str) -> None:
    body = client.get(f"/api/projects/{code}").json()
    assert body["summary"]["facts"]["sources"]
    assert all(claim["source"] and claim["unit"] for claim in body["claims"])
    assert body["claims"]


def test_at_least_twenty_thousand_parcels_and_all_marked_as_demo(client: TestClient) -> None:
    rows = client.get("/api/projects").json()["rows"]
    assert sum(r["land"]["parcels"] for r in rows) >= 20_000
    assert all(r["land"]["parcels"] == r["land"]["demo_parcels"] for r in rows)


def test_demo_counts_equal_published_counts(client: TestClient) -> None:
    """Hồng Hà ward of the Tứ Liên bridge has 732 thửa (published 13 Mar 2026)."""
    features = client.get("/api/projects/TULIEN/parcels.geojson").json()["features"]
    in_ward = [f for f in features if f["properties"]["ward"] == "P. Hồng Hà"]
    assert len(in_ward) == 732


def test_map_and_report_name_the_same_driving_cases(client: TestClient) -> None:
    features = client.get("/api/projects/TULIEN/parcels.geojson").json()["features"]
    on_map = {f["properties"]["case"] for f in features if f["properties"]["drives"]}
    (entry,) = client.get("/api/reports/delay/TULIEN").json()["projects"]
    assert on_map == {d["case"] for d in entry["drivers"]} != set()


def test_a_map_answer_is_not_sent_again_when_nothing_changed(client: TestClient) -> None:
    first = client.get("/api/projects/TULIEN/parcels.geojson")
    again = client.get(
        "/api/projects/TULIEN/parcels.geojson", headers={"if-none-match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


def test_parcels_carry_no_personal_data(client: TestClient) -> None:
    features = client.get("/api/projects/TULIEN/parcels.geojson").json()["features"]
    allowed = "id case sheet number step group ward use area from to drives forecast promised obstacle demo"
    gains = "group_days group_size alone_days"
    names = {frozenset(f["properties"]) for f in features}
    assert names == {frozenset(allowed.split()), frozenset((allowed + " " + gains).split())}


@pytest.mark.parametrize(
    "path", ["/api/projects/KHONGCO", "/api/reports/delay/KHONGCO", "/api/projects/%00/schedule"]
)
def test_an_unknown_project_is_404_with_the_one_error_body(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert set(answer.json()) == {"error", "detail"}


@pytest.mark.parametrize("day", ["2020-01-01", "2100-01-01", "hôm nay"])
def test_a_day_without_data_is_refused_in_words(client: TestClient, day: str) -> None:
    answer = client.get("/api/projects", params={"ngay": day})
    assert answer.status_code == 422
    assert answer.json()["faults"]


def test_a_later_data_date_never_forecasts_work_in_the_past(client: TestClient) -> None:
    body = client.get("/api/projects/TULIEN/schedule", params={"ngay": "2026-09-01"}).json()
    assert body["data_date"] == "2026-09-01"
    assert all(a["early_finish"] >= "2026-09-01" or a["total_float"] is not None for a in body["activities"])
    now = client.get("/api/projects/TULIEN/schedule").json()
    assert body["forecast_finish"] >= now["forecast_finish"]


def test_answers_come_in_the_language_asked_for(client: TestClient) -> None:
    vi = client.get("/api/projects/KHONGCO").json()["detail"]
    en = client.get("/api/projects/KHONGCO", params={"lang": "en"}).json()["detail"]
    assert "Không có" in vi
    assert "There is no" in en


def test_the_api_describes_itself_completely(client: TestClient) -> None:
    spec: dict[str, Any] = client.get("/openapi.json").json()
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            assert operation.get("summary"), (method, path)
            assert operation.get("description"), (method, path)
            for parameter in operation.get("parameters", []):
                assert parameter.get("description"), (method, path, parameter["name"])
    assert set(spec["components"]["schemas"]) >= {"ErrorOut", "CasePatch", "CaseOut"}
    assert spec["paths"]["/api/cases/{code}"]["patch"]["responses"]["409"]
