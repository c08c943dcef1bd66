"""Chainage against time: when land is there along an axis, where work runs, and where work enters land that is not.

Places are measures in m, times are ordinals of mornings: land handed over on day D is there from the morning of D + 1,
work that finishes on day D has left its last metre on the morning of D + 1. A work line is straight: the productivity
of its crew is its length by its time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NEVER = 1 << 40
MM = 1000  # stretches are cut on whole millimetres, so that neighbours meet exactly


@dataclass(frozen=True, slots=True)
class Stretch:
    """Land over [from_m, to_m] that is there from the morning `opens`; `actual`: handed over already.

    `parcels`: how many parcels open last of those that cover it.
    """

    from_m: float
    to_m: float
    opens: int
    actual: bool
    parcels: int


@dataclass(frozen=True, slots=True)
class Work:
    """An activity that goes from `from_m` on the morning `start` to `to_m` on the morning `end` (either direction)."""

    code: str
    from_m: float
    to_m: float
    start: float
    end: float
    critical: bool = False

    def at(self, metres: float) -> float:
        """The morning at which the work is at a place between its ends."""
        if self.to_m == self.from_m:
            return self.start
        return self.start + (metres - self.from_m) / (self.to_m - self.from_m) * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Clash:
    """Work reaches [from_m, to_m] on the morning `needed`, the land is there on `available`: `short` days too late."""

    work: str
    from_m: float
    to_m: float
    needed: float
    available: int
    parcels: int
    critical: bool

    @property
    def short(self) -> int:
        """Whole days for which the work would wait."""
        return int(np.ceil(self.available - self.needed))


def availability(
    from_m: npt.ArrayLike, to_m: npt.ArrayLike, opens: npt.ArrayLike, actual: npt.ArrayLike
) -> tuple[Stretch, ...]:
    """The stretches of an axis with parcels, in order: a place is there with the last of the parcels that cover it.

    Arrays of equal length, one entry per parcel: measures, the morning from which it is there, whether that is a fact.
    Neighbours with the same morning and fact are one stretch. Places without a parcel are left out.
    """
    a = np.rint(np.asarray(from_m, np.float64) * MM).astype(np.int64)
    b = np.rint(np.asarray(to_m, np.float64) * MM).astype(np.int64)
    when, fact = np.asarray(opens, np.int64), np.asarray(actual, np.bool_)
    keep = b > a
    a, b, when, fact = a[keep], b[keep], when[keep], fact[keep]
    if not a.size:
        return ()
    at = np.unique(np.concatenate([a, b]))
    last = np.full(at.size - 1, -1, np.int64)
    told = np.zeros(at.size - 1, np.bool_)
    count = np.zeros(at.size - 1, np.int64)
    first, end = np.searchsorted(at, a), np.searchsorted(at, b)
    # Later openings are painted over earlier ones; of equal ones a forecast over a fact.
    for i in np.lexsort((~fact, when)).tolist():
        piece = slice(first[i], end[i])
        same = (last[piece] == when[i]) & (told[piece] == fact[i])
        count[piece] = np.where(same, count[piece] + 1, 1)
        last[piece], told[piece] = when[i], fact[i]
    found: list[Stretch] = []
    for i in range(last.size):
        if last[i] < 0:
            continue
        here = Stretch(at[i] / MM, at[i + 1] / MM, int(last[i]), bool(told[i]), int(count[i]))
        before = found[-1] if found else None
        if before and (before.to_m, before.opens, before.actual) == (here.from_m, here.opens, here.actual):
            found[-1] = Stretch(
                before.from_m, here.to_m, here.opens, here.actual, max(before.parcels, here.parcels)
            )
        else:
            found.append(here)
    return tuple(found)


def clashes(works: Sequence[Work], land: Sequence[Stretch]) -> tuple[Clash, ...]:
    """Every stretch that work reaches before its land is there, worst first; neighbours of one work are one clash.

    `needed` and `available` of a joined clash are those of its worst place.
    """
    found: list[Clash] = []
    for work in works:
        low, high = sorted((work.from_m, work.to_m))
        open_: Clash | None = None
        for part in land:
            a, b = max(low, part.from_m), min(high, part.to_m)
            if b < a or (b == a and low != high):
                continue
            needed = min(work.at(a), work.at(b))
            if part.opens <= needed:
                continue
            here = Clash(work.code, a, b, needed, part.opens, part.parcels, work.critical)
            if open_ is not None and open_.to_m == a:
                worst = here if here.available - here.needed > open_.available - open_.needed else open_
                open_ = Clash(
                    work.code, open_.from_m, b, worst.needed, worst.available, open_.parcels + here.parcels,
                    work.critical,
                )  # fmt: skip
                found[-1] = open_
            else:
                open_ = here
                found.append(here)
    return tuple(sorted(found, key=lambda c: (c.needed - c.available, c.work, c.from_m)))
