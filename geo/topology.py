"""What is wrong with a fabric as a whole: overlaps, gaps, slivers, invalid shapes, doubles, land in another ward.

Set-based in PostGIS over a project's land or a proposal's rows. Areas and lengths are those of EPSG:5897. The report
repairs nothing; `repair` does that on request and says so in the history.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.history import record, touch
from geo.lineage import measure_anew
from geo.tables import Project

Kind = Literal["invalid", "same_number", "same_shape", "overlap", "gap", "sliver", "ward"]
KIND_WORDS: dict[str, tuple[str, str]] = {
    "invalid": ("hình không hợp lệ", "invalid shape"),
    "same_number": ("trùng số thửa", "the same number twice"),
    "same_shape": ("trùng hình", "the same shape twice"),
    "overlap": ("chồng nhau", "overlap"),
    "gap": ("khe hở", "gap"),
    "sliver": ("mảnh vụn", "sliver"),
    "ward": ("khác phường, xã đã ghi", "not in the stated ward"),
}
OVERLAP_M2 = 0.1  # two surveys of one edge differ by more than rounding below this
GAP_M2 = 200.0  # a hole in the fabric larger than this is a street or a pond, not a gap
SLIVER_M = 0.5  # mean width (2 × area / perimeter) under which a parcel is a strip of nothing
MOST = 1_000

# What is judged: its table as `b`, the text that a row is called by, and which rows.
_LAND = {"table": "parcel", "name": "id::text", "of": "b.project_id = :of"}
_ROWS = {"table": "proposal_parcel", "name": "row::text", "of": "b.proposal_id = :of and b.kind <> 'dropped'"}
_REPORT = """
    with land as materialized (
        select name, sheet, number, map_series, map_version, ward_code, geom, ST_Transform(geom, 5897) as flat
        from (select {name} as name, b.* from {table} b where {of}) s),
    sound as materialized (select * from land where ST_IsValid(flat)),
    -- A parcel lies in the ward that has a point of its inside; a ward whose boundary is not loaded has no say. Where
    -- none has, the old commune that the map series is called by tells which wards it can be.
    elsewhere as (
        select l.*, stated.name || ' (' || stated.code || ')' as said,
               case when w.code is not null then w.name || ' (' || w.code || ')'
                    when stated.boundary is null then past.lies || ' · lịch sử (history)' end as lies
        from (select s.*, ST_PointOnSurface(s.geom) as at from sound s) l
        join ward stated on stated.code = l.ward_code
        left join lateral (select name, code from ward w where w.boundary && l.at and ST_Covers(w.boundary, l.at)
                           order by code limit 1) w on true
        left join lateral (select string_agg(n.name || ' (' || n.code || ')', ', ' order by n.code) as lies,
                                  bool_or(n.code = l.ward_code) as may
                           from ward_history h join ward n on n.code = h.ward_code
                           where h.old_code = l.map_series and h.old_code <> '') past on true
        where (stated.boundary is null or not ST_Covers(stated.boundary, l.at))
          and (stated.boundary is not null or w.code is not null or not past.may)
    ),
    outlines as materialized (
        select code, ST_Transform(boundary, 5897) as outline from ward
        where boundary is not null and code in (select ward_code from elsewhere)),
    -- Neighbours by the index of the table, and of them those whose boxes share enough: what they share is no larger.
    near as materialized (
        select a.name, b.{name} as other from sound a
        join {table} b on b.geom && a.geom and a.name < b.{name} and {of}),
    pairs as (
        select a.sheet, a.number, b.sheet as other_sheet, b.number as other_number, a.flat as f, b.flat as g,
               ST_Equals(a.flat, b.flat) as same
        from near join sound a on a.name = near.name join sound b on b.name = near.other
        where (a.flat ~= b.flat or
               (least(ST_XMax(a.flat), ST_XMax(b.flat)) - greatest(ST_XMin(a.flat), ST_XMin(b.flat)))
               * (least(ST_YMax(a.flat), ST_YMax(b.flat)) - greatest(ST_YMin(a.flat), ST_YMin(b.flat))) > :overlap)
          and ST_Relate(a.flat, b.flat, 'T********')
    ),
    -- On a grid of 1 mm: edges that meet in a T would else leave cracks as wide as the rounding.
    whole as (select (ST_Dump(ST_Union(flat, 0.001))).geom as g from sound),
    holes as (select (ST_DumpRings(g)) as ring from whole),
    found as (
        select 'invalid' as kind, sheet, number, null as other_sheet, null as other_number, null::float8 as m2,
               flat as g, ST_IsValidReason(flat) as note from land where not ST_IsValid(flat)
        union all
        select 'same_shape', sheet, number, other_sheet, other_number, ST_Area(f), f, null from pairs where same
        union all
        select 'overlap', sheet, number, other_sheet, other_number, ST_Area(i), i, null
        from (select *, ST_Intersection(f, g) as i from pairs where not same) p where ST_Area(i) > :overlap
        union all
        select 'gap', null, null, null, null, ST_Area(g), g, null
        from (select ST_MakePolygon(ST_ExteriorRing((ring).geom)) as g from holes where (ring).path[1] > 0) h
        where ST_Area(g) <= :gap
        union all
        select 'sliver', sheet, number, null, null, ST_Area(flat), flat, null
        from sound where 2 * ST_Area(flat) / nullif(ST_Perimeter(flat), 0) < :sliver
        union all
        select 'same_number', sheet, number, null, null, null, ST_Collect(flat), count(*)::text
        from land group by map_series, sheet, number, map_version having count(*) > 1
        union all
        select 'ward', sheet, number, null, null, ST_Area(flat), flat, said || ' → ' || coalesce(lies, '–')
               || coalesce(' · ' || round(ST_Distance(ST_Transform(at, 5897), outline))::text || ' m', '')
        from elsewhere left join outlines on code = ward_code
    )
    select kind, sheet, number, other_sheet, other_number, m2, ST_AsGeoJSON(ST_Transform(g, 4326), 7) as shape, note
    from found order by array_position(
        array['invalid', 'same_number', 'same_shape', 'overlap', 'gap', 'sliver', 'ward'], kind), m2 desc nulls last
    limit :most
