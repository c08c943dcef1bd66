"""Every number of the dashboard leads to a list with as many rows."""

from __future__ import annotations

import random
import re
from datetime import date
from html import unescape

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from api.settings import Settings
from api.usecases.calculation import calculate, resolve_day
from api.usecases.disbursement import disbursement_of, money_tracks
from api.usecases.records.tracks import tracks_of
from geo.access import access_case, access_project
from tests.people import make_tester, owner_session, system_context

PROJECT = "TULIEN"
# Paid in full or put on deposit, by the papers of the demo; what was approved, of cases with an approval by the day.
PAID = text(
    """
    with state as (
        select c.id, h.amount_vnd,
               bool_or(f.kind in ('payment.full', 'payment.deposited')) as paid,
               bool_or(f.kind like 'approval.%') as approved
        from clearance_case c join holder h on h.case_id = c.id
        left join case_fact f on f.case_id = c.id and f.happened_on <= :day and f.void_reason is null
        where c.project_id = :project and c.step <> 'X2' and h.amount_vnd is not null group by c.id, h.amount_vnd
    )
    select sum(amount_vnd) filter (where paid), sum(amount_vnd) from state
    """
)
RECENT = text(
    "select count(*) from clearance_case c join project p on p.id = c.project_id where p.code = :project "
    "and c.step = 'S105' and c.step_on between date '2026-02-14' and date '2026-03-13'"
)
LEFT = text(
    "select count(*) from clearance_case c join project p on p.id = c.project_id where p.code = :project "
    "and c.step not in ('S105', 'X2')"
)
SOME = text(
    "select c.id, c.step from clearance_case c join project p on p.id = c.project_id where p.code = :project "
    "and c.step <> 'X2' order by c.code limit 10"
)
SAY = text("insert into satisfaction (case_id, step, score, said) values (:case, :step, :score, '')")
NOTE = text("select 1")
NUMBER = re.compile(r'<a href="(/du-an/[A-Z0-9]+/ho-so[^"]*)">([\d.]+)</a>')


def numbers(page: str) -> list[tuple[str, int]]:
    return [(unescape(href), int(shown.replace(".", ""))) for href, shown in NUMBER.findall(page)]


def total(client: TestClient, href: str) -> int:
    said = re.search(r"<h2>([\d.]+) hồ sơ,", client.get(href).text)
    assert said is not None, href
    return int(said[1].replace(".", ""))


def test_every_number_opens_as_many_cases(client: TestClient) -> None:
    page = client.get(f"/du-an/{PROJECT}/tong-quan").text
    found = numbers(page[page.index('class="page"') :])
    assert len(found) > 25
    for href, number in found:
        assert total(client, href) == number, href


def test_money_is_counted_as_on_the_page_of_the_case_and_against_what_was_approved(
    portfolio_settings: Settings,
) -> None:
    with owner_session(portfolio_settings) as session:
        ctx = system_context()
        project = access_project(session, PROJECT)
        made = calculate(session, ctx, project, resolve_day(session, None))
        tracks = money_tracks(session, ctx, project, made)
        found = disbursement_of(session, ctx, project, made, list(made.cases))
        for code in random.Random(6).sample(sorted(made.cases), 40):
            case = access_case(session, code)
            alone = tracks_of(session, ctx, case, data_date=made.data_date, exactly=True).money
            assert (tracks[code].state, tracks[code].paid) == (alone.state, alone.paid), code
        paid, approved = session.execute(PAID, {"project": project.id, "day": made.data_date}).one()
    assert sum(row.cases for row in found.states) == found.cases == len(made.cases)
    assert found.planned == found.cases - next(r.cases for r in found.states if r.state == "none")
    assert (found.paid, found.approved) == (paid, approved)
    assert found.share is not None
    assert 0 < found.share < 1


def test_amounts_are_for_those_who_may_see_them_and_counts_for_all(
    app: FastAPI, portfolio_settings: Settings
) -> None:
    tables = {}
    for role in ("leadership", "auditor"):
        who = make_tester(portfolio_settings, f"tq-{role}", role)
        with TestClient(app, base_url="http://127.0.0.1", headers=who.headers) as client:
            page = client.get(f"/du-an/{PROJECT}/tong-quan").text
            tables[role] = page[page.index('id="tien"') : page.index("</table>", page.index('id="tien"'))]
            for href, number in numbers(tables[role]):
                assert total(client, href) == number, href
    assert "tỷ đồng" not in tables["leadership"]
    assert len(numbers(tables["leadership"])) > 3


