"""Time and place: availability and clashes against looking at every metre."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from projects.timeloc import Stretch, Work, availability, clashes

METRES = 60


def invented(seed: int) -> list[tuple[int, int, int, bool]]:
    """Parcels on whole metres: from, to, morning, fact."""
    chance = random.Random(seed)
    found = []
    for _ in range(chance.randrange(1, 14)):
        a = chance.randrange(METRES - 1)
        found.append(
            (a, chance.randrange(a + 1, METRES + 1), chance.randrange(100, 130), chance.random() < 0.4)
        )
    return found


def stretches(parcels: list[tuple[int, int, int, bool]]) -> tuple[Stretch, ...]:
    return availability(*zip(*parcels, strict=True))


def opens_at(parcels: list[tuple[int, int, int, bool]], metre: int) -> int | None:
    """When the metre from `metre` to the next is there, by looking at every parcel."""
    over = [when for a, b, when, _ in parcels if a <= metre < b]
    return max(over) if over else None


@pytest.mark.parametrize("seed", range(200))
def test_a_place_is_there_with_the_last_parcel_that_covers_it(seed: int) -> None:
    parcels = invented(seed)
    found = stretches(parcels)
    by_metre = {m: s.opens for s in found for m in range(round(s.from_m), round(s.to_m))}
    assert by_metre == {m: o for m in range(METRES) if (o := opens_at(parcels, m)) is not None}
    assert all(x.to_m <= y.from_m for x, y in pairwise(found))
    assert not any((x.to_m, x.opens, x.actual) == (y.from_m, y.opens, y.actual) for x, y in pairwise(found))


@pytest.mark.parametrize("seed", range(200))
def test_clashes_are_where_looking_at_every_metre_finds_them(seed: int) -> None:
    parcels = invented(seed)
    chance = random.Random(seed + 1000)
    first, last = ends = chance.sample(range(METRES + 1), 2)
    start = chance.randrange(95, 125)
    work = Work("A", float(first), float(last), float(start), float(start + chance.randrange(1, 40)))
    wanted = set()
    for metre in range(min(ends), max(ends)):
        opens = opens_at(parcels, metre)
        # The work first touches a metre at the end that it comes from.
        if opens is not None and opens > min(work.at(metre), work.at(metre + 1)):
            wanted.add(metre)
    found = clashes([work], stretches(parcels))
    covered = {m for c in found for m in range(round(c.from_m), round(c.to_m))}
    # A stretch clashes as a whole: what it says beyond the metres found lies in a stretch that clashes too.
    by_stretch = {
        m
        for s in stretches(parcels)
        for m in range(max(round(s.from_m), min(ends)), min(round(s.to_m), max(ends)))
        if any(w in range(round(s.from_m), round(s.to_m)) for w in wanted)
    }
    assert covered == by_stretch
    assert wanted <= covered
    worst = max((opens_at(parcels, m) - min(work.at(m), work.at(m + 1)) for m in wanted), default=None)  # type: ignore[operator]
    assert max((c.available - c.needed for c in found), default=None) == pytest.approx(worst)


def test_work_on_land_that_is_there_clashes_nowhere() -> None:
    land = availability([0.0], [100.0], [50], [True])
    assert clashes([Work("A", 0, 100, 50, 80)], land) == ()
    (clash,) = clashes([Work("A", 0, 100, 49.5, 80)], land)
    assert (clash.short, clash.needed, clash.available) == (1, 49.5, 50)


def test_work_that_comes_from_the_far_end_needs_the_far_end_first() -> None:
    land = availability([0.0, 50.0], [50.0, 100.0], [10, 60], [True, False])
    (clash,) = clashes([Work("A", 100, 0, 40, 80)], land)
    assert (clash.from_m, clash.to_m, clash.needed, clash.short) == (50, 100, 40, 20)
    assert clashes([Work("B", 0, 100, 40, 80)], land) == ()


def test_land_without_parcels_is_no_stretch() -> None:
    assert availability([], [], [], []) == ()
    assert clashes([Work("A", 0, 10, 0, 5)], ()) == ()
