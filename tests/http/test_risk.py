"""Risk and schedule quality over HTTP: equal to their parts, the same for everybody, named within reach only."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from api.settings import Settings
from geo.risk_records import promise_records, step_records
from projects.forecasting.pace import NEXT_STEP
from projects.law.facts import STEP_FACTS
from projects.quality.words import WORDS
from projects.steps import STEPS
from tests.people import make_tester

HTML = {"accept": "text/html"}
DAY = date(2026, 3, 13)
FACTS = text(
    "select c.code, c.ward_code, f.kind, f.happened_on from case_fact f "
    "join clearance_case c on c.id = f.case_id join project p on p.id = c.project_id "
    "where p.code = 'TULIEN' and f.void_reason is null and not f.with_step"
)
MOVES = text(
    "select c.code, c.ward_code, e.before, e.after from event e "
    "join clearance_case c on c.code = e.object_code join project p on p.id = c.project_id "
    "where p.code = 'TULIEN' and e.object_type = 'case' and not exists (select from event n where n.corrects = e.id)"
)


def risk(client: TestClient, code: str, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/projects/{code}/risk", params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_chances_and_percentiles_are_those_of_one_curve(client: TestClient) -> None:
    body = risk(client, "TULIEN")
    days = [date.fromisoformat(day) for day, _ in body["curve"]]
    shares = [share for _, share in body["curve"]]
    assert days == sorted(days)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    for percent in (10, 50, 80, 90):
        at = date.fromisoformat(body[f"p{percent}"])
        assert (
            max((s for d, s in zip(days, shares, strict=True) if d <= at - timedelta(1)), default=0)
            < percent / 100
        )
        assert min(s for d, s in zip(days, shares, strict=True) if d >= at) >= percent / 100
    rows = {m["code"]: m for m in body["milestones"]}
    opening = rows["OPEN"]
    assert (opening["p50"], opening["p80"], opening["chance"]) == (body["p50"], body["p80"], body["chance"])
    assert rows["LAND"]["p50"] < opening["p50"]
    assert body["basis"]["cases"] == sum(body["basis"]["by_basis"].values()) == body["cases_all"]


def test_the_same_seed_gives_the_same_answer_and_another_one_another(client: TestClient) -> None:
    first = risk(client, "TULIEN", hat=5)
    assert risk(client, "TULIEN", hat=5) == first
    assert risk(client, "TULIEN", hat=6)["curve"] != first["curve"]
    assert client.get("/api/projects/TULIEN/risk", params={"hat": -1}).status_code == 422


def test_dates_are_the_same_for_everybody_and_cases_are_named_within_reach_only(
    app: FastAPI, client: TestClient, portfolio_settings: Settings
) -> None:
    whole = risk(client, "TULIEN")
    narrow = make_tester(portfolio_settings, "risk-hong-ha", "ward_officer", wards=("00097",))
    with TestClient(app, base_url="http://127.0.0.1", headers=narrow.headers) as officer:
        seen = risk(officer, "TULIEN")
        page = officer.get("/du-an/TULIEN/rui-ro", headers=HTML).text
    differ = {key for key in whole if whole[key] != seen[key]}
    assert differ <= {"cases", "cases_hidden"}
    assert {bar["ward_code"] for bar in seen["cases"]} <= {"00097"}
    assert seen["cases_hidden"] > 0
    assert whole["cases_hidden"] == 0
    outside = {bar["code"] for bar in whole["cases"]} - {bar["code"] for bar in seen["cases"]}
    assert not [code for code in outside if code in page]


def test_the_page_says_in_words_what_its_charts_show(client: TestClient) -> None:
    body = risk(client, "TULIEN")
    page = client.get("/du-an/TULIEN/rui-ro", headers=HTML)
    assert page.status_code == 200
    words = page.text
    for name in ("p50", "p80"):
        assert f"{date.fromisoformat(body[name]):%d/%m/%Y}" in words
    assert "500 lần mô phỏng" in words
    assert words.count('<svg class="s-curve"') == 1
    assert all(bar["code"] in words for bar in body["activities"] + body["cases"])
    english = client.get("/du-an/TULIEN/rui-ro?lang=en", headers=HTML).text
    assert "Half of the simulations" in english
    assert client.get("/du-an/CCC/rui-ro", headers=HTML).status_code == 200  # a programme without a network
    assert risk(client, "CCC")["network"] is None


def test_quality_names_its_offenders_and_stamps_what_cannot_be_relied_on(client: TestClient) -> None:
    body = client.get("/api/projects/TULIEN/quality").json()
    assert [f["code"] for f in body["findings"]] == list(WORDS)
    found = {f["code"]: f for f in body["findings"]}
    assert found["dcma-10"]["state"] == "unknown"
    assert found["dcma-10"]["why_vi"]
    assert found["gao-age"]["count"] == (date(2026, 11, 22) - DAY).days
    links = client.get("/api/projects/TULIEN/schedule").json()["links"]
    done = {
        a["code"]
        for a in client.get("/api/projects/TULIEN/schedule").json()["activities"]
        if a["actual_finish"]
    }
    lags = {(k["pred"], k["succ"]) for k in links if k["lag"] > 0 and k["succ"] not in done}
    assert {tuple(o["codes"]) for o in found["dcma-03"]["offenders"]} == lags
    assert body["gate"]["ok"] is not bool(body["gate"]["failed"])
    page = client.get("/du-an/TULIEN/chat-luong", headers=HTML).text
    assert ("ĐẠT" if body["gate"]["ok"] else "KHÔNG ĐỦ TIN CẬY") in page
    assert len(re.findall(r'<tr id="(?:dcma|gao)-', page)) == len(WORDS)
    assert client.get("/api/projects/CCC/quality").json()["gate"] is None
    assert client.get("/du-an/CCC/chat-luong", headers=HTML).status_code == 200


def test_passages_are_counted_as_walking_through_each_case_counts_them(
    client: TestClient, owner: Session
) -> None:
    """TULIEN's facts and history one by one, against the set-based reading."""
    told: dict[str, dict[str, date]] = {}
    wards: dict[str, str] = {}

    def tell(code: str, ward: str, step: str, on: date) -> None:
        wards[code] = ward
        if on <= DAY:
            steps = told.setdefault(code, {})
            steps[step] = min(on, steps.get(step, on))

    kinds = {kind: step for step, kind in STEP_FACTS.items()}
    rows = owner.execute(FACTS)
    for code, ward, kind, on in rows:
        if kind in kinds:
            tell(code, ward, kinds[kind], on)
    rows = owner.execute(MOVES)
    for code, ward, before, after in rows:
        if "step" in after and (before is None or before["step"] != after["step"]):
            tell(code, ward, after["step"], date.fromisoformat(after["step_on"]))
    expected: dict[tuple[str, str, int, bool], int] = {}
    for code, steps in told.items():
        for step, (after_it, _) in NEXT_STEP.items():
            if step not in steps or step == "S101":
                continue
            ended = steps.get(after_it)
            later = [
                s for s, on in steps.items()
                if STEPS[s].group and s != "S101" and STEPS[s].order >= STEPS[after_it].order and on >= steps[step]
            ]  # fmt: skip
            if ended is not None and ended >= steps[step]:
                key = (step, wards[code], (ended - steps[step]).days, True)
            elif later or {"X1", "X2", "S101"} & set(steps):
                continue
            else:
                key = (step, wards[code], (DAY - steps[step]).days, False)
            expected[key] = expected.get(key, 0) + 1
    found = {
        (step, r.ward, r.days, r.over): r.count
        for step, records in step_records(owner, ["TULIEN"], day=DAY)["TULIEN"].items()
        for r in records
    }
    assert found == expected
    assert len(found) > 10
    promises = promise_records(owner, ["TULIEN", "VD1"], day=DAY)
    assert sum(r.count for r in promises["TULIEN"]) > 0
    assert set(promises) == {"TULIEN", "VD1"}
