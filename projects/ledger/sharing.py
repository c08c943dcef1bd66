"""Shapley shares, exact as fractions, of a milestone's movement over the causes that changed at once.

Two sorts of causes. A *source* has two levels: the day it puts the milestone on before and after its change; of all
sources the latest counts. A *shape* changes how others reach the milestone (the work left on an activity in their way,
a link): for each choice of shapes the levels are others. A milestone is where the latest of its bounds puts it, so for
a fixed choice of shapes everything is known of the sources from their levels, however many there are: for a day t,
those that come up to t (`up`, p of them) and those that fall below t (`down`, q) matter, and the milestone is earlier
than t only if no one of the first but all of the second have changed. Of causes in random order, the chance that
exactly a given ones come first, then one given, then the other b, is a! b! / (a + b + 1)!. With that the shares need
the choices of the k shapes only, 2^k of them, not those of all causes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import comb

EXACT_UP_TO = 12  # shapes
LOW = -(1 << 40)  # a level that never counts


@dataclass(frozen=True, slots=True)
class Levels:
    """For one choice of shapes: the day that holds whatever the sources do, and the day of each source before and
    after its change, in the order of the sources."""

    always: int
    before: Sequence[int]
    after: Sequence[int]


def exact_shares(sources: int, shapes: int, levels: Callable[[int], Levels]) -> list[Fraction]:
    """The Shapley values of all sources, then of all shapes; `levels` is asked for every set of changed shapes (bits).

    They add up to the movement from nothing changed to all changed.
    """
    table = [levels(choice) for choice in range(1 << shapes)]
    top = max(max([row.always, *row.before, *row.after]) for row in table)
    shares = [Fraction(0)] * (sources + shapes)
    for choice, row in enumerate(table):
        _add_choice(shares, sources, shapes, choice, row, top)
    return shares


def _add_choice(
    shares: list[Fraction], sources: int, shapes: int, choice: int, row: Levels, top: int
) -> None:
    """What one choice of shapes adds to every share."""
    changed = choice.bit_count()
    floor = max([row.always, *(min(u, w) for u, w in zip(row.before, row.after, strict=True))])
    marks = sorted({x for x in (*row.before, *row.after) if x > floor} | {top} if top > floor else ())
    up_to: dict[int, Fraction] = {floor: Fraction(0)}  # what an "up" source gets for all days up to a mark
    down_to: dict[int, Fraction] = {floor: Fraction(0)}
    joins, leaves = Fraction(0), Fraction(0)  # for a shape that is in the choice, and for one that is not
    last, up, down = floor, Fraction(0), Fraction(0)
    rises = _counts(marks, [(u, w) for u, w in zip(row.before, row.after, strict=True) if w > max(u, floor)])
    falls = _counts(marks, [(w, u) for u, w in zip(row.before, row.after, strict=True) if u > max(w, floor)])
    for mark, p, q in zip(marks, rises, falls, strict=True):
        days = mark - last
        if p:
            up += days * _chance(q + changed, p - 1 + shapes - changed)
        if q:
            down -= days * _chance(q - 1 + changed, p + shapes - changed)
        if changed:
            joins -= days * _chance(q + changed - 1, p + shapes - changed)
        if changed < shapes:
            leaves += days * _chance(q + changed, p + shapes - 1 - changed)
        up_to[mark], down_to[mark], last = up, down, mark
    for i, (u, w) in enumerate(zip(row.before, row.after, strict=True)):
        if w > max(u, floor):
            shares[i] += up_to[w] - up_to[max(u, floor)]
        elif u > max(w, floor):
            shares[i] += down_to[u] - down_to[max(w, floor)]
    for j in range(shapes):
        shares[sources + j] += joins if choice >> j & 1 else leaves


def _counts(marks: Sequence[int], spans: Sequence[tuple[int, int]]) -> list[int]:
    """How many spans (low, high] hold the days up to each mark after the one before it."""
    place = {mark: i for i, mark in enumerate(marks)}
    steps = [0] * (len(marks) + 1)
    for low, high in spans:
        steps[place[low] + 1 if low in place else 0] += 1
        steps[place[high] + 1] -= 1
    counts, now = [], 0
    for step in steps[:-1]:
        now += step
        counts.append(now)
    return counts


@lru_cache(maxsize=1 << 14)
def _chance(first: int, then: int) -> Fraction:
    """a! b! / (a + b + 1)!"""
    return Fraction(1, (first + then + 1) * comb(first + then, first))


def sampled_shares(causes: int, value: Callable[[frozenset[int]], int], *, orders: int) -> list[Fraction]:
    """Means of what each cause adds over `orders` random orders of one fixed seed, each with its reverse.

    What is added along an order is the whole movement, so the means add up to it as they are: nothing is left over.
    Causes must come in an order of their own (by name), not in that of the input.
    """
    draw = random.Random(causes)
    added = [0] * causes
    pairs = max(orders // 2, 1)
    nothing = value(frozenset())
    for _ in range(pairs):
        order = list(range(causes))
        draw.shuffle(order)
        for turn in (order, order[::-1]):
            chosen: set[int] = set()
            now = nothing
            for i in turn:
                chosen.add(i)
                then = value(frozenset(chosen))
                added[i] += then - now
                now = then
    return [Fraction(days, 2 * pairs) for days in added]
