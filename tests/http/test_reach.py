"""Nobody sees a case or a parcel outside their reach, in no answer; dates and counts come from all land for everybody.

The oracle is the owner's SQL and a rule of its own over each account's scope: nothing of the product decides here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from api.app import create_app
from api.guard import READINESS
from api.settings import Settings
from api.usecases import visible
from geo import scope
from projects.rights import Principal
from tests.http.addresses import readable, with_query
from tests.http.conftest import TODAY
from tests.people import Tester, make_tester, owner_session

HONG_HA, BO_DE = "00097", "00145"  # wards; the bridge TULIEN lies in the first, TRANHUNGDAO in both
PROJECTS = ("TULIEN", "TRANHUNGDAO", "NGOCHOI")
CODE = re.compile(rb"[A-Z0-9]{2,12}-[0-9]{4}(?![0-9])")
PLACE = re.compile(r"(?:tờ|sheet) (\S+) – (?:thửa|parcel) ([^\s,<]+)")
HTML = {"accept": "text/html"}
# The documentation's example of a case code happens to be one.
EXAMPLES = {"/openapi.json": {"TULIEN-0042"}, "/docs": {"TULIEN-0042"}}
ROLES: dict[str, dict[str, Any]] = {
    "canbo-hongha": {"role": "ward_officer", "wards": (HONG_HA,)},
    "canbo-bode": {"role": "ward_officer", "wards": (BO_DE,)},
    "ban-tulien": {"role": "board", "projects": ("TULIEN",)},
    "so-xaydung": {"role": "department", "wards": (BO_DE,), "projects": ("NGOCHOI",)},
    "nap-lieu": {"role": "importer", "projects": ("TRANHUNGDAO",)},
    "quan-tri": {"role": "administrator"},
    "lanh-dao": {"role": "leadership"},
    "kiem-toan": {"role": "auditor"},
}
ALL = {"lanh-dao", "kiem-toan"}
SCOPED = sorted(set(ROLES) - ALL)

Connect = Callable[[str], AbstractContextManager[TestClient]]


@dataclass(frozen=True)
class Land:
    """A parcel as the owner of the database reads it."""

    project: str
    ward: str
    case: str
    sheet: str
    number: str


@pytest.fixture(scope="module")
def people(portfolio_settings: Settings) -> dict[str, Tester]:
    return {name: make_tester(portfolio_settings, f"reach-{name}", **who) for name, who in ROLES.items()}


@pytest.fixture(scope="module")
def land(portfolio_settings: Settings) -> list[Land]:
    rows = text(
        "select j.code, c.ward_code, c.code, p.sheet, p.number from clearance_case c join project j "
        "on j.id = c.project_id join parcel p on p.case_id = c.id where c.step <> 'X2'"
    )
    with owner_session(portfolio_settings) as session:
        return [Land(*row) for row in session.execute(rows)]


@pytest.fixture(scope="module")
def then(portfolio_settings: Settings) -> str:
    """A moment at which everything was loaded."""
    with owner_session(portfolio_settings) as session:
        now: datetime = session.scalars(text("select clock_timestamp()")).one()
    return now.isoformat()


@pytest.fixture
def connect(app: FastAPI, people: dict[str, Tester]) -> Connect:
    return lambda name: client_of(app, people[name])


def client_of(app: FastAPI, who: Tester) -> TestClient:
    return TestClient(
        app, base_url="http://127.0.0.1", raise_server_exceptions=False, headers=who.headers | HTML
    )


@pytest.fixture
def fresh_app(portfolio_settings: Settings) -> Iterator[Callable[[], FastAPI]]:
    """A function that makes one more application on the same database, with an empty cache."""
    made: list[FastAPI] = []

    def make() -> FastAPI:
        made.append(create_app(portfolio_settings, today=lambda: TODAY))
        return made[-1]

    yield make
    for app in made:
        app.state.sessions.kw["bind"].dispose()


def mine(name: str, land: list[Land]) -> list[Land]:
    """What the account may see, by a rule of this test."""
    who = ROLES[name]
    if name in ALL:
        return land
    return [p for p in land if p.ward in who.get("wards", ()) or p.project in who.get("projects", ())]


def leaks(
    client: TestClient, app: FastAPI, name: str, land: list[Land], query: str = ""
) -> tuple[dict[str, set[str]], set[str]]:
    """Per address the foreign case codes and parcels that an answer holds; and all codes of one's own that came."""
    own = mine(name, land)
    codes = {p.case for p in own}
    foreign = {p.case for p in land} - codes
    addresses: dict[str, tuple[str, str]] = {}
    for project in PROJECTS:
        stranger = next((p.case for p in land if p.project == project and p.case in foreign), "")
        case = next((p.case for p in own if p.project == project), stranger)
        addresses |= dict.fromkeys(readable(app, project, case), (project, case))
    found: dict[str, set[str]] = {}
    came: set[str] = set()
    for address, (project, case) in addresses.items():
        answer = client.get(with_query(address, query) if query else address)
        # A history of more than 15 minutes that no file anchors is not ready, and a slow run gets that old.
        assert answer.status_code < 500 or address.startswith(READINESS), (name, address)
        said = {code.decode() for code in CODE.findall(answer.content)}
        came |= said & codes
        # An address that was asked for may come back in the answer (where to sign in, the other language).
        typed = {code.decode() for code in CODE.findall(address.partition("?")[2].encode())}
        bad = (said & foreign) - {case} - typed - EXAMPLES.get(address, set())
        places = {(p.sheet, p.number) for p in land if p.project == project}
        places -= {(p.sheet, p.number) for p in own if p.project == project}
        bad |= {f"{s} – {n}" for s, n in PLACE.findall(unescape(answer.text)) if (s, n) in places}
        if bad:
            found[address] = bad
    return found, came


