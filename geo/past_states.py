"""Where cases stood on a past day: `projects.history.fold` over arrays (a test holds the two together)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from geo.told import EPOCH, FIRST, NAMES, NO_DAY, OF_OBSTACLE, OF_PROMISE, OF_STEP, Told, told_of


class Past(NamedTuple):
    """What the headline of a case said at the end of a day."""

    step: str | None
    step_on: date | None
    promised_on: date | None
    obstacle: str | None


States = Mapping[str, Past]  # by case code


def states_then(told: Told, *, as_of: date) -> States:
    """The states at the end of `as_of` of the cases with an event after it; all others look as they do now."""
    day = (as_of - EPOCH).days
    moved = told.cases[told.latest > day]
    rows = told.rows[told.true_by(day) & np.isin(told.rows["case"], moved)]
    if not len(rows):
        return {}
    first = (rows["says"] & FIRST) != 0
    starts = np.flatnonzero(np.append(True, rows["case"][1:] != rows["case"][:-1]))
    begin = np.where(first[starts], starts, -1)

    def last(what: int) -> npt.NDArray[np.int64]:
        """Per case the row that holds a field: the last one that speaks of it, else where the case begins."""
        places = np.where(((rows["says"] & what) != 0) & ~first, np.arange(len(rows)), -1)
        spoken = np.maximum.reduceat(places, starts)
        return np.where(spoken >= 0, spoken, begin)

    step, promise, obstacle = last(OF_STEP), last(OF_PROMISE), last(OF_OBSTACLE)
    codes = np.searchsorted(told.cases, rows["case"][starts]).tolist()
    held = zip(
        codes,
        np.where(step < 0, -1, rows["step"][step]).tolist(),
        np.where(step < 0, NO_DAY, rows["step_on"][step]).tolist(),
        np.where(promise < 0, NO_DAY, rows["promised_on"][promise]).tolist(),
        np.where(obstacle < 0, b"", rows["obstacle"][obstacle]).tolist(),
        strict=True,
    )
    return {
        told.codes[code]: Past(
            NAMES[at] if at >= 0 else None, _day(step_on), _day(promised_on), _obstacle(cause)
        )
        for code, at, step_on, promised_on, cause in held
    }


def read_states(session: Session, project: int, code: str, *, as_of: date) -> States:
    """The same of one project from the database, for readers that keep nothing."""
    return states_then(told_of(session, {project: code})[project], as_of=as_of)


# Thousands of cases share a few hundred days and causes: one value each.
@lru_cache(maxsize=16384)
def _day(number: int) -> date | None:
    return None if number == NO_DAY else EPOCH + timedelta(number)


@lru_cache(maxsize=256)
def _obstacle(cause: bytes) -> str | None:
    return cause.decode().rstrip() or None
