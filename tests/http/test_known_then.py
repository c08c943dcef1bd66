"""As known then: what was answered at a moment is answered again for ever, whatever was recorded since.

Answers are taken, then two hundred random edits and moves of the data date are made, then the same is asked with
`known_at`. Seeds are fixed.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from api.guard import READINESS
from api.settings import Settings
from api.usecases import calculation
from api.usecases.portfolio import set_data_date
from geo import moment
from geo.access import portfolio_state
from tests.http.addresses import PARTS, readable, with_query
from tests.people import Tester, make_tester, owner_session

PROJECT = "VANPHUC"  # these tests change cases of this project only
EDITS = 220
DAYS = ("", "ngay=2026-03-20", "as_of=2026-09-15")
OBSTACLES = (None, "TAI_DINH_CU", "DON_GIA")
HTML = {"accept": "text/html"}
ADDRESSES = (
    f"/api/projects/{PROJECT}",
    f"/api/projects/{PROJECT}/schedule",
    f"/api/projects/{PROJECT}/land/gaps",
    f"/api/projects/{PROJECT}/parcels.geojson",
    f"/api/projects/{PROJECT}/alignments.geojson",
    f"/api/cases?project={PROJECT}&limit=500",
    f"/api/cases?project={PROJECT}&gang=1&limit=500",
    f"/api/reports/delay/{PROJECT}",
    "/api/reports/delay",
    "/api/projects",
    "/api/portfolio.geojson",
    "/api/wards.geojson",
)
CHECK_CODE = re.compile(r"Mã kiểm ([0-9a-f]{12})")


@dataclass(frozen=True)
class Then:
    """A moment, the case that was changed first after it, and what was answered at it."""

    at: str
    case: str
    answers: dict[str, str]
    check_code: str


@pytest.fixture(scope="module")
def program(app: FastAPI, tester: Tester) -> Iterator[TestClient]:
    with TestClient(
        app, base_url="http://127.0.0.1", raise_server_exceptions=False, headers=tester.headers
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def then(program: TestClient, portfolio_settings: Settings) -> Iterator[Then]:
    """A moment after which everything was changed; the data date is put back at the end."""
    rows = program.get(f"/api/cases?project={PROJECT}&gang=1&limit=500").json()["rows"]
    addresses = [*places(), *(f"/api/cases/{row['code']}" for row in rows[:3])]
    answers = {address: canonical(program, address) for address in addresses}
    code = CHECK_CODE.search(program.get("/bao-cao-cham", headers=HTML).text)
    assert code
    at = now(portfolio_settings)
    with owner_session(portfolio_settings) as session:
        before = portfolio_state(session).data_date
    edit_at_random(program, [row["code"] for row in rows], portfolio_settings)
    yield Then(at.isoformat(), rows[0]["code"], answers, code[1])
    move_data_date(portfolio_settings, before)


def places() -> Iterator[str]:
    """Every address on every day."""
    for address in ADDRESSES:
        for day in DAYS:
            yield with_query(address, day) if day else address


def now(settings: Settings) -> datetime:
    with owner_session(settings) as session:
        found: datetime = session.scalars(text("select clock_timestamp()")).one()
    return found


def move_data_date(settings: Settings, day: date) -> None:
    with owner_session(settings) as session:
        set_data_date(session, day, actor="tests")


def edit_at_random(client: TestClient, driving: list[str], settings: Settings) -> None:
    """Changes of dates, obstacles, notes and steps, of the cases that hold the date more often than of others."""
    chance = random.Random(20261122)
    rows = client.get(f"/api/cases?project={PROJECT}&limit=500").json()["rows"]
    codes = [row["code"] for row in rows]
    written = 0
    while written < EDITS:
        code = chance.choice(driving if chance.random() < 0.4 else codes)
        case = client.get(f"/api/cases/{code}").json()
        step_on = date.fromisoformat(case["row"]["step_on"])
        on = max(step_on, date(2026, 3, 13)) + timedelta(days=chance.randrange(3))
        change: dict[str, Any] = {"version": case["row"]["version"], "effective_on": on.isoformat()}
        if case["allowed"] and chance.random() < 0.4:
            change |= {
                "step": chance.choice(case["allowed"]),
                "document": f"{written}/QĐ",
                "signer": "Nguyễn Văn Một",
                "reason": "thử",
            }
        else:
            promised = date(2026, 4, 1) + timedelta(days=chance.randrange(400))
            change |= {"promised_on": promised.isoformat(), "obstacle": chance.choice(OBSTACLES)}
            change |= {"note": f"ghi chú {written}"}
        written += client.patch(f"/api/cases/{code}", json=change).status_code == 200
        if written % 60 == 59:
            move_data_date(settings, date(2026, 3, 14) + timedelta(days=written // 4))


def canonical(client: TestClient, address: str, *, stamped: bool = False) -> str:
    """The answer as text that does not depend on the order of keys; without what it says of looking back."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.text[:300])
    body: dict[str, Any] = answer.json()
    if not stamped:
        body = {key: value for key, value in body.items() if key not in ("known_at", "known_event")}
    return json.dumps(body, ensure_ascii=False, sort_keys=True)


