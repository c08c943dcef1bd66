"""Who holds the completion date, and by how much: single gains, Shapley shares, the smallest release of land.

A front opens with its last case, and a date is the latest of what it waits for. So the completion is the latest of
what each case alone would allow (`holds`): of the cases that are not freed, the one that holds longest decides. That
makes all three figures exact for any number of cases. Where a project does not behave so, `projects.engine.ranking`
tries sets instead, exact up to 12 and with a bound or an error beyond.

Freed means handed over on the data date, as everywhere; whether the law allows that is said apart.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from projects.engine.ranking import Gain, Release, Share, front_gain, rank, smallest_release
from projects.engine.scenario import Change, finishes_with
from projects.engine.schedule import Result
from projects.engine.shifts import DAY, EPOCH
from projects.forecast import HandoverForecast
from projects.land import FrontLand
from projects.model import Network

SAMPLES = 400  # of orders, where shares must be sampled


@dataclass(frozen=True)
class Blocked:
    """The open cases of a project as a game: `gain` in calendar days of a set that is freed, `most` of all of them.

    `holds`: days that the completion stays later for this case alone, all others freed; None where the completion
    is not the latest of these. `fronts`: front → case → day of its forecast.
    """

    cases: tuple[str, ...]
    fronts: Mapping[str, Mapping[str, int]]
    gain: Gain
    holds: Mapping[str, int] | None
    most: int


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder: freeing the first `cases` cases, those that hold longest, gains `days`."""

    cases: int
    days: int


def make_blocked(
    flat: Result, network: Network, ground: Sequence[FrontLand], predicted: Mapping[str, HandoverForecast],
    data_date: date,
) -> Blocked:  # fmt: skip
    """The game of a project. `flat`: its schedule without case nodes (`projects.land.collapsed_network`)."""
    now = _ordinal(data_date)
    own = {a.code: a.not_before for a in network.activities}
    doors = {}
    for land in ground:
        if land.waiting and not flat.rows[land.possession].done:
            floor = own[land.possession]
            doors[land.front] = (land.possession, now if floor is None else max(now, _ordinal(floor)))
    fronts = {
        land.front: {case.code: _ordinal(predicted[case.code].on) for case in land.waiting}
        for land in ground
        if land.front in doors
    }
    finishes = flat.prepared.net.finishes

    def finish_with(opens: Mapping[str, int]) -> int:
        changes = [
            Change(doors[front][0], not_before=_date(max(day, doors[front][1])))
            for front, day in opens.items()
        ]
        ends = finishes_with(flat, changes)
        return (max(ends[code] for code in finishes) - 1) // DAY

    gain = front_gain(fronts, finish_with, now=now)
    cases = tuple(sorted({code for land in fronts.values() for code in land}))
    most = gain(frozenset(cases)) if cases else 0
    return Blocked(cases, fronts, gain, _holds(fronts, finish_with, most, now), most)


def shares(
    game: Blocked, members: Mapping[str, Collection[str]], costs: Mapping[str, int] | None = None
) -> tuple[Share, ...]:
    """Gain alone and Shapley share of each player of `members` (name → its cases), the largest share first.

    Exact where the completion is the latest of what each case holds: the airport game of Littlechild and Owen (1973),
    whose shares are those of its dual. Otherwise as `projects.engine.ranking.rank`.
    """
    if game.holds is None:
        return rank(game.gain, members, costs=costs, samples=SAMPLES)
    level = {name: max((game.holds.get(c, 0) for c in cases), default=0) for name, cases in members.items()}
    order = sorted(level, key=lambda name: (level[name], name))
    share, done, paid = dict.fromkeys(order, 0.0), 0, 0.0
    for place, name in enumerate(order):
        paid += (level[name] - done) / (len(order) - place)
        done = level[name]
        share[name] = paid
    top = max(level.values(), default=0)
    second = sorted(level.values())[-2] if len(level) > 1 else 0
    rows = [
        Share(name, top - second if level[name] == top else 0, share[name], 0.0, _cost(costs, members[name]))
        for name in order
    ]
    return tuple(sorted(rows, key=lambda row: (-row.shapley, -row.alone, row.name)))


def smallest(game: Blocked, days: int, costs: Mapping[str, int] | None = None) -> Release | None:
    """The smallest set of cases that gains at least `days`; None if all together gain too little.

    Exact where the completion is the latest of what each case holds: every case that holds it beyond the wanted day
    must be freed, and these are enough. Otherwise as `projects.engine.ranking.smallest_release`.
    """
    if game.holds is None:
        fronts = [list(front) for front in game.fronts.values()]
        return smallest_release(game.gain, game.cases, days, costs=costs, fronts=fronts)
    if days > game.most:
        return None
    chosen = tuple(code for code in game.cases if game.holds[code] > game.most - days) if days > 0 else ()
    return Release(chosen, game.gain(frozenset(chosen)), len(chosen), _cost(costs, chosen))


def ladder(game: Blocked, *, most: int = 8) -> tuple[Rung, ...]:
    """Growing releases: how many cases gain how many days, at most `most` rungs, the first and the last among them."""
    if game.holds is None or not game.most:
        return ()
    levels = sorted({held for held in game.holds.values() if held}, reverse=True)
    rungs = []
    for i, level in enumerate(levels):
        below = levels[i + 1] if i + 1 < len(levels) else 0
        rungs.append(Rung(sum(held >= level for held in game.holds.values()), game.most - below))
    if len(rungs) <= most:
        return tuple(rungs)
    wanted = sorted({round(i * (len(rungs) - 1) / (most - 1)) for i in range(most)})
    return tuple(rungs[i] for i in wanted)


def _holds(
    fronts: Mapping[str, Mapping[str, int]], finish_with: object, most: int, now: int
) -> dict[str, int] | None:
    """What each case holds by itself; None when the latest of these is not what all of them hold together."""
    assert callable(finish_with)
    free = dict.fromkeys(fronts, now)
    base = finish_with(free) if fronts else 0
    known: dict[tuple[str, int], int] = {}
    holds: dict[str, int] = {}
    for front, cases in fronts.items():
        for code, day in cases.items():
            if (front, day) not in known:
                known[front, day] = finish_with(free | {front: day}) - base
            holds[code] = max(holds.get(code, 0), known[front, day])
    return holds if max(holds.values(), default=0) == most else None


def _cost(costs: Mapping[str, int] | None, cases: Collection[str]) -> int | None:
    return None if costs is None else sum(costs.get(code, 0) for code in cases)


def _ordinal(day: date) -> int:
    return (day - EPOCH).days


def _date(ordinal: int) -> date:
    return date.fromordinal(EPOCH.toordinal() + ordinal)
