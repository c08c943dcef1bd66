"""A new promise, step, obstacle, rule of a front or day of a resettlement site is in the forecast, the milestones, the
map and the report with the next request of each, and the forecast says what it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from api.commands.network import known_calendars
from api.settings import Settings
from geo.tables import CaseFact, ClearanceCase, Event
from projects.engine.document import read
from projects.front_runs import KEYS, dated_by_runs, runs_in
from tests.http.browsing import PAGE
from tests.people import make_tester, owner_session

PROJECT, ROAD = "CVCNS", "QL1A"  # these tests change cases and fronts of these projects only
DATA_DATE = date(2026, 3, 13)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def board(app: FastAPI, portfolio_settings: Settings) -> Iterator[TestClient]:
    """A program of a project board."""
    who = make_tester(portfolio_settings, "bdb-ban", "board", projects=(PROJECT, ROAD, "TULIEN"))
    with TestClient(app, base_url="http://127.0.0.1", headers=who.headers) as opened:
        yield opened


@pytest.fixture(scope="module")
def free_cases(portfolio_settings: Settings) -> Iterator[str]:
    """Cases at the beginning of the road, without promise and obstacle."""
    with owner_session(portfolio_settings) as session:
        rows = session.scalars(
            select(ClearanceCase.code)
            .where(
                ClearanceCase.code.like(f"{PROJECT}-%"),
                ClearanceCase.step == "S05",
                ClearanceCase.promised_on.is_(None),
                ClearanceCase.obstacle.is_(None),
            )
            .order_by(ClearanceCase.code)
            .limit(20)
        ).all()
    assert len(rows) == 20
    return iter(rows)


def case_of(client: TestClient, code: str) -> dict[str, Any]:
    answer = client.get(f"/api/cases/{code}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def change(client: TestClient, code: str, **fields: Any) -> None:
    seen = case_of(client, code)["row"]["version"]
    answer = client.patch(f"/api/cases/{code}", json={"version": seen, **fields})
    assert answer.status_code == 200, answer.text


def on_map(client: TestClient, code: str) -> str:
    """The forecast of a case as its parcels carry it on the map."""
    features = client.get(f"/api/projects/{PROJECT}/parcels.geojson").json()["features"]
    (found,) = {f["properties"]["forecast"] for f in features if f["properties"]["case"] == code}
    return str(found)


def test_a_promise_before_the_lawful_earliest_is_marked_on_page_json_and_map(
    client: TestClient, free_cases: Iterator[str]
) -> None:
    code = next(free_cases)
    before = case_of(client, code)
    assert before["forecast_basis"] == "pace"
    # Steps that other tests record become observed paces.
    assert sum(part["source"] in ("assumed", "observed") for part in before["forecast_parts"]) >= 9
    change(client, code, promised_on="2026-04-01")
    after = case_of(client, code)
    least = after["lawful_earliest"]
    assert (after["forecast_basis"], after["row"]["forecast_on"]) == ("lawful", least["on"])
    assert [part["source"] for part in after["forecast_parts"]] == ["promise", "law"]
    assert least["rule"] in ("TB-06", "TB-07")
    assert least["basis"] == "Nghị quyết 254/2025/QH15, Điều 3 khoản 9 điểm a"
    assert after["row"]["promised_on"] == "2026-04-01"
    assert on_map(client, code) == least["on"]
    page = client.get(f"/ho-so/{code}", headers=PAGE).text
    assert "Từng phần của ngày này" in page
    assert "sớm hơn ngày sớm nhất luật cho phép" in page
    assert least["rule"] in page
    english = client.get(f"/ho-so/{code}?lang=en", headers=PAGE).text
    assert "Resolution 254/2025/QH15, Art. 3(9)(a)" in english


def test_a_promise_reaches_case_milestone_map_and_report(client: TestClient) -> None:
    (entry,) = client.get(f"/api/reports/delay/{PROJECT}").json()["projects"]
    code = entry["drivers"][0]["case"]
    later = date.fromisoformat(entry["drivers"][0]["forecast"]) + 700 * DAY
    waits = client.get(f"/api/projects/{PROJECT}/land-map/waits")
    change(client, code, promised_on=later.isoformat())
    assert case_of(client, code)["row"]["forecast_on"] == later.isoformat()
    (moved,) = client.get(f"/api/reports/delay/{PROJECT}").json()["projects"]
    assert moved["forecast_finish"] > entry["forecast_finish"]
    assert moved["drivers"][0]["case"] == code
    milestones = client.get(f"/api/projects/{PROJECT}").json()["milestones"]
    assert moved["forecast_finish"] in {m["forecast_on"] for m in milestones}
    assert on_map(client, code) == later.isoformat()
    again = client.get(
        f"/api/projects/{PROJECT}/land-map/waits", headers={"If-None-Match": waits.headers["etag"]}
    )
    assert again.status_code == 200
    assert again.json()["class"] != waits.json()["class"] or again.json()["k"] == waits.json()["k"]


def test_a_step_leaves_its_part_behind(client: TestClient, free_cases: Iterator[str]) -> None:
    code = next(free_cases)
    before = case_of(client, code)
    change(
        client, code, step="S10", effective_on=DATA_DATE.isoformat(), document="12/BB", signer="Người ký thử"
    )
    after = case_of(client, code)
    assert [p["what"] for p in before["forecast_parts"]][:2] == ["S10", "S20"]
    assert after["forecast_parts"][0]["what"] == "S20"
    gone = before["forecast_parts"][0]["days"]
    moved = date.fromisoformat(before["row"]["forecast_on"]) - date.fromisoformat(after["row"]["forecast_on"])
    assert moved == gone * DAY
    assert on_map(client, code) == after["row"]["forecast_on"]


def test_a_passage_is_observed_from_then_on_and_its_numbers_are_told(
    client: TestClient, free_cases: Iterator[str]
) -> None:
    mover, other = next(free_cases), next(free_cases)
    change(
        client, mover, step="S10", effective_on=DATA_DATE.isoformat(), document="13/BB", signer="Người ký thử"
    )
    first = case_of(client, other)["forecast_parts"][0]
    assert (first["what"], first["source"]) == ("S10", "observed")
    assert first["observed_city"] >= first["observed_ward"] >= 0
    again = next(free_cases)
    change(
        client, again, step="S10", effective_on=DATA_DATE.isoformat(), document="14/BB", signer="Người ký thử"
    )
    assert case_of(client, other)["forecast_parts"][0]["observed_city"] == first["observed_city"] + 1


def test_an_obstacle_holds_the_next_step_up_to_its_due_day(
    client: TestClient, free_cases: Iterator[str]
) -> None:
    code = next(free_cases)
    before = date.fromisoformat(case_of(client, code)["row"]["forecast_on"])
    due = DATA_DATE + 90 * DAY
    answer = client.post(
        f"/api/cases/{code}/obstacles",
        json={"cause": "DO_DAC", "owner": "Tổ đo đạc", "due_on": due.isoformat(), "opened_on": "2026-03-10"},
    )
    assert answer.status_code in (200, 201), answer.text
    after = case_of(client, code)
    part = after["forecast_parts"][0]
    assert (part["source"], part["detail"], part["to"]) == ("obstacle", "DO_DAC", due.isoformat())
    assert date.fromisoformat(after["row"]["forecast_on"]) == before + 90 * DAY


def front_days(client: TestClient) -> dict[str, str]:
    project = client.get(f"/api/projects/{ROAD}").json()
    return {front["code"]: front["opens_on"] for front in project["delay"]["fronts"]}


def opened_by_file(browser: TestClient, front: str) -> str:
    """The day on which the front opens by the network file that a reader takes away, dated without the database."""
    document = browser.get(f"/api/projects/{ROAD}/network?land=true").json()
    assert f"quy tắc đi kèm (run_m, ground): {front}" in document["note"]
    found = read(document, data_date=DATA_DATE, known=known_calendars(), also=KEYS)
    _, (opened,) = dated_by_runs(found.net, found.options, runs_in(document))
    assert opened.exact
    return opened.on.isoformat()


def test_a_front_can_open_with_a_run_of_free_land(client: TestClient, board: TestClient) -> None:
    before = front_days(client)
    address = f"/api/projects/{ROAD}/fronts/{{}}/opening"
    sooner = ""
    for front in sorted(before):
        answer = board.put(address.format(front), json={"run_m": 5, "was": None, "reason": "thử"})
        assert answer.status_code == 200, answer.text
        if front_days(client)[front] < before[front]:
            sooner = front
            break
        board.put(address.format(front), json={"run_m": None, "was": 5})
    assert sooner
    assert {f: day for f, day in front_days(client).items() if f != sooner} == {
        f: day for f, day in before.items() if f != sooner
    }
    page = client.get(f"/du-an/{ROAD}/mat-bang", headers=PAGE).text
    assert "liền mạch" in page
    assert opened_by_file(board, sooner) == front_days(client)[sooner]
    stale = board.put(address.format(sooner), json={"run_m": 9, "was": None})
    assert stale.status_code == 409
    long = board.put(address.format(sooner), json={"run_m": 90_000, "was": 5})
    assert long.status_code == 422
    assert client.put(address.format(sooner), json={"run_m": 9, "was": 5}).status_code == 403
    area = board.put(f"/api/projects/{PROJECT}/fronts/P1/opening", json={"run_m": 9, "was": None})
    assert area.status_code == 422
    assert board.put(address.format(sooner), json={"run_m": None, "was": 5}).status_code == 200
    assert front_days(client) == before


def test_the_same_setting_twice_is_one_event(board: TestClient, portfolio_settings: Settings) -> None:
    address = f"/api/projects/{ROAD}/fronts/K2/opening"
    for _ in range(2):
        headers = {"Idempotency-Key": "mo-mui-k2-mot-lan"}
        answer = board.put(address, json={"run_m": 300, "was": None}, headers=headers)
        assert answer.status_code == 200, answer.text
    assert board.put(address, json={"run_m": None, "was": 300}).status_code == 200
    with owner_session(portfolio_settings) as session:
        events = session.scalars(
            select(Event)
            .where(Event.kind == "front.opening", Event.after["code"].astext == "K2")
            .order_by(Event.id)
        ).all()
    assert [event.after and event.after["run_m"] for event in events] == [300, None]


def test_a_household_waits_for_the_plots_of_its_site(
    client: TestClient, board: TestClient, portfolio_settings: Settings
) -> None:
    with owner_session(portfolio_settings) as session:
        row = session.execute(
            select(ClearanceCase.code, ClearanceCase.promised_on)
            .join(CaseFact, CaseFact.case_id == ClearanceCase.id)
            .where(
                CaseFact.kind == "resettlement.needed",
                ClearanceCase.step == "S80",
                ClearanceCase.code.like("TULIEN-%"),
            )
            .order_by(ClearanceCase.code.desc())
        ).first()
    assert row is not None
    ready = "/api/projects/TULIEN/resettlement/THULAM/ready"
    change(client, row.code, promised_on=None)
    try:
        soon = case_of(client, row.code)
        assert "plot" not in {part["source"] for part in soon["forecast_parts"]}
        assert board.put(ready, json={"ready_on": "2027-02-01", "was": None}).status_code == 200
        held = case_of(client, row.code)
        (part,) = [part for part in held["forecast_parts"] if part["source"] == "plot"]
        assert (part["what"], part["to"]) == ("S90", "2027-02-01")
        assert part["detail"].startswith("THULAM/")
        assert 1 <= part["place"] <= part["waiting"]
        assert held["row"]["forecast_on"] > soon["row"]["forecast_on"]
        page = client.get("/du-an/TULIEN/tai-dinh-cu?khu=THULAM", headers=PAGE).text
        assert "01/02/2027" in page
    finally:
        board.put(ready, json={"ready_on": None, "was": "2027-02-01"})
        change(client, row.code, promised_on=row.promised_on.isoformat())
