"""What an import would change, row by row and as shapes, a page at a time; readable only through the import's gate."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

KINDS = ("dropped", "shrunk", "moved", "grown", "attributes", "added")
MOST_SHAPES = 5_000
_ROWS = text(
    """
    select row, kind, map_series, sheet, number, map_version, ward_code, land_use, before_m2, area_m2, case_code, fields
    from proposal_parcel where proposal_id = :id and kind = any (:kinds)
    order by array_position(:order, kind), row limit :limit offset :offset
    """
)
# What matters most first: where there are too many shapes for a map, the untroubled additions are left out.
_SHAPES = text(
    """
    select kind, sheet, number, before_m2, area_m2, ST_AsGeoJSON(geom, 7) as after,
           case when kind <> 'dropped' then ST_AsGeoJSON(geom_before, 7) end as before
    from proposal_parcel where proposal_id = :id and kind = any (:kinds)
    order by array_position(:order, kind), row limit :limit
    """
)
_COUNT = text("select count(*) from proposal_parcel where proposal_id = :id and kind = any (:kinds)")


@dataclass(frozen=True, slots=True)
class Row:
    """One parcel of an import: identity, what happens to it, m² before and after, changed fields [before, after]."""

    row: int
    kind: str
    map_series: str
    sheet: str
    number: str
    map_version: str
    ward_code: str
    land_use: str
    before_m2: float | None
    after_m2: float
    case_code: str | None
    fields: dict[str, list[Any]] | None


_NAMES = tuple(Row.__dataclass_fields__)


def rows(
    session: Session, number: int, *, kind: str | None = None, limit: int = 50, offset: int = 0
) -> tuple[list[Row], int]:
    """Rows that change something (or of one kind), the grave ones first, and how many there are."""
    kinds = list(KINDS) if kind is None else [kind]
    found = session.execute(
        _ROWS, {"id": number, "kinds": kinds, "order": list(KINDS), "limit": limit, "offset": offset}
    )
    total = session.scalar(_COUNT, {"id": number, "kinds": kinds}) or 0
    return [Row(**dict(zip(_NAMES, row, strict=True))) for row in found], int(total)


def shapes(session: Session, number: int, *, most: int = MOST_SHAPES) -> str:
    """GeoJSON of what changes: each parcel after (dropped ones before), and a feature `outline` of what was before.

    At most `most` parcels; `shown` and `total` say how many of how many.
    """
    found = session.execute(
        _SHAPES, {"id": number, "kinds": list(KINDS), "order": list(KINDS), "limit": most}
    ).all()
    features = []
    for kind, sheet, own, before_m2, after_m2, after, before in found:
        told = {"kind": kind, "sheet": sheet, "number": own, "before_m2": before_m2, "after_m2": after_m2}
        features.append({"type": "Feature", "properties": told, "geometry": json.loads(after)})
        if before is not None:
            told = told | {"outline": True}
            features.append({"type": "Feature", "properties": told, "geometry": json.loads(before)})
    total = session.scalar(_COUNT, {"id": number, "kinds": list(KINDS)}) or 0
    return json.dumps(
        {"type": "FeatureCollection", "shown": len(found), "total": int(total), "features": features},
        ensure_ascii=False, separators=(",", ":"),
    )  # fmt: skip
