"""What the histories of cases say of the steps: how long each took, and the facts that the law counts from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.tables import Project
from geo.told import EPOCH, FIRST, NEW_STEP, NO_DAY, REISSUED, TOLD_STEP, Told
from geo.whole_tables import joining_whole
from projects.forecasting.lawful import KINDS
from projects.forecasting.pace import NEXT_STEP, Seen
from projects.law.facts import STEP_FACTS, Fact
from projects.steps import STEPS

Observed = dict[tuple[str, str], Seen]
Whole = npt.NDArray[np.int64]

# The cases that stood before the recovery decision, and what is recorded of them beside steps.
EARLY = text(
    """
    select project_id, string_agg(int4send(id), ''::bytea order by id) from clearance_case
    where project_id = any(cast(:projects as smallint[])) and (step = any(cast(:early as text[])) or step_on > :day)
    group by project_id
    """
)
LAW_FACTS = text(
    """
    select e.project_id, e.code, f.kind, f.happened_on as day, f.land, f.party, f.value, f.id
    from clearance_case e join case_fact f on f.case_id = e.id
    where e.project_id = any(cast(:projects as smallint[]))
      and (e.step = any(cast(:early as text[])) or e.step_on > :day)
      and f.project_id = any(cast(:projects as smallint[])) and f.void_reason is null
      and f.kind = any(cast(:kinds as text[])) and f.happened_on <= :day
    """
)
# A passage from a step ends with the first later step that stands on the road at or behind the next one; a pause or
# the end of the case (X1, X2) between the two leaves it out, land that was lost again (S101) is no end.
_PAUSE, _NEVER = 1000, 2000
_PLACES = np.array(
    [-1 if code == "S101" else _PAUSE if code in ("X1", "X2") else step.order for code, step in STEPS.items()]
)
_NEEDS = np.array([STEPS[NEXT_STEP[code][0]].order if code in NEXT_STEP else _NEVER for code in STEPS])
_FACTS = {at: STEP_FACTS[code] for at, code in enumerate(STEPS) if STEP_FACTS.get(code) in KINDS}
_OF_FACTS = list(_FACTS)
_EARLY = [code for code, step in STEPS.items() if step.group and step.order < STEPS["S90"].order]


def passages(told: Told, *, day: date) -> Observed:
    """What was observed by (ward, step) in the histories up to the end of `day`."""
    if not told.speaks:
        return {}
    on = told.stepped()
    wanted = (
        told.true_by((day - EPOCH).days)
        & told.says(FIRST | NEW_STEP)
        & (told.rows["step"] >= 0)
        & (on != NO_DAY)
    )
    rows, on = told.rows[wanted], on[wanted]
    at = rows["step"].astype(np.int64)
    start, end = _ends(rows["case"].astype(np.int64), at)
    days = on[end] - on[start]
    start, days = start[days >= 0], days[days >= 0]
    ward_of = told.wards[np.searchsorted(told.cases, rows["case"][start])]
    wards, ward = np.unique(ward_of, return_inverse=True)
    kinds, which = np.unique(ward * len(STEPS) + at[start], return_inverse=True)
    counts = np.bincount(which, minlength=len(kinds)).tolist()
    sums = np.bincount(which, weights=days, minlength=len(kinds)).tolist()
    codes = list(STEPS)
    found: Observed = {}
    for kind, n, whole in zip(kinds.tolist(), counts, sums, strict=True):
        number, step = divmod(kind, len(STEPS))
        found[wards[number].decode(), codes[step]] = Seen(n, int(whole))
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
    session: Session, projects: Sequence[Project], told: Mapping[int, Told], *, day: date
) -> dict[int, dict[str, tuple[Fact, ...]]]:
    """What `projects.forecasting.lawful` reads, by project id and case code, as it stood at the end of `day`."""
    asked = {"projects": [project.id for project in projects], "day": day, "early": _EARLY}
    with joining_whole(session):
        beside = session.execute(LAW_FACTS, asked | {"kinds": list(KINDS)}).all()
        early: dict[int, bytes] = dict(session.execute(EARLY, asked).all())
    found: dict[int, dict[str, list[Fact]]] = {project.id: {} for project in projects}
    for number, of_case in found.items():
        cases = np.frombuffer(early.get(number, b""), ">i4").astype(np.int64)
        for code, fact in _facts_of_steps(told[number], cases, day):
            of_case.setdefault(code, []).append(fact)
    for project, code, kind, on, land, party, value, number in beside:
        fact = Fact(kind, on, land=land, party=party, value=value, id=number)
        found[project].setdefault(code, []).append(fact)
    return {
        project: {
            code: tuple(sorted(facts, key=_order) if len(facts) > 1 else facts)
            for code, facts in of_case.items()
        }
        for project, of_case in found.items()
    }


def _facts_of_steps(told: Told, cases: Whole, day: date) -> Iterator[tuple[str, Fact]]:
    """What the steps in the histories of these cases say, by case code."""
    on = told.stepped()
    wanted = (
        told.true_by((day - EPOCH).days)
        & told.says(FIRST | TOLD_STEP)
        & np.isin(told.rows["step"], _OF_FACTS)
        & np.isin(told.rows["case"], cases)
        & (on != NO_DAY)
    )
    rows, on = told.rows[wanted], on[wanted]
    again = (rows["says"] & REISSUED) != 0
    of_case = np.searchsorted(told.cases, rows["case"])
    for case, step, number, reissued in zip(
        of_case.tolist(), rows["step"].tolist(), on.tolist(), again.tolist(), strict=True
    ):
        yield told.codes[case], _fact("notice.reissued" if reissued else _FACTS[step], number)


# Thousands of cases share a few hundred days.
@lru_cache(maxsize=16384)
def _fact(kind: str, day: int) -> Fact:
    return Fact(kind, EPOCH + timedelta(day))


def _order(fact: Fact) -> tuple[date, int, str, str]:
    return fact.on, fact.id, fact.kind, fact.party


def total(by_project: Mapping[int, Observed]) -> Observed:
    """What was observed in all projects together."""
    found: Observed = {}
    for seen in by_project.values():
        for key, each in seen.items():
            found[key] = found.get(key, Seen()) + each
    return found