def back(address: str, at: str) -> str:
    return with_query(address, f"known_at={quote(at)}")


def differing(client: TestClient, then: Then) -> list[str]:
    """The addresses that do not answer as they did."""
    return [a for a, said in then.answers.items() if canonical(client, back(a, then.at)) != said]


def test_what_was_answered_then_is_answered_again(program: TestClient, then: Then) -> None:
    assert differing(program, then) == []


def test_what_is_known_now_is_something_else(program: TestClient, then: Then) -> None:
    """The edits reached every answer that speaks of land: the test above compares something."""
    changed = {a.partition("?")[0] for a, said in then.answers.items() if canonical(program, a) != said}
    assert changed >= {a.partition("?")[0] for a in ADDRESSES} - {"/api/wards.geojson"}
    assert f"/api/cases/{then.case}" in changed


def test_without_looking_back_the_answers_differ(
    program: TestClient, then: Then, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a request that finds out which event was meant and then reads the present."""
    monkeypatch.setattr(moment, "look_back", lambda *_: None)
    # Another event than that of the moment itself, whose answers are kept already.
    monkeypatch.setattr(moment, "resolve", lambda *_: -1)
    assert len(differing(program, then)) > len(then.answers) / 2


def test_a_cache_that_does_not_know_the_moment_would_show_the_present(
    program: TestClient, then: Then, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the cache's keys: the revision of a project is the present one, whatever is looked at."""

    def forgetful(_: Any, project: Any, day: date, __: str | None) -> tuple[object, ...]:
        return "forgetful", project.id, project.revision, day

    monkeypatch.setattr("api.usecases.calculation.result_key", forgetful)
    monkeypatch.setattr(
        "api.usecases.calculation.outside_all",
        lambda _, __, projects, ___: dict.fromkeys([p.id for p in projects], ()),
    )
    assert calculation.result_key is forgetful
    address = f"/api/projects/{PROJECT}/schedule?as_of=2026-09-15"
    program.get(address)
    assert canonical(program, back(address, then.at)) != then.answers[address]


@pytest.mark.parametrize(
    "address", [*ADDRESSES[:1], *ADDRESSES[4:5], "/api/portfolio.geojson", "/api/wards.geojson"]
)
def test_an_answer_that_looks_back_says_so(program: TestClient, then: Then, address: str) -> None:
    body = program.get(back(address, then.at)).json()
    assert datetime.fromisoformat(body["known_at"]) == datetime.fromisoformat(then.at)
    assert isinstance(body["known_event"], int)
    present = program.get(address).json()
    assert not {"known_at", "known_event"} & present.keys()
    if address != "/api/wards.geojson":
        assert "data_date" in body
        assert body["data_date"] != present["data_date"]


def test_the_same_question_about_the_past_gets_the_same_bytes_before_and_after_a_change(
    program: TestClient, then: Then
) -> None:
    address = back(f"/api/projects/{PROJECT}", then.at)
    before = canonical(program, address, stamped=True)
    version = program.get(f"/api/cases/{then.case}").json()["row"]["version"]
    change = {"version": version, "note": "thêm một ghi chú", "effective_on": "2026-11-20"}
    assert program.patch(f"/api/cases/{then.case}", json=change).status_code == 200
    assert canonical(program, address, stamped=True) == before


def test_a_page_and_its_print_say_what_they_look_back_to(program: TestClient, then: Then) -> None:
    event = program.get(back("/api/projects", then.at)).json()["known_event"]
    shown = datetime.fromisoformat(then.at).strftime("%d/%m/%Y")
    for address in ("/bao-cao-cham", f"/bao-cao-cham/{PROJECT}", f"/du-an/{PROJECT}/duong-gang"):
        html = program.get(back(address, then.at), headers=HTML).text
        assert f"(sự kiện {event})" in html
        assert shown in html
    report = program.get(back("/bao-cao-cham", then.at), headers=HTML).text
    assert set(CHECK_CODE.findall(report)) == {then.check_code}
    assert set(CHECK_CODE.findall(program.get("/bao-cao-cham", headers=HTML).text)) != {then.check_code}


def test_every_address_can_look_back(
    app: FastAPI, program: TestClient, then: Then, portfolio_settings: Settings
) -> None:
    auditor = make_tester(portfolio_settings, "known-auditor", "auditor")
    for address in readable(app, PROJECT, then.case):
        headers = HTML | (auditor.headers if address.startswith("/quan-tri") else {})
        present = program.get(address, headers=headers, follow_redirects=False).status_code
        past = program.get(back(address, then.at), headers=headers, follow_redirects=False).status_code
        if address.partition("?")[0].endswith(
            "/tep"
        ):  # a report file that names no moment leads to one that does
            assert (present, past) == (302, 200), address
            continue
        assert past == present, (address, past, present)
        # A history of more than 15 minutes that no file anchors is not ready.
        assert past < 500 or address.startswith(READINESS), address


def test_links_and_forms_of_a_page_that_looks_back_go_on_looking_back(
    program: TestClient, then: Then
) -> None:
    html = program.get(back(f"/du-an/{PROJECT}/ho-so", then.at), headers=HTML).text
    links = re.findall(r'href="(/(?:du-an|ho-so|bao-cao-cham)[^"]*)"', html)
    assert links
    # All but the one that leads back to the present.
    assert len([href for href in links if "known_at=" not in href]) == 1
    assert re.search(r'<input type="hidden" name="known_at" value="[^"]+"', html)


def test_a_proposal_waits_as_long_as_it_did(
    app: FastAPI, program: TestClient, then: Then, portfolio_settings: Settings
) -> None:
    second = make_tester(portfolio_settings, "known-second", "ward_leader", wards=None)
    rows = program.get(f"/api/cases?project={PROJECT}&buoc=S85&limit=500").json()["rows"]
    rows += program.get(f"/api/cases?project={PROJECT}&buoc=S80&limit=500").json()["rows"]
    case = next(r for r in rows if r["step_on"] <= "2026-03-13")
    address = f"/api/cases/{case['code']}/proposals"
    change = {
        "version": case["version"],
        "step": "S90",
        "effective_on": "2026-04-10",
        "document": "9/QĐ",
        "signer": "Nguyễn Văn Một",
    }
    assert program.patch(f"/api/cases/{case['code']}", json=change).status_code == 202
    waiting = now(portfolio_settings).isoformat()
    (proposal,) = program.get(address).json()["rows"]
    decision = program.post(f"{address}/{proposal['id']}", json={"confirm": True}, headers=second.headers)
    assert decision.json() == {"state": "confirmed"}
    assert program.get(address).json()["rows"] == []
    assert [row["id"] for row in program.get(back(address, waiting)).json()["rows"]] == [proposal["id"]]
    assert program.get(back(address, then.at)).json()["rows"] == []


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    "known_at",
    [
        "1999-01-01",
        "0001-01-01",
        "2020-01-01T08:00",
        "2100-01-01",
        "9999-12-31T23:59:59+00:00",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00+14:00",
        "hôm qua",
        "2026-13-01",
        "2026-11-22T25:00",
        "2026-11-22T10:00+99:00",
        "\x00",
        "9" * 400,
    ],
)
def test_a_moment_that_cannot_be_shown_is_refused_in_words(
    program: TestClient, lang: str, known_at: str
) -> None:
    for name in ("known_at", "biet_den"):
        answer = program.get("/api/projects", params={name: known_at, "lang": lang})
        assert answer.status_code == 422, answer.text[:200]
        (fault,) = answer.json()["faults"]
        assert fault["message"].endswith((".", ")."))
        vietnamese = re.search(r"[ăâđêôơưạảấầẩậắặẹẻếềểệỉịọỏốồổộớờởợụủứừửựỳỵỷỹ]", fault["message"])
        assert bool(vietnamese) == (lang == "vi"), fault["message"]
    page = program.get("/danh-muc", params={"biet_den": known_at, "lang": lang}, headers=HTML)
    assert page.status_code == 422
    assert "<html" in page.text


