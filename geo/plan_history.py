"""The plan of a project as it stood on each day, read once: all versions of its network.

An edit of the plan counts from the effective day of its event, and never before an edit that was recorded earlier: so
the plan of any day is one that was stored as a whole. Before the first of all the plan is taken to have been as it was
first stored. Actual dates are facts of their own day, not of the day on which they were recorded: each activity has
those that are known last. Work left is what the plan of the day says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from geo.network_rows import activity_of, link_of
from geo.networks import counts_days, fronts_by_id, known_times, plan_of
from geo.tables import Project
from projects.calendars import Calendar
from projects.engine.model import Activity, Link
from projects.engine.shifts import Moment, work_time
from projects.plan import Plan
from projects.works import day_of_moment

# What is known, also to a transaction that looks back: a change is known with its first event (`geo.moment`). The
# tables are named with their schema, because past and present are wanted here whatever the search path says.
_VERSIONS = """
    with known as (select coalesce(nullif(current_setting('duonggang.known', true), '')::bigint, :all) as event)
    select version.*, ended.id as ended
    from (
        select {columns}, change as since, null::bigint as until from public.{table} where project_id = :project
        union all
        select {columns}, change as since, until from past.{table} where project_id = :project
    ) version
    join public.change came on came.id = version.since and came.event_id <= (select event from known)
    left join public.change ended on ended.id = version.until and ended.event_id <= (select event from known)
"""
_ACTIVITY = """id, code, name_vi, name_en, kind, duration, calendar, front_id, not_before, actual_start, actual_finish,
    actual_start_at, actual_finish_at, remaining, minutes, remaining_minutes, constraints, sender_code"""
ACTIVITIES = text(_VERSIONS.format(columns=_ACTIVITY, table="activity"))
LINKS = text(
    _VERSIONS.format(columns="id, pred_id, succ_id, type, lag, lag_minutes, lag_calendar", table="link")
)
NETWORKS = text(
    _VERSIONS.format(columns="unit, source, options, calendars, finishes, version", table="project_network")
)
# The first event of a change says when it became known; all events of a change are of one transaction.
EDITS = text(
    """
    select c.id, c.event_id, e.effective_on, e.actor, e.kind
    from public.change c left join event e on e.id = c.event_id
    where c.id = any(:changes) order by c.event_id, c.id
    """
)

ALL = 2**63 - 1
_Facts = tuple[Moment | None, Moment | None]


@dataclass(frozen=True, slots=True)
class Edit:
    """A transaction that changed the plan; it counts from `day` on (date.min for the first of all)."""

    change: int
    event: int
    day: date


@dataclass(frozen=True, slots=True)
class Plans:
    """The plans of a project, each with the edit that began it, oldest first; never empty."""

    edits: tuple[Edit, ...]
    plans: tuple[Plan, ...]

    def on(self, day: date) -> Plan:
        """The plan at the end of a day, with all actual dates that are known."""
        return self.plans[max(i for i, edit in enumerate(self.edits) if edit.day <= day or i == 0)]

    def between(self, first: date, last: date) -> tuple[Plan, ...]:
        """The plan at the end of `first` and all that came until the end of `last`."""
        at = [
            max(i for i, edit in enumerate(self.edits) if edit.day <= day or i == 0) for day in (first, last)
        ]
        return self.plans[at[0] : at[1] + 1]

    def events(self, day: date) -> tuple[int, ...]:
        """The events that edited the plan on this very day."""
        return tuple(edit.event for edit in self.edits[1:] if edit.day == day)


def with_calendars(plan: Plan, known: Mapping[str, Calendar]) -> Plan:
    """The plan with these for the portfolio's calendars; it keeps those of its own."""
    times = known_times(known, whole_days=plan.whole_days) | {c.name: work_time(c) for c in plan.calendars}
    return replace(plan, net=replace(plan.net, calendars=tuple(times.values())))


def load_plans(session: Session, project: Project, known: Mapping[str, Calendar]) -> Plans | None:
    """All plans of a project, None when it never had one; `known` are the portfolio's calendars.

    A plan without any activity, as a network that was taken away leaves it, is none: the one before it stays.
    """
    asked = {"project": project.id, "all": ALL}
    activities, links, networks = (
        session.execute(rows, asked).all() for rows in (ACTIVITIES, LINKS, NETWORKS)
    )
    if not activities:
        return None
    edits = _edits(session, [*activities, *links, *networks])
    place = {edit.change: i for i, edit in enumerate(edits)}
    fronts = fronts_by_id(session, project)
    read = _Reading(_facts(sorted(activities, key=lambda row: place[row.since])))
    found: list[tuple[Edit, Plan]] = []
    for i, edit in enumerate(edits):
        rows = [row for row in activities if _holds(row, i, place)]
        if not rows:
            continue
        about = next((row for row in networks if _holds(row, i, place)), None)
        whole = counts_days(about)
        codes = {row.id: row.code for row in rows}
        plan = plan_of(
            project.code,
            about,
            known,
            activities=tuple(sorted((read.activity(row, whole) for row in rows), key=lambda a: a.code)),
            links=tuple(
                sorted(
                    (read.link(row, codes, whole) for row in links if _holds(row, i, place)),
                    key=lambda k: (k.pred, k.succ, k.type),
                )
            ),
            ties=[(row.code, row.kind, row.front_id, row.sender_code) for row in rows],
            fronts=fronts,
        )
        found.append((edit, plan))
    return Plans(tuple(edit for edit, _ in found), tuple(plan for _, plan in found))


class _Reading:
    """Rows as values, each read once however many plans hold it."""

    def __init__(self, facts: Mapping[str, _Facts]) -> None:
        self._facts = facts
        self._activities: dict[tuple[int, int, bool], Activity] = {}
        self._links: dict[tuple[int, int, bool], Link] = {}

    def activity(self, row: Row[Any], whole: bool) -> Activity:
        key = row.id, row.since, whole
        if key not in self._activities:
            facts = self._facts[row.code]
            if whole:  # a network that was in days when it became one of minutes
                facts = _day(facts[0]), _day(facts[1])
            a = activity_of(row, whole_days=whole)
            self._activities[key] = replace(a, actual_start=facts[0], actual_finish=facts[1])
        return self._activities[key]

    def link(self, row: Row[Any], codes: Mapping[int, str], whole: bool) -> Link:
        key = row.id, row.since, whole
        if key not in self._links:
            self._links[key] = link_of(row, codes, whole_days=whole)
        return self._links[key]


def _day(at: Moment | None) -> Moment | None:
    return None if at is None else day_of_moment(at)


def _edits(session: Session, rows: Sequence[Row[Any]]) -> tuple[Edit, ...]:
    changes = sorted({change for row in rows for change in (row.since, row.ended) if change is not None})
    edits: list[Edit] = []
    for row in session.execute(EDITS, {"changes": changes}):
        day = row.effective_on if edits and row.effective_on else date.min
        edits.append(Edit(row.id, row.event_id, max(day, edits[-1].day) if edits else date.min))
    return tuple(edits)


def _holds(row: Row[Any], edit: int, place: Mapping[int, int]) -> bool:
    return place[row.since] <= edit and (row.ended is None or place[row.ended] > edit)


def _facts(rows: Sequence[Row[Any]]) -> dict[str, _Facts]:
    """Actual dates by code, as they are known last; the rows come in the order in which they became known."""
    return {
        row.code: (row.actual_start_at or row.actual_start, row.actual_finish_at or row.actual_finish)
        for row in rows
    }
