"""The weekly table: every figure is the length of the list behind it; wards and old districts add up to the total."""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from python_calamine import CalamineWorkbook
from sqlalchemy import text
from starlette.testclient import TestClient

from api.settings import Settings
from api.usecases.records.relocation import add_relocation, move_relocation
from api.usecases.records.writing import Said
from geo.access import access_case
from geo.history import case_state, put_state, record, touch
from projects.steps import STEPS, rests_on
from tests.http.browsing import PAGE, said
from tests.people import make_tester, owner_session, system_context

PROJECT = "TRANHUNGDAO"  # tests of sheets change cases of this project only
WEEK = "2026-11"
ROW = re.compile(r'<tr class="weekly-(place|project|total)">(.*?)</tr>', re.DOTALL)
CELL = re.compile(r'<td class="[^"]*" data-column="(\w+)">(.*?)</td>', re.DOTALL)
LINK = re.compile(r'<a href="([^"]+)">')
COUNT = re.compile(r"<h2>([\d.]+) hồ sơ, ([\d.]+) thửa")
THINGS = re.compile(r"<h2>([\d.]+) mộ, trong đó đã di chuyển [\d.]+")
Rows = list[tuple[str, str, dict[str, tuple[str, str]]]]


def table(client: TestClient, query: str = "") -> Rows:
    """(level, name, column → (text, address)) of each row of the page."""
    answer = client.get(f"/bieu-tong-hop?tuan={WEEK}&bang=day-du{query}", headers=PAGE)
    assert answer.status_code == 200, answer.text[:800]
    found: Rows = []
    for level, row in ROW.findall(answer.text):
        name = said(re.search(r"<th[^>]*>(.*?)</th>", row, re.DOTALL)[1])  # type: ignore[index]
        cells = {}
        for key, cell in CELL.findall(row):
            link = LINK.search(cell)
            cells[key] = (
                said(re.sub(r"<svg.*?</svg>", "", cell, flags=re.DOTALL)),
                unescape(link[1]) if link else "",
            )
        found.append((level, name, cells))
    return found


def number(shown: str) -> int | None:
    """A figure as a number; None for “not known”."""
    return None if shown.startswith("–") else int(re.sub(r"[.*+]", "", shown))


def listed(client: TestClient, address: str) -> tuple[int, int]:
    """Cases and parcels that the list at this address counts."""
    answer = client.get(address, headers=PAGE)
    assert answer.status_code == 200, (address, answer.text[:600])
    if "Không hồ sơ nào khớp" in answer.text:
        return 0, 0
    found = COUNT.search(answer.text)
    assert found, answer.text[:2000]
    return int(found[1].replace(".", "")), int(found[2].replace(".", ""))


def add_up(rows: Rows, keys: tuple[str, ...]) -> None:
    """Every column: the places of a project add up to the project, the projects to the total."""
    for key in keys:
        total, project, places = None, None, 0
        projects = 0
        for level, _, cells in [*rows, ("end", "", {})]:
            if level != "place" and project is not None:
                assert project == places, key
                projects += project
                project, places = None, 0
            if level == "project":
                project, places = number(cells[key][0]) or 0, 0
            elif level == "place":
                places += number(cells[key][0]) or 0
            elif level == "total":
                total = number(cells[key][0])
        assert (total or 0) == projects, key


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


def test_graves_and_utilities_stand_in_the_row_of_their_ward_as_of_the_week(
    app: FastAPI, client: TestClient, portfolio_settings: Settings
) -> None:
    with owner_session(portfolio_settings) as session:
        wards = session.scalars(
            text(
                "select distinct c.ward_code from clearance_case c join project p on p.id = c.project_id "
                "where p.code = :p order by 1"
            ),
            {"p": PROJECT},
        ).all()
    here, other = wards[0], wards[-1]
    assert here != other
    names = {row["code"]: row["label"] for row in client.get(f"/api/projects/{PROJECT}").json()["wards"]}

    def stand(query: str = "") -> dict[str, tuple[int, int, int, int]]:
        """Graves, graves moved, power moved and counted, by row; 0 where nothing is known."""
        found = {}
        for _, name, row in table(client, f"&du-an={PROJECT}{query}"):
            power = re.search(r"điện (\d+)/(\d+)", row["35"][0])
            wires = (int(power[1]), int(power[2])) if power else (0, 0)
            found[name] = (number(row["11"][0]) or 0, number(row["25"][0]) or 0, *wires)
        return found

    before = stand()
    steps = (("planned", "2026-03-02"), ("paid", "2026-03-05"), ("moved", "2026-03-10"))
    late = (*steps[:2], ("moved", "2026-03-14"))  # after the day that the figures stand on
    things = (
        ("grave", 7, here, "2026-03-02", steps), ("grave", 5, here, "2026-03-02", late),
        ("power", 4, here, "2026-03-02", steps), ("grave", 2, other, "2026-03-02", ()),
        ("grave", 90, here, "2026-03-14", ()),
    )  # fmt: skip
    codes = []
    with owner_session(portfolio_settings) as session:
        ctx = system_context()
        for kind, count, ward, on, moves in things:
            entered = {
                "kind": kind,
                "count": str(count),
                "ward_code": ward,
                "description": "x",
                "state_on": on,
            }
            codes.append(str(add_relocation(session, ctx, PROJECT, entered, Said())["code"]))
            for seen, (state, then) in enumerate(moves, start=1):
                to = {"state": state, "state_on": then}
                move_relocation(session, ctx, PROJECT, codes[-1], to, Said(document="5/BB"), seen=seen)
    after = stand()
    grown = {name: tuple(b - a for a, b in zip(before[name], after[name], strict=True)) for name in after}
    assert grown[names[here]] == (12, 7, 4, 4)
    assert grown[names[other]] == (2, 0, 0, 0)
    rows = table(client, f"&du-an={PROJECT}")
    add_up(rows, ("11", "25"))
    (row,) = (row for level, name, row in rows if level == "place" and name == names[here])
    assert row["11"][1] == f"/du-an/{PROJECT}/di-doi?phuong={here}"
    page = client.get(row["11"][1]).text
    assert f"<b>{codes[0]}</b>" in page
    assert f"<b>{codes[3]}</b>" not in page
    _, _, whole = table(client)[-1]
    for key, most in (("11", 14), ("25", 7)):
        shown, address = whole[key]
        assert address.startswith("/bieu-tong-hop/ho-so?cot=")
        listing = client.get(address, headers=PAGE).text
        counted = THINGS.search(listing)
        assert counted is not None
        assert number(counted[1]) == number(shown)
        assert (number(shown) or 0) >= most
        there = [f">{PROJECT}</a></th><td>{code}</td>" in listing for code in codes]
        assert there == [True, key == "11", False, key == "11", False]
    reader = make_tester(portfolio_settings, "mo-o-phuong-khac", "ward_officer", wards=(other,))
    own = client.get(
        f"/bieu-tong-hop?tuan={WEEK}&bang=day-du&du-an={PROJECT}", headers=reader.headers | PAGE
    ).text
    graves = [number(said(cell)) for key, cell in CELL.findall(own) if key == "11"]
    assert max(n for n in graves if n is not None) == after[names[other]][0]


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
