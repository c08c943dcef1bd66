"""The short way of a plain change writes and answers exactly as the whole way does, and refuses nothing by itself."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from api.routes import cases as cases_route
from api.settings import Settings
from api.usecases.entries import CaseChange
from api.usecases.plain_changes import plain_change
from geo.db import make_engine
from geo.plain_changes import PlainChange, write_plain
from geo.tables import ClearanceCase, Event, Project
from projects.rights import Principal, Rights
from tests.people import Tester, app_url, owner_session, system_context

PROJECT = "MESO"  # these tests change cases of this project only
DAYS = ["2026-03-01", "2026-03-13", "2026-03-13", "2026-03-13", "2026-06-30", "2030-01-01"]
SAME = (
    "kind", "object_type", "project_code", "actor", "effective_on", "before", "after", "document", "document_hash",
    "reason", "corrects", "on_behalf_of",
)  # fmt: skip


@pytest.fixture
def twins(client: TestClient, portfolio_settings: Settings) -> tuple[str, str]:
    """Two cases that nobody changed yet, at the same step since the same day."""
    rows = client.get(f"/api/cases?project={PROJECT}&limit=500").json()["rows"]
    groups: dict[Any, list[str]] = {}
    with owner_session(portfolio_settings) as session:
        for row in rows:
            case = session.scalars(select(ClearanceCase).where(ClearanceCase.code == row["code"])).one()
            if case.version == 1:
                groups.setdefault(
                    (case.step, case.step_on, case.promised_on, case.obstacle, case.note), []
                ).append(case.code)
    pair = next(group for group in groups.values() if len(group) > 1)
    return pair[0], pair[1]


@pytest.fixture
def went(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each change that took the short way, whether it was written there."""
    seen: list[bool] = []
    ask = app.state.plain_changes.ask

    async def noted(change: PlainChange) -> dict[str, Any] | None:
        state: dict[str, Any] | None = await ask(change)
        seen.append(state is not None)
        return state

    monkeypatch.setattr(app.state.plain_changes, "ask", noted)
    return seen


def some_change(chance: random.Random, version: int) -> dict[str, Any]:
    """A change as people send them, now and then on an old version, of a bad day, a wrong code or of nothing."""
    body: dict[str, Any] = {"version": max(1, version - chance.choice([0, 0, 0, 0, 0, 1, 2]))}
    if chance.random() < 0.7:
        body["note"] = chance.choice(["một", "hai", "ba", None, "“'\\ \u202e 🏠", "x" * 501])
    if chance.random() < 0.4:
        body["promised_on"] = chance.choice(["2026-12-01", "2027-02-28", None, "1999-01-01"])
    if chance.random() < 0.4:
        body["obstacle"] = chance.choice(["NGUON_GOC", "DON_GIA", None, "KHONG_CO"])
    if chance.random() < 0.4:
        body["effective_on"] = chance.choice(DAYS)
    if chance.random() < 0.3:
        body |= {"document": "12/BB", "reason": "theo biên bản", "document_sha256": "AB" * 32}
    return body


def by_both(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, codes: Sequence[str], body: dict[str, Any]
) -> list[Any]:
    """The answers to one change of two cases: the first the usual way, the second the whole way."""
    answers = []
    for code, short in zip(codes, (True, False), strict=True):
        with monkeypatch.context() as patched:
            if not short:
                patched.setattr(cases_route, "plain_change", lambda *_, **__: None)
            answer = client.patch(f"/api/cases/{code}", json=body)
        answers.append((answer.status_code, answer.json() | {"code": "", "detail": ""}))
    return answers


def told(settings: Settings, code: str) -> list[tuple[Any, ...]]:
    with owner_session(settings) as session:
        rows = session.scalars(select(Event).where(Event.object_code == code).order_by(Event.id)).all()
        return [tuple(getattr(row, name) for name in SAME) for row in rows if row.kind != "case.import"]


def revision(settings: Settings) -> int:
    with owner_session(settings) as session:
        return int(session.scalars(select(Project.revision).where(Project.code == PROJECT)).one())


