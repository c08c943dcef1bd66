"""Changing the network of a project: activities, links and progress in one transaction with one event, and back.

An event keeps the rows that it changed, before and after, so that taking it back is a change like any other. Whoever
changes the network at the same time waits; what somebody else changed since is a conflict with both states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import resolve_day
from api.usecases.desk import request_of
from api.usecases.entries import MAX_TEXT, already_written, key_once
from api.usecases.may import require
from api.usecases.records.writing import Said
from geo.access import access_project
from geo.history import events_of, own_key, record, touch
from geo.networks import Stored, fronts_of, known_times, load_stored, save_plan, tie_faults
from geo.scope import calculating
from geo.tables import ClearanceCase, Event, Milestone, Project
from projects.editing import Edit, Step, applied, before_of, edit_of, without
from projects.errors import Fault, InvalidInput, NotFound, StaleVersion
from projects.plan import EDITED, TEMPLATE, Plan
from projects.plan_rows import Rows, plan_from, plan_hash, rows_of

CHANGE = "network.change"
OBJECT = "network"
PROGRESS = frozenset({"actual_start", "actual_finish", "remaining"})
MOST_STEPS = 500
WHAT = ("Mục", "Item")
Answer = dict[str, Any]


def change_network(session: Session, ctx: Context, code: str, steps: Sequence[Step], said: Said) -> Answer:
    """Puts the steps on the project's network, all or none; gives version, hash, event and what was changed.

    What is not progress needs a reason. Raises NotFound, Forbidden, InvalidInput with every fault of the network as
    it would be, StaleVersion with both rows, KeyReused.
    """
    project, stored, day = _begin(session, ctx, code)
    request = request_of(CHANGE, code, [_said(step) for step in steps], said.reason, said.document)
    if (done := already_written(session, ctx.principal.account, said.key, request)) is not None:
        return _answer(done)
    plan = stored.plan
    steps = [_merged(session, project, stored, step) for step in steps]
    faults = _about(steps, said)
    edit, wrong = edit_of(plan, steps)
    faults += wrong
    if not faults and edit.empty:
        return {
            "project": code,
            "version": plan.version,
            "hash": plan_hash(plan),
            "event": None,
            "changed": [],
        }
    return _write(session, ctx, project, stored, edit, faults, day, "network.change", said, request)


def undo_network(session: Session, ctx: Context, code: str, event_id: int | None, said: Said) -> Answer:
    """Takes a change of the network back as a change of its own; without a number the last one.

    Raises StaleVersion when something that it touched was changed again since (or was taken back already), and what
    `change_network` raises.
    """
    project, stored, day = _begin(session, ctx, code)
    request = request_of("network.undo", code, event_id, said.reason, said.document)
    if (done := already_written(session, ctx.principal.account, said.key, request)) is not None:
        return _answer(done)
    event = _event(session, code, event_id)
    then, before = _edit(event.after), _edit(event.before)
    now = before_of(stored.plan, then)
    for part in ("activities", "links"):
        present, left = getattr(now, part), getattr(then, part)
        for key, row in left.items():
            if present[key] != row:
                wanted = dict(getattr(before, part).get(key) or {})
                current = dict(present[key] or {})
                raise StaleVersion(
                    key, event.id, current, wanted, sorted(_differing(current, row or {})), what=WHAT
                )
    told = Said(said.key, said.document, said.reason or f"Hoàn tác lần ghi số {event.id}")
    return _write(
        session, ctx, project, stored, before, [], day, "network.undo", told, request, undoes=event.id
    )


def last_change(session: Session, code: str) -> Event | None:
    """The newest change of a project's network."""
    return next(iter(events_of(session, OBJECT, code, limit=1)), None)


def _begin(session: Session, ctx: Context, code: str) -> tuple[Project, Stored, date]:
    project = access_project(session, code)
    require(ctx, CHANGE, ward="", project=code)
    # Two writers of one network go one after the other; rows are read only then.
    session.execute(select(Project.id).where(Project.id == project.id).with_for_update())
    stored = load_stored(session, project, ctx.calendars)
    if stored is None:
        raise NotFound("network", code)
    return project, stored, resolve_day(session, None)


def _write(
    session: Session, ctx: Context, project: Project, stored: Stored, edit: Edit, faults: list[Fault], day: date,
    kind: str, said: Said, request: str, *, undoes: int | None = None,
) -> Answer:  # fmt: skip
    plan = stored.plan
    made = _made(session, ctx, project, plan, edit, faults, day)
    actor = ctx.principal.account
    before = _event_rows(before_of(plan, edit), stored)
    source = EDITED if plan.source == TEMPLATE else plan.source
    with key_once(session, said.key):
        saved = save_plan(session, project, replace(made, source=source), options=made.options(day))
        after = load_stored(session, project, ctx.calendars)
        assert after is not None
        rows = _event_rows(before_of(after.plan, edit), after) | {"hash": plan_hash(saved)}
        touch(session, project.id)
        event = record(
            session, kind=kind, object_type=OBJECT, object_code=project.code, project_code=project.code, actor=actor,
            effective_on=min(day, ctx.today()), before=before,
            after=rows if undoes is None else rows | {"undoes": undoes}, document=said.document, reason=said.reason,
            idempotency_key=own_key(actor, said.key), request_hash=request if said.key else None,
        )  # fmt: skip
    return _answer(event)


