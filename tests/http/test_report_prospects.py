"""What a project's report says of what may come is the same on screen and in the file, and says so where it cannot."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api import formatting as fmt
from api.settings import Settings
from api.usecases import baselines
from api.usecases.risk import ITERATIONS, SEED
from projects.errors import Fault, InvalidInput
from tests.people import Tester, make_tester

CODE = "QL6"  # gets a baseline and an activity here, and loses both
NET = f"/api/projects/{CODE}/network"
keys = (f"bao-cao-co-so-{n}" for n in itertools.count())


@pytest.fixture(scope="module")
def board(portfolio_settings: Settings) -> Tester:
    return make_tester(portfolio_settings, "bql-bao-cao", "board", projects=(CODE,))


@pytest.fixture
def engineer(app: FastAPI, board: Tester) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://127.0.0.1", headers=board.headers) as client:
        yield client


@pytest.fixture
def leader(app: FastAPI, portfolio_settings: Settings) -> Iterator[TestClient]:
    """Sees every case and no amounts."""
    headers = make_tester(portfolio_settings, "ld-bao-cao", "leadership").headers
    with TestClient(app, base_url="http://127.0.0.1", headers=headers) as client:
        yield client


def text_of(html: str, part: str) -> str:
    """The words of a section of the page."""
    block = html[html.index(f'id="{part}"') :]
    return " ".join(re.sub(r"<[^>]*>", " ", block[: block.index("</section>")]).split())


def day(text: str) -> str:
    return fmt.date_text(date.fromisoformat(text), "vi")


def settle() -> None:
    """A file says what was known a second ago."""
    time.sleep(2.1)


def change(client: TestClient, *steps: dict[str, Any]) -> None:
    body = {"steps": list(steps), "reason": "thử"}
    answer = client.post(f"{NET}/changes", json=body, headers={"Idempotency-Key": next(keys)})
    assert answer.status_code == 200, answer.text


def test_the_screen_says_what_the_file_says(client: TestClient) -> None:
    page = client.get("/bao-cao-cham/TULIEN").text
    file = client.get("/bao-cao-cham/TULIEN/tep?dang=json").json()
    chance = file["chance"]
    assert (chance["seed"], chance["iterations"]) == (SEED, ITERATIONS)
    said = text_of(page, "xac-suat")
    assert f"{fmt.percent(chance['chance'] * 100, 'vi')}" in said
    assert str(SEED) in said
    assert fmt.number(ITERATIONS, "vi") in said
    assert chance["basis"]["cases"] == sum(chance["basis"]["by"].values()) > 0
    for m in chance["milestones"]:
        assert m["name_vi"] in said
        assert m["done"] or m["chance"] is None or fmt.percent(m["chance"] * 100, "vi") in said
    seasons = {e["season"]: e for e in file["seasons"]}
    assert set(seasons) == {"flood", "tet"}
    now = date.fromisoformat(file["entries"][0]["forecast_finish"])
    said = text_of(page, "co-so-mua-vu")
    for e in seasons.values():
        assert (now - date.fromisoformat(e["finish"])).days == e["days"]
        assert f"{day(e['finish'])} {fmt.days(e['days'], 'vi')}" in said
    assert max(e["days"] for e in seasons.values()) > 0
    broken = text_of(page, "hen-lo")
    assert all(p["case"] in broken for p in file["promises"]["listed"])
    assert broken.count("TULIEN-") == len(file["promises"]["listed"])
    clocks = text_of(page, "sap-het-han")
    assert [n["case"] for n in file["next"]] == re.findall(r"TULIEN-[\w-]+", clocks)


def test_the_risk_page_of_the_same_parameters_has_the_same_chance(client: TestClient) -> None:
    risk = client.get(f"/api/projects/TULIEN/risk?seed={SEED}&iterations={ITERATIONS}").json()
    assert client.get("/bao-cao-cham/TULIEN/tep?dang=json").json()["chance"]["chance"] == round(
        risk["chance"], 3
    )


def test_money_of_the_smallest_set_is_for_who_may_see_it(leader: TestClient, engineer: TestClient) -> None:
    words = ("đồng còn phải trả", "Chưa biết số tiền")
    file, page = (
        engineer.get(f"/bao-cao-cham/{CODE}/tep?dang=json").json(),
        engineer.get(f"/bao-cao-cham/{CODE}").text,
    )
    shown = engineer.get(f"/api/projects/{CODE}/release").json()["set"]["money"]
    assert file["release"]["money"] == {k: v for k, v in shown.items() if k != "weeks"}
    assert any(word in page for word in words)
    file, page = (
        leader.get(f"/bao-cao-cham/{CODE}/tep?dang=json").json(),
        leader.get(f"/bao-cao-cham/{CODE}").text,
    )
    assert file["release"] is not None  # the control: the set itself is there for both
    assert "money" not in file["release"]
    assert not any(word in page for word in words)


def test_a_baseline_whose_activities_are_gone_or_that_is_broken_is_said_and_nothing_fails(
    engineer: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "chưa chốt đường cơ sở" in text_of(engineer.get(f"/bao-cao-cham/{CODE}").text, "co-so-mua-vu")
    fields = {"name_vi": "Việc bị bỏ", "calendar": "VN6", "duration": 5}
    change(engineer, {"verb": "add", "code": "BI-BO", "fields": fields})
    finish = engineer.get(f"/api/projects/{CODE}/schedule").json()["forecast_finish"]
    made = engineer.post(f"{NET}/baselines", json={"name": "Lập lần đầu", "reason": "Phê duyệt"})
    assert made.status_code == 201, made.text
    change(engineer, {"verb": "remove", "code": "BI-BO", "seen": 1})
    settle()
    file = engineer.get(f"/bao-cao-cham/{CODE}/tep?dang=json").json()
    assert file["baseline"]["finish"] == finish
    assert file["baseline"]["gone"] == 1
    said = text_of(engineer.get(f"/bao-cao-cham/{CODE}").text, "co-so-mua-vu")
    assert day(finish) in said
    assert f"1 / {file['baseline']['activities']} công việc của đường cơ sở không còn" in said
    second = engineer.post(f"{NET}/baselines", json={"name": "Hỏng", "reason": "Thử"})
    assert second.status_code == 201, second.text

    settle()

    def broken(*_: object) -> None:
        raise InvalidInput([Fault("mạng", "hỏng", "broken")])

    monkeypatch.setattr(baselines, "dated_network", broken)
    page = engineer.get(f"/bao-cao-cham/{CODE}")
    assert page.status_code == 200
    assert "không tính được ngày" in text_of(page.text, "co-so-mua-vu")
    for form in ("json", "pdf"):
        assert engineer.get(f"/bao-cao-cham/{CODE}/tep?dang={form}").status_code == 200
    assert engineer.get(f"/bao-cao-cham/{CODE}/tep?dang=json").json()["baseline"]["finish"] is None
    for row in (second, made):
        address = f"{NET}/baselines/{row.json()['id']}/drop"
        assert engineer.post(address, json={"reason": "x"}).status_code == 200


def test_a_project_without_a_network_and_a_day_before_the_data_say_so(client: TestClient) -> None:
    page = client.get("/bao-cao-cham/CCC")
    assert page.status_code == 200
    assert 'id="xac-suat"' not in page.text
    assert 'id="co-so-mua-vu"' not in page.text
    file = client.get("/bao-cao-cham/CCC/tep?dang=json").json()
    assert (file["chance"], file["seasons"], file["baseline"]) == (None, None, None)
    early = client.get("/bao-cao-cham/TULIEN?ngay=1990-01-01", headers={"accept": "text/html"})
    assert early.status_code == 422
    assert "Chưa có số liệu trước" in early.text
