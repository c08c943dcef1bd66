"""Assignments as they are read: who may act on one, its chain, the list with its filters, and debts by body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import resolve_day
from api.usecases.entries import plain
from api.usecases.may import is_command
from geo.tables import Assignment, Project
from projects.duties import (
    ACTS,
    BODY_KINDS,
    BY_WORKER,
    COUNTS,
    OPEN,
    BodyLine,
    Duty,
    lines,
    until_today,
)
from projects.errors import NotFound
from projects.periods import Kind, Period, latest, period_of
from projects.tiers import TIERS

SHOWN = (
    "parent_id", "conclusion_id", "source_kind", "source_code", "ward_code", "body_kind", "body", "person", "account",
    "what", "due_on", "lead", "joint", "product", "authority", "tier", "climbs", "given_on", "given_by", "state",
    "state_on", "said", "done_on", "done_by", "evidence", "confirmed_by", "asked", "asked_on", "asked_by", "answer",
    "answered_on", "answered_by", "version",
)  # fmt: skip
PERIODS_SHOWN: Mapping[Kind, int] = {"week": 6, "month": 6, "quarter": 4}
_RANK = tuple(TIERS)


@dataclass(frozen=True, slots=True)
class Seen:
    """One assignment on a day. `days_left`: to the due date, None when it is over; `acts`: what the reader may do."""

    row: Assignment
    code: str
    project: str | None
    days_left: int | None
    owed: bool
    acts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list shows; all hold together. `count` with `period`: the rows behind a number of the debt table."""

    body: str | None = None
    state: str | None = None  # a state, or "open"
    project: str | None = None
    ward: str | None = None
    conclusion: int | None = None
    source: tuple[str, str] | None = None
    owed: bool = False
    mine: bool = False
    asked: bool = False
    count: str | None = None
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """The list and the debts. `rows` match the filter; `all_rows` are all in reach, the denominator."""

    data_date: date
    rows: tuple[Seen, ...]
    all_rows: int
    open: int
    owed: int
    demo: bool


def code_of(number: int) -> str:
    """What an assignment is called: "GV-12"."""
    return f"GV-{number}"


def access_assignment(session: Session, number: int, *, for_update: bool = False) -> Assignment:
    """The assignment with this number, read afresh. Raises NotFound, also for one outside the reader's reach."""
    query = select(Assignment).where(Assignment.id == number).execution_options(populate_existing=True)
    row = session.scalar(query.with_for_update() if for_update else query)
    if row is None:
        raise NotFound("assignment", str(number))
    return row


def state_of(row: Assignment) -> dict[str, Any]:
    """What an event keeps of an assignment."""
    return {"id": row.id, **{name: plain(getattr(row, name)) for name in SHOWN}, "dues": row.dues}


def duty_of(row: Assignment) -> Duty:
    """The assignment as far as debts go."""
    dues = tuple((date.fromisoformat(a), date.fromisoformat(b)) for a, b in row.dues)
    gone = row.state_on if row.state == "withdrawn" else None
    return Duty(row.id, row.body, row.given_on, dues, row.done_on, gone)


def project_codes(session: Session) -> dict[int, str]:
    """Codes of projects by number."""
    return dict(session.execute(select(Project.id, Project.code)).all())


def works(ctx: Context, row: Assignment, project: str | None) -> bool:
    """Whether the reader is one of those who have to do it: the person named, or the body's own people."""
    who = ctx.principal
    if is_command(ctx) or (row.account and row.account == who.account):
        return True
    if row.body_kind == "ward":
        return who.role.code in ("ward_officer", "ward_leader") and row.ward_code in who.wards
    if row.body_kind == "city":
        return who.role.code == "leadership"
    return who.role.code == row.body_kind and project is not None and project in who.projects


def oversees(ctx: Context, row: Assignment, project: str | None) -> bool:
    """Whether the reader stands on the side that gave it: the giver, the city, a department over what is below it."""
    who = ctx.principal
    if is_command(ctx) or row.given_by == who.account or who.role.code == "leadership":
        return True
    below = row.body_kind in ("ward", "board")
    return who.role.code == "department" and below and project is not None and project in who.projects


def acts_of(ctx: Context, row: Assignment, project: str | None) -> frozenset[str]:
    """What the reader may do to it in its present state."""
    if ctx.known is not None or not (is_command(ctx) or ctx.rights.may(ctx.principal, "assignment.work")):
        return frozenset()
    mine, over = works(ctx, row, project), oversees(ctx, row, project)
    found = {
        act
        for act, (states, _) in ACTS.items()
        if row.state in states and (mine if act in BY_WORKER else over)
    }
    if row.asked is None or row.answer is not None:
        found.discard("explain")
    else:
        found.discard("ask")
    return frozenset(found)


