"""Many cases at once: tried without a trace, written all or none, once, with the rights of each."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import text
from starlette.testclient import TestClient

from api.settings import Settings
from api.usecases import bulk
from tests.http.browsing import enter
from tests.people import Tester, make_tester, owner_session

PROJECT = "QL6"  # these tests change cases of this project only
DAY = "2026-03-13"


def fresh(client: TestClient, count: int, step: str = "S80") -> list[dict[str, Any]]:
    """So many cases at a step that nobody changed yet."""
    rows = client.get("/api/cases", params={"project": PROJECT, "buoc": step, "limit": 500}).json()["rows"]
    found = [{"code": row["code"], "version": 1} for row in rows if row["version"] == 1][:count]
    assert len(found) == count
    return found


def send(client: TestClient, cases: list[dict[str, Any]], key: str | None = None, **fields: Any) -> Response:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(
        f"/api/projects/{PROJECT}/cases/bulk", json={"cases": cases, **fields}, headers=headers
    )


def rows_of(app: FastAPI, cases: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Version, promised day and number of events of each case."""
    with owner_session(app.state.settings) as session:
        found = session.execute(
            text(
                "select c.version, c.promised_on::text, (select count(*) from event e where e.object_code = c.code) "
                "from clearance_case c where c.code = any(:codes) order by c.code"
            ),
            {"codes": [case["code"] for case in cases]},
        )
        return [tuple(row) for row in found]


def revision(app: FastAPI) -> int:
    with owner_session(app.state.settings) as session:
        return session.scalar(text("select revision from project where code = :c"), {"c": PROJECT}) or 0


def test_a_trial_says_of_each_case_what_would_be_and_leaves_no_trace(
    app: FastAPI, client: TestClient
) -> None:
    good = fresh(client, 3)
    cases = [*good, {"code": "KHONGCO-0001", "version": 1}, {"code": "TULIEN-0001", "version": 1}]
    before, was = rows_of(app, good), revision(app)
    answer = send(client, cases, dry_run=True, step="S85", effective_on=DAY, document="7/BB", signer="Một")
    assert answer.status_code == 200, answer.text
    told = {case["code"]: case for case in answer.json()["cases"]}
    assert [told[case["code"]]["kind"] for case in good] == ["written"] * 3
    assert {told[code]["error"] for code in ("KHONGCO-0001", "TULIEN-0001")} == {"NotFound"}
    assert (answer.json()["written"], answer.json()["refused"]) == (False, 2)
    assert (rows_of(app, good), revision(app)) == (before, was)


def test_an_unlawful_step_is_refused_with_its_reasons(client: TestClient) -> None:
    told = send(client, fresh(client, 2), dry_run=True, step="S10", effective_on=DAY).json()["cases"]
    assert {case["error"] for case in told} == {"IllegalStep"}
    assert all(case["faults"] for case in told)


