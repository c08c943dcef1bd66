"""What the ranges of the simulation stand on: the records of promises and steps of all projects, whoever asks.

Each project's part is kept as long as the project's revision stays the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import Calculation
from geo import scope
from geo.risk_records import Steps, promise_records, step_records
from geo.tables import Project
from projects.risking.ranges import Assumed, Grounds, Range, Ranges
from projects.risking.waits import Record, waits

_Kept = dict[str, tuple[int, Steps, list[Record]]]  # project → its revision, what was recorded


def risk_grounds(
    session: Session, ctx: Context, day: date, assumed: Assumed
) -> tuple[Grounds, tuple[object, ...]]:
    """The grounds on `day`, by what is known at the moment of the context, and what they depend on as a key."""
    rows = session.execute(select(Project.code, Project.revision).order_by(Project.code)).all()
    kept: _Kept = ctx.cache.get(("risk records", ctx.known, day), dict)
    stale = [row for row in rows if kept.get(row.code, (None,))[0] != row.revision]
    if stale:
        codes = [row.code for row in stale]
        with scope.calculating(session):
            steps = step_records(session, codes, day=day)
            promises = promise_records(session, codes, day=day)
        for row in stale:
            kept[row.code] = row.revision, steps[row.code], promises[row.code]

    def make() -> Grounds:
        by_step: Steps = {}
        told: list[Record] = []
        for row in rows:
            _, steps, promises = kept[row.code]
            told += promises
            for step, records in steps.items():
                by_step.setdefault(step, []).extend(records)
        return Grounds(waits(told), {step: waits(found) for step, found in by_step.items()}, assumed)

    key = ("risk grounds", ctx.known, day, tuple(row.revision for row in rows), assumed)
    made: Grounds = ctx.cache.get(key, make)
    return made, key


def ranges_of(made: Calculation, grounds: Grounds, codes: Iterable[str]) -> dict[str, Range]:
    """The range of the handover of each of these cases that is still open."""
    maker = Ranges(grounds, made.data_date)
    return {
        code: maker.of_case(
            made.cases[code],
            on=made.forecasts[code].on,
            basis=made.forecasts[code].basis,
            lawful=lawful.on if (lawful := made.forecasts[code].lawful) is not None else None,
        )
        for code in codes
        if made.is_open(code)
    }