"""
OF_LAND, OF_ROWS = (text(_REPORT.format(**source)) for source in (_LAND, _ROWS))
_REPAIR = text(
    """
    update parcel q set geom = r.fixed, area_m2 = ST_Area(ST_Transform(r.fixed, 5897))
    from (select id, ST_Multi(ST_CollectionExtract(ST_MakeValid(geom), 3)) as fixed from parcel
          where project_id = :project and id = any (cast(:ids as uuid[])) and not ST_IsValid(geom)) r
    where q.id = r.id and not ST_IsEmpty(r.fixed)
    returning q.id::text, q.sheet, q.number, q.area_m2
    """
)


@dataclass(frozen=True, slots=True)
class Offence:
    """One thing wrong: the parcel (and the other one) by sheet and number, m² where it has any, GeoJSON in WGS 84.

    `note`: why a shape is invalid, how often a number is there, or the stated ward → the ward by location ("–" outside
    all; by the history of its map series where no boundary says) and the metres from the stated ward's boundary to the
    point inside the parcel.
    """

    kind: str
    sheet: str | None
    number: str | None
    other_sheet: str | None
    other_number: str | None
    m2: float | None
    shape: str
    note: str | None


def report(
    session: Session,
    *,
    project_id: int | None = None,
    proposal: int | None = None,
    overlap_m2: float = OVERLAP_M2,
    gap_m2: float = GAP_M2,
    sliver_m: float = SLIVER_M,
    most: int = MOST,
) -> list[Offence]:
    """What is wrong with a project's land, or with a proposal's rows; the grave kinds first, at most `most`."""
    if (project_id is None) == (proposal is None):
        raise ValueError("a project or a proposal")
    query, of = (OF_LAND, project_id) if proposal is None else (OF_ROWS, proposal)
    asked = {"of": of, "overlap": overlap_m2, "gap": gap_m2, "sliver": sliver_m, "most": most}
    return [Offence(*row) for row in session.execute(query, asked)]


def repair(
    session: Session, project: Project, ids: list[str], *, actor: str, day: date
) -> list[dict[str, Any]]:
    """Makes the named parcels valid (ST_MakeValid, polygons only) and records it; gives what was repaired.

    The delivered geometry (`source_geom`) stays as it came. What hangs on the shape is measured anew.
    """
    fixed = [
        {"id": i, "sheet": sheet, "number": number, "m2": float(m2)}
        for i, sheet, number, m2 in session.execute(_REPAIR, {"project": project.id, "ids": ids})
    ]
    if fixed:
        measure_anew(session, project, [uuid.UUID(one["id"]) for one in fixed])
        touch(session, project.id)
        record(
            session, kind="parcels.repair", object_type="project", object_code=project.code, actor=actor,
            effective_on=day, project_code=project.code, after={"method": "ST_MakeValid", "parcels": fixed},
        )  # fmt: skip
    return fixed
