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

from geo.chainage import Axis, locate, make_axis, point_at
from geo.crs import to_measure, to_wgs84

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