def test_two_different_moments_in_one_address_are_refused(program: TestClient, then: Then) -> None:
    answer = program.get("/api/projects", params={"known_at": then.at, "biet_den": "2026-01-01"})
    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["known_at", "biet_den"])
def test_a_write_that_looks_back_is_refused_with_a_sentence_and_nothing_is_written(
    app: FastAPI, program: TestClient, then: Then, portfolio_settings: Settings, name: str
) -> None:
    case = f"/api/cases/{then.case}"
    version = program.get(case).json()["row"]["version"]
    change = {"version": version, "note": "ghi vào quá khứ"}
    answer = program.patch(case, params={name: then.at, "lang": "vi"}, json=change)
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["message"].startswith("Đang xem lại")
    form = {"version": str(version), "step": "S80", "effective_on": "2026-11-20", "key": "k" * 12}
    page = program.post(f"/ho-so/{then.case}", params={name: then.at}, data=form, headers=HTML)
    assert page.status_code == 422
    assert program.get(case).json()["row"]["version"] == version
    shown = program.get(back(f"/ho-so/{then.case}", then.at), headers=HTML).text
    assert 'name="version"' not in shown
    # Every route that writes: none of them fails, and none says that it was done.
    with owner_session(portfolio_settings) as session:
        count = text("select count(*) from event")
        before = session.scalar(count)
        for method, address in writable(app, then.case):
            status = program.request(method, back(address, then.at), json={}, headers=HTML).status_code
            assert 400 <= status < 500, (method, address, status)
    with owner_session(portfolio_settings) as session:
        assert session.scalar(count) == before


def writable(app: FastAPI, case: str) -> Iterator[tuple[str, str]]:
    """Every route that is not read, as method and address, but the doors and what ends a session."""
    for (method, path), action in app.state.door.rights.routes.items():
        if method != "GET" and action not in ("door", "account.own"):
            yield (
                method,
                path.format(**{**PARTS, "code": case}),
            )
