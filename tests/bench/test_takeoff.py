"""What 20 corridors take of a million parcels, beside geopandas' join and intersection; counts and areas equal."""

from __future__ import annotations

import os

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import STRtree

from geo.takeoff import OVERLAP_M2, TakeOff, take_off
from tests.bench.city_land import STEP, grid, winding_corridors
from tests.bench.measuring import figure, taking_turns

PARCELS = int(os.environ.get("DUONGGANG_BENCH_PARCELS", "1000000"))


def test_take_off_of_a_city() -> None:
    land = grid(PARCELS)
    corridors = winding_corridors(20, PARCELS**0.5 * STEP)
    tree = STRtree(land)  # both sides have an index of the parcels that is there already
    tree.query(corridors[0])
    parcels = gpd.GeoDataFrame(geometry=land, crs=5897)
    parcels.sindex.query(corridors[0])
    bands = gpd.GeoDataFrame(geometry=corridors, crs=5897)
    kept: dict[str, TakeOff] = {}

    def ours() -> None:
        kept["ours"] = take_off(land, list(corridors), tree=tree)

    def peer() -> None:
        pairs = gpd.sjoin(parcels, bands, predicate="intersects")
        band, parcel = pairs["index_right"].to_numpy(), pairs.index.to_numpy()
        areas = shapely.area(shapely.intersection(land[parcel], corridors[band]))
        more = areas > OVERLAP_M2
        kept["peer"] = TakeOff(band[more], parcel[more], areas[more])

    mine, theirs = taking_turns(ours, peer)
    assert len(kept["ours"].parcel) == len(kept["peer"].parcel) > PARCELS // 100
    assert kept["ours"].taken_m2.sum() == pytest.approx(kept["peer"].taken_m2.sum(), rel=1e-9)
    key = np.lexsort((kept["peer"].parcel, kept["peer"].corridor))
    assert np.allclose(kept["ours"].taken_m2, kept["peer"].taken_m2[key], atol=1e-6)
    figure(f"thu hồi: {PARCELS:,} thửa × 20 ranh", "s", mine, theirs, "geopandas sjoin + intersection")
