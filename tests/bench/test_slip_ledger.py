"""The slip ledger of 90 days from the database, and how it grows with the history: 1×, 4×, 16×."""

from __future__ import annotations

import random
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.usecases.ledger import ledger_of
from geo.history import case_state, put_state, record, touch
from geo.tables import ClearanceCase, Project
from tests.bench.measuring import ROUNDS, figure, seconds
from tests.people import system_context

CODE, DAY, DAYS = "QL6", date(2026, 3, 13), 90
EVENTS = 300  # of cases in the period, at 1×


def add_events(session: Session, count: int, rng: random.Random) -> None:
    """Promises of open cases, on days of the period in order."""
    project = session.scalars(select(Project).where(Project.code == CODE)).one()
    cases = session.scalars(
        select(ClearanceCase).where(
            ClearanceCase.project_id == project.id, ClearanceCase.step.not_in(("S105", "X2"))
        )
    ).all()
    for n in range(count):
        case = rng.choice(cases)
        before = case_state(case)
        on = DAY + timedelta(1 + n * (DAYS - 1) // count)
        put_state(case, {"promised_on": (on + timedelta(rng.randint(20, 400))).isoformat()})
        case.version += 1
        record(
            session, kind="case.promise", object_type="case", object_code=case.code, actor="thử", effective_on=on,
            project_code=CODE, before=before, after=case_state(case),
        )  # fmt: skip
    touch(session, project.id)


def test_ledger_of_90_days_as_the_history_grows(owner: Session) -> None:
    rng, there = random.Random(1), 0
    until = DAY + timedelta(DAYS)
    for times in (1, 4, 16):
        add_events(owner, EVENTS * times - there, rng)
        there = EVENTS * times
        took = min(
            seconds(lambda: ledger_of(owner, system_context(), CODE, DAY, until))
            for _ in range(min(ROUNDS, 2))
        )
        ledger = ledger_of(owner, system_context(), CODE, DAY, until)
        assert len(ledger.days) == DAYS
        assert sum(t.days for t in ledger.causes) == ledger.slip
        figure(f"ledger of {DAYS} days, {CODE}, {there:,} events", "ms", took * 1000)
