"""How long steps took and how late promises came, by project, as recorded by a day.

The day of a step is that of its fact (`case_fact`) or of the headline's history, the first one. A passage from a step
ends with the next step of the road; what has not ended is kept as running. Where a step further on is recorded and the
next one is not, nobody knows when the passage ended: it says nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Date, Integer, Text

from geo import commitments
from projects.forecasting.pace import NEXT_STEP
from projects.law.facts import STEP_FACTS
from projects.risking.waits import Record
from projects.steps import STEPS

POSSESSION = "S105"
AWAY = ("X1", "X2", "S101")  # says nothing of how long a step takes

# Statements of the history that were corrected do not count; of a step reached twice the first day does.
_REACHED = """
with reached as materialized (
    select case_id, step, min(day) as day from (
        select f.case_id, s.step, f.happened_on as day
        from case_fact f join project p on p.id = f.project_id
        join unnest(:kinds, :steps) s (kind, step) on s.kind = f.kind
        where p.code = any(:projects) and f.void_reason is null and not f.with_step
        union all
        select c.id, e.after ->> 'step', (e.after ->> 'step_on')::date
        from event e join clearance_case c on c.code = e.object_code
        where e.object_type = 'case' and e.project_code = any(:projects) and e.after ->> 'step' = any(:moves)
          and (jsonb_typeof(e.before) is distinct from 'object' or e.before -> 'step' <> e.after -> 'step')
          and not exists (select from event n where n.corrects = e.id)
    ) told where day <= :day group by case_id, step
)
"""
_PASSAGES = text(
    _REACHED
    + """
    , placed as materialized (
        select r.case_id, r.step, r.day, p.place, p.next, p.next_place
        from reached r join unnest(:road, :places, :nexts, :next_places) p (step, place, next, next_place)
             on p.step = r.step
    ), passage as (
        select a.case_id, a.step, a.day, min(b.day) filter (where b.step = a.next) as ended, count(b.step) as later
        from placed a
        left join placed b on b.case_id = a.case_id and b.place >= a.next_place and b.day >= a.day
        where a.next is not null
        group by a.case_id, a.step, a.day
    )
    select pr.code as project, p.step, c.ward_code, coalesce(p.ended, :day) - p.day as days,
           p.ended is not null as over, count(*) as passages
    from passage p join clearance_case c on c.id = p.case_id join project pr on pr.id = c.project_id
    where p.ended is not null or p.later = 0 and not exists (
        select from reached r where r.case_id = p.case_id and r.step = any(:away)
    )
    group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    """
).bindparams(
    *(
        bindparam(name, type_=ARRAY(Text))
        for name in ("projects", "kinds", "steps", "moves", "road", "nexts", "away")
    ),
    *(bindparam(name, type_=ARRAY(Integer)) for name in ("places", "next_places")),
    bindparam("day", type_=Date),
)
_HANDED = text(
    _REACHED + "select c.code, r.day from reached r join clearance_case c on c.id = r.case_id"
).bindparams(
    *(bindparam(name, type_=ARRAY(Text)) for name in ("projects", "kinds", "steps", "moves")),
    bindparam("day", type_=Date),
)
FEW = 3  # projects that are asked for one by one

Steps = dict[str, list[Record]]


def step_records(session: Session, projects: Sequence[str], *, day: date) -> dict[str, Steps]:
    """By project and step of the road how long it took, and has lasted so far, within the session's reach."""
    road = [code for code, row in STEPS.items() if row.group and code not in AWAY]
    nexts = [NEXT_STEP[code][0] if code in NEXT_STEP else None for code in road]
    given = {
        "projects": list(projects),
        "day": day,
        "kinds": list(STEP_FACTS.values()),
        "steps": list(STEP_FACTS),
        "moves": list(STEPS),
        "road": road,
        "places": [STEPS[code].order for code in road],
        "nexts": nexts,
        "next_places": [None if code is None else STEPS[code].order for code in nexts],
        "away": list(AWAY),
    }
    found: dict[str, Steps] = {code: {} for code in projects}
    for row in session.execute(_PASSAGES, given):
        record = Record(row.ward_code, row.days, row.over, row.passages)
        found[row.project].setdefault(row.step, []).append(record)
    return found


def promise_records(session: Session, projects: Sequence[str], *, day: date) -> dict[str, list[Record]]:
    """By project: days from each promised date to the handover to the investor, or to `day` (negative: before it)."""
    if len(projects) > FEW:
        told = commitments.promises(session, day=day)
    else:
        told = [p for code in projects for p in commitments.promises(session, day=day, project=code)]
    given = {
        "projects": list(projects),
        "day": day,
        "kinds": [STEP_FACTS[POSSESSION]],
        "steps": [POSSESSION],
        "moves": [POSSESSION],
    }
    handed: dict[str, date] = dict(session.execute(_HANDED, given).all()) if told else {}
    counts: dict[str, Counter[tuple[str, int, bool]]] = {code: Counter() for code in projects}
    for promise in told:
        came = handed.get(promise.code)
        if promise.project not in counts or (came is not None and came < promise.held_from):
            continue  # a date that was written beside land already handed over promises nothing
        late = ((came or day) - promise.promised).days
        counts[promise.project][promise.ward_code, late, came is not None] += 1
    return {
        code: [Record(ward, days, over, n) for (ward, days, over), n in sorted(found.items())]
        for code, found in counts.items()
    }
