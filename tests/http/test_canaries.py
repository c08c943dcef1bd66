"""A canary in each protected field: seen where the rights table says so, and nowhere else, in no channel.

Pages, JSON, GeoJSON, refusals, the event browser, the log, and the rows that the application's role reads by SQL.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from api import logs
from api.settings import Settings
from api.usecases import holders
from api.usecases.records import parties
from api.usecases.records.writing import Said
from geo import people, scope
from geo.db import APP_ROLE, make_engine, make_sessions
from geo.tables import Account, ClearanceCase, Holder
from projects.rights import Principal
from tests.http import rights_oracle
from tests.http.test_permission_matrix import ORACLE, address, csrf_of
from tests.people import app_url, make_tester, owner_session, system_context

CASE = "HOTAY-0001"
PROJECT = "HOTAY"
CANARIES: dict[str, Any] = {
    "full_name": "Canari Họ Và Tên Thử",
    "id_number": "098765432123",
    "birth_date": date(1913, 11, 17),
    "phone": "0987001987",
    "email": "canari@thu-muc.invalid",
    "address": "Ngõ Canari số 13 thử",
    "bank_account": "CANARI7391826450",
    "amount_vnd": Decimal("7391826451"),
}
NEEDLES = {
    name: [str(value).encode()]
    for name, value in CANARIES.items()
    if name not in ("birth_date", "amount_vnd")
} | {
    "birth_date": [b"1913-11-17", b"17/11/1913"],
    "amount_vnd": [b"7391826451", b"7.391.826.451", b"7,391,826,451"],
}
ROLES = [role for role in ORACLE.reach if role != "public"]


def sights() -> dict[tuple[str, str], str]:
    """How each role sees each field, read from the table by the test's own means."""
    text_ = rights_oracle.TABLE.read_text(encoding="utf-8").partition("· protected fields")[2]
    lines = [
        [c.strip() for c in line.split("|")[1:-1]] for line in re.findall(r"^\|.*\|$", text_, re.MULTILINE)
    ]
    head, rows = lines[0], lines[2 : 2 + len(CANARIES)]
    return {(row[0], role): row[at] for row in rows for at, role in enumerate(head) if at >= 3}


SIGHT = sights()


@pytest.fixture(scope="module")
def cookies(portfolio_settings: Settings) -> Iterator[dict[str, str]]:
    """A session per role, each with the case's ward or project in its scope, and the canaries in their fields."""
    with owner_session(portfolio_settings) as session:
        case = session.query(ClearanceCase).filter_by(code=CASE).one()
        ward = case.ward_code
        row = session.get_one(Holder, case.id)
        before = {name: getattr(row, name) for name in CANARIES}
    _write(portfolio_settings, CANARIES)
    party = _add_party(portfolio_settings)
    found = {}
    for role in ROLES:
        in_ward = role in ("ward_officer", "ward_leader")
        made = make_tester(
            portfolio_settings, f"canari.{role}".replace("_", "-"), role,
            wards=(ward,) if in_ward else (), projects=() if in_ward else (PROJECT,),
        )  # fmt: skip
        with owner_session(portfolio_settings) as session:
            account = session.get_one(Account, made.name)
            found[role] = people.open_session(session, account, network="x", agent="x", device="")
    yield found
    _write(portfolio_settings, before)
    with owner_session(portfolio_settings) as session:
        parties.drop_party(session, system_context(), CASE, party, Said(reason="thử xong"), seen=1)


def _write(settings: Settings, values: dict[str, Any]) -> None:
    """Writes the fields as a change of a holder does, so that they stand in the history as well."""
    with owner_session(settings) as session:
        case = session.query(ClearanceCase).filter_by(code=CASE).one()
        version = session.get_one(Holder, case.id).version
        holders.write(session, system_context(), case, PROJECT, values, seen=version)


def _add_party(settings: Settings) -> str:
    """The canaries once more, as a party of the case; gives its code."""
    with owner_session(settings) as session:
        fields = {name: str(value) for name, value in CANARIES.items() if name != "amount_vnd"}
        fields |= {"kind": "person", "role": "holder"}
        return str(parties.add_party(session, system_context(), CASE, fields, Said())["code"])


