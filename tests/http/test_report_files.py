"""Reports as files over HTTP: the same address gives the same bytes for ever, and a file can be checked."""

from __future__ import annotations

import io
import json
import random
import re
from datetime import date
from fractions import Fraction

import pikepdf
import pytest
from fastapi import FastAPI
from sqlalchemy import select, text
from starlette.testclient import TestClient

from api.reports.files import content_in, drawn
from api.reports.verify import check_report
from api.settings import Settings
from geo.access import access_case
from geo.db import make_engine, make_sessions
from geo.history import case_state, record, touch
from geo.tables import Project
from tests.people import Tester, make_tester, owner_session, system_context

PROJECT = "NGOCHOI"  # cases of it are changed here
PERIOD = "ngay=2026-04-10&tu=2026-03-13"  # there is no data before the second day
EDITS = 1000


def file_of(
    client: TestClient, form: str, address: str = f"/bao-cao-cham/{PROJECT}/tep", more: str = PERIOD
) -> tuple[str, bytes]:
    """The address that a file was led to, and its bytes."""
    answer = client.get(f"{address}?dang={form}&{more}", follow_redirects=False)
    assert answer.status_code == 302, answer.text[:300]
    led = answer.headers["location"]
    assert "biet_den=" in led
    found = client.get(led)
    assert found.status_code == 200, found.text[:300]
    return led, found.content


@pytest.fixture(scope="module")
def leader(portfolio_settings: Settings) -> Tester:
    return make_tester(portfolio_settings, "bc-lanh-dao", "leadership")


@pytest.fixture
def reader(app: FastAPI, leader: Tester) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1", headers=leader.headers)


def many_corrections(settings: Settings, count: int) -> None:
    """So many later events in cases of the project, half of them on days within the report's period."""
    engine = make_engine(str(settings.database_url), maintenance=True)
    chance = random.Random(5)
    with make_sessions(engine).begin() as session:
        rows = session.execute(
            text(
                "select c.code, c.promised_on from clearance_case c join project p on p.id = c.project_id "
                "where p.code = :p and c.step not in ('S105', 'X2') order by c.code"
            ),
            {"p": PROJECT},
        ).all()
        project = session.scalars(select(Project).where(Project.code == PROJECT)).one()
        touch(session, project.id)
        for at in range(count):
            case = access_case(session, rows[at % len(rows)].code)
            before = case_state(case)
            case.promised_on = date(2026, 6, 1 + chance.randrange(28))
            case.version += 1
            record(
                session, kind="case.change", object_type="case", object_code=case.code, project_code=PROJECT,
                actor="thử", effective_on=date(2026, 3, 14 + chance.randrange(17)), before=before,
                after=case_state(case),
            )  # fmt: skip
    engine.dispose()


def test_a_report_made_before_and_after_a_thousand_corrections_has_the_same_bytes(
    reader: TestClient, portfolio_settings: Settings
) -> None:
    before = {form: file_of(reader, form) for form in ("pdf", "xlsx", "json")}
    many_corrections(portfolio_settings, EDITS)
    for led, data in before.values():
        assert reader.get(led).content == data
    _, now = file_of(reader, "json")
    assert now != before["json"][1]  # the control: what is known now is something else
    engine = make_engine(str(portfolio_settings.database_url), maintenance=True)
    for _, data in before.values():
        with make_sessions(engine).begin() as session:
            found = check_report(session, system_context(), data)
        assert (found.whole, found.same, found.differ) == (True, True, ())
    inside = content_in(before["json"][1])
    inside.pop("sha256")
    inside.pop("document")
    inside["entries"][0]["slip_days"] += 1
    with make_sessions(engine).begin() as session:
        forged = check_report(session, system_context(), drawn(inside, "bao-cao", "pdf"))
    assert forged.whole  # it agrees with itself
    assert forged.same is False  # and not with the history
    assert forged.differ == ("entries",)
    engine.dispose()


def test_the_movement_on_paper_adds_up_to_the_dates_on_it(reader: TestClient) -> None:
    _, data = file_of(reader, "json")
    slip = json.loads(data)["slip"]
    assert sum(Fraction(cause["days"]) for cause in slip["causes"]) == slip["days"]
    assert (date.fromisoformat(slip["after"]) - date.fromisoformat(slip["before"])).days == slip["days"]


def test_a_ward_officer_gets_a_report_without_other_wards_cases(
    app: FastAPI, portfolio_settings: Settings, reader: TestClient
) -> None:
    officer = make_tester(portfolio_settings, "bc-phuong", "ward_officer", wards=("00097",))
    with TestClient(app, base_url="http://127.0.0.1", headers=officer.headers) as client:
        _, mine = file_of(client, "json", "/bao-cao-cham/TULIEN/tep")
    _, whole = file_of(reader, "json", "/bao-cao-cham/TULIEN/tep")
    seen, every = json.loads(mine), json.loads(whole)
    wards = {d["ward"] for d in seen["entries"][0]["drivers"]}
    assert wards <= {"00097"}
    assert seen["entries"][0]["forecast_finish"] == every["entries"][0]["forecast_finish"]
    other = {d["case"] for d in every["entries"][0]["drivers"] if d["ward"] != "00097"}
    assert not any(code in mine.decode() for code in other)


def test_the_brief_of_the_portfolio_is_one_page_and_its_pack_holds_plan_and_charts(
    reader: TestClient, portfolio_settings: Settings
) -> None:
    address, period = "/bao-cao-cham/tep", "ngay=2026-03-20&tu=2026-03-13"
    _, brief = file_of(reader, "pdf", address, f"loai=tom-tat&{period}")
    with pikepdf.open(io.BytesIO(brief)) as paper:
        assert len(paper.pages) == 1
    led, pack = file_of(reader, "pdf", address, f"loai=tap&{period}")
    assert reader.get(led).content == pack
    inside = content_in(pack)
    dated = {e["code"]: e for e in inside["entries"] if e["forecast_finish"]}
    assert set(inside["moved"]) == set(dated)
    for code, moved in inside["moved"].items():
        if moved is not None:
            assert moved["after"] == dated[code]["forecast_finish"]
    assert {p["status"] for p in inside["plan"]} >= {"blocked", "critical"}
    assert len(inside["times"]) == 3
    assert all(time["axes"] for time in inside["times"].values())
    with owner_session(portfolio_settings) as session:
        found = check_report(session, system_context(), brief)
    assert (found.whole, found.same, found.differ) == (True, True, ())


def test_the_report_page_leads_to_its_files(reader: TestClient) -> None:
    page = reader.get("/bao-cao-cham/TULIEN?ngay=2026-03-13").text
    links = re.findall(r'href="(/bao-cao-cham/TULIEN/tep[^"]*)"', page)
    assert len(links) == 5
    for link in links:
        assert reader.get(link.replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/bao-cao-cham/TULIEN/tep?dang=doc", 422),
        ("/bao-cao-cham/KHONGCO/tep?dang=pdf", 404),
        ("/bao-cao-cham/TULIEN/tep?dang=pdf&ngay=1990-01-01", 422),
        ("/bao-cao-cham/TULIEN/tep?dang=pdf&ngay=2026-04-10&tu=2026-04-11", 422),
        ("/bao-cao-cham/tep?dang=pdf&loai=tom-tat&ngay=2026-04-10&tu=2026-04-10", 422),
        ("/bao-cao-cham/CCC/tep?dang=pdf", 200),  # a programme without a network: said, not failed
    ],
)
def test_a_file_that_cannot_be_made_says_why(reader: TestClient, address: str, status: int) -> None:
    assert reader.get(address).status_code == status
