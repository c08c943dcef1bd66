"""How long things took, from records of which some are not over yet; a ward's record shrunk towards the city's.

What is not over is no observation, but neither is it nothing: it says "longer than this". Left out, slow cases would
be missing and every range too short. The distribution is the product-limit estimate (Kaplan and Meier 1958); where
the longest record is not over, its time counts as an end (Efron 1967): beyond the longest record nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
LEVELS: Reals = np.linspace(0, 1, 101)
FEWEST = 5  # observations of the city below which its record is not used
PRIOR = 10  # a ward with as many observations counts as much as the city
CITY = ""


@dataclass(frozen=True, slots=True)
class Record:
    """`count` times something of the same `ward` took `days`, or has lasted so long and is not over yet."""

    ward: str
    days: int
    over: bool
    count: int = 1


@dataclass(frozen=True)
class Waits:
    """One kind of wait: quantiles at `LEVELS` for the city (None: fewer than `FEWEST` observations) and by ward.

    `seen`: observations that are over, by ward and for the city (`CITY`); `running`: those that are not over.
    """

    city: Reals | None
    wards: Mapping[str, Reals]
    seen: Mapping[str, int]
    running: Mapping[str, int]

    def of(self, ward: str) -> Reals | None:
        """Quantiles for a ward, shrunk to the city's: weight n / (n + `PRIOR`) on its own n observations."""
        if self.city is None or ward not in self.wards:
            return self.city
        weight = self.seen[ward] / (self.seen[ward] + PRIOR)
        mixed: Reals = weight * self.wards[ward] + (1 - weight) * self.city
        return mixed


NOTHING = Waits(None, {}, {}, {})


def waits(records: Iterable[Record]) -> Waits:
    """The distribution of one kind of wait for the city and each ward with an observation."""
    rows = list(records)
    by_ward: dict[str, list[Record]] = {}
    for row in rows:
        by_ward.setdefault(row.ward, []).append(row)
    groups = by_ward | {CITY: rows}
    seen = {ward: sum(r.count for r in found if r.over) for ward, found in groups.items()}
    return Waits(
        city=quantiles(rows) if seen[CITY] >= FEWEST else None,
        wards={ward: quantiles(found) for ward, found in by_ward.items() if seen[ward]},
        seen=seen,
        running={ward: sum(r.count for r in found if not r.over) for ward, found in groups.items()},
    )


def quantiles(records: Iterable[Record]) -> Reals:
    """The product-limit estimate of at least one record as quantiles at `LEVELS`."""
    rows = [r for r in records if r.count > 0]
    days = np.array([r.days for r in rows], np.float64)
    over = np.array([r.over for r in rows])
    count = np.array([r.count for r in rows], np.float64)
    times = np.unique(days)
    ended = np.array([count[(days == t) & over].sum() for t in times])
    at_risk = np.array([count[days >= t].sum() for t in times])
    left = np.cumprod(1 - ended / at_risk)
    left[-1] = 0.0  # Efron
    # Among ties ends come before what is not over, as usual. The first time by which the level has ended:
    place = np.searchsorted(1 - left, np.maximum(LEVELS - 1e-9, 1e-9))
    chosen: Reals = times[np.minimum(place, times.size - 1)]
    return chosen


def beyond(values: Reals, elapsed: float) -> Reals | None:
    """Quantiles of what is left after `elapsed` has passed; None where no value lies beyond."""
    left = values[values > elapsed] - elapsed
    if left.size == 0:
        return None
    found: Reals = np.quantile(left, LEVELS)
    return found


def added(first: Reals, second: Reals) -> Reals:
    """Quantiles of the sum of two independent waits, each given by quantiles."""
    middle = (LEVELS[1:] + LEVELS[:-1]) / 2
    a, b = np.interp(middle, LEVELS, first), np.interp(middle, LEVELS, second)
    found: Reals = np.quantile(np.add.outer(a, b).ravel(), LEVELS)
    return found
