"""The worklist: the open cases in the reader's reach, what to do in each, in the order that the page prints.

Groups by days left (overdue, 7 days, 30 days, allowed now, later, date missing, no clock yet); inside each group those
that hold the critical path first, by the days their group holds, then fewest days left. Every count is of the rows
that its list shows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import resolve_day
from api.usecases.desks import DeskRow, desk_rows
from api.usecases.facts import all_ward_labels, project_labels
from api.usecases.law_now import law_of
from api.usecases.legal import breaches_of_cases
from api.usecases.may import is_command, sees
from api.usecases.work_extras import StockLine, stock_lines, talks_of
from geo.tables import ClearanceCase, Project
from projects.desk.acts import Act
from projects.desk.desk import GROUPS, Entry, sort_key
from projects.desk.lists import LISTS
from projects.errors import Fault, InvalidInput
from projects.law.clock import Clock
from projects.law.guards import Breach

LIMIT = 50
CRITICAL = "gang"
# Address names of the groups that are lists of their own.
GROUP_LISTS = {"qua-han": "overdue", "7-ngay": "week", "30-ngay": "month", "lam-duoc-ngay": "ready"}
NAMES = (*GROUP_LISTS, CRITICAL, *LISTS)
_NUMBERS = re.compile(r"(?:tờ|to)?\s*([0-9]+)\s*(?:[-–/,·]|\s)+\s*(?:thửa|thua)?\s*([0-9]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """What is shown: `name` a named list ('' all that is open), ward and project codes, and words that are looked for:
    a part of a case code, or sheet and parcel ("41/97", "tờ 41 thửa 97")."""

    name: str = ""
    ward: str = ""
    project: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A row: the case with its desk, the entry of the list that is shown (None: all), what the next step still lacks,
    whether the reader may record it, and how many talks the contact log holds (where the list asks for it)."""

    row: DeskRow
    ward_label: str
    project_short: tuple[str, str]
    entry: Entry | None
    act: Act
    clock: Clock | None
    days: int | None
    lacking: tuple[Breach, ...]
    mine: bool
    talks: int = 0


@dataclass(frozen=True, slots=True)
class Worklist:
    """A page of the worklist. `counts`: rows of each list and group under the same ward, project; `open` of all open
    cases there, `reach` of all open cases in reach; `groups`: rows of the list that is shown, by group; `stock`: of
    resettlement, in the projects of the list that waits for it."""

    data_date: date
    rows: tuple[WorkRow, ...]
    total: int
    limit: int
    offset: int
    counts: Mapping[str, int]
    groups: Mapping[str, int]
    open: int
    reach: int
    wards: tuple[tuple[str, str, int], ...]
    projects: tuple[tuple[str, tuple[str, str], int], ...]
    stock: tuple[StockLine, ...] = ()


def worklist(
    session: Session, ctx: Context, chosen: WorkFilter, *,
    limit: int = LIMIT, offset: int = 0, as_of: date | None = None,
) -> Worklist:  # fmt: skip
    """The page of the worklist that was asked for. Raises InvalidInput for a list that does not exist."""
    if chosen.name and chosen.name not in NAMES:
        raise InvalidInput([Fault("ds", "Không có danh sách này.", "There is no such list.")])
    day = resolve_day(session, as_of)
    reach = rows_in_reach(session, ctx, day)
    here = [
        row
        for row in reach
        if (not chosen.ward or row.case.ward_code == chosen.ward)
        and (not chosen.project or row.project == chosen.project)
    ]
    found = [row for row in here if on_list(row, chosen.name) and matches(row, chosen.words)]
    found.sort(key=lambda row: sort_key(row.desk, row.held, row.case.code, listed=_named(chosen.name)))
    labels, projects = all_ward_labels(session), project_labels(session)
    shown = found[offset : offset + limit]
    return Worklist(
        data_date=day,
        rows=_rows(session, ctx, shown, chosen.name, day, labels, projects),
        total=len(found),
        limit=limit,
        offset=offset,
        counts=_counts(here),
        groups=dict.fromkeys(GROUPS, 0) | Counter(row.desk.group for row in found),
        open=len(here),
        reach=len(reach),
        wards=_wards(reach, labels),
        projects=tuple(
            (code, projects[code], count)
            for code, count in Counter(row.project for row in reach).items()
            if code in projects
        ),
        stock=stock_lines(session, chosen.name, (row.project for row in found)),
    )


