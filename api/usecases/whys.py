"""Why a date, as an answer: the chain of driving links with the event behind each step, its time and its person.

Cases outside the reader's reach are not named: of them the chain says in which ward the land lies. Of an event the
reader is told what row-level security lets them read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import facts
from api.usecases.calculation import Calculation, calculate, resolve_day
from api.usecases.schedules import options_answer
from api.usecases.visible import hidden_cases
from geo.access import access_project
from geo.history import events_of, statements_of
from geo.tables import ClearanceCase, Event, Milestone, Parcel, Project
from projects.errors import Fault, InvalidInput, NotFound
from projects.history import changed, standing
from projects.model import NodeKind
from projects.why import Step, Why, hide, why
from projects.why_words import reasons, verdict

# What an event says of a step: which record it is.
STEP, PROMISE, OBSTACLE, NETWORK, LOAD, REST = "step", "promise", "obstacle", "network", "load", "other"
BESIDE = {"obstacle": OBSTACLE, "commitment": PROMISE}


@dataclass(frozen=True, slots=True)
class Told:
    """An event behind a date: what it recorded, when, by whom, on which paper."""

    what: str
    event: int
    kind: str
    effective_on: date
    recorded_at: datetime
    actor: str
    on_behalf_of: str | None
    document: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class WhyView:
    """What was found for one reader; `told`: the events behind each step of the chain, by code."""

    project: Project
    calculation: Calculation
    found: Why
    told: Mapping[str, tuple[Told, ...]]
    hidden: int  # cases of the project that the reader may not be told of


def why_view(session: Session, ctx: Context, code: str, node: str, *, as_of: date | None = None) -> WhyView:
    """Why the date of an activity, a case, a milestone (by its code) or a parcel ("sheet:number").

    Raises NotFound for an unknown project or node, and for land outside the reader's reach; InvalidInput for a number
    that several parcels have.
    """
    project = access_project(session, code)
    day = resolve_day(session, as_of)
    calculation = calculate(session, ctx, project, day)
    reckoning = calculation.reckoning
    if reckoning is None:
        raise NotFound("network", code)
    hidden = hidden_cases(ctx, code, calculation)
    place = _place(session, project, calculation, node)
    if place in hidden:
        raise NotFound("activity", node)
    labels = facts.all_ward_labels(session)
    names = {c: _unnamed(calculation.cases[c].ward_code, labels) for c in hidden}
    found = hide(why(reckoning, place), names)
    told = _told(session, project, found, day)
    return WhyView(project, calculation, found, told, len(hidden))


def why_answer(
    session: Session, ctx: Context, code: str, node: str, *, as_of: date | None = None
) -> dict[str, Any]:
    """`why_view` as JSON values."""
    view = why_view(session, ctx, code, node, as_of=as_of)
    found, told = view.found, view.told
    said = verdict(found)
    options = view.calculation.reckoning.works.options if view.calculation.reckoning else None
    return {
        "project": code,
        "data_date": view.calculation.data_date.isoformat(),
        "options": options_answer(options) if options else None,
        "node": found.step.code,
        "kind": found.step.kind.value,
        "name_vi": found.step.name_vi,
        "name_en": found.step.name_en,
        "early_start": found.row.early_start.isoformat(),
        "early_finish": found.row.early_finish.isoformat(),
        "late_start": found.row.late_start.isoformat(),
        "late_finish": found.row.late_finish.isoformat(),
        "total_float": found.row.total_float,
        "free_float": found.row.free_float,
        "critical": found.row.critical,
        "longest_path": found.row.driving,
        "verdict": found.verdict,
        "verdict_vi": said[0],
        "verdict_en": said[1],
        "chain": _chain(found.chain, found, told),
        "onward": _chain(found.onward, found, {})[1:],
        "meets": None
        if found.meeting is None
        else {
            "node": found.meeting.at.code or None,
            "waits_for": (found.meeting.instead.code or None) if found.meeting.instead else None,
            "days_sooner": found.meeting.days,
        },
    } | ctx.looking_back


def _chain(steps: Sequence[Step], found: Why, told: Mapping[str, tuple[Told, ...]]) -> list[dict[str, Any]]:
    rows = []
    for step, (vi, en) in zip(steps, reasons(steps, found), strict=True):
        forecast = found.forecasts.get(step.code)
        rows.append(
            {
                "node": step.code or None,
                "kind": step.kind.value,
                "name_vi": step.name_vi,
                "name_en": step.name_en,
                "start": step.start.isoformat(),
                "finish": step.finish.isoformat(),
                "front": step.front,
                "ward": step.ward_code,
                "cause": step.cause,
                "after": step.after or None,
                "link": step.link,
                "lag_days": step.lag_days,
                "rest_days": step.rest_days,
                "because_vi": vi,
                "because_en": en,
                "parts": [
                    {"vi": part.said[0], "en": part.said[1], "source": part.source, "days": part.days}
                    for part in forecast.parts
                ]
                if forecast
                else [],
                "events": [_event(one) for one in told.get(step.code, ())],
            }
        )
    return rows


def _event(one: Told) -> dict[str, Any]:
    return {
        "what": one.what,
        "event": one.event,
        "kind": one.kind,
        "effective_on": one.effective_on.isoformat(),
        "recorded_at": one.recorded_at.isoformat(),
        "actor": one.actor,
        "on_behalf_of": one.on_behalf_of,
        "document": one.document,
        "reason": one.reason,
    }


def _place(session: Session, project: Project, calculation: Calculation, node: str) -> str:
    """The activity or case that a name means."""
    reckoning = calculation.reckoning
    assert reckoning is not None
    if node in reckoning.prepared.index or node in reckoning.works.kinds:
        return node
    tied = session.scalar(
        select(Milestone.activity_code).where(Milestone.project_id == project.id, Milestone.code == node)
    )
    if tied is not None and tied in reckoning.prepared.index:
        return tied
    if ":" in node:
        case = _case_of(session, project, node)
        if case in reckoning.prepared.index:
            return case
    raise NotFound("activity", node)


def _case_of(session: Session, project: Project, parcel: str) -> str:
    """The case of a parcel, "" for one that is not there. Numbers begin anew on every map of every ward."""
    sheet, _, number = parcel.partition(":")
    wanted = (
        select(ClearanceCase.code)
        .join(Parcel, Parcel.case_id == ClearanceCase.id)
        .where(Parcel.project_id == project.id, Parcel.sheet == sheet, Parcel.number == number)
        .distinct()
        .order_by(ClearanceCase.code)
    )
    found = session.scalars(wanted).all()
    if len(found) > 1:
        some = ", ".join(found[:5])
        vi = f"Tờ {sheet} thửa {number} có trong {len(found)} hồ sơ: hỏi bằng mã hồ sơ ({some})."
        en = f"Sheet {sheet}, parcel {number} lies in {len(found)} cases: ask by the case ({some})."
        raise InvalidInput([Fault("node", vi, en)])
    return found[0] if found else ""


def _unnamed(ward_code: str, labels: Mapping[str, str]) -> tuple[str, str]:
    ward = labels.get(ward_code, ward_code)
    return f"Đất ở {ward} (ngoài phạm vi của bạn)", f"Land in {ward} (outside your reach)"


def _told(session: Session, project: Project, found: Why, day: date) -> dict[str, tuple[Told, ...]]:
    """The events behind the steps of the chain: of cases the step, the promise and the obstacle; of activities the
    last change of the network that touched them, else the load that brought the network and the data date."""
    cases = [s.code for s in found.chain if s.kind is NodeKind.CASE and s.code]
    told: dict[str, tuple[Told, ...]] = dict.fromkeys(cases, ())
    for code, events in _of_cases(session, cases, day).items():
        told[code] = tuple(events)
    changes = [e for e in events_of(session, "network", project.code) if e.effective_on <= day]
    load = session.scalar(
        select(Event).where(Event.kind == "portfolio.load").order_by(Event.id.desc()).limit(1)
    )
    for step in found.chain:
        if step.kind is NodeKind.CASE or not step.code:
            continue
        last = next((e for e in changes if step.code in (e.after or {}).get("activities", {})), None)
        if last is not None:
            told[step.code] = (_as_told(last, NETWORK),)
        elif load is not None:
            told[step.code] = (_as_told(load, LOAD),)
    return told


def _of_cases(session: Session, codes: Sequence[str], day: date) -> dict[str, list[Told]]:
    if not codes:
        return {}
    wanted: dict[str, list[tuple[str, int]]] = {}
    for code, statements in statements_of(session, codes).items():
        picked: dict[str, int] = {}
        for one in standing(statements):
            if one.effective_on > day and one.before is not None:
                continue
            names, after = changed(one.before, one.after), one.after or {}
            if "step" in names:
                picked[STEP] = one.id
            for what, name in ((PROMISE, "promised_on"), (OBSTACLE, "obstacle")):
                if name in names:
                    picked[what] = one.id if after.get(name) is not None else 0
        wanted[code] = [(what, number) for what, number in picked.items() if number]
    numbers = {number for found in wanted.values() for _, number in found}
    rows = {e.id: e for e in session.scalars(select(Event).where(Event.id.in_(numbers)))}
    newest = (
        select(func.max(Event.id))
        .where(Event.object_type.in_(BESIDE), Event.object_code.in_(codes), Event.effective_on <= day)
        .group_by(Event.object_code, Event.object_type)
    )
    beside = session.scalars(select(Event).where(Event.id.in_(newest)))
    told: dict[str, dict[str, Event]] = {
        code: {what: rows[number] for what, number in found if number in rows}
        for code, found in wanted.items()
    }
    for event in beside:
        mine = told.setdefault(event.object_code, {})
        what = BESIDE[event.object_type]
        if what not in mine or mine[what].id < event.id:
            mine[what] = event
    return {code: list(_merged(found.items())) for code, found in told.items()}


def _merged(found: Iterable[tuple[str, Event]]) -> Iterable[Told]:
    """One entry per event: an import tells of step, promise and obstacle at once."""
    by_event: dict[int, tuple[list[str], Event]] = {}
    for what, event in found:
        by_event.setdefault(event.id, ([], event))[0].append(what)
    return [_as_told(event, "+".join(whats)) for whats, event in by_event.values()]


def _as_told(event: Event, what: str) -> Told:
    return Told(
        what, event.id, event.kind, event.effective_on, event.recorded_at, event.actor, event.on_behalf_of,
        event.document, event.reason,
    )  # fmt: skip
