"""What a staged proposal would change, told by the database in a few statements over all rows.

A parcel is the same when map series, sheet, number and version are. Its shape has changed when some vertex lies further
than `MOVED_M` from the other outline (Hausdorff distance in EPSG:5897); it then has shrunk, grown or moved by its area.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.importers.faults import FaultList
from projects.steps import STEPS

MOVED_M = 0.05  # under the accuracy of a cadastral survey: nobody moved anything
AREA_M2 = 0.1
LATE_STEPS = tuple(code for code, step in STEPS.items() if step.order > STEPS["S30"].order)
CHANGED = ("moved", "shrunk", "grown", "attributes")

_SAME = (
    "q.project_id = :project and not q.is_demo and q.map_series = r.map_series and q.sheet = r.sheet "
    "and q.number = r.number and q.map_version = r.map_version"
)
MATCH = text(
    f"""
    update proposal_parcel to_tell set parcel_id = found.id, before_m2 = found.was_m2, geom_before = found.before,
        case_code = coalesce(to_tell.case_code, found.code), kind = found.kind, fields = nullif(found.fields, '{{}}')
    from (
        select r.row, q.id, q.area_m2 as was_m2, c.code, told.fields,
            case when shape.differs then q.geom end as before,
            case when not shape.differs then case when told.fields = '{{}}' then 'unchanged' else 'attributes' end
                 when r.area_m2 < q.area_m2 - :area then 'shrunk'
                 when r.area_m2 > q.area_m2 + :area then 'grown' else 'moved' end as kind
        from proposal_parcel r join parcel q on {_SAME} join clearance_case c on c.id = q.case_id,
        lateral (select jsonb_strip_nulls(jsonb_build_object(
            'ward_code', case when q.ward_code <> r.ward_code then jsonb_build_array(q.ward_code, r.ward_code) end,
            'land_use', case when q.land_use <> r.land_use then jsonb_build_array(q.land_use, r.land_use) end,
            'area_stated_m2', case when r.area_stated_m2 is distinct from q.area_stated_m2
                and r.area_stated_m2 is not null
                then jsonb_build_array(coalesce(to_jsonb(q.area_stated_m2), '""'), r.area_stated_m2) end,
            'case', case when r.case_code <> c.code then jsonb_build_array(c.code, r.case_code) end)) as fields) told,
        lateral (select not (ST_AsBinary(q.geom) = ST_AsBinary(r.geom) or ST_HausdorffDistance(
            ST_Transform(q.geom, 5897), ST_Transform(r.geom, 5897)) <= :moved) as differs) shape
        where r.proposal_id = :proposal
    ) found
    where to_tell.proposal_id = :proposal and to_tell.row = found.row
    """
)
CASES = text(
    """
    update proposal_parcel r set case_id = c.id from clearance_case c
    where r.proposal_id = :proposal and c.code = r.case_code and c.project_id = :project and not c.is_demo
    """
)
DROPPED = text(
    """
    insert into proposal_parcel (proposal_id, row, project_id, map_series, sheet, number, map_version, ward_code,
        land_use, area_m2, case_code, case_id, source_srid, geom, kind, parcel_id, before_m2, geom_before)
    select :proposal, -(row_number() over (order by q.map_series, q.sheet, q.number, q.map_version)), :project,
        q.map_series, q.sheet, q.number, q.map_version, q.ward_code, q.land_use, 0, c.code, c.id, q.source_srid, q.geom,
        'dropped', q.id, q.area_m2, q.geom
    from parcel q join clearance_case c on c.id = q.case_id
    where q.project_id = :project and not q.is_demo
    and not exists (select from proposal_parcel r where r.proposal_id = :proposal and r.parcel_id = q.id)
    """
)
STRANGERS = text(
    """
    select r.row, r.case_code, p.code, c.is_demo, p.id = :project as own
    from proposal_parcel r join clearance_case c on c.code = r.case_code join project p on p.id = c.project_id
    where r.proposal_id = :proposal and r.case_id is null and r.row > 0 order by r.row limit 500
    """
)
WARDS_APART = text(
    """
    select r.row, r.case_code, c.ward_code, r.ward_code as said
    from proposal_parcel r join clearance_case c on c.id = r.case_id
    where r.proposal_id = :proposal and r.kind = 'added' and c.ward_code <> r.ward_code order by r.row limit 500
    """
)
# A case that is gone keeps its history, so its code names no other case; unless an import that was undone made it.
SPENT = text(
    """
    select r.row, r.case_code from proposal_parcel r
    where r.proposal_id = :proposal and r.case_id is null and r.row > 0
    and exists (select from event e where e.object_type = 'case' and e.object_code = r.case_code)
    and not exists (select from clearance_case c where c.code = r.case_code)
    and not exists (select from event u where u.kind = 'parcels.undo' and u.before -> 'cases' ? r.case_code)
    order by r.row limit 500
    """
)
KINDS = text(
    """
    select kind, count(*) as parcels, coalesce(sum(before_m2), 0) as before_m2, coalesce(sum(area_m2), 0) as after_m2
    from proposal_parcel where proposal_id = :proposal group by kind
    """
)
# The land as it would be: what the file has, and what it leaves alone.
TOTALS = """
    with was as (select land_use, ward_code, area_m2 from parcel where project_id = :project and not is_demo),
    will as (
        select land_use, ward_code,
            case when kind in ('unchanged', 'attributes') then before_m2 else area_m2 end as area_m2
        from proposal_parcel where proposal_id = :proposal and kind <> 'dropped'
        union all
        select q.land_use, q.ward_code, q.area_m2 from parcel q where q.project_id = :project and not q.is_demo
        and not exists (select from proposal_parcel r where r.proposal_id = :proposal and r.parcel_id = q.id)
    ),
    a as (select {by} as name, count(*) as n, sum(area_m2) as m2 from was group by 1),
    b as (select {by} as name, count(*) as n, sum(area_m2) as m2 from will group by 1)
    select coalesce(a.name, b.name) as name, coalesce(a.n, 0), coalesce(a.m2, 0), coalesce(b.n, 0), coalesce(b.m2, 0)
    from a full join b on a.name = b.name order by 1
