"""Our chainage is that of PostGIS: ST_LineLocatePoint and ST_Transform by EPSG code, to 0.1 m."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from shapely import LineString
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.chainage import Axis, axis_in_measure, locate, locate_in_measure, make_axis, point_at
from geo.crs import to_measure, to_wgs84
from geo.placing import Ground, pieces_of, place
from geo.route import route_in_measure

# The schematic routes of two projects, typed in: a bridge of eight points and a lakeside ring.
BRIDGE = LineString(
    [
        (105.8300, 21.0565),
        (105.8350, 21.0600),
        (105.8420, 21.0640),
        (105.8495, 21.0700),
        (105.8570, 21.0765),
        (105.8605, 21.0820),
        (105.8628, 21.0866),
        (105.8640, 21.0890),
    ]
)
LAKE = LineString(
    [
        (105.8140, 21.0450),
        (105.8250, 21.0440),
        (105.8330, 21.0500),
        (105.8290, 21.0580),
        (105.8320, 21.0660),
        (105.8220, 21.0700),
        (105.8090, 21.0660),
        (105.8060, 21.0540),
    ]
)

LOCATE = text(
    """
    with line as (select ST_Transform(ST_GeomFromText(:line, 4326), 5897) as geom)
    select array_agg(ST_LineLocatePoint(line.geom, p.geom) order by p.place)
    from line, (
        select (value->>'i')::int as place,
               ST_Transform(ST_SetSRID(ST_MakePoint((value->>'x')::float8, (value->>'y')::float8), 4326), 5897)
        from json_array_elements(cast(:points as json))
    ) as p(place, geom)
    """
)


def chainages_in_postgis(session: Session, axis: Axis, line: LineString, points: npt.NDArray) -> npt.NDArray:
    """Chainage of WGS 84 points as PostGIS measures it."""
    listed = json.dumps([{"i": i, "x": x, "y": y} for i, (x, y) in enumerate(points.tolist())])
    shares = session.scalar(LOCATE, {"line": line.wkt, "points": listed})
    return axis.start_m + np.array(shares) * axis.length_m


def lots_along(axis: Axis, count: int, seed: int) -> npt.NDArray[np.object_]:
    """Triangles of 5 to 40 m within 120 m of the axis, in WGS 84."""
    rng = np.random.default_rng(seed)
    spots = shapely.get_coordinates(
        shapely.line_interpolate_point(axis.line, rng.uniform(0, axis.line.length, count))
    )
    centres = spots + rng.uniform(-120, 120, (count, 2))
    corners = centres[:, None, :] + rng.uniform(-20, 20, (count, 3, 2))
    return to_wgs84(np.array([shapely.Polygon(triangle) for triangle in corners], dtype=object))


# The extremes of a parcel as PostGIS finds them, looking at every 2 cm of its outline and at the axis inside it.
# ST_InterpolatePoint reads the measure from the line itself, ST_LineLocatePoint as a share of its length.
EXTREMES = text(
    """
    with axis as (
        select g as geom, ST_AddMeasure(g, :start, :end) as measured from (select ST_GeomFromText(:line, 5897) g) t
    ), seen as (
        select i, d.geom from unnest(cast(:lots as text[])) with ordinality as lot(wkt, i),
            lateral ST_DumpPoints(ST_Segmentize(ST_Boundary(ST_GeomFromText(wkt, 5897)), 0.02)) d
        union all
        select i, d.geom from unnest(cast(:lots as text[])) with ordinality as lot(wkt, i), axis,
            lateral ST_DumpPoints(ST_Intersection(ST_GeomFromText(wkt, 5897), axis.geom)) d
    )
    select i, min(:start + ST_LineLocatePoint(axis.geom, seen.geom) * (:end - :start)) as low,
           max(:start + ST_LineLocatePoint(axis.geom, seen.geom) * (:end - :start)) as high,
           min(ST_InterpolatePoint(measured, seen.geom)) as low_m,
           max(ST_InterpolatePoint(measured, seen.geom)) as high_m
    from seen, axis group by i order by i
    """
)
STRAIGHT = [(0, 0), (1500, 300)]
BENT = [(0, 0), (400, 0), (500, 300), (450, 700), (900, 900), (1500, 850)]
CURVED = [(700 * np.sin(t), 700 - 700 * np.cos(t)) for t in np.linspace(0, 2.2, 90)]
CIRCLE = [(600 * np.cos(t), 600 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 120)]


def extremes(session: Session, axis: Axis, lots: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """(low, high, low by measure, high by measure) of every lot in EPSG:5897, by PostGIS."""
    wkt = [shapely.to_wkt(lot, rounding_precision=-1) for lot in lots]
    values = {"line": shapely.to_wkt(axis.line, rounding_precision=-1), "lots": wkt}
    rows = session.execute(EXTREMES, values | {"start": axis.start_m, "end": axis.end_m}).all()
    return np.array([row[1:] for row in rows], dtype=np.float64)


def crooked_lots(axis: Axis, count: int, seed: int) -> npt.NDArray[np.object_]:
    """Quadrangles of 10 to 120 m, convex or not, within 90 m of the axis, every other one at a bend or an end."""
    rng = np.random.default_rng(seed)
    bends = shapely.get_coordinates(axis.line)
    spots = shapely.get_coordinates(
        shapely.line_interpolate_point(axis.line, rng.uniform(0, axis.line.length, count))
    )
    spots[::2] = bends[rng.integers(0, len(bends), len(spots[::2]))]
    turns = np.sort(rng.uniform(0, 2 * np.pi, (count, 4)), axis=1)
    sizes = rng.uniform(5, 60, (count, 4))
    corners = (spots + rng.uniform(-90, 90, (count, 2)))[:, None, :] + np.stack(
        [sizes * np.cos(turns), sizes * np.sin(turns)], axis=2
    )
    lots = np.array([shapely.Polygon(quad) for quad in corners], dtype=object)
    return lots[shapely.is_valid(lots)]


@pytest.mark.parametrize("shape", [STRAIGHT, BENT, CURVED], ids=["straight", "bent", "curved"])
def test_ends_of_a_parcel_are_the_extremes_of_postgis_on_its_whole_outline(
    session: Session, shape: list[tuple[float, float]]
) -> None:
    line = LineString([(586_000.0 + x, 2_326_000.0 + y) for x, y in shape])
    axis = axis_in_measure(line, start_m=1230.0)
    lots = crooked_lots(axis, 120, seed=21)
    found = locate_in_measure(axis, lots)
    low, high, low_m, high_m = extremes(session, axis, lots).T
    for expected in (low, low_m):
        assert np.abs(found.from_m - expected).max() < 0.1
    for expected in (high, high_m):
        assert np.abs(found.to_m - expected).max() < 0.1


def test_an_extreme_between_corners_is_found_and_corners_alone_would_not_do(session: Session) -> None:
    """The control of the halving of edges: inside a bend the foot leaps where no corner is."""
    origin = np.array([586_000.0, 2_326_000.0])
    axis = axis_in_measure(LineString(origin + np.array([(0, 0), (500, 0), (500, 500)])))
    lots = np.array([shapely.Polygon(origin + np.array([(380, 90), (480, 30), (380, 10)]))], dtype=object)
    high = extremes(session, axis, lots)[0, 1]
    corners = shapely.points(shapely.get_coordinates(lots))
    assert high - shapely.line_locate_point(axis.line, corners).max() == pytest.approx(15.0, abs=0.1)
    assert locate_in_measure(axis, lots).to_m[0] == pytest.approx(high, abs=0.1)


def test_ends_of_a_parcel_on_a_ring_are_those_of_postgis_beyond_the_seam_too(session: Session) -> None:
    line = LineString([(586_000.0 + x, 2_326_000.0 + y) for x, y in CIRCLE])
    axis = axis_in_measure(line, is_ring=True, published_length_m=4000.0)
    points = shapely.get_coordinates(axis.line)[:-1]
    seam = axis_in_measure(LineString([*points[-4:], *points[:4]]))
    lots = np.concatenate([crooked_lots(axis, 60, seed=22), crooked_lots(seam, 60, seed=23)])
    found = locate_in_measure(axis, lots)
    # PostGIS knows no ring: the same circle is cut open on the other side for the lots at the seam.
    half = len(points) // 2
    turned = LineString([*points[half:], *points[: half + 1]])
    offset = axis.scale * shapely.line_locate_point(axis.line, shapely.Point(points[half]))
    opened = axis_in_measure(turned, start_m=float(offset), published_length_m=4000.0)
    plain, shifted = extremes(session, axis, lots), extremes(session, opened, lots)
    passes = plain[:, 1] - plain[:, 0] > 2000
    assert passes.sum() > 10
    low, high = (np.where(passes, shifted[:, i], plain[:, i]) for i in (0, 1))
    assert np.abs(found.from_m - low).max() < 0.1
    assert np.abs(found.to_m - high).max() < 0.1


def test_a_parcel_at_a_branch_has_the_extremes_of_postgis_on_every_line_it_touches(session: Session) -> None:
    origin = np.array([586_000.0, 2_326_000.0])
    lines = [
        LineString(origin + np.array(shape))
        for shape in ([(-600, 0), (600, 0)], [(0, 0), (200, 100), (700, 500)])
    ]
    pieces = [piece for i, line in enumerate(lines) for piece in pieces_of(i, route_in_measure(line), [80.0])]
    ground = Ground(tuple(pieces), np.empty(0, dtype=object), ())
    rng = np.random.default_rng(23)
    corners = rng.uniform(-40, 40, (80, 1, 2)) + rng.uniform(-25, 25, (80, 3, 2)) + origin
    lots = np.array([shapely.Polygon(triangle).convex_hull for triangle in corners], dtype=object)
    touches = place(ground, lots).touches
    assert len(np.unique(touches.row)) == 80
    assert len(touches.row) > 110  # most lie on both
    for i, piece in enumerate(pieces):
        mine = touches.alignment_id == i
        low, high, _, _ = extremes(session, piece.axis, lots[touches.row[mine]]).T
        assert np.abs(touches.from_m[mine] - low).max() < 0.1
        assert np.abs(touches.to_m[mine] - high).max() < 0.1


@pytest.mark.parametrize("published", [None, 5150.0])
def test_interval_of_a_parcel_is_where_postgis_locates_its_corners(
    session: Session, published: float | None
) -> None:
    axis = make_axis(BRIDGE, start_m=230.0, published_length_m=published)
    lots = lots_along(axis, 400, seed=3)
    found = locate(axis, lots)
    # PostGIS looks at the same densified outline: that a corner alone may miss a bend is tested elsewhere.
    outline = to_wgs84(shapely.segmentize(to_measure(lots), 5.0))
    points, owner = shapely.get_coordinates(outline, return_index=True)
    measures = chainages_in_postgis(session, axis, BRIDGE, points)
    low = np.full(len(lots), np.inf)
    high = np.full(len(lots), -np.inf)
    np.minimum.at(low, owner, measures)
    np.maximum.at(high, owner, measures)
    assert np.abs(found.from_m - low).max() < 0.1
    assert np.abs(found.to_m - high).max() < 0.1


def test_ring_is_located_as_in_postgis_away_from_its_seam(session: Session) -> None:
    closed = LineString([*LAKE.coords, LAKE.coords[0]])
    axis = make_axis(LAKE, is_ring=True, published_length_m=11_500.0)
    lots = lots_along(axis, 300, seed=5)
    found = locate(axis, lots)
    points, owner = shapely.get_coordinates(lots, return_index=True)
    measures = chainages_in_postgis(session, axis, closed, points)
    for i in range(len(lots)):
        of_lot = measures[owner == i]
        if of_lot.max() - of_lot.min() > axis.length_m / 2:
            of_lot = np.where(of_lot < axis.length_m / 2, of_lot + axis.length_m, of_lot)
        assert found.from_m[i] <= of_lot.min() + 0.1
        assert found.to_m[i] >= of_lot.max() - 0.1


def test_point_at_a_chainage_is_that_of_postgis(session: Session) -> None:
    axis = make_axis(BRIDGE, start_m=0.0, published_length_m=5150.0)
    marks = np.arange(0.0, 5151.0, 250.0)
    points = np.array([point_at(axis, m).coords[0] for m in marks])
    assert np.abs(chainages_in_postgis(session, axis, BRIDGE, points) - marks).max() < 0.1


def test_side_is_the_sign_of_the_offset_in_postgis(session: Session) -> None:
    axis = make_axis(BRIDGE)
    lots = lots_along(axis, 200, seed=9)
    found = locate(axis, lots)
    crosses = session.scalars(
        text(
            "select ST_Intersects(ST_GeomFromText(:line, 4326), ST_GeomFromText(lot, 4326))"
            " from unnest(cast(:lots as text[])) with ordinality as t(lot, i) order by i"
        ),
        {"line": BRIDGE.wkt, "lots": [lot.wkt for lot in lots]},
    ).all()
    assert [side == "B" for side in found.side.tolist()] == list(crosses)
