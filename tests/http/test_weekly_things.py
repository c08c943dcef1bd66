"""Graves and utilities of the weekly table: each in the row of its place, each figure the sum of its list."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from api.settings import Settings
from api.usecases.records.relocation import add_relocation, move_relocation
from api.usecases.records.writing import Said
from projects.belongings import MOVED_KINDS
from tests.http.browsing import PAGE, said
from tests.http.weekly_pages import CELL, PROJECT, WEEK, add_up, number, table
from tests.people import make_tester, owner_session, system_context

COUNT = re.compile(r"<h2>([\d.]+) (?:mộ|cột, hố, đoạn), trong đó đã di chuyển ([\d.]+)")
ROW = re.compile(
    r'<tr><th scope="row"[^>]*><a[^>]*>(\w+)</a></th><td>([^<]+)</td><td[^>]*>[^<]*</td>'
    r'<td>([^<]+)</td><td class="n">([\d.]+)</td><td>(rồi|chưa)</td></tr>'
)
NEXT = re.compile(r'<a rel="next" href="([^"]+)">')


def things_listed(client: TestClient, address: str) -> tuple[int, int, dict[str, tuple[int, int]]]:
    """What the list at this address counts, what of it is moved, and its rows by kind: (moved, counted)."""
    done: Counter[str] = Counter()
    every: Counter[str] = Counter()
    heads = set()
    onward: str | None = address
    while onward:
        answer = client.get(onward, headers=PAGE)
        assert answer.status_code == 200, (onward, answer.text[:600])
        head = COUNT.search(answer.text)
        assert head is not None, answer.text[:2000]
        heads.add((number(head[1]) or 0, number(head[2]) or 0))
        for _, _, kind, count, moved in ROW.findall(answer.text):
            every[kind.lower()] += number(count) or 0
            done[kind.lower()] += (number(count) or 0) if moved == "rồi" else 0
        later = NEXT.search(answer.text)
        onward = unescape(later[1]) if later else None
    ((count, moved),) = heads
    assert (sum(every.values()), sum(done.values())) == (count, moved)
    return count, moved, {kind: (done[kind], every[kind]) for kind in every}


def utilities_shown(shown: str) -> dict[str, tuple[int, int]]:
    """The figure of column 35 by kind: (moved, counted)."""
    parts = (part.rpartition(" ") for part in shown.rstrip("*").split("; "))
    return {kind: (int(said.split("/")[0]), int(said.split("/")[1])) for kind, _, said in parts}


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
    assert things_listed(client, row["11"][1])[0] == after[names[here]][0]
    page = client.get(f"/du-an/{PROJECT}/di-doi?phuong={here}").text
    assert f"<b>{codes[0]}</b>" in page
    assert f"<b>{codes[3]}</b>" not in page
    _, _, whole = table(client)[-1]
    for key, most in (("11", 14), ("25", 7)):
        shown, address = whole[key]
        assert address.startswith("/bieu-tong-hop/ho-so?cot=")
        listing = client.get(address, headers=PAGE).text
        assert things_listed(client, address)[0] == number(shown)
        assert (number(shown) or 0) >= most
        there = [f">{PROJECT}</a></th><td>{code}</td>" in listing for code in codes]
        assert there == [True, key == "11", False, key == "11", False]
    reader = make_tester(portfolio_settings, "mo-o-phuong-khac", "ward_officer", wards=(other,))
    own = client.get(
        f"/bieu-tong-hop?tuan={WEEK}&bang=day-du&du-an={PROJECT}", headers=reader.headers | PAGE
    ).text
    graves = [number(said(cell)) for key, cell in CELL.findall(own) if key == "11"]
    assert max(n for n in graves if n is not None) == after[names[other]][0]


@pytest.fixture(scope="module")
def spread(portfolio_settings: Settings) -> None:
    """Graves and utilities in every ward of two projects, some of them moved by the day of the figures."""
    with owner_session(portfolio_settings) as session:
        ctx = system_context()
        wards = session.execute(
            text(
                "select distinct p.code, c.ward_code from clearance_case c join project p on p.id = c.project_id "
                "where p.code in (:p, 'VANPHUC') order by 1, 2"
            ),
            {"p": PROJECT},
        ).all()
        for at, (project, ward) in enumerate(wards, start=1):
            for kind, count in (("grave", at), ("power", 2 * at), ("water", 3)):
                entered = {
                    "kind": kind, "count": str(count), "ward_code": ward, "description": "x",
                    "state_on": "2026-03-02",
                }  # fmt: skip
                code = str(add_relocation(session, ctx, project, entered, Said())["code"])
                steps = ("planned", "paid", "moved") if at % 2 == (kind == "grave") else ()
                for seen, state in enumerate(steps, start=1):
                    to = {"state": state, "state_on": f"2026-03-0{2 + seen}"}
                    move_relocation(session, ctx, project, code, to, Said(document="5/BB"), seen=seen)


@pytest.mark.parametrize("rows_by", ["", "&don-vi=quan"])
@pytest.mark.parametrize("project", ["", f"&du-an={PROJECT}"])
@pytest.mark.usefixtures("spread")
def test_every_figure_of_graves_and_utilities_opens_the_list_of_exactly_that_many(
    client: TestClient, rows_by: str, project: str
) -> None:
    looked: Counter[tuple[str, str]] = Counter()
    for level, name, cells in table(client, project + rows_by):
        for key in ("11", "25", "35"):
            shown, address = cells[key]
            assert bool(address) == (shown.rstrip("*") not in ("–", "0")), (name, key)
            if not address:
                continue
            count, moved, kinds = things_listed(client, address)
            if key == "35":
                assert kinds == utilities_shown(shown), (level, name)
            else:
                assert count == number(shown), (level, name, key)
                assert key == "11" or moved == count
            looked[level, key] += 1
    assert (
        min(looked[level, key] for level in ("place", "project", "total") for key in ("11", "25", "35")) > 0
    )


@pytest.mark.parametrize("rows_by", ["", "&don-vi=quan"])
@pytest.mark.usefixtures("spread")
def test_the_total_of_utilities_is_the_sum_of_the_places_by_kind(client: TestClient, rows_by: str) -> None:
    sums: dict[str, Counter[tuple[str, int]]] = {"place": Counter(), "project": Counter(), "total": Counter()}
    for level, _, cells in table(client, rows_by):
        if cells["35"][1]:
            for kind, figures in utilities_shown(cells["35"][0]).items():
                for at, figure in enumerate(figures):
                    sums[level][kind, at] += figure
    assert sums["place"] == sums["project"] == sums["total"]
    power = MOVED_KINDS["power"][0].lower()
    assert sums["total"][power, 1] > sums["total"][power, 0] > 0


def test_the_list_of_a_project_that_does_not_exist_is_not_found(client: TestClient) -> None:
    for column in ("10", "11"):
        address = f"/bieu-tong-hop/ho-so?cot={column}&tuan={WEEK}&du-an=KHONGCO"
        assert client.get(address, headers=PAGE).status_code == 404
