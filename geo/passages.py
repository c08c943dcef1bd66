"""What the histories of cases say of the steps: how long each took, and the facts that the law counts from.

One statement each, whatever the number of cases; sees what the session's reach sees, so ask inside
`geo.scope.calculating` for sums of all land.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.tables import Project
from projects.forecasting.lawful import KINDS
from projects.forecasting.pace import REACHED, Seen
from projects.law.facts import STEP_FACTS, Fact
from projects.steps import STEPS

# The step statements that stand, by the rules of `projects.history.standing` (a test holds the two together): of an
# event and its corrections the newest, at the place of the first. Only cases with more than their beginning are asked.
_TOLD = """
    with recursive moved as materialized (
        select distinct object_code from event
        where project_code = any(cast(:codes as text[])) and object_type = 'case' and effective_on <= :day
          and jsonb_typeof(before) = 'object'
    ), chain as (
        select e.id, e.corrects as older from event e
        where e.corrects is not null and e.object_type = 'case' and e.project_code = any(cast(:codes as text[]))
        union all
        select c.id, e.corrects from chain c join event e on e.id = c.older where e.corrects < e.id
    ), root as (
        select id, min(older) as root from chain group by id
    ), replaced as (
        select older as id from chain
        union
        select a.id from root a join root b on b.root = a.root and b.id > a.id
    ), told as (
        select e.object_code, e.project_code, e.kind, e.before ->> 'step' as came, e.after ->> 'step' as step,
               jsonb_typeof(e.before) is distinct from 'object' as first,
               case when jsonb_typeof(e.before) = 'object' then e.effective_on
                    else cast(e.after ->> 'step_on' as date) end as day,
               coalesce(root.root, e.id) as place
        from moved
        join event e on e.object_type = 'case' and e.object_code = moved.object_code
        left join root on root.id = e.id
        where not exists (select from replaced where replaced.id = e.id)
          and (jsonb_typeof(e.before) is distinct from 'object' or e.effective_on <= :day
               and (e.before ->> 'step' is distinct from e.after ->> 'step' or e.kind = 'case.step'))
    )
"""
# From reaching a step to the first later step that stands at or behind the next one of the road; a pause between the
# two leaves the passage out.
PASSAGES = text(
    _TOLD
    + """
    , ordered as (
        select *, row_number() over (partition by object_code order by first desc, day, place) as n
        from told where first or came is distinct from step
    ), ends as (
        select * from unnest(cast(:from_steps as text[]), cast(:to_steps as text[])) p (step, reached)
    ), passage as (
        select distinct on (a.object_code, a.n)
               a.object_code, a.project_code, a.step, b.step as reached, b.day - a.day as days
        from ordered a
        join ends p on p.step = a.step
        join ordered b on b.object_code = a.object_code and b.step = p.reached and b.n > a.n
        order by a.object_code, a.n, b.n
    )
    select p.project_code, c.ward_code, p.step, count(*) as n, sum(p.days) as days
    from passage p join clearance_case c on c.code = p.object_code
    where p.reached not in ('X1', 'X2') and p.days >= 0
    group by 1, 2, 3
    """
)
# Facts beside the headline and steps of the history, of the cases that stood before the recovery decision.
LAW_FACTS = text(
    _TOLD
    + """
    , early as (
        select id, code from clearance_case
        where project_id = :project and (step = any(cast(:early as text[])) or step_on > :day)
    )
    select e.code, f.kind, f.happened_on as day, f.land, f.party, f.value, f.id
    from early e join case_fact f on f.case_id = e.id
    where f.project_id = :project and f.kind = any(cast(:kinds as text[])) and f.void_reason is null
      and f.happened_on <= :day
    union all
    select t.object_code, case when t.came = 'S20' and t.step = 'S20' and not t.first then 'notice.reissued'
                               else k.kind end, t.day, '', '', '', 0
    from told t join early e on e.code = t.object_code
    join unnest(cast(:steps as text[]), cast(:step_kinds as text[])) k (step, kind) on k.step = t.step
    where t.first or t.came is distinct from t.step or t.step = 'S20'
    """
)
_ENDS = [
    (step, reached) for step, codes in REACHED.items() for reached in (*codes, "X1", "X2") if reached != step
]
_EARLY = [code for code, step in STEPS.items() if step.group and step.order < STEPS["S90"].order]


def passages(session: Session, codes: Sequence[str], *, day: date) -> dict[str, dict[tuple[str, str], Seen]]:
    """Of each project what was observed by (ward, step) in the history up to the end of `day`."""
    if not codes:
        return {}
    asked = {
        "codes": list(codes),
        "day": day,
        "from_steps": [step for step, _ in _ENDS],
        "to_steps": [reached for _, reached in _ENDS],
    }
    found: dict[str, dict[tuple[str, str], Seen]] = {code: {} for code in codes}
    for row in session.execute(PASSAGES, asked):
        found[row.project_code][row.ward_code, row.step] = Seen(row.n, int(row.days))
    return found


def law_facts(session: Session, project: Project, *, day: date) -> dict[str, tuple[Fact, ...]]:
    """The facts that `projects.forecasting.lawful` reads, by case code, as they stood at the end of `day`."""
    steps = {step: kind for step, kind in STEP_FACTS.items() if kind in KINDS}
    rows = session.execute(
        LAW_FACTS,
        {
            "codes": [project.code],
            "project": project.id,
            "day": day,
            "early": _EARLY,
            "kinds": list(KINDS),
            "steps": list(steps),
            "step_kinds": list(steps.values()),
        },
    ).all()
    return _by_case(rows)


def _by_case(rows: Iterable[Any]) -> dict[str, tuple[Fact, ...]]:
    found: dict[str, list[Fact]] = {}
    for code, kind, day, land, party, value, number in rows:
        found.setdefault(code, []).append(Fact(kind, day, land=land, party=party, value=value, id=number))
    return {code: tuple(sorted(facts, key=_order)) for code, facts in found.items()}


def _order(fact: Fact) -> tuple[date, int, str, str]:
    return fact.on, fact.id, fact.kind, fact.party


def total(by_project: Mapping[Any, Mapping[tuple[str, str], Seen]]) -> dict[tuple[str, str], Seen]:
    """What was observed in all projects together."""
    found: dict[tuple[str, str], Seen] = {}
    for seen in by_project.values():
        for key, each in seen.items():
            found[key] = found.get(key, Seen()) + each
    return found
