"""Reads the cases of projects for the weekly table, as a set: bundles of cases that look alike, or case by case.

One statement: where each case stood at the end of the day and at the end of the week before (`projects.history.fold`
as a set, as in `geo.store`), its land, its old district, the marks of the history, the kinds of its facts. What the
session may not see is not counted; a session that looks back counts what was known then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo.tables import Milestone, Project, ProjectWard
from projects.codes import AGRI, LAND_CODES
from projects.history import FIELDS, STEP
from projects.weekly.columns import PAID
from projects.weekly.counting import FROM, Bundle

DISTRICTS = ("quận", "huyện", "thị xã")
HOUSING = ("ONT", "ODT")
MARKED = ("S30", "S40", "S97", "X1")
LAND_MILESTONE = "LAND"  # node of the network: the last handover of all land


def _then(name: str, day: str) -> str:
    """Two steps of the statement: `name` has the state at the end of `:day` of each case with an event after it."""
    return f"""
    {name}_moved as materialized (
        select distinct object_code from event
        where project_code = any(:codes) and object_type = 'case' and effective_on > :{day}
    ), {name} as (
        select e.object_code,
               coalesce((array_agg(e.after - 'version') filter (where e.before is null))[1], '{{}}')
               || coalesce(jsonb_object_agg(f.name, e.after -> f.name order by e.effective_on, e.place)
                           filter (where f.name is not null), '{{}}') as state
        from (
            select e.id, e.object_code, e.effective_on, coalesce(root.root, e.id) as place, e.after,
                   case when jsonb_typeof(e.before) = 'object' then e.before end as before
            from event e left join root on root.id = e.id
            where e.object_type = 'case' and e.object_code = any(array(select object_code from {name}_moved))
              and not exists (select from replaced where replaced.id = e.id)
              and (e.effective_on <= :{day} or jsonb_typeof(e.before) is distinct from 'object')
        ) e left join lateral (
            select name from unnest(cast(:fields as text[])) as name
            where coalesce(e.before -> name, 'null') <> coalesce(e.after -> name, 'null')
               or name = any(:step) and
                  (coalesce(e.before -> 'step', 'null') <> coalesce(e.after -> 'step', 'null')
                   or coalesce(e.before -> 'step_on', 'null') <> coalesce(e.after -> 'step_on', 'null'))
        ) as f on e.before is not null
        group by e.object_code
    )"""


_MARK = "case when e.after ->> 'step' = 'X1' then :from || (e.before ->> 'step') else e.after ->> 'step' end"


def _marks(day: str) -> str:
    return f"""coalesce(array_agg(distinct {_MARK}) filter
            (where e.effective_on <= :{day} and e.after ->> 'step' <> 'X1'), '{{}}')
        || coalesce((array_agg({_MARK} order by e.effective_on desc, e.id desc) filter
            (where e.effective_on <= :{day} and e.after ->> 'step' = 'X1'))[1:1], '{{}}')"""


# Steps of statements: the old district of a ward and the component of a case, where they are known.
OLD_WARD = """old as (
        select ward_code, old_code,
               case when old_level = any(:districts) then old_name else old_district end as district
        from ward_history
    ), old_ward as (
        select ward_code, min(district) as district from old where district <> ''
        group by ward_code having count(distinct district) = 1
    )"""
PART = """part as (
        select q.case_id, min(s.component_code) as component
        from section s join work_front w on w.section_id = s.id join parcel_front pf on pf.front_id = w.id
        join parcel q on q.id = pf.parcel_id
        where s.component_code is not null and s.project_id = any(:projects)
        group by q.case_id having count(distinct s.component_code) = 1
    )"""
_CASES = f"""
    with recursive chain as (
        select e.id, e.corrects as older from event e
        where e.corrects is not null and e.project_code = any(:codes) and e.object_type = 'case'
        union all
        select c.id, e.corrects from chain c join event e on e.id = c.older where e.corrects < e.id
    ), root as (
        select id, min(older) as root from chain group by id
    ), replaced as (
        select older as id from chain
        union
        select a.id from root a join root b on b.root = a.root and b.id > a.id
    ), {_then("now_", "day")}, {_then("before_", "before")},
    marks as (
        select e.object_code, {_marks("day")} as marks, {_marks("before")} as marks_before
        from event e
        where e.object_type = 'case' and e.project_code = any(:codes) and e.effective_on <= :day
          and e.after ->> 'step' = any(:marked) and e.after ->> 'step' is distinct from e.before ->> 'step'
          and not exists (select from replaced r where r.id = e.id)
        group by e.object_code
    ), {OLD_WARD}, old_series as (
        select ward_code, old_code, min(district) as district from old where district <> '' and old_code <> ''
        group by ward_code, old_code having count(distinct district) = 1
    ), land as (
        select p.case_id, count(*) as parcels, sum(p.area_m2) as area_m2,
               sum(p.area_m2) filter (where not u.farm and u.parts && :housing) as housing_m2,
               sum(p.area_m2) filter (where u.farm) as farm_m2,
               min(s.district) as district, count(distinct s.district) as districts
        from parcel p
        cross join lateral (select string_to_array(upper(replace(p.land_use, ' ', '')), '+') as parts) a
        cross join lateral (select a.parts, a.parts <@ :farm and a.parts <> '{{}}' as farm) u
        left join old_series s on s.ward_code = p.ward_code and s.old_code = p.map_series
        where p.project_id = any(:projects)
        group by p.case_id
    ), {PART}, fact as (
        select f.case_id, array_agg(distinct f.kind order by f.kind) as kinds,
               sum(f.amount) filter (where f.kind = any(:paying)) as paid_vnd
        from case_fact f
        where f.project_id = any(:projects) and f.happened_on <= :day and f.void_reason is null
        group by f.case_id
    ), counted as (
        select (cast(:codes as text[]))[array_position(cast(:projects as int[]), c.project_id)] as project,
               coalesce(part.component, '') as component, c.ward_code as ward,
               coalesce(case when land.districts = 1 then land.district end, old_ward.district, '') as district,
               c.holder_kind as holder,
               coalesce(n.state ->> 'step', c.step) as step,
               case when :with_before then coalesce(b.state ->> 'step', c.step) end as before,
               case when n.state is null then c.obstacle else n.state ->> 'obstacle' end as obstacle,
               case when n.state is null then c.promised_on
                    else cast(n.state ->> 'promised_on' as date) end as promised_on,
               coalesce(land.parcels, 0) as parcels, coalesce(land.area_m2, 0) as area_m2,
               coalesce(land.housing_m2, 0) as housing_m2, coalesce(land.farm_m2, 0) as farm_m2,
               coalesce(m.marks, '{{}}') as marks, coalesce(m.marks_before, '{{}}') as marks_before,
               coalesce(fact.kinds, '{{}}') as facts, fact.paid_vnd, c.is_demo, c.code
        from clearance_case c
        left join now_ n on n.object_code = c.code
        left join before_ b on b.object_code = c.code
        left join marks m on m.object_code = c.code
        left join land on land.case_id = c.id
        left join part on part.case_id = c.id
        left join fact on fact.case_id = c.id
        left join old_ward on old_ward.ward_code = c.ward_code
        where c.project_id = any(:projects)
    )
