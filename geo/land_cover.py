"""The land along the alignments of a project as arrays, and the names of parcels: one statement each.

50,000 parcels as rows of Python objects cost more than all that is computed from them, so the database sends one
packed value and numpy reads it as it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo.past_states import States
from geo.tables import ClearanceCase, Project
from geo.whole_tables import joining_whole
from projects.clearance import gives_possession, wants_land
from projects.steps import STEPS
from projects.workable import Cover

# Of a step whether its land is released: handed over to the investor, or no longer wanted (X2).
HANDED = tuple(step for step in STEPS if gives_possession(step))
UNWANTED = tuple(step for step in STEPS if not wants_land(step))

# PostgreSQL's binary form of each value, big-endian, in the order of `PACKED`.
ROWS = text(
    """
    select string_agg(
        uuid_send(a.parcel_id) || int4send(a.alignment_id) || int4send(a.case_id)
        || float8send(a.from_m) || float8send(a.to_m) || int4send(c.step_on - date '2000-01-01')
        || convert_to(a.side, 'UTF8') || convert_to(rpad(a.ward_code, 5), 'UTF8')
        || case when c.step = any(cast(:unwanted as text[])) then '\\x00'::bytea
                when c.step = any(cast(:handed as text[])) and c.step_on <= :day then '\\x00'::bytea
                else '\\x01'::bytea end, ''::bytea)
    from parcel_alignment a
    join clearance_case c on c.id = a.case_id
    where a.project_id = any(cast(:projects as smallint[])) and c.project_id = a.project_id
    """
)
PACKED = np.dtype(
    [
        ("parcel", "V16"),
        ("alignment", ">i4"),
        ("case", ">i4"),
        ("from_m", ">f8"),
        ("to_m", ">f8"),
        ("step_on", ">i4"),
        ("side", "S1"),
        ("ward", "S5"),  # five digits of the national code
        ("held", "u1"),
    ]
)
EPOCH = date(2000, 1, 1).toordinal()

NAMES = text(
    """
    select p.id, p.map_series, p.sheet, p.number, p.ward_code, c.code
    from parcel p join clearance_case c on c.id = p.case_id
    where p.id = any(cast(:ids as uuid[]))
    """
)


@dataclass(frozen=True, slots=True)
class LandCover:
    """The land of one alignment, one entry per parcel and part, as of a day.

    `case` are ids of cases, `parcel` 16 bytes of each parcel's id, `since` the ordinal of the day of the present step,
    `side` b'L', b'R' or b'B', `ward` the code of the ward.
    """

    parcel: npt.NDArray[Any]
    case: npt.NDArray[np.int64]
    since: npt.NDArray[np.int64]
    side: npt.NDArray[np.bytes_]
    ward: npt.NDArray[np.bytes_]
    cover: Cover

    def beside(self, side: str) -> Cover:
        """The land on one side, 'L' or 'R', what the axis crosses included."""
        mine = (self.side == side.encode()) | (self.side == b"B")
        return Cover(self.cover.from_m[mine], self.cover.to_m[mine], self.cover.held[mine])


@dataclass(frozen=True, slots=True)
class ParcelName:
    """How a parcel is called, and whose case it is."""

    map_series: str
    sheet: str
    number: str
    ward_code: str
    case: str


def load_land_of(
    session: Session, projects: Sequence[Project], *, as_of: date, then: Mapping[str, States]
) -> dict[int, LandCover]:
    """The land of several projects by alignment id as it stood at the end of `as_of`, by what the session knows; `then`
    is what `geo.past_states.states_then` gives, by their codes.

    Sees what the session's reach sees: sums of all land are asked inside `geo.scope.calculating`.
    """
    asked = {
        "projects": [project.id for project in projects],
        "day": as_of,
        "handed": list(HANDED),
        "unwanted": list(UNWANTED),
    }
    with joining_whole(session):
        packed = session.scalar(ROWS, asked)
    rows = np.frombuffer(packed or b"", dtype=PACKED)
    case = rows["case"].astype(np.int64)
    held = rows["held"].astype(bool)
    since = rows["step_on"].astype(np.int64) + EPOCH
    if rows.size:
        for project in projects:
            _put_back(session, project, as_of, then[project.code], case, held, since)
    found: dict[int, LandCover] = {}
    for alignment in np.unique(rows["alignment"]).tolist():
        mine = rows["alignment"] == alignment
        from_m, to_m = (rows[name][mine].astype(np.float64) for name in ("from_m", "to_m"))
        found[alignment] = LandCover(
            parcel=rows["parcel"][mine],
            case=case[mine],
            since=since[mine],
            side=rows["side"][mine],
            ward=rows["ward"][mine],
            cover=Cover(from_m, to_m, held[mine]),
        )
    return found


def named(session: Session, parcels: Iterable[bytes]) -> dict[bytes, ParcelName]:
    """The names of parcels within the session's reach, by their id."""
    ids = [uuid.UUID(bytes=parcel) for parcel in parcels]
    if not ids:
        return {}
    rows = session.execute(NAMES, {"ids": ids}).all()
    return {row[0].bytes: ParcelName(*row[1:]) for row in rows}


def _put_back(
    session: Session,
    project: Project,
    as_of: date,
    then: States,
    case: npt.NDArray[np.int64],
    held: npt.NDArray[np.bool_],
    since: npt.NDArray[np.int64],
) -> None:
    """Cases that moved after the day stand where they stood on it; writes into `held` and `since`."""
    if not then:
        return
    ids = _case_ids(session, project.id, then)
    known = np.array(sorted(ids), dtype=np.int64)
    states = [then[ids[number]] for number in known.tolist()]
    steps = [(str(was.step), was.step_on or date.min) for was in states]
    was_held = np.array([_is_held(step, on, as_of) for step, on in steps], dtype=bool)
    was_since = np.array([on.toordinal() for _, on in steps], dtype=np.int64)
    (moved,) = np.nonzero(np.isin(case, known))
    place = np.searchsorted(known, case[moved])
    held[moved], since[moved] = was_held[place], was_since[place]


def _is_held(step: str, on: date, as_of: date) -> bool:
    return wants_land(step) and not (gives_possession(step) and on <= as_of)


def _case_ids(session: Session, project_id: int, codes: Mapping[str, object]) -> dict[int, str]:
    rows = session.execute(
        select(ClearanceCase.id, ClearanceCase.code).where(
            ClearanceCase.project_id == project_id, ClearanceCase.code.in_(list(codes))
        )
    ).all()
    return dict(rows)
