"""The set-based reads of what steps took and of the law's facts say what the histories say, case by case."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.usecases.case_facts import step_facts
from geo.history import record, statements
from geo.law_facts import law_facts_of
from geo.passages import passages
from geo.tables import CaseFact, ClearanceCase, Project
from geo.told import told_of
from projects.forecasting.lawful import KINDS
from projects.forecasting.pace import REACHED, Seen
from projects.history import changed, fold, standing
from projects.law.facts import STEP_FACTS
from projects.steps import STEPS
from tests.postgis.case_rows import FIRST, add_cases
from tests.postgis.land_rows import WARD

CODES = [f"TULIEN-{n:04d}" for n in range(40)]
LAST = FIRST + timedelta(60)
ROAD = [
    "S00",
    "S10",
    "S20",
    "S31",
    "S30",
    "S40",
    "S50",
    "S60",
    "S61",
    "S70",
    "S80",
    "S85",
    "S90",
    "S100",
    "S105",
    "X1",
]


@pytest.fixture
def invented(session: Session) -> Session:
    """Cases with random steps: forward, back, paused, out of order, corrected once or twice, other fields between."""
    chosen = random.Random(20261126)
    cases = add_cases(session, CODES, step="S10")
    for case in cases:
        state: dict[str, Any] = {
            "step": "S10", "step_on": FIRST.isoformat(), "promised_on": None, "obstacle": None, "note": None,
        }  # fmt: skip
        made: list[int] = []
        for number in range(chosen.randint(0, 9)):
            place = ROAD.index(state["step"])
            step = ROAD[min(len(ROAD) - 1, max(0, place + chosen.choice((-3, -1, 0, 1, 1, 2, 3))))]
            on = FIRST + timedelta(chosen.randint(0, 60))
            kind, after = "case.step", {"step": step, "step_on": on.isoformat()}
            if chosen.random() < 0.2:
                kind, after = "case.edit", {"note": f"ghi chú {number}"}
            corrects = chosen.choice(made) if made and chosen.random() < 0.2 else None
            event = record(
                session,
                kind=kind,
                object_type="case",
                object_code=case.code,
                project_code="TULIEN",
                actor="t",
                effective_on=on,
                before=dict(state),
                after=state | after | {"version": number + 2},
                corrects=corrects,
            )
            made.append(event.id)
            state = state | after
        told = fold(statements(session, case.code))
        case.step, case.step_on = told["step"], date.fromisoformat(told["step_on"])
        for _ in range(chosen.randint(0, 3)):
            session.add(
                CaseFact(
                    case_id=case.id, project_id=case.project_id, ward_code=WARD, kind=chosen.choice(KINDS),
                    happened_on=FIRST + timedelta(chosen.randint(-90, 60)), land="", party="", value="", document="x",
                    void_reason="ghi nhầm" if chosen.random() < 0.2 else None, is_demo=False,
                )
            )  # fmt: skip
    session.flush()
    return session


def by_hand(session: Session, day: date) -> dict[tuple[str, str], Seen]:
    """What each case's history says of its steps, read one event after the other."""
    found: dict[tuple[str, str], Seen] = {}
    for code in CODES:
        events = statements(session, code)
        if not any(event.before is not None and event.effective_on <= day for event in events):
            continue
        steps = []
        for event in standing(events):
            after = event.after or {}
            if event.before is None:
                steps.append((after["step"], date.fromisoformat(after["step_on"])))
            elif event.effective_on <= day and event.before["step"] != after["step"]:
                steps.append((after["step"], event.effective_on))
        for n, (step, since) in enumerate(steps):
            ends = (later for later in steps[n + 1 :] if later[0] in (*REACHED.get(step, ()), "X1", "X2"))
            end = next((later for later in ends if later[0] != step), None)
            if step in REACHED and end and end[0] not in ("X1", "X2") and end[1] >= since:
                key = WARD, step
                found[key] = found.get(key, Seen()) + Seen(1, (end[1] - since).days)
    return found


def test_passages_are_those_of_the_histories_on_every_day(invented: Session) -> None:
    compared: Counter[str] = Counter()
    number = invented.scalars(select(Project.id)).one()
    for ahead in range(0, 61, 6):
        day = FIRST + timedelta(ahead)
        expected = by_hand(invented, day)
        told = told_of(invented, {number: "TULIEN"})[number]
        assert passages(told, day=day) == expected, day
        compared.update({step: seen.n for (_, step), seen in expected.items()})
    assert len(compared) > 6
    assert sum(compared.values()) > 200


def test_a_project_without_history_has_nothing_observed(session: Session) -> None:
    number = add_cases(session, ["TULIEN-0001"])[0].project_id
    told = told_of(session, {number: "TULIEN", 999: "KHONGCO"})
    assert {project: passages(each, day=LAST) for project, each in told.items()} == {number: {}, 999: {}}
    assert told_of(session, {}) == {}


def test_the_facts_of_the_law_are_the_steps_and_the_facts_beside_them(invented: Session) -> None:
    project = invented.scalars(select(Project)).one()
    wanted = set(KINDS)
    told_all = told_of(invented, {project.id: project.code})
    seen = 0
    for day in (FIRST + timedelta(20), LAST):
        found = law_facts_of(invented, (project,), told_all, day=day)[project.id]
        for case in invented.scalars(select(ClearanceCase)):
            early = 0 < STEPS[case.step].order + 1 <= STEPS["S90"].order and STEPS[case.step].group
            told = {(fact.kind, fact.on) for fact in found.get(case.code, ())}
            if not early and case.step_on <= day:
                assert told == set(), case.code
                continue
            events = statements(invented, case.code)
            expected = {
                (fact.kind, fact.on) for fact in step_facts(events) if fact.kind in wanted and fact.on <= day
            }
            if not any(e.before is not None and e.effective_on <= day for e in events):
                expected = set()  # a case that stands where it came in: its headline says it
            expected |= {
                (row.kind, row.happened_on)
                for row in invented.scalars(select(CaseFact).where(CaseFact.case_id == case.id))
                if row.void_reason is None and row.happened_on <= day
            }
            assert told == expected, (case.code, day)
            seen += len(told)
    assert seen > 60


def test_a_step_of_the_headline_that_no_event_speaks_of_is_no_passage() -> None:
    assert not changed({"note": "a"}, {"note": "b"}) & {"step"}
    assert set(STEP_FACTS) <= set(STEPS)
