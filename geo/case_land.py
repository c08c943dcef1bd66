"""The land of cases: parcels, the kind of the land, and the work fronts that wait for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.tables import Project
from geo.whole_tables import joining_whole, tuples
from projects.codes import AGRI, land_kind
from projects.model import ParcelRef

T = TypeVar("T")
LAND = text(
    """
    select project_id, case_id, land_use, sheet, number, area_m2, from_m, to_m from parcel
    where project_id = any(cast(:projects as smallint[]))
    order by project_id, case_id, map_series, sheet, number, map_version
    """
)
# Numbers of cases and of fronts, packed: a case with ten parcels on a front has ten of them.
WAITING = text(
    """
    select string_agg(int4send(q.case_id), ''::bytea), string_agg(int4send(w.id), ''::bytea)
    from work_front w
    join parcel_front pf on pf.front_id = w.id
    join parcel q on q.id = pf.parcel_id
    where w.project_id = any(cast(:projects as smallint[])) and q.project_id = w.project_id
    """
)
FRONTS = text(
    "select id, code from work_front where project_id = any(cast(:projects as smallint[])) order by code"
)


@dataclass(frozen=True, slots=True)
class CaseLand:
    """The land of one project's cases, by the number of the case; a case without land is not there.

    `agricultural`: cases all of whose land is. The notice runs for the longer time unless it is.
    """

    parcels: Mapping[int, tuple[ParcelRef, ...]] = field(default_factory=dict)
    agricultural: frozenset[int] = frozenset()
    fronts: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # by code


def load_case_land(session: Session, projects: Sequence[Project]) -> dict[int, CaseLand]:
    """The land of the cases of several projects, by the project's id."""
    asked = {"projects": [project.id for project in projects]}
    with joining_whole(session):
        rows = tuples(session, LAND, asked)
        (packed,) = tuples(session, WAITING, asked)
        of_front: dict[int, str] = dict(session.execute(FRONTS, asked).all())
    found = {project.id: CaseLand() for project in projects}
    if not rows:
        return found
    owners, cases, uses, *named = zip(*rows, strict=True)
    parcels = _by_case(cases, tuple(map(ParcelRef._make, zip(*named, strict=True))))
    longer = {use for use in set(uses) if land_kind(use) != AGRI}
    mixed = {case for case, use in zip(cases, uses, strict=True) if use in longer}
    waiting = _waiting(packed, of_front)
    for project, mine in _by_case(owners, cases).items():
        own = dict.fromkeys(mine)
        found[project] = CaseLand(
            parcels={case: parcels[case] for case in own},
            agricultural=frozenset(own) - mixed,
            fronts={case: waiting[case] for case in own if case in waiting},
        )
    return found


def _waiting(packed: Sequence[bytes | None], codes: Mapping[int, str]) -> dict[int, tuple[str, ...]]:
    """The fronts of every case by code, from as many packed numbers of cases and of fronts."""
    cases, fronts = (np.frombuffer(numbers or b"", ">i4").astype(np.int64) for numbers in packed)
    by_code = sorted(codes, key=codes.__getitem__)
    places = {number: place for place, number in enumerate(by_code)}
    waited = np.array([places[number] for number in fronts.tolist()], np.int64)
    of_case, place = divmod(np.unique(cases * (len(codes) + 1) + waited), len(codes) + 1)
    return _by_case(of_case, tuple([codes[by_code[at]] for at in place.tolist()]))


def _by_case(cases: npt.ArrayLike, values: tuple[T, ...]) -> dict[int, tuple[T, ...]]:
    """Values in the order of their cases, together by case."""
    numbers = np.asarray(cases, np.int64)
    first = np.flatnonzero(np.diff(numbers, prepend=-1))
    spans = pairwise([*first.tolist(), len(values)])
    return {case: values[at:end] for case, (at, end) in zip(numbers[first].tolist(), spans, strict=True)}
