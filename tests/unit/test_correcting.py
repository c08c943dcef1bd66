"""A correction replaces what an event said, and the steps must stay lawful with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from projects.correcting import content, counts_for, day_faults, restated, step_faults
from projects.history import Statement, fold

START = {"step": "S80", "step_on": "2026-03-01", "promised_on": None, "obstacle": None, "note": None}
TODAY = date(2026, 11, 22)


def day(number: int) -> date:
    return date(2026, 3, number)


def history(*steps: tuple[int, dict[str, Any]]) -> list[Statement]:
    """An import on 1 March and one event per (day, what it changes), each on the state before it."""
    events = [Statement(1, day(1), None, START)]
    state = START
    for number, (on, changes) in enumerate(steps, start=2):
        if "step" in changes:
            changes = changes | {"step_on": day(on).isoformat()}
        after = state | changes
        events.append(Statement(number, day(on), state, after, document=f"{number}/QĐ", reason="lý do"))
        state = after
    return events


def correct(
    events: list[Statement], number: int, wanted: Mapping[str, Any], on: int, document: str | None = "1/QĐ"
) -> list[Statement]:
    target = counts_for(events, number)
    before, after = restated(events, target, wanted, day=day(on), document=document)
    new = replace(
        target,
        id=max(e.id for e in events) + 1,
        effective_on=day(on),
        before=before,
        after=after,
        corrects=number,
        document=document,
    )
    return [*events, new]


def faults(events: list[Statement]) -> list[tuple[str, str]]:
    return [(f.where, f.vi) for f in step_faults(events[:-1], events[-1], today=TODAY)]


def test_what_the_event_never_spoke_of_stays_also_when_its_day_moves() -> None:
    events = history((10, {"note": "a"}), (12, {"promised_on": "2026-05-05"}))
    mended = correct(events, 2, {"note": "b"}, on=15)
    assert [fold(mended, on=day(d))["note"] for d in (10, 14, 15)] == [None, None, "b"]
    assert [fold(mended, on=day(d))["promised_on"] for d in (11, 12, 15)] == [
        None,
        "2026-05-05",
        "2026-05-05",
    ]


def test_a_correction_may_take_a_field_back_and_name_another() -> None:
    events = history((10, {"note": "a"}), (12, {"promised_on": "2026-05-05"}))
    mended = correct(events, 2, {"note": None, "obstacle": "NGUON_GOC"}, on=10)
    assert fold(mended) == START | {"promised_on": "2026-05-05", "obstacle": "NGUON_GOC"}


def test_the_form_begins_with_what_stands_not_with_what_was_written() -> None:
    events = history((10, {"note": "a"}), (12, {"promised_on": "2026-05-05"}))
    mended = correct(events, 2, {"note": "b"}, on=10)
    assert content(mended, counts_for(mended, 2))["note"] == "b"
    assert content(mended, counts_for(mended, 3)) == START | {"note": "b", "promised_on": "2026-05-05"}


def test_the_day_of_a_step_moves_with_its_event() -> None:
    events = history((10, {"step": "S90"}))
    mended = correct(events, 2, {}, on=6)
    assert fold(mended)["step_on"] == "2026-03-06"
    assert faults(mended) == []


def test_a_step_cannot_move_behind_the_one_that_follows_it() -> None:
    events = history((10, {"step": "S90"}), (12, {"step": "S100"}))
    assert faults(correct(events, 2, {}, on=11)) == []
    (fault,) = faults(correct(events, 2, {}, on=13))
    assert fault[0] == "step"
    assert "Không có đường pháp lý" in fault[1]  # from the handover back to the decision


def test_a_step_that_the_next_one_cannot_follow_is_refused_and_says_which() -> None:
    events = history((10, {"step": "S90"}), (12, {"step": "S95"}))
    (fault,) = faults(correct(events, 2, {"step": "S85"}, on=10))
    assert fault[0] == "step"
    assert "12/03/2026" in fault[1]


def test_a_step_before_the_first_record_or_after_today_is_refused() -> None:
    events = history((10, {"step": "S90"}))
    assert [f.where for f in day_faults(events, date(2026, 2, 28), today=TODAY)] == ["effective_on"]
    assert [f.where for f in day_faults(events, date(2026, 11, 23), today=TODAY)] == ["effective_on"]
    assert day_faults(events, day(1), today=TODAY) == []


def test_a_step_without_its_paper_is_refused() -> None:
    events = history((10, {"step": "S90"}))
    assert [where for where, _ in faults(correct(events, 2, {}, on=9, document=None))] == ["document"]


def test_steps_that_the_correction_does_not_touch_are_not_judged_again() -> None:
    """A history of before a rule changed can still be corrected elsewhere."""
    events = history((5, {"step": "S101"}), (10, {"step": "S97"}), (12, {"note": "a"}))
    assert faults(correct(events, 4, {"note": "b"}, on=13)) == []
    assert faults(correct(events, 3, {"step": "S105"}, on=10)) != []


def test_a_step_may_turn_out_not_to_have_been_taken() -> None:
    events = history((10, {"step": "S90", "note": "a"}))
    mended = correct(events, 2, {"step": "S80"}, on=10)
    assert faults(mended) == []
    assert fold(mended) == START | {"note": "a"}
