"""The array read of past states and `projects.history.fold` are one rule, read whole or as the events come in."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo.history import record, statements
from geo.past_states import read_states
from geo.tables import Project
from projects.history import FIELDS, fold
from tests.postgis.case_rows import add_cases

FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(n) for n in range(-1, 14)]
CODES = [f"TULIEN-{n:04d}" for n in range(60)]
VALUES: dict[str, tuple[Any, ...]] = {
    "step": ("S20", "S30", "S80"),
    "step_on": ("2026-01-01", "2026-01-05"),
    "promised_on": (None, "2026-05-05"),
    "obstacle": (None, "NGUON_GOC"),
    "note": (None, "một", "hai"),
}

# What was read before: the whole state of the last event, whatever it changed.
LAST_STATE = text(
    """
    select distinct on (object_code) object_code, after from event
    where object_type = 'case' and effective_on <= :day order by object_code, effective_on desc, id desc
    """
)


HEADLINE = ("step", "step_on", "promised_on", "obstacle")


def project_of(code: str) -> str:
    return "TULIEN" if code < "TULIEN-0050" else "KHAC"


def iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


@pytest.fixture
def invented(session: Session) -> Session:
    """A session with random histories: out of order, corrected, corrected twice, in two projects."""
    chosen = random.Random(20260310)
    add_cases(session, [code for code in CODES if project_of(code) == "TULIEN"], told=False)
    for code in CODES:
        state = {name: values[0] for name, values in VALUES.items()}
        made: list[int] = []
        for number in range(chosen.randint(1, 9)):
            before = None if number == 0 else {n: chosen.choice(v) for n, v in VALUES.items()}
            after = (before or state) | {
                name: chosen.choice(VALUES[name]) for name in chosen.sample(FIELDS, chosen.randint(0, 3))
            }
            event = record(
                session,
                kind="case.edit" if before else "case.import",
                object_type="case",
                object_code=code,
                project_code=project_of(code),
                actor="t",
                effective_on=FIRST if before is None else FIRST + timedelta(chosen.randint(0, 12)),
                before=before,
                after=after | {"version": number + 1},
                corrects=chosen.choice(made) if made and chosen.random() < 0.4 else None,
            )
            if before is not None:
                made.append(event.id)
    return session


def by_fold(session: Session, day: date) -> dict[str, dict[str, Any]]:
    """The states of the cases of TULIEN that have an event after the day."""
    told = {code: statements(session, code) for code in CODES if code < "TULIEN-0050"}
    return {
        code: fold(events, on=day)
        for code, events in told.items()
        if any(event.effective_on > day for event in events)
    }


def test_the_read_of_past_states_is_the_fold(invented: Session) -> None:
    compared = 0
    for project in invented.scalars(select(Project).where(Project.code == "TULIEN")):
        for day in DAYS:
            expected = {
                code: tuple(state[name] for name in HEADLINE)
                for code, state in by_fold(invented, day).items()
            }
            found = read_states(invented, project.id, project.code, as_of=day)
            assert {
                code: (was.step, iso(was.step_on), iso(was.promised_on), was.obstacle)
                for code, was in found.items()
            } == expected
            compared += len(expected)
    assert compared > 300


def test_the_whole_state_of_the_last_event_is_not(invented: Session) -> None:
    """The control of the test above: these histories tell the two rules apart."""
    wrong = 0
    for day in DAYS:
        rows = invented.execute(LAST_STATE, {"day": day})
        last: dict[str, dict[str, Any]] = dict(rows.all())
        expected = by_fold(invented, day)
        wrong += sum(
            {name: last.get(code, {}).get(name) for name in FIELDS} != state
            for code, state in expected.items()
        )
    assert wrong > 100
