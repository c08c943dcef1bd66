"""Histories that are kept up event by event are those that are read at once."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.history import record
from geo.tables import ClearanceCase
from geo.told import Told, told_of
from projects.codes import OBSTACLES
from tests.postgis.case_rows import FIRST, add_cases
from tests.postgis.land_rows import add_event

CODES = [f"TULIEN-{n:04d}" for n in range(20)]
STEPS = ("S10", "S20", "S30", "S80")
STAGES = 25


def tell(session: Session, chosen: random.Random, made: dict[str, list[int]], states: dict[str, Any]) -> None:
    """One more event of one case, often a correction of an earlier one, or of a correction."""
    code = chosen.choice(CODES)
    before = states.get(
        code, {"step": "S10", "step_on": FIRST.isoformat(), "promised_on": None, "obstacle": None}
    )
    on = FIRST + timedelta(chosen.randint(0, 60))
    after = dict(before)
    if chosen.random() < 0.6:
        after |= {"step": chosen.choice(STEPS), "step_on": on.isoformat()}
    if chosen.random() < 0.4:
        after["promised_on"] = chosen.choice([None, (on + timedelta(90)).isoformat()])
    if chosen.random() < 0.4:
        after["obstacle"] = chosen.choice([None, *OBSTACLES])
    earlier = made.setdefault(code, [])
    event = record(
        session,
        kind="case.step" if after["step"] != before["step"] else "case.edit",
        object_type="case",
        object_code=code,
        project_code="TULIEN",
        actor="t",
        effective_on=on,
        before=before,
        after=after,
        corrects=chosen.choice(earlier) if earlier and chosen.random() < 0.4 else None,
    )
    earlier.append(event.id)
    states[code] = after


def same(one: Told, other: Told) -> bool:
    return (
        one.rows.tolist() == other.rows.tolist()
        and one.latest.tolist() == other.latest.tolist()
        and (one.codes, one.wards.tolist(), one.last, one.speaks)
        == (other.codes, other.wards.tolist(), other.last, other.speaks)
    )


def stages(session: Session, *, forgetting: bool = False) -> list[bool]:
    """Whether the kept history was the whole one after each stage of a few events; `forgetting`: no chains."""
    chosen = random.Random(20261127)
    number = add_cases(session, CODES)[0].project_id
    made: dict[str, list[int]] = {}
    states: dict[str, Any] = {}
    project = {number: "TULIEN"}
    kept = told_of(session, project)
    assert not kept[number].speaks
    found = []
    for _ in range(STAGES):
        for _ in range(chosen.randint(0, 6)):
            tell(session, chosen, made, states)
        if forgetting:
            kept = {number: replace(kept[number], roots={})}
        kept = told_of(session, project, kept)
        found.append(same(kept[number], told_of(session, project)[number]))
    assert kept[number].speaks
    assert forgetting or len(kept[number].roots) > 20
    return found


def test_histories_kept_up_event_by_event_are_those_read_at_once(session: Session) -> None:
    assert all(stages(session))


def test_without_the_chains_of_corrections_they_are_not(session: Session) -> None:
    """The control of the test above."""
    assert not all(stages(session, forgetting=True))


def test_a_case_that_came_in_again_brings_its_earlier_events(session: Session) -> None:
    cases = add_cases(session, CODES)
    number = cases[0].project_id
    tell(session, random.Random(1), {}, {})
    kept = told_of(session, {number: "TULIEN"})
    was = cases[3]
    session.execute(text("delete from clearance_case where id = :id"), {"id": was.id})
    session.add(
        ClearanceCase(
            project_id=number, code=was.code, ward_code=was.ward_code, holder_kind="household", step="S80",
            step_on=FIRST, is_demo=True, version=1,
        )
    )  # fmt: skip
    session.flush()
    again = told_of(session, {number: "TULIEN"}, kept)[number]
    assert sorted(again.codes) == sorted(kept[number].codes)
    assert same(again, told_of(session, {number: "TULIEN"})[number])
    assert len(again.rows) == len(kept[number].rows)
    assert not np.isin(was.id, again.rows["case"])


def test_an_older_reader_takes_nothing_away(session: Session) -> None:
    number = add_cases(session, CODES)[0].project_id
    tell(session, random.Random(1), {}, {})
    (kept,) = told_of(session, {number: "TULIEN"}).values()
    ahead = replace(kept, last=kept.last + 1000)
    assert told_of(session, {number: "TULIEN"}, {number: ahead})[number].last == ahead.last


def test_a_history_is_that_of_an_earlier_moment_if_nothing_was_told_since(session: Session) -> None:
    chosen, made, states = random.Random(1), dict[str, list[int]](), dict[str, Any]()
    number = add_cases(session, CODES)[0].project_id
    tell(session, chosen, made, states)
    then = session.scalar(text("select max(id) from event"))
    add_event(session)  # of something else
    assert told_of(session, {number: "TULIEN"})[number].known_by(then)
    tell(session, chosen, made, states)
    assert not told_of(session, {number: "TULIEN"})[number].known_by(then)


def test_every_obstacle_fits_into_its_place() -> None:
    assert max(map(len, OBSTACLES)) <= np.dtype("S16").itemsize
