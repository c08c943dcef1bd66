"""The state of a case is the fold of its events."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given

from projects.history import Statement, came_from, changed, fold, moves, standing, until_version
from tests.unit.histories import DAYS, FIRST, START, histories, state_by_hand


def said(
    number: int, day: int, before: dict[str, object], after: dict[str, object], corrects: int | None = None
) -> Statement:
    whole = {**START, "version": number}
    return Statement(number, FIRST + timedelta(day), whole | before, whole | after, corrects)


BEGIN = Statement(1, FIRST, None, {**START, "version": 1})


@given(histories())
def test_the_state_of_any_day_is_the_last_statement_on_each_field(events: list[Statement]) -> None:
    for day in [None, *(FIRST + timedelta(n) for n in range(-1, DAYS + 2))]:
        assert fold(events, on=day) == state_by_hand(events, day)


@given(histories())
def test_the_order_in_which_events_are_read_does_not_matter(events: list[Statement]) -> None:
    assert fold(events) == fold(list(reversed(events)))


def test_an_event_of_an_earlier_day_does_not_undo_a_later_one() -> None:
    later = said(2, 9, {"note": None}, {"note": "ngày 9"})
    earlier = said(3, 4, {"note": "ngày 9"}, {"note": "ngày 4", "obstacle": "NGUON_GOC"})
    events = [BEGIN, later, earlier]
    assert fold(events)["note"] == "ngày 9"
    assert fold(events, on=FIRST + timedelta(5))["note"] == "ngày 4"
    assert fold(events)["obstacle"] == "NGUON_GOC"


def test_a_correction_keeps_the_place_of_what_it_corrects_on_the_same_day() -> None:
    first = said(2, 4, {"note": None}, {"note": "a"})
    second = said(3, 4, {"note": "a"}, {"note": "b"})
    mended = said(4, 4, {"note": None}, {"note": "c"}, corrects=2)
    assert [event.id for event in standing([BEGIN, first, second, mended])] == [1, 4, 3]
    assert fold([BEGIN, first, second, mended])["note"] == "b"


def test_of_several_corrections_the_newest_counts_also_when_it_corrects_a_correction() -> None:
    event = said(2, 4, {"note": None}, {"note": "a"})
    one = said(3, 5, {"note": None}, {"note": "b"}, corrects=2)
    two = said(4, 6, {"note": None}, {"note": "c"}, corrects=2)
    of_one = said(5, 7, {"note": None}, {"note": "d"}, corrects=3)
    assert [e.id for e in standing([BEGIN, event, one, two])] == [1, 4]
    assert [e.id for e in standing([BEGIN, event, one, two, of_one])] == [1, 5]


def test_a_step_and_its_day_move_together() -> None:
    same_day = changed(START | {"step_on": "2026-01-05"}, START | {"step": "S30", "step_on": "2026-01-05"})
    assert same_day == {"step", "step_on"}
    assert changed(START, START | {"step_on": "2026-01-05"}) == {"step", "step_on"}
    assert changed(START, START | {"note": "x"}) == {"note"}


@pytest.mark.parametrize("version", [0, 3, 9])
def test_a_version_that_never_was_has_no_state(version: int) -> None:
    events = [BEGIN, said(2, 4, {}, {"note": "a"})]
    assert until_version(events, version) is None


def test_a_version_shows_what_was_known_then() -> None:
    events = [BEGIN, said(2, 4, {}, {"note": "a"}), said(3, 1, {"note": "a"}, {"note": "b"})]
    assert [fold(until_version(events, v) or []).get("note") for v in (1, 2, 3)] == [None, "a", "a"]


def test_steps_follow_each_other_in_the_order_of_their_days() -> None:
    late = said(2, 9, {"step": "S30"}, {"step": "S40", "step_on": "2026-01-10"})
    early = said(3, 4, {"step": "S20"}, {"step": "S30", "step_on": "2026-01-05"})
    taken = moves([BEGIN, late, early])
    assert [(m.event, m.step, m.step_on, m.came_from) for m in taken] == [
        (3, "S20", date(2026, 1, 1), None),
        (2, "S30", date(2026, 1, 5), "S20"),
    ]
    assert came_from([BEGIN]) is None
    assert came_from([BEGIN, late, early]) == "S30"
