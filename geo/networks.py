"""Networks in the database: a whole `Net` of the engine goes in and comes out again, with its ties to the land.

Rows are matched by code and changed in place, so that a small change makes few row versions. Whoever calls checks
the right, and writes the event.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from geo.network_rows import (
    ACTIVITY,
    LINKS,
    NUMBERED,
    READ,
    TIE,
    activities_of,
    activity_values,
    link_values,
    links_of,
)
from geo.store import FINISH
from geo.tables import Activity as ActivityRow
from geo.tables import Link as LinkRow
from geo.tables import Project, ProjectNetwork, WorkFront
from projects.calendars import ALL, Calendar
from projects.engine.checks import faults_of
from projects.engine.docparts import Reader, calendar_of
from projects.engine.docrows import calendar_row
from projects.engine.model import Activity, LagCalendar, Link, Net, Options, Progress
from projects.engine.recalled import recalled
from projects.engine.shifts import OFFICE, WHOLE_DAY, WorkCalendar, WorkTime, from_days, work_time
from projects.errors import Fault, InvalidInput, NotFound
from projects.model import NodeKind
from projects.plan import IMPORTED, TEMPLATE, Plan, link_key

DAY_UNIT, MINUTE_UNIT = "day", "minute"


@dataclass(frozen=True, slots=True)
class Stored:
    """A plan with the version of each activity (by code) and link (by `link_key`)."""

    plan: Plan
    versions: Mapping[str, int] = field(default_factory=dict)


def known_times(known: Mapping[str, Calendar], *, whole_days: bool) -> dict[str, WorkTime]:
    """The portfolio's calendars for a network: whole days, or 7:30–11:30 and 13:00–17:00 (ALL: whole days)."""
    return {
        name: from_days(calendar, WHOLE_DAY if whole_days or name == ALL else OFFICE)
        for name, calendar in known.items()
    }


def load_net(session: Session, project: Project, known: Mapping[str, Calendar]) -> Net:
    """The network of a project for the engine, without land cases; `known` are the portfolio's calendars.

    Activities by code, links by their ends and type; calendars: the portfolio's and the project's own. `load_plan`
    gives the options and ties as well. Raises NotFound for a project without a network.
    """
    plan = load_plan(session, project, known)
    if plan is None:
        raise NotFound("network", project.code)
    return plan.net


def load_plan(session: Session, project: Project, known: Mapping[str, Calendar]) -> Plan | None:
    """The network with options, calendars and ties; None for a project without one."""
    return load_plans_of(session, (project,), known)[project.id]


def load_plans_of(
    session: Session, projects: Sequence[Project], known: Mapping[str, Calendar]
) -> dict[int, Plan | None]:
    """The same of several projects at once, by their id."""
    found = _read(session, projects, known)
    return {p.id: found[p.id][0] if p.id in found else None for p in projects}


def load_stored(session: Session, project: Project, known: Mapping[str, Calendar]) -> Stored | None:
    """The same with the version of every row, for whoever changes it."""
    read = _read(session, (project,), known).get(project.id)
    if read is None:
        return None
    plan, activities, of_links = read
    versions = {row.code: row.version for row in activities}
    keys = (link_key(k.pred, k.succ, k.type) for k in plan.net.links)
    return Stored(plan, versions | dict(zip(keys, of_links, strict=True)))


# What an activity's row says beside the engine's values: its code, kind, front and the code its sender gave it.
Tie = tuple[str, str, int | None, str | None]


def _read(
    session: Session, projects: Sequence[Project], known: Mapping[str, Calendar]
) -> dict[int, tuple[Plan, Sequence[Row[Any]], list[int]]]:
    """Plans with the rows of their activities and the versions of their links, of the projects that have a network."""
    session.flush()  # the columns of tables are asked for, which does not do it by itself
    ids = [project.id for project in projects]
    asked = select(ACTIVITY.c.project_id, *READ).where(ACTIVITY.c.project_id.in_(ids))
    every = session.execute(asked.order_by(ACTIVITY.c.project_id, ACTIVITY.c.code)).all()
    rows = {number: list(mine) for number, mine in groupby(every, itemgetter(0))}
    if not rows:
        return {}
    abouts = {
        about.project_id: about
        for about in session.scalars(
            select(ProjectNetwork).where(ProjectNetwork.project_id.in_(rows)),
            execution_options={"populate_existing": True},
        )
    }
    linked = {row.project_id: row for row in session.execute(LINKS, {"projects": list(rows)})}
    tied = select(WorkFront.id, WorkFront.code).where(WorkFront.project_id.in_(rows))
    fronts = dict(session.execute(tied).all())
    found: dict[int, tuple[Plan, Sequence[Row[Any]], list[int]]] = {}
    for project in projects:
        if (mine := rows.get(project.id)) is None:
            continue
        about = abouts.get(project.id)
        whole = counts_days(about)
        links: tuple[Link, ...] = ()
        versions: list[int] = []
        if (packed := linked.get(project.id)) is not None:
            links, versions = links_of(packed, dict(map(NUMBERED, mine)), whole_days=whole)
        plan = plan_of(
            project.code,
            about,
            known,
            activities=activities_of(mine, whole_days=whole),
            links=links,
            ties=list(map(TIE, mine)),
            fronts=fronts,
        )
        found[project.id] = plan, mine, versions
    return found


