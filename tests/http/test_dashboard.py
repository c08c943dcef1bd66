"""Every number of the dashboard leads to a list with as many rows."""

from __future__ import annotations

import re
from html import unescape

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.settings import Settings
from tests.people import make_tester

PROJECT = "TULIEN"
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
