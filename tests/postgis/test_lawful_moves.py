"""The order of the steps holds for direct SQL of the application too: of all pairs only those of the table pass."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from geo.db import APP_ROLE, make_engine, make_sessions
from geo.migrate import upgrade
from projects.clearance import all_moves
from projects.steps import STEPS
from tests.people import app_url
from tests.postgis.case_rows import add_cases

CODE = "TULIEN-0001"
UPDATE = text("update clearance_case set step = :wanted, version = version + 1 where code = :code")
EVENT = text(
    "insert into event (effective_on, actor, kind, object_type, object_code, before, after) values "
    "('2026-03-13', 'kẻ gian', :kind, 'case', :code, cast(:before as jsonb), cast(:after as jsonb))"
)


@dataclass(frozen=True, slots=True)
class Desk:
    """The owner in maintenance, and the application as somebody who reaches everything; one case stands."""

    owner: Engine
    app: Engine

    def passes(self, step: str, wanted: str, *, told: tuple[str, str] | None) -> bool:
        """Whether the application may put a case that stands at `step` to `wanted`, with an event that tells `told`."""
        with self.owner.begin() as connection:
            connection.execute(EVENT, _event("test", None))
            connection.execute(UPDATE, {"wanted": step, "code": CODE})
        with self.app.connect() as connection:
            for name, value in (("reach", "all"), ("account", "kẻ gian"), ("people", "on")):
                connection.execute(text(f"select set_config('duonggang.{name}', '{value}', true)"))
            try:
                assert connection.execute(UPDATE, {"wanted": wanted, "code": CODE}).rowcount == 1
                if told is not None:
                    connection.execute(EVENT, _event("case.step", told))
                connection.execute(text("set constraints step_told immediate"))
            except IntegrityError as error:
                return "no lawful step" not in str(error)
            finally:
                connection.rollback()
        return True


def _event(kind: str, told: tuple[str, str] | None) -> dict[str, str]:
    before, after = (json.dumps({"step": each}) for each in told or ("S00", "S00"))
    return {"kind": kind, "code": CODE, "before": before, "after": after}


@pytest.fixture(scope="module")
def desk(make_database: Callable[[], str]) -> Iterator[Desk]:
    """A database with one case."""
    url = make_database()
    owner = make_engine(url, maintenance=True)
    upgrade(owner)
    with make_sessions(owner).begin() as session:
        add_cases(session, [CODE])
    address = app_url(url)
    app = make_engine(address) if address else make_engine(url, role=APP_ROLE)
    yield Desk(owner, app)
    app.dispose()
    owner.dispose()


def test_of_all_ordered_pairs_of_steps_only_those_of_the_table_pass(desk: Desk) -> None:
    pairs = [(step, wanted) for step in STEPS for wanted in STEPS if step != wanted]
    passed = {pair for pair in pairs if desk.passes(*pair, told=pair)}
    assert passed == {pair for pair in all_moves() if pair[0] != pair[1]}


def test_a_step_without_its_event_or_with_the_event_of_another_does_not_pass(desk: Desk) -> None:
    assert desk.passes("S80", "S85", told=("S80", "S85"))
    assert not desk.passes("S80", "S85", told=None)
    assert not desk.passes("S80", "S100", told=("S80", "S85"))
    assert not desk.passes("S60", "S90", told=("S80", "S90"))


def test_without_the_trigger_a_jump_would_pass(desk: Desk) -> None:
    """The control."""
    assert not desk.passes("S20", "S105", told=("S20", "S105"))
    with desk.owner.begin() as connection:
        connection.execute(text("alter table clearance_case disable trigger step_told"))
    try:
        assert desk.passes("S20", "S105", told=("S20", "S105"))
    finally:
        with desk.owner.begin() as connection:
            connection.execute(text("alter table clearance_case enable trigger step_told"))


def test_the_database_has_the_moves_of_the_code(desk: Desk) -> None:
    with desk.owner.connect() as connection:
        stored = {tuple(row) for row in connection.execute(text("select step, wanted from step_moves()"))}
    assert stored == set(all_moves())