def counts_days(about: ProjectNetwork | Row[Any] | None) -> bool:
    """Whether a network is in whole days, as the templates are."""
    return about is None or about.unit == DAY_UNIT


def plan_of(
    project: str,
    about: ProjectNetwork | Row[Any] | None,
    known: Mapping[str, Calendar],
    *,
    activities: tuple[Activity, ...],
    links: tuple[Link, ...],
    ties: Sequence[Tie],
    fronts: Mapping[int, str],
) -> Plan:
    """A plan of what is kept: `about` is the row of `project_network`, `ties` are those of the activities."""
    whole = counts_days(about)
    own = () if about is None else _calendars_of(about.calendars)
    times = known_times(known, whole_days=whole) | {c.name: work_time(c) for c in own}
    options = {} if about is None else about.options
    return Plan(
        net=Net(
            project=project,
            activities=activities,
            links=links,
            calendars=tuple(times.values()),
            finishes=(FINISH,) if about is None else tuple(about.finishes),
        ),
        whole_days=whole,
        progress=Progress(options.get("progress", Progress.RETAINED)),
        lag_calendar=LagCalendar(options.get("lag_calendar", LagCalendar.PREDECESSOR)),
        critical_float=int(options.get("critical_float_minutes", 0)),
        calendars=own,
        fronts={code: fronts[front] for code, _, front, _ in ties if front is not None},
        possessions=frozenset(code for code, kind, _, _ in ties if kind == NodeKind.POSSESSION),
        sender_codes={code: sender for code, _, _, sender in ties if sender is not None},
        source=TEMPLATE if about is None else about.source,
        version=0 if about is None else about.version,
    )


def save_net(
    session: Session,
    project: Project,
    net: Net,
    *,
    options: Options,
    known: Mapping[str, Calendar],
    calendars: Sequence[WorkCalendar] = (),
    fronts: Mapping[str, str] | None = None,
    possessions: Collection[str] = (),
    sender_codes: Mapping[str, str] | None = None,
    source: str = IMPORTED,
) -> Plan:
    """Makes `net` the project's network, whole; gives it as it is now kept.

    `options` but its data date is kept. `calendars`: the words of calendars of `net`; one of the portfolio's (`known`)
    is kept by its name, any other is put into words (`recalled`). `fronts`: work front by activity code;
    `possessions`: milestones that are the possession of their front. Raises InvalidInput with every fault (nothing is
    written then). Flushes, never commits; the caller calls `touch` and writes the event.
    """
    plan = Plan(
        net=net,
        whole_days=options.whole_days,
        progress=options.progress,
        lag_calendar=options.lag_calendar,
        critical_float=options.critical_float,
        calendars=own_calendars(net, calendars, known, whole_days=options.whole_days),
        fronts=dict(fronts or {}),
        possessions=frozenset(possessions),
        sender_codes=dict(sender_codes or {}),
        source=source,
    )
    return save_plan(session, project, plan, options=options)


def save_plan(session: Session, project: Project, plan: Plan, *, options: Options) -> Plan:
    """The same for a plan; `options` says on which data date it must hold. Gives it with its new version."""
    of_front = fronts_of(session, project)
    faults = [*faults_of(plan.net, options), *tie_faults(plan, of_front)]
    if faults:
        raise InvalidInput(faults)
    about = session.get(ProjectNetwork, project.id) or ProjectNetwork(project_id=project.id, version=0)
    about.unit = DAY_UNIT if plan.whole_days else MINUTE_UNIT
    about.source = plan.source
    about.options = {
        "progress": plan.progress.value,
        "lag_calendar": plan.lag_calendar.value,
        "critical_float_minutes": plan.critical_float,
    }
    about.calendars = [calendar_row(c) for c in plan.calendars]
    about.finishes = list(plan.net.finishes)
    about.version += 1
    session.add(about)
    ids = _put_activities(session, project.id, plan, of_front)
    _put_links(session, project.id, plan, ids)
    session.flush()
    return replace(plan, version=about.version)


