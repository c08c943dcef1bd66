"""Ground of which a continuous run is enough: the first day on which some run of a length is free, and who holds it.

A strip is cut into pieces in which the same events hold the ground all along. A piece is free from the last of its
events on, a run is a row of free pieces that touch; so the day is the least, over the shortest runs that are long
enough, of their latest events. Where a run is free of everybody, it counts from the first event of the strip.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from projects.engine.jit import compiled

Long = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]
Bits = npt.NDArray[np.bool_]
ALWAYS = -(1 << 30)  # the day of a piece that nobody holds


@dataclass(frozen=True)
class Strip:
    """Piece i is `length[i]` long, begins at `at[i]`, and is held by events `holder[first[i]:first[i + 1]]`, places in
    `codes`. `parted[i]`: it does not touch the piece before it. `need`: the length of a run. All lengths in one unit.

    `around`: the pieces are those of a closed ring, twice over, of this length; 0 elsewhere.
    """

    codes: tuple[str, ...]
    at: Long
    length: Long
    parted: Bits
    first: Ints
    holder: Ints
    need: int
    around: int = 0


def needed(strip: Strip, days: Mapping[str, int], on: int) -> frozenset[str]:
    """The events without which no run is free at the end of day `on`, each by itself; none where none is free at all.

    `days` by code; an event that does not come by then counts as held.
    """
    day = np.array([days[code] for code in strip.codes], np.int64)
    pieces = _piece_days(strip.first, strip.holder, day)
    runs = [(a, b) for a, b in _stretches(strip, pieces <= on) if _long(strip, a, b) >= strip.need]
    if not runs:
        return frozenset()
    common: set[int] | None = None
    where: list[dict[int, list[int]]] = []
    for a, b in runs:
        own: dict[int, list[int]] = {}
        for i in range(a, b):
            for event in strip.holder[strip.first[i] : strip.first[i + 1]].tolist():
                own.setdefault(event, []).append(i)
        where.append(own)
        common = set(own) if common is None else common & set(own)
    come = np.flatnonzero(day <= on).tolist()
    alone = frozenset(strip.codes[event] for event in come) if len(come) == 1 else frozenset()
    return alone | frozenset(
        strip.codes[event]
        for event in common or ()
        if not any(
            _rest(strip, a, b, own[event]) >= strip.need for (a, b), own in zip(runs, where, strict=True)
        )
    )


def _rest(strip: Strip, a: int, b: int, held: Collection[int]) -> int:
    """The longest that is left of pieces a…b − 1 without those that are held."""
    edges = [a - 1, *held, b]
    return max(_long(strip, i + 1, j) for i, j in pairwise(edges))


def _long(strip: Strip, a: int, b: int) -> int:
    whole = int(strip.length[a:b].sum())
    return min(whole, strip.around) if strip.around else whole


def _stretches(strip: Strip, free: Bits) -> list[tuple[int, int]]:
    """Rows of free pieces that touch, as [from, to)."""
    found: list[tuple[int, int]] = []
    start = -1
    for i, (is_free, parted) in enumerate(zip(free.tolist(), strip.parted.tolist(), strict=True)):
        if start >= 0 and (not is_free or parted):
            found.append((start, i))
            start = -1
        if is_free and start < 0:
            start = i
    return [*found, (start, free.size)] if start >= 0 else found


@compiled
def _piece_days(first: Ints, holder: Ints, day: Long) -> Long:
    """The day from which each piece is free."""
    found = np.full(first.size - 1, ALWAYS, np.int64)
    for i in range(first.size - 1):
        for x in range(first[i], first[i + 1]):
            found[i] = max(found[i], day[holder[x]])
    return found


@compiled
def opened(
    at: Long, length: Long, parted: Bits, first: Ints, holder: Ints, need: int, around: int, days: Ints, used: int,
    wait: Ints, holds: Bits,
) -> None:  # fmt: skip
    """Per iteration j the day `wait[j]` on which a run is free, and who `holds` it: the events of that day on the
    longest run (of equals the first); `days` by event and iteration. There must be a run when all have come.
    """
    n = length.size
    day = np.empty(n, np.int64)
    queue = np.empty(n, np.int64)
    for j in range(used):
        for i in range(n):
            day[i] = ALWAYS
            for x in range(first[i], first[i + 1]):
                day[i] = max(day[i], days[holder[x], j])
        # The least of the latest days over windows [left, right]: a queue of falling days, as for any moving maximum.
        best, left, have, head, tail = 1 << 40, 0, 0, 0, 0
        for right in range(n):
            if parted[right]:
                left, have, head, tail = right, 0, 0, 0
            while tail > head and day[queue[tail - 1]] <= day[right]:
                tail -= 1
            queue[tail] = right
            tail += 1
            have += length[right]
            while left < right and have - length[left] >= need:
                have -= length[left]
                if queue[head] == left:
                    head += 1
                left += 1
            if have >= need:
                best = min(best, day[queue[head]])
        soonest = 1 << 40
        for e in range(days.shape[0]):
            soonest = min(soonest, days[e, j])
        best = max(best, soonest)
        wait[j] = best
        start, size, low, high, longest = -1, 0, 0, 0, 0
        for i in range(n + 1):
            ends = i == n or day[i] > best or parted[i]
            if ends and start >= 0:
                long = min(size, around) if around else size
                if long > longest or (long == longest and at[start] < at[low]):
                    low, high, longest = start, i, long
                start, size = -1, 0
            if i < n and day[i] <= best:
                if start < 0:
                    start = i
                size += length[i]
        holds[:, j] = False
        found = False
        for i in range(low, high):
            for x in range(first[i], first[i + 1]):
                if days[holder[x], j] == best:
                    holds[holder[x], j] = True
                    found = True
        if not found:
            for e in range(days.shape[0]):
                holds[e, j] = days[e, j] == best
