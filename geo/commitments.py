"""Every handover date that was promised for a case, read from the history as a set.

A promise is a value of the headline's `promised_on` that differs from the one that stood before. It holds from the day
of its event to that of the next. Events that were corrected count as corrected, like everywhere (`projects.history`;
a test compares with it). What is known then is read by looking back (`geo.moment`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import BindParameter, TextClause
from sqlalchemy.types import Date, Text

from projects.commitments import Promise, Tally

# `{events}` and `{cases}` are conditions written here, never what somebody typed. The state of a promise:
# moved   – another one (or none) took its place by its day at the latest
# kept    – the land was handed over on its day, or is already
# broken  – its day passed without that
# open    – its day is still to come
_PROMISES = """
with recursive chain as (
    select e.id, e.corrects as older from event e
    where e.corrects is not null and e.object_type = 'case' and {events}
    union all
    select c.id, e.corrects from chain c join event e on e.id = c.older where e.corrects < e.id
), root as (
    select id, min(older) as root from chain group by id
), replaced as (
    select older as id from chain
    union
    select a.id from root a join root b on b.root = a.root and b.id > a.id
), told as materialized (
    -- Values instead of states: what is sorted twice stays small.
    select e.object_code as code, e.effective_on, coalesce(root.root, e.id) as place, e.id, e.actor, e.recorded_at,
           said.begins, (e.after ->> 'promised_on')::date as promised, e.after ->> 'step' as step,
           said.begins or e.before ->> 'promised_on' is distinct from e.after ->> 'promised_on' as of_promise,
           said.begins or e.before ->> 'step' is distinct from e.after ->> 'step'
               or e.before ->> 'step_on' is distinct from e.after ->> 'step_on' as of_step
    from event e left join root on root.id = e.id
    cross join lateral (select jsonb_typeof(e.before) is distinct from 'object' as begins) said
    where e.object_type = 'case' and {events}
      and not exists (select from replaced where replaced.id = e.id)
      and (e.effective_on <= :day or jsonb_typeof(e.before) is distinct from 'object')
), spoken as (
    select code, effective_on, place, id, actor, recorded_at, begins, promised,
           lag(promised) over w as was, lead(effective_on) over w as until
    from told where of_promise
    window w as (partition by code order by not begins, effective_on, place)
), promise as (
    select *, lag(promised) over w as before_it, row_number() over w as number
    from spoken where promised is not null and promised is distinct from was
    window w as (partition by code order by not begins, effective_on, place)
), stood as (
    select code, step in ('S100', 'S105') as handed_over,
           case when begins then '-infinity' else effective_on end as since,
           lead(effective_on) over (partition by code order by not begins, effective_on, place) as until
    from told where of_step
)
select p.code, c.ward_code, pr.code as project, p.number, p.promised, p.effective_on as held_from,
       p.until as held_until, p.recorded_at, p.actor, p.id as event, p.promised - p.before_it as slip_days,
       case when p.until <= p.promised then 'moved'
            when s.code is not null then 'kept'
            when p.promised < :day then 'broken'
            else 'open' end as state
from promise p join clearance_case c on c.code = p.code join project pr on pr.id = c.project_id
-- Where the case stood on the promised day, or stands today: one stretch of time at most, and joined as a set.
left join stood s on s.code = p.code and s.handed_over and s.since <= least(p.promised, :day)
     and coalesce(s.until, 'infinity') > least(p.promised, :day)
where {cases}
"""


_LIST = _PROMISES + " order by p.code, p.number"
_TALLY = (
    "select project, ward_code, count(distinct code), count(*), count(slip_days), coalesce(sum(slip_days), 0), "
    "count(*) filter (where state = 'kept'), count(*) filter (where state = 'broken'), "
    "count(*) filter (where state = 'open'), count(*) filter (where state = 'moved') "
    f"from ({_PROMISES}) each group by project, ward_code"
)


def tallies(
    session: Session, *, day: date, project: str | None = None, ward: str | None = None
) -> dict[tuple[str, str], Tally]:
    """How the promises went by (project, ward) for the cases in the reader's reach, as made by `day`."""
    statement, given = _asked(_TALLY, day, project, ward)
    return {(row.project, row.ward_code): Tally(*row[2:]) for row in session.execute(statement, given)}


def promises(
    session: Session,
    *,
    day: date,
    project: str | None = None,
    ward: str | None = None,
    state: str | None = None,
) -> list[Promise]:
    """The promises that were made by `day` for the cases in the reader's reach, by case and number."""
    statement, given = _asked(_LIST, day, project, ward)
    rows = session.execute(statement, given).mappings()
    return [Promise(**row) for row in rows if state in (None, row["state"])]


def promises_of_case(session: Session, code: str, *, day: date) -> tuple[Promise, ...]:
    """The promises of one case that were made by `day`, the first one first."""
    found = _LIST.replace("{events}", "e.object_code = :case").replace("{cases}", "true")
    statement = text(found).bindparams(bindparam("day", type_=Date), bindparam("case", type_=Text))
    return tuple(Promise(**row) for row in session.execute(statement, {"case": code, "day": day}).mappings())


def _asked(
    statement: str, day: date, project: str | None, ward: str | None
) -> tuple[TextClause, dict[str, Any]]:
    """The statement with its conditions, and what they are asked with."""
    given: dict[str, Any] = {"day": day}
    binds: list[BindParameter[Any]] = [bindparam("day", type_=Date)]
    if project is not None:
        given["project"] = project
        binds.append(bindparam("project", type_=Text))
    if ward is not None:
        given["ward"] = ward
        binds.append(bindparam("ward", type_=Text))
    filled = statement.format(
        events="e.project_code = :project" if project is not None else "true",
        cases="c.ward_code = :ward" if ward is not None else "true",
    )
    return text(filled).bindparams(*binds), given
