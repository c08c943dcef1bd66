"""The worklist: rows in reach only, counts that are those of their lists, the printed order, writes seen at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api.cli import app as cli
from api.settings import Settings
from geo.tables import ClearanceCase, Event, Project, SavedFilter
from projects.desk.desk import GROUPS
from tests.http.browsing import PAGE, enter, page, said, send
from tests.people import Tester, make_tester, owner_session

PROJECT = "VD25"  # these tests change cases of this project only
WORK = "/viec-hom-nay"


@pytest.fixture(scope="module")
def officer(portfolio_settings: Settings) -> Tester:
    return make_tester(portfolio_settings, "work-officer", "ward_officer", projects=[PROJECT])


@pytest.fixture(scope="module")
def stranger(portfolio_settings: Settings) -> Tester:
    return make_tester(portfolio_settings, "work-stranger", "ward_officer", wards=["00004"])


@pytest.fixture
def desk(app: FastAPI, officer: Tester) -> Iterator[TestClient]:
    """The officer's browser."""
    with TestClient(app, base_url="https://127.0.0.1", follow_redirects=False) as browser:
        enter(browser, officer)
        yield browser


def ask(client: TestClient, **query: Any) -> dict[str, Any]:
    answer = client.get(
        "/api/worklist", params={"du-an": PROJECT, "limit": "500"} | {k: str(v) for k, v in query.items()}
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def all_rows(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    first = ask(client, **query)
    rows = list(first["rows"])
    while len(rows) < first["total"]:
        rows += ask(client, offset=len(rows), **query)["rows"]
    return rows


def tell(client: TestClient, code: str, *facts: dict[str, Any]) -> None:
    answer = client.post(f"/api/cases/{code}/facts", json={"facts": list(facts)})
    assert answer.status_code == 201, answer.text


def test_every_open_case_of_the_project_stands_on_the_list_once(
    client: TestClient, portfolio_settings: Settings
) -> None:
    with owner_session(portfolio_settings) as session:
        wanted = set(
            session.scalars(
                select(ClearanceCase.code)
                .join(Project, Project.id == ClearanceCase.project_id)
                .where(Project.code == PROJECT, ClearanceCase.step.not_in(["S105", "X2"]))
            )
        )
    codes = [row["code"] for row in all_rows(client)]
    assert len(codes) == len(set(codes))
    assert set(codes) == wanted


def test_the_count_of_every_list_is_the_number_of_its_rows(client: TestClient) -> None:
    first = ask(client)
    for name, count in first["counts"].items():
        found = ask(client, ds=name)
        assert found["total"] == count, name
        assert len(all_rows(client, ds=name)) == count
        assert found["counts"] == first["counts"]
    assert sum(first["groups"].values()) == first["open"] == first["total"]


def test_the_rows_stand_in_the_order_that_is_printed(client: TestClient) -> None:
    keys = [
        (
            GROUPS.index(row["group"]),
            -row["group_days"],
            10**6 if row["days"] is None else row["days"],
            row["code"],
        )
        for row in all_rows(client)
    ]
    assert keys == sorted(keys)
    assert len({key[0] for key in keys}) > 3


def test_only_cases_in_reach_are_told_and_counted(
    app: FastAPI, client: TestClient, officer: Tester, stranger: Tester
) -> None:
    with TestClient(app, base_url="http://127.0.0.1", headers=officer.headers) as own:
        mine = own.get("/api/worklist").json()
        assert mine["reach"] == mine["open"] == ask(client)["open"]
        assert {row["project"] for row in mine["rows"]} == {PROJECT}
    with TestClient(app, base_url="http://127.0.0.1", headers=stranger.headers) as other:
        theirs = other.get("/api/worklist", params={"du-an": PROJECT}).json()
    assert (theirs["open"], theirs["rows"]) == (0, [])


def test_a_list_that_does_not_exist_is_refused(client: TestClient) -> None:
    assert client.get("/api/worklist?ds=khac").status_code == 422


def test_words_find_a_case_by_code_and_by_sheet_and_parcel(client: TestClient) -> None:
    row = next(row for row in ask(client)["rows"] if row["parcels"])
    sheet, number = row["parcels"][0]
    for words in (
        row["code"],
        row["code"].lower(),
        f"{sheet}/{number}",
        f"tờ {sheet} thửa {number}",
        f"{sheet}-{number}",
    ):
        assert row["code"] in {each["code"] for each in all_rows(client, q=words)}, words
    assert ask(client, q="ZZ-9999")["total"] == 0


def test_a_fact_moves_the_case_on_the_next_request_and_costs_one_case(client: TestClient) -> None:
    """Not paid: invited, then refused; the row says so, and no other row changes."""
    before = {row["code"]: row for row in all_rows(client, ds="chua-nhan-tien")}
    code = next(code for code, row in before.items() if "Không nhận" not in row["why"][0]["vi"])
    facts = client.get(f"/api/cases/{code}/facts").json()["facts"]
    if "payment.invited" not in {fact["kind"] for fact in facts}:
        tell(client, code, {"kind": "payment.invited", "on": "2026-03-12", "document": "1/TB"})
    refused = {
        "kind": "payment.refused",
        "on": "2026-03-13",
        "document": "2/BB",
        "value": "đơn giá <b>thấp</b>",
    }
    tell(client, code, refused)
    after = {row["code"]: row for row in all_rows(client, ds="chua-nhan-tien")}
    assert after[code]["why"][0]["vi"] == "Không nhận tiền 13/03/2026: đơn giá <b>thấp</b>, 2/BB"
    assert after[code]["act"]["code"] == "payment.deposited"
    changed = {c for c in before if before[c] != after.get(c)}
    assert changed == {code}


def test_what_was_typed_shows_as_text(client: TestClient, desk: TestClient) -> None:
    code = next(
        row["code"] for row in all_rows(client, ds="chua-nhan-tien") if "<b>thấp</b>" in row["why"][0]["vi"]
    )
    html = page(desk, f"{WORK}?ds=chua-nhan-tien&q={code}")
    assert "đơn giá &lt;b&gt;thấp&lt;/b&gt;" in html
    assert "<b>thấp</b>" not in html


def test_paid_land_that_is_not_handed_over_moves_from_one_list_to_the_other(client: TestClient) -> None:
    code = next(
        row["code"]
        for row in all_rows(client, ds="chua-nhan-tien")
        if "Không nhận" not in row["why"][0]["vi"]
    )
    tell(
        client, code, {"kind": "payment.full", "on": "2026-03-13", "document": "PC 9", "amount": "4126500000"}
    )
    assert code not in {row["code"] for row in all_rows(client, ds="chua-nhan-tien")}
    (row,) = [row for row in all_rows(client, ds="nhan-tien-chua-giao") if row["code"] == code]
    assert row["why"][0]["vi"] == "Nhận đủ tiền 13/03/2026, 0 ngày rồi"
    assert "4126500000" not in json.dumps(row)  # amounts are no part of what readers share


def test_money_and_reach_are_cut_from_what_is_kept_and_not_before(
    app: FastAPI, client: TestClient, portfolio_settings: Settings
) -> None:
    """The first reader sees the whole city, the second one project: what was kept for one is not told to the other."""
    department = make_tester(portfolio_settings, "work-dept", "department", projects=["YTE"])
    assert ask(client)["open"] > 0
    with TestClient(app, base_url="http://127.0.0.1", headers=department.headers) as other:
        rows = other.get("/api/worklist", params={"limit": 500}).json()["rows"]
    assert {row["project"] for row in rows} == {"YTE"}
    assert not any(row["may_record"] for row in rows)


def test_the_button_opens_the_form_with_step_day_body_and_the_last_signer(
    client: TestClient, desk: TestClient, officer: Tester
) -> None:
    rows = [
        row
        for row in all_rows(client)
        if (row["step"], row["act"]["code"]) == ("S50", "S60") and not row["lacking"]
    ]
    first, second = rows[0], next(row for row in rows[1:] if row["ward"] == rows[0]["ward"])
    html = page(desk, f"/ho-so/{first['code']}?buoc=S60")
    assert re.search(r'<option value="S60" selected>', html)
    assert re.search(r'name="signer"[^>]*value=""', html)
    form = {
        "step": "S60", "effective_on": "2026-03-13", "document": "7/BB-NY", "signer": "Trần Thị Bốn",
        "body": "UBND phường", "version": "1", "key": "work-step-0001",
    }  # fmt: skip
    assert send(desk, f"/ho-so/{first['code']}", form).status_code == 303
    html = page(desk, f"/ho-so/{second['code']}?buoc=S60")
    assert re.search(r'name="signer"[^>]*value="Trần Thị Bốn"', html)
    assert re.search(r'name="body"[^>]*value="UBND phường"', html)
    assert re.search(r'name="effective_on"[^>]*value="2026-03-13"', html)
    assert first["code"] not in {row["code"] for row in all_rows(client) if row["step"] == "S50"}
    # The control: a step that may not follow is not filled in, and nobody else's signer is.
    assert not re.search(r'<option value="S90" selected>', page(desk, f"/ho-so/{second['code']}?buoc=S90"))
    answer = client.get(f"/ho-so/{second['code']}?buoc=S60", headers=PAGE)
    assert not re.search(r'name="signer"[^>]*value="Trần', answer.text)


def test_another_day_and_another_moment_are_read_only(desk: TestClient) -> None:
    html = page(desk, f"{WORK}?ngay=2026-03-20")
    assert "20/03/2026" in said(html)
    assert "?buoc=" not in html
    assert 'action="/viec-hom-nay/bo-loc"' not in html
    assert "?buoc=" in page(desk, WORK)  # the control


def test_a_moment_shows_what_was_known_then(client: TestClient) -> None:
    rows = all_rows(client, ds="chua-nhan-tien")
    before = next(row for row in rows if "Đã mời nhận tiền" in row["why"][0]["vi"])
    moment = datetime.now(UTC).isoformat()
    disputed = {"kind": "payment.disputed", "on": "2026-03-13", "document": "3/BB"}
    tell(client, before["code"], disputed)
    (now,) = all_rows(client, ds="chua-nhan-tien", q=before["code"])
    assert now["why"][0]["vi"].startswith("Đang tranh chấp từ 13/03/2026")
    (then,) = all_rows(client, ds="chua-nhan-tien", q=before["code"], known_at=moment)
    assert then == before
    assert ask(client, known_at=moment)["known_event"] > 0


def test_a_filter_is_kept_renamed_and_deleted_by_its_owner_alone(
    app: FastAPI, desk: TestClient, portfolio_settings: Settings, stranger: Tester
) -> None:
    name = "Của tôi <i>🙂</i>"
    assert (
        send(desk, f"{WORK}/bo-loc", {"ten": name, "loc": f"ds=gang&du-an={PROJECT}&evil=1"}).status_code
        == 303
    )
    assert send(desk, f"{WORK}/bo-loc", {"ten": name, "loc": f"ds=gang&du-an={PROJECT}"}).status_code == 303
    with owner_session(portfolio_settings) as session:
        (row,) = session.scalars(select(SavedFilter).where(SavedFilter.account == "work-officer")).all()
        number, query = row.id, row.query
        kept = (
            select(func.count())
            .select_from(Event)
            .where(Event.kind == "filter.save", Event.actor == "work-officer")
        )
        assert session.scalar(kept) == 1  # the same again wrote nothing
    assert query == f"ds=gang&du-an={PROJECT}"
    html = page(desk, WORK)
    assert "Của tôi &lt;i&gt;🙂&lt;/i&gt;" in html
    assert f"/viec-hom-nay?ds=gang&amp;du-an={PROJECT}" in html
    with TestClient(app, base_url="https://127.0.0.1", follow_redirects=False) as other:
        enter(other, stranger)
        assert "Của tôi" not in page(other, WORK)
        assert send(other, f"{WORK}/bo-loc/{number}", {"ten": "x"}).status_code == 404
        send(other, f"{WORK}/bo-loc/{number}", {"xoa": "1"})
    assert send(desk, f"{WORK}/bo-loc/{number}", {"ten": " "}).status_code == 422
    assert send(desk, f"{WORK}/bo-loc/{number}", {"ten": "Găng"}).status_code == 303
    assert "Găng" in page(desk, WORK)
    assert send(desk, f"{WORK}/bo-loc/{number}", {"xoa": "1"}).status_code == 303
    with owner_session(portfolio_settings) as session:
        assert session.scalar(select(func.count()).select_from(SavedFilter)) == 0


def test_an_empty_filter_and_a_bad_name_are_refused_beside_the_form(desk: TestClient) -> None:
    for form in (
        {"ten": "x", "loc": "evil=1"},
        {"ten": "", "loc": "ds=gang"},
        {"ten": "d" * 61, "loc": "ds=gang"},
    ):
        answer = send(desk, f"{WORK}/bo-loc", form)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text


def test_the_command_gives_the_rows_of_the_page(client: TestClient, portfolio_settings: Settings) -> None:
    environment = {"DUONGGANG_DATABASE_URL": str(portfolio_settings.database_url)}
    words = ["worklist", "--project", PROJECT, "--list", "qua-han", "--limit", "20"]
    asked = CliRunner(env=environment).invoke(cli, [*words, "--json"])
    assert asked.exit_code == 0, asked.output
    told, shown = json.loads(asked.stdout), ask(client, ds="qua-han", limit=20)
    assert told["counts"] == shown["counts"]
    assert [row["code"] for row in told["rows"]] == [row["code"] for row in shown["rows"]]
    plain = CliRunner(env=environment).invoke(cli, words)
    assert shown["rows"][0]["code"] in plain.stdout
    assert CliRunner(env=environment).invoke(cli, ["worklist", "--list", "khac"]).exit_code == 1
