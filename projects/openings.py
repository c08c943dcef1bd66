"""When a work front opens: with all its land, or as soon as a continuous run of a given length is free.

The second rule is for works that can begin on a stretch: metres of `projects.workable` between the parcels still held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from projects.workable import Cover, Interval, Line, states_of, workable


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
    return found.longest if found.longest and found.longest_m >= rule.run_m else None
