"""What a release of land would bring: calendar days the completion comes earlier if some cases were free today.

A front opens with its last case, or with a run of free land; so a what-if only moves the earliest instant of a few
possessions, and only what that moves is dated again (`dated.repair`). The answer equals a full recomputation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter

import numpy as np

from projects.engine import dated
from projects.engine.schedule import early_times
from projects.engine.setup import Prepared
from projects.engine.shifts import DAY, instant
from projects.land import FrontLand, opens_if
from projects.reckoning import Reckoning
from projects.works import day_of_moment


@dataclass(frozen=True, slots=True)
class Opening:
    """A front that is still to open: its possession, the earliest instant of its own, and its open land.

    `queue`: (day, case) of the open land, last first, where the front opens with all of it; else empty.
    """

    node: int
    floor: int
    land: FrontLand
    queue: tuple[tuple[date, str], ...]


@dataclass(frozen=True, slots=True)
class Releases:
    """The works with one date per front, ready for what-ifs. Make one with `prepare_releases`."""

    reckoning: Reckoning
    works: Prepared
    base: dated.Long
    early: dated.Times
    target: int
    openings: tuple[Opening, ...]
    places: Mapping[str, Sequence[int]]  # case → indices into openings
    data_date: date
    known: dict[tuple[tuple[int, int], ...], int] = field(default_factory=dict)


def prepare_releases(reckoning: Reckoning) -> Releases:
    """What-ifs on the open cases of a reckoning."""
    p, predicted = reckoning.bare, reckoning.predicted
    base = p.nodes.base.copy()
    openings: list[Opening] = []
    places: dict[str, list[int]] = {}
    for land in reckoning.ground:
        node = p.index[land.possession]
        if land.handed_over or p.nodes.state[node] == dated.DONE:
            continue
        queue: tuple[tuple[date, str], ...] = ()
        codes = [case.code for case in land.waiting]
        if land.rule is None:
            days = [predicted[code].on for code in codes]
            queue = tuple(sorted(zip(days, codes, strict=True), key=itemgetter(0), reverse=True))
        for code in codes:
            places.setdefault(code, []).append(len(openings))
        openings.append(Opening(node, int(base[node]), land, queue))
        base[node] = max(base[node], _evening(land.opens))
    return Releases(
        reckoning=reckoning,
        works=p,
        base=base,
        early=early_times(p, base),
        target=p.index[reckoning.prepared.codes[reckoning.finish]],
        openings=tuple(openings),
        places=places,
        data_date=day_of_moment(reckoning.works.options.data_date),
    )


def gain(releases: Releases, freed: Collection[str]) -> int:
    """Calendar days the completion comes earlier if all cases of `freed` were handed over on the data date."""
    places = releases.places
    touched = set[int]().union(*[places[code] for code in freed if code in places])
    changes = []
    for place in sorted(touched):
        opening = releases.openings[place]
        if opening.queue and opening.queue[0][1] not in freed:
            continue  # its last case still holds it
        opens = max(opening.floor, _opens(releases, opening, freed))
        if opens != releases.base[opening.node]:
            changes.append((opening.node, opens))
    key = tuple(changes)
    if not key:
        return 0
    if key not in releases.known:
        releases.known[key] = _gained(releases, key)
    return releases.known[key]


def _opens(releases: Releases, opening: Opening, freed: Collection[str]) -> int:
    if opening.queue:
        last = next((on for on, code in opening.queue if code not in freed), None)
        return releases.works.now if last is None else _evening(last)
    return _evening(opens_if(opening.land, releases.reckoning.predicted, freed, releases.data_date))


def _gained(releases: Releases, changes: tuple[tuple[int, int], ...]) -> int:
    p, early = releases.works, releases.early
    nodes, opens = np.array(changes, np.int64).T
    base = releases.base.copy()
    base[nodes] = opens
    if p.late_wanted.any():  # what waits on purpose looks at everything behind it
        times = early_times(p, base)
    else:
        times = dated.Times(*(part.copy() for part in early))
        dated.repair(p.clock, p.nodes, p.edges, base, p.nodes.left, times, nodes.astype(np.int32))
    before, after = int(early.finish[releases.target]), int(times.finish[releases.target])
    return (before - 1) // DAY - (after - 1) // DAY


def _evening(day: date) -> int:
    return instant(day, evening=True)