@pytest.mark.parametrize("name", SCOPED)
def test_no_answer_names_a_case_or_parcel_outside_the_reach(
    app: FastAPI, connect: Connect, land: list[Land], name: str
) -> None:
    with connect(name) as client:
        found, came = leaks(client, app, name, land)
    assert found == {}
    # The walk sees what is there to be seen: without this the test would pass on empty answers.
    for project in PROJECTS:
        own = {p.case for p in mine(name, land) if p.project == project}
        assert len(own & came) >= min(len(own), 500), project


@pytest.mark.parametrize("name", ["canbo-hongha", "quan-tri"])
def test_looking_back_shows_no_more_than_the_reach(
    app: FastAPI, connect: Connect, land: list[Land], then: str, name: str
) -> None:
    with connect(name) as client:
        found, came = leaks(client, app, name, land, f"known_at={quote(then)}")
    assert found == {}
    assert bool(came) == (name == "canbo-hongha")


def test_with_the_filter_off_the_walk_finds_foreign_cases(
    app: FastAPI, connect: Connect, land: list[Land], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control. Row-level security still hides the parcels of the map: two defences, not one."""
    monkeypatch.setattr(visible, "sees", lambda *_, **__: True)
    with connect("canbo-hongha") as client:
        found, _ = leaks(client, app, "canbo-hongha", land)
    assert found.keys() >= {
        "/api/projects/NGOCHOI",
        "/api/projects/NGOCHOI/schedule",
        "/api/reports/delay",
        "/api/reports/delay/NGOCHOI",
        "/api/cases?project=NGOCHOI&limit=500",
        "/du-an/NGOCHOI/ho-so",
        "/du-an/NGOCHOI/duong-gang",
        "/bao-cao-cham/NGOCHOI",
    }
    assert not any(address.endswith(".geojson") for address in found)


@pytest.mark.parametrize("name", ["lanh-dao", "kiem-toan"])
def test_who_sees_everything_is_shown_every_case(connect: Connect, land: list[Land], name: str) -> None:
    with connect(name) as client:
        assert parcels(client, "TRANHUNGDAO") == places_of(land, "TRANHUNGDAO")
        answer = client.get("/api/projects/TRANHUNGDAO").json()
        assert answer["seen"]["whole"] is True
        assert (
            answer["seen"]["land"]["driving"] == answer["driving"]["cases"] == len(answer["delay"]["drivers"])
        )


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize("name", SCOPED)
def test_map_and_list_hold_exactly_the_land_within_the_reach(
    connect: Connect, land: list[Land], name: str, project: str
) -> None:
    own = mine(name, land)
    with connect(name) as client:
        assert parcels(client, project) == places_of(own, project)
        answer = client.get("/api/cases", params={"project": project, "limit": 1})
        if name == "quan-tri":
            assert answer.status_code == 403
        else:
            assert answer.json()["total"] == len({p.case for p in own if p.project == project})


def parcels(client: TestClient, project: str) -> set[tuple[str, str, str]]:
    """(case, sheet, number) of the parcels on the map."""
    features = client.get(f"/api/projects/{project}/parcels.geojson").json()["features"]
    return {(f["properties"]["case"], f["properties"]["sheet"], f["properties"]["number"]) for f in features}


def places_of(land: list[Land], project: str) -> set[tuple[str, str, str]]:
    return {(p.case, p.sheet, p.number) for p in land if p.project == project}


def test_a_case_outside_the_reach_answers_like_one_that_does_not_exist(
    connect: Connect, land: list[Land]
) -> None:
    foreign = next(p.case for p in land if p.ward == BO_DE)
    with connect("canbo-hongha") as client:
        for kind in ("/api/cases/", "/ho-so/"):
            there, nowhere = client.get(f"{kind}{foreign}"), client.get(f"{kind}KHONG-CO-MA")
            assert (there.status_code, nowhere.status_code) == (404, 404)
            assert plain(there.text, foreign) == plain(nowhere.text, "KHONG-CO-MA")
        change = {"version": 1, "promised_on": "2026-09-01"}
        assert client.patch(f"/api/cases/{foreign}", json=change).status_code == 404


def plain(html: str, asked: str) -> str:
    """A page without its nonces and without what was asked for."""
    return re.sub(r'(nonce|value)="[^"]*"', "", html).replace(asked, "")


AGGREGATES = (
    "/api/projects",
    "/api/portfolio.geojson",
    "/api/wards.geojson",
    "/api/projects/TULIEN/alignments.geojson",
)


def everybodys(client: TestClient) -> list[Any]:
    """What is computed from all land and shown to every role: the same whoever asks."""
    report = client.get("/api/reports/delay").json()
    for entry in report["projects"]:
        entry["drivers_hidden"] += len(entry.pop("drivers"))
        for item in entry["chain"]:
            if item["kind"] == "case":
                item |= dict.fromkeys(("code", "name_vi", "name_en"))
    schedule = client.get("/api/projects/TULIEN/schedule").json()
    dates = [
        (a["code"], a["early_start"], a["early_finish"], a["total_float"]) for a in schedule["activities"]
    ]
    return [report, dates, *(client.get(path).json() for path in AGGREGATES)]


def test_dates_and_counts_are_the_same_for_everybody(connect: Connect) -> None:
    with connect("lanh-dao") as client:
        expected = everybodys(client)
    for name in SCOPED:
        with connect(name) as client:
            assert everybodys(client) == expected, name


def first_looks(app: FastAPI, people: dict[str, Tester], first: str) -> list[Any]:
    """What leadership sees of a new application after `first` has looked."""
    with client_of(app, people[first]) as client:
        everybodys(client)
    app.state.sessions.kw["bind"].dispose()
    with client_of(app, people["lanh-dao"]) as client:
        return everybodys(client)


def test_a_first_look_from_one_ward_does_not_spoil_the_picture_for_others(
    fresh_app: Callable[[], FastAPI],
    people: dict[str, Tester],
    land: list[Land],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = first_looks(fresh_app(), people, "lanh-dao")
    assert first_looks(fresh_app(), people, "canbo-hongha") == expected
    # Whoever looked first saw no more than before: the wider reach ends with the calculation.
    with client_of(fresh_app(), people["canbo-hongha"]) as client:
        assert parcels(client, "TULIEN") == places_of(mine("canbo-hongha", land), "TULIEN")
    # The control: read with the reach of whoever comes first, the shared result is a partial picture.
    monkeypatch.setattr(scope, "calculating", lambda _: nullcontext())
    assert first_looks(fresh_app(), people, "canbo-hongha") != expected


@pytest.mark.parametrize("name", ["canbo-hongha", "canbo-bode", "so-xaydung", "quan-tri", "lanh-dao"])
def test_every_number_that_leads_to_a_list_is_the_number_of_that_list(connect: Connect, name: str) -> None:
    """On all pages of a project: whoever sees fewer finds their own number on the link, or no link."""
    link = re.compile(r'<a[^>]*href="(/du-an/\w+/ho-so\?[^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
    pages = (
        "/du-an/{}/ban-do",
        "/du-an/{}/mat-bang",
        "/du-an/{}/duong-gang",
        "/bao-cao-cham/{}",
        "/du-an/{}/ho-so",
        "/bao-cao-cham",
    )
    checked = 0
    with connect(name) as client:
        for project in PROJECTS:
            for page in pages:
                answer = client.get(page.format(project))
                if answer.status_code == 403:
                    continue
                for href, inner in set(link.findall(answer.text)):
                    words = re.sub(r"<[^>]+>", " ", inner)
                    if "Xem thêm" in words or not (number := re.search(r"\d[\d.]*", words)):
                        continue
                    listed = client.get(unescape(href))
                    assert listed.status_code == 200, (page, href)
                    heading = re.search(r"<h2>([\d.]+) hồ sơ, ([\d.]+) thửa", listed.text)
                    counts = heading.groups() if heading else ("0", "0")
                    assert number[0] in counts, (page, project, href, words, counts)
                    checked += 1
    assert (checked > 0) == (name != "quan-tri")


def test_what_is_hidden_is_counted_and_placed_by_ward_only(connect: Connect) -> None:
    """The first driving land of the bridge at TRANHUNGDAO lies where the officer of Bồ Đề sees nothing."""
    with connect("lanh-dao") as client:
        (whole,) = client.get("/api/reports/delay/TULIEN").json()["projects"]
    with connect("canbo-bode") as client:
        (entry,) = client.get("/api/reports/delay/TULIEN").json()["projects"]
        page = client.get("/bao-cao-cham/TULIEN").text
        english = client.get("/du-an/TULIEN/duong-gang?lang=en").text
    assert entry["drivers"] == []
    assert entry["drivers_hidden"] == len(whole["drivers"]) > 0
    (known,) = [item for item in whole["chain"] if item["kind"] == "case"]
    (said,) = [item for item in entry["chain"] if item["kind"] == "case"]
    assert said["code"] is None
    assert (said["start"], said["finish"], said["ward"]) == (known["start"], known["finish"], known["ward"])
    assert said["name_vi"] == "Đất ở P. Hồng Hà (ngoài phạm vi của bạn)"
    assert "hồ sơ ngoài phạm vi của bạn" in page
    assert said["name_vi"] in page
    assert "Land in P. Hồng Hà (outside your reach)" in english


def test_a_map_that_one_reader_keeps_is_never_taken_for_anothers(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/api/projects/TULIEN/parcels.geojson"
    with connect("lanh-dao") as client:
        whole = client.get(path)
    kept = {"if-none-match": whole.headers["etag"]}
    with connect("canbo-hongha") as client:
        part = client.get(path, headers=kept)
        assert (part.status_code, part.content == whole.content) == (200, False)
        again = client.get(path, headers={"if-none-match": part.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert {"Cookie", "Authorization"} <= set(re.split(r",\s*", part.headers["vary"]))
        # The control: with a tag that does not know who asks, the browser shows what leadership saw.
        monkeypatch.setattr(Principal, "seen_from", property(lambda _: ()))
    with connect("lanh-dao") as client:
        kept = {"if-none-match": client.get(path).headers["etag"]}
    with connect("canbo-hongha") as client:
        assert client.get(path, headers=kept).status_code == 304
