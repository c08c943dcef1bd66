"""What a release of land would bring: calendar days the completion comes earlier if some cases were free today.

Only what moves is dated again (`dated.repair`); the answer equals a full recomputation. A front opens with its last
case, so two releases that open the same fronts on the same days are one what-if.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from projects.engine import dated
from projects.engine.schedule import early_times
from projects.engine.shifts import DAY
from projects.land import is_waiting
from projects.reckoning import Reckoning
from projects.works import day_of_moment


@dataclass(frozen=True, slots=True)
class Releases:
    """A reckoning ready for what-ifs. Make one with `prepare_releases`."""

    reckoning: Reckoning
    queues: tuple[
        tuple[tuple[int, int], ...], ...
    ]  # per front with open land: (instant, case node), last first
    places: dict[int, tuple[int, ...]]  # case node → indices into queues
    known: dict[tuple[tuple[int, int], ...], int] = field(default_factory=dict)


def prepare_releases(reckoning: Reckoning) -> Releases:
    """What-ifs on the open cases of a reckoning."""
    p = reckoning.prepared
    day = day_of_moment(reckoning.works.options.data_date)
    base = p.nodes.base.tolist()
    open_nodes = {
        case.code: i
        for i, case in enumerate(reckoning.cases)
        if is_waiting(reckoning.predicted[case.code], day)
    }
    queues: list[tuple[tuple[int, int], ...]] = []
    places: dict[int, list[int]] = {}
    for land in reckoning.ground:
        nodes = [open_nodes[case.code] for case in land.waiting]
        if not nodes or p.nodes.state[p.index[land.possession]] == dated.DONE:
            continue
        for node in nodes:
            places.setdefault(node, []).append(len(queues))
        queues.append(tuple(sorted(((base[node], node) for node in nodes), reverse=True)))
    return Releases(reckoning, tuple(queues), {node: tuple(where) for node, where in places.items()})


def gain(releases: Releases, freed: Collection[str]) -> int:
    """Calendar days the completion comes earlier if all cases of `freed` were handed over on the data date."""
    index, now = releases.reckoning.prepared.index, releases.reckoning.prepared.now
    nodes = {index[code] for code in freed if index[code] in releases.places}
    touched = sorted({place for node in nodes for place in releases.places[node]})
    opens = []
    for place in touched:
        queue = releases.queues[place]
        last = next((instant for instant, node in queue if node not in nodes), now)
        if last != queue[0][0]:
            opens.append((place, last))
    key = tuple(opens)
    if not key:
        return 0
    if key not in releases.known:
        releases.known[key] = _gained(releases.reckoning, nodes)
    return releases.known[key]


def _gained(reckoning: Reckoning, freed: Collection[int]) -> int:
    p, target = reckoning.prepared, reckoning.finish
    early = reckoning.passed.early
    touched = np.fromiter(freed, np.int32, len(freed))
    base = p.nodes.base.copy()
    base[touched] = p.now
    if p.late_wanted.any():  # what waits on purpose looks at everything behind it
        times = early_times(p, base)
    else:
        times = dated.Times(*(part.copy() for part in early))
        dated.repair(p.clock, p.nodes, p.edges, base, p.nodes.left, times, touched)
    before, after = int(early.finish[target]), int(times.finish[target])
    return (before - 1) // DAY - (after - 1) // DAY
