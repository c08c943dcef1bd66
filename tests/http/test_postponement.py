"""The promise of the product: one parcel's new date moves the completion by exactly the days that it should.

The other side is written from the JSON alone: dates are walked one day at a time over the public answers,
with no code of the engine.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import holidays
import pytest
from starlette.testclient import TestClient

from tests.people import Tester
from tests.portfolio_codes import NETWORKS

DAY = timedelta(days=1)
HOLIDAYS = frozenset(holidays.country_holidays("VN", years=range(2015, 2046)))


def works(calendar: str, day: date) -> bool:
    if calendar == "ALL":
        return True
    if day in HOLIDAYS or day.weekday() == 6 or (calendar == "VN5" and day.weekday() == 5):
        return False
    return not (calendar == "DYKE" and (5, 1) <= (day.month, day.day) <= (11, 30))


def after(calendar: str, morning: date, days: int) -> date:
    """The morning after `days` working days from `morning`; for a negative count the morning that long before."""
    while days > 0:
        days -= works(calendar, morning)
        morning += DAY
    while days < 0:
        morning -= DAY
        days += works(calendar, morning)
    return morning


def first_working(calendar: str, morning: date) -> date:
    while not works(calendar, morning):
        morning += DAY
    return morning


def completion(schedule: dict[str, Any], cases: list[dict[str, Any]]) -> date:
    """The completion date by recursion over the published network and the published case forecasts."""
    activities = {a["code"]: a for a in schedule["activities"]}
    data_date = date.fromisoformat(schedule["data_date"])
    incoming: dict[str, list[dict[str, Any]]] = {}
    for link in schedule["links"]:
        incoming.setdefault(link["succ"], []).append(link)
    land: dict[str, date] = {}
    for case in cases:
        for front in case["fronts"]:
            land[front] = max(land.get(front, date.min), date.fromisoformat(case["forecast_on"]) + DAY)

    @cache
    def span(code: str) -> tuple[date, date]:
        a = activities[code]
        if a["actual_finish"]:
            end = date.fromisoformat(a["actual_finish"]) + DAY
            return (date.fromisoformat(a["actual_start"]) if a["actual_start"] else end), end
        begun = a["actual_start"] is not None
        length = a["duration"] if not begun or a["remaining"] is None else a["remaining"]
        calendar = a["calendar"]
        start, least_end = data_date + DAY, date.min
        if a["not_before"]:
            start = max(start, date.fromisoformat(a["not_before"]))
        if a["kind"] == "possession" and a["front"] in land:
            start = max(start, land[a["front"]]) if land[a["front"]] > data_date + DAY else start
        for link in incoming.get(code, ()):
            pred = activities[link["pred"]]
            pred_start, pred_end = span(link["pred"])
            origin = pred_end if link["type"][0] == "F" else pred_start
            bound = after(pred["calendar"], origin, link["lag"])
            if link["type"][1] == "S":
                start = max(start, bound)
            else:
                least_end = max(least_end, bound)
        if length:
            start = first_working(calendar, start)
        end = after(calendar, start, length)
        while end < least_end:
            start += DAY
            start = first_working(calendar, start) if length else start
            end = after(calendar, start, length)
        return (date.fromisoformat(a["actual_start"]) if begun else start), end

    return span(schedule["finish_activity"])[1] - DAY


def everything(client: TestClient, code: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    schedule = client.get(f"/api/projects/{code}/schedule").json()
    cases: list[dict[str, Any]] = []
    while True:
        page = client.get("/api/cases", params={"project": code, "limit": 500, "offset": len(cases)}).json()
        cases += page["rows"]
        if len(cases) >= page["total"]:
            return schedule, cases


@pytest.mark.parametrize("code", NETWORKS)
def test_the_forecast_completion_equals_an_independent_recomputation(client: TestClient, code: str) -> None:
    schedule, cases = everything(client, code)
    assert schedule["forecast_finish"] == completion(schedule, cases).isoformat()


@pytest.mark.parametrize("code", ["THUONGCAT", "QL6"])
def test_postponing_one_driving_parcel_by_30_days_moves_the_completion_as_recomputed(
    client: TestClient, tester: Tester, code: str
) -> None:
    schedule, cases = everything(client, code)
    (entry,) = client.get(f"/api/reports/delay/{code}").json()["projects"]
    driver = entry["drivers"][0]
    later = date.fromisoformat(driver["forecast"]) + 30 * DAY
    moved = [c | {"forecast_on": later.isoformat()} if c["code"] == driver["case"] else c for c in cases]
    expected = completion(schedule, moved)
    assert expected > date.fromisoformat(schedule["forecast_finish"])

    seen = client.get(f"/api/cases/{driver['case']}").json()["row"]["version"]
    answer = client.patch(
        f"/api/cases/{driver['case']}",
        json={"version": seen, "promised_on": later.isoformat()},
        headers={"Idempotency-Key": f"postpone-{driver['case']}"},
    )
    assert answer.status_code == 200, answer.text

    (after_entry,) = client.get(f"/api/reports/delay/{code}").json()["projects"]
    assert after_entry["forecast_finish"] == expected.isoformat()
    assert {d["case"] for d in after_entry["drivers"]} == {driver["case"]}
    assert after_entry["drivers"][0]["parcels"] == driver["parcels"]
    if entry["slip_days"] is not None:
        shift = (expected - date.fromisoformat(schedule["forecast_finish"])).days
        assert after_entry["slip_days"] == entry["slip_days"] + shift
    page = client.get(f"/bao-cao-cham/{code}", headers={"accept": "text/html"}).text
    assert driver["case"] in page
    drivers_on_map = {
        f["properties"]["case"]
        for f in client.get(f"/api/projects/{code}/parcels.geojson").json()["features"]
        if f["properties"]["drives"]
    }
    assert drivers_on_map == {driver["case"]}
    # Milestones, and why: it is there on the next request, down to the event with its time and person.
    milestones = client.get(f"/api/projects/{code}").json()["milestones"]
    last = {
        a["code"]: a["early_finish"]
        for a in client.get(f"/api/projects/{code}/schedule").json()["activities"]
    }
    tied = [m for m in milestones if m["forecast_on"] is not None]
    assert tied
    assert {m["forecast_on"] for m in tied} <= set(last.values())
    why = client.get(f"/api/projects/{code}/why/{schedule['finish_activity']}").json()
    assert why["early_finish"] == expected.isoformat()
    assert [step["node"] for step in why["chain"]] == [step["code"] for step in after_entry["chain"]]
    assert why["chain"][0]["node"] == driver["case"]
    (promise,) = [event for event in why["chain"][0]["events"] if "promise" in event["what"]]
    assert promise["actor"] == tester.name
    assert promise["kind"].startswith("case.")
    shown = client.get(
        f"/du-an/{code}/duong-gang?vi_sao={driver['case']}", headers={"accept": "text/html"}
    ).text
    assert f"#{promise['event']}" in shown
    assert f"{later:%d/%m/%Y}" in shown
