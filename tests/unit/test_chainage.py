"""Lý trình of land: intervals, sides and pieces of an alignment, measured in EPSG:5897."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, box

from geo.chainage import (
    Axis,
    axis_in_measure,
    corridor,
    locate,
    locate_in_measure,
    make_axis,
    point_at,
    substring,
)
from geo.crs import to_measure, to_wgs84
from projects.errors import InvalidInput

EAST, NORTH = 586_000.0, 2_326_000.0


def axis(
    *points: tuple[float, float], ring: bool = False, published: float | None = None, start: float = 0.0
) -> Axis:
    line = LineString([(EAST + x, NORTH + y) for x, y in points])
    return axis_in_measure(line, start_m=start, published_length_m=published, is_ring=ring)


def square(x: float, y: float, width: float, height: float) -> Polygon:
    return box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


def on(line: Axis, *polygons: Polygon) -> list[tuple[float, float, str, float]]:
    found = locate_in_measure(line, np.array(polygons, dtype=object))
    values = zip(found.from_m, found.to_m, found.side, found.offset_m, strict=True)
    return [(round(float(a), 6), round(float(b), 6), str(s), round(float(o), 6)) for a, b, s, o in values]


def wgs84(geometry: Polygon | LineString) -> Polygon | LineString:
    return to_wgs84(geometry)


def test_parcel_covers_the_interval_between_its_first_and_last_corner() -> None:
    straight = axis((0, 0), (1000, 0))
    assert on(straight, square(100, 5, 20, 10)) == [(100, 120, "L", 5)]
    assert on(straight, square(100, -15, 20, 10)) == [(100, 120, "R", 5)]
    assert on(straight, square(100, -15, 20, 30)) == [(100, 120, "B", 0)]


def test_parcel_that_touches_the_axis_lies_beside_it() -> None:
    assert on(axis((0, 0), (1000, 0)), square(50, 0, 10, 20)) == [(50, 60, "L", 0)]


def test_parcel_beyond_the_end_lies_at_the_end_and_is_not_crossed() -> None:
    assert on(axis((0, 0), (1000, 0)), square(1010, -20, 10, 30)) == [(1000, 1000, "R", 10)]


def test_parcel_without_corners_near_the_bend_still_reaches_it() -> None:
    bend = axis((0, 0), (500, 0), (500, 500))
    # All corners lie in the wedge beyond the corner or on one side of it; the long edge passes the corner.
    outside = Polygon([(EAST + x, NORTH + y) for x, y in [(480, -25), (525, 20), (560, -60)]])
    ((start, end, side, offset),) = on(bend, outside)
    assert start == pytest.approx(480)
    assert end == pytest.approx(520)
    assert side == "R"
    assert offset == pytest.approx(5 / 2**0.5)


def test_long_edge_inside_a_bend_is_measured_between_its_corners() -> None:
    bend = axis((0, 0), (500, 0), (500, 500))
    # Both corners of the edge are nearest to the far ends of the two legs; the axis is closest in between.
    inside = Polygon([(EAST + x, NORTH + y) for x, y in [(300, 10), (490, 200), (300, 200)]])
    ((start, end, side, _),) = on(bend, inside)
    assert start == pytest.approx(300)
    assert end == pytest.approx(700)
    assert side == "L"


def test_axis_that_enters_a_parcel_between_its_corners_is_counted() -> None:
    # A thin wedge over the bend: no corner of it is nearest to the bend, yet the bend is inside.
    bend = axis((0, 0), (500, 0), (500, 500))
    wedge = Polygon([(EAST + x, NORTH + y) for x, y in [(490, -30), (530, -30), (530, 2), (490, 2)]])
    ((start, end, side, _),) = on(bend, wedge)
    assert (start, end, side) == (490, 502, "B")


def test_side_at_a_bend_is_judged_by_the_mean_direction() -> None:
    zigzag = axis((0, 0), (500, 0), (500, 500))
    assert on(zigzag, square(495, 5, 3, 3))[0][2] == "L"  # inside the corner
    assert on(zigzag, square(505, -10, 5, 5))[0][2] == "R"  # outside of it


def test_published_length_stretches_the_measured_route() -> None:
    stretched = axis((0, 0), (1000, 0), published=1100.0, start=2000.0)
    assert on(stretched, square(100, 5, 20, 10)) == [(2110, 2132, "L", 5)]
    assert stretched.end_m == 3100.0


def test_interval_through_the_seam_of_a_ring_is_unwrapped() -> None:
    ring = axis((0, 0), (1000, 0), (1000, 1000), (0, 1000), ring=True)
    assert ring.end_m == 4000.0
    # One before the seam, one behind it, one on it, all inside the ring (on its left).
    before, behind, across = (
        square(2, 20, 5, 5),
        square(30, 2, 5, 5),
        Polygon([(EAST + x, NORTH + y) for x, y in [(2, 30), (3, 2), (40, 4), (12, 12)]]),
    )
    found = on(ring, before, behind, across)
    assert found[0][:3] == (3975, 3980, "L")
    assert found[1][:3] == (30, 35, "L")
    assert found[2][0] == pytest.approx(3970)
    assert found[2][1] == pytest.approx(4040)
    assert found[2][2] == "L"


def test_lake_inside_a_ring_covers_all_of_it() -> None:
    ring = axis((0, 0), (1000, 0), (1000, 1000), (0, 1000), ring=True)
    ((start, end, _, _),) = on(ring, square(10, 10, 980, 980))
    assert end - start == pytest.approx(4000, abs=40)


def test_no_parcels_give_no_stretches() -> None:
    assert len(locate(axis((0, 0), (1000, 0)), np.array([], dtype=object)).from_m) == 0


def test_wgs84_and_measured_input_agree() -> None:
    line = LineString([(EAST, NORTH), (EAST + 800, NORTH + 300), (EAST + 1500, NORTH + 100)])
    lots = np.array([square(x, 120, 15, 40) for x in range(100, 1300, 37)], dtype=object)
    measured = locate_in_measure(axis_in_measure(line), lots)
    degrees = locate(make_axis(LineString(wgs84(line).coords)), to_wgs84(lots))
    assert np.allclose(measured.from_m, degrees.from_m, atol=0.002)
    assert np.allclose(measured.to_m, degrees.to_m, atol=0.002)
    assert list(measured.side) == list(degrees.side)


def test_substring_keeps_the_bends_between_its_ends() -> None:
    bend = axis((0, 0), (500, 0), (500, 500))
    piece = to_measure(substring(bend, 400, 700))
    assert piece.length == pytest.approx(300, abs=0.01)
    assert len(piece.coords) == 3
    assert substring(bend, 700, 400).is_empty
    assert to_measure(substring(bend, -50, 2000)).length == pytest.approx(1000, abs=0.01)


def test_substring_of_a_ring_passes_the_seam() -> None:
    ring = axis((0, 0), (1000, 0), (1000, 1000), (0, 1000), ring=True)
    piece = to_measure(substring(ring, 3900, 4150))
    assert piece.length == pytest.approx(250, abs=0.01)
    assert piece.distance(Point(EAST, NORTH)) == pytest.approx(0, abs=0.01)
    assert to_measure(substring(ring, 0, 4000)).length == pytest.approx(4000, abs=0.01)


def test_point_at_is_the_inverse_of_locate() -> None:
    line = axis((0, 0), (500, 0), (700, 400), published=2000.0, start=100.0)
    for m in (100.0, 777.7, 2100.0):
        spot = to_measure(point_at(line, m)).buffer(0.01)
        found = locate_in_measure(line, np.array([spot], dtype=object))
        assert found.from_m[0] == pytest.approx(m, abs=0.03)


def test_point_at_beyond_a_ring_goes_round_again() -> None:
    ring = axis((0, 0), (1000, 0), (1000, 1000), (0, 1000), ring=True)
    assert point_at(ring, 4100.0).distance(point_at(ring, 100.0)) < 1e-9


def test_corridor_has_the_width_of_both_sides() -> None:
    straight = axis((0, 0), (1000, 0))
    assert to_measure(corridor(straight, 25)).area == pytest.approx(50_000, rel=1e-4)
    assert to_measure(corridor(straight, 25, 100, 300)).area == pytest.approx(10_000, rel=1e-4)
    ring = axis((0, 0), (1000, 0), (1000, 1000), (0, 1000), ring=True)
    assert not shapely.covers(to_measure(corridor(ring, 10)), Point(EAST + 500, NORTH + 500))


def test_line_without_length_is_refused() -> None:
    with pytest.raises(InvalidInput):
        make_axis(LineString([(105.8, 21.0), (105.8, 21.0)]))
    with pytest.raises(InvalidInput):
        make_axis(LineString())