def rows_in_reach(session: Session, ctx: Context, day: date) -> list[DeskRow]:
    """The open cases on a day that the reader may be told of."""
    wanted = select(ClearanceCase.project_id).distinct()
    projects = session.scalars(select(Project).where(Project.id.in_(wanted)).order_by(Project.code)).all()
    law = law_of(session, ctx, today=day)
    return [
        row
        for project in projects
        for row in desk_rows(session, ctx, project, day, law=law)
        if sees(ctx, ward=row.case.ward_code, project=row.project)
    ]


def _counts(rows: Sequence[DeskRow]) -> dict[str, int]:
    """How many rows each list has."""
    groups = Counter(row.desk.group for row in rows)
    found = Counter(name for row in rows for name in row.desk.lists)
    timed = {name: groups[group] for name, group in GROUP_LISTS.items()}
    return {name: found[name] for name in LISTS} | timed | {CRITICAL: sum(row.drives for row in rows)}


def on_list(row: DeskRow, name: str) -> bool:
    """Whether a case stands on a list; '' is the list of all."""
    if not name:
        return True
    if name == CRITICAL:
        return row.drives
    return row.desk.group == GROUP_LISTS[name] if name in GROUP_LISTS else name in row.desk.lists


def matches(row: DeskRow, words: str) -> bool:
    """Whether what was typed names the case: a part of its code, or sheet and parcel."""
    wanted = words.strip().lower()
    if not wanted or wanted in row.case.code.lower():
        return True
    numbers = _NUMBERS.fullmatch(wanted)
    if numbers is None:
        return any(wanted == parcel.number.lower() for parcel in row.case.parcels)
    return any((p.sheet.lower(), p.number.lower()) == numbers.groups() for p in row.case.parcels)


def _named(name: str) -> str:
    """The list whose own days order the rows; groups and the critical list keep the order of all."""
    return name if name in LISTS else ""


def _rows(
    session: Session, ctx: Context, rows: list[DeskRow], name: str, day: date,
    labels: Mapping[str, str], projects: Mapping[str, tuple[str, str]],
) -> tuple[WorkRow, ...]:  # fmt: skip
    entries = {row.case.code: row.desk.lists.get(name) for row in rows}
    acts = {
        row.case.code: (e.act if (e := entries[row.case.code]) and e.act else row.desk.act) for row in rows
    }
    moves = {
        row.case.code: (row.case.step, act.code)
        for row in rows
        if (act := acts[row.case.code]).kind == "step"
    }
    talks = talks_of(session, name, entries)
    lacking = breaches_of_cases(session, ctx, moves, on=day) if moves else {}
    return tuple(
        WorkRow(
            row=row,
            ward_label=labels.get(row.case.ward_code, row.case.ward_code),
            project_short=projects.get(row.project, (row.project, row.project)),
            entry=(entry := entries[row.case.code]),
            act=acts[row.case.code],
            clock=entry.clock if entry and entry.clock else row.desk.clock,
            days=_days(row, entry),
            lacking=tuple(b for b in lacking.get(row.case.code, ()) if b.blocking),
            mine=_mine(ctx, row, acts[row.case.code]),
            talks=talks.get(row.case.code, 0),
        )
        for row in rows
    )


def _days(row: DeskRow, entry: Entry | None) -> int | None:
    """The days that a row shows: those of its list, and of the case where the list has no clock of its own."""
    if entry is None or (entry.days is None and entry.clock is None):
        return row.desk.days
    return entry.days


def _mine(ctx: Context, row: DeskRow, act: Act) -> bool:
    """Whether the reader may record this act in this case."""
    if is_command(ctx):
        return act.kind != "none"
    action = {"step": "case.change", "fact": "fact.record"}.get(act.kind)
    if action is None:
        return False
    may = ctx.rights.may_on(ctx.principal, action, ward=row.case.ward_code, project=row.project)
    return may and (act.kind == "fact" or ctx.rights.may_record(ctx.principal, act.code))


def _wards(rows: Iterable[DeskRow], labels: Mapping[str, str]) -> tuple[tuple[str, str, int], ...]:
    counted = Counter(row.case.ward_code for row in rows)
    named = [(code, labels.get(code, code), count) for code, count in counted.items()]
    return tuple(sorted(named, key=lambda ward: ward[1][ward[1].find(" ") + 1 :]))
