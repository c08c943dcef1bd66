"""The weekly table: every figure is the length of the list behind it; wards and old districts add up to the total."""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from python_calamine import CalamineWorkbook
from sqlalchemy import text
from starlette.testclient import TestClient

from api.settings import Settings
from geo.access import access_case
from geo.history import case_state, put_state, record, touch
from projects.steps import STEPS, rests_on
from tests.http.browsing import PAGE, said
from tests.http.weekly_pages import PROJECT, WEEK, add_up, listed, number, table
from tests.people import make_tester, owner_session

COUNTED = ("7", "8", "9", "10", "13", "14", "15a", "17", "18", "19a", "22", "23a", "23d", "27a", "33a")


@pytest.mark.parametrize("rows_by", ["", "&don-vi=quan"])
@pytest.mark.parametrize("unit", ["ho-so", "thua", "ho", "to-chuc"])
def test_places_add_up_to_projects_and_projects_to_the_total(
    client: TestClient, rows_by: str, unit: str
) -> None:
    add_up(table(client, f"&dem={unit}{rows_by}"), COUNTED)


def test_the_proof_of_sums_sees_one_case_that_is_missing(client: TestClient) -> None:
    rows = table(client)
    at = next(i for i, (level, _, cells) in enumerate(rows) if level == "place" and number(cells["13"][0]))
    text_, link = rows[at][2]["13"]
    rows[at][2]["13"] = (str((number(text_) or 0) - 1), link)
    with pytest.raises(AssertionError):
        add_up(rows, ("13",))


@pytest.mark.parametrize("rows_by", ["", "&don-vi=quan"])
def test_every_figure_of_a_project_opens_a_list_of_its_length(client: TestClient, rows_by: str) -> None:
    looked = 0
    for level, name, cells in table(client, f"&du-an={PROJECT}{rows_by}"):
        for key in ("10", "13", "14", "19a", "22", "23a", "33a"):
            shown, address = cells[key]
            if level != "total" and address:
                assert listed(client, address)[0] == number(shown), (name, key)
                looked += 1
    assert looked > 10


def test_a_figure_counted_in_parcels_is_the_number_of_parcels_of_its_list(client: TestClient) -> None:
    for _, name, cells in table(client, f"&du-an={PROJECT}&dem=thua")[:2]:
        for key in ("7", "13", "22"):
            shown, address = cells[key]
            if address:
                assert listed(client, address)[1] == number(shown), (name, key)


def test_the_total_opens_the_cases_of_all_projects(client: TestClient) -> None:
    level, _, cells = table(client)[-1]
    assert level == "total"
    for key in ("10", "13", "22"):
        shown, address = cells[key]
        assert address.startswith("/bieu-tong-hop/ho-so")
        assert listed(client, address)[0] == number(shown)


def test_the_figures_are_those_of_the_cases_by_ward(client: TestClient) -> None:
    """The oracle: the list of cases through the API, each step held against the table of steps."""
    rows = client.get("/api/cases", params={"project": PROJECT, "limit": 500}).json()
    cases = rows["rows"]
    while len(cases) < rows["total"]:
        more: dict[str, Any] = {"project": PROJECT, "limit": 500, "offset": len(cases)}
        cases += client.get("/api/cases", params=more).json()["rows"]
    wanted: dict[str, Counter[str]] = {}
    for case in cases:
        ward = wanted.setdefault(case["ward_label"], Counter())
        done = rests_on(case["step"]) | {case["step"]} if case["step"] in STEPS else set()
        for key, step in (("13", "S20"), ("19a", "S80"), ("22", "S90")):
            ward[key] += step in done
        ward["10"] += 1
        ward["23a"] += case["step"] in ("S100", "S105")
    shown = {name: cells for level, name, cells in table(client, f"&du-an={PROJECT}") if level == "place"}
    known = {name: cells for name, cells in shown.items() if number(cells["10"][0]) is not None}
    assert known.keys() == wanted.keys()
    for name, counts in wanted.items():
        assert {key: number(known[name][key][0]) for key in counts} == dict(counts), name


def test_what_nothing_counts_is_unknown_and_never_zero(client: TestClient) -> None:
    for _, _, cells in table(client):
        assert {cells[key][0] for key in ("19c", "23c", "34")} == {"–"}


def test_a_row_of_the_old_district_holds_the_wards_that_are_known_to_come_of_it(
    app: FastAPI, client: TestClient
) -> None:
    by_ward = {name: cells for level, name, cells in table(client) if level == "place"}
    districts = [row for row in table(client, "&don-vi=quan") if row[0] == "place"]
    names = {name for _, name, _ in districts}
    assert any("Chưa rõ quận, huyện cũ" in name for name in names)
    with owner_session(app.state.settings) as session:
        known = session.execute(
            text(
                "select h.old_name, w.name from ward_history h join ward w on w.code = h.ward_code "
                "where h.old_level = 'quận' and exists (select from clearance_case c where c.ward_code = w.code)"
            )
        ).all()
    for district, _ in known:
        assert any(district in name for name in names)
    assert by_ward


