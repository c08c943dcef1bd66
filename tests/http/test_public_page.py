"""The public page: no personal data, one's own case by a secret, wrong codes alike, tries counted, one judgement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, text
from starlette.testclient import TestClient

from api.app import app_engine, create_app
from api.settings import Settings
from api.usecases import holders
from api.usecases.lookup import lookup_code
from geo.tables import CaseLookup, ClearanceCase, Holder, Satisfaction
from tests.http.browsing import PAGE, enter, page, said, send, token_of
from tests.http.conftest import TODAY
from tests.http.test_canaries import CANARIES, NEEDLES
from tests.people import Tester, make_tester, owner_session, system_context

CASE = "HOTAY-0002"


@pytest.fixture(scope="module")
def canary(portfolio_settings: Settings) -> Iterator[str]:
    """A case whose every protected field holds a canary; gives its ward."""

    def write(values: dict[str, Any]) -> str:
        with owner_session(portfolio_settings) as session:
            case = session.query(ClearanceCase).filter_by(code=CASE).one()
            row = session.get_one(Holder, case.id)
            holders.write(session, system_context(), case, "HOTAY", values, seen=row.version)
            return case.ward_code

    with owner_session(portfolio_settings) as session:
        number = session.scalar(select(ClearanceCase.id).where(ClearanceCase.code == CASE))
        row = session.get_one(Holder, number)
        before = {name: getattr(row, name) for name in CANARIES}
    yield write(CANARIES)
    write(before)


@pytest.fixture(scope="module")
def officer(portfolio_settings: Settings, canary: str) -> Tester:
    return make_tester(portfolio_settings, "ck-can-bo", "ward_officer", wards=(canary,))


def ask(browser: TestClient, case: str, code: str) -> Any:
    form = {"csrf": token_of(page(browser, "/cong-khai")), "ho_so": case, "ma": code}
    return browser.post("/cong-khai/tra-cuu", data=form, headers=PAGE)


def secret_of(settings: Settings, code: str = CASE) -> str:
    with owner_session(settings) as session:
        number = session.scalar(select(ClearanceCase.id).where(ClearanceCase.code == code))
        row = session.get(CaseLookup, number)
        return lookup_code(settings.secret_key, code, row.epoch if row else 0)


def plain(html: str) -> str:
    return re.sub(r'value="[0-9a-f]{64}"', "", html)


def test_everybody_sees_progress_and_their_own_case_and_nothing_of_a_person(
    visitor: TestClient, portfolio_settings: Settings, canary: str
) -> None:
    front = page(visitor, "/cong-khai")
    assert "<script" not in front
    assert "Vành đai 1" in front
    shown = ask(visitor, f" {CASE.lower()} ", secret_of(portfolio_settings).lower().replace("-", " "))
    assert shown.status_code == 200
    words = said(shown.text)
    for wanted in (
        CASE,
        "Việc tiếp theo",
        "Thời hạn theo luật",
        "Luật Khiếu nại 02/2011/QH13, Điều 9",
        "UBND",
    ):
        assert wanted in words
    assert "<script" not in shown.text
    for name, needles in NEEDLES.items():
        for needle in needles:
            assert needle not in shown.content, name
            assert needle.decode() not in front, name


def test_the_page_that_shows_holders_would_be_caught(officer: Tester, visitor: TestClient) -> None:
    """The negative control: the same needles are found where a right shows them."""
    enter(visitor, officer)
    html = visitor.get(f"/ho-so/{CASE}", headers=PAGE).content
    assert any(needle in html for needles in NEEDLES.values() for needle in needles)


def test_a_wrong_code_a_strange_case_and_nonsense_get_the_same_answer(
    visitor: TestClient, portfolio_settings: Settings, canary: str
) -> None:
    right = secret_of(portfolio_settings)
    other = secret_of(portfolio_settings, "TULIEN-0001")
    answers = [
        ask(visitor, case, code)
        for case, code in (
            (CASE, other), ("TULIEN-0001", right), ("KHONGCO-0001", right), ("<b>'\u202e", "😀" * 5), (CASE, "x"),
        )
    ]  # fmt: skip
    assert {a.status_code for a in answers} == {422}
    assert len({plain(a.text) for a in answers}) == 1


def test_tries_are_counted_for_cases_that_exist_and_that_do_not(
    app: FastAPI, portfolio_settings: Settings
) -> None:
    right = secret_of(portfolio_settings, "HOTAY-0003")
    with TestClient(app, base_url="https://127.0.0.1", client=("192.0.2.77", 1)) as browser:
        for case in ("HOTAY-0003", "KHONGCO-0009"):
            found = [ask(browser, case, f"AAAA-AA{n:02d}").status_code for n in range(11)]
            assert found == [422] * 10 + [429]
        locked = ask(browser, "HOTAY-0003", right)
        assert locked.status_code == 429
        assert int(locked.headers["retry-after"]) > 0


def test_a_code_made_anew_voids_the_old_one(
    officer: Tester, app: FastAPI, visitor: TestClient, portfolio_settings: Settings, canary: str
) -> None:
    old = secret_of(portfolio_settings)
    with TestClient(app, base_url="https://127.0.0.1", follow_redirects=False) as browser:
        enter(browser, officer)
        assert old in page(browser, f"/ho-so/{CASE}")
        assert send(browser, f"/ho-so/{CASE}/ma-tra-cuu").status_code == 303
        new = secret_of(portfolio_settings)
        assert new != old
        assert new in page(browser, f"/ho-so/{CASE}")
    assert ask(visitor, CASE, old).status_code == 422
    assert ask(visitor, CASE, new).status_code == 200


def test_a_step_is_judged_once_and_its_words_are_for_the_desk_alone(
    visitor: TestClient, app: FastAPI, officer: Tester, portfolio_settings: Settings
) -> None:
    shown = ask(visitor, CASE, secret_of(portfolio_settings)).text
    proof = re.search(r'name="chung" value="(\w+)"', shown)
    assert proof
    form = {
        "csrf": token_of(shown),
        "ho_so": CASE,
        "chung": proof[1],
        "diem": "2",
        "loi": "Chờ lâu <b>quá</b>",
    }

    def judge(**more: str) -> Any:
        return visitor.post("/cong-khai/hai-long", data=form | more, headers=PAGE)

    assert judge(diem="9").status_code == 422
    assert judge(chung="0" * 64).status_code == 422
    assert judge(ho_so="HOTAY-0003").status_code == 422
    assert judge().status_code == 200
    assert judge(diem="5").status_code == 200  # said again: the first answer stays
    with owner_session(portfolio_settings) as session:
        number = session.scalar(select(ClearanceCase.id).where(ClearanceCase.code == CASE))
        rows = session.scalars(select(Satisfaction).where(Satisfaction.case_id == number)).all()
        assert [(row.score, row.said) for row in rows] == [(2, "Chờ lâu <b>quá</b>")]
        told = session.scalars(text("select after::text from event where kind = 'satisfaction.say'")).all()
        assert len(told) == 1
        assert "Chờ" not in told[0]
    assert "đánh giá rồi" in said(ask(visitor, CASE, secret_of(portfolio_settings)).text)
    with TestClient(app, base_url="https://127.0.0.1", follow_redirects=False) as browser:
        enter(browser, officer)
        assert "Chờ lâu &lt;b&gt;quá&lt;/b&gt;" in page(browser, f"/ho-so/{CASE}")


def test_the_page_is_off_unless_it_was_switched_on(portfolio_settings: Settings) -> None:
    off = portfolio_settings.model_copy(update={"public_page": False})
    engine = app_engine(off)
    try:
        with TestClient(
            create_app(off, engine=engine, today=lambda: TODAY), base_url="https://127.0.0.1"
        ) as browser:
            assert browser.get("/cong-khai", headers=PAGE).status_code == 404
            token = token_of(page(browser, "/dang-nhap"))
            form = {"csrf": token, "ho_so": CASE, "ma": secret_of(portfolio_settings)}
            assert browser.post("/cong-khai/tra-cuu", data=form, headers=PAGE).status_code == 404
    finally:
        engine.dispose()
    earnest = Settings(_env_file=None, secret="for tests only 0123456789abcdefghij", demo=False)
    assert not earnest.shows_public_page