"""
TOTAL, BY_LAND_USE, BY_WARD = (text(TOTALS.format(by=by)) for by in ("'all'", "land_use", "ward_code"))
LATE = text(
    """
    select count(distinct c.id) from proposal_parcel r join parcel q on q.id = r.parcel_id
    join clearance_case c on c.id = q.case_id or c.id = r.case_id
    where r.proposal_id = :proposal and r.kind <> 'unchanged' and c.step = any (:late)
    """
)
LATE_ADDED = text(
    """
    select count(distinct c.id) from proposal_parcel r join clearance_case c on c.id = r.case_id
    where r.proposal_id = :proposal and r.kind = 'added' and c.step = any (:late)
    """
)
REST = text(
    """
    select count(*) filter (where row > 0) as file_rows, count(*) as rows, max(source_srid) as source_srid,
        count(distinct case_code) filter (where case_id is null and row > 0) as new_cases,
        count(*) filter (where kind = 'added' and case_id is not null) as joining,
        (select count(*) from parcel q where q.project_id = :project and q.is_demo) as demo_parcels,
        (select count(*) from clearance_case c where c.project_id = :project and c.is_demo) as demo_cases,
        (select count(*) from clearance_case c where c.project_id = :project and not c.is_demo
            and exists (select from proposal_parcel r
                where r.case_id = c.id and r.proposal_id = :proposal and r.kind = 'dropped')
            and not exists (select from parcel q where q.case_id = c.id and not exists (select from proposal_parcel r
                where r.proposal_id = :proposal and r.kind = 'dropped' and r.parcel_id = q.id))) as cases_without_land
    from proposal_parcel where proposal_id = :proposal
    """
)
SEEN = text("select land_state(:project) || ground_state(:project)")


def compare(
    session: Session, proposal: int, project_id: int, *, full_fabric: bool, faults: FaultList
) -> dict[str, Any]:
    """Says of each row what it would change, adds dropped parcels of a full fabric, and gives the summary.

    Faults: case codes that another project has or that are spent, a case in another ward. Writes in the caller's
    transaction, which sees one state of the land (repeatable read).
    """
    at = {"proposal": proposal, "project": project_id}
    session.execute(MATCH, at | {"moved": MOVED_M, "area": AREA_M2})
    if full_fabric:
        session.execute(DROPPED, at)
    session.execute(CASES, at)
    _check_cases(session, at, faults)
    return summary(session, at)


def summary(session: Session, at: dict[str, int]) -> dict[str, Any]:
    """Counts and areas (m²) by kind, totals before and after, and what needs a second look."""
    kinds = {
        kind: {"parcels": n, "before_m2": float(before), "after_m2": float(after)}
        for kind, n, before, after in session.execute(KINDS, at)
    }
    rest = session.execute(REST, at).mappings().one()
    late = (session.scalar(LATE, at | {"late": list(LATE_STEPS)}) or 0) + (
        session.scalar(LATE_ADDED, at | {"late": list(LATE_STEPS)}) or 0
    )
    return {
        "kinds": kinds,
        **{name: int(value or 0) for name, value in rest.items()},
        "late_cases": int(late),
        "total": (_totals(session, TOTAL, at) or [["all", 0, 0.0, 0, 0.0]])[0],
        "by_land_use": _totals(session, BY_LAND_USE, at),
        "by_ward": _totals(session, BY_WARD, at),
    }


def second_why(found: dict[str, Any], *, setting: bool) -> list[dict[str, Any]]:
    """Why a second person must accept: the setting, parcels that change or go, cases past S30; each with its count."""
    kinds = found["kinds"]
    changed = sum(kinds.get(kind, {}).get("parcels", 0) for kind in CHANGED)
    reasons = (
        ("setting", int(setting)),
        ("changes", changed),
        ("drops", kinds.get("dropped", {}).get("parcels", 0)),
        ("joins", found["joining"]),
        ("late", found["late_cases"]),
    )
    return [{"why": why, "count": count} for why, count in reasons if count]


def seen_land(session: Session, project_id: int) -> str:
    """The state of a project's land and axis, as one hash each."""
    return str(session.scalar(SEEN, {"project": project_id}))


