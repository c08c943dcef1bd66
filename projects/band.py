"""The axis as a band: which stretch is blocked, critical, free, or has no land to clear. Chainage in m."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

Interval = tuple[float, float]

FREE, BLOCKED, CRITICAL, OUTSIDE = "free", "blocked", "critical", "outside"


@dataclass(frozen=True, slots=True)
class Piece:
    """Chainage [from_m, to_m] with its status; `run` is the index of the blocked run it is, if any.

    "outside" lies on no work front that needs land now (water, finished or not yet started sections): it is
    neither handed over nor blocked.
    """

    from_m: float
    to_m: float
    status: str
    run: int | None = None


def band(
    within: Interval, blocked: Sequence[tuple[float, float, bool]], fronts: Sequence[Interval]
) -> tuple[Piece, ...]:
    """Pieces that cover `within` without gap or overlap, in order of chainage.

    `blocked` are the merged runs (from, to, critical), sorted and apart; `fronts` the stretches that need
    land. What is blocked is blocked even off the fronts.
    """
    low, high = within
    pieces: list[Piece] = []
    at = low
    for index, (start, end, critical) in enumerate(blocked):
        pieces += _between(at, start, fronts)
        pieces.append(Piece(start, end, CRITICAL if critical else BLOCKED, index))
        at = end
    pieces += _between(at, high, fronts)
    return tuple(pieces)


def longest_free(pieces: Sequence[Piece], *, ring: bool = False) -> Interval | None:
    """The longest free stretch, None without one; on a ring it may pass the seam, then its end lies beyond it."""
    free = [(p.from_m, p.to_m) for p in pieces if p.status == FREE]
    if ring and len(pieces) > 1 and pieces[0].status == pieces[-1].status == FREE:
        length = pieces[-1].to_m - pieces[0].from_m
        free.append((pieces[-1].from_m, pieces[0].to_m + length))
    return max(free, key=lambda f: (f[1] - f[0], -f[0]), default=None)


def _between(low: float, high: float, fronts: Sequence[Interval]) -> list[Piece]:
    """The stretch [low, high], free where a front lies and outside elsewhere; neighbours of one kind joined."""
    if low >= high:
        return []
    cuts = sorted({low, high, *(m for front in fronts for m in front if low < m < high)})
    found: list[Piece] = []
    for start, end in itertools.pairwise(cuts):
        middle = (start + end) / 2
        status = FREE if any(a <= middle <= b for a, b in fronts) else OUTSIDE
        if found and found[-1].status == status:
            found[-1] = Piece(found[-1].from_m, end, status)
        else:
            found.append(Piece(start, end, status))
    return found
