"""Two people change one case: what goes together, and what is a conflict."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from projects.history import FIELDS, Statement, changed, fold
from projects.merging import conflicts, spoken_of
from tests.unit.histories import FIRST, START, VALUES, histories

EDITED = ("promised_on", "obstacle", "note")


@st.composite
def wishes(draw: st.DrawFn) -> tuple[int, dict[str, Any]]:
    """How many versions ago somebody looked at the case, and what they would like it to say."""
    names = draw(st.sets(st.sampled_from(EDITED), min_size=1))
    return draw(st.integers(0, 6)), {name: draw(st.sampled_from(VALUES[name])) for name in names}


@given(st.lists(wishes(), max_size=25))
def test_nobody_writes_over_what_they_have_not_seen_and_all_else_is_merged(
    tries: list[tuple[int, dict[str, Any]]],
) -> None:
    """Against a model that notes for every field the version in which it was last written."""
    events = [Statement(1, FIRST, None, {**START, "version": 1})]
    written = dict.fromkeys(EDITED, 1)
    states = {1: dict(START)}
    for ago, wish in tries:
        version = len(states)
        seen = max(version - ago, 1)
        wanted = {name: value for name, value in wish.items() if value != states[seen][name]}
        taken = spoken_of(events, seen, states[seen], states[version])
        clash = conflicts(taken, states[version], wanted)
        assert set(clash) == {
            name for name, value in wanted.items() if written[name] > seen and states[version][name] != value
        }
        if clash or not wanted:
            continue
        after = states[version] | wanted
        for name in wanted:
            if states[version][name] != after[name]:
                written[name] = version + 1
        states[version + 1] = after
        events.append(Statement(version + 1, FIRST, {**states[version]}, {**after, "version": version + 1}))
        assert fold(events) == after


@given(histories(), st.integers(1, 9))
def test_every_field_that_looks_otherwise_now_counts_as_changed_by_others(
    events: list[Statement], known: int
) -> None:
    past, present = fold(events[:known]), fold(events)
    found = spoken_of(events, events[:known][-1].id, past, present)
    assert {name for name in FIELDS if past.get(name) != present.get(name)} <= found
    for event in events[known:]:
        assert changed(event.before, event.after) <= found


def test_there_and_back_again_is_a_change_too() -> None:
    there = Statement(2, FIRST, START, START | {"note": "x"})
    back = Statement(3, FIRST, START | {"note": "x"}, START)
    begin = Statement(1, FIRST, None, START)
    assert spoken_of([begin, there, back], 1, START, START) == {"note"}
    assert conflicts({"note"}, START, {"note": "y"}) == ("note",)


def test_the_same_value_twice_is_no_conflict() -> None:
    assert conflicts({"note"}, START | {"note": "x"}, {"note": "x"}) == ()


def test_a_step_of_two_days_is_a_conflict_of_the_day() -> None:
    present = START | {"step": "S30", "step_on": "2026-01-05"}
    taken = {"step", "step_on"}
    assert conflicts(taken, present, {"step": "S30", "step_on": "2026-01-06"}) == ("step_on",)
    assert conflicts(taken, present, {"step": "S80", "step_on": "2026-01-06"}) == ("step",)
    assert conflicts(taken, present, {"step": "S30", "step_on": "2026-01-05"}) == ()
