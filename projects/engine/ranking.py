"""Which blocked items to free first: single gain, Shapley share, and the smallest set that gains enough days.

A front opens with the last of its items, so a release is worth nothing until all that wait behind it are free: single
gains can all be 0. The value of a set is asked from `gain`, a function of the freed items (see `front_gain`), which
is monotone: freeing more never loses days.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb

Gain = Callable[[frozenset[str]], int]

EXACT_UP_TO = 12


@dataclass(frozen=True, slots=True)
class Share:
    """What an item (or a group) brings: alone, on average over all orders of release, and its cost.

    `error`: standard error of the Shapley share where it is sampled, 0 where it is exact. `per_day`: money for each day
    of the share, None without a cost or a gain.
    """

    name: str
    alone: int
    shapley: float
    error: float
    cost: int | None

    @property
    def per_day(self) -> float | None:
        """VND per day gained."""
        return None if self.cost is None or self.shapley <= 0 else self.cost / self.shapley


@dataclass(frozen=True, slots=True)
class Release:
    """A set that gains at least the days asked for. No set of fewer than `at_least` items does; `exact`: none of
    fewer than these does."""

    items: tuple[str, ...]
    gained: int
    at_least: int
    cost: int | None

    @property
    def exact(self) -> bool:
        """Whether no smaller set would do."""
        return len(self.items) == self.at_least

    @property
    def per_day(self) -> float | None:
        """VND per day gained."""
        return None if self.cost is None or self.gained <= 0 else self.cost / self.gained


def rank(
    gain: Gain, members: Mapping[str, Collection[str]], *,
    costs: Mapping[str, int] | None = None, samples: int = 2000, seed: int = 0,
) -> tuple[Share, ...]:  # fmt: skip
    """Shares of the players of `members` (name → its items: a parcel, or all of a ward, obstacle or owner).

    Exact for up to 12 players; beyond, from `samples` random orders of the seed, with standard errors. Shares add up
    to the gain of freeing everything. Largest share first.
    """
    players = sorted(members)
    worth = _cached(gain, members)
    sampled = len(players) > EXACT_UP_TO
    shares = _sampled(players, worth, samples, seed) if sampled else _exact(players, worth)
    rows = [
        Share(name, worth(frozenset([name])), *shares[name], _cost(costs, members[name])) for name in players
    ]
    return tuple(sorted(rows, key=lambda r: (-r.shapley, -r.alone, r.name)))


def smallest_release(
    gain: Gain, items: Sequence[str], days: int, *,
    costs: Mapping[str, int] | None = None, fronts: Sequence[Collection[str]] = (),
) -> Release | None:  # fmt: skip
    """The smallest set of `items` that gains at least `days`; among equals the cheapest, then the first by name.

    Exact for up to 12 items. Beyond, whole `fronts` (the items that open together) are freed greedily and what is
    not needed is taken back; `at_least` is then a proven bound: every smaller number of items was tried in full, or
    refuted because even the best fronts of that size cannot gain enough. None if all together gain too little.
    """
    every = frozenset(items)
    if days <= 0:
        return Release((), gain(frozenset()), 0, 0 if costs else None)
    if gain(every) < days:
        return None
    if len(every) <= EXACT_UP_TO:
        return _best(gain, sorted(every), days, costs)
    found = _greedy(
        gain, every, days, [frozenset(f) & every for f in fronts] or [frozenset([i]) for i in every]
    )
    bound = _refuted(gain, sorted(every), days, len(found))
    return Release(tuple(sorted(found)), gain(found), bound, _cost(costs, found))


def _cached(gain: Gain, members: Mapping[str, Collection[str]]) -> Gain:
    @lru_cache(maxsize=1 << 16)
    def worth(names: frozenset[str]) -> int:
        return gain(frozenset(item for name in names for item in members[name]))

    return worth


def _exact(players: Sequence[str], worth: Gain) -> dict[str, tuple[float, float]]:
    """Shapley (1953): the mean of what a player adds, over all orders, as a sum over sets."""
    n = len(players)
    shares = dict.fromkeys(players, 0.0)
    for size in range(n):
        weight = 1 / (n * comb(n - 1, size))
        for chosen in combinations(players, size):
            before = frozenset(chosen)
            value = worth(before)
            for name in players:
                if name not in before:
                    shares[name] += weight * (worth(before | {name}) - value)
    return {name: (share, 0.0) for name, share in shares.items()}


def _sampled(players: Sequence[str], worth: Gain, samples: int, seed: int) -> dict[str, tuple[float, float]]:
    """Means over random orders, each followed by its reverse to steady them."""
    draw = random.Random(seed)
    sums, squares = dict.fromkeys(players, 0.0), dict.fromkeys(players, 0.0)
    pairs = max(samples // 2, 2)
    for _ in range(pairs):
        order = list(players)
        draw.shuffle(order)
        added = dict.fromkeys(players, 0.0)
        for turn in (order, order[::-1]):
            before: frozenset[str] = frozenset()
            value = worth(before)
            for name in turn:
                before |= {name}
                now = worth(before)
                added[name] += (now - value) / 2
                value = now
        for name, one in added.items():
            sums[name] += one
            squares[name] += one * one
    means = {name: total / pairs for name, total in sums.items()}
    return {
        name: (mean, (max(squares[name] / pairs - mean * mean, 0) / (pairs - 1)) ** 0.5)
        for name, mean in means.items()
    }


def _best(gain: Gain, items: Sequence[str], days: int, costs: Mapping[str, int] | None) -> Release | None:
    for size in range(1, len(items) + 1):
        enough = [frozenset(c) for c in combinations(items, size) if gain(frozenset(c)) >= days]
        if enough:
            best = min(enough, key=lambda c: (_cost(costs, c) or 0, sorted(c)))
            return Release(tuple(sorted(best)), gain(best), size, _cost(costs, best))
    return None


def _greedy(gain: Gain, every: frozenset[str], days: int, fronts: Sequence[frozenset[str]]) -> frozenset[str]:
    """Free fronts by most days for each new item, then take back what the gain does not need."""
    freed: frozenset[str] = frozenset()
    while (now := gain(freed)) < days:
        left = [f for f in fronts if f - freed]
        if not left:
            freed = every
            break
        # Where no front gains alone, the smallest one brings the next combination nearer.
        freed |= max(
            left, key=lambda f: ((gain(freed | f) - now) / len(f - freed), -len(f - freed), sorted(f))
        )
    for item in sorted(freed):
        if gain(freed - {item}) >= days:
            freed -= {item}
    return freed


def _refuted(gain: Gain, items: Sequence[str], days: int, size: int, *, trials: int = 20_000) -> int:
    """The least size not yet excluded: sizes are tried in full while there are at most `trials` sets.

    Larger sizes are excluded by monotony: if all but some k items gain too little, those k are needed together.
    """
    bound = sum(gain(frozenset(items) - {item}) < days for item in items)  # each of these is in every set
    needed = frozenset(i for i in items if gain(frozenset(items) - {i}) < days)
    rest = [i for i in items if i not in needed]
    while bound < size:
        extra = bound - len(needed)
        if comb(len(rest), extra) > trials:
            break
        if any(gain(needed | frozenset(c)) >= days for c in combinations(rest, extra)):
            break
        bound += 1
    return bound


def front_gain(
    fronts: Mapping[str, Mapping[str, int]], finish_with: Callable[[Mapping[str, int]], int], *, now: int
) -> Gain:
    """The gain of freeing items now. `fronts`: front → item → the day it is expected; a front opens with its last
    item. `finish_with` gives the finish day for the opening day of each front. Answers are kept."""
    kept: dict[tuple[int, ...], int] = {}
    names = sorted(fronts)

    def opens(freed: frozenset[str]) -> dict[str, int]:
        return {
            f: max((day for item, day in fronts[f].items() if item not in freed), default=now) for f in names
        }

    def finish(freed: frozenset[str]) -> int:
        days = opens(freed)
        key = tuple(days[f] for f in names)
        if key not in kept:
            kept[key] = finish_with(days)
        return kept[key]

    return lambda freed: finish(frozenset()) - finish(freed)


def _cost(costs: Mapping[str, int] | None, items: Collection[str]) -> int | None:
    return None if costs is None else sum(costs.get(item, 0) for item in items)


def grouped(of: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Group items by what they have in common (ward, obstacle, owner), for `rank(gain, dict(grouped(wards)))`."""
    for name in sorted(set(of.values())):
        yield name, tuple(item for item in sorted(of) if of[item] == name)