def _made(
    session: Session, ctx: Context, project: Project, plan: Plan, edit: Edit, faults: list[Fault], day: date
) -> Plan:
    """The plan after the edit. Raises InvalidInput with all its faults and those that were found before."""
    rows = applied(plan, edit)
    times = known_times(ctx.calendars, whole_days=plan.whole_days)
    faults = [*faults, *_outside(session, project, plan, rows, edit)]
    try:
        made = plan_from(plan, rows, times, data_date=day)
    except InvalidInput as error:
        raise InvalidInput([*faults, *error.faults]) from None
    faults += tie_faults(made, fronts_of(session, project))
    if faults:
        raise InvalidInput(faults)
    return made


def _outside(session: Session, project: Project, plan: Plan, rows: Rows, edit: Edit) -> list[Fault]:
    """Faults against what is not in the network: codes of cases, published milestones."""
    faults = []
    new = [
        code
        for code, row in edit.activities.items()
        if row is not None and code not in rows_of(plan).activities
    ]
    if new:
        with calculating(session):
            taken = set(session.scalars(select(ClearanceCase.code).where(ClearanceCase.code.in_(new))))
        vi, en = "Mã này là của một hồ sơ GPMB.", "This is the code of a clearance case."
        faults += [Fault(code, vi, en) for code in sorted(taken)]
    gone = [code for code in edit.activities if code not in rows.activities]
    if gone:
        held = session.scalars(
            select(Milestone.activity_code).where(
                Milestone.project_id == project.id, Milestone.activity_code.in_(gone)
            )
        )
        vi, en = "Một mốc đã công bố tính theo việc này.", "A published milestone is dated by this activity."
        faults += [Fault(str(code), vi, en) for code in sorted({str(code) for code in held})]
    return faults


def _about(steps: Sequence[Step], said: Said) -> list[Fault]:
    faults = []
    if not 0 < len(steps) <= MOST_STEPS:
        vi, en = f"Mỗi lần ghi từ 1 đến {MOST_STEPS} thay đổi.", f"One to {MOST_STEPS} changes at a time."
        faults.append(Fault("steps", vi, en))
    progress = all(step.verb == "change" and step.fields.keys() <= PROGRESS for step in steps)
    if not progress and not (said.reason or "").strip():
        faults.append(Fault("reason", "Ghi lý do sửa mạng.", "Say why the network is changed."))
    for name, value in (("reason", said.reason), ("document", said.document)):
        if value and (len(value) > MAX_TEXT or not value.replace("\n", "").replace("\r", "").isprintable()):
            vi, en = (
                f"Tối đa {MAX_TEXT} ký tự, không ký tự điều khiển.",
                f"At most {MAX_TEXT} plain characters.",
            )
            faults.append(Fault(name, vi, en))
    return faults


def _merged(session: Session, project: Project, stored: Stored, step: Step) -> Step:
    """The step as it goes on what is there now, without what is there already.

    What its author did not change (it is as in the version that they saw, by the history) stays as others left it.
    Raises StaleVersion when both sides changed the same field, or when it goes or comes.
    """
    if step.verb == "add" or (step.verb == "link" and not step.seen):
        return step
    present = stored.versions.get(step.key, 0)
    rows = rows_of(stored.plan)
    current = dict(rows.activities.get(step.key) or rows.links.get(step.key) or {})
    if present == step.seen:
        return without(step, current)
    past = _row_seen(session, project.code, step.key, step.seen)
    mine = step if past is None else without(step, past)
    edit, _ = edit_of(stored.plan, [mine])
    wanted = dict(edit.activities.get(step.key) or edit.links.get(step.key) or {})
    fields = sorted(_differing(current, wanted))
    if step.verb in ("change", "link") and past is not None and present:
        fields = [name for name in fields if current.get(name) != past.get(name)]
        if not fields:
            return without(mine, current)
    raise StaleVersion(step.key, step.seen, current | {"version": present}, wanted, fields, what=WHAT)


def _row_seen(session: Session, code: str, key: str, seen: int) -> Mapping[str, Any] | None:
    """What a row held in a version, by the events of the network; None when none tells."""
    for column in (Event.after, Event.before):
        found = session.scalar(
            select(column)
            .where(
                Event.object_type == OBJECT, Event.object_code == code,
                column["versions"][key].as_integer() == seen,
            )
            .order_by(Event.id.desc())
            .limit(1)
        )  # fmt: skip
        if found is not None:
            row: Mapping[str, Any] | None = found["activities"].get(key) or found["links"].get(key)
            return row
    return None


def _event(session: Session, code: str, event_id: int | None) -> Event:
    found = last_change(session, code)
    if event_id is not None:
        found = session.scalar(
            select(Event).where(Event.id == event_id, Event.object_type == OBJECT, Event.object_code == code)
        )
    if found is None or not {"activities", "links"} <= set(found.after or {}):
        raise NotFound("network change", str(event_id or "?"))
    return found


def _event_rows(edit: Edit, stored: Stored) -> dict[str, Any]:
    keys = (*edit.activities, *edit.links)
    return {
        "version": stored.plan.version,
        "activities": dict(edit.activities),
        "links": dict(edit.links),
        "versions": {key: stored.versions[key] for key in keys if key in stored.versions},
    }


def _edit(state: Mapping[str, Any] | None) -> Edit:
    state = state or {}
    return Edit(dict(state.get("activities", {})), dict(state.get("links", {})))


def _answer(event: Event) -> Answer:
    after = event.after or {}
    return {
        "project": event.object_code,
        "version": after.get("version"),
        "hash": after.get("hash"),
        "event": event.id,
        "changed": [*after.get("activities", {}), *after.get("links", {})],
    }


def _said(step: Step) -> Mapping[str, Any]:
    return {
        "verb": step.verb, "code": step.code, "succ": step.succ, "type": step.type, "seen": step.seen,
        "fields": dict(step.fields),
    }  # fmt: skip


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    return {name for name in {**one, **other} if one.get(name) != other.get(name)}
