"""What the corridor takes: areas by ward and land code, the rests that are too small to use, and two versions compared.

Areas come from all land of the project; single parcels are named only within the reader's reach. A rest counts as small
when its largest part in one piece is below a working threshold, which is a setting and no figure of the law.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import facts
from geo.access import access_project, portfolio_state
from geo.scope import calculating
from geo.tables import Corridor, Project
from geo.takings import compare, corridors, in_metres, load_land
from projects.codes import LAND_CODES, land_kind
from projects.errors import NotFound

SMALL_M2 = 50.0
LISTED = 200

SUMS = text(
    """
    select p.ward_code, p.land_use, count(*) as parcels, count(t.parcel_id) as touched,
           count(*) filter (where t.rest_m2 = 0) as whole,
           count(*) filter (where t.rest_m2 > 0 and t.largest_rest_m2 < :small) as small,
           sum(p.area_m2) as parcels_m2, coalesce(sum(t.taken_m2), 0) as taken_m2,
           coalesce(sum(t.rest_m2), 0) as rest_m2
    from parcel p left join (taking t join corridor c on c.id = t.corridor_id and c.is_current) on t.parcel_id = p.id
    where p.project_id = :project group by p.ward_code, p.land_use order by p.ward_code, p.land_use
    """
)
SMALL = text(
    """
    select k.code, p.map_series, p.sheet, p.number, p.ward_code, p.land_use, p.area_m2, t.taken_m2, t.rest_m2,
           t.largest_rest_m2
    from taking t join corridor c on c.id = t.corridor_id and c.is_current
    join parcel p on p.id = t.parcel_id join clearance_case k on k.id = p.case_id
    where c.project_id = :project and t.rest_m2 > 0 and t.largest_rest_m2 < :small
    order by t.largest_rest_m2, p.map_series, p.sheet, p.number limit :most
    """
)
NAMES = text(
    """
    select p.id, k.code, p.map_series, p.sheet, p.number, p.ward_code, p.land_use, p.area_m2
    from parcel p join clearance_case k on k.id = p.case_id where p.id = any(cast(:ids as uuid[]))
    """
)


@dataclass(frozen=True, slots=True)
class TakeOffRow:
    """The land of one ward and land code (or of all): counts of parcels, areas in m².

    `touched` parcels lose land, `whole` of them all of it, `small` keep a rest that is too small.
    """

    ward_code: str
    ward_label: str
    land_use: str
    land_label: tuple[str, str]
    kind: str
    parcels: int
    touched: int
    whole: int
    small: int
    parcels_m2: float
    taken_m2: float
    rest_m2: float


@dataclass(frozen=True, slots=True)
class CorridorVersion:
    """One version of a corridor; `area_m2` in EPSG:5897."""

    version: int
    current: bool
    derived: bool
    source: str
    filename: str | None
    sha256: str | None
    area_m2: float


@dataclass(frozen=True, slots=True)
class TakeOffView:
    """`small_seen` and `compared` name parcels in the reader's reach only; their totals count all."""

    project: str
    data_date: date
    corridor: CorridorVersion | None
    versions: tuple[CorridorVersion, ...]
    small_m2: float
    rows: tuple[TakeOffRow, ...]
    total: TakeOffRow
    small_seen: tuple[dict[str, Any], ...]
    compared: CorridorDiff | None


@dataclass(frozen=True, slots=True)
class CorridorDiff:
    """Two versions of a corridor on the land of today: parcels added, dropped, changed, and what is taken of them."""

    before: int
    after: int
    added: int
    dropped: int
    changed: int
    before_m2: float
    after_m2: float
    seen: tuple[dict[str, Any], ...]