def own_calendars(
    net: Net, worded: Sequence[WorkCalendar], known: Mapping[str, Calendar], *, whole_days: bool
) -> tuple[WorkCalendar, ...]:
    """The calendars that must be kept with the project: all of `net` but those of the portfolio."""
    words = {c.name: c for c in worded}
    standard = known_times(known, whole_days=whole_days)
    found = []
    for time in net.calendars:
        if time.name in words:
            found.append(words[time.name])
        elif time.name not in standard or not _same(time, standard[time.name]):
            found.append(recalled(time))
    return tuple(found)


def _put_activities(
    session: Session, project_id: int, plan: Plan, of_front: Mapping[str, int]
) -> dict[str, int]:
    """Writes the activities, those that are gone included; gives the ids by code."""
    times = {time.name: time for time in plan.net.calendars}
    there = {
        row.code: row
        for row in session.scalars(select(ActivityRow).where(ActivityRow.project_id == project_id))
    }
    gone = there.keys() - {a.code for a in plan.net.activities}
    if gone:
        session.execute(
            delete(ActivityRow).where(ActivityRow.project_id == project_id, ActivityRow.code.in_(gone))
        )
    kept: dict[str, ActivityRow] = {}
    for a in plan.net.activities:
        values = activity_values(
            a, possession=a.code in plan.possessions, whole_days=plan.whole_days, time=times[a.calendar]
        ) | {
            "front_id": of_front[plan.fronts[a.code]] if a.code in plan.fronts else None,
            "sender_code": plan.sender_codes.get(a.code),
        }
        row = there.get(a.code)
        if row is None:
            row = ActivityRow(project_id=project_id, code=a.code, version=1, **values)
            session.add(row)
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.version += 1
        kept[a.code] = row
    session.flush()
    return {code: row.id for code, row in kept.items()}


def _put_links(session: Session, project_id: int, plan: Plan, ids: Mapping[str, int]) -> None:
    times = {time.name: time for time in plan.net.calendars}
    calendar = {a.code: a.calendar for a in plan.net.activities}
    there = {
        (row.pred_id, row.succ_id, row.type): row
        for row in session.scalars(select(LinkRow).where(LinkRow.project_id == project_id))
    }
    for k in plan.net.links:
        values = link_values(k, whole_days=plan.whole_days, time=times[k.lag_calendar or calendar[k.pred]])
        row = there.pop((ids[k.pred], ids[k.succ], k.type.value), None)
        if row is None:
            session.add(
                LinkRow(
                    project_id=project_id, pred_id=ids[k.pred], succ_id=ids[k.succ], type=k.type.value,
                    version=1, **values,
                )
            )  # fmt: skip
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.version += 1
    if there:
        session.execute(delete(LinkRow).where(LinkRow.id.in_([row.id for row in there.values()])))


def fronts_of(session: Session, project: Project) -> dict[str, int]:
    """The work fronts of a project: ids by code."""
    return {code: row_id for row_id, code in fronts_by_id(session, project).items()}


def fronts_by_id(session: Session, project: Project) -> dict[int, str]:
    """The same the other way round: codes by id."""
    wanted = select(WorkFront.id, WorkFront.code).where(WorkFront.project_id == project.id)
    return dict(session.execute(wanted).all())


def tie_faults(plan: Plan, of_front: Collection[str]) -> list[Fault]:
    """What is wrong with the ties of a plan to these work fronts."""
    faults = []
    kinds = {a.code: a.kind for a in plan.net.activities}
    for code, front in sorted(plan.fronts.items()):
        if code in kinds and front not in of_front:
            faults.append(Fault(code, f"Không có mũi thi công {front!r}.", f"Unknown work front {front!r}."))
    opened: dict[str, list[str]] = {}
    for code in sorted(plan.possessions & kinds.keys()):
        if code not in plan.fronts or kinds[code] != "milestone":
            faults.append(
                Fault(
                    code,
                    "Nhận mặt bằng phải là mốc và thuộc một mũi thi công.",
                    "A possession is a milestone and belongs to a work front.",
                )
            )
        opened.setdefault(plan.fronts.get(code, ""), []).append(code)
    for front, codes in sorted(opened.items()):
        if front and len(codes) > 1:
            text = ", ".join(codes)
            faults.append(
                Fault(
                    front,
                    f"Mũi {front} có nhiều mốc nhận mặt bằng: {text}.",
                    f"Front {front} has several possessions: {text}.",
                )
            )
    return faults


def _calendars_of(rows: object) -> tuple[WorkCalendar, ...]:
    reader = Reader()
    found = [
        calendar_of(reader, f"calendars[{i}]", row)
        for i, row in enumerate(rows if isinstance(rows, list) else [])
    ]
    if reader.faults:
        raise InvalidInput(reader.faults)
    return tuple(c for c in found if c is not None)


def _same(one: WorkTime, other: WorkTime) -> bool:
    return np.array_equal(one.begin, other.begin) and np.array_equal(one.end, other.end)
