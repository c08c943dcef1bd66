"""What a corridor takes of the land is the plain intersection, however it is split and in whatever order."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon

from geo.takeoff import OVERLAP_M2, PIECE_VERTICES, largest_rest, split, take_off

SEED = st.integers(0, 2**32 - 1)


def a_corridor(chance: np.random.Generator) -> Polygon | MultiPolygon:
    """A winding band as a widened alignment has it, sometimes a ring with a hole, sometimes in two parts."""
    kind = chance.integers(3)
    if kind == 0:
        return Point(chance.uniform(300, 700, 2)).buffer(chance.uniform(150, 280)).boundary.buffer(25)
    along = np.linspace(-50, 1050, 60)
    across = 500 + 250 * np.sin(along / chance.uniform(60, 300))
    line = LineString(np.column_stack([along, across]))
    band = line.buffer(chance.uniform(10, 60))
    if kind == 1:
        return band
    return MultiPolygon([band, shapely.box(2000, 2000, 2100, 2100)])


def some_land(chance: np.random.Generator) -> np.ndarray:
    """Rectangles and triangles of 1 to 120 m all over the place."""
    corner = chance.uniform(0, 1000, (60, 2))
    size = chance.uniform(1, 120, (60, 2))
    boxes = [shapely.box(x, y, x + w, y + h) for (x, y), (w, h) in zip(corner, size, strict=True)]
    thirds = [Polygon(chance.uniform(0, 1000, 2) + chance.uniform(0, 90, (3, 2))) for _ in range(20)]
    return np.array([*boxes, *thirds], dtype=object)


@given(SEED)
def test_the_taken_area_is_that_of_the_plain_intersection(seed: int) -> None:
    chance = np.random.default_rng(seed)
    land, corridors = some_land(chance), [a_corridor(chance), a_corridor(chance)]
    got = take_off(land, corridors)
    found = {(int(c), int(p)): a for c, p, a in zip(got.corridor, got.parcel, got.taken_m2, strict=True)}
    for c, corridor in enumerate(corridors):
        for p, parcel in enumerate(land):
            area = corridor.intersection(parcel).area
            if abs(area - OVERLAP_M2) > 1e-6:
                assert ((c, p) in found) is (area > OVERLAP_M2)
            if (c, p) in found:
                assert found[c, p] == pytest.approx(area, rel=1e-9, abs=1e-6)


@given(SEED)
def test_the_pieces_are_small_do_not_overlap_and_are_the_corridor(seed: int) -> None:
    corridor = a_corridor(np.random.default_rng(seed))
    pieces = split(corridor)
    assert all(shapely.get_num_coordinates(piece) <= PIECE_VERTICES for piece in pieces)
    assert sum(piece.area for piece in pieces) == pytest.approx(corridor.area, rel=1e-9)
    assert shapely.union_all(pieces).symmetric_difference(corridor).area < 1e-6


@given(SEED)
def test_the_largest_rest_is_the_largest_part_of_the_difference(seed: int) -> None:
    chance = np.random.default_rng(seed)
    land, corridor = some_land(chance), a_corridor(chance)
    for parcel, rest in zip(land, largest_rest(land, corridor), strict=True):
        parts = shapely.get_parts(parcel.difference(corridor))
        assert rest == pytest.approx(max((part.area for part in parts), default=0.0), abs=1e-6)


def test_nothing_takes_nothing() -> None:
    none = np.empty(0, dtype=object)
    assert len(take_off(none, [shapely.box(0, 0, 1, 1)]).parcel) == 0
    assert len(take_off(np.array([shapely.box(0, 0, 1, 1)], dtype=object), []).parcel) == 0


def test_land_that_only_touches_is_not_taken() -> None:
    land = np.array([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)], dtype=object)
    got = take_off(land, [shapely.box(10, 0, 30, 10)])
    assert got.parcel.tolist() == [1]
    assert got.taken_m2.tolist() == [pytest.approx(100.0)]
