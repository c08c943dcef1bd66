"""A thousand changes of cases on any day, then corrections in the past: every day is answered as told by hand."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session

from api.usecases import cases
from api.usecases.cases import CaseChange, change_case
from api.usecases.corrections import correct_event
from geo import past_states
from geo.history import case_state, events_of
from geo.past_states import States, states_then
from geo.store import load_cases
from geo.tables import ClearanceCase, Project
from geo.told import FIRST as FIRST_ROW
from geo.told import OF_OBSTACLE, OF_PROMISE, OF_STEP
from geo.told import Told as Histories
from projects.errors import InvalidInput
from projects.history import FIELDS
from tests.people import system_context
from tests.postgis.case_rows import FIRST, add_cases

TODAY = FIRST + timedelta(120)
STEPS = ("S80", "S90", "S95", "S97", "S100", "S105")
CTX = system_context(today=TODAY)


@dataclass
class Said:
    """What one event says, for the oracle: the fields and the day; `place` orders the events of one day."""

    place: int
    on: date
    fields: dict[str, Any]
    event: int


@dataclass
class Told:
    """The oracle's book of one case."""

    case: ClearanceCase
    start: dict[str, Any]
    said: list[Said] = field(default_factory=list)

    def on(self, day: date, *, before: tuple[date, int] = (date.max, 0)) -> dict[str, Any]:
        state = dict(self.start)
        for item in sorted(self.said, key=lambda s: (s.on, s.place)):
            if item.on <= day and (item.on, item.place) < before:
                state |= item.fields
        return state


@pytest.fixture
def books(session: Session) -> list[Told]:
    cases = add_cases(session, [f"TULIEN-{n:04d}" for n in range(8)])
    return [Told(case, {name: case_state(case)[name] for name in FIELDS}) for case in cases]


def iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def edit(session: Session, book: Told, chosen: random.Random, number: int) -> None:
    """One random change of a case through the use case, and into the book."""
    now = book.on(date.max)
    fields: dict[str, Any] = {}
    if chosen.random() < 0.6:
        fields["note"] = f"ghi chú {number}"
    if chosen.random() < 0.4:
        fields["promised_on"] = date(2027, 1, 1) + timedelta(number)
    if not fields or chosen.random() < 0.2:
        fields["obstacle"] = chosen.choice([None, "NGUON_GOC", "TAI_DINH_CU"])
    step_on = date.fromisoformat(now["step_on"])
    day = step_on + timedelta(chosen.randint(0, (TODAY - step_on).days))
    if now["step"] != STEPS[-1] and chosen.random() < 0.06:
        fields["step"] = STEPS[STEPS.index(now["step"]) + 1]
        day = min(TODAY, step_on + timedelta(chosen.randint(0, 15)))
    change = CaseChange(
        **fields, effective_on=day, document="1/QĐ", signer="Một", reason="thử", said=frozenset(fields)
    )
    version = book.case.version
    answer = change_case(session, CTX, book.case.code, change, seen=version, key=None)
    said = {name: iso(value) for name, value in fields.items() if iso(value) != now[name]}
    if "step" in said:
        said["step_on"] = day.isoformat()
    assert answer["version"] == version + 1
    book.said.append(Said(version, day, said, _newest(session, book.case.code)))


def correct(session: Session, book: Told, chosen: random.Random, number: int) -> bool:
    """One random correction: another day, another note, or a note where there was none. False: refused."""
    item = chosen.choice(book.said)
    fields: dict[str, Any] = {}
    if chosen.random() < 0.7:
        fields["note"] = f"đính chính {number}"
    if chosen.random() < 0.3:
        fields["promised_on"] = None
    day = max(FIRST, item.on + timedelta(chosen.randint(-9, 9))) if chosen.random() < 0.6 else item.on
    change = CaseChange(**fields, effective_on=day, reason="ghi nhầm", said=frozenset(fields))
    try:
        correct_event(session, CTX, book.case.code, item.event, change, seen=book.case.version, key=None)
    except InvalidInput:
        return False
    here = book.on(date.max, before=(item.on, item.place + 1))
    altered = {name: iso(value) for name, value in fields.items() if iso(value) != here[name]}
    said = item.fields | altered
    if "step" in said:
        said["step_on"] = day.isoformat()
    there = Told(book.case, book.start, [s for s in book.said if s is not item])
    base = there.on(date.max, before=(day, item.place))
    # What reads as it did anyhow is not said any more.
    item.fields = {
        name: value
        for name, value in said.items()
        if value != base[name] or (name in ("step", "step_on") and said.get("step") != base["step"])
    }
    item.on = day
    item.event = _newest(session, book.case.code)
    return True


def _newest(session: Session, code: str) -> int:
    return events_of(session, "case", code, limit=1)[0].id


def check(session: Session, books: list[Told]) -> None:
    """Every day as the books tell it, by the set-based read; and the rows as after the last event."""
    project = session.get_one(Project, books[0].case.project_id)
    for number in range(-1, 122, 3):
        day = FIRST + timedelta(number)
        for found, book in zip(load_cases(session, project, as_of=day), books, strict=True):
            state = book.on(day)
            assert (found.step, found.step_on.isoformat(), iso(found.promised_on), found.obstacle) == tuple(
                state[name] for name in ("step", "step_on", "promised_on", "obstacle")
            ), (found.code, day)
    for book in books:
        row = case_state(book.case)
        assert {name: row[name] for name in FIELDS} == book.on(date.max)


def test_a_thousand_changes_and_corrections_in_the_past_are_answered_as_told(
    session: Session, books: list[Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the law asks for is judged elsewhere: this is about the history, and random steps have no papers behind them.
    monkeypatch.setattr(cases, "breaches_of", lambda *_, **__: ())
    chosen = random.Random(7)
    for number in range(1000):
        edit(session, chosen.choice(books), chosen, number)
    check(session, books)
    written = [correct(session, chosen.choice(books), chosen, number) for number in range(200)]
    assert written.count(True) > 100
    check(session, books)
    assert {book.case.step for book in books} != {"S80"}


def test_with_the_last_state_of_before_the_same_days_are_answered_wrongly(
    session: Session, books: list[Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: the read that took the whole state of the last event."""
    chosen = random.Random(7)
    for number in range(100):
        edit(session, chosen.choice(books), chosen, number)
    check(session, books)
    monkeypatch.setattr(past_states, "states_then", last_state)
    with pytest.raises(AssertionError):
        check(session, books)


def last_state(told: Histories, *, as_of: date) -> States:
    """The state that the last event by the day left, whatever it changed."""
    every = replace(told, rows=told.rows.copy())
    every.rows["says"] |= np.where(every.says(FIRST_ROW), 0, OF_STEP | OF_PROMISE | OF_OBSTACLE).astype("u1")
    return states_then(every, as_of=as_of)