def test_all_cases_are_written_together_each_with_its_event(app: FastAPI, client: TestClient) -> None:
    cases = fresh(client, 4)
    before = rows_of(app, cases)
    answer = send(
        client, cases, key="bulk-write-one", dry_run=False, promised_on="2026-09-01", effective_on=DAY
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["written"]
    for was, now in zip(before, rows_of(app, cases), strict=True):
        assert now == (was[0] + 1, "2026-09-01", was[2] + 1)


def test_one_refused_case_keeps_all_from_being_written_and_says_both_values(
    app: FastAPI, client: TestClient
) -> None:
    cases = fresh(client, 3)
    taken = cases[1]["code"]
    patch = {"version": 1, "promised_on": "2026-10-10", "effective_on": DAY}
    assert client.patch(f"/api/cases/{taken}", json=patch).status_code == 200
    before = rows_of(app, cases)
    answer = send(
        client, cases, key="bulk-conflict", dry_run=False, promised_on="2026-09-09", effective_on=DAY
    )
    assert answer.status_code == 409
    told = {case["code"]: case for case in answer.json()["cases"]}
    assert told[taken]["error"] == "StaleVersion"
    assert told[taken]["current"]["promised_on"] == "2026-10-10"
    assert told[taken]["wanted"]["promised_on"] == "2026-09-09"
    assert rows_of(app, cases) == before
    # Without it the same key serves again: nothing was made with it.
    rest = [case for case in cases if case["code"] != taken]
    again = send(client, rest, key="bulk-conflict", dry_run=False, promised_on="2026-09-09", effective_on=DAY)
    assert again.status_code == 200, again.text


def test_two_clicks_at_the_same_time_write_once(app: FastAPI, client: TestClient) -> None:
    cases = fresh(client, 5)
    before = rows_of(app, cases)
    answers: list[Response] = []
    start = threading.Barrier(2)

    def click() -> None:
        start.wait()
        answers.append(
            send(client, cases, key="bulk-twice", dry_run=False, promised_on="2026-08-08", effective_on=DAY)
        )

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    for was, now in zip(before, rows_of(app, cases), strict=True):
        assert (now[0], now[2]) == (was[0] + 1, was[2] + 1)


def test_the_proof_of_once_sees_writes_without_a_key(app: FastAPI, client: TestClient) -> None:
    cases = fresh(client, 2)
    for day in ("2026-08-01", "2026-08-02"):
        send(client, cases, dry_run=False, promised_on=day, effective_on=DAY)
    # The second says another value on the version of before: a conflict, so the rows moved once only.
    assert {row[0] for row in rows_of(app, cases)} == {2}


def test_a_step_for_two_people_becomes_proposals(app: FastAPI, client: TestClient) -> None:
    cases = fresh(client, 2)
    before = rows_of(app, cases)
    fields = {"step": "S90", "effective_on": DAY, "document": "9/QĐ", "signer": "Nguyễn Văn Một"}
    tried = send(client, cases, dry_run=True, **fields).json()["cases"]
    assert [case["kind"] for case in tried] == ["proposed", "proposed"]
    assert rows_of(app, cases) == before
    wrote = send(client, cases, key="bulk-propose", dry_run=False, **fields).json()
    assert [case["kind"] for case in wrote["cases"]] == ["proposed", "proposed"]
    assert [row[0] for row in rows_of(app, cases)] == [row[0] for row in before]


def test_cases_outside_ones_scope_are_refused_and_look_like_none(
    app: FastAPI, client: TestClient, portfolio_settings: Settings
) -> None:
    cases = fresh(client, 2)
    with owner_session(portfolio_settings) as session:
        wards = session.scalars(
            text("select distinct ward_code from clearance_case where code = any(:c)"),
            {"c": [case["code"] for case in cases]},
        ).all()
        other = session.scalar(
            text("select code from ward where code <> all(:w) order by code limit 1"),
            {"w": list(wards)},
        )
    stranger = make_tester(portfolio_settings, "hang-loat-la", "ward_officer", wards=(str(other),))
    with TestClient(app, base_url="http://127.0.0.1", headers=stranger.headers) as session_of:
        told = send(session_of, cases, dry_run=True, promised_on="2026-09-02", effective_on=DAY).json()[
            "cases"
        ]
        assert {case["error"] for case in told} == {"NotFound"}
        answer = send(session_of, cases, dry_run=False, promised_on="2026-09-02", effective_on=DAY)
        assert answer.status_code == 409
        assert session_of.get(f"/api/projects/{PROJECT}/cases/selection").json()["total"] == 0


@pytest.mark.parametrize(
    ("cases", "why"),
    [
        ([], "Chưa chọn"),
        ([{"code": f"A-{n}", "version": 1} for n in range(bulk.MOST_CASES + 1)], str(bulk.MOST_CASES)),
        ([{"code": "A-1", "version": 1}] * 2, "hai lần"),
    ],
)
def test_too_many_cases_none_or_one_twice_are_refused_whole(
    client: TestClient, cases: list[dict[str, Any]], why: str
) -> None:
    answer = send(client, cases, dry_run=True, promised_on="2026-09-02")
    assert answer.status_code == 422
    assert why in answer.text


def test_an_area_holds_the_cases_whose_land_touches_it(app: FastAPI, client: TestClient) -> None:
    west, south, east, north = client.get(f"/api/projects/{PROJECT}/land-map").json()["bounds"]
    area = [(west, south), ((west + east) / 2, south), ((west + east) / 2, north), (west, north)]
    written = ";".join(f"{x:.6f},{y:.6f}" for x, y in area)
    answer = client.get(f"/api/projects/{PROJECT}/cases/selection", params={"vung": written}).json()
    ring = ", ".join(f"{x:.6f} {y:.6f}" for x, y in [*area, area[0]])
    with owner_session(app.state.settings) as session:
        wanted = session.scalar(
            text(
                "select count(distinct c.code) from parcel p join clearance_case c on c.id = p.case_id join project q "
                "on q.id = p.project_id where q.code = :p and c.step <> 'X2' "
                "and ST_Intersects(p.geom, ST_GeomFromText(:area, 4326))"
            ),
            {"p": PROJECT, "area": f"POLYGON(({ring}))"},
        )
    assert answer["total"] == wanted
    assert wanted
    for wrong in ("1,2", "a,b;c,d;e,f", "1,1;1,1;1,1", ";".join(["1,1"] * 300)):
        asked = client.get(f"/api/projects/{PROJECT}/cases/selection", params={"vung": wrong})
        assert asked.status_code == 422


def test_a_stretch_of_chainage_holds_what_the_case_list_holds(client: TestClient) -> None:
    ours = client.get(
        f"/api/projects/{PROJECT}/cases/selection", params={"tu_km": "Km0+500", "den_km": "Km1+200"}
    ).json()
    page = client.get(f"/du-an/{PROJECT}/ho-so?doan=500-1200", headers={"accept": "text/html"}).text
    found = re.search(r"<h2>([\d.]+) hồ sơ", page)
    assert found is not None
    assert ours["total"] == int(found[1].replace(".", ""))
    backwards = client.get(
        f"/api/projects/{PROJECT}/cases/selection", params={"tu_km": "Km2", "den_km": "Km1"}
    )
    assert backwards.status_code == 422


def test_the_page_tries_then_writes_with_the_same_form(
    app: FastAPI, client: TestClient, visitor: TestClient, tester: Tester
) -> None:
    enter(visitor, tester)
    page = visitor.get(f"/du-an/{PROJECT}/ghi-hang-loat?buoc=S80&tu_km=Km0&den_km=Km30").text
    chosen = re.findall(r'name="ho_so" value="([^"]+)"', page)[:3]
    assert len(chosen) == 3
    cases = [{"code": one.partition("@")[0]} for one in chosen]
    before = rows_of(app, cases)

    def hidden(html: str, name: str) -> str:
        return re.findall(rf'name="{name}" value="([^"]*)"', html)[-1]

    form = {"csrf": hidden(page, "csrf"), "key": hidden(page, "key"), "viec": "thu", "hen": "2026-12-01",
            "ngay_hieu_luc": DAY, "ho_so": chosen}  # fmt: skip
    tried = visitor.post(f"/du-an/{PROJECT}/ghi-hang-loat", data=form)
    assert tried.status_code == 200
    assert "3 được nhận" in tried.text
    assert rows_of(app, cases) == before
    again = form | {
        "viec": "ghi",
        "key": hidden(tried.text, "key"),
        "ho_so": re.findall(r'name="ho_so" value="([^"]+)"', tried.text),
    }
    wrote = visitor.post(f"/du-an/{PROJECT}/ghi-hang-loat", data=again)
    assert "Đã ghi 3 hồ sơ" in wrote.text
    assert visitor.post(f"/du-an/{PROJECT}/ghi-hang-loat", data=again).status_code == 200
    assert [row[0] for row in rows_of(app, cases)] == [row[0] + 1 for row in before]
    nothing = visitor.post(f"/du-an/{PROJECT}/ghi-hang-loat", data=form | {"hen": ""})
    assert nothing.status_code == 422
