"""What takes land or sets money needs two people: nobody is both, by no way in."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, text
from starlette.testclient import TestClient

from api.settings import Settings
from api.usecases import deciding
from api.usecases.accounts import delegate
from geo.tables import Event
from tests.people import Tester, make_tester, owner_session, system_context

DAY = "2026-03-13"
PROJECT = "VANPHUC"  # these tests change cases of this project only


@pytest.fixture(scope="module")
def people(portfolio_settings: Settings) -> dict[str, Tester]:
    """Leaders one, two and three of every ward; “one again” is a second account of the person one."""
    made = {
        name: make_tester(
            portfolio_settings, f"haimat.{name.replace(' ', '-')}", "ward_leader", wards=None, person=p
        )
        for name, p in (("one", "NV1"), ("one again", "NV1"), ("two", "NV2"), ("three", "NV3"))
    }
    with owner_session(portfolio_settings) as session:
        # Three lets one act in his place.
        delegate(
            session, system_context(), made["three"].name, made["one"].name,
            starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1),
        )  # fmt: skip
    return made


@pytest.fixture
def as_(app: FastAPI, people: dict[str, Tester]) -> Iterator[Callable[[str], TestClient]]:
    """A function that gives a program of one of the people."""
    opened: dict[str, TestClient] = {}

    def give(name: str) -> TestClient:
        if name not in opened:
            opened[name] = TestClient(
                app, base_url="http://127.0.0.1", raise_server_exceptions=False, headers=people[name].headers
            )
        return opened[name]

    yield give
    for client in opened.values():
        client.close()


_used: set[str] = set()


@pytest.fixture
def case(as_: Callable[[str], TestClient]) -> str:
    """The code of a case at S80 that no other test touches."""
    params: dict[str, Any] = {"project": PROJECT, "buoc": "S80", "limit": 500}
    rows = as_("one").get("/api/cases", params=params).json()["rows"]
    code: str = next(r["code"] for r in rows if r["code"] not in _used and r["version"] == 1)
    _used.add(code)
    return code


def propose(client: TestClient, code: str, *, key: str | None = None, **more: Any) -> Any:
    body = {
        "version": 1,
        "step": "S90",
        "effective_on": DAY,
        "document": "12/QĐ-UBND",
        "signer": "Nguyễn Văn Một",
    } | more
    return client.patch(f"/api/cases/{code}", json=body, headers={"Idempotency-Key": key} if key else {})


def decide(client: TestClient, code: str, number: int, *, confirm: bool = True, reason: str = "") -> Any:
    return client.post(
        f"/api/cases/{code}/proposals/{number}", json={"confirm": confirm, "reason": reason or None}
    )


def step_of(client: TestClient, code: str) -> str:
    return str(client.get(f"/api/cases/{code}").json()["row"]["step"])


def test_a_recovery_decision_counts_when_a_second_person_confirms(
    as_: Callable[[str], TestClient], case: str, portfolio_settings: Settings, people: dict[str, Tester]
) -> None:
    answer = propose(as_("one"), case)
    assert answer.status_code == 202, answer.text
    number = answer.json()["proposal"]
    assert step_of(as_("one"), case) == "S80"
    (waiting,) = as_("two").get(f"/api/cases/{case}/proposals").json()["rows"]
    assert (waiting["id"], waiting["may_decide"]) == (number, True)
    assert decide(as_("two"), case, number).json() == {"state": "confirmed"}
    assert step_of(as_("one"), case) == "S90"
    with owner_session(portfolio_settings) as session:
        events = session.scalars(
            select(Event).where(Event.object_code == case, Event.kind != "case.import").order_by(Event.id)
        ).all()
    assert [(e.kind, e.actor) for e in events] == [
        ("proposal.add", people["one"].name),
        ("case.step", people["two"].name),
    ]
    assert events[1].seconds == events[0].id


@pytest.mark.parametrize("second", ["one", "one again"])
def test_nobody_is_their_own_second_person(as_: Callable[[str], TestClient], case: str, second: str) -> None:
    number = propose(as_("one"), case).json()["proposal"]
    assert decide(as_(second), case, number).status_code == 403
    assert decide(as_(second), case, number, confirm=False, reason="x").status_code == 403
    assert step_of(as_("one"), case) == "S80"


def test_the_one_in_whose_place_it_was_proposed_is_no_second_person(
    as_: Callable[[str], TestClient], case: str, people: dict[str, Tester]
) -> None:
    refused = propose(as_("one"), case, on_behalf_of=people["two"].name)
    assert (refused.status_code, refused.json()["faults"][0]["where"]) == (422, "on_behalf_of")
    number = propose(as_("one"), case, on_behalf_of=people["three"].name).json()["proposal"]
    assert decide(as_("three"), case, number).status_code == 403
    assert decide(as_("two"), case, number).json() == {"state": "confirmed"}


def test_without_the_check_one_person_would_do(
    as_: Callable[[str], TestClient], case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with the check out, a second account of the same person confirms."""
    number = propose(as_("one"), case).json()["proposal"]
    monkeypatch.setattr(deciding, "why_not", lambda *_: ("", ""))
    assert decide(as_("one again"), case, number).json() == {"state": "confirmed"}