def hand_over(settings: Settings, code: str, day: date) -> None:
    """Writes the handover of a case as its history would hold it, past the law of its step."""
    with owner_session(settings) as session:
        case = access_case(session, code, for_update=True)
        before = case_state(case)
        touch(session, case.project_id)
        case.version += 1
        put_state(case, {"step": "S100", "step_on": day.isoformat()})
        record(
            session, kind="case.step", object_type="case", object_code=code, project_code=PROJECT, actor="tests",
            effective_on=day, before=before, after=case_state(case), document="12/BB-BG",
        )  # fmt: skip


def test_an_increase_is_told_from_the_week_before_and_opens_its_cases(
    client: TestClient, portfolio_settings: Settings
) -> None:
    """One case is handed over in the week after the data date; the week before, it is not."""
    rows = client.get("/api/cases", params={"project": PROJECT, "buoc": "S90", "limit": 5}).json()["rows"]
    case = rows[-1]
    hand_over(portfolio_settings, case["code"], date(2026, 3, 18))
    week = table(client, f"&du-an={PROJECT}&tuan=2026-12")  # the later of two values is refused by nobody
    (project,) = [cells for level, _, cells in week if level == "project"]
    shown, address = project["31b"]
    assert shown.startswith("+1")
    query = parse_qs(urlsplit(address).query)
    assert query["tuan"] == ["2026-12"]
    assert listed(client, address)[0] == 1
    assert case["code"] in client.get(address, headers=PAGE).text
    before = next(cells for level, _, cells in table(client, f"&du-an={PROJECT}") if level == "project")
    assert number(before["23a"][0]) == (number(project["23a"][0]) or 0) - 1
    later = table(client, f"&du-an={PROJECT}&tuan=2026-13")
    assert [cells["31b"][0] for level, _, cells in later if level == "project"] == ["0"]


def test_the_sheet_holds_the_whole_form_with_typed_cells(client: TestClient) -> None:
    answer = client.get(f"/bieu-tong-hop/tai-ve?tuan={WEEK}&du-an={PROJECT}")
    assert answer.status_code == 200
    assert f"bieu-tong-hop-{WEEK}-minh-hoa.xlsx" in answer.headers["content-disposition"]
    again = client.get(f"/bieu-tong-hop/tai-ve?tuan={WEEK}&du-an={PROJECT}")
    assert again.content == answer.content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    words = " ".join(str(cell) for row in rows for cell in row)
    for told in ("BIỂU TỔNG HỢP", "Số liệu đến", "Đơn vị đếm: hồ sơ", "mã kiểm tra", "MINH HOẠ"):
        assert told in words
    numbers = next(row for row in rows if row[0] == "1" and row[1] == "2")
    assert {int(re.sub(r"\D", "", str(cell))) for cell in numbers} == set(range(1, 36))
    at = numbers.index("13")
    shown = [cells["13"][0] for _, _, cells in table(client, f"&du-an={PROJECT}")]
    body = rows[rows.index(numbers) + 1 :][: len(shown)]
    assert [None if v == "–" else int(float(str(v))) for v in (row[at] for row in body)] == [
        number(s) for s in shown
    ]
    assert {type(row[at]) for row in body} <= {float, str}


def test_a_ward_officer_sees_the_figures_of_the_own_ward_and_is_told_so(
    app: FastAPI, client: TestClient, portfolio_settings: Settings
) -> None:
    with owner_session(portfolio_settings) as session:
        ward: Any = session.scalar(
            text(
                "select c.ward_code from clearance_case c join project p on p.id = c.project_id where p.code = :p "
                "group by 1 order by count(*) limit 1"
            ),
            {"p": PROJECT},
        )
    officer = make_tester(portfolio_settings, "bieu-phuong", "ward_officer", wards=(str(ward),))
    with TestClient(app, base_url="http://127.0.0.1", headers=officer.headers) as theirs:
        rows = table(theirs, f"&du-an={PROJECT}")
        assert [level for level, _, _ in rows] == ["project", "place", "total"]
        page = theirs.get(f"/bieu-tong-hop?tuan={WEEK}&du-an={PROJECT}", headers=PAGE).text
        assert "trong phạm vi của bạn" in said(page)
        assert listed(theirs, rows[1][2]["10"][1])[0] == number(rows[1][2]["10"][0])


@pytest.mark.parametrize("query", ["tuan=2026-99", "tuan=abc", "dem=mo-ma", "tuan=2026-11&ngay=2026-05-01"])
def test_a_week_or_unit_that_does_not_exist_is_refused_with_a_sentence(
    client: TestClient, query: str
) -> None:
    assert client.get(f"/bieu-tong-hop?{query}").status_code == 422
