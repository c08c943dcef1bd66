"""The delay report of a ward, the departments, the city: its counts are those of the lists, its shares the ledger's."""

from __future__ import annotations

import io
import json
import re
from fractions import Fraction

import pikepdf
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from api.reports.verify import check_report
from api.settings import Settings
from geo.db import rows_changed
from tests.http.browsing import PAGE
from tests.people import Tester, make_tester, owner_session, system_context

WARD, OTHER = "00097", "00118"
SMALL = "09739"  # of VANPHUC alone
ADDRESS, API = "/bao-cao-cham/don-vi", "/api/reports/delay/bodies"


@pytest.fixture(scope="module")
def leader(portfolio_settings: Settings) -> Tester:
    return make_tester(portfolio_settings, "dv-lanh-dao", "leadership")


@pytest.fixture
def reader(app: FastAPI, leader: Tester) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1", headers=leader.headers)


@pytest.fixture(scope="module")
def climbed(portfolio_settings: Settings) -> int:
    """So many obstacles of a project's driving cases have come up to the departments."""
    with owner_session(portfolio_settings) as session:
        count = rows_changed(
            session,
            text(
                "update case_obstacle o set tier = 'department' from clearance_case c join project p on "
                "p.id = c.project_id where c.id = o.case_id and p.code = 'VANPHUC' and o.resolved_on is null "
                "and o.opened_on <= (select data_date from portfolio_state)"
            ),
        )
        session.execute(
            text(
                "insert into event (effective_on, actor, kind, object_type, object_code) "
                "values ('2026-03-13', 't', 'test', 'test', '-')"
            )
        )
        session.commit()
    return count


def total(client: TestClient, href: str) -> int:
    said = re.search(r"<h2>([\d.]+) hồ sơ,", client.get(href, headers=PAGE).text)
    assert said is not None, href
    return int(said[1].replace(".", ""))


def test_each_number_of_a_ward_is_the_length_of_its_list(reader: TestClient) -> None:
    body = reader.get(f"{API}/{WARD}").json()
    html = reader.get(f"{ADDRESS}/{WARD}", headers=PAGE).text
    assert body["driving"] > 0
    for row in body["projects"]:
        for name, query in (("open", "mo=1"), ("driving", "gang=1")):
            if row[name]:
                href = f"/du-an/{row['code']}/ho-so?phuong={WARD}&{query}"
                assert href.replace("&", "&amp;") in html
                assert total(reader, href) == row[name]
    wards = {w["code"]: w for p in reader.get("/api/reports/delay").json()["projects"] for w in p["wards"]}
    assert wards[WARD]
    delay = {p["code"]: p for p in reader.get("/api/reports/delay").json()["projects"]}
    for row in body["projects"]:
        (own,) = [w for w in delay[row["code"]]["wards"] if w["code"] == WARD]
        assert (own["cases_open"], own["cases_driving"], own["days_gained"]) == (
            row["open"], row["driving"], row["gain"],
        )  # fmt: skip


def test_the_parts_of_all_wards_are_those_of_the_ledger(reader: TestClient) -> None:
    period = "tu=2026-03-13&ngay=2026-05-02"
    slip = reader.get("/api/projects/VANPHUC/slip?from=2026-03-13&to=2026-05-02").json()
    parts = {w["key"]: Fraction(w["days"]) for w in slip["wards"]}
    for ward in sorted({*parts} - {"", "outside"}):
        found = reader.get(f"{API}/{ward}?{period}").json()
        (row,) = [p for p in found["projects"] if p["code"] == "VANPHUC"]
        assert Fraction(row["moved"]["share"]) == parts[ward]
        told = sum((Fraction(c["days"]) for c in row["moved"]["causes"]), Fraction(row["moved"]["rest"]))
        assert told == parts[ward]
    page = reader.get(f"{ADDRESS}/{min({*parts} - {'', 'outside'})}?{period}", headers=PAGE)
    assert page.status_code == 200


def test_a_case_is_the_departments_while_its_obstacle_lies_there(reader: TestClient, climbed: int) -> None:
    assert climbed > 0
    found = reader.get(f"{API}/department").json()
    (row,) = [p for p in found["projects"] if p["code"] == "VANPHUC"]
    assert found["obstacles"]["total"] >= climbed
    assert 0 < row["open"] <= climbed
    assert "VANPHUC" not in {p["code"] for p in reader.get(f"{API}/city").json()["projects"]}
    html = reader.get(f"{ADDRESS}/department", headers=PAGE).text
    assert "/vuong-mac?cap=department&amp;du_an=VANPHUC" in html


