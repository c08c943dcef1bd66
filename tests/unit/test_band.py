from __future__ import annotations

import itertools
import random

import pytest

from projects.band import Piece, band, longest_free


def at(pieces: tuple[Piece, ...], metre: float) -> str:
    (one,) = [p for p in pieces if p.from_m <= metre < p.to_m]
    return one.status


@pytest.mark.parametrize("seed", range(60))
def test_every_metre_has_the_status_that_a_look_at_it_gives(seed: int) -> None:
    chance = random.Random(seed)
    marks = sorted(chance.sample(range(0, 1000), 8))
    blocked = [
        (float(a), float(b), chance.random() < 0.3) for a, b in zip(marks[::2], marks[1::2], strict=True)
    ]
    ends = sorted(chance.sample(range(0, 1000), 4))
    fronts = [(float(ends[0]), float(ends[1])), (float(ends[2]), float(ends[3]))]
    pieces = band((0.0, 1000.0), blocked, fronts)
    assert (pieces[0].from_m, pieces[-1].to_m) == (0.0, 1000.0)
    assert all(a.to_m == b.from_m for a, b in itertools.pairwise(pieces))
    for metre in range(1000):
        point = metre + 0.5
        run = next((c for a, b, c in blocked if a < point < b), None)
        expected = "outside"
        if run is not None:
            expected = "critical" if run else "blocked"
        elif any(a < point < b for a, b in fronts):
            expected = "free"
        assert at(pieces, point) == expected, metre


def test_water_and_finished_sections_do_not_count_as_handed_over() -> None:
    pieces = band((0, 3000), [(200, 400, False)], [(0, 500), (2500, 3000)])
    assert longest_free(pieces) == (2500, 3000)


def test_on_a_ring_the_longest_free_run_may_pass_the_seam() -> None:
    pieces = band((0, 1000), [(300, 600, True)], [(0, 1000)])
    assert longest_free(pieces) == (600, 1000)
    assert longest_free(pieces, ring=True) == (600, 1300)


def test_without_free_land_there_is_no_free_run() -> None:
    assert longest_free(band((0, 100), [(0, 100, True)], [(0, 100)])) is None
    assert longest_free(band((0, 100), [], [])) is None
