"""A correction says what an earlier event of a case should have said, and must leave a lawful sequence of steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from projects.clearance import allowed_steps, check_transition
from projects.errors import Fault, IllegalStep
from projects.history import (
    FIELDS,
    STEP,
    State,
    Statement,
    came_from,
    changed,
    fold,
    moves,
    roots,
    standing,
)
from projects.steps import STEPS


def counts_for(events: Sequence[Statement], event_id: int) -> Statement:
    """The statement that counts in the place of this event: itself, or the newest of its corrections."""
    root = roots(events)
    return next(event for event in standing(events) if root[event.id] == root[event_id])


def content(events: Sequence[Statement], target: Statement) -> State:
    """The state that this standing event leaves, after all that is known of the time before it."""
    return _filled(target.after, fold(_until(events, target.effective_on, target.id, inclusive=True)))


def standing_before(events: Sequence[Statement], target: Statement, *, day: date) -> tuple[State, str | None]:
    """The state into which `target` would come if it were true from `day`, and the step before that state's."""
    known = _until(events, day, target.id, inclusive=False)
    return _filled(target.before, fold(known)), came_from(known)


def restated(
    events: Sequence[Statement],
    target: Statement,
    wanted: Mapping[str, Any],
    *,
    day: date,
    document: str | None,
) -> tuple[State, State]:
    """`before` and `after` of the event that replaces `target`.

    `wanted` are the fields that should read otherwise than `content` says; the others stay as the event said
    them. What the event never spoke of stays as it was, also when the day moves past other events.
    """
    before, came = standing_before(events, target, day=day)
    speaks = changed(target.before, target.after) | wanted.keys()
    said = content(events, target) | dict(wanted)
    after = before | {name: said[name] for name in speaks - STEP}
    if "step" in speaks:
        again = document is not None and said["step"] in allowed_steps(before["step"], came_from=came)
        if said["step"] != before["step"] or again:
            after |= {"step": said["step"], "step_on": day.isoformat()}
    return before, after


def day_faults(events: Sequence[Statement], day: date, *, today: date) -> list[Fault]:
    """Why nothing of the case can be true from `day`: before its history begins, or after today."""
    first = min((event.effective_on for event in events if event.before is None), default=date.min)
    if first <= day <= today:
        return []
    return [
        Fault(
            "effective_on",
            f"Ngày hiệu lực phải từ {first:%d/%m/%Y} (ngày hồ sơ bắt đầu có số liệu) đến hôm nay.",
            f"The effective date must lie between {first:%d/%m/%Y} (the first record of the case) and today.",
        )
    ]


def step_faults(events: Sequence[Statement], corrected: Statement, *, today: date) -> list[Fault]:
    """Why the steps would not be lawful with `corrected`: its own step, and each that now follows another one.

    Steps that the correction does not touch are not judged again.
    """
    lawful = set(moves(events))
    told = {event.id: event for event in (*events, corrected)}
    faults: list[Fault] = []
    for move in moves(told.values()):
        if move in lawful:
            continue
        event = told[move.event]
        wanted = (event.after or {})["step"]
        try:
            check_transition(
                move.step,
                wanted,
                document=event.document,
                reason=event.reason,
                effective_on=event.effective_on,
                step_on=move.step_on,
                today=today,
                came_from=move.came_from,
            )
        except IllegalStep as error:
            own = event.id == corrected.id
            faults += error.faults if own else [_of_neighbour(event, wanted, f) for f in error.faults]
    return faults


def _of_neighbour(event: Statement, wanted: str, fault: Fault) -> Fault:
    """A fault of a later step, told at the field of the form that has to give way."""
    vi, en = (STEPS[wanted].label_vi, STEPS[wanted].label_en) if wanted in STEPS else (wanted, wanted)
    return replace(
        fault,
        where=fault.where if fault.where == "effective_on" else "step",
        vi=f"Không khớp với “{vi}” ghi ngày {event.effective_on:%d/%m/%Y}: {fault.vi}",
        en=f"Does not fit “{en}” of {event.effective_on:%d/%m/%Y}: {fault.en}",
    )


def _until(events: Sequence[Statement], day: date, event_id: int, *, inclusive: bool) -> list[Statement]:
    """The events true before the place that `event_id` has on `day`, and itself with its chain if `inclusive`."""
    root = roots(events)
    place = (day, root[event_id])
    kept = {
        root[event.id]
        for event in standing(events)
        if root[event.id] != root[event_id]
        and (event.before is None or (event.effective_on, root[event.id]) < place)
    }
    if inclusive:
        kept.add(root[event_id])
    return [event for event in events if root[event.id] in kept]


def _filled(start: Mapping[str, Any] | None, state: State) -> State:
    """`state`, with what no event says taken from `start` (a history without its beginning)."""
    return {name: state.get(name, (start or {}).get(name)) for name in FIELDS}