@pytest.fixture
def browser(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(
        app, base_url="https://127.0.0.1", raise_server_exceptions=False, follow_redirects=False
    ) as client:
        yield client


def as_role(client: TestClient, cookies: dict[str, str], role: str) -> dict[str, str]:
    client.cookies.clear()
    client.cookies.set("__Host-phien", cookies[role], domain="127.0.0.1", path="/")
    return {"accept": "text/html", "x-csrf-token": csrf_of(client, cookies[role])}


def found_in(body: bytes) -> set[str]:
    """The fields whose canary stands in these bytes."""
    return {name for name, needles in NEEDLES.items() if any(n in body for n in needles)}


def may_show(path: str) -> bool:
    """Where a field that the role sees at once may stand: the case's own pages, its holder and records as JSON, and
    what a release of land would cost."""
    if path in ("/api/projects/{code}/release", "/du-an/{code}/go-vuong"):
        return True
    records = ("holder", "parties", "compensation", "money")
    return path.startswith("/ho-so/{code}") or path in {f"/api/cases/{{code}}/{name}" for name in records}


def test_every_field_stands_only_where_the_table_lets_it(
    app: FastAPI, browser: TestClient, cookies: dict[str, str]
) -> None:
    cells, shown = 0, set()
    for role in ROLES:
        headers = as_role(browser, cookies, role)
        clear = {name for name in CANARIES if SIGHT[(name, role)] == "hiện"}
        for method, path in sorted(set(rights_oracle.routes_of(app))):
            if method == "MOUNT" or path == "/dang-xuat":
                continue
            url = address(path, CASE, PROJECT) + ("?project=" + PROJECT if path == "/api/cases" else "")
            answer = browser.request(method, url, headers=headers, json=None if method == "GET" else {})
            allowed = clear if may_show(path) and ORACLE.reach[role] != "none" else set()
            seen = found_in(answer.content)
            assert seen <= allowed, (role, method, path, seen - allowed)
            if method == "GET" and path == "/api/cases/{code}/holder" and answer.status_code == 200:
                assert seen == clear, (role, path)
            if method == "GET" and path == "/api/cases/{code}/parties" and answer.status_code == 200:
                assert seen == clear - {"amount_vnd"}, (role, path)
            shown |= {(role, name) for name in seen}
            cells += len(CANARIES)
    assert cells > 3_000
    assert shown == {(role, name) for (name, role), how in SIGHT.items() if how == "hiện"}


def test_an_opened_field_is_shown_once_and_the_opening_is_in_the_history(
    app: FastAPI, browser: TestClient, cookies: dict[str, str], portfolio_settings: Settings
) -> None:
    for role in ROLES:
        headers = as_role(browser, cookies, role)
        for name in CANARIES:
            how = SIGHT[(name, role)]
            body = {"fields": [name], "reason": f"kiểm tra {role} {name}"}
            answer = browser.post(f"/api/cases/{CASE}/holder/open", json=body, headers=headers)
            may = how in ("mở", "hiện") and ORACLE.grants[("holder.open", role)] != "."
            assert (name in found_in(answer.content)) == may, (role, name, answer.status_code)
            again = browser.get(f"/api/cases/{CASE}/holder", headers=headers)
            assert (name in found_in(again.content)) == (how == "hiện" and again.status_code == 200)
            with owner_session(portfolio_settings) as session:
                events = session.execute(
                    text("select actor, after from event where kind = 'holder.open' and reason = :r"),
                    {"r": body["reason"]},
                ).all()
            assert len(events) == int(may)
            assert not events or found_in(str(events).encode()) == set()


def test_the_history_of_a_change_holds_the_values_and_shows_none(
    browser: TestClient, cookies: dict[str, str], portfolio_settings: Settings
) -> None:
    with owner_session(portfolio_settings) as session:
        stored = session.scalar(
            text("select after::text from event where kind = 'holder.change' and object_code = :c limit 1"),
            {"c": CASE},
        )
    assert found_in(str(stored).encode()) == set(CANARIES)  # the control: they are there to be found
    for role in ("auditor", "administrator", "ward_leader"):
        headers = as_role(browser, cookies, role)
        page = browser.get(f"/quan-tri/su-kien?ma={CASE}", headers=headers)
        assert found_in(page.content) == set()


@contextmanager
def as_sql(engine: Engine, who: Principal) -> Iterator[Any]:
    with make_sessions(engine)() as session:
        scope.enter(session, who)
        yield session


def test_straight_through_sql_only_roles_for_people_read_a_row(
    app: FastAPI, portfolio_settings: Settings, cookies: dict[str, str]
) -> None:
    rights = app.state.door.rights
    mine = app_url(str(portfolio_settings.database_url))
    engine = make_engine(mine) if mine else make_engine(str(portfolio_settings.database_url), role=APP_ROLE)
    with owner_session(portfolio_settings) as session:
        ward = session.query(ClearanceCase).filter_by(code=CASE).one().ward_code
    for role in rights.roles.values():
        who = Principal("x", "x", role, wards=frozenset({ward}), projects=frozenset({PROJECT}))
        with as_sql(engine, who) as session:
            everything = b""
            for table in ("holder", "past.holder", "person", "past.person", "event", "proposal"):
                everything += str(session.execute(text(f"select * from {table}")).all()[-2000:]).encode()
            rows = session.scalar(text("select count(*) from holder"))
        may = role.people and role.reach in ("all", "scoped")
        assert (rows > 0) == may, role.code
        assert bool(found_in(everything)) == may, role.code
    engine.dispose()


def test_no_canary_reaches_the_log(app: FastAPI, browser: TestClient, cookies: dict[str, str]) -> None:
    lines = io.StringIO()
    logs.configure(stream=lines)
    headers = as_role(browser, cookies, "ward_leader")
    for name, value in CANARIES.items():
        body = {"version": 999, "changes": {name: str(value)}, "reason": str(value)}
        browser.patch(f"/api/cases/{CASE}/holder", json=body, headers=headers)
        browser.get(f"/du-an/{PROJECT}/ho-so", params={"phuong": str(value)}, headers=headers)
        browser.get(f"/ho-so/{value}", headers=headers)
    assert lines.getvalue().count("\n") >= 3 * len(CANARIES)  # the control: there are lines to look into
    assert found_in(lines.getvalue().encode()) == set()
