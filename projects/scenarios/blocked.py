"""Who holds the completion date, and by how much: single gains, Shapley shares, the smallest release of land.

A front opens with its last case, and a date is the latest of what it waits for. So the completion is the latest of
what each case alone would allow (`holds`): of the cases that are not freed, the one that holds longest decides. That
makes all three figures exact for any number of cases. Where a project does not behave so, `projects.engine.ranking`
tries sets instead, exact up to 12 and with a bound or an error beyond.

Freed means handed over on the data date, as everywhere; whether the law allows that is said apart.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from projects.engine.ranking import EXACT_UP_TO, Gain, Release, Share, rank, smallest_release
from projects.reckoning import Reckoning
from projects.releases import Releases, gain, prepare_releases

TRIALS = 8_000  # gains that are computed for shares that must be sampled


@dataclass(frozen=True)
class Blocked:
    """The open cases of a project as a game: `gain` in calendar days of a set that is freed, `most` of all of them.

    `holds`: days that the completion stays later for this case alone, all others freed; None where the completion
    is not the latest of these. `fronts`: the open cases of each front, those that open together.
    """

    cases: tuple[str, ...]
    fronts: Mapping[str, Collection[str]]
    gain: Gain
    holds: Mapping[str, int] | None
    most: int

    @property
    def exact(self) -> bool:
        """Whether shares are exact."""
        return self.holds is not None or len(self.cases) <= EXACT_UP_TO


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder: freeing the first `cases` cases, those that hold longest, gains `days`."""

    cases: int
    days: int


def make_blocked(reckoning: Reckoning) -> Blocked:
    """The game of a project as it was reckoned."""
    releases = prepare_releases(reckoning)
    cases = tuple(sorted(releases.places))
    fronts = {
        opening.land.front: tuple(case.code for case in opening.land.waiting) for opening in releases.openings
    }
    most = gain(releases, cases)
    return Blocked(cases, fronts, lambda freed: gain(releases, freed), _holds(releases, cases, most), most)


def shares(
    game: Blocked, members: Mapping[str, Collection[str]], costs: Mapping[str, int] | None = None
) -> tuple[Share, ...]:
    """Gain alone and Shapley share of each player of `members` (name → its cases), the largest share first.

    Exact where the completion is the latest of what each case holds: the airport game of Littlechild and Owen (1973),
    whose shares are those of its dual. Otherwise as `projects.engine.ranking.rank`.
    """
    if game.holds is None:
        samples = max(TRIALS // max(len(members), 1), 8)
        return rank(game.gain, members, costs=costs, samples=samples)
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


def _holds(releases: Releases, cases: Collection[str], most: int) -> dict[str, int] | None:
    """What each case holds by itself; None where fronts open with a run of land, or when the latest of these is not
    what all of them hold together."""
    if any(opening.land.rule is not None and opening.land.waiting for opening in releases.openings):
        return None
    days = [{code: at for at, code in opening.queue} for opening in releases.openings]
    every = frozenset(cases)
    known: dict[tuple[tuple[int, date], ...], int] = {}
    holds: dict[str, int] = {}
    for code in cases:
        key = tuple((place, days[place][code]) for place in releases.places[code])
        if key not in known:  # cases of the same fronts and day hold as long
            known[key] = most - gain(releases, every - {code})
        holds[code] = known[key]
    return holds if max(holds.values(), default=0) == most else None


def _cost(costs: Mapping[str, int] | None, cases: Collection[str]) -> int | None:
    return None if costs is None else sum(costs.get(code, 0) for code in cases)