def takeoff_view(
    session: Session, ctx: Context, code: str, *, small_m2: float = SMALL_M2, against: int | None = None
) -> TakeOffView:
    """The take-off of a project by its current corridor; `against`: the version it is compared with.

    Raises NotFound for the project, and for a version that there never was.
    """
    project = access_project(session, code)
    labels = facts.all_ward_labels(session)
    versions = corridors(session, project.id)
    current = next((row for row in versions if row.is_current), None)
    with calculating(session):
        sums = session.execute(SUMS, {"project": project.id, "small": small_m2}).mappings().all()
    rows = tuple(
        TakeOffRow(
            ward_label=labels.get(row["ward_code"], row["ward_code"]),
            land_label=land_label(row["land_use"]),
            kind=land_kind(row["land_use"]),
            **row,
        )
        for row in sums
    )
    small = (
        session.execute(SMALL, {"project": project.id, "small": small_m2, "most": LISTED}).mappings().all()
    )
    return TakeOffView(
        project=code,
        data_date=portfolio_state(session).data_date,
        corridor=_version(current) if current is not None else None,
        versions=tuple(_version(row) for row in versions),
        small_m2=small_m2,
        rows=rows,
        total=_total(rows),
        small_seen=tuple(dict(row) | {"ward_label": labels.get(row["ward_code"], "")} for row in small),
        compared=_compared(session, ctx, project, versions, current, against, labels) if against else None,
    )


def land_label(code: str) -> tuple[str, str]:
    """A land code, also a composite one, in Vietnamese and English words."""
    parts = [LAND_CODES.get(part, (part, part, "")) for part in code.split("+")]
    return " + ".join(p[0] for p in parts), " + ".join(p[1] for p in parts)


def _compared(
    session: Session, ctx: Context, project: Project, versions: Sequence[Corridor], current: Corridor | None,
    against: int, labels: dict[str, str],
) -> CorridorDiff:  # fmt: skip
    old = next((row for row in versions if row.version == against), None)
    if old is None or current is None:
        raise NotFound("corridor", str(against))
    key = ("corridors", project.id, project.revision, old.id, current.id, ctx.known)

    def make() -> Any:
        with calculating(session):
            return compare(load_land(session, project.id), in_metres(old), in_metres(current))

    changes = ctx.cache.get(key, make)
    named: dict[uuid.UUID, Any] = {}
    if changes:
        ids = [change.parcel_id for change in changes]
        named = {row["id"]: row for row in session.execute(NAMES, {"ids": ids}).mappings()}
    seen = [
        {
            **{k: v for k, v in named[c.parcel_id].items() if k != "id"},
            "ward_label": labels.get(named[c.parcel_id]["ward_code"], ""),
            "before_m2": c.before_m2,
            "after_m2": c.after_m2,
            "change": "added" if c.before_m2 == 0 else "dropped" if c.after_m2 == 0 else "changed",
        }
        for c in changes
        if c.parcel_id in named
    ]
    seen.sort(key=lambda row: (-abs(row["after_m2"] - row["before_m2"]), row["sheet"], row["number"]))
    return CorridorDiff(
        before=old.version,
        after=current.version,
        added=sum(c.before_m2 == 0 for c in changes),
        dropped=sum(c.after_m2 == 0 for c in changes),
        changed=sum(c.before_m2 > 0 and c.after_m2 > 0 for c in changes),
        before_m2=sum(c.before_m2 for c in changes),
        after_m2=sum(c.after_m2 for c in changes),
        seen=tuple(seen[:LISTED]),
    )


def _version(row: Corridor) -> CorridorVersion:
    return CorridorVersion(
        version=row.version,
        current=row.is_current,
        derived=row.derived,
        source=row.source,
        filename=row.filename,
        sha256=row.sha256,
        area_m2=float(shapely.area(in_metres(row))),
    )


def _total(rows: Sequence[TakeOffRow]) -> TakeOffRow:
    return TakeOffRow(
        ward_code="", ward_label="", land_use="", land_label=("", ""), kind="",
        parcels=sum(r.parcels for r in rows), touched=sum(r.touched for r in rows),
        whole=sum(r.whole for r in rows), small=sum(r.small for r in rows),
        parcels_m2=sum(r.parcels_m2 for r in rows), taken_m2=sum(r.taken_m2 for r in rows),
        rest_m2=sum(r.rest_m2 for r in rows),
    )  # fmt: skip
