"""Promises read as a set are those that the history tells event by event, on every day and for every case."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from geo.commitments import promises, promises_of_case, tallies
from geo.history import record, statements
from geo.tables import ClearanceCase
from projects.commitments import Promise, Tally
from projects.history import Statement, fold, standing
from tests.postgis.land_rows import WARD, add_project, add_ward

FIRST = date(2026, 1, 1)
OTHER_WARD = "00103"
CODES = [f"VD1-{n:04d}" for n in range(80)]
DAYS = [FIRST + timedelta(n) for n in (-1, 0, 3, 6, 10, 13, 40)]
VALUES: dict[str, tuple[Any, ...]] = {
    "step": ("S90", "S100", "S105", "S101"),
    "step_on": ("2026-01-01", "2026-01-05"),
    "promised_on": (None, "2026-01-03", "2026-01-07", "2026-01-12", "2026-02-20"),
    "obstacle": (None, "NGUON_GOC"),
    "note": (None, "một"),
}


@pytest.fixture
def invented(session: Session) -> Session:
    """Random histories of cases in two wards and two projects: out of order, corrected, corrected twice."""
    chosen = random.Random(20261126)
    add_ward(session)
    add_ward(session, OTHER_WARD)
    ids = {code: add_project(session, code).id for code in ("VD1", "KHAC")}
    for at, code in enumerate(CODES):
        project = "VD1" if at < 60 else "KHAC"
        session.add(
            ClearanceCase(
                project_id=ids[project], code=code, ward_code=WARD if at % 3 else OTHER_WARD, step="S90",
                holder_kind="household", step_on=FIRST, is_demo=True, version=1,
            )
        )  # fmt: skip
        session.flush()
        state = {name: values[0] for name, values in VALUES.items()}
        made: list[int] = []
        for number in range(chosen.randint(1, 10)):
            before = None if number == 0 else {n: chosen.choice(v) for n, v in VALUES.items()}
            names = chosen.sample(["step", "promised_on", "promised_on", "note"], chosen.randint(0, 3))
            after = (before or state) | {n: chosen.choice(VALUES[n]) for n in names}
            event = record(
                session,
                kind="case.edit",
                object_type="case",
                object_code=code,
                project_code=project,
                actor="t",
                effective_on=FIRST if before is None else FIRST + timedelta(chosen.randint(0, 12)),
                before=before,
                after=after | {"version": number + 1},
                corrects=chosen.choice(made) if made and chosen.random() < 0.3 else None,
            )
            if before is not None:
                made.append(event.id)
    return session


def by_hand(events: Sequence[Statement], day: date) -> list[tuple[Any, ...]]:
    """(date, held from, until, slip, state) of each promise of one case: event by event, days by `fold`."""
    told = [e for e in standing(events) if e.before is None or e.effective_on <= day]
    spoken = [
        e
        for e in told
        if e.before is None or e.before.get("promised_on") != (e.after or {}).get("promised_on")
    ]
    found: list[tuple[Any, ...]] = []
    value: str | None = None
    for at, event in enumerate(spoken):
        now = (event.after or {}).get("promised_on")
        if now is not None and now != value:
            promised = date.fromisoformat(now)
            until = spoken[at + 1].effective_on if at + 1 < len(spoken) else None
            judged = fold(events, on=min(promised, day)).get("step")
            state = (
                "moved" if until is not None and until <= promised
                else "kept" if judged in ("S100", "S105")
                else "broken" if promised < day
                else "open"
            )  # fmt: skip
            slip = (promised - found[-1][0]).days if found else None
            found.append((promised, event.effective_on, until, slip, state))
        value = now
    return found


def shown(rows: Sequence[Promise]) -> list[tuple[Any, ...]]:
    return [(p.promised, p.held_from, p.held_until, p.slip_days, p.state) for p in rows]


@pytest.mark.parametrize("day", DAYS)
def test_promises_of_all_cases_are_those_that_the_events_tell_one_by_one(
    invented: Session, day: date
) -> None:
    expected = {code: by_hand(statements(invented, code), day) for code in CODES}
    found = promises(invented, day=day)
    assert {c: shown([p for p in found if p.code == c]) for c in CODES} == expected
    for code in CODES[::7]:
        assert shown(promises_of_case(invented, code, day=day)) == expected[code]
    assert [p.number for p in promises_of_case(invented, CODES[5], day=day)] == list(
        range(1, len(expected[CODES[5]]) + 1)
    )
    assert DAYS[0] == day or {p.state for p in found} >= {"moved", "kept"}


def test_the_tally_of_a_ward_is_the_sum_of_its_promises(invented: Session) -> None:
    day = DAYS[-2]
    rows = promises(invented, day=day)
    found = tallies(invented, day=day)
    assert set(found) == {(p.project, p.ward_code) for p in rows}
    for key, tally in found.items():
        own = [p for p in rows if (p.project, p.ward_code) == key]
        slips = [p.slip_days for p in own if p.slip_days is not None]
        count = {s: sum(p.state == s for p in own) for s in ("kept", "broken", "open", "moved")}
        assert tally == Tally(
            len({p.code for p in own}), len(own), len(slips), sum(slips), **count
        )  # fmt: skip
    assert tallies(invented, day=day, project="VD1") == {k: v for k, v in found.items() if k[0] == "VD1"}
    assert tallies(invented, day=day, ward=WARD) == {k: v for k, v in found.items() if k[1] == WARD}
    assert Tally(1, 1, 0, 0, 0, 0, 1, 0).mean_slip is None


def test_a_promise_that_was_never_kept_as_an_event_would_be_seen_to_be_missing(invented: Session) -> None:
    """The control: histories in which one promise less was told are read otherwise."""
    code = next(c for c in CODES if len(promises_of_case(invented, c, day=DAYS[-1])) > 1)
    last = promises_of_case(invented, code, day=DAYS[-1])[-1]
    events = [e for e in statements(invented, code) if e.id != last.event]
    assert by_hand(events, DAYS[-1]) != shown(promises_of_case(invented, code, day=DAYS[-1]))