def test_the_files_of_a_body_are_the_same_bytes_again_and_verify(
    reader: TestClient, portfolio_settings: Settings
) -> None:
    ctx = system_context()
    for form, more in (("pdf", ""), ("pdf", "&loai=tom-tat"), ("xlsx", ""), ("json", "")):
        address = f"{ADDRESS}/{SMALL}/tep?dang={form}&ngay=2026-05-02{more}"
        led = reader.get(address, follow_redirects=False, headers=PAGE).headers["location"]
        data = reader.get(led).content
        assert reader.get(led).content == data
        with owner_session(portfolio_settings) as session:
            found = check_report(session, ctx, data)
        assert (found.whole, found.same, found.differ) == (True, True, ())
        if more:
            with pikepdf.open(io.BytesIO(data)) as brief:
                assert len(brief.pages) == 1


def test_an_officer_of_another_ward_is_told_counts_and_no_case(
    app: FastAPI, portfolio_settings: Settings, reader: TestClient
) -> None:
    officer = make_tester(portfolio_settings, "dv-phuong", "ward_officer", wards=(OTHER,))
    whole = reader.get(f"{API}/{WARD}").json()
    names = {d["case"] for d in whole["drivers"]} | {n["case"] for n in whole["next"]}
    assert names
    with TestClient(app, base_url="http://127.0.0.1", headers=officer.headers) as client:
        seen = client.get(f"{API}/{WARD}").json()
        assert (seen["open"], seen["driving"]) == (whole["open"], whole["driving"])
        assert seen["drivers_hidden"] == whole["driving"]
        for answer in (json.dumps(seen), client.get(f"{ADDRESS}/{WARD}", headers=PAGE).text):
            assert not any(name in answer for name in names)


@pytest.mark.parametrize(("body", "status"), [("99999", 404), ("board", 404), ("%22%3E", 404)])
def test_what_is_no_body_is_not_found(reader: TestClient, body: str, status: int) -> None:
    assert reader.get(f"{ADDRESS}/{body}", headers=PAGE).status_code == status
    assert reader.get(f"{API}/{body}").status_code == status


def test_a_ward_without_cases_and_a_day_before_the_data_say_so(
    reader: TestClient, portfolio_settings: Settings
) -> None:
    with owner_session(portfolio_settings) as session:
        empty = session.scalar(
            text(
                "select code from ward w where not exists (select from clearance_case c where c.ward_code = w.code)"
            )
        )
    html = reader.get(f"{ADDRESS}/{empty}", headers=PAGE)
    assert html.status_code == 200
    assert "Phường, xã này chưa có hồ sơ nào." in html.text
    assert "Không còn hồ sơ nào" not in html.text
    # The wards to pick are those with cases.
    assert f'href="{ADDRESS}/{WARD}"' in html.text
    assert f'href="{ADDRESS}/{empty}"' not in html.text
    assert reader.get(f"{ADDRESS}/{empty}/tep?dang=pdf").content.startswith(b"%PDF")
    early = reader.get(f"{ADDRESS}/{WARD}?ngay=1990-01-01", headers=PAGE)
    assert early.status_code == 422
    assert "Chưa có số liệu trước" in early.text
    assert reader.get("/bao-cao-cham?ngay=1990-01-01", headers=PAGE).status_code == 422


@pytest.mark.parametrize("body", [SMALL, "department"])
@pytest.mark.parametrize("since", ["2026-05-02", "2026-05-03", "2027-01-01"])
def test_a_period_that_begins_on_or_after_the_data_date_is_refused_in_words(
    reader: TestClient, body: str, since: str
) -> None:
    period = f"ngay=2026-05-02&tu={since}"
    for address in (f"{ADDRESS}/{body}?{period}", f"{ADDRESS}/{body}/tep?dang=json&{period}"):
        page = reader.get(address, headers=PAGE)
        assert page.status_code == 422, address
        assert "Ngày đầu kỳ phải trước ngày số liệu 02/05/2026." in page.text
    refused = reader.get(f"{API}/{body}?{period}")
    assert refused.status_code == 422
    (fault,) = refused.json()["faults"]
    assert fault["where"] == "tu"
    english = reader.get(f"{API}/{body}?{period}&lang=en").json()["faults"][0]["message"]
    assert "The first day must come before the data date" in english
