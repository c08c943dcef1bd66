"""How many cases are handed over by a day, with its chance: draws of the ranges of all that wait, counted.

The draws are those of `projects.engine.sampling`: cases of one ward go together. Seed and ranges give the same band on
any machine. Unlike the risk of the dates no network is run: a handover does not wait for works.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from projects.engine.sampling import BLOCK, room, sampling
from projects.engine.spread import Spread

LOW, MIDDLE, HIGH = 10.0, 50.0, 90.0  # percentiles of the number handed over


@dataclass(frozen=True, slots=True)
class Band:
    """Cases handed over up to the end of `day`: no more than `low`, `middle`, `high` in 10, 50, 90 of 100 draws."""

    day: date
    low: int
    middle: int
    high: int


def band(
    waits: Sequence[Spread],
    groups: Sequence[int],
    ends: Sequence[date],
    *,
    data_date: date,
    done: int,
    correlation: float,
    iterations: int,
    seed: int,
) -> tuple[Band, ...]:
    """The band at each of the ascending days `ends`; `waits` are days from the data date, of a sound range each.

    `done` cases are handed over already and count in every draw. `iterations` is rounded up to whole blocks.
    """
    if not ends:
        return ()
    if not waits:
        return tuple(Band(end, done, done, done) for end in ends)
    limits = np.array([(end - data_date).days for end in ends], np.int32)
    draws = sampling(waits, groups, correlation)
    n, blocks, bins = len(waits), -(-iterations // BLOCK), len(ends) + 1
    drawn, own, shared = np.empty((n, BLOCK), np.int32), room(n), room(max(draws.groups, 1))
    column = np.arange(BLOCK, dtype=np.int64) * bins
    counted = np.empty((blocks, BLOCK, len(ends)), np.int64)
    for block in range(blocks):
        draws.fill(seed, block, own, shared, drawn)
        # The first of the days on or before which a case is there; none of them is the last bin.
        place = np.searchsorted(limits, np.maximum(drawn, 1)) + column
        found = np.bincount(place.ravel(), minlength=BLOCK * bins).reshape(BLOCK, bins)
        counted[block] = found[:, :-1].cumsum(axis=1)
    levels = np.percentile(counted.reshape(-1, len(ends)), (LOW, MIDDLE, HIGH), axis=0, method="inverted_cdf")
    return tuple(
        Band(end, *(done + int(level) for level in column))
        for end, column in zip(ends, levels.T.tolist(), strict=True)
    )
