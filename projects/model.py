"""The vocabulary of the core as frozen values: no I/O, no clock, no SQL.

Dates are whole days. A finish is the last day worked (inclusive); a handover on day D frees the land
from the morning of D + 1. Chainage is metres along the alignment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class LinkType(StrEnum):
    """Finish/start relation of a dependency, as in every scheduling tool."""

    FS = "FS"
    SS = "SS"
    FF = "FF"
    SF = "SF"


class NodeKind(StrEnum):
    """What a node of the dependency network stands for."""

    TASK = "task"
    MILESTONE = "milestone"
    POSSESSION = "possession"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class Activity:
    """A node: `duration` and `remaining` in working days of `calendar`; milestones last 0 days.

    `not_before` is the earliest start; for a land case it is the forecast handover day. Actual dates are
    facts and win over logic. `front` is the work front the node belongs to, if any.
    """

    code: str
    name_vi: str
    name_en: str
    duration: int
    calendar: str
    kind: NodeKind = NodeKind.TASK
    front: str | None = None
    not_before: date | None = None
    actual_start: date | None = None
    actual_finish: date | None = None
    remaining: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """`succ` depends on `pred`; `lag` in working days of the predecessor's calendar, may be negative."""

    pred: str
    succ: str
    type: LinkType = LinkType.FS
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Network:
    """Activities and links of one project; `finish` is the code of the completion milestone."""

    project: str
    activities: tuple[Activity, ...]
    links: tuple[Link, ...]
    finish: str


@dataclass(frozen=True, slots=True)
class WorkFront:
    """A stretch [from_m, to_m] of chainage (or an area, then both None) that opens as a whole."""

    code: str
    name_vi: str
    name_en: str
    kind: str
    section: str
    from_m: float | None
    to_m: float | None
    needs_land: bool = True


class ParcelRef(NamedTuple):
    """What the core needs to name a parcel: sheet and number, area in m², chainage interval in m."""

    sheet: str
    number: str
    area_m2: float
    from_m: float | None
    to_m: float | None


@dataclass(frozen=True, slots=True)
class CaseState:
    """A clearance case as of some day: where it stands and which fronts wait for it.

    `land` is 'agri' only when every parcel is agricultural (`projects.codes.land_kind`): it sets the notice.
    """

    code: str
    ward_code: str
    step: str
    step_on: date
    promised_on: date | None
    obstacle: str | None
    fronts: tuple[str, ...]
    parcels: tuple[ParcelRef, ...] = field(default=())
    version: int = 1
    is_demo: bool = False
    land: str = "non_agri"