def test_the_database_itself_refuses_the_proposer(
    as_: Callable[[str], TestClient], case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = propose(as_("one"), case).json()["proposal"]
    monkeypatch.setattr(deciding, "why_not", lambda *_: ("", ""))
    assert decide(as_("one"), case, number).status_code == 500  # the constraint two_people
    assert step_of(as_("one"), case) == "S80"


def test_no_sequence_of_tries_lets_one_person_be_both(
    as_: Callable[[str], TestClient], case: str, people: dict[str, Tester]
) -> None:
    """A generated search: every order of who proposes (for whom) and who decides, with the rule as oracle."""
    person = {"one": "NV1", "one again": "NV1", "two": "NV2", "three": "NV3"}
    tries = list(itertools.product(person, (None, "three"), person))
    random.Random(4).shuffle(tries)
    for proposer, behalf, second in tries:
        extra = {"on_behalf_of": people[behalf].name} if behalf else {}
        answer = propose(as_(proposer), case, **extra)
        if behalf and proposer != "one":
            assert answer.status_code == 422  # nobody delegated to them
            continue
        number = answer.json()["proposal"]
        same = person[second] == person[proposer] or second == behalf
        found = decide(as_(second), case, number, confirm=False, reason="thử")
        assert found.status_code == (403 if same else 200), (proposer, behalf, second)
        if same:
            other = next(name for name in person if person[name] != person[proposer] and name != behalf)
            assert decide(as_(other), case, number, confirm=False, reason="dọn").status_code == 200
    assert step_of(as_("one"), case) == "S80"


def test_a_refusal_needs_a_reason_and_changes_nothing(as_: Callable[[str], TestClient], case: str) -> None:
    number = propose(as_("one"), case).json()["proposal"]
    assert decide(as_("two"), case, number, confirm=False).status_code == 422
    assert decide(as_("two"), case, number, confirm=False, reason="thiếu chữ ký").json() == {
        "state": "refused"
    }
    assert decide(as_("two"), case, number).status_code == 422
    assert step_of(as_("one"), case) == "S80"


def test_what_cannot_be_written_is_not_proposed(as_: Callable[[str], TestClient], case: str) -> None:
    assert propose(as_("one"), case, document="").status_code == 422
    assert propose(as_("one"), case, effective_on="2031-01-01").status_code == 422
    assert as_("two").get(f"/api/cases/{case}/proposals").json()["rows"] == []


def test_a_case_that_moved_on_makes_the_proposal_stale(as_: Callable[[str], TestClient], case: str) -> None:
    number = propose(as_("one"), case).json()["proposal"]
    moved = {
        "version": 1,
        "step": "S85",
        "effective_on": DAY,
        "document": "vận động",
        "signer": "Nguyễn Văn Một",
    }
    assert as_("two").patch(f"/api/cases/{case}", json=moved).status_code == 200
    assert decide(as_("two"), case, number).json() == {"state": "stale"}
    assert step_of(as_("one"), case) == "S85"


def test_another_field_that_changed_meanwhile_survives_the_decision(
    as_: Callable[[str], TestClient], case: str
) -> None:
    number = propose(as_("one"), case).json()["proposal"]
    note = {"version": 1, "note": "đã gặp chủ hộ", "effective_on": DAY}
    assert as_("two").patch(f"/api/cases/{case}", json=note).status_code == 200
    assert decide(as_("two"), case, number).json() == {"state": "confirmed"}
    seen = as_("one").get(f"/api/cases/{case}").json()
    assert (seen["row"]["step"], seen["note"]) == ("S90", "đã gặp chủ hộ")


def test_a_proposal_sent_twice_is_one(as_: Callable[[str], TestClient], case: str) -> None:
    key = f"hai-lan-{case}"
    first, again = (propose(as_("one"), case, key=key) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert propose(as_("one"), case, key=key, document="khác").status_code == 422
    assert propose(as_("two"), case).status_code == 422  # one is waiting already


def test_a_confirmed_proposal_confirmed_again_changes_nothing(
    as_: Callable[[str], TestClient], case: str
) -> None:
    number = propose(as_("one"), case).json()["proposal"]
    assert [decide(as_("two"), case, number).json()["state"] for _ in range(3)] == ["confirmed"] * 3
    assert as_("one").get(f"/api/cases/{case}").json()["row"]["version"] == 2


def test_an_amount_needs_a_paper_and_a_second_person(
    as_: Callable[[str], TestClient], case: str, portfolio_settings: Settings
) -> None:
    address = f"/api/cases/{case}/holder"
    version = as_("one").get(address).json()["version"]
    body: dict[str, Any] = {"version": version, "changes": {"amount_vnd": "1234567000"}}
    assert as_("one").patch(address, json=body).status_code == 422
    mixed = body | {"changes": {"amount_vnd": "1", "phone": "0000"}, "document": "5/QĐ"}
    assert as_("one").patch(address, json=mixed).status_code == 403
    answer = as_("one").patch(address, json=body | {"document": "5/QĐ"})
    assert answer.status_code == 202
    before = as_("two").get(address).json()["fields"]["amount_vnd"]["value"]
    assert before != "1234567000"
    assert decide(as_("one again"), case, answer.json()["proposal"]).status_code == 403
    assert decide(as_("two"), case, answer.json()["proposal"]).json() == {"state": "confirmed"}
    assert as_("two").get(address).json()["fields"]["amount_vnd"]["value"] == "1234567000"
    with owner_session(portfolio_settings) as session:
        stored = session.scalar(
            text(
                "select amount_vnd from holder h join clearance_case c on c.id = h.case_id where c.code = :c"
            ),
            {"c": case},
        )
    assert stored == 1234567000


def test_the_correction_of_a_recovery_decision_needs_two_people_too(
    as_: Callable[[str], TestClient], case: str, portfolio_settings: Settings
) -> None:
    number = propose(as_("one"), case).json()["proposal"]
    decide(as_("two"), case, number)
    with owner_session(portfolio_settings) as session:
        event = session.scalar(select(Event.id).where(Event.object_code == case, Event.kind == "case.step"))
    body = {"version": 2, "effective_on": "2026-03-12", "reason": "nhập nhầm ngày"}
    answer = as_("one").post(f"/api/cases/{case}/events/{event}/correction", json=body)
    assert answer.status_code == 202, answer.text
    assert decide(as_("one"), case, answer.json()["proposal"]).status_code == 403
    assert decide(as_("two"), case, answer.json()["proposal"]).json() == {"state": "confirmed"}
    assert as_("one").get(f"/api/cases/{case}").json()["row"]["step_on"] == "2026-03-12"


def test_the_same_browser_is_no_second_person(
    app: FastAPI, as_: Callable[[str], TestClient], case: str, people: dict[str, Tester]
) -> None:
    """Two accounts used one after the other in one browser: the mark of the browser gives it away."""
    number = None
    with TestClient(
        app, base_url="https://127.0.0.1", raise_server_exceptions=False, follow_redirects=False
    ) as browser:
        for name, wanted in (("one", 202), ("two", 403)):
            token = sign_in(browser, people[name])
            headers = {"x-csrf-token": token}
            if number is None:
                body = {
                    "version": 1,
                    "step": "S90",
                    "effective_on": DAY,
                    "document": "12/QĐ-UBND",
                    "signer": "Nguyễn Văn Một",
                }
                answer = browser.patch(f"/api/cases/{case}", json=body, headers=headers)
                number = answer.json()["proposal"]
            else:
                answer = browser.post(
                    f"/api/cases/{case}/proposals/{number}", json={"confirm": True}, headers=headers
                )
            assert answer.status_code == wanted
    assert decide(as_("two"), case, number or 0).json() == {"state": "confirmed"}  # the control: elsewhere


def sign_in(browser: TestClient, who: Tester) -> str:
    """Signs in through the page, whoever was there before, and gives the form token of the new session."""
    page = browser.get("/tai-khoan", headers={"accept": "text/html"})
    if page.status_code == 200:
        found = re.search(r'name="csrf" value="(\w+)"', page.text)
        assert found is not None
        browser.post("/dang-xuat", data={"csrf": found[1]})
    found = re.search(r'name="csrf" value="(\w+)"', browser.get("/dang-nhap").text)
    assert found is not None
    form = {"csrf": found[1], "ten": who.name, "mat_khau": who.password}
    assert browser.post("/dang-nhap", data=form).status_code == 303
    found = re.search(r'name="csrf" value="(\w+)"', browser.get("/tai-khoan").text)
    assert found is not None
    return found[1]
