"""Where along an alignment the works may go on: free, blocked and unknown stretches, gaps and workable runs.

A place on the axis is blocked as long as one parcel beside or across it, on either side, is not released; free when
there is land data and all of it is released; unknown where no parcel is known over more than `LANE_M`: shorter holes
are lanes and ditches between parcels, which nobody hands over.

All in whole millimetres of measure, so that neighbours meet exactly, in one sweep over arrays: no loop over parcels.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FREE, BLOCKED, UNKNOWN = 0, 1, 2
LANE_M = 100.0  # a hole in the land data up to this is no unknown land
SLIVER_M = 0.1  # what is thinner between two parcels is drawing noise
MM = 1000

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """An alignment in measures (m). On a ring the end is the start. `breaks`: where its parts do not touch."""

    start_m: float
    end_m: float
    is_ring: bool = False
    breaks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Cover:
    """The land beside an alignment, one entry per parcel: measures [from, to] in m and whether it is still held.

    On a ring `to_m` may lie beyond the end: the interval goes on at the start.
    """

    from_m: npt.NDArray[np.float64]
    to_m: npt.NDArray[np.float64]
    held: Flags


@dataclass(frozen=True, slots=True)
class States:
    """The alignment from end to end in stretches of one state; `at` has one more entry than `state` (mm)."""

    line: Line
    at: Whole
    state: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Workable:
    """What of the required length may be worked on, in m.

    `required_m` = `free_m` + `blocked_m` + `unknown_m`. `gaps` are the blocked stretches in order, `runs` the free
    ones; one through the seam of a ring ends beyond it. `in_runs_m` is the length in runs of at least the asked one.
    """

    required_m: float
    free_m: float
    blocked_m: float
    unknown_m: float
    gaps: tuple[Interval, ...]
    runs: tuple[Interval, ...]
    unknown: tuple[Interval, ...]
    longest: Interval | None
    in_runs_m: float

    @property
    def longest_m(self) -> float:
        """Length of the longest continuous run, 0 without one."""
        return self.longest[1] - self.longest[0] if self.longest else 0.0

    @property
    def share(self) -> float | None:
        """The part of the required length in long runs, 0…1; None when nothing is required."""
        return self.in_runs_m / self.required_m if self.required_m else None


def states_of(line: Line, cover: Cover) -> States:
    """Every stretch of the alignment with its state, from one sweep over the ends of all intervals."""
    low, high = _mm(line.start_m), _mm(line.end_m)
    begin, end, held = _within(line, cover, low, high)
    at = _distinct(np.concatenate([begin, end, np.array([low, high], dtype=np.int64)]))
    known = _depth(at, begin, end) > 0
    blocked = _depth(at, begin[held], end[held]) > 0
    state = np.where(blocked, BLOCKED, np.where(known, FREE, UNKNOWN)).astype(np.int8)
    at, state = _joined(at, state)
    ring = line.is_ring
    state = _absorbed(at, state, np.isin(state, (FREE, UNKNOWN)), _mm(SLIVER_M), between=BLOCKED, ring=ring)
    at, state = _joined(at, state)
    lane = (state == UNKNOWN) & (_lengths(at, state, ring=ring) <= _mm(LANE_M))
    at, state = _joined(at, np.where(lane, FREE, state).astype(np.int8))
    return States(line, at, state)


def workable(states: States, required: Iterable[Interval], *, min_run_m: float) -> Workable:
    """The figures of the stretches `required` (overlapping ones count once) of an alignment."""
    line = states.line
    needed = required_mm(line, required)
    found = {kind: _pieces(states, needed, kind) for kind in (FREE, BLOCKED, UNKNOWN)}
    runs = _cut(found[FREE], [_mm(m) for m in line.breaks])
    gaps, runs, unknown = (_through_seam(line, p) for p in (found[BLOCKED], runs, found[UNKNOWN]))
    lengths = [b - a for a, b in runs]
    longest = max(range(len(runs)), key=lambda i: (lengths[i], -runs[i][0])) if runs else None
    return Workable(
        required_m=_total(needed),
        free_m=_total(found[FREE]),
        blocked_m=_total(found[BLOCKED]),
        unknown_m=_total(found[UNKNOWN]),
        gaps=_metres(gaps),
        runs=_metres(runs),
        unknown=_metres(unknown),
        longest=None if longest is None else _metres([runs[longest]])[0],
        in_runs_m=sum(length for length in lengths if length >= _mm(min_run_m)) / MM,
    )


def on_gaps(line: Line, cover: Cover, gaps: Sequence[Interval]) -> tuple[Whole, Whole]:
    """Which held parcels make which gap: (index of the gap, index in `cover`), ordered by gap, then by place."""
    (rows,) = np.nonzero(cover.held)
    if not len(gaps) or not len(rows):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    length = _mm(line.end_m) - _mm(line.start_m)
    begin, end = (np.rint(v[rows] * MM).astype(np.int64) for v in (cover.from_m, cover.to_m))
    pairs = []
    for turn in (-length, 0, length) if line.is_ring else (0,):
        low = np.array([_mm(a) for a, _ in gaps]) + turn
        high = np.array([_mm(b) for _, b in gaps]) + turn
        first = np.searchsorted(high, begin, side="right")
        count = np.maximum(np.searchsorted(low, end, side="left") - first, 0)
        count[end <= begin] = 0
        gap = np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())
        pairs.append(gap * len(cover.held) + np.repeat(rows, count))
    of_gap, row = np.divmod(_distinct(np.concatenate(pairs)), len(cover.held))
    order = np.lexsort((row, cover.from_m[row], of_gap))
    return of_gap[order], row[order]


def required_mm(line: Line, required: Iterable[Interval]) -> list[tuple[int, int]]:
    """The required stretches in mm, merged, cut to the alignment; on a ring turned into it."""
    low, high = _mm(line.start_m), _mm(line.end_m)
    turns = (low - high, 0, high - low) if line.is_ring else (0,)
    pieces = sorted(
        (max(_mm(a) + turn, low), min(_mm(b) + turn, high)) for a, b in required for turn in turns
    )
    merged: list[tuple[int, int]] = []
    for a, b in pieces:
        if a >= b:
            continue
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], b))
        else:
            merged.append((a, b))
    return merged


def _mm(metres: float) -> int:
    return round(metres * MM)


def _distinct(values: Whole) -> Whole:
    """Sorted, each once: here quicker than numpy's own, which hashes first."""
    ordered = np.sort(values)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def _within(line: Line, cover: Cover, low: int, high: int) -> tuple[Whole, Whole, Flags]:
    """Intervals cut to the alignment; on a ring what runs beyond an end goes on at the other."""
    begin = np.rint(cover.from_m * MM).astype(np.int64)
    end = np.rint(cover.to_m * MM).astype(np.int64)
    held = cover.held
    if line.is_ring:
        turns = [(begin + turn, end + turn) for turn in (low - high, 0, high - low)]
        begin, end = (np.concatenate(side) for side in zip(*turns, strict=True))
        held = np.tile(held, len(turns))
    begin, end = np.clip(begin, low, high), np.clip(end, low, high)
    there = begin < end
    return begin[there], end[there], held[there]