def test_the_pace_is_that_of_the_handovers_on_record_against_the_published_day(
    client: TestClient, portfolio_settings: Settings
) -> None:
    with owner_session(portfolio_settings) as session:
        done = session.scalar(RECENT, {"project": PROJECT})
        left = session.scalar(LEFT, {"project": PROJECT})
    weeks = (date(2026, 3, 31) - date(2026, 3, 13)).days / 7
    page = client.get(f"/du-an/{PROJECT}/tong-quan").text
    lead = page[page.index('class="said"') : page.index("figures")]
    assert f"<b>{done / 4:.1f}</b>".replace(".", ",") in lead
    assert f"<b>{left / weeks:.1f}</b>".replace(".", ",") in lead
    assert "Không đủ nhịp để kịp 31/03/2026" in " ".join(lead.split())


def test_the_band_stands_in_the_table_beside_the_forecast_and_says_what_it_rests_on(
    client: TestClient,
) -> None:
    page = client.get(f"/du-an/{PROJECT}/tong-quan").text
    table = page[page.index('id="thang"') : page.index("</table>", page.index('id="thang"'))]
    bands = [
        tuple(int(end.replace(".", "")) for end in pair)
        for pair in re.findall(r'<td class="n">([\d.]+) – ([\d.]+)</td>', table)
    ]
    assert len(bands) > 2
    assert all(low <= high for low, high in bands)
    assert bands == sorted(bands)
    assert 'class="dg-curve-band"' in page
    assert "khoảng giả định" in page


def test_scores_of_households_are_counted_and_open_for_those_who_read_people_alone(
    app: FastAPI, portfolio_settings: Settings
) -> None:
    with owner_session(portfolio_settings) as session:
        cases = session.execute(SOME, {"project": "MESO"}).all()
        for at, row in enumerate(cases):
            session.execute(SAY, {"case": row.id, "step": row.step, "score": 1 + at % 5})
        session.execute(NOTE)
    for role, opens in (("leadership", False), ("auditor", True)):
        who = make_tester(portfolio_settings, f"hl-{role}", role)
        with TestClient(app, base_url="http://127.0.0.1", headers=who.headers) as client:
            page = client.get("/du-an/MESO/tong-quan").text
            table = page[page.index('id="hai-long"') : page.index("</table>", page.index('id="hai-long"'))]
            assert [int(n) for n in re.findall(r">(\d+)(?:</a>)?</td>", table)] == [2, 2, 2, 2, 2]
            assert "3,0 / 5" in page
            for href, number in numbers(table):
                assert total(client, href) == number
            assert bool(numbers(table)) == opens
            assert ("Không hồ sơ nào khớp" in client.get("/du-an/MESO/ho-so?diem=4").text) != opens


def test_a_ward_officer_counts_their_own_cases_and_is_told_how_many_more_there_are(
    app: FastAPI, portfolio_settings: Settings
) -> None:
    officer = make_tester(portfolio_settings, "tq-phuong", "ward_officer", wards=("00097",))
    with TestClient(app, base_url="http://127.0.0.1", headers=officer.headers) as client:
        page = client.get(f"/du-an/{PROJECT}/tong-quan").text
        assert "ngoài phạm vi của bạn" in page
        table = page[page.index('id="tuoi"') : page.index("</table>", page.index('id="tuoi"'))]
        for href, number in numbers(table):
            assert total(client, href) == number


@pytest.mark.parametrize("code", ["CCC", "DA712"])
def test_a_project_without_cases_says_so(client: TestClient, code: str) -> None:
    answer = client.get(f"/du-an/{code}/tong-quan")
    assert answer.status_code == 200
    assert "Chưa có hồ sơ nào" in answer.text


@pytest.mark.parametrize("query", ["giao=2026-13", "giao=x", "tuoi=a-b", "tuoi=5"])
def test_a_filter_that_is_none_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/du-an/{PROJECT}/ho-so?{query}").status_code == 422
