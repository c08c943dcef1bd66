"""The band of an axis: every metre has the status that a look at it gives."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from projects.band import Piece, band
from projects.workable import Cover, Line, states_of


def cover(lots: list[tuple[float, float, bool]]) -> Cover:
    rows = np.array([(a, b) for a, b, _ in lots], dtype=float).reshape(-1, 2)
    return Cover(rows[:, 0], rows[:, 1], np.array([held for *_, held in lots], dtype=bool))


def at(pieces: tuple[Piece, ...], metre: float) -> str:
    (one,) = [p for p in pieces if p.from_m <= metre < p.to_m]
    return one.status


@pytest.mark.parametrize("seed", range(60))
def test_every_metre_has_the_status_that_a_look_at_it_gives(seed: int) -> None:
    chance = random.Random(seed)
    marks = sorted(chance.sample(range(0, 1000), 8))
    lots = [(float(a), float(b), chance.random() < 0.5) for a, b in zip(marks[::2], marks[1::2], strict=True)]
    ends = sorted(chance.sample(range(0, 1000), 4))
    fronts = [(float(ends[0]), float(ends[1])), (float(ends[2]), float(ends[3]))]
    pieces = band(states_of(Line(0.0, 1000.0), cover(lots)), fronts)
    assert (pieces[0].from_m, pieces[-1].to_m) == (0.0, 1000.0)
    assert all(a.to_m == b.from_m and a.status != b.status for a, b in itertools.pairwise(pieces))
    holes = zip([0.0, *(b for _, b, _ in lots)], [*(a for a, _, _ in lots), 1000.0], strict=True)
    unknown = [(a, b) for a, b in holes if b - a > 100]
    for metre in range(1000):
        point = metre + 0.5
        if any(held and a < point < b for a, b, held in lots):
            expected = "blocked"
        elif not any(a < point < b for a, b in fronts):
            expected = "outside"
        else:
            expected = "unknown" if any(a < point < b for a, b in unknown) else "free"
        assert at(pieces, point) == expected, metre


def test_what_is_blocked_is_blocked_off_the_fronts_too() -> None:
    states = states_of(Line(0.0, 3000.0), cover([(0, 3000, False), (700, 900, True)]))
    assert band(states, [(0, 500)]) == (
        Piece(0, 500, "free"),
        Piece(500, 700, "outside"),
        Piece(700, 900, "blocked"),
        Piece(900, 3000, "outside"),
    )
