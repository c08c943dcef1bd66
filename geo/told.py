"""What the events of a project's cases say, as arrays: read once, then kept up by the number of the last event.

The histories of many cases are asked again and again: how long steps took, which facts the law counts from, where
cases stood on a past day. They only grow, so a reader that keeps what it has read asks for the new events alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from projects.steps import STEPS

Rows = npt.NDArray[Any]
EPOCH = date(2000, 1, 1)
NO_DAY = -(1 << 31)  # of a row without such a day
# What a row says: the history of the case begins; a step was told, it differs from the one before; the notice was
# issued again; and which fields the event speaks of (`projects.history.changed`).
FIRST, TOLD_STEP, NEW_STEP, REISSUED, OF_STEP, OF_PROMISE, OF_OBSTACLE, IMPORT = (1 << n for n in range(8))
NAMES = tuple(STEPS)  # a row's step is a place in it, -1 for none

CASES = text(
    """
    select project_id, string_agg(int4send(id) || convert_to(rpad(ward_code, 5), 'UTF8'), ''::bytea order by id),
           string_agg(code, chr(10) order by id)
    from clearance_case where project_id = any(cast(:projects as smallint[])) group by project_id
    """
)
_PACKED_CASES = np.dtype([("case", ">i4"), ("ward", "S5")])
# Projects of which nothing is told but how their cases came in have no rows: most of the city, at first.
SPEAKING = text(
    """
    select p.code from unnest(cast(:codes as text[])) p (code) where exists (
        select from event
        where object_type = 'case' and project_code = p.code and kind <> 'case.import' and id <= :last)
    """
)
LAST = text("select max(id) from event")
# One packed value, read by numpy as it is: a hundred thousand rows of Python objects cost more than all that is
# computed from them.
_EVENTS = """
    select string_agg(int8send(e.id) || int8send(coalesce(e.corrects, 0)) || int4send(c.project_id) || int4send(c.id)
        || int4send(e.effective_on - date '2000-01-01')
        || int4send(coalesce(cast(e.after ->> 'step_on' as date) - date '2000-01-01', -2147483648))
        || int4send(coalesce(cast(e.after ->> 'promised_on' as date) - date '2000-01-01', -2147483648))
        || convert_to(rpad(coalesce(e.after ->> 'step', ''), 4), 'UTF8')
        || convert_to(rpad(coalesce(e.after ->> 'obstacle', ''), 16), 'UTF8')
        || int2send(cast(case when jsonb_typeof(e.before) is distinct from 'object' then 1
            else case when moved or kind = 'case.step' or day_moved then 2 else 0 end
                 + case when moved then 4 else 0 end
                 + case when kind = 'case.step' and e.before ->> 'step' = 'S20' and e.after ->> 'step' = 'S20'
                        then 8 else 0 end
                 + case when moved or day_moved then 16 else 0 end
                 + case when e.before ->> 'promised_on' is distinct from e.after ->> 'promised_on' then 32 else 0 end
                 + case when e.before ->> 'obstacle' is distinct from e.after ->> 'obstacle' then 64 else 0 end
            end + case when kind = 'case.import' then 128 else 0 end as smallint)), ''::bytea)
    from (select *, before ->> 'step' is distinct from after ->> 'step' as moved,
                 before ->> 'step_on' is distinct from after ->> 'step_on' as day_moved
          from event where object_type = 'case' and {which}) e
    join clearance_case c on c.code = e.object_code
