"""Resettlement plots as a scarce predecessor: which household gets which plot, and from which day.

Stated order: who has drawn a plot keeps it; the others are served by the day of their entitlement, then by case and
person. Each takes the plot of its kind that is ready first; among equals one in its own ward (TDC-03), then by site
and code. A plot goes to one household only. Where no plot is left, an assumed time stands in.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

NO_STOCK_DAYS = 180  # assumed: until stock or temporary housing is found


@dataclass(frozen=True, slots=True)
class Need:
    """A household (`party` of a case, '' the case itself) that must have a plot before the recovery decision.

    `kind`: land | flat; `since`: day of its entitlement; `drawn`: site and code of the plot that it drew, if any.
    """

    case: str
    party: str
    kind: str
    since: date
    ward: str
    drawn: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot that may be given out: neither held back nor handed over. `ready_on`: None where it is ready now."""

    site: str
    code: str
    kind: str
    ward: str
    ready_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlotDay:
    """The day on which a household can have its plot; `plot` None where there is none and the day is assumed.

    `place` of `waiting`: in the order of service among those without a drawn plot (0 for a drawn one).
    """

    need: Need
    plot: Plot | None
    on: date
    place: int
    waiting: int


def serve(needs: Iterable[Need], plots: Sequence[Plot], *, first: date) -> tuple[PlotDay, ...]:
    """A plot for every need, in the stated order; nothing is ready before `first`."""
    by_name = {(plot.site, plot.code): plot for plot in plots}
    ordered = sorted(needs, key=lambda n: (n.drawn is None, n.since, n.case, n.party))
    drawn = {need.drawn for need in ordered if need.drawn}
    heaps = _heaps([plot for plot in plots if (plot.site, plot.code) not in drawn], first)
    waiting = sum(need.drawn is None for need in ordered)
    given: set[tuple[str, str]] = set()
    found, place = [], 0
    for need in ordered:
        if need.drawn:
            plot = by_name.get(need.drawn) or Plot(*need.drawn, need.kind, "")
            found.append(PlotDay(need, plot, _ready(plot, first), 0, waiting))
            continue
        place += 1
        taken = _take(heaps, need, given)
        on = _ready(taken, first) if taken else first + timedelta(days=NO_STOCK_DAYS)
        found.append(PlotDay(need, taken, on, place, waiting))
    return tuple(found)


_Entry = tuple[date, str, str, Plot]


def _heaps(plots: Iterable[Plot], first: date) -> dict[tuple[str, str], list[_Entry]]:
    """The plots by kind and ward, and by kind alone (ward '*'), the first ready on top."""
    heaps: dict[tuple[str, str], list[_Entry]] = {}
    for plot in plots:
        entry = (_ready(plot, first), plot.site, plot.code, plot)
        for ward in (plot.ward, "*"):
            heaps.setdefault((plot.kind, ward), []).append(entry)
    for heap in heaps.values():
        heap.sort(key=lambda e: e[:3])
    return heaps


def _take(heaps: dict[tuple[str, str], list[_Entry]], need: Need, given: set[tuple[str, str]]) -> Plot | None:
    tops = [_top(heaps.get((need.kind, ward), []), given) for ward in (need.ward, "*")]
    own, best = tops
    chosen = own if own and best and own[0] == best[0] else best
    if chosen is None:
        return None
    given.add((chosen[1], chosen[2]))
    return chosen[3]


def _top(heap: list[_Entry], given: set[tuple[str, str]]) -> _Entry | None:
    """The first plot of a heap that nobody took from the other one."""
    while heap and (heap[0][1], heap[0][2]) in given:
        heapq.heappop(heap)
    return heap[0] if heap else None


def _ready(plot: Plot, first: date) -> date:
    return max(first, plot.ready_on) if plot.ready_on else first
