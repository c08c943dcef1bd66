"""Numbers of the portfolio page: lights by days of slip, and blocked stretches of an axis."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from projects.chainage import format_chainage, parse_chainage
from projects.errors import Fault, InvalidInput

__all__ = [
    "LIGHTS",
    "RISK_UP_TO",
    "Run",
    "blocked_runs",
    "format_chainage",
    "light",
    "parse_chainage",
    "urgency",
]

LIGHTS = ("late", "risk", "ok", "none")
RISK_UP_TO = 30  # days; design thresholds 0 / 1–30 / > 30, no Hanoi rule was found

Run = tuple[float, float]  # [from, to] in metres of chainage


def light(slip_days: int | None) -> str:
    """'ok' (on time or early), 'risk' (1–30 days late), 'late' (more), 'none' (no plan: never shown as fine)."""
    if slip_days is None:
        return "none"
    if slip_days <= 0:
        return "ok"
    return "risk" if slip_days <= RISK_UP_TO else "late"


def urgency(slip_days: int | None) -> tuple[int, int]:
    """Sort key: most days late first, not assessable last."""
    return (1, 0) if slip_days is None else (0, -slip_days)


def blocked_runs(
    intervals: Iterable[Sequence[float]], *, within: Run | None = None, ring: bool = False
) -> tuple[Run, ...]:
    """The stretches of an axis that open parcels cover: merged where they touch, ascending, in metres.

    `intervals` are the (from, to) chainages of the open parcels in any order; `within` clips them to an axis or
    section. On a ring (`within` is then needed) an interval that runs past the end goes on at the start, and a
    run that does so is given as (from, to) with to beyond the end. Raises `InvalidInput` that lists every
    interval that is reversed or not a number.
    """
    pieces = _pieces(intervals, within if ring else None)
    merged: list[Run] = []
    for begin, end in sorted(_clipped(pieces, within)):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    if ring and within is not None and len(merged) > 1 and (merged[0][0], merged[-1][1]) == within:
        beyond = within[1] + merged[0][1] - within[0]
        merged = [*merged[1:-1], (merged[-1][0], beyond)]
    return tuple(merged)


def _clipped(pieces: Iterable[Run], within: Run | None) -> Iterator[Run]:
    for begin, end in pieces:
        if within is not None:
            begin, end = max(begin, within[0]), min(end, within[1])
        if begin < end:
            yield begin, end


def _pieces(intervals: Iterable[Sequence[float]], ring: Run | None) -> list[Run]:
    pieces: list[Run] = []
    faults = []
    for place, (begin, end) in enumerate(intervals, start=1):
        if not (math.isfinite(begin) and math.isfinite(end)) or begin > end:
            faults.append(
                Fault(
                    f"interval {place}",
                    f"Khoảng lý trình {begin} – {end} m không hợp lệ.",
                    f"Chainage interval {begin} – {end} m is not valid.",
                )
            )
            continue
        pieces.append((begin, end))
        if ring is not None and end > ring[1]:
            pieces.append((ring[0], ring[0] + end - ring[1]))
    if faults:
        raise InvalidInput(faults)
    return pieces
