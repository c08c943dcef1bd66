"""The words of papers are set from a day on by an administrator, by an event; only known places stand in them."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from api.settings import Settings
from api.usecases.paper_templates import kind_on
from geo.tables import Event
from tests.people import owner_session

PAGE = "/quan-tri/mau-van-ban"
KIND = "giay-moi-nhan-tien"
HTML = {"accept": "text/html"}


@pytest.fixture
def kind(admin: TestClient) -> str:
    found = re.findall(r"\?mau=([\w-]+)", admin.get(PAGE, headers=HTML).text)
    assert len(found) == 5
    return str(found[-1])


def form(admin: TestClient, kind: str, **changed: str) -> dict[str, str]:
    html = admin.get(f"{PAGE}?mau={kind}", headers=HTML).text
    hidden = dict(re.findall(r'name="(csrf|key|kind)" value="([^"]*)"', html))
    areas = dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', html, re.S))
    kept = {name: unescape(text) for name, text in (hidden | areas).items()}
    return kept | {"from_on": "2026-11-20", "document": "12/QĐ-UBND"} | changed


def post(admin: TestClient, data: dict[str, str]) -> Any:
    return admin.post(PAGE, data=data, headers=HTML | {"origin": "https://127.0.0.1"})


def test_words_that_are_set_count_from_their_day_on_and_leave_one_event(
    admin: TestClient, portfolio_settings: Settings, kind: str
) -> None:
    data = form(admin, kind, opening="Lời mở đầu mới cho {{ ward }} <b>😀</b>:")
    answers = [post(admin, data), post(admin, data)]
    assert [answer.status_code for answer in answers] == [303, 303]
    with owner_session(portfolio_settings) as session:
        before, after = (kind_on(session, kind, date(2026, 11, day)) for day in (19, 20))
        assert before is not None
        assert after is not None
        assert after.opening == "Lời mở đầu mới cho {{ ward }} <b>😀</b>:" != before.opening
        events = session.scalars(select(Event).where(Event.object_type == "paper_template")).all()
        assert len(events) == 1
        assert events[0].before is not None
    assert "&lt;b&gt;😀&lt;/b&gt;" in admin.get(f"{PAGE}?mau={kind}", headers=HTML).text


@pytest.mark.parametrize(
    "sentence",
    [
        "{{ holder.__class__ }}",
        "{{ 'x' * 1000000000 }}",
        "{% for a in b %}",
        "{{ unknown }}",
        "{{ holder",
        "{# x #}",
    ],
)
def test_a_sentence_with_anything_but_known_places_is_refused_and_kept_in_the_form(
    admin: TestClient, kind: str, sentence: str
) -> None:
    answer = post(admin, form(admin, kind, opening=sentence))
    assert answer.status_code == 422
    assert "không đọc được chỗ điền" in answer.text
    assert sentence in unescape(answer.text)


def test_every_fault_of_a_template_is_listed_at_once(admin: TestClient, kind: str) -> None:
    answer = post(admin, form(admin, kind, opening=" ", recipients="", document=""))
    assert answer.status_code == 422
    assert answer.text.count('class="fault"') >= 3


def test_others_read_the_words_and_do_not_set_them(client: TestClient, kind: str) -> None:
    page = client.get(PAGE, headers=HTML)
    assert page.status_code == 200
    assert "<textarea" not in page.text
    answer = client.post(PAGE, data={"kind": kind})
    assert answer.status_code == 403