def _totals(session: Session, query: Any, at: dict[str, int]) -> list[list[Any]]:
    return [[name, int(a), float(m), int(b), float(k)] for name, a, m, b, k in session.execute(query, at)]


def _check_cases(session: Session, at: dict[str, int], faults: FaultList) -> None:
    for row, code, owner, is_demo, own in session.execute(STRANGERS, at):
        vi, en = (
            ("một hồ sơ minh hoạ; hãy đặt mã khác", "an invented case; choose another")
            if own and is_demo
            else (f"dự án {owner}", f"project {owner}")
        )
        faults.row("case", row, f"Mã hồ sơ {code} đã dùng cho {vi}.", f"Case code {code} is used by {en}.")
    for row, code, has, said in session.execute(WARDS_APART, at):
        faults.row(
            "case",
            row,
            f"Hồ sơ {code} thuộc phường, xã {has}, dòng này ghi {said}.",
            f"Case {code} is in ward {has}, this row says {said}.",
        )
    for row, code in session.execute(SPENT, at):
        faults.row(
            "case",
            row,
            f"Mã hồ sơ {code} đã dùng cho một hồ sơ không còn nữa (như dữ liệu minh hoạ): hãy đặt mã khác.",
            f"Case code {code} was used for a case that is gone (such as demo land): choose another.",
        )
