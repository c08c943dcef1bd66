"""A network is changed as a whole or not at all, by who may, over nobody else; a change is taken back exactly."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.settings import Settings
from geo.access import access_project
from geo.networks import load_plan
from projects.engine.document import read
from projects.engine.graph import from_graphml
from projects.engine.schedule import schedule
from projects.engine.shifts import from_days
from projects.plan_rows import plan_hash
from tests.http.network_rows import driving_task
from tests.people import Tester, make_tester, owner_session, system_context

CODE = "QL1A"
NET = f"/api/projects/{CODE}/network"
DAY = date(2026, 3, 13)
keys = (f"mang-khoa-{n}" for n in itertools.count())


@pytest.fixture(scope="module")
def board(portfolio_settings: Settings) -> Tester:
    """The board engineer of the project."""
    return make_tester(portfolio_settings, "bql-ql1a", "board", projects=(CODE,))


@pytest.fixture
def engineer(app: FastAPI, board: Tester) -> Iterator[TestClient]:
    with TestClient(
        app, base_url="http://127.0.0.1", raise_server_exceptions=False, headers=board.headers
    ) as client:
        yield client


def document(client: TestClient, **query: Any) -> dict[str, Any]:
    answer = client.get(NET, params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def finish(client: TestClient) -> date:
    return date.fromisoformat(client.get(f"/api/projects/{CODE}/schedule").json()["forecast_finish"])


def version(client: TestClient, key: str) -> int:
    """The version of an activity or link, as a program reads it."""
    return int(client.get(f"{NET}/rows").json()["versions"][key])


def hash_now(settings: Settings) -> str:
    with owner_session(settings) as session:
        plan = load_plan(session, access_project(session, CODE), system_context().calendars)
    assert plan is not None
    return plan_hash(plan)


def change(client: TestClient, *steps: dict[str, Any], key: str | None = None, reason: str = "thử") -> Any:
    headers = {"Idempotency-Key": key or next(keys)}
    return client.post(f"{NET}/changes", json={"steps": list(steps), "reason": reason}, headers=headers)


def undo(client: TestClient, event: int | None = None) -> Any:
    body = {} if event is None else {"event": event}
    return client.post(f"{NET}/undo", json=body, headers={"Idempotency-Key": next(keys)})


def test_a_longer_duration_moves_completion_and_taking_it_back_gives_the_same_network(
    engineer: TestClient, portfolio_settings: Settings
) -> None:
    before, first = hash_now(portfolio_settings), finish(engineer)
    work = driving_task(engineer, CODE)
    step = {
        "verb": "change", "code": work["code"], "seen": version(engineer, work["code"]),
        "fields": {"duration": work["duration"] + 60},
    }  # fmt: skip
    key = next(keys)
    done = change(engineer, step, key=key)
    assert done.status_code == 200, done.text
    assert done.json()["changed"] == [work["code"]]
    assert finish(engineer) > first
    again = change(engineer, step, key=key)
    assert again.json() == done.json()  # the same request is written once
    other = change(engineer, {**step, "fields": {"duration": 1}}, key=key)
    assert (other.status_code, other.json()["error"]) == (422, "KeyReused")
    back = undo(engineer, done.json()["event"])
    assert back.status_code == 200, back.text
    assert hash_now(portfolio_settings) == before == back.json()["hash"]
    assert finish(engineer) == first
    twice = undo(engineer, done.json()["event"])
    assert (twice.status_code, twice.json()["error"]) == (409, "StaleVersion")
    told = engineer.get(f"{NET}/changes").json()["changes"]
    assert [c["kind"] for c in told[:2]] == ["network.undo", "network.change"]
    assert told[0]["undoes"] == told[1]["event"]
    assert told[1]["rows"][0]["fields"] == {"duration_days": [work["duration"], work["duration"] + 60]}


def test_activities_and_links_come_and_go_as_one_change(
    engineer: TestClient, portfolio_settings: Settings
) -> None:
    before = hash_now(portfolio_settings)
    work = driving_task(engineer, CODE)
    done = change(
        engineer,
        {"verb": "add", "code": "CHO-THEP", "fields": {"name_vi": "Chờ thép <b>", "calendar": "VN6", "duration": 5}},
        {"verb": "link", "code": "CHO-THEP", "succ": work["code"], "fields": {"lag": 2}},
        {"verb": "link", "code": "CHO-THEP", "succ": "OPEN", "type": "FF", "fields": {"lag": -1}},
        {"verb": "change", "code": work["code"], "seen": version(engineer, work["code"]),
         "fields": {"constraints": [{"rule": "finish_no_later", "date": "2027-01-01"}]}},
    )  # fmt: skip
    assert done.status_code == 200, done.text
    rows = {a["code"]: a for a in document(engineer)["activities"]}
    assert rows["CHO-THEP"]["duration_days"] == 5
    assert rows[work["code"]]["constraints"] == [{"rule": "finish_no_later", "date": "2027-01-01"}]
    gone = change(engineer, {"verb": "remove", "code": "CHO-THEP", "seen": 1})
    assert gone.status_code == 200, gone.text
    assert len(gone.json()["changed"]) == 3  # with its two links
    assert undo(engineer).status_code == 200
    assert undo(engineer, done.json()["event"]).status_code == 200
    assert hash_now(portfolio_settings) == before


def test_all_faults_are_listed_and_nothing_is_written(
    engineer: TestClient, portfolio_settings: Settings
) -> None:
    before = hash_now(portfolio_settings)
    events = engineer.get(f"{NET}/changes").json()
    work = driving_task(engineer, CODE)
    answer = change(
        engineer,
        {"verb": "link", "code": "OPEN", "succ": work["code"]},
        {"verb": "link", "code": work["code"], "succ": "KHONG-CO"},
        {"verb": "add", "code": "X1", "fields": {"name_vi": "X", "calendar": "KHONG", "duration": -3}},
        {"verb": "add", "code": "có dấu", "fields": {"name_vi": "X", "calendar": "VN6"}},
        {"verb": "remove", "code": "OPEN", "seen": 1},
        {"verb": "add", "code": f"{CODE}-0001", "fields": {"name_vi": "X", "calendar": "VN6", "duration": 1}},
        reason="",
    )  # fmt: skip
    assert answer.status_code == 422, answer.text
    said = " ".join(f"{f['where']} {f['message']}" for f in answer.json()["faults"])
    for part in ("reason", "KHONG-CO", "có dấu", "OPEN", "KHONG", "-", "hồ sơ GPMB"):
        assert part in said, (part, said)
    ring = change(engineer, {"verb": "link", "code": "OPEN", "succ": work["code"]})
    assert "OPEN → " in ring.text
    assert "Vòng lặp" in ring.text
    assert hash_now(portfolio_settings) == before
    assert engineer.get(f"{NET}/changes").json() == events


def test_a_change_over_somebody_elses_is_refused_with_both_states_and_other_fields_merge(
    engineer: TestClient, portfolio_settings: Settings
) -> None:
    before = hash_now(portfolio_settings)
    work = driving_task(engineer, CODE)
    seen = version(engineer, work["code"])
    step = {"verb": "change", "code": work["code"], "seen": seen}
    first = change(engineer, {**step, "fields": {"duration": work["duration"] + 1}})
    assert first.status_code == 200
    clash = change(engineer, {**step, "fields": {"duration": work["duration"] + 2}})
    assert clash.status_code == 409
    body = clash.json()
    assert body["current"]["duration_days"] == work["duration"] + 1
    assert body["wanted"]["duration_days"] == work["duration"] + 2
    assert body["fields"] == ["duration_days"]
    merged = change(engineer, {**step, "fields": {"name_en": "Another name"}})
    assert merged.status_code == 200, merged.text
    blocked = undo(engineer, first.json()["event"])
    assert blocked.status_code == 409
    assert undo(engineer).status_code == 200
    assert undo(engineer, first.json()["event"]).status_code == 200
    assert hash_now(portfolio_settings) == before


def test_only_the_projects_own_board_may_change_it(app: FastAPI, portfolio_settings: Settings) -> None:
    step = {"verb": "change", "code": "OPEN", "seen": 1, "fields": {"name_en": "x"}}
    for role, projects, status in (
        ("board", ("TULIEN",), 403), ("department", (CODE,), 403), ("leadership", (), 403), ("auditor", (), 403),
    ):  # fmt: skip
        who = make_tester(portfolio_settings, f"mang-{role}", role, projects=projects)
        with TestClient(app, base_url="http://127.0.0.1", headers=who.headers) as client:
            assert change(client, step).status_code == status, role
            assert undo(client).status_code == status, role
            assert client.get(NET).status_code == 200, role


def test_the_exports_are_the_network_and_read_again_as_it(engineer: TestClient) -> None:
    plain = document(engineer)
    text = engineer.get(NET, params={"format": "graphml"}).text
    back = from_graphml(text)
    for part in ("activities", "links"):
        order = [sorted(json.dumps(row, sort_keys=True) for row in d[part]) for d in (plain, back)]
        assert order[0] == order[1]
    known = {name: from_days(c) for name, c in system_context().calendars.items()}
    own = {a["code"] for a in plain["activities"]}
    whole = document(engineer, land="true")
    made = read(whole, data_date=DAY, known=known)
    dated = schedule(made.net, made.options)
    assert dated.finish == finish(engineer)
    land = {a["code"] for a in whole["activities"]} - own
    assert land
    assert document(engineer, land="true") == whole


def test_the_land_of_an_export_is_named_only_in_the_readers_reach(
    app: FastAPI, portfolio_settings: Settings
) -> None:
    cases = {}
    for role, projects in (("board", (CODE,)), ("other", ("TULIEN",))):
        who = make_tester(portfolio_settings, f"mang-dat-{role}", "board", projects=projects)
        with TestClient(app, base_url="http://127.0.0.1", headers=who.headers) as client:
            whole, own = document(client, land="true"), document(client)
        known = {a["code"] for a in own["activities"]}
        cases[role] = {a["code"] for a in whole["activities"]} - known
    assert all(code.startswith(f"{CODE}-") for code in cases["board"])
    assert all(code.startswith("LAND-") for code in cases["other"])
    assert len(cases["board"]) == len(cases["other"]) > 0


def test_a_baseline_compares_as_counted_by_hand_and_cannot_be_edited(
    engineer: TestClient, portfolio_settings: Settings
) -> None:
    before = hash_now(portfolio_settings)
    first = engineer.get(f"/api/projects/{CODE}/schedule").json()
    # Before any baseline: the network as first recorded, which waits for no land.
    assert first["planned_dates"]["basis"] == "first_network"
    assert all(a["planned_finish"] <= a["early_finish"] for a in first["activities"])
    assert any(a["planned_finish"] < a["early_finish"] for a in first["activities"])
    rows = {a["code"]: a for a in first["activities"]}
    work = driving_task(engineer, CODE)
    made = engineer.post(f"{NET}/baselines", json={"name": "Lập lần đầu", "reason": "Phê duyệt"})
    assert made.status_code == 201, made.text
    twice = engineer.post(f"{NET}/baselines", json={"name": "Lập lần đầu", "reason": "Phê duyệt"})
    assert twice.status_code == 422
    done = change(
        engineer,
        {"verb": "change", "code": work["code"], "seen": version(engineer, work["code"]),
         "fields": {"duration": work["duration"] + 30}},
        {"verb": "add", "code": "THEM", "fields": {"name_vi": "Thêm", "calendar": "ALL", "duration": 3}},
    )  # fmt: skip
    assert done.status_code == 200, done.text
    now = {a["code"]: a for a in engineer.get(f"/api/projects/{CODE}/schedule").json()["activities"]}
    url = f"{NET}/baselines/{made.json()['id']}/comparison"
    answer = engineer.get(url).json()
    pairs = {p["code"]: p for p in (*answer["compared"]["milestones"], *answer["compared"]["works"])}
    assert answer["added"] == ["THEM"]
    assert answer["removed"] == []
    for code, old in rows.items():
        new, pair = now[code], pairs[code]
        for end in ("start", "finish"):
            moved = date.fromisoformat(new[f"early_{end}"]) - date.fromisoformat(old[f"early_{end}"])
            assert pair[f"{end}_days"] == moved.days, code
            assert pair["before"][end] == old[f"early_{end}"]
        assert pair["duration_days"] == new["duration"] - old["duration"]
        assert pair["float_days"] == new["total_float"] - old["total_float"], code
    assert answer["finish_days"] == (
        date.fromisoformat(now["OPEN"]["early_finish"]) - date.fromisoformat(rows["OPEN"]["early_finish"])
    ).days > 0  # fmt: skip
    assert undo(engineer, done.json()["event"]).status_code == 200
    same = engineer.get(url).json()
    assert same["finish_days"] == 0
    assert not any(p["finish_days"] or p["start_days"] for p in same["compared"]["works"])
    assert hash_now(portfolio_settings) == before
    # The earliest baseline is the plan of each activity, whatever was changed since and however many came after it.
    later = engineer.post(f"{NET}/baselines", json={"name": "Lập lần hai", "reason": "Điều chỉnh"})
    assert later.status_code == 201, later.text
    planned = engineer.get(f"/api/projects/{CODE}/schedule").json()
    assert planned["planned_dates"] == {
        "basis": "baseline", "baseline": "Lập lần đầu", "data_date": DAY.isoformat(),
        "known_event": made.json()["known_event"], "source": None,
    }  # fmt: skip
    for row in planned["activities"]:
        old = rows[row["code"]]
        assert (row["planned_start"], row["planned_finish"]) == (old["early_start"], old["early_finish"])
    assert (
        engineer.post(f"{NET}/baselines/{later.json()['id']}/drop", json={"reason": "x"}).status_code == 200
    )
    dropped = engineer.post(f"{NET}/baselines/{made.json()['id']}/drop", json={"reason": "Lập lại"})
    assert dropped.status_code == 200
    assert engineer.get(url).status_code == 404
