"""Alignments in several parts, with equations: measures, pieces, points and stakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import shapely
from shapely import LineString, MultiLineString

from geo.crs import to_measure
from geo.route import Route, round_stations, route_in_measure, route_piece, route_point
from projects.errors import InvalidInput

EAST, NORTH = 586_000.0, 2_326_000.0


def route(*parts: Sequence[tuple[float, float]], **values: Any) -> Route:
    lines: list[Any] = [LineString([(EAST + x, NORTH + y) for x, y in part]) for part in parts]
    whole: Any = lines[0] if len(lines) == 1 else MultiLineString(lines)
    return route_in_measure(whole, **values)


TWO = ([(0, 0), (1000, 0)], [(1300, 0), (2000, 0)])


def test_chainage_runs_on_over_the_straight_gap_between_parts() -> None:
    whole = route(*TWO, start_m=500.0)
    assert [(p.start_m, p.end_m) for p in whole.parts] == [(500, 1500), (1800, 2500)]
    assert [*whole.gaps] == [(1500, 1800)]
    assert [*whole.line.breaks] == [1500, 1800]
    assert whole.measured_m == 2000


def test_published_length_stretches_parts_and_gap_alike() -> None:
    whole = route(*TWO, published_length_m=4000.0)
    assert [(p.start_m, p.end_m) for p in whole.parts] == [(0, 2000), (2600, 4000)]


def test_parts_that_meet_have_no_gap() -> None:
    assert route([(0, 0), (1000, 0)], [(1000, 0), (1000, 500)]).gaps == ()


def test_a_ring_of_several_parts_is_refused() -> None:
    with pytest.raises(InvalidInput):
        route(*TWO, is_ring=True)


def test_equations_off_the_route_are_refused() -> None:
    with pytest.raises(InvalidInput):
        route(*TWO, equations=[(5000, 5100)])


def test_a_piece_over_the_gap_has_both_sides_of_it() -> None:
    piece = to_measure(route_piece(route(*TWO), 900, 1400))
    assert piece.geom_type == "MultiLineString"
    assert piece.length == pytest.approx(200, abs=0.01)
    assert to_measure(route_piece(route(*TWO), 100, 300)).length == pytest.approx(200, abs=0.01)
    assert route_piece(route(*TWO), 1050, 1250).is_empty


def test_a_point_in_the_gap_is_at_the_nearer_end() -> None:
    whole = route(*TWO)
    ends = [to_measure(route_point(whole, m)) for m in (1100, 1250, 1700)]
    assert [round(p.x - EAST) for p in ends] == [1000, 1300, 1700]
    assert shapely.distance(ends[2], LineString([(EAST, NORTH), (EAST + 2000, NORTH)])) < 0.01


def test_stakes_stand_where_they_read_round_numbers() -> None:
    assert list(round_stations(route([(0, 0), (1000, 0)], start_m=14_230.0), 500)) == [14_500, 15_000]
    assert list(round_stations(route([(0, 0), (1000, 0)]), 500)) == [0, 500, 1000]
    square = [(0, 0), (1000, 0), (1000, 1000), (0, 1000)]
    assert list(round_stations(route(square, is_ring=True), 1000)) == [0, 1000, 2000, 3000]
    jumped = route(
        [(0, 0), (2000, 0)], equations=[(750, 900)]
    )  # from measure 750 on the stakes read 150 m more
    assert list(round_stations(jumped, 500)) == [0, 500, 850, 1350, 1850]
    assert list(round_stations(route(*TWO), 500)) == [0, 500, 1000, 1500, 2000]
    assert list(round_stations(route(*TWO), 550)) == [0, 550, 1650]
