"""What the histories of cases say of the steps: how long each took, and the facts that the law counts from.

One statement each, whatever the number of cases; sees what the session's reach sees, so ask inside
`geo.scope.calculating` for sums of all land.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.store import joining_whole
from geo.tables import Project
from projects.forecasting.lawful import KINDS
from projects.forecasting.pace import NEXT_STEP, Seen
from projects.law.facts import STEP_FACTS, Fact
from projects.steps import STEPS

Observed = dict[tuple[str, str], Seen]
Whole = npt.NDArray[np.int64]

# The step statements that stand, by the rules of `projects.history.standing` (a test holds the two together): of an
# event and its corrections the newest, at the place of the first. One pass over the events of the projects.
_TOLD = """
    with recursive chain as (
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
        from event e
        left join root on root.id = e.id
        where e.object_type = 'case' and e.project_code = any(cast(:codes as text[]))
          and not exists (select from replaced where replaced.id = e.id)
          and (jsonb_typeof(e.before) is distinct from 'object' or e.effective_on <= :day
               and (e.before ->> 'step' is distinct from e.after ->> 'step' or e.kind = 'case.step'
                    or e.before ->> 'step_on' is distinct from e.after ->> 'step_on'))
    )
"""
# One packed value, read by numpy as it is: a hundred thousand rows of Python objects cost more than all that is
# computed from them, and a join of the statements with themselves is planned by guesses that can be wrong by hours.
STEPS_TAKEN = text(
    _TOLD
    + """
    select string_agg(int4send(c.id) || int4send(c.project_id) || convert_to(rpad(c.ward_code, 5), 'UTF8')
                      || convert_to(rpad(t.step, 4), 'UTF8') || int4send(t.day - date '2000-01-01')
                      || int8send(case when t.first then -1 else t.place end), ''::bytea)
    from told t join clearance_case c on c.code = t.object_code
    where t.first or t.came is distinct from t.step
    """
)
# Projects of which nothing is told but how their cases came in have no passages: most of the city, at first.
TOLD_OF = text(
    """
    select distinct project_code from event
    where object_type = 'case' and kind <> 'case.import' and project_code = any(cast(:codes as text[]))
      and effective_on <= :day
    """
)
PACKED = np.dtype(
    [("case", ">i4"), ("project", ">i4"), ("ward", "S5"), ("step", "S4"), ("day", ">i4"), ("place", ">i8")]
)
# Facts beside the headline and steps of the history, of the cases that stood before the recovery decision.
LAW_FACTS = text(
    _TOLD
    + """
    , early as (
        select id, project_id, code from clearance_case
        where project_id = any(cast(:projects as smallint[]))
          and (step = any(cast(:early as text[])) or step_on > :day)
    )
    select e.project_id, e.code, f.kind, f.happened_on as day, f.land, f.party, f.value, f.id
    from early e join case_fact f on f.case_id = e.id
    where f.project_id = any(cast(:projects as smallint[])) and f.void_reason is null
      and f.kind = any(cast(:kinds as text[])) and f.happened_on <= :day
    union all
    select e.project_id, t.object_code,
           case when t.kind = 'case.step' and t.came = 'S20' and t.step = 'S20' and not t.first
                then 'notice.reissued' else k.kind end, t.day, '', '', '', 0
    from told t join early e on e.code = t.object_code
    join unnest(cast(:steps as text[]), cast(:step_kinds as text[])) k (step, kind) on k.step = t.step
    """
)
# A passage from a step ends with the first later step that stands on the road at or behind the next one; a pause or
# the end of the case (X1, X2) between the two leaves it out, land that was lost again (S101) is no end.
_PAUSE, _NEVER = 1000, 2000
_NAMES = np.array([code.ljust(4).encode() for code in STEPS])  # as the statement pads them
_PLACES = np.array(
    [-1 if code == "S101" else _PAUSE if code in ("X1", "X2") else step.order for code, step in STEPS.items()]
)
_NEEDS = np.array([STEPS[NEXT_STEP[code][0]].order if code in NEXT_STEP else _NEVER for code in STEPS])
_EARLY = [code for code, step in STEPS.items() if step.group and step.order < STEPS["S90"].order]


def passages(session: Session, projects: Mapping[int, str], *, day: date) -> dict[int, Observed]:
    """Of each project (id → code) what was observed by (ward, step) in the history up to the end of `day`."""
    found: dict[int, Observed] = {project: {} for project in projects}
    asked = {"codes": sorted(projects.values()), "day": day}
    told = session.scalars(TOLD_OF, asked).all() if projects else []
    if not told:
        return found
    packed = session.scalar(STEPS_TAKEN, asked | {"codes": told})
    rows = np.frombuffer(packed or b"", dtype=PACKED)
    order = np.lexsort((rows["place"], np.where(rows["place"] < 0, -(1 << 30), rows["day"]), rows["case"]))
    rows = rows[order]
    known = np.argsort(_NAMES)
    at = known[np.searchsorted(_NAMES, rows["step"], sorter=known).clip(max=len(known) - 1)]
    start, end = _ends(rows["case"].astype(np.int64), at)
    days = rows["day"][end].astype(np.int64) - rows["day"][start]
    start, days = start[days >= 0], days[days >= 0]
    wards, ward = np.unique(rows["ward"][start], return_inverse=True)
    kinds = (rows["project"][start].astype(np.int64) * (len(wards) + 1) + ward) * len(STEPS) + at[start]
    kinds, which = np.unique(kinds, return_inverse=True)
    counts = np.bincount(which, minlength=len(kinds)).tolist()
    sums = np.bincount(which, weights=days, minlength=len(kinds)).tolist()
    codes = list(STEPS)
    for kind, n, whole in zip(kinds.tolist(), counts, sums, strict=True):
        place, step = divmod(kind, len(STEPS))
        project, number = divmod(place, len(wards) + 1)
        found[project][wards[number].decode(), codes[step]] = Seen(n, int(whole))
    return found


def _ends(case: Whole, at: Whole) -> tuple[Whole, Whole]:
    """Rows from which a passage begins and those that end them; `at`: places in `STEPS`, in order, case after case."""
    place, need = _PLACES[at], _NEEDS[at]
    last = np.searchsorted(case, case, side="right") - 1
    open_ones = np.nonzero(need < _NEVER)[0]
    starts, ends = [], []
    ahead = 1
    while len(open_ones := open_ones[open_ones + ahead <= last[open_ones]]):
        reached = place[open_ones + ahead]
        met = reached >= need[open_ones]
        ended = met & (reached < _PAUSE)
        starts.append(open_ones[ended])
        ends.append(open_ones[ended] + ahead)
        open_ones = open_ones[~met]
        ahead += 1
    none = np.empty(0, dtype=np.int64)
    return np.concatenate([none, *starts]), np.concatenate([none, *ends])


def law_facts_of(
    session: Session, projects: Sequence[Project], *, day: date
) -> dict[int, dict[str, tuple[Fact, ...]]]:
    """What `projects.forecasting.lawful` reads, by project id and case code, as it stood at the end of `day`."""
    steps = {step: kind for step, kind in STEP_FACTS.items() if kind in KINDS}
    with joining_whole(session):
        rows = session.execute(
            LAW_FACTS,
            {
                "codes": [project.code for project in projects],
                "projects": [project.id for project in projects],
                "day": day,
                "early": _EARLY,
                "kinds": list(KINDS),
                "steps": list(steps),
                "step_kinds": list(steps.values()),
            },
        ).all()
    found: dict[int, dict[str, list[Fact]]] = {project.id: {} for project in projects}
    for project, code, kind, on, land, party, value, number in rows:
        fact = Fact(kind, on, land=land, party=party, value=value, id=number)
        found[project].setdefault(code, []).append(fact)
    return {
        project: {code: tuple(sorted(facts, key=_order)) for code, facts in of_case.items()}
        for project, of_case in found.items()
    }


def _order(fact: Fact) -> tuple[date, int, str, str]:
    return fact.on, fact.id, fact.kind, fact.party


def total(by_project: Mapping[int, Observed]) -> Observed:
    """What was observed in all projects together."""
    found: Observed = {}
    for seen in by_project.values():
        for key, each in seen.items():
            found[key] = found.get(key, Seen()) + each
    return found
