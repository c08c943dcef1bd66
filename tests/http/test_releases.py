"""Where to release land first, over HTTP: brute force on a small project, full recomputation, reach and money."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from api.context import Context
from api.settings import Settings
from api.usecases.releases import release_answer
from api.usecases.trials import stand_of
from geo.access import access_project
from geo.history import record, touch
from projects.engine.scenario import Change, try_changes
from tests.http.browsing import enter, page, said
from tests.people import Tester, make_tester, owner_session, system_context

BIG, SMALL = (
    "THUONGCAT",
    "MESO",
)  # two wards hold the date; no open case: those of the small world are made here
CODE = re.compile(rf"{BIG}-\d{{4}}")


@pytest.fixture(scope="module")
def ward(portfolio_settings: Settings) -> str:
    """The ward with the fewest cases in the project."""
    with owner_session(portfolio_settings) as session:
        found = session.scalar(
            text(
                "select ward_code from clearance_case where code like :p group by 1 order by count(*) limit 1"
            ),
            {"p": f"{BIG}-%"},
        )
    return str(found)


@pytest.fixture(scope="module")
def people(portfolio_settings: Settings, ward: str) -> dict[str, Tester]:
    return {
        role: make_tester(
            portfolio_settings, f"gd-{role}".replace("_", "-"), role,
            wards=(ward,) if role.startswith("ward") else (), projects=(BIG,) if role in ("board", "importer") else (),
        )
        for role in ("ward_officer", "board", "leadership", "importer")
    }  # fmt: skip


@pytest.fixture
def connect(app: FastAPI, people: dict[str, Tester]) -> Iterator[Callable[[str], TestClient]]:
    opened: list[TestClient] = []

    def of(role: str) -> TestClient:
        opened.append(TestClient(app, base_url="http://127.0.0.1", headers=people[role].headers))
        return opened[-1]

    yield of
    for client in opened:
        client.close()


@pytest.fixture
def small(portfolio_settings: Settings) -> Iterator[tuple[Session, Context]]:
    """A project of which eight cases are taken back to before the handover, with promised days; nothing stays."""
    with owner_session(portfolio_settings) as session:
        project = access_project(session, SMALL)
        rows = session.execute(
            text("select id from clearance_case where project_id = :p order by code limit 8"),
            {"p": project.id},
        ).all()
        for n, (number,) in enumerate(rows):
            session.execute(
                text("update clearance_case set step = 'S100', promised_on = :on where id = :id"),
                {"on": date(2028, 1, 3) + timedelta(23 * (n % 4)), "id": number},
            )
        touch(session, project.id)
        session.execute(
            text(
                "update activity set actual_start = null, actual_finish = null, remaining = null where project_id = :p"
            ),
            {"p": project.id},
        )
        record(
            session, kind="test", object_type="test", object_code="t", actor="test", effective_on=date(2026, 3, 1)
        )  # fmt: skip
        session.expire_all()
        yield session, system_context()
        session.rollback()


def test_shares_and_the_smallest_set_equal_brute_force_on_a_small_project(
    small: tuple[Session, Context],
) -> None:
    session, ctx = small
    found = release_answer(session, ctx, SMALL)
    stand = stand_of(session, ctx, access_project(session, SMALL), date.fromisoformat(found["data_date"]))
    open_ones = [code for code in stand.cases if stand.is_open(code) and stand.cases[code].fronts]
    assert 4 <= len(open_ones) == found["open"] <= 12

    known: dict[frozenset[str], int] = {}

    def gain(freed: frozenset[str]) -> int:
        if freed not in known:
            changes = [Change(code, not_before=stand.data_date) for code in freed]
            known[freed] = try_changes(stand.reckoning.result, changes).shifts[0].days
        return known[freed]

    assert found["most"] == gain(frozenset(open_ones)) > 0
    for days in (1, found["most"] // 2, found["most"]):
        best = release_answer(session, ctx, SMALL, days=days)["set"]
        least = next(
            size
            for size in range(1, 13)
            if any(gain(frozenset(c)) >= days for c in combinations(open_ones, size))
        )
        assert (best["cases"], best["exact"]) == (least, True)
        assert gain(frozenset(row["code"] for row in best["named"])) == best["gained"] >= days
    assert release_answer(session, ctx, SMALL, days=found["most"] + 1)["set"] is None
    assert sum(row["shapley"] for row in found["wards"]) == pytest.approx(found["most"], abs=0.05)
    assert sum(row["shapley"] for row in found["cases"]) == pytest.approx(found["most"], abs=0.2)
    for row in found["cases"]:
        assert row["alone"] == gain(frozenset([row["name"]]))


def test_the_set_of_a_large_project_is_enough_and_each_of_it_is_needed(
    connect: Callable[[str], TestClient],
) -> None:
    leader = connect("leadership")
    whole = leader.get(f"/api/projects/{BIG}/release").json()
    assert whole["exact"] is True
    for table in ("wards", "obstacles", "owners"):
        assert sum(row["shapley"] for row in whole[table]) == pytest.approx(whole["most"], abs=0.1)
        assert sum(row["cases"] for row in whole[table]) == whole["open"]
    rung = whole["ladder"][0]
    some = leader.get(f"/api/projects/{BIG}/release", params={"days": rung["days"]}).json()
    assert (some["set"]["cases"], some["set"]["gained"]) == (rung["cases"], rung["days"])
    assert 0 <= some["set"]["by_law"]["gained"] <= some["set"]["gained"]
    codes = [row["code"] for row in some["set"]["named"]]
    if (
        len(codes) == some["set"]["cases"]
    ):  # by the way of the what-if: on the lawful days it gains what was said
        moves = [{"code": row["code"], "on": row["lawful"]} for row in some["set"]["named"]]
        tried = leader.post(f"/api/projects/{BIG}/what-if", json={"cases": moves}).json()
        assert tried["finish"]["days"] == some["set"]["by_law"]["gained"]


def test_a_ward_officer_gets_the_same_figures_with_only_their_own_land_named(
    connect: Callable[[str], TestClient], portfolio_settings: Settings, ward: str
) -> None:
    with owner_session(portfolio_settings) as session:
        own = set(
            session.scalars(
                text("select c.code from clearance_case c where c.ward_code = :w and c.code like :p"),
                {"w": ward, "p": f"{BIG}-%"},
            )
        )
    full = connect("leadership").get(f"/api/projects/{BIG}/release").json()
    seen = connect("ward_officer").get(f"/api/projects/{BIG}/release")
    assert set(CODE.findall(seen.text)) <= own
    answer = seen.json()
    for field in ("most", "open", "cases_holding", "ladder", "finish"):
        assert answer[field] == full[field]
    assert [(r["name"], r["shapley"], r["cases"]) for r in answer["wards"]] == [
        (r["name"], r["shapley"], r["cases"]) for r in full["wards"]
    ]
    assert answer["set"]["cases"] == full["set"]["cases"]
    assert answer["cases_hidden"] > 0
    assert connect("importer").get(f"/api/projects/{BIG}/release").status_code == 403


def test_money_is_the_sum_of_what_the_owner_counts_and_only_for_who_may_see_amounts(
    connect: Callable[[str], TestClient], portfolio_settings: Settings
) -> None:
    assert connect("leadership").get(f"/api/projects/{BIG}/release").json()["set"]["money"] is None
    found = connect("board").get(f"/api/projects/{BIG}/release").json()
    money = found["set"]["money"]
    with owner_session(portfolio_settings) as session:
        due: dict[str, Any] = {
            code: max(int(approved) - int(paid), 0)
            for code, approved, paid in session.execute(
                text(
                    "select c.code, h.amount_vnd, coalesce((select sum(amount) from case_fact f where f.case_id = c.id "
                    "and void_reason is null and kind in ('payment.part', 'payment.full', 'payment.deposited')), 0) "
                    "from clearance_case c join holder h on h.case_id = c.id where h.amount_vnd is not null "
                    "and not exists (select from case_fact f where f.case_id = c.id and kind = 'payment.full' "
                    "and void_reason is null)"
                )
            )
        }
    for row in found["set"]["named"]:
        if row["due"]:
            assert row["due"] == due.get(row["code"], row["due"]), row
    assert any(row["due"] for row in found["set"]["named"])
    assert sum(week["cases"] for week in money["weeks"]) == found["set"]["cases"]
    assert sum(week["due"] or 0 for week in money["weeks"]) == money["due"]
    assert sum(week["missing"] for week in money["weeks"]) == money["missing"]
    if money["missing"]:
        assert money["per_day"] is None
    officer = connect("ward_officer").get(f"/api/projects/{BIG}/release").json()["set"]["money"]
    assert officer["missing"] > money["missing"]


def test_the_page_says_set_ladder_and_ranking_and_asks_for_days(
    app: FastAPI, people: dict[str, Tester]
) -> None:
    with TestClient(app, base_url="https://127.0.0.1", follow_redirects=False) as browser:
        enter(browser, people["board"])
        words = said(page(browser, f"/du-an/{BIG}/go-vuong"))
        assert "Đây là bộ nhỏ nhất" in words
        assert "Tính chính xác, không lấy mẫu" in words
        assert "đồng còn phải trả" in words
        assert "chỉ lấy lại" in said(page(browser, f"/du-an/{BIG}/go-vuong?can=3000"))
        assert "từ 1 đến 3.650" in said(page(browser, f"/du-an/{BIG}/go-vuong?can=x"))
        assert "smallest set" in said(page(browser, f"/du-an/{BIG}/go-vuong?can=5&lang=en"))
