"""Settings of the law: by the administrator alone, dated, audited, once, and in use from the next request on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from starlette.testclient import TestClient

from api.settings import Settings
from geo.tables import Event, LawSetting
from tests.http.browsing import PAGE, enter, page, said, send
from tests.people import Tester, owner_session

LAW = "/quan-tri/phap-luat"
PROJECT = "VD25"
FORMS: dict[str, dict[str, Any]] = {
    "threshold": {"loai": "threshold", "ten": "threshold.lapse_days", "so": "90", "tu_ngay": "2026-01-01"},
    "target": {"loai": "target", "ten": "TB-07", "so": "10", "tu_ngay": "2026-01-01"},
    "rule": {"loai": "rule", "ten": "KD-06", "so": "12", "dieu": "Luật mới, Điều 1", "tu_ngay": "2044-01-01",
             "van_ban": "9/L"},
    "delegation": {
        "loai": "delegation", "ten": "thu", "ai": "Chủ tịch <b>UBND</b> phường", "viec": ["chair"],
        "tu_ngay": "2043-01-01", "van_ban": "40/2026",
    },
    "regime": {"loai": "regime", "ten": PROJECT, "che_do": "G24", "tu_ngay": "2026-01-02", "van_ban": "11/NQ"},
}  # fmt: skip


@pytest.fixture
def clean(portfolio_settings: Settings, admin: TestClient) -> Iterator[None]:
    """Whatever a test set is taken back: the law is everybody's."""
    yield
    for form in FORMS.values():
        send(admin, LAW, form | {"bo": "1"})


def settings_made(settings: Settings) -> tuple[int, int]:
    with owner_session(settings) as session:
        rows = session.scalar(select(func.count()).select_from(LawSetting)) or 0
        told = session.scalar(select(func.count()).select_from(Event).where(Event.object_type == "law")) or 0
    return rows, told


@pytest.mark.parametrize("name", FORMS)
def test_a_setting_is_made_once_with_its_event_and_can_be_taken_back(
    admin: TestClient, portfolio_settings: Settings, clean: None, name: str
) -> None:
    rows, told = settings_made(portfolio_settings)
    assert send(admin, LAW, FORMS[name] | {"key": f"law-key-{name}"}).status_code == 303
    assert send(admin, LAW, FORMS[name] | {"key": f"law-key-{name}"}).status_code == 303  # the same key
    assert send(admin, LAW, FORMS[name]).status_code == 303  # the same content
    assert settings_made(portfolio_settings) == (rows + 1, told + 1)
    html = page(admin, LAW)
    assert "<b>UBND</b>" not in html
    assert "(1)" in said(html)
    assert send(admin, LAW, FORMS[name] | {"bo": "1"}).status_code == 303
    assert "Chưa có thiết lập nào" in page(admin, LAW)
    with owner_session(portfolio_settings) as session:
        event = session.scalars(
            select(Event).where(Event.object_type == "law").order_by(Event.id.desc())
        ).first()
        assert event is not None
        assert event.kind == "law.take_back"
        assert (event.before or {})["value"]
        assert (event.after or {"value": 1})["value"] is None


def test_every_fault_is_said_beside_its_field_and_nothing_is_written(
    admin: TestClient, portfolio_settings: Settings
) -> None:
    before = settings_made(portfolio_settings)
    for form in (
        {"loai": "rule", "ten": "KD-06", "so": "x", "tu_ngay": "2026-01-01", "van_ban": "1"},
        {"loai": "rule", "ten": "KD-06", "so": "3", "tu_ngay": "", "van_ban": "1"},
        {"loai": "rule", "ten": "KD-06", "so": "3", "tu_ngay": "2026-01-01"},
        {"loai": "regime", "ten": "NOWHERE", "che_do": "G24", "tu_ngay": "2026-01-01", "van_ban": "1"},
        {"loai": "", "ten": "x", "tu_ngay": "2026-01-01"},
        {},
    ):
        answer = send(admin, LAW, form)
        assert answer.status_code == 422, form
        assert "Chưa ghi" in answer.text
    assert settings_made(portfolio_settings) == before