def _depth(at: Whole, begin: Whole, end: Whole) -> Whole:
    """How many intervals cover each stretch between neighbouring `at`."""
    change = np.zeros(len(at), dtype=np.int64)
    np.add.at(change, np.searchsorted(at, begin), 1)
    np.add.at(change, np.searchsorted(at, end), -1)
    depth: Whole = np.cumsum(change)[:-1]
    return depth


def _joined(at: Whole, state: npt.NDArray[np.int8]) -> tuple[Whole, npt.NDArray[np.int8]]:
    """Neighbours of one state as one stretch."""
    keep = np.concatenate([[True], state[1:] != state[:-1]]) if len(state) else np.empty(0, dtype=bool)
    return np.concatenate([at[:-1][keep], at[-1:]]), state[keep]


def _lengths(at: Whole, state: npt.NDArray[np.int8], *, ring: bool) -> Whole:
    """Length of each stretch (mm); first and last of a ring are one when their state is."""
    lengths: Whole = np.diff(at)
    if ring and len(state) > 1 and state[0] == state[-1]:
        lengths[[0, -1]] = lengths[0] + lengths[-1]
    return lengths


def _absorbed(
    at: Whole, state: npt.NDArray[np.int8], thin: Flags, up_to: int, *, between: int, ring: bool
) -> npt.NDArray[np.int8]:
    """Stretches of `thin` no longer than `up_to` that lie between two of state `between` take that state."""
    if len(state) < 2:
        return state
    before = np.concatenate([[state[-1] if ring else -1], state[:-1]])
    after = np.concatenate([state[1:], [state[0] if ring else -1]])
    gone = thin & (np.diff(at) <= up_to) & (before == between) & (after == between)
    return np.where(gone, between, state).astype(np.int8)


def _pieces(states: States, needed: Sequence[tuple[int, int]], kind: int) -> list[tuple[int, int]]:
    """Where stretches of a state lie on required ones."""
    (of_kind,) = np.nonzero(states.state == kind)
    begin, end = states.at[of_kind], states.at[of_kind + 1]
    found: list[tuple[int, int]] = []
    for low, high in needed:
        first, last = np.searchsorted(end, low, side="right"), np.searchsorted(begin, high, side="left")
        cut = zip(
            np.maximum(begin[first:last], low).tolist(),
            np.minimum(end[first:last], high).tolist(),
            strict=True,
        )
        found.extend(cut)
    return found


def _cut(pieces: Iterable[tuple[int, int]], breaks: Sequence[int]) -> list[tuple[int, int]]:
    """The pieces parted at every break that lies inside one."""
    found: list[tuple[int, int]] = []
    for a, b in pieces:
        ends = [a, *(m for m in sorted(breaks) if a < m < b), b]
        found += itertools.pairwise(ends)
    return found


def _through_seam(line: Line, pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """On a ring a last piece that reaches the end and a first one that begins there are one."""
    low, high = _mm(line.start_m), _mm(line.end_m)
    if line.is_ring and len(pieces) > 1 and pieces[0][0] == low and pieces[-1][1] == high:
        return [*pieces[1:-1], (pieces[-1][0], high + pieces[0][1] - low)]
    return pieces


def _total(pieces: Iterable[tuple[int, int]]) -> float:
    return sum(b - a for a, b in pieces) / MM


def _metres(pieces: Iterable[tuple[int, int]]) -> tuple[Interval, ...]:
    return tuple((a / MM, b / MM) for a, b in pieces)
