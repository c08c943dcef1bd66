"""Our vector tile layer against PostGIS's own: the same features, the same shapes to half a unit, the same tags."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.tiles import encode
from geo.tiles.encode import polygon_layer, varint
from geo.tiles.grid import BUFFER, EXTENT, tile_at
from tests.mvt import Feature, decode

TILE = tile_at(16, 105.85, 21.03)
PEER = text(
    """
    select ST_AsMVT(t, 'parcels', 4096, 'mvt') from (
        select n as k, ST_AsMVTGeom(ST_GeomFromWKB(g, 4326),
               cast(ST_MakeEnvelope(:west, :south, :east, :north) as box2d), 4096, 64, true) as mvt
        from unnest(cast(:shapes as bytea[])) with ordinality as s (g, n)) t
    """
)


def invented(seed: int, count: int = 60) -> list[shapely.MultiPolygon]:
    """Land about a tile: small and large, with bays, holes and several parts, some across its edges or far outside."""
    chance = np.random.default_rng(seed)
    west, south, east, _north = TILE.box()
    side = east - west
    found = []
    for _ in range(count):
        parts = []
        for part in range(int(chance.integers(1, 4))):
            angles = np.sort(chance.uniform(0, 2 * np.pi, int(chance.integers(4, 14))))
            radius = side * 10 ** chance.uniform(-2.2, 0.2) * chance.uniform(0.4, 1, angles.size)
            x = west + chance.uniform(-0.6, 1.6) * side + 4 * part * side + radius * np.cos(angles)
            y = south + chance.uniform(-0.6, 1.6) * side + radius * np.sin(angles)
            shape: BaseGeometry = shapely.Polygon(np.column_stack([x, y])).buffer(0)
            if shape.geom_type == "Polygon" and chance.random() < 0.4:
                hole = shape.centroid.buffer(radius.min() / 2, 3)
                shape = shape.difference(hole) if shape.contains(hole) else shape
            if isinstance(shape, shapely.Polygon) and not shape.is_empty:
                parts.append(shape)
        if parts:
            found.append(shapely.MultiPolygon(parts))
    return found


def ours(shapes: list[shapely.MultiPolygon]) -> bytes:
    numbers = np.arange(1, len(shapes) + 1, dtype=np.int64)
    return polygon_layer(
        "parcels", b"".join(shapely.to_wkb(s, byte_order=1) for s in shapes), [varint(1) + varint(0)],
        np.zeros(len(shapes), np.int32), numbers, keys=("k", "s"), values=("S10",), box=TILE.box(), extent=EXTENT,
        buffer=BUFFER,
    )  # fmt: skip


def shape_of(feature: Feature) -> BaseGeometry:
    """What a renderer fills: exterior rings run clockwise on the screen, the others are holes."""
    filled: BaseGeometry = shapely.Polygon()
    for ring in feature.rings:
        polygon = shapely.make_valid(shapely.Polygon(ring))
        clockwise = sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)) > 0
        filled = filled.union(polygon) if clockwise else filled.difference(polygon)
    return filled


@pytest.mark.parametrize("seed", range(6))
def test_a_layer_has_the_shapes_that_postgis_draws(session: Session, seed: int) -> None:
    shapes = invented(seed)
    west, south, east, north = TILE.box()
    peer = session.scalar(
        PEER,
        {
            "west": west, "south": south, "east": east, "north": north,
            "shapes": [shapely.to_wkb(s, byte_order=1) for s in shapes],
        },
    )  # fmt: skip
    theirs = {f.properties["k"]: shape_of(f) for f in decode(bytes(peer))["parcels"].features}
    mine = {f.properties["k"]: shape_of(f) for f in decode(ours(shapes))["parcels"].features}
    assert len(theirs) > 20
    for number in theirs.keys() | mine.keys():
        a, b = theirs.get(number, shapely.Polygon()), mine.get(number, shapely.Polygon())
        # Corners are rounded to whole units, and PostGIS mends what crosses itself after that.
        assert a.symmetric_difference(b).area <= 4 + 1.5 * max(a.length, b.length), number


def test_every_feature_says_its_number_and_its_tags() -> None:
    layer = decode(ours(invented(1)))["parcels"]
    assert layer.extent == EXTENT
    assert {f.properties["s"] for f in layer.features} == {"S10"}
    numbers = [f.properties["k"] for f in layer.features]
    assert numbers == sorted(set(numbers))


def test_nothing_is_drawn_beyond_the_buffer() -> None:
    points = [p for f in decode(ours(invented(2)))["parcels"].features for ring in f.rings for p in ring]
    assert min(min(p) for p in points) == -BUFFER
    assert max(max(p) for p in points) == EXTENT + BUFFER


@pytest.mark.parametrize("bad", [b"", b"\x00" * 40, shapely.to_wkb(shapely.Point(1, 2))])
def test_other_bytes_are_refused(bad: bytes) -> None:
    with pytest.raises(ValueError, match="multipolygons"):
        polygon_layer(
            "x", bad, [b""], np.zeros(1, np.int32), np.ones(1, np.int64), keys=("k",), values=(), box=TILE.box(),
            extent=EXTENT, buffer=BUFFER,
        )  # fmt: skip


def test_after_an_empty_layer_nothing_is_left_to_compile_for_a_tile() -> None:
    kernel: Any = encode._features
    encode.compile_ahead()
    before = list(kernel.signatures)
    assert len(before) == 1
    assert ours(invented(1))
    assert kernel.signatures == before