def value_of(html: str, field: str) -> str:
    found = re.search(rf'<input id="{field}"[^>]*? value="([^"]*)"', html)
    assert found is not None, field
    return unescape(found[1])


def test_a_refused_form_keeps_what_was_entered_and_no_other_form_gets_it(admin: TestClient) -> None:
    form = {"loai": "rule", "ten": "KD-06", "so": "x", "tu_ngay": "2044-01-01", "van_ban": "9/L"}
    html = send(admin, LAW, form).text
    assert [value_of(html, f"rule-{name}") for name in ("so", "tu", "vb")] == ["x", "2044-01-01", "9/L"]
    assert html.count('<details class="card" id="rule" open>') == 1
    assert (
        html.count('class="fault"')
        == html.count('aria-invalid="true"')
        == html.count('id="loi-rule-so"')
        == 1
    )
    for other in ("threshold", "target", "delegation", "regime", "holiday"):
        assert value_of(html, f"{other}-vb") == ""
        assert value_of(html, f"{other}-tu") != "2044-01-01"
        assert f'<details class="card" id="{other}">' in html
    assert value_of(html, "delegation-ten") == value_of(html, "threshold-so") == ""


def test_a_form_sent_again_with_other_content_says_that_the_first_was_saved(
    admin: TestClient, portfolio_settings: Settings, clean: None
) -> None:
    rows, told = settings_made(portfolio_settings)
    assert send(admin, LAW, FORMS["target"] | {"key": "law-key-again"}).status_code == 303
    answer = send(admin, LAW, FORMS["target"] | {"key": "law-key-again", "so": "11"})
    assert answer.status_code == 409
    assert "Mẫu này đã được gửi với nội dung khác; lần trước đã được ghi." in answer.text
    assert value_of(answer.text, "target-so") == "11"
    assert settings_made(portfolio_settings) == (rows + 1, told + 1)


def test_only_the_administrator_sets_the_law_and_others_read_it(
    app: FastAPI, people: dict[str, Tester], portfolio_settings: Settings
) -> None:
    before = settings_made(portfolio_settings)
    for role in ("auditor", "ward_leader"):
        with TestClient(app, base_url="https://127.0.0.1", follow_redirects=False) as browser:
            enter(browser, people[role])
            html = page(browser, LAW)
            assert "KD-06" in html
            assert 'name="loai"' not in html
            assert send(browser, LAW, FORMS["target"]).status_code == 403
    assert settings_made(portfolio_settings) == before


def test_a_threshold_and_a_regime_are_in_use_from_the_next_request_on(
    admin: TestClient, client: TestClient, clean: None
) -> None:
    def work(**query: str) -> dict[str, Any]:
        found: dict[str, Any] = client.get(
            "/api/worklist", params={"du-an": PROJECT, "limit": "500"} | query
        ).json()
        return found

    before = work()
    assert not any(row["internal_target"] for row in before["rows"])
    send(admin, LAW, FORMS["target"])
    after = work(ds="qua-han")
    assert any(row["internal_target"] and row["clock"]["rule"] == "TB-07" for row in after["rows"])
    send(admin, LAW, FORMS["target"] | {"bo": "1"})
    assert work()["groups"] == before["groups"]
    enough = work(ds="du-ngay-chua-quyet")["rows"]
    code = next(row["code"] for row in enough if row["clock"]["rule"] == "TB-07" and row["step"] == "S70")
    assert "TB-05" not in client.get(f"/ho-so/{code}", headers=PAGE).text
    send(admin, LAW, FORMS["regime"])
    assert "TB-05" in client.get(f"/ho-so/{code}", headers=PAGE).text  # 180 days of the Land Law