"""
_ALIKE = "project, component, ward, district, holder, step, before, obstacle, marks, marks_before, facts"
BUNDLES = text(
    _CASES
    + f"""
    select {_ALIKE}, '' as code, count(*) as cases, sum(parcels) as parcels, sum(area_m2) as area_m2,
           sum(housing_m2) as housing_m2, sum(farm_m2) as farm_m2,
           max(promised_on) filter (where step <> 'S105') as promised_on,
           count(*) filter (where step <> 'S105' and promised_on is null) as unpromised,
           count(*) filter (where is_demo) as demo, sum(paid_vnd) as paid_vnd
    from counted group by {_ALIKE} order by project, component, ward, district, holder, step
    """
)
ONE_BY_ONE = text(
    _CASES
    + f"""
    select {_ALIKE}, code, 1 as cases, parcels, area_m2, housing_m2, farm_m2,
           case when step <> 'S105' then promised_on end as promised_on,
           cast(step <> 'S105' and promised_on is null as int) as unpromised, cast(is_demo as int) as demo, paid_vnd
    from counted order by code
    """
)


PLANNER = text("select set_config('enable_nestloop', :loops, true)")


def read_bundles(
    session: Session,
    projects: Mapping[int, str],
    *,
    day: date,
    before: date | None,
    one_by_one: bool = False,
) -> tuple[Bundle, ...]:
    """The cases of `projects` (id → code) that the session sees, at the end of `day`, grouped or `one_by_one`.

    `before`: the last day of the week before; None when nothing is known of it.
    """
    # Row-level security hides from the planner how many rows there are: it would join by loops, millions of times.
    session.execute(PLANNER, {"loops": "off"})
    rows = session.execute(
        ONE_BY_ONE if one_by_one else BUNDLES,
        {
            "projects": list(projects),
            "codes": list(projects.values()),
            "day": day,
            "before": before or day,
            "with_before": before is not None,
            "fields": list(FIELDS),
            "step": sorted(STEP),
            "from": FROM,
            "marked": list(MARKED),
            "districts": list(DISTRICTS),
            "housing": list(HOUSING),
            "paying": list(PAID),
            "farm": [code for code, entry in LAND_CODES.items() if entry[2] == AGRI],
        },
    )
    session.execute(PLANNER, {"loops": "on"})
    return tuple(_bundle(row) for row in rows.mappings())


def read_places(session: Session, projects: Sequence[int]) -> tuple[tuple[str, str], ...]:
    """(project code, ward code) of every ward that these projects cross, by a source or by our line."""
    rows = session.execute(
        select(Project.code, ProjectWard.ward_code)
        .join(ProjectWard, ProjectWard.project_id == Project.id)
        .where(Project.id.in_(projects))
        .order_by(Project.sort, ProjectWard.ward_code)
    )
    return tuple((code, ward) for code, ward in rows)


def read_deadlines(session: Session, projects: Sequence[int]) -> dict[str, date]:
    """The published day by which all land of a project is to be handed over, by project code."""
    rows = session.execute(
        select(Project.code, Milestone.planned_on)
        .join(Milestone, Milestone.project_id == Project.id)
        .where(
            Project.id.in_(projects),
            Milestone.activity_code == LAND_MILESTONE,
            Milestone.planned_on.is_not(None),
        )
        .order_by(Project.code, Milestone.planned_on)
    )
    return {code: day for code, day in rows if day is not None}


def _bundle(row: Mapping[Any, Any]) -> Bundle:
    return Bundle(
        project=row["project"],
        component=row["component"],
        ward=row["ward"],
        district=row["district"],
        holder=row["holder"],
        step=row["step"],
        before=row["before"],
        obstacle=row["obstacle"],
        cases=int(row["cases"]),
        parcels=int(row["parcels"]),
        area_m2=float(row["area_m2"]),
        housing_m2=float(row["housing_m2"]),
        farm_m2=float(row["farm_m2"]),
        promised_on=row["promised_on"],
        unpromised=int(row["unpromised"]),
        marks=frozenset(row["marks"]),
        marks_before=frozenset(row["marks_before"]),
        facts=frozenset(row["facts"]),
        demo=int(row["demo"]),
        paid_vnd=row["paid_vnd"],
        code=row["code"],
    )
