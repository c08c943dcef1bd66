"""The time–location page: what is drawn is what the calculation says, and the list says it in words."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api.formatting import date_text
from api.settings import Settings
from api.usecases.calculation import calculate
from api.usecases.timeloc import time_location
from geo.access import access_project
from tests.people import owner_session, system_context

PROJECT = "TULIEN"


def charts(page: str) -> list[ET.Element]:
    return [ET.fromstring(found) for found in re.findall(r"<svg[^>]*dg-time.*?</svg>", page, re.DOTALL)]


def test_the_list_has_every_clash_with_needed_available_and_short_days(
    client: TestClient, portfolio_settings: Settings
) -> None:
    page = client.get(f"/du-an/{PROJECT}/ly-trinh").text
    with owner_session(portfolio_settings) as session:
        found = time_location(session, system_context(), PROJECT)
    wanted = [c for axis in found.axes for c in axis.clashes]
    assert wanted
    rows = re.findall(r"<tr data-chon=\"[^\"]+\"><td class=\"n\">(\d+)</td>(.*?)</tr>", page, re.DOTALL)
    assert len(rows) == len(wanted)
    for clash, (_, row) in zip(wanted, rows, strict=True):
        said = unescape(row)
        assert date_text(date.fromordinal(int(clash.needed)), "vi") in said
        assert date_text(date.fromordinal(clash.available - 1), "vi") in said
        assert f"{clash.short} ngày" in said


def test_land_opens_with_the_last_case_beside_it(portfolio_settings: Settings) -> None:
    with owner_session(portfolio_settings) as session:
        ctx = system_context()
        found = time_location(session, ctx, PROJECT)
        project = access_project(session, PROJECT)
        forecasts = calculate(session, ctx, project, found.data_date).forecasts
        rows = session.execute(
            text(
                "select x.from_m, x.to_m, c.code from parcel_alignment x join clearance_case c on c.id = x.case_id "
                "join alignment a on a.id = x.alignment_id where x.project_id = :p and a.code = :a"
            ),
            {"p": project.id, "a": found.axes[0].code},
        ).all()
    for part in found.axes[0].land[::7]:
        middle = (part.from_m + part.to_m) / 2
        over = [forecasts[code].on for a, b, code in rows if a <= middle < b and code in forecasts]
        assert date.fromordinal(part.opens - 1) == max(over)


def test_the_chart_draws_every_work_of_the_axis_and_links_land_to_its_cases(client: TestClient) -> None:
    page = client.get(f"/du-an/{PROJECT}/ly-trinh").text
    (chart,) = charts(page)
    space = "{http://www.w3.org/2000/svg}"
    links = [str(a.get("href")) for a in chart.iter(f"{space}a")]
    land = [href for href in links if "/ho-so" in href]
    work = [href for href in links if "#cv-" in href]
    assert land
    assert work
    assert client.get(land[0]).status_code == 200
    target = work[0].partition("#")[2]
    assert f'id="{target}"' in client.get(work[0].partition("#")[0]).text


@pytest.mark.parametrize(("code", "said"), [("CCC", "chưa có mạng tiến độ"), ("YTE", "không có tim tuyến")])
def test_a_project_that_cannot_be_drawn_says_why(client: TestClient, code: str, said: str) -> None:
    answer = client.get(f"/du-an/{code}/ly-trinh")
    assert answer.status_code == 200
    assert said in answer.text