"""
ALL_EVENTS = text(
    _EVENTS.format(which="project_code = any(cast(:codes as text[])) and id <= :last"),
)
NEW_EVENTS = text(
    _EVENTS.format(which="id > :seen and id <= :last and project_code = any(cast(:codes as text[]))")
)
_PACKED = np.dtype(
    [
        ("id", ">i8"), ("corrects", ">i8"), ("project", ">i4"), ("case", ">i4"), ("day", ">i4"), ("step_on", ">i4"),
        ("promised_on", ">i4"), ("step", "S4"), ("obstacle", "S16"), ("says", ">i2"),
    ]
)  # fmt: skip
_ROW = np.dtype(
    [
        ("case", "i4"), ("day", "i4"), ("place", "i8"), ("id", "i8"), ("step_on", "i4"), ("promised_on", "i4"),
        ("step", "i1"), ("obstacle", "S16"), ("says", "u1"),
    ]
)  # fmt: skip
_NAMES = np.array([code.ljust(4).encode() for code in NAMES])  # as the statement pads them
_ORDER = np.argsort(_NAMES)
_NEVER = np.iinfo(np.int32).min


@dataclass(frozen=True, slots=True)
class Told:
    """The histories of one project's cases up to the event `last`.

    `rows` holds the statements that stand by the rules of `projects.history.standing` (a test holds the two together),
    those of a case together: where it begins in front, the others in the order in which they are true. `cases`
    (numbers, growing), `codes`, `wards` and `latest`, the last day of which any event of a case speaks, go together.
    Days are counted from `EPOCH`.
    """

    last: int
    cases: npt.NDArray[np.int64]
    codes: tuple[str, ...]
    wards: npt.NDArray[np.bytes_]
    latest: npt.NDArray[np.int64]
    rows: Rows = field(default_factory=lambda: np.empty(0, _ROW))
    roots: Mapping[int, int] = field(
        default_factory=dict
    )  # of events in chains of corrections, the first one
    speaks: bool = False  # whether anything is told but how the cases came in; `rows` is empty if not

    def says(self, what: int) -> npt.NDArray[np.bool_]:
        """Which rows say this."""
        found: npt.NDArray[np.bool_] = (self.rows["says"] & what) != 0
        return found

    def known_by(self, event: int) -> bool:
        """Whether this is the history as it was known with an event: nothing was told between that and `last`."""
        return self.last >= event and not np.any(self.rows["id"] > event)

    def stepped(self) -> npt.NDArray[np.int64]:
        """Of each row the day of its step: where a case begins the day that it came with, `NO_DAY` without one."""
        found: npt.NDArray[np.int64] = np.where(
            self.says(FIRST), self.rows["step_on"], self.rows["day"]
        ).astype(np.int64)
        return found

    def true_by(self, day: int) -> npt.NDArray[np.bool_]:
        """Which rows count at the end of a day: what is true by then, and where a case begins."""
        found: npt.NDArray[np.bool_] = (self.rows["day"] <= day) | self.says(FIRST)
        return found


def told_of(
    session: Session, projects: Mapping[int, str], kept: Mapping[int, Told] | None = None
) -> dict[int, Told]:
    """The histories of these projects (id → code); of those in `kept` only what is new is read.

    Sees what the session's reach sees, so ask inside `geo.scope.calculating`.
    """
    if not projects:
        return {}
    last = session.scalar(LAST) or 0
    begun = _begun(session, projects)
    # A case that was taken back and came in again has another number, and its earlier events count again.
    older = {
        p: old
        for p, old in (kept or {}).items()
        if p in projects and np.array_equal(old.cases, begun[p].cases)
    }
    found: dict[int, Told] = {}
    seen = min((old.last for old in older.values()), default=last)
    new = (
        _rows(session, NEW_EVENTS, [projects[p] for p in older], seen=seen, last=last)
        if seen < last
        else _NO_ROWS
    )
    for project, old in older.items():
        mine = new[(new["project"] == project) & (new["id"] > old.last)]
        if old.speaks or not np.any((mine["says"] & IMPORT) == 0):
            known = replace(
                begun[project], rows=old.rows, roots=old.roots, latest=old.latest, speaks=old.speaks
            )
            # A reader whose snapshot is older than what is kept takes nothing away.
            found[project] = replace(_grown(known, mine) if old.speaks else known, last=max(last, old.last))
    whole = {code: p for p, code in projects.items() if p not in found}
    speaking = session.scalars(SPEAKING, {"codes": list(whole), "last": last}).all() if whole else []
    rows = _rows(session, ALL_EVENTS, speaking, last=last) if speaking else _NO_ROWS
    for code, project in whole.items():
        found[project] = replace(begun[project], last=last, speaks=code in speaking)
        if code in speaking:
            found[project] = _grown(found[project], rows[rows["project"] == project])
    return found


_NO_ROWS = np.empty(0, _PACKED)


def _rows(session: Session, statement: TextClause, codes: Sequence[str], **asked: int) -> Rows:
    return np.frombuffer(session.scalar(statement, {"codes": list(codes), **asked}) or b"", _PACKED)


def _begun(session: Session, projects: Mapping[int, str]) -> dict[int, Told]:
    """Of each project its cases, without a history."""
    read = {row[0]: row[1:] for row in session.execute(CASES, {"projects": list(projects)})}
    found = {}
    for project in projects:
        packed, codes = read.get(project, (b"", ""))
        cases = np.frombuffer(packed, _PACKED_CASES)
        found[project] = Told(
            last=0,
            cases=cases["case"].astype(np.int64),
            codes=tuple(codes.split("\n")) if codes else (),
            wards=cases["ward"],
            latest=np.full(len(cases), _NEVER, np.int64),
        )
    return found


def _grown(told: Told, new: Rows) -> Told:
    """The history with more events."""
    if not len(new):
        return told
    roots = dict(told.roots)
    for number, corrected in sorted(new[["id", "corrects"]][new["corrects"] != 0].tolist()):
        roots[number] = roots[corrected] = roots.get(corrected, corrected)
    rows = np.empty(len(new), _ROW)
    for name in ("case", "day", "id", "step_on", "promised_on", "obstacle", "says"):
        rows[name] = new[name]
    rows["place"] = new["id"]
    if roots:
        rows["place"] = [roots.get(number, number) for number in new["id"].tolist()]
    at = _ORDER[np.searchsorted(_NAMES, new["step"], sorter=_ORDER).clip(max=len(_NAMES) - 1)]
    rows["step"] = np.where(_NAMES[at] == new["step"], at, -1)
    latest = told.latest.copy()
    np.maximum.at(latest, np.searchsorted(told.cases, rows["case"]), rows["day"])
    rows = np.concatenate([told.rows, rows])
    if roots:  # of an event and its corrections the newest, at the place of the first
        rows = rows[np.lexsort((rows["id"], rows["place"]))]
        rows = rows[np.append(rows["place"][1:] != rows["place"][:-1], True)]
    first = (rows["says"] & FIRST) != 0
    order = np.lexsort((rows["place"], np.where(first, _NEVER, rows["day"]), rows["case"]))
    return replace(told, rows=rows[order], roots=roots, latest=latest)
