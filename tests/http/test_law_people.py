"""The clocks of a case count its parties, the same days for every reader; who may not read people learns of none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from api.settings import Settings
from api.usecases.case_facts import record_facts
from api.usecases.legal import breaches_of, clocks_of_cases, lands_of, whole_rolls
from api.usecases.records.parties import add_party, drop_party
from api.usecases.records.writing import Said
from projects.law.facts import Fact
from tests.http.browsing import PAGE
from tests.people import make_tester, owner_session, system_context

PROJECT = "QL6"
TODAY = date(2026, 3, 13)
WAITS = ("TB-04", "TB-05", "TB-06", "TB-07")


@pytest.fixture(scope="module")
def case(portfolio_settings: Settings) -> str:
    """A case whose notice was issued and, as far as is recorded, served on nobody; without parties."""
    with owner_session(portfolio_settings) as session:
        code = session.scalar(
            text(
                "select c.code from clearance_case c join project p on p.id = c.project_id where p.code = :p "
                "and c.step = 'S20' and not exists (select from case_party y where y.case_id = c.id) and not exists "
                "(select from case_fact f where f.case_id = c.id and f.kind like 'notice.served') "
                "order by c.code desc limit 1"
            ),
            {"p": PROJECT},
        )
    assert code
    return str(code)


@pytest.fixture(scope="module")
def readers(app: FastAPI, portfolio_settings: Settings, case: str) -> Iterator[dict[str, TestClient]]:
    """One who may read people's data and one who may not."""
    with owner_session(portfolio_settings) as session:
        ward = str(session.scalar(text("select ward_code from clearance_case where code = :c"), {"c": case}))
    officer = make_tester(portfolio_settings, "han-can-bo", "ward_officer", wards=(ward,))
    leader = make_tester(portfolio_settings, "han-lanh-dao", "leadership")
    with (
        TestClient(app, headers=officer.headers | PAGE) as people,
        TestClient(app, headers=leader.headers | PAGE) as others,
    ):
        yield {"people": people, "others": others}


def party(settings: Settings, code: str, name: str, role: str) -> str:
    with owner_session(settings) as session:
        entered = {"kind": "person", "role": role, "full_name": name, "reach": "present"}
        return str(add_party(session, system_context(), code, entered, Said())["code"])


def served(settings: Settings, code: str, who: str, on: date) -> None:
    with owner_session(settings) as session:
        lands = lands_of(session, [code])[code]
        facts = [Fact("notice.served", on, land=land, party=who, document="1/BB") for land in lands]
        record_facts(session, system_context(), code, facts, key=None)


def waits(settings: Settings, code: str) -> dict[str, date | None]:
    """The first lawful day of the recovery by party, in the eyes of the operator."""
    with owner_session(settings) as session:
        found = clocks_of_cases(session, system_context(), [code], today=TODAY)[code]
    return {clock.party: clock.earliest for clock in found if clock.rule in WAITS}


def unserved(settings: Settings, code: str) -> list[str]:
    with owner_session(settings) as session:
        found = breaches_of(session, system_context(), code, step="S85", wanted="S90", on=TODAY)
    return [breach.vi for breach in found if "ghi ngày gửi thông báo" in breach.vi]


def test_everybody_who_must_be_served_is_waited_for_and_named_only_to_whom_may_know(
    portfolio_settings: Settings, case: str, readers: dict[str, TestClient]
) -> None:
    assert set(waits(portfolio_settings, case)) == {""}  # nobody is known: one clock for all
    before = datetime.now(UTC)
    one = party(portfolio_settings, case, "Nguyễn Văn Giữ Đất", "holder")
    two = party(portfolio_settings, case, "Trần Thị Thuê Nhà", "user")
    party(portfolio_settings, case, "Nguyễn Thị Trong Hộ", "household")  # stands behind the holder
    assert (one, two) == ("P1", "P2")
    served(portfolio_settings, case, one, date(2026, 2, 2))
    found = waits(portfolio_settings, case)
    assert set(found) == {one, two}
    assert found[one] is not None
    assert found[two] is None
    assert any(two in sentence for sentence in unserved(portfolio_settings, case))

    pages = {name: client.get(f"/ho-so/{case}").text for name, client in readers.items()}
    clocks = {
        name: page[page.index('id="thoi-han"') :].partition("</section>")[0] for name, page in pages.items()
    }
    assert "thông báo cho P2" in clocks["people"]
    assert "thông báo cho P?" in clocks["others"]
    assert "P2" not in clocks["others"]
    assert "P1" in clocks["others"]  # a fact names them, and facts are for whoever sees the case
    # As it was known before, nobody was a party yet.
    then = readers["people"].get(f"/ho-so/{case}", params={"biet_den": before.isoformat()})
    assert then.status_code == 200
    assert "cho P2" not in then.text

    served(portfolio_settings, case, two, date(2026, 3, 2))
    later = waits(portfolio_settings, case)
    assert later[one] == found[one]
    assert (later[two] or date.min) > (later[one] or date.max)
    assert unserved(portfolio_settings, case) == []


def test_the_worklist_waits_for_a_new_party_and_no_more_for_one_who_left(
    portfolio_settings: Settings, case: str, readers: dict[str, TestClient]
) -> None:
    three = party(portfolio_settings, case, "Lê Văn Thừa Kế", "heir")
    assert waits(portfolio_settings, case)[three] is None
    with owner_session(portfolio_settings) as session:
        number = session.scalar(text("select id from clearance_case where code = :c"), {"c": case})
        roll = whole_rolls(session, {int(number): case})[case]
        assert three in roll.people
        version = session.scalar(
            text("select version from case_party where case_id = :n and code = :p"), {"n": number, "p": three}
        )
        drop_party(session, system_context(), case, three, Said(reason="Nhập nhầm"), seen=int(version))
        assert three not in whole_rolls(session, {int(number): case})[case].people
    assert three not in waits(portfolio_settings, case)


def test_a_roll_is_told_only_of_cases_in_reach(
    portfolio_settings: Settings, case: str, readers: dict[str, TestClient]
) -> None:
    with owner_session(portfolio_settings) as session:
        number = int(session.scalar(text("select id from clearance_case where code = :c"), {"c": case}) or 0)
        assert whole_rolls(session, {number: case})[case].people
        for name, value in (("maintenance", ""), ("reach", "scoped"), ("wards", "00000"), ("projects", "")):
            session.execute(text("select set_config(:n, :v, true)"), {"n": f"duonggang.{name}", "v": value})
        assert whole_rolls(session, {number: case})[case].people == ()
