"""The facts that the law counts from, of all cases of a project: from their histories and from what is recorded beside.

Forecasts ask for them of the cases whose promise the law may move, which are few: values are made when asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.tables import Project
from geo.told import EPOCH, FIRST, NO_DAY, REISSUED, TOLD_STEP, Rows, Told
from geo.whole_tables import joining_whole
from projects.forecasting.lawful import KINDS
from projects.law.facts import STEP_FACTS, Fact
from projects.steps import STEPS

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
_KINDS = [STEP_FACTS[code] if STEP_FACTS.get(code) in KINDS else "" for code in STEPS]  # by place of the step
_OF_FACTS = np.array([kind != "" for kind in _KINDS] + [False])  # a row without a step has place -1
_EARLY = [code for code, step in STEPS.items() if step.group and step.order < STEPS["S90"].order]


class LawFacts(Mapping[str, tuple[Fact, ...]]):
    """Facts by case code, in their order: from `rows` of the history with their days `on`, those of a case together,
    and from what is recorded `beside`."""

    def __init__(self, told: Told, rows: Rows, on: Rows, beside: dict[str, list[Fact]]) -> None:
        cases, starts = np.unique(rows["case"], return_index=True)
        codes = np.searchsorted(told.cases, cases).tolist()
        ends = [*starts.tolist(), len(rows)]
        self._ranges = {told.codes[code]: (ends[n], ends[n + 1]) for n, code in enumerate(codes)}
        self._steps, self._days = rows["step"].copy(), on  # a view would keep the whole rows
        self._again = (rows["says"] & REISSUED) != 0
        self._beside = beside
        self._made: dict[str, tuple[Fact, ...]] = {}

    def __getitem__(self, code: str) -> tuple[Fact, ...]:
        made = self._made.get(code)
        if made is None:
            beside = self._beside.get(code, ())
            if code not in self._ranges and not beside:
                raise KeyError(code)
            made = self._made[code] = tuple(sorted([*self._told(code), *beside], key=_order))
        return made

    def __iter__(self) -> Iterator[str]:
        return iter({**self._ranges, **self._beside})

    def __len__(self) -> int:
        return len(self._ranges.keys() | self._beside.keys())

    def _told(self, code: str) -> Iterator[Fact]:
        first, end = self._ranges.get(code, (0, 0))
        for step, day, again in zip(
            self._steps[first:end].tolist(),
            self._days[first:end].tolist(),
            self._again[first:end].tolist(),
            strict=True,
        ):
            yield _fact("notice.reissued" if again else _KINDS[step], day)


def law_facts_of(
    session: Session, projects: Sequence[Project], told: Mapping[int, Told], *, day: date
) -> dict[int, LawFacts]:
    """What `projects.forecasting.lawful` reads, by project id, as it stood at the end of `day`."""
    asked = {"projects": [project.id for project in projects], "day": day, "early": _EARLY}
    with joining_whole(session):
        recorded = session.execute(LAW_FACTS, asked | {"kinds": list(KINDS)}).all()
        early: dict[int, bytes] = dict(session.execute(EARLY, asked).all())
    beside: dict[int, dict[str, list[Fact]]] = {project.id: {} for project in projects}
    for project, code, kind, on, land, party, value, number in recorded:
        fact = Fact(kind, on, land=land, party=party, value=value, id=number)
        beside[project].setdefault(code, []).append(fact)
    found = {}
    for number, of_case in beside.items():
        rows, on = _steps_that_are_facts(told[number], early.get(number, b""), day)
        found[number] = LawFacts(told[number], rows, on, of_case)
    return found


def _steps_that_are_facts(told: Told, early: bytes, day: date) -> tuple[Rows, Rows]:
    """The rows of the history of these cases (packed numbers) that say a fact by the end of `day`, and their days."""
    on = told.stepped()
    is_early = np.isin(told.cases, np.frombuffer(early, ">i4").astype(np.int64))
    wanted = (
        told.true_by((day - EPOCH).days)
        & told.says(FIRST | TOLD_STEP)
        & _OF_FACTS[told.rows["step"]]
        & is_early[np.searchsorted(told.cases, told.rows["case"])]
        & (on != NO_DAY)
    )
    return told.rows[wanted], on[wanted]


# Thousands of cases share a few hundred days.
@lru_cache(maxsize=16384)
def _fact(kind: str, day: int) -> Fact:
    return Fact(kind, EPOCH + timedelta(day))


def _order(fact: Fact) -> tuple[date, int, str, str]:
    return fact.on, fact.id, fact.kind, fact.party