@pytest.mark.parametrize("seed", range(6))
def test_both_ways_give_the_same_answers_states_and_events(
    client: TestClient,
    portfolio_settings: Settings,
    twins: tuple[str, str],
    went: list[bool],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    chance = random.Random(seed)
    version = 1
    for _ in range(25):
        first, second = by_both(client, monkeypatch, twins, some_change(chance, version))
        assert first == second
        version = first[1].get("version", version)
    assert told(portfolio_settings, twins[0]) == told(portfolio_settings, twins[1])
    assert True in went
    assert len(told(portfolio_settings, twins[0])) > went.count(True)  # some were written the whole way


def test_a_plain_change_grows_the_revision_once(
    client: TestClient, portfolio_settings: Settings, twins: tuple[str, str], went: list[bool]
) -> None:
    before = revision(portfolio_settings)
    assert client.patch(f"/api/cases/{twins[0]}", json={"version": 1, "note": "một"}).status_code == 200
    assert (went, revision(portfolio_settings)) == ([True], before + 1)


def test_the_database_itself_refuses_what_the_author_may_not_see(
    app: FastAPI, portfolio_settings: Settings, twins: tuple[str, str], tester: Tester
) -> None:
    """Row-level security holds on the short way: the same call with another reach finds no case."""
    rights: Rights = app.state.door.rights
    own = app_url(str(portfolio_settings.database_url))
    assert own is not None
    engine = make_engine(own)
    with owner_session(portfolio_settings) as session:
        ward = session.scalars(select(ClearanceCase.ward_code).where(ClearanceCase.code == twins[0])).one()
    try:
        for wards, written in [({"00001"}, False), ({ward}, True)]:
            who = Principal("ai", "ai", rights.roles["ward_officer"], wards=frozenset(wards))
            change = CaseChange(note="thấy", said=frozenset({"note"}))
            plain = plain_change(rights, who, twins[0], change, seen=1, key=None)
            assert plain is not None
            with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                (state,) = write_plain(connection, [plain], system_context().today())
            assert (state is not None) is written
    finally:
        engine.dispose()


def test_two_changes_of_one_case_in_one_call_are_written_once(
    app: FastAPI, portfolio_settings: Settings, twins: tuple[str, str]
) -> None:
    rights: Rights = app.state.door.rights
    own = app_url(str(portfolio_settings.database_url))
    assert own is not None
    engine = make_engine(own)
    with owner_session(portfolio_settings) as session:
        wards = frozenset(session.scalars(select(ClearanceCase.ward_code).distinct()))
    who = Principal("ai", "ai", rights.roles["ward_officer"], wards=wards)
    changes = []
    for code, note in ((twins[0], "một"), (twins[1], "hai"), (twins[0], "ba")):
        change = CaseChange(note=note, said=frozenset({"note"}))
        plain = plain_change(rights, who, code, change, seen=1, key=None)
        assert plain is not None
        changes.append(plain)
    try:
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            states = write_plain(connection, changes, system_context().today())
    finally:
        engine.dispose()
    assert [state and state["note"] for state in states] == ["một", "hai", None]
    assert len(told(portfolio_settings, twins[0])) == 1


@pytest.mark.parametrize(
    "change",
    [
        CaseChange(step="S90", note="x", said=frozenset({"step", "note"})),
        CaseChange(note="x", on_behalf_of="ai", said=frozenset({"note"})),
        CaseChange(document="1", said=frozenset({"document"})),
        CaseChange(obstacle="KHONG_CO", said=frozenset({"obstacle"})),
    ],
    ids=["step", "behalf", "paper alone", "unknown obstacle"],
)
def test_what_needs_more_checks_never_takes_the_short_way(app: FastAPI, change: CaseChange) -> None:
    rights: Rights = app.state.door.rights
    who = Principal("ai", "ai", rights.roles["ward_officer"], wards=frozenset({"00001"}))
    assert plain_change(rights, who, "MESO-0001", change, seen=1, key=None) is None
    leader = Principal("ai", "ai", rights.roles["leadership"])
    plain = CaseChange(note="x", said=frozenset({"note"}))
    assert plain_change(rights, leader, "MESO-0001", plain, seen=1, key=None) is None
    assert plain_change(rights, who, "MESO-0001", plain, seen=1, key=None) is not None
