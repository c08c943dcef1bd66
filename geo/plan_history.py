"""The plan of a project as it stood on each day, read once: all versions of its activities and links.

An edit of the plan counts from the effective day of its event, and never before an edit that was recorded earlier: so
the plan of any day is one that was stored as a whole. Before the first of all the plan is taken to have been as it was
first stored. Actual dates are facts of their own day, not of the day on which they were recorded: each activity has
those that are known last. Work left is what the plan of the day says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from geo.store import FINISH
from geo.tables import Project
from projects.engine.model import LagCalendar, Progress
from projects.model import Activity, Link, LinkType, Network, NodeKind

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
    remaining"""
ACTIVITIES = text(_VERSIONS.format(columns=_ACTIVITY, table="activity"))
LINKS = text(_VERSIONS.format(columns="id, pred_id, succ_id, type, lag", table="link"))
# The first event of a change says when it became known; all events of a change are of one transaction.
EDITS = text(
    """
    select c.id, c.event_id, e.effective_on, e.actor, e.kind
    from public.change c left join event e on e.id = c.event_id
    where c.id = any(:changes) order by c.event_id, c.id
    """
)

# What only an imported or edited network can say, and these days do not: minutes, constraints, own calendars, several
# finishes, other ways of reckoning, work of a front without a possession.
BEYOND = text(
    """
    select exists (
        select from project_network where project_id = :project and (
            unit <> 'day' or jsonb_array_length(calendars) > 0 or finishes <> array[:finish]
            or coalesce(options ->> 'progress', :progress) <> :progress
            or coalesce(options ->> 'lag_calendar', :lag_calendar) <> :lag_calendar
        )
    ) or exists (
        select from activity a where a.project_id = :project and (
            a.kind not in ('task', 'milestone', 'possession') or jsonb_array_length(a.constraints) > 0
            or coalesce(a.minutes, a.remaining_minutes) is not null
            or coalesce(a.actual_start_at, a.actual_finish_at) is not null
            or a.front_id is not null and not exists (
                select from activity p where p.front_id = a.front_id and p.kind = 'possession'
            )
        )
    )
    """
)

ALL = 2**63 - 1


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
    networks: tuple[Network, ...]

    def on(self, day: date) -> Network:
        """The plan at the end of a day, with all actual dates that are known."""
        return self.networks[max(i for i, edit in enumerate(self.edits) if edit.day <= day or i == 0)]

    def events(self, day: date) -> tuple[int, ...]:
        """The events that edited the plan on this very day."""
        return tuple(edit.event for edit in self.edits[1:] if edit.day == day)


def is_told_by_day(session: Session, project: Project) -> bool:
    """Whether the plans that `load_plans` gives say all that the network of the project does."""
    usual = {"progress": Progress.RETAINED.value, "lag_calendar": LagCalendar.PREDECESSOR.value}
    return not session.execute(BEYOND, {"project": project.id, "finish": FINISH} | usual).scalar_one()


def load_plans(session: Session, project: Project) -> Plans | None:
    """All plans of a project, None when it never had one."""
    activities = session.execute(ACTIVITIES, {"project": project.id, "all": ALL}).mappings().all()
    if not activities:
        return None
    links = session.execute(LINKS, {"project": project.id, "all": ALL}).mappings().all()
    edits = _edits(session, [*activities, *links])
    place = {edit.change: i for i, edit in enumerate(edits)}
    named = text("select id, code from work_front where project_id = :project")
    fronts = {row.id: row.code for row in session.execute(named, {"project": project.id})}
    facts = _facts(activities, place)
    networks = []
    for i in range(len(edits)):
        rows = [row for row in activities if _holds(row, i, place)]
        networks.append(
            _network(project.code, rows, [row for row in links if _holds(row, i, place)], fronts, facts)
        )
    return Plans(edits, tuple(networks))


def _edits(session: Session, rows: Sequence[RowMapping]) -> tuple[Edit, ...]:
    changes = sorted({row[name] for row in rows for name in ("since", "ended") if row[name] is not None})
    edits: list[Edit] = []
    for row in session.execute(EDITS, {"changes": changes}):
        day = row.effective_on if edits and row.effective_on else date.min
        edits.append(Edit(row.id, row.event_id, max(day, edits[-1].day) if edits else date.min))
    return tuple(edits)


def _holds(row: RowMapping, edit: int, place: Mapping[int, int]) -> bool:
    return place[row["since"]] <= edit and (row["ended"] is None or place[row["ended"]] > edit)


def _facts(
    rows: Iterable[RowMapping], place: Mapping[int, int]
) -> dict[str, tuple[date | None, date | None]]:
    """Actual dates by code, as they are known last."""
    newest: dict[str, RowMapping] = {}
    for row in rows:
        kept = newest.get(row["code"])
        if kept is None or place[kept["since"]] < place[row["since"]]:
            newest[row["code"]] = row
    return {code: (row["actual_start"], row["actual_finish"]) for code, row in newest.items()}


def _network(
    project: str,
    activities: Sequence[RowMapping],
    links: Sequence[RowMapping],
    fronts: Mapping[int, str],
    facts: Mapping[str, tuple[date | None, date | None]],
) -> Network:
    codes = {row["id"]: row["code"] for row in activities}
    nodes = (_activity(row, fronts, facts[row["code"]]) for row in activities)
    ties = (
        Link(codes[row["pred_id"]], codes[row["succ_id"]], LinkType(row["type"]), row["lag"]) for row in links
    )
    return Network(
        project=project,
        activities=tuple(sorted(nodes, key=lambda a: a.code)),
        links=tuple(sorted(ties, key=lambda k: (k.pred, k.succ, k.type))),
        finish=FINISH,
    )


def _activity(
    row: Mapping[Any, Any], fronts: Mapping[int, str], facts: tuple[date | None, date | None]
) -> Activity:
    return Activity(
        code=row["code"],
        name_vi=row["name_vi"],
        name_en=row["name_en"],
        duration=row["duration"],
        calendar=row["calendar"],
        kind=NodeKind(row["kind"]),
        front=fronts.get(row["front_id"]) if row["front_id"] is not None else None,
        not_before=row["not_before"],
        actual_start=facts[0],
        actual_finish=facts[1],
        remaining=row["remaining"],
    )
