"""When a work front opens: with all its land, or as soon as a continuous run of a given length is free.

The second rule is for works that can begin on a stretch: metres of `projects.workable` between the parcels still held.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from projects.engine.strips import Strip
from projects.workable import MM, SLIVER_M, Cover, Interval, Line, states_of, workable


@dataclass(frozen=True, slots=True)
class RunRule:
    """A front on [from_m, to_m] of `line` opens when `run_m` in one piece are free. `pieces`: its land beside the
    alignment, (case, from, to) per parcel and part, in m."""

    run_m: float
    line: Line
    from_m: float
    to_m: float
    pieces: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """The day on which a front opens, and the cases whose land it took: those on the run, by code."""

    on: date
    by: tuple[str, ...]
    run: Interval


def run_opening(rule: RunRule, days: Mapping[str, date]) -> Opening | None:
    """The first day on which a run of the length is free when every case is handed over on its day; of several runs
    then the longest, and of equals the first. None where the length is never reached (unknown land, a shorter front):
    then the rule of all land counts. Cases without a day are not needed.
    """
    own = sorted({days[case] for case, _, _ in rule.pieces if case in days})
    if not own or _longest(rule, days, own[-1]) is None:
        return None
    low, high = 0, len(own) - 1
    while low < high:
        middle = (low + high) // 2
        if _longest(rule, days, own[middle]) is None:
            low = middle + 1
        else:
            high = middle
    run = _longest(rule, days, own[low])
    if run is None:
        return None
    by = {case for case, a, b in rule.pieces if case in days and _meets(rule.line, (a, b), run)}
    if not any(days[case] == own[low] for case in by):  # a neighbour's sliver made the run
        by |= {case for case, _, _ in rule.pieces if days.get(case) == own[low]}
    return Opening(own[low], tuple(sorted(by)), run)


def _meets(line: Line, piece: Interval, run: Interval) -> bool:
    length = line.end_m - line.start_m
    turns = (-length, 0.0, length) if line.is_ring else (0.0,)
    return any(piece[0] + turn < run[1] and piece[1] + turn > run[0] for turn in turns)


def _longest(rule: RunRule, days: Mapping[str, date], on: date) -> Interval | None:
    """The longest run at the end of a day, None below the length."""
    wanted = [piece for piece in rule.pieces if piece[0] in days]
    cover = Cover(
        np.array([a for _, a, _ in wanted], dtype=np.float64),
        np.array([b for _, _, b in wanted], dtype=np.float64),
        np.array([days[case] > on for case, _, _ in wanted], dtype=bool),
    )
    found = workable(states_of(rule.line, cover), [(rule.from_m, rule.to_m)], min_run_m=rule.run_m)
    # In whole millimetres: a run of exactly the length is long enough.
    return found.longest if found.longest and round(found.longest_m * MM) >= round(rule.run_m * MM) else None


def strip_of(rule: RunRule, cases: Collection[str]) -> Strip | None:
    """The ground of the rule as pieces (mm) with the `cases` that hold each; None where no run is ever long enough.

    Its days and runs are those of `run_opening`: noise in the drawing that is no free land there is too short here.
    """
    codes = tuple(sorted({case for case, _, _ in rule.pieces if case in cases}))
    place = {case: i for i, case in enumerate(codes)}
    own = [(place[case], round(a * MM), round(b * MM)) for case, a, b in rule.pieces if case in place]
    need = max(round(rule.run_m * MM), round(SLIVER_M * MM) + 1)
    runs, around = _ground(rule, own)
    line = rule.line
    length = round(line.end_m * MM) - round(line.start_m * MM)
    turns = (-length, 0, length) if line.is_ring else (0,)
    at, parted, holders = [], [], []
    for low, high in runs:
        if high - low < need:
            continue
        on_it = [(e, a + t, b + t) for e, a, b in own for t in turns if a + t < high and b + t > low]
        cuts = sorted({low, high, *(x for _, a, b in on_it for x in (a, b) if low < x < high)})
        for x, y in pairwise(cuts):
            at.append((x, y))
            parted.append(x == low)
            holders.append(sorted({e for e, a, b in on_it if a < y and b > x}))
    if not at:
        return None
    if around:  # a run may go on through the seam
        at = [*at, *((x + around, y + around) for x, y in at)]
        parted = [*parted, *([False] * len(parted))]
        holders = [*holders, *holders]
    return Strip(
        codes=codes,
        at=np.array([x for x, _ in at], np.int64),
        length=np.array([y - x for x, y in at], np.int64),
        parted=np.array(parted, np.bool_),
        first=np.cumsum([0, *(len(each) for each in holders)], dtype=np.int32),
        holder=np.array([e for each in holders for e in each], np.int32),
        need=need,
        around=around,
    )


def _ground(rule: RunRule, own: list[tuple[int, int, int]]) -> tuple[list[tuple[int, int]], int]:
    """The runs (mm) when all land is free, and the length round a ring that is one run from seam to seam."""
    cover = Cover(
        np.array([a / MM for _, a, _ in own], dtype=np.float64),
        np.array([b / MM for _, _, b in own], dtype=np.float64),
        np.zeros(len(own), dtype=bool),
    )
    found = workable(states_of(rule.line, cover), [(rule.from_m, rule.to_m)], min_run_m=rule.run_m)
    runs = [(round(a * MM), round(b * MM)) for a, b in found.runs]
    whole = round(rule.line.start_m * MM), round(rule.line.end_m * MM)
    return runs, whole[1] - whole[0] if rule.line.is_ring and runs == [whole] else 0
