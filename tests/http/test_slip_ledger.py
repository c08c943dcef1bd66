"""The slip ledger over HTTP: its sums on the page and as JSON, what a reader may be told, what is refused."""

from __future__ import annotations

import re
from fractions import Fraction
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.settings import Settings
from tests.people import make_tester

HTML = {"accept": "text/html"}
MAY = {"from": "2026-03-13", "to": "2026-05-02"}
OUTSIDE = "Hồ sơ ngoài phạm vi của bạn"


@pytest.fixture
def ward_officer(app: FastAPI, portfolio_settings: Settings) -> TestClient:
    """Of a ward that the project VANPHUC does not touch."""
    who = make_tester(portfolio_settings, "slip-officer", "ward_officer", wards=("00145",))
    return TestClient(app, base_url="http://127.0.0.1", headers=who.headers)


def ledger(client: TestClient, code: str = "VANPHUC", **query: str) -> dict[str, Any]:
    answer = client.get(f"/api/projects/{code}/slip", params=MAY | query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def exactly(rows: list[dict[str, Any]]) -> Fraction:
    return sum((Fraction(row["days_exact"]) for row in rows), Fraction(0))


def test_shares_add_up_to_days_and_days_to_the_slip_between_the_two_forecasts(client: TestClient) -> None:
    found = ledger(client)
    assert found["causes"]  # tests of other files move this project's land too: either way, but never nothing
    for name in ("causes", "wards", "obstacles", "bodies", "reasons", "half_steps"):
        assert exactly(found[name]) == found["slip_days"]
    for day in found["days"]:
        assert exactly(day["progress"]["shares"]) == day["progress"]["moved"]
        assert sum(day[half]["moved"] for half in ("progress", "days_off", "plan")) == day["moved"]
    assert exactly(found["opening"]["shares"]) == found["opening"]["moved"]
    assert found["opening"]["moved"] + sum(day["moved"] for day in found["days"]) == found["slip_days"]
    assert len(found["days"]) == 50
    for day, end in ((MAY["from"], "before"), (MAY["to"], "after")):
        report = client.get("/api/reports/delay/VANPHUC", params={"ngay": day}).json()
        assert report["projects"][0]["forecast_finish"] == found[end]


def test_every_key_milestone_has_its_movement_and_its_own_ledger(client: TestClient) -> None:
    moved = [m for m in ledger(client)["milestones"] if m["code"]]
    assert moved
    for milestone in moved:
        own = ledger(client, milestone=milestone["code"])
        assert (own["before"], own["after"]) == (milestone["before"], milestone["after"])
        assert exactly(own["causes"]) == milestone["days"]


def test_page_shows_a_waterfall_whose_rows_add_up_to_the_total_between_both_dates(client: TestClient) -> None:
    found = ledger(client)
    page = client.get("/bao-cao-cham/VANPHUC?tu=2026-03-13&den=2026-05-02", headers=HTML)
    assert page.status_code == 200
    part = unescape(page.text.split('id="so-truot"')[1].split("</section>")[0])
    waterfall = part.split("<details>")[0]
    rows = re.findall(r'<td class="n nowrap">([+−]?[\d,.]+)</td>', waterfall)
    assert sum(Fraction(row.replace("−", "-").replace(",", ".")) for row in rows) == found["slip_days"]
    assert f"{found['slip_days']:+} ngày".replace("-", "−") in waterfall
    for end in ("before", "after"):
        year, month, day = found[end].split("-")
        assert f"{day}/{month}/{year}" in waterfall
    for cause in found["causes"][:10]:
        assert f"/ho-so/{cause['code']}" in waterfall or cause["kind"] != "case"


def test_reader_without_reach_is_told_one_sum_of_the_others_and_the_same_total(
    client: TestClient, ward_officer: TestClient
) -> None:
    whole, seen = ledger(client), ledger(ward_officer)
    cases = {row["code"] for row in whole["causes"] if row["kind"] == "case"}
    assert cases
    assert (seen["before"], seen["after"], seen["slip_days"]) == (
        whole["before"], whole["after"], whole["slip_days"],
    )  # fmt: skip
    assert exactly(seen["causes"]) == seen["slip_days"]
    told = ward_officer.get("/api/projects/VANPHUC/slip", params=MAY).text
    page = ward_officer.get("/bao-cao-cham/VANPHUC?tu=2026-03-13&den=2026-05-02", headers=HTML).text
    assert not [code for code in cases if code in told or code in page.split('id="so-truot"')[1]]
    (outside,) = [row for row in seen["causes"] if row["kind"] == "outside"]
    assert Fraction(outside["days_exact"]) == exactly([r for r in whole["causes"] if r["kind"] == "case"])
    assert OUTSIDE in unescape(page)


def test_periods_that_cannot_be_shown_are_refused_in_words(client: TestClient) -> None:
    for query in (
        {"from": "2026-05-02", "to": "2026-03-13"},
        {"from": "2020-01-01", "to": "2026-05-02"},
        {"from": "2026-03-13", "to": "2036-05-02"},
    ):
        answer = client.get("/api/projects/VANPHUC/slip", params=query)
        assert answer.status_code == 422, query
    assert client.get("/api/projects/VANPHUC/slip", params=MAY | {"milestone": "KHONG"}).status_code == 404
    assert client.get("/api/projects/KHONGCO/slip", params=MAY).status_code == 404
    page = client.get("/bao-cao-cham/VANPHUC?tu=2026-05-02&den=2026-03-13", headers=HTML)
    assert page.status_code == 200
    assert "Ngày đầu phải trước ngày cuối" in page.text
    bare = client.get("/bao-cao-cham/VANPHUC", headers=HTML).text
    assert "chưa có gì để so" in bare  # the demo begins on its data date
