"""Every answer that stands on a schedule says its data date and how it was reckoned: API, pages, files on paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.option_words import option_words
from api.reports.files import content_in
from api.settings import Settings
from tests.people import make_tester

CODE = "QL6"
HTML = {"accept": "text/html"}
USUAL = {
    "data_date": "2026-03-13", "progress": "retained_logic", "lag_calendar": "predecessor",
    "critical_float_minutes": 0, "whole_days": True,
}  # fmt: skip
WORDS = option_words(USUAL)[0]
ANSWERS = (
    "schedule",
    "why/OPEN",
    "risk",
    "quality",
    "release",
    "scenarios",
    "slip?from=2026-03-13&to=2026-03-20",
)


def usual(options: dict[str, Any] | None, day: str = "2026-03-13") -> bool:
    """Whether these are the options of the demo's networks on a day; which list of holidays is said as well."""
    if options is None or not options["holidays"]:
        return False
    return options == USUAL | {"data_date": day, "holidays": options["holidays"]}


@pytest.fixture(scope="module")
def reader(app: FastAPI, portfolio_settings: Settings) -> Iterator[TestClient]:
    tester = make_tester(portfolio_settings, "cach-tinh", "leadership")
    with TestClient(app, base_url="http://127.0.0.1", headers=tester.headers) as client:
        yield client


def answer(client: TestClient, path: str) -> dict[str, Any]:
    found = client.get(path)
    assert found.status_code == 200, found.text
    body: dict[str, Any] = found.json()
    return body


@pytest.mark.parametrize("path", ANSWERS)
def test_an_answer_of_a_project_has_its_data_date_and_options(reader: TestClient, path: str) -> None:
    body = answer(reader, f"/api/projects/{CODE}/{path}")
    day = "2026-03-20" if "slip" in path else "2026-03-13"
    assert body["data_date"] == day
    assert usual(body["options"], day)


def test_the_options_are_those_of_the_day_asked_for(reader: TestClient) -> None:
    later = answer(reader, f"/api/projects/{CODE}/schedule?ngay=2026-03-20")
    assert usual(later["options"], "2026-03-20")


def test_a_tried_change_has_them_too(reader: TestClient) -> None:
    code = next(
        a["code"] for a in answer(reader, f"/api/projects/{CODE}/schedule")["activities"]
        if a["kind"] == "task" and a["actual_finish"] is None and a["actual_start"] is None
    )  # fmt: skip
    body = {"work": [{"code": code, "duration": 3}]}
    found = reader.post(f"/api/projects/{CODE}/what-if", json=body)
    assert found.status_code == 200, found.text
    assert usual(found.json()["options"])


def test_every_project_of_the_portfolio_and_of_its_report_has_them(reader: TestClient) -> None:
    rows = answer(reader, "/api/projects")["rows"]
    assert {row["options"] is None for row in rows} == {True, False}  # a project without a network has none
    assert all((row["options"] is None) == (row["forecast_finish"] is None) for row in rows)
    entries = answer(reader, "/api/reports/delay")["projects"]
    assert all(usual(e["options"]) if e["forecast_finish"] else e["options"] is None for e in entries)
    assert all(e["data_date"] == "2026-03-13" for e in entries)
    delay = answer(reader, f"/api/projects/{CODE}")["delay"]
    assert (delay["options"]["data_date"], delay["options"]["progress"]) == ("2026-03-13", "retained_logic")


def test_report_files_say_how_they_were_reckoned(reader: TestClient) -> None:
    for where in (f"/bao-cao-cham/{CODE}/tep", "/bao-cao-cham/tep"):
        content = content_in(reader.get(where, params={"dang": "json"}).content)
        assert usual(content["options"])
        assert all(usual(e["options"]) == (e["forecast_finish"] is not None) for e in content["entries"])


@pytest.mark.parametrize(
    "path", [ "/bao-cao-cham", f"/bao-cao-cham/{CODE}", f"/du-an/{CODE}/duong-gang",
             f"/du-an/{CODE}/chat-luong", f"/du-an/{CODE}/go-vuong"]
)  # fmt: skip
def test_a_page_says_it_too(reader: TestClient, path: str) -> None:
    assert WORDS in reader.get(path, headers=HTML).text