def seen(ctx: Context, row: Assignment, projects: Mapping[int, str], day: date) -> Seen:
    """One row as it is shown."""
    project = projects.get(row.project_id) if row.project_id is not None else None
    open_ = row.state in OPEN
    left = (row.due_on - day).days if open_ else None
    return Seen(
        row, code_of(row.id), project, left, left is not None and left < 0, acts_of(ctx, row, project)
    )


def assigned(
    session: Session, ctx: Context, chosen: Filter, *, as_of: date | None = None
) -> tuple[Assigned, tuple[Duty, ...]]:
    """The assignments in reach that match, debts first, then by due date; and all of them as duties."""
    day = resolve_day(session, as_of)
    rows = session.scalars(
        select(Assignment).where(Assignment.given_on <= day).order_by(Assignment.due_on, Assignment.id)
    ).all()
    projects = project_codes(session)
    duties = {row.id: duty_of(row) for row in rows}
    views = [seen(ctx, row, projects, day) for row in rows]
    found = [view for view in views if _matches(ctx, view, duties[view.row.id], chosen)]
    found.sort(key=lambda v: (not v.owed, v.row.state not in OPEN, v.row.due_on, v.row.id))
    return Assigned(
        data_date=day,
        rows=tuple(found),
        all_rows=len(views),
        open=sum(view.row.state in OPEN for view in views),
        owed=sum(view.owed for view in views),
        demo=any(row.is_demo for row in rows),
    ), tuple(duties.values())


def debts(duties: Iterable[Duty], kind: Kind, day: date) -> tuple[tuple[Period, ...], tuple[BodyLine, ...]]:
    """The last periods of a kind as far as they are known on the day, and a line for each body."""
    periods = tuple(until_today(period, day) for period in latest(kind, day, PERIODS_SHOWN[kind]))
    return periods, lines(duties, periods)


def period_asked(kind: str, until: date | None, day: date) -> Period:
    """The period that a number of the table stands for: the one of `until`, as far as it is known."""
    chosen: Kind = kind if kind in PERIODS_SHOWN else "week"  # type: ignore[assignment]  # one of the three
    return until_today(period_of(chosen, until or day), day)


def chain_of(session: Session, row: Assignment) -> tuple[list[Assignment], list[Assignment]]:
    """What lies above an assignment, the highest first, and what it was passed on as, as far as the reader sees it."""
    above: list[Assignment] = []
    at: Assignment | None = row
    while at is not None and at.parent_id is not None and len(above) < len(BODY_KINDS) * 4:
        at = session.get(Assignment, at.parent_id)
        if at is not None:
            above.insert(0, at)
    below = session.scalars(
        select(Assignment).where(Assignment.parent_id == row.id).order_by(Assignment.id)
    ).all()
    return above, list(below)


def rank(body_kind: str) -> int:
    """How high a kind of body stands, by its tier."""
    return _RANK.index(BODY_KINDS[body_kind][2])


def answer(views: Sequence[Seen]) -> list[dict[str, Any]]:
    """The rows as JSON values."""
    return [
        {
            "code": view.code, **state_of(view.row), "project": view.project, "days_left": view.days_left,
            "owed": view.owed, "acts": sorted(view.acts), "demo": view.row.is_demo,
        }
        for view in views
    ]  # fmt: skip


def _matches(ctx: Context, view: Seen, duty: Duty, chosen: Filter) -> bool:
    row = view.row
    wanted = (
        (chosen.body, row.body), (chosen.project, view.project), (chosen.ward, row.ward_code),
        (chosen.conclusion, row.conclusion_id), (chosen.source, (row.source_kind, row.source_code)),
    )  # fmt: skip
    if any(asked is not None and asked != has for asked, has in wanted):
        return False
    if (
        chosen.state is not None
        and row.state != chosen.state
        and not (chosen.state == "open" and row.state in OPEN)
    ):
        return False
    if (chosen.owed and not view.owed) or (chosen.mine and not _is_mine(ctx, view)):
        return False
    if chosen.asked and (row.asked is None or row.answer is not None):
        return False
    if chosen.count is not None and chosen.period is not None:
        return COUNTS[chosen.count](duty, chosen.period)
    return True


def _is_mine(ctx: Context, view: Seen) -> bool:
    return ctx.principal.account in (view.row.account, view.row.given_by) or works(
        ctx, view.row, view.project
    )
